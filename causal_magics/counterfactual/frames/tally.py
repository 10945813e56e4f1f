"""Units counted by stratum, source, arm and outcome: sums that add over parts of a table."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.frames.coded_rows import Roles, coded_rows
from causal_magics.counterfactual.frames.column_codes import Codes, Labels
from causal_magics.counterfactual.frames.counts import Counts
from causal_magics.counterfactual.frames.label_unions import united
from causal_magics.counterfactual.frames.sources import BOTH, EXPERIMENT, OBSERVATIONS
from causal_magics.counterfactual.frames.strata_last import take_strata
from causal_magics.counterfactual.frames.stratum_codes import MISSING, combined, strata_of
from causal_magics.errors import shorten

__all__ = ["Tally", "tally_of"]


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
    names : tuple of str
        Of the columns of `by`, for messages.
    """

    arms: Labels
    levels: Labels
    by: tuple[Labels, ...]
    strata: NDArray[np.int64]
    counts: Floats
    squares: Floats | None = None
    rows: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    names: tuple[str, ...] = ()

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
            united(shorten(name), mine, theirs)
            for name, mine, theirs in zip(self.names, self.by, other.by, strict=True)
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
        found = Tally(arms, levels, by, strata, counts, squares, rows_read, left_out, self.names)
        return found.occurring()

    def by_source(self) -> Counts:
        """Return the counts of the sources that there are."""
        there = [bool(self.counts[:, place].any()) for place in (EXPERIMENT, OBSERVATIONS)]

        def of(sums: Floats, squares: Counts | None) -> Counts:
            exp, obs = (sums[:, place] if there[place] else None for place in range(2))
            return Counts(exp, obs, squares)

        return of(self.counts, None if self.squares is None else of(self.squares, None))

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
    rows = coded_rows(frame, roles)
    place, strata = strata_of(rows.by, rows.n_rows)
    code = combined([rows.source, rows.arms, rows.levels, place], rows.n_rows)
    weights = rows.weights
    if rows.kept is not None:
        code = code[rows.kept]
        weights = None if weights is None else weights[rows.kept]
    arms, levels, sources = rows.arms.labels, rows.levels.labels, rows.sources
    size = (len(sources), len(arms), len(levels), len(strata))
    counts = _by_source(_sums(code, weights, size), sources)
    squares = None if weights is None else _by_source(_sums(code, weights**2, size), sources)
    labels = tuple(column.labels for column in rows.by)
    read = rows.n_rows, rows.left_out, roles.by
    return Tally(arms, levels, labels, strata, counts, squares, *read).occurring()


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
