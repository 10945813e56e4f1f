"""Compiled loops over small blocks of the Gram matrix.

`matrix` is the centred Gram matrix with the prior precision on its diagonal, shape
``(columns * size, columns * size)``; block ``j`` belongs to column ``j`` and its first function is
the standardised column itself. All results are in nats. Nothing compiles before a first call, and
what was compiled is kept on disk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Booleans = NDArray[np.bool_]

_Function = TypeVar("_Function", bound=Callable[..., Any])

ADD, DROP, REVERSE = 0, 1, 2
"""Kinds of moves."""
SMALLEST_RESIDUAL = 1e-10
"""Share of a column's variance below which a residual counts no further."""


def compiled(function: _Function) -> _Function:
    """Compile at the first call, without Python's checks, and cache on disk where there is room."""
    options: dict[str, Any] = {"error_model": "numpy", "no_cfunc_wrapper": True}
    try:
        return cast("_Function", njit(cache=True, **options)(function))
    except RuntimeError:  # neither the package nor the home folder can be written to
        return cast("_Function", njit(**options)(function))


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
def gather(matrix: Floats, size: int, rows: Indices, columns: Indices) -> Floats:
    """Blocks of ``matrix`` at the given columns of the table."""
    found = np.empty((len(rows) * size, len(columns) * size))
    for a in range(len(rows)):
        for b in range(len(columns)):
            for k in range(size):
                for m in range(size):
                    found[a * size + k, b * size + m] = matrix[
                        rows[a] * size + k, columns[b] * size + m
                    ]
    return found


@compiled
def moments(matrix: Floats, size: int, parents: Indices, node: int) -> Floats:
    """Products of the parents' functions with the node, shape ``(parents * size, 1)``."""
    found = np.empty((len(parents) * size, 1))
    for a in range(len(parents)):
        for k in range(size):
            found[a * size + k, 0] = matrix[parents[a] * size + k, node * size]
    return found


@compiled
def data_cost(
    matrix: Floats, squares: Floats, rows: float, log_prior: float, size: int,
    node: int, parents: Indices,
) -> float:  # fmt: skip
    """Nats of a column given its parents, without the cost of naming them."""
    factor = gather(matrix, size, parents, parents)
    log_determinant = factorise(factor)
    effect = moments(matrix, size, parents, node)
    solve_lower(factor, effect)
    residual = squares[node]
    for k in range(len(effect)):
        residual -= effect[k, 0] * effect[k, 0]
    residual = max(residual, SMALLEST_RESIDUAL * squares[node])
    complexity = 0.5 * (log_determinant - len(parents) * log_prior)
    nats: float = 0.5 * rows * np.log(residual / rows) + complexity
    return nats


@compiled
def add_gains(
    matrix: Floats, squares: Floats, rows: float, log_prior: float, size: int, naming: Floats,
    node: int, parents: Indices, candidates: Indices,
) -> Floats:  # fmt: skip
    """Nats saved by each candidate as one more parent: one factorisation for all of them."""
    factor = gather(matrix, size, parents, parents)
    factorise(factor)
    effect = moments(matrix, size, parents, node)
    solve_lower(factor, effect)
    before = squares[node]
    for k in range(len(effect)):
        before -= effect[k, 0] * effect[k, 0]
    smallest = SMALLEST_RESIDUAL * squares[node]
    before = max(before, smallest)
    extra_naming = naming[len(parents) + 1] - naming[len(parents)]
    gains = np.empty(len(candidates))
    for index in range(len(candidates)):
        own = candidates[index : index + 1]
        cross = gather(matrix, size, parents, own)
        solve_lower(factor, cross)
        block = gather(matrix, size, own, own)
        right = moments(matrix, size, own, node)
        for k in range(len(effect)):
            for a in range(size):
                right[a, 0] -= cross[k, a] * effect[k, 0]
                for b in range(a + 1):
                    block[a, b] -= cross[k, a] * cross[k, b]
        log_determinant = factorise(block)
        solve_lower(block, right)
        after = before
        for a in range(size):
            after -= right[a, 0] * right[a, 0]
        after = max(after, smallest)
        saved = 0.5 * rows * np.log(before / after)
        gains[index] = saved - 0.5 * (log_determinant - log_prior) - extra_naming
    return gains


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


