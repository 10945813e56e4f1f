"""Compiled loops over small blocks of the Gram matrix.

All that they read is one `Blocks`: the centred Gram matrix, and which of its rows are the functions
of a column as a parent and which are the column itself as an effect. All results are in nats.
Nothing compiles before a first call, and what was compiled is kept on disk.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from causal_magics.discovery.compiled import (
    appended,
    compiled,
    factorise,
    gather,
    largest,
    solve_lower,
    without,
)
from causal_magics.discovery.layout import Booleans, Floats, Indices

SMALLEST_RESIDUAL = 1e-10
"""Share of a column's variance that is added to its residual."""
SMALLEST_NOMINAL = 0.02
"""The same for a label: however well it is known, its code is not as short as one likes."""


class Blocks(NamedTuple):
    """A Gram matrix and its parts, for ``p`` columns and ``q`` products of columns.

    Attributes
    ----------
    matrix
        Centred Gram matrix of all functions, shape ``(functions, functions)``.
    precision
        Prior precision of the coefficient of each function, shape ``(functions,)``.
    starts
        Block ``b`` holds the functions ``starts[b]`` to ``starts[b + 1]``; the first ``p`` blocks
        are those of the columns, the others those of products. Shape ``(p + q + 1,)``.
    log_prior
        Sum of the log precisions of each block, shape ``(p + q,)``.
    pairs
        The block of the products of two columns, or -1; shape ``(p, p)``.
    response_starts, responses
        Column ``j`` as an effect is the functions ``responses[response_starts[j] : ...]``.
    nominal
        Whether a column is coded as a label.
    rows
        Rows in which each column is observed, shape ``(p,)``.
    naming
        Nats for naming the parents, by their number; shape ``(p,)``.
    charges
        Nats of each edge besides, ``[cause, effect]``; shape ``(p, p)``.
    """

    matrix: Floats
    precision: Floats
    starts: Indices
    log_prior: Floats
    pairs: Indices
    response_starts: Indices
    responses: Indices
    nominal: Booleans
    rows: Floats
    naming: Floats
    charges: Floats


@compiled
def functions_of(b: Blocks, chosen: Indices) -> Indices:
    """Functions of the chosen blocks, one block after the other."""
    count = 0
    for block in chosen:
        count += b.starts[block + 1] - b.starts[block]
    found = np.empty(count, np.int64)
    place = 0
    for block in chosen:
        for function in range(b.starts[block], b.starts[block + 1]):
            found[place] = function
            place += 1
    return found


@compiled
def penalised(b: Blocks, functions: Indices) -> Floats:
    """Gram matrix of some functions with their prior precisions on its diagonal."""
    found = gather(b.matrix, functions, functions)
    for k in range(len(functions)):
        found[k, k] += b.precision[functions[k]]
    return found


@compiled
def coded(b: Blocks, node: int, residual: Floats) -> float:
    """Nats of a column whose functions as an effect have these residual squares and products."""
    share = SMALLEST_NOMINAL if b.nominal[node] else SMALLEST_RESIDUAL
    block = residual.copy()
    for k in range(len(block)):
        response = b.responses[b.response_starts[node] + k]
        block[k, k] += share * b.matrix[response, response]
    nats: float = 0.5 * b.rows[node] * (factorise(block) - len(block) * np.log(b.rows[node]))
    return nats


@compiled
def regress(b: Blocks, node: int, chosen: Indices) -> tuple[Floats, Floats, Floats, float]:
    """Factor, solved moments, residual squares and nats of a column given chosen blocks."""
    functions = functions_of(b, chosen)
    responses = b.responses[b.response_starts[node] : b.response_starts[node + 1]]
    factor = penalised(b, functions)
    complexity = factorise(factor)
    for block in chosen:
        complexity -= b.log_prior[block]
    moments = gather(b.matrix, functions, responses)
    solve_lower(factor, moments)
    residual = gather(b.matrix, responses, responses)
    for k in range(moments.shape[0]):
        for r in range(moments.shape[1]):
            for s in range(moments.shape[1]):
                residual[r, s] -= moments[k, r] * moments[k, s]
    nats = coded(b, node, residual) + 0.5 * len(responses) * complexity
    return factor, moments, residual, nats


@compiled
def products_among(b: Blocks, parents: Indices) -> Indices:
    """Blocks of the products of two of the parents, as far as there are any."""
    found = np.empty(len(parents) * len(parents), np.int64)
    count = 0
    for i in range(len(parents)):
        for j in range(i):
            block = b.pairs[parents[i], parents[j]]
            if block >= 0:
                found[count] = block
                count += 1
    return found[:count]


