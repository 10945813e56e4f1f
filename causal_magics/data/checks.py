"""What makes a table one that cannot be learned from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.categories import Floats, Levels
from causal_magics.data.extent import Extent
from causal_magics.data.wording import count, enumerate_items
from causal_magics.errors import DataError, shorten

SAME = 1e-9
"""One minus the absolute correlation below which two columns may say the same."""
TINY = 1e-150
"""Range below which the squares of a column's values are lost."""
ROWS_FIRST = 500
"""Rows that are compared first; what agrees in them is compared in all."""
STEADY = 1e-3
"""Share of a column's variance below which those rows tell too little of it."""

Pairs = list[tuple[int, int]]
Rows = NDArray[np.int64]


def check_complete(names: Sequence[str], values: Floats) -> None:
    """Refuse missing values."""
    missing = np.isnan(values).sum(axis=0)
    if missing.any():
        found = [
            f"{shorten(name)} ({cells:,})"
            for name, cells in zip(names, missing.tolist(), strict=True)
            if cells
        ]
        rows = int(np.isnan(values).any(axis=1).sum())
        raise DataError(
            f"Expected complete data, found missing values in {enumerate_items(found)}; they touch "
            f"{rows:,} of {len(values):,} rows. Drop these rows or fill them in first."
        )


def check_present(names: Sequence[str], extent: Extent) -> None:
    """Refuse columns without any value."""
    cells = extent.cells.tolist()
    empty = [shorten(name) for name, there in zip(names, cells, strict=True) if not there]
    if empty:
        raise DataError(
            f"Expected values in every column, got none in {enumerate_items(empty)}. "
            "Drop it, or check how the data were read."
        )


def check_finite(names: Sequence[str], extent: Extent) -> None:
    """Refuse infinite values, and those whose squares would be."""
    finite = np.isfinite(extent.squares).tolist()
    wild = [shorten(name) for name, is_finite in zip(names, finite, strict=True) if not is_finite]
    if wild:
        raise DataError(
            f"Expected finite values, found infinite or huge ones in {enumerate_items(wild)}. "
            "Look for divisions by zero, logs of zero or wrong units."
        )


def check_variation(
    names: Sequence[str], extent: Extent, levels: Sequence[Levels], where: str = ""
) -> None:
    """Refuse columns that are constant where they are there."""
    low, high = extent.low, extent.high
    flat = (high - low <= 1e-13 * np.maximum(np.abs(low), np.abs(high))).tolist()
    constant = [
        f"{shorten(name)} (always {f'{value:g}' if known is None else shorten(known[int(value)])})"
        for name, value, known, is_flat in zip(names, low.tolist(), levels, flat, strict=True)
        if is_flat
    ]
    if constant:
        raise DataError(
            f"Expected columns that vary{where}, got {enumerate_items(constant)}. "
            "Nothing can be learned of a constant: drop it."
        )
    tiny = [shorten(name) for name, width in zip(names, high - low, strict=True) if width < TINY]
    if tiny:
        raise DataError(
            f"Expected columns that vary by {TINY:g} or more, got {enumerate_items(tiny)}. "
            "Use other units."
        )


def check_distinct(
    names: Sequence[str],
    values: Floats,
    levels: Sequence[Levels],
    extent: Extent,
    where: str = "",
) -> None:
    """Refuse columns that say the same, up to unit and origin or up to names of levels."""
    near = [pair for pair in _near_pairs(values, extent) if _is_rescaled(*values[:, pair].T)]
    close = near or _renamed_pairs(values, levels)
    for first, second in close:
        a, b = shorten(names[first]), shorten(names[second])
        equal = np.array_equal(values[:, first], values[:, second], equal_nan=True)
        kind = "the same up to unit and origin" if near else "the same up to names of levels"
        same = "equal" if equal and levels[first] == levels[second] else kind
        more = f" ({count(len(close) - 1, 'more pair')} like them)" if len(close) > 1 else ""
        raise DataError(
            f"Expected columns that differ, but {a} and {b} are {same}{where}{more}. "
            "No data can tell which causes what: drop one of them."
        )


def _near_pairs(values: Floats, extent: Extent) -> Pairs:
    """Pairs of columns with a correlation of one: a few rows decide where they vary enough."""
    rows, width = values.shape
    scaled = (values[evenly(rows, ROWS_FIRST)] - extent.mean) / extent.deviation
    if rows <= ROWS_FIRST:
        return _correlated(scaled, np.arange(width))
    few = Extent.of(scaled)
    lively = (few.cells >= 30) & (few.deviation**2 >= STEADY)
    pairs = _correlated(scaled[:, lively], np.flatnonzero(lively))
    rest = np.flatnonzero(~lively)
    scaled = (values[:, rest] - extent.mean[rest]) / extent.deviation[rest]
    return pairs + _correlated(scaled, rest)


def evenly(rows: int, most: int) -> Rows:
    """Positions of rows at even distances, at most so many."""
    return np.arange(rows) if rows <= most else np.arange(most) * rows // most


def _correlated(scaled: Floats, columns: Rows) -> Pairs:
    """Pairs with a correlation of one in the rows in which both are there."""
    there = ~np.isnan(scaled)
    if there.all():
        centred = scaled - scaled.mean(axis=0)
        covariance = centred.T @ centred
        squares = np.broadcast_to(np.diag(covariance)[:, None], covariance.shape)
        shared = np.full(covariance.shape, len(scaled))
    else:
        cells = there.astype(np.float64)
        present = np.where(there, scaled, 0.0)
        shared = cells.T @ cells
        sums = present.T @ cells
        some = np.maximum(shared, 1.0)
        covariance = present.T @ present - sums * sums.T / some
        squares = (present * present).T @ cells - sums * sums / some
    bound = (1.0 - SAME) ** 2 * squares * squares.T
    near = (covariance * covariance > bound) & (shared >= 3)
    found = np.argwhere(np.triu(near, 1))
    return [(int(columns[a]), int(columns[b])) for a, b in found.tolist()]


def _is_rescaled(first: Floats, second: Floats) -> bool:
    """Whether columns with correlation one agree in every row, not only in an outlier.

    Rows count in which both are there, if these are at least half of those of one of them.
    """
    here, there = ~np.isnan(first), ~np.isnan(second)
    both = here & there
    if 2 * int(both.sum()) < min(int(here.sum()), int(there.sum())):
        return False
    first, second = first[both], second[both]
    if np.ptp(first) == 0.0 or np.ptp(second) == 0.0:
        return False
    width_a, width_b = (np.subtract(*np.quantile(v, [0.75, 0.25])) for v in (first, second))
    if width_a == 0.0 or width_b == 0.0:
        return bool((width_a == 0.0) == (width_b == 0.0))
    a, b = (first - np.median(first)) / width_a, (second - np.median(second)) / width_b
    sign = np.sign(a @ b)
    return bool(np.allclose(a, sign * b, rtol=1e-6, atol=1e-9))


def _renamed_pairs(values: Floats, levels: Sequence[Levels]) -> Pairs:
    """Pairs of columns of labels that differ only in what the labels are called."""
    seen: dict[bytes, int] = {}
    pairs = []
    for index in (place for place, known in enumerate(levels) if known is not None):
        codes = np.nan_to_num(values[:, index], nan=-1.0).astype(np.int64)
        _, first_row, label = np.unique(codes, return_index=True, return_inverse=True)
        renumbered = np.argsort(np.argsort(first_row))[label]
        key = np.where(codes < 0, -1, renumbered).astype(np.int16).tobytes()
        earlier = seen.setdefault(key, index)
        if earlier != index:
            pairs.append((earlier, index))
    return pairs
