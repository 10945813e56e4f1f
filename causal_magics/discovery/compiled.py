"""What compiled loops are made of: small triangular systems, and lists of indices.

Nothing compiles before a first call, and what was compiled is kept on disk.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pickle import UnpicklingError
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numba.core.caching import FunctionCache

from causal_magics.discovery.layout import Floats, Indices

_Function = TypeVar("_Function", bound=Callable[..., Any])
_DAMAGE = EOFError, ValueError, UnpicklingError


def compiled(function: _Function) -> _Function:
    """Compile at the first call, without Python's checks, and cache on disk where there is room."""
    options: dict[str, Any] = {"error_model": "numpy", "no_cfunc_wrapper": True}
    made, cache = njit(**options)(function), cast("Any", _Cache)
    with suppress(RuntimeError):  # neither the package nor the home folder can be written to
        made._cache = cache(function)  # noqa: SLF001 (where numba's own `cache=True` puts one)
    return cast("_Function", made)


class _Cache(FunctionCache):
    """What is compiled, on disk; where the disk is full or damaged, it is compiled again."""

    def save_overload(self, sig: Any, data: Any) -> None:
        usual: Any = super()
        with suppress(OSError):
            try:
                usual.save_overload(sig, data)
            except _DAMAGE:
                usual.flush()
                usual.save_overload(sig, data)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        usual: Any = super()
        try:
            return usual.load_overload(sig, target_context)
        except (OSError, *_DAMAGE):
            return None


@compiled
def factorise(block: Floats) -> float:
    """Replace the lower triangle by its Cholesky factor; return the log determinant."""
    log_determinant = 0.0
    for row in range(block.shape[0]):
        for column in range(row):
            total = block[row, column]
            for k in range(column):
                total -= block[row, k] * block[column, k]
            block[row, column] = total / block[column, column]
        total = block[row, row]
        for k in range(row):
            total -= block[row, k] * block[row, k]
        total = max(total, 1e-12)
        block[row, row] = np.sqrt(total)
        log_determinant += np.log(total)
    return log_determinant


@compiled
def solve_lower(factor: Floats, right: Floats) -> None:
    """Replace ``right`` by the solution of ``factor @ x = right``, column by column."""
    for row in range(factor.shape[0]):
        for k in range(row):
            weight = factor[row, k]
            for column in range(right.shape[1]):
                right[row, column] -= weight * right[k, column]
        for column in range(right.shape[1]):
            right[row, column] /= factor[row, row]


@compiled
def gather(matrix: Floats, rows: Indices, columns: Indices) -> Floats:
    """Entries of a matrix at all pairs of the given rows and columns."""
    found = np.empty((len(rows), len(columns)))
    for a in range(len(rows)):
        for b in range(len(columns)):
            found[a, b] = matrix[rows[a], columns[b]]
    return found


@compiled
def appended(indices: Indices, index: int) -> Indices:
    """Add one index at the end."""
    found = np.empty(len(indices) + 1, np.int64)
    for k in range(len(indices)):
        found[k] = indices[k]
    found[len(indices)] = index
    return found


@compiled
def without(indices: Indices, position: int) -> Indices:
    """Leave out the index at one position."""
    rest = np.empty(len(indices) - 1, np.int64)
    for k in range(len(rest)):
        rest[k] = indices[k if k < position else k + 1]
    return rest


@compiled
def largest(values: Floats, start: int) -> int:
    """Find the position of the largest value from `start` on."""
    best = start
    for k in range(start + 1, len(values)):
        if values[k] > values[best]:
            best = k
    return best
