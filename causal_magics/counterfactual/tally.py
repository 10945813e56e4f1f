"""Units counted by stratum, source, arm and outcome: sums that add over parts of a table."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounds import Floats
from causal_magics.counterfactual.column_codes import Codes, Labels, code_column
from causal_magics.counterfactual.label_unions import united
from causal_magics.counterfactual.sources import (
    BOTH,
    EXPERIMENT,
    OBSERVATIONS,
    source_places,
)  # fmt: skip
from causal_magics.counterfactual.strata_last import take_strata
from causal_magics.counterfactual.stratum_codes import MISSING, combined, strata_of
from causal_magics.data.columns import columns_of
from causal_magics.errors import CounterfactualError, shorten

__all__ = ["Roles", "Tally", "tally_of"]

MOST_LEVELS = 50
"""Arms or outcome levels beyond which a column is refused."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Which column is what.

    Attributes
    ----------
    treatment, outcome : str
    by : tuple of str
        Columns whose combinations are the strata.
    source, weights : str, optional
    origin : int
        The source of all rows where no column says it.
    """

    treatment: str
    outcome: str
    by: tuple[str, ...] = ()
    source: str | None = None
    weights: str | None = None
    origin: int = EXPERIMENT

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that are read, each once."""
        named = (self.treatment, self.outcome, *self.by, self.source, self.weights)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    def as_observations(self) -> Roles:
        """Return the same columns of a frame whose rows are observations."""
        return replace(self, source=None, origin=OBSERVATIONS)


@dataclass(frozen=True, eq=False, slots=True)
class Tally:
    """Counts of the rows of a table, or of a part of it.

    Attributes
    ----------
    arms, levels : Labels
    by : tuple of Labels
    strata : ndarray of shape (strata, columns of `by`)
        Codes into `by`, `MISSING` where a row has no label.
    counts : ndarray of shape (strata, 2, arms, levels)
        Rows, or sums of weights, of the experiment and of the observations.
    squares : ndarray of the same shape, optional
        Sums of squared weights.
    rows : int
        Rows that were read.
    left_out : dict of str to int
        Rows that have no value in a column which must have one, by column.
    """

    arms: Labels
    levels: Labels
    by: tuple[Labels, ...]
    strata: NDArray[np.int64]
    counts: Floats
    squares: Floats | None = None
    rows: int = 0
    left_out: dict[str, int] = field(default_factory=dict)

    def __add__(self, other: Tally) -> Tally:
        """Add the counts of another part.

        Raises
        ------
        CounterfactualError
            Where a column holds numbers here and labels there.
        """
        arms, arm_places = united("the treatment", self.arms, other.arms)
        levels, level_places = united("the outcome", self.levels, other.levels)
        unions = [
            united(f"column {number + 1} of by", mine, theirs)
            for number, (mine, theirs) in enumerate(zip(self.by, other.by, strict=True))
        ]
        by = tuple(labels for labels, _ in unions)
        columns = [
            np.concatenate([
                np.append(places[part], MISSING)[tally.strata[:, number]]
                for part, tally in enumerate((self, other))
            ])
            for number, (_, places) in enumerate(unions)
        ]  # fmt: skip
        cut = len(self.strata)
        coded = [Codes(column, 0, labels, True) for column, labels in zip(columns, by, strict=True)]
        joined, strata = strata_of(coded, cut + len(other.strata))
        rows = joined.values - joined.low
        grids = (arm_places, level_places)
        size = (len(strata), 2, len(arms), len(levels))

        def added(mine: Floats, theirs: Floats) -> Floats:
            total = np.moveaxis(np.zeros((*size[1:], size[0])), -1, 0)
            for place, part, where in ((0, mine, rows[:cut]), (1, theirs, rows[cut:])):
                index = np.ix_(where, BOTH, grids[0][place], grids[1][place])
                total[index] += part
            return total

        squares = None
        if self.squares is not None or other.squares is not None:
            mine = self.counts if self.squares is None else self.squares
            squares = added(mine, other.counts if other.squares is None else other.squares)
        left_out = {
            name: self.left_out.get(name, 0) + other.left_out.get(name, 0)
            for name in {**self.left_out, **other.left_out}
        }
        counts = added(self.counts, other.counts)
        rows_read = self.rows + other.rows
        return Tally(arms, levels, by, strata, counts, squares, rows_read, left_out).occurring()

    def occurring(self) -> Tally:
        """Return the strata that have units."""
        occurs = np.asarray(self.counts.any(axis=(1, 2, 3)))
        if occurs.all():
            return self
        squares = None if self.squares is None else take_strata(self.squares, occurs)
        counts = take_strata(self.counts, occurs)
        return replace(self, strata=self.strata[occurs], counts=counts, squares=squares)


