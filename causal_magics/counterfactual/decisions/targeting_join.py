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
from causal_magics.options import check_count, check_kind

if TYPE_CHECKING:
    from causal_magics.counterfactual.decisions.targeting_result import Targeting

__all__ = ["join_decisions", "strata_of_rows"]

UNKNOWN = -1
"""Place of the stratum of a row that is in none."""
_WIDEST = 1 << 24
"""Up to so many combinations each has a place in a table, whether it is a stratum or not."""
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

    check_kind("name of the column as text", name, str)
    check_count("seed", seed, 0)
    if nw.dependencies.is_dask_dataframe(frame):
        from dask.base import compute

        (frame,) = compute(frame)  # type: ignore[no-untyped-call]
    try:
        table = nw.from_native(frame)
    except TypeError:
        raise CounterfactualError(
            f"Expected a data frame (pandas, polars, pyarrow, Dask), got "
            f"{type(frame).__name__}. Convert it to one of these."
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
        each = np.asarray(labels).tolist()
        texts = {label: shown(label) for label in dict.fromkeys(each)}
        numbers = {text: number for number, text in enumerate(dict.fromkeys(texts.values()))}
        gap, pooled = (
            next((numbers[word] for word in words if word in numbers), UNKNOWN)
            for words in (_MISSING, _POOLED)
        )
        coded = code_column(name, cells).compact()
        known = [numbers.get(shown(label), UNKNOWN) for label in coded.labels.values.tolist()]
        rows = np.array([*known, gap], dtype=np.int64)[coded.values]
        known_as = {label: numbers[text] for label, text in texts.items()}
        strata = np.array([known_as[label] for label in each], dtype=np.int64)
        return cls(len(numbers), strata, rows, pooled)


def _looked_up(
    columns: Sequence[_Column], n_rows: int, n_strata: int, depth: int
) -> NDArray[np.intp]:
    """Return the stratum of each row by its first labels, all others being pooled."""
    keys: NDArray[np.int64] = np.zeros(n_strata, dtype=np.int64)
    places: NDArray[np.int64] = np.zeros(n_rows, dtype=np.int64)
    known, span = np.ones(n_rows, dtype=bool), 1
    for index, column in enumerate(columns):
        codes = column.rows if index < depth else np.full(n_rows, column.pooled)
        known &= codes >= 0
        keys = keys * column.size + column.strata
        places = places * column.size + np.maximum(codes, 0)
        span *= column.size
        if span > _WIDEST:  # combinations are renumbered by those of the strata
            seen = np.unique(keys)
            found = np.minimum(np.searchsorted(seen, places), len(seen) - 1)
            known &= seen[found] == places
            keys, places, span = np.searchsorted(seen, keys), found, len(seen)
    table = np.full(span, UNKNOWN)
    table[keys[::-1]] = np.arange(n_strata)[::-1]
    return np.where(known, table[places], UNKNOWN)


def _decisions(targeting: Targeting, stratum: NDArray[np.intp], seed: int) -> NDArray[np.object_]:
    """Return what is done with each row; None where its stratum is unknown."""
    words = np.array([*targeting.decision.tolist(), None], dtype=object)
    several = len(targeting.bounds) > 1
    arms = [f"treat: {shown(each.treated)}" if several else "treat" for each in targeting.bounds]
    most = targeting.share.max(axis=0)
    whole = np.flatnonzero(most >= 1 - 1e-9)
    words[whole] = np.array(arms, dtype=object)[targeting.share.argmax(axis=0)[whole]]
    said: NDArray[np.object_] = words[stratum]
    mixed = (most > 1e-9) & (most < 1 - 1e-9)
    if mixed.any():
        _draw_lots(targeting, stratum, np.flatnonzero(mixed), arms, seed, said)
    return said


def _draw_lots(
    targeting: Targeting,
    stratum: NDArray[np.intp],
    mixed: NDArray[np.intp],
    arms: Sequence[str],
    seed: int,
    said: NDArray[np.object_],
) -> None:
    """Say of the rows of some strata who of them is treated."""
    lots = np.random.default_rng(seed)
    rows = np.argsort(stratum, kind="stable")
    starts, ends = (np.searchsorted(stratum[rows], mixed, side) for side in _SIDES)
    for place, start, end in zip(mixed.tolist(), starts, ends, strict=True):
        members = lots.permutation(rows[start:end])
        shares = targeting.share[:, place]
        said[members] = "beyond budget" if targeting.envelope.is_short else "refuse"
        cuts = np.floor(np.cumsum(shares) * len(members) + 0.5).astype(int).tolist()
        for arm, first, last in zip(arms, [0, *cuts[:-1]], cuts, strict=True):
            said[members[first:last]] = arm


def _with_column(rows: Any, column: Any) -> Any:
    """Return the rows with a column beside theirs, whatever index they have."""
    native = rows.to_native()
    if hasattr(native, "index") and hasattr(column.to_native(), "index"):
        aligned = column.to_native()
        aligned.index = native.index
        import narwhals as nw

        column = nw.from_native(aligned, series_only=True)
    return rows.with_columns(column)