@compiled
def block_gain(
    b: Blocks, node: int, functions: Indices, factor: Floats, moments: Floats, residual: Floats,
    block: int,
) -> float:  # fmt: skip
    """Nats saved by one more block beside those that were factorised, without its name."""
    own = np.arange(b.starts[block], b.starts[block + 1])
    responses = b.responses[b.response_starts[node] : b.response_starts[node + 1]]
    cross = gather(b.matrix, functions, own)
    solve_lower(factor, cross)
    square = penalised(b, own)
    right = gather(b.matrix, own, responses)
    for k in range(len(functions)):
        for a in range(len(own)):
            for r in range(len(responses)):
                right[a, r] -= cross[k, a] * moments[k, r]
            for c in range(a + 1):
                square[a, c] -= cross[k, a] * cross[k, c]
    complexity = factorise(square) - b.log_prior[block]
    solve_lower(square, right)
    after = residual.copy()
    for a in range(len(own)):
        for r in range(len(responses)):
            for s in range(len(responses)):
                after[r, s] -= right[a, r] * right[a, s]
    saved: float = coded(b, node, residual) - coded(b, node, after)
    saved -= 0.5 * len(responses) * complexity
    return saved


@compiled
def with_products(b: Blocks, node: int, parents: Indices) -> tuple[Indices, float]:
    """Parents and those products of two of them that save nats, and the nats of the column."""
    factor, moments, residual, nats = regress(b, node, parents)
    if len(b.log_prior) == len(b.rows) or len(parents) < 2:
        return parents, nats
    chosen = parents
    free = products_among(b, parents)
    price = np.log(1.0 + len(free))
    while len(free) > 0:
        functions = functions_of(b, chosen)
        gains = np.empty(len(free))
        for k in range(len(free)):
            gains[k] = block_gain(b, node, functions, factor, moments, residual, free[k])
        best = largest(gains, 0)
        if gains[best] <= price:
            break
        nats -= gains[best] - price
        chosen = appended(chosen, free[best])
        free = without(free, best)
        factor, moments, residual, _ = regress(b, node, chosen)
    return chosen, nats


@compiled
def node_cost(b: Blocks, node: int, parents: Indices) -> float:
    """Nats of a column and of naming its parents."""
    nats = with_products(b, node, parents)[1] + float(b.naming[len(parents)])
    for parent in parents:
        nats += float(b.charges[parent, node])
    return nats


@compiled
def add_gains(b: Blocks, node: int, parents: Indices, candidates: Indices) -> Floats:
    """Nats saved by each candidate as one more parent: one factorisation for all of them."""
    chosen, nats = with_products(b, node, parents)
    factor, moments, residual, _ = regress(b, node, chosen)
    functions = functions_of(b, chosen)
    naming = b.naming[len(parents) + 1] - b.naming[len(parents)]
    gains = np.empty(len(candidates))
    for index in range(len(candidates)):
        candidate = candidates[index]
        paired = False
        for parent in parents:
            paired |= b.pairs[candidate, parent] >= 0
        if paired:
            gains[index] = nats - with_products(b, node, appended(parents, candidate))[1]
        else:
            gains[index] = block_gain(b, node, functions, factor, moments, residual, candidate)
        gains[index] -= naming + b.charges[candidate, node]
    return gains


@compiled
def drop_gains(b: Blocks, node: int, parents: Indices) -> Floats:
    """Nats saved (mostly lost, so negative) by dropping each parent."""
    full = node_cost(b, node, parents)
    gains = np.empty(len(parents))
    for index in range(len(parents)):
        gains[index] = full - node_cost(b, node, without(parents, index))
    return gains


@compiled
def best_pair(b: Blocks, node: int, parents: Indices, free: Indices) -> tuple[int, int]:
    """Positions of the two free columns that save most together by their product, or -1.

    Only products are looked at that save something by themselves.
    """
    chosen = with_products(b, node, parents)[0]
    functions = functions_of(b, chosen)
    factor, moments, residual, _ = regress(b, node, chosen)
    best, first, second = node_cost(b, node, parents), -1, -1
    for i in range(len(free)):
        for j in range(i):
            pair = b.pairs[free[i], free[j]]
            if pair < 0:
                continue
            if block_gain(b, node, functions, factor, moments, residual, pair) <= 0.0:
                continue
            both = appended(appended(parents, free[j]), free[i])
            nats = node_cost(b, node, both)
            if nats < best:
                best, first, second = nats, j, i
    return first, second


@compiled
def grow_shrink(b: Blocks, node: int, required: Indices, candidates: Indices) -> Indices:
    """Parents among the candidates: grown by the largest gain, in pairs at last, then shrunk."""
    parents = required
    free = candidates
    while len(free) > 0:
        gains = add_gains(b, node, parents, free)
        best = largest(gains, 0)
        if gains[best] > 0.0:
            parents = appended(parents, free[best])
            free = without(free, best)
            continue
        if len(b.log_prior) == len(b.rows):
            break
        first, second = best_pair(b, node, parents, free)
        if first < 0:
            break
        parents = appended(appended(parents, free[first]), free[second])
        free = without(without(free, second), first)
    while len(parents) > len(required):
        gains = drop_gains(b, node, parents)
        best = largest(gains, len(required))
        if gains[best] <= 0.0:
            break
        parents = without(parents, best)
    return parents