@compiled
def drop_gains(
    matrix: Floats, squares: Floats, rows: float, log_prior: float, size: int, naming: Floats,
    node: int, parents: Indices,
) -> Floats:  # fmt: skip
    """Nats saved (mostly lost, so negative) by dropping each parent."""
    count = len(parents)
    full = data_cost(matrix, squares, rows, log_prior, size, node, parents) + naming[count]
    gains = np.empty(count)
    for index in range(count):
        fewer = without(parents, index)
        cost = data_cost(matrix, squares, rows, log_prior, size, node, fewer)
        gains[index] = full - cost - naming[count - 1]
    return gains


@compiled
def grow_shrink(
    matrix: Floats, squares: Floats, rows: float, log_prior: float, size: int, naming: Floats,
    node: int, required: Indices, candidates: Indices,
) -> Indices:  # fmt: skip
    """Parents among the candidates: grown by the largest gain, then shrunk."""
    parents = required
    free = candidates
    while len(free) > 0:
        gains = add_gains(
            matrix, squares, rows, log_prior, size, naming, node, parents, free
        )  # fmt: skip
        best = largest(gains, 0)
        if gains[best] <= 0.0:
            break
        grown = np.empty(len(parents) + 1, np.int64)
        for k in range(len(parents)):
            grown[k] = parents[k]
        grown[len(parents)] = free[best]
        parents = grown
        free = without(free, best)
    while len(parents) > len(required):
        gains = drop_gains(matrix, squares, rows, log_prior, size, naming, node, parents)
        best = largest(gains, len(required))
        if gains[best] <= 0.0:
            break
        parents = without(parents, best)
    return parents


@compiled
def best_move(
    adds: Floats, drops: Floats, adjacency: Booleans, reach: Booleans, change: bool
) -> tuple[float, int, int, int]:
    """Find the legal move that saves most: nats, kind, cause and effect.

    `adds` and `drops` hold the gain of each move, minus infinity where it may not be made;
    ``reach[a, b]`` says that b can be reached from a. Without `change`, edges are only added.
    """
    count = len(adjacency)
    gain, kind, cause, effect = 0.0, -1, -1, -1
    for a in range(count):
        for b in range(count):
            if adds[a, b] > gain and not reach[b, a]:
                gain, kind, cause, effect = adds[a, b], ADD, a, b
            if not change or not adjacency[a, b]:
                continue
            if drops[a, b] > gain:
                gain, kind, cause, effect = drops[a, b], DROP, a, b
            if drops[a, b] + adds[b, a] > gain:
                detour = False
                for c in range(count):
                    detour |= c != b and adjacency[a, c] and reach[c, b]
                if not detour:
                    gain, kind, cause, effect = drops[a, b] + adds[b, a], REVERSE, a, b
    return gain, kind, cause, effect


@compiled
def connect(reach: Booleans, cause: int, effect: int) -> None:
    """Bring reachability up to date after ``cause -> effect`` was added."""
    count = len(reach)
    for a in range(count):
        if reach[a, cause] and not reach[a, effect]:
            for b in range(count):
                if reach[effect, b]:
                    reach[a, b] = True


@compiled
def closure(adjacency: Booleans) -> Booleans:
    """Who can be reached from whom, each from itself included."""
    count = len(adjacency)
    reach = np.empty((count, count), np.bool_)
    stack = np.empty(count, np.int64)
    for start in range(count):
        for node in range(count):
            reach[start, node] = False
        reach[start, start] = True
        stack[0] = start
        depth = 1
        while depth > 0:
            depth -= 1
            node = stack[depth]
            for child in range(count):
                if adjacency[node, child] and not reach[start, child]:
                    reach[start, child] = True
                    stack[depth] = child
                    depth += 1
    return reach
