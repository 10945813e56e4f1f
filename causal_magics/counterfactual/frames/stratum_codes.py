"""Strata as one code a row: the combinations of several columns that occur."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.frames.column_codes import Codes, Labels

__all__ = ["MISSING", "combined", "strata_of"]

MISSING = -1
"""Code of a stratum's label where it has none."""
_LEAST_DENSE = 1 << 20
_RUN = 1 << 15
"""Rows whose codes are combined at once, so that they stay in the cache."""
_MOST_CODES = 2.0**62


def combined(columns: Sequence[Codes], n_rows: int) -> NDArray[np.int64]:
    """Return one code for the combination of some columns, the first counting most."""
    columns = [column for column in columns if len(column.labels) > 1 or column.has_gaps]
    if not columns:
        return np.zeros(n_rows, dtype=np.int64)
    first, *rest = columns
    low = first.low
    for column in rest:
        low = low * len(column.labels) + column.low
    low = (low + 2**63) % 2**64 - 2**63  # what is taken off at the end may overflow on the way
    code = np.empty(n_rows, dtype=np.int64)
    for start in range(0, n_rows, _RUN):
        run = code[start : start + _RUN]
        run[:] = first.values[start : start + _RUN]
        for column in rest:
            run *= len(column.labels)
            run += column.values[start : start + _RUN]
        if low:
            run -= low
    return code


def strata_of(by: Sequence[Codes], n_rows: int) -> tuple[Codes, NDArray[np.int64]]:
    """Return the stratum of each row, and the codes of each stratum's labels.

    Parameters
    ----------
    by : sequence of Codes
        The columns whose combinations are the strata; a gap is a label of its own.

    Returns
    -------
    Codes
        The place of each row's stratum.
    ndarray of shape (strata, columns)
        Codes of their labels, `MISSING` for a gap. Where there are few combinations, those that do
        not occur are there too.
    """
    shifted = [_with_gap(column) for column in by]
    widths = [len(column.labels) for column in shifted]
    cells = np.prod([float(width) for width in widths])
    if cells <= max(_LEAST_DENSE, n_rows):
        found = _digits(np.arange(int(cells)), widths)
        place = shifted[0] if len(shifted) == 1 else _places(combined(shifted, n_rows), found)
    else:
        codes, found = _occurring(shifted, n_rows)
        place = _places(codes, found)
    for index, column in enumerate(by):
        if column.has_gaps:
            found[:, index] += MISSING
    return place, found


def _with_gap(column: Codes) -> Codes:
    """Return the column with a code, the first, for its gaps."""
    if not column.has_gaps:
        return column
    return Codes(column.values, MISSING, _numbered(len(column.labels) + 1))


def _places(codes: NDArray[np.int64], found: NDArray[np.int64]) -> Codes:
    return Codes(codes, 0, _numbered(len(found)))


def _numbered(size: int) -> Labels:
    return Labels("number", np.arange(size))


def _occurring(
    columns: Sequence[Codes], n_rows: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the place of each row among the combinations that occur, and these."""
    place, found = np.zeros(n_rows, dtype=np.int64), np.zeros((1, 0), dtype=np.int64)
    rest = list(columns)
    while rest:
        taken, size = [Codes(place, 0, _numbered(len(found)))], float(len(found))
        while rest and (len(taken) == 1 or size * len(rest[0].labels) < _MOST_CODES):
            size *= len(rest[0].labels)
            taken.append(rest.pop(0))
        codes, place = np.unique(combined(taken, n_rows), return_inverse=True)
        digits = _digits(codes, [len(column.labels) for column in taken])
        found = np.concatenate([found[digits[:, 0]], digits[:, 1:]], axis=1)
    return place, found


def _digits(codes: NDArray[np.int64], widths: Sequence[int]) -> NDArray[np.int64]:
    """Split combined codes into those of each column, shape (codes, columns)."""
    digits = np.empty((len(codes), len(widths)), dtype=np.int64)
    for index in range(len(widths) - 1, -1, -1):
        codes, digits[:, index] = np.divmod(codes, widths[index])
    return digits
