"""Decisions as a column of the user's own data frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.frames.arrangement import shown
from causal_magics.counterfactual.frames.column_codes import code_column
from causal_magics.counterfactual.frames.unit_bounds import UnitBounds
from causal_magics.data.wording import advice_on
from causal_magics.errors import CounterfactualError, shorten

if TYPE_CHECKING:
    from causal_magics.counterfactual.decisions.targeting_result import Targeting

__all__ = ["join_decisions", "strata_of_rows"]

UNKNOWN = -1
"""Place of the stratum of a row that is in none."""
_SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
_MISSING = ("(missing)", "missing")
_POOLED = ("(pooled)", "pooled")


def join_decisions(targeting: Targeting, frame: Any, name: str, seed: int) -> Any:
    """Return a frame with the decision on each of its rows in a new column; see `Targeting.join`.

    Raises
    ------
    CounterfactualError
        Where it is no data frame, lacks a column of `by`, or has the new one already.
    """
    import narwhals as nw

    try:
        table = nw.from_native(frame)
    except TypeError:
        raise CounterfactualError(
            f"Expected a data frame (pandas, polars, pyarrow), got {type(frame).__name__}. Convert "
            "it to one of these."
        ) from None
    lazy = isinstance(table, nw.LazyFrame)
    rows = table.collect() if isinstance(table, nw.LazyFrame) else table
    if name in rows.columns:
        raise CounterfactualError(
            f"Expected a new name for the column of decisions, but the frame has {shorten(name)} "
            "already. Say name=."
        )
    stratum = strata_of_rows(targeting.first, rows)
    said = _decisions(targeting, stratum, seed)
    column = nw.new_series(name, said.tolist(), nw.String(), backend=rows.implementation)
    joined = _with_column(rows, column)
    return joined.lazy().to_native() if lazy else joined.to_native()


def strata_of_rows(bounds: UnitBounds, rows: Any) -> NDArray[np.intp]:
    """Return the stratum of each row of a narwhals data frame, `UNKNOWN` where it is of none.

    Labels are compared as text, so that 1 and 1.0 are one. A row whose combination is no stratum of
    its own is in the one of pooled combinations that shares most of its first labels, if there is
    one.
    """
    columns = []
    for name in bounds.by:
        if name not in rows.columns:
            raise CounterfactualError(
                f"The frame has no column {shorten(name)}, by which the strata are. "
                f"{advice_on(name, rows.columns)}"
            )
        columns.append(_Column.of(name, bounds.strata[name], rows[name]))
    found = _looked_up(columns, len(rows), len(bounds), len(columns))
    for depth in range(len(columns) - 1, -1, -1):
        if (found == UNKNOWN).any():
            wider = _looked_up(columns, len(rows), len(bounds), depth)
            found = np.where(found == UNKNOWN, wider, found)
    return found


@dataclass(frozen=True, eq=False, slots=True)
class _Column:
    """A column of strata and rows in one numbering of its labels.

    Attributes
    ----------
    size : int
        How many labels the strata have.
    strata, rows : ndarray of int
        The number of each one's label, `UNKNOWN` where no stratum has it.
    pooled : int
        The number of the label of combinations that were pooled, `UNKNOWN` without any.
    """

    size: int
    strata: NDArray[np.int64]
    rows: NDArray[np.int64]
    pooled: int

    @classmethod
    def of(cls, name: str, labels: NDArray[Any], cells: Any) -> _Column:
        texts = [shown(label) for label in np.asarray(labels).tolist()]
        numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        gap, pooled = (
            next((numbers[word] for word in words if word in numbers), UNKNOWN)
            for words in (_MISSING, _POOLED)
        )
        coded = code_column(name, cells).compact()
        known = [numbers.get(shown(label), UNKNOWN) for label in coded.labels.values.tolist()]
        rows = np.array([*known, gap], dtype=np.int64)[coded.values]
        strata = np.array([numbers[text] for text in texts], dtype=np.int64)
        return cls(len(numbers), strata, rows, pooled)


def _looked_up(
    columns: Sequence[_Column], n_rows: int, n_strata: int, depth: int
) -> NDArray[np.intp]:
    """Return the stratum of each row by its first labels, all others being pooled."""
    keys: NDArray[np.int64] = np.zeros(n_strata, dtype=np.int64)
    places: NDArray[np.int64] = np.zeros(n_rows, dtype=np.int64)
    known = np.ones(n_rows, dtype=bool)
    for index, column in enumerate(columns):
        codes = column.rows if index < depth else np.full(n_rows, column.pooled)
        known &= codes >= 0
        keys, places = keys * column.size + column.strata, places * column.size + codes
        # Combinations are renumbered column by column, so that products stay small.
        seen = np.unique(keys)
        found = np.minimum(np.searchsorted(seen, places), len(seen) - 1)
        known &= seen[found] == places
        keys, places = np.searchsorted(seen, keys), found
    order = np.argsort(keys, kind="stable")
    spots = np.minimum(np.searchsorted(keys[order], places), len(order) - 1)
    return np.where(known, order[spots], UNKNOWN)


def _decisions(targeting: Targeting, stratum: NDArray[np.intp], seed: int) -> NDArray[np.object_]:
    """Return what is done with each row; None where its stratum is unknown."""
    words = np.array([*targeting.decision.tolist(), None], dtype=object)
    said: NDArray[np.object_] = words[stratum]
    several = len(targeting.bounds) > 1
    lots = np.random.default_rng(seed)
    parts = targeting.share.max(axis=0)
    mixed = (parts > 1e-9) & (parts < 1 - 1e-9) if not several else parts > 1e-9
    rows = np.argsort(stratum, kind="stable")
    starts, ends = (np.searchsorted(stratum[rows], np.arange(len(parts)), side) for side in _SIDES)
    for place in np.flatnonzero(mixed).tolist():
        members = lots.permutation(rows[starts[place] : ends[place]])
        shares = targeting.share[:, place]
        said[members] = "beyond budget" if targeting.envelope.is_short else "refuse"
        cuts = np.floor(np.cumsum(shares) * len(members) + 0.5).astype(int).tolist()
        for which, (start, end) in enumerate(zip([0, *cuts[:-1]], cuts, strict=True)):
            arm = shown(targeting.bounds[which].treated)
            said[members[start:end]] = f"treat: {arm}" if several else "treat"
    return said


def _with_column(rows: Any, column: Any) -> Any:
    """Return the rows with a column beside theirs, whatever index they have."""
    native = rows.to_native()
    if hasattr(native, "index") and hasattr(column.to_native(), "index"):
        aligned = column.to_native()
        aligned.index = native.index
        import narwhals as nw

        column = nw.from_native(aligned, series_only=True)
    return rows.with_columns(column)