def tally_of(frame: Any, roles: Roles) -> Tally:
    """Count the rows of a frame that is in memory.

    Raises
    ------
    CounterfactualError, DataError
        Where a column is missing, or holds what it cannot.
    """
    named = dict(columns_of(frame, roles.columns))
    must_have = {
        roles.treatment: few_codes("treatment", roles.treatment, named[roles.treatment]),
        roles.outcome: few_codes("outcome", roles.outcome, named[roles.outcome]),
    }
    sources = np.array([roles.origin])
    if roles.source is not None:
        column = few_codes("source", roles.source, named[roles.source])
        must_have = {roles.source: column, **must_have}
        sources = source_places(roles.source, column.labels)
    by = [code_column(name, named[name]) for name in roles.by]
    weights = None if roles.weights is None else _weights(roles.weights, named[roles.weights])
    n_rows = len(must_have[roles.treatment].values)
    kept, left_out = _complete(must_have, roles.weights, weights)
    place, strata = strata_of(by, n_rows)
    few = list(must_have.values())
    code = combined([*few, place], n_rows)
    if kept is not None:
        code = code[kept]
        weights = None if weights is None else weights[kept]
    arms, levels = (must_have[name].labels for name in (roles.treatment, roles.outcome))
    size = (len(sources), len(arms), len(levels), len(strata))
    counts = _sums(code, None, size) if weights is None else _sums(code, weights, size)
    squares = None if weights is None else _sums(code, weights**2, size)
    labels = tuple(column.labels for column in by)
    counts = _by_source(counts, sources)
    squares = None if squares is None else _by_source(squares, sources)
    tally = Tally(arms, levels, labels, strata, counts, squares, n_rows, left_out)
    return tally.occurring()


def _sums(code: NDArray[np.int64], weights: Floats | None, size: tuple[int, ...]) -> Floats:
    """Return sums by code, the strata first; in memory they are last, where they add up faster."""
    sums = np.bincount(code, weights, minlength=int(np.prod(size))).astype(np.float64, copy=False)
    return np.asarray(np.moveaxis(sums.reshape(size), -1, 0))


def _by_source(sums: Floats, sources: NDArray[np.int64]) -> Floats:
    """Return sums by label of the source column, shape (strata, labels, …), by source."""
    found = np.moveaxis(np.zeros((2, *sums.shape[2:], len(sums))), -1, 0)
    for label, source in enumerate(sources.tolist()):
        found[:, source] += sums[:, label]
    return found


def few_codes(what: str, name: str, column: Any) -> Codes:
    """Code a treatment or an outcome, and refuse one with too many levels."""
    coded = code_column(name, column)
    if len(coded.labels) > 2:
        coded = coded.compact()
    if len(coded.labels) > MOST_LEVELS:
        raise CounterfactualError(
            f"Expected a {what} of few levels in {shorten(name)}, got {len(coded.labels):,} "
            f"different values (at most {MOST_LEVELS}). Cut it into classes first."
        )
    return coded


def _weights(name: str, column: Any) -> Floats:
    """Return the weights of the rows, NaN where there are none."""
    import narwhals as nw

    try:
        series = isinstance(column, nw.Series)
        cells = column.cast(nw.Float64).to_numpy() if series else np.asarray(column, dtype=float)
    except (TypeError, ValueError, nw.exceptions.NarwhalsError):
        cells = None
    if cells is None or cells.dtype.kind != "f":
        raise CounterfactualError(
            f"Expected numbers as weights in {shorten(name)}, got {column.dtype}. "
            "Give a column of numbers from 0."
        )
    wrong = (cells < 0) | np.isinf(cells)
    if wrong.any():
        row = int(wrong.argmax())
        raise CounterfactualError(
            f"Expected finite weights from 0 in {shorten(name)}, got {cells[row]:.4g} in row "
            f"{row}. Leave such rows out, or correct them."
        )
    if len(cells) and not np.nansum(cells) > 0:
        raise CounterfactualError(
            f"Expected a weight above 0 in {shorten(name)}, got none. Leave weights out to count "
            "each row once."
        )
    found: Floats = cells
    return found


def _complete(
    must_have: dict[str, Codes], weight_name: str | None, weights: Floats | None
) -> tuple[NDArray[np.bool_] | None, dict[str, int]]:
    """Return which rows have all they must have (None for all), and how many lack what."""
    gaps = {name: column.gaps for name, column in must_have.items() if column.has_gaps}
    if weights is not None and weight_name is not None and np.isnan(weights).any():
        gaps[weight_name] = np.isnan(weights)
    gaps = {name: rows for name, rows in gaps.items() if rows.any()}
    if not gaps:
        return None, {}
    kept = ~np.logical_or.reduce(list(gaps.values()))
    return kept, {name: int(rows.sum()) for name, rows in gaps.items()}
