"""The rows of a frame as codes: source, treatment, outcome, strata, and weights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.frames.column_codes import Codes, Labels, code_column
from causal_magics.counterfactual.frames.sources import EXPERIMENT, OBSERVATIONS, source_places
from causal_magics.data.columns import columns_of
from causal_magics.errors import CounterfactualError, shorten

__all__ = ["CodedRows", "Roles", "coded_rows"]

MOST_LEVELS = 50
"""Arms or outcome levels beyond which a column is refused."""
MOST_WEIGHT = 1e50
"""Of a row; squares of larger ones, and of their inverse, leave floating point."""


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
class CodedRows:
    """The rows of a frame.

    Attributes
    ----------
    arms, levels, source : Codes
    sources : ndarray of shape (labels of `source`,)
        Which source each label stands for.
    by : tuple of Codes
    weights : ndarray of shape (rows,), optional
    kept : ndarray of shape (rows,), optional
        Which rows have all they must have; None where all have.
    left_out : dict of str to int
        Rows that have no value in a column which must have one, by column.
    n_rows : int
    """

    arms: Codes
    levels: Codes
    source: Codes
    sources: NDArray[np.int64]
    by: tuple[Codes, ...]
    weights: Floats | None
    kept: NDArray[np.bool_] | None
    left_out: dict[str, int]
    n_rows: int


def coded_rows(frame: Any, roles: Roles) -> CodedRows:
    """Return the rows of a frame that is in memory as codes.

    Raises
    ------
    CounterfactualError, DataError
        Where a column is missing, or holds what it cannot.
    """
    named = dict(columns_of(frame, roles.columns))
    arms = _few_codes("treatment", roles.treatment, named[roles.treatment])
    levels = _few_codes("outcome", roles.outcome, named[roles.outcome])
    n_rows = len(arms.values)
    must_have = {roles.treatment: arms, roles.outcome: levels}
    if roles.source is None:
        one = Labels("number", np.zeros(1, dtype=np.int64))
        source = Codes(np.broadcast_to(np.int64(0), n_rows), 0, one)
        sources = np.array([roles.origin])
    else:
        source = _few_codes("source", roles.source, named[roles.source])
        sources = source_places(roles.source, source.labels)
        must_have = {roles.source: source, **must_have}
    by = tuple(code_column(name, named[name]) for name in roles.by)
    weights = None if roles.weights is None else _weights(roles.weights, named[roles.weights])
    kept, left_out = _complete(must_have, roles.weights, weights)
    return CodedRows(arms, levels, source, sources, by, weights, kept, left_out, n_rows)


def _few_codes(what: str, name: str, column: Any) -> Codes:
    """Code a treatment or an outcome, and refuse one with too many levels."""
    coded = code_column(name, column)
    if len(coded.labels) > 2:
        coded = coded.compact()
    if len(coded.labels) > MOST_LEVELS:
        raise CounterfactualError(
            f"Expected few levels of the {what} in {shorten(name)}, got {len(coded.labels):,} "
            f"different values (at most {MOST_LEVELS}). Cut it into classes first, a row for each "
            "unit."
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
    positive = cells[cells > 0]
    if positive.size and (positive.min() < 1 / MOST_WEIGHT or positive.max() > MOST_WEIGHT):
        odd = positive.max() if positive.max() > MOST_WEIGHT else positive.min()
        raise CounterfactualError(
            f"Expected weights from {1 / MOST_WEIGHT:g} to {MOST_WEIGHT:g} in {shorten(name)}, got "
            f"{odd:.4g}. Divide them by their mean."
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
