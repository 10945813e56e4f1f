"""Decisions as a column of the user's own data frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.arrangement import shown
from causal_magics.counterfactual.column_codes import code_column
from causal_magics.counterfactual.unit_bounds import UnitBounds
from causal_magics.data.wording import advice_on
from causal_magics.errors import CounterfactualError, shorten

if TYPE_CHECKING:
    from causal_magics.counterfactual.targeting_result import Targeting

__all__ = ["join_decisions", "strata_of_rows"]

UNKNOWN = -1
"""Place of the stratum of a row that is in none."""
_MISSING = ("missing", "(missing)")
_POOLED = ("pooled", "(pooled)")


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

    Labels are compared as text, so that 1 and 1.0 are one. A row whose combination was pooled with
    others is in the stratum of those that were pooled.
    """
    for name in bounds.by:
        if name not in rows.columns:
            raise CounterfactualError(
                f"The frame has no column {shorten(name)}, by which the strata are. "
                f"{advice_on(name, rows.columns)}"
            )
    place: NDArray[np.int64] = np.zeros(len(rows), dtype=np.int64)
    keys: NDArray[np.int64] = np.zeros(len(bounds), dtype=np.int64)
    known = np.ones(len(rows), dtype=bool)
    for name in bounds.by:
        labels = [shown(label) for label in np.asarray(bounds.strata[name]).tolist()]
        distinct = {label: number for number, label in enumerate(dict.fromkeys(labels))}
        gap = next((distinct[word] for word in _MISSING[::-1] if word in distinct), UNKNOWN)
        coded = code_column(name, rows[name]).compact()
        translated = [distinct.get(shown(label), UNKNOWN) for label in coded.labels.values.tolist()]
        codes = np.array([*translated, gap], dtype=np.int64)[coded.values]
        known &= codes >= 0
        # Places of the columns before are renumbered, so that the products stay small.
        keys = keys * len(distinct) + np.array([distinct[label] for label in labels])
        place = place * len(distinct) + codes
        seen = np.unique(keys)
        found = np.minimum(np.searchsorted(seen, place), len(seen) - 1)
        known &= seen[found] == place
        keys, place = np.searchsorted(seen, keys), found
    order = np.argsort(keys, kind="stable")
    spots = np.minimum(np.searchsorted(keys[order], place), len(order) - 1)
    return np.where(known, order[spots], _pool_of(bounds))


def _pool_of(bounds: UnitBounds) -> int:
    """Return the place of the stratum of all combinations that were pooled."""
    if not bounds.by:
        return UNKNOWN
    labels = [[str(label) for label in bounds.strata[name].tolist()] for name in bounds.by]
    for stratum, combination in enumerate(zip(*labels, strict=True)):
        if all(label in _POOLED for label in combination):
            return stratum
    return UNKNOWN


def _decisions(targeting: Targeting, stratum: NDArray[np.intp], seed: int) -> NDArray[np.object_]:
    """Return what is done with each row; None where its stratum is unknown."""
    words = np.array([*targeting.decision.tolist(), None], dtype=object)
    said: NDArray[np.object_] = words[stratum]
    several = len(targeting.bounds) > 1
    lots = np.random.default_rng(seed)
    for place in np.flatnonzero(targeting.treated_share > 1e-9).tolist():
        members = np.flatnonzero(stratum == place)
        shares = targeting.share[:, place]
        if shares.sum() < 1 - 1e-9:
            said[members] = "beyond budget" if targeting.envelope.is_short else "refuse"
            members = lots.permutation(members)
        elif shares.max() < 1 - 1e-9:
            members = lots.permutation(members)
        ends = np.floor(np.cumsum(shares) * len(members) + 0.5).astype(int)
        for which, (start, end) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
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
