"""The codelength computed directly from the data, and all small DAGs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from math import comb, log, log2

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from causal_magics.discovery.basis import Basis

Floats = NDArray[np.float64]


def codelength(
    basis: Basis, values: Floats, node: int, parents: list[int], edge_cost: float = 0.0
) -> float:
    """Nats of a column and of naming its parents, as the formula is written."""
    others = len(basis.columns) - 1
    return (
        fitted(basis, values, node, parents)[1]
        + log(comb(others, len(parents)))
        + log(2.0) * iterated_logarithm(len(parents) + 1)
        + log(2.865)
        + edge_cost * len(parents)
    )


def fitted(
    basis: Basis, values: Floats, node: int, parents: list[int]
) -> tuple[list[tuple[int, int]], float]:
    """Products of parents that are used, each paid for by its name, and the nats of the column."""
    free = [pair for pair in combinations(sorted(parents), 2) if pair in basis.products]
    used: list[tuple[int, int]] = []
    price = log(1.0 + len(free))
    nats = regression(basis, values, node, parents, used)
    while free:
        lengths = [regression(basis, values, node, parents, [*used, pair]) for pair in free]
        best = int(np.argmin(lengths))
        if regression(basis, values, node, parents, used) - lengths[best] <= price:
            break
        nats -= regression(basis, values, node, parents, used) - lengths[best] - price
        used.append(free.pop(best))
    return used, nats


def regression(
    basis: Basis, values: Floats, node: int, parents: list[int], products: list[tuple[int, int]]
) -> float:
    """Nats by ridge regression of the responses of a column on the design matrix."""
    layout = basis.layout
    design = basis.design(values)[:, 1:]
    design = design - design.mean(axis=0)
    first, last = layout.response_starts[node : node + 2]
    targets = design[:, layout.responses[first:last]]
    blocks = [*parents, *(len(basis.columns) + basis.products.index(pair) for pair in products)]
    chosen = [f for b in blocks for f in range(layout.starts[b], layout.starts[b + 1])]
    inputs = design[:, chosen]
    precision = layout.order[chosen] ** 3.0 / 0.5
    penalised = inputs.T @ inputs + np.diag(precision)
    coefficients = np.linalg.solve(penalised, inputs.T @ targets)
    residual = targets - inputs @ coefficients
    squares = residual.T @ residual + coefficients.T @ np.diag(precision) @ coefficients
    share = 0.02 if layout.nominal[node] else 1e-10
    squares += share * np.diag((targets**2).sum(axis=0))
    rows = (~np.isnan(values[:, node])).sum()
    determinants = np.linalg.slogdet(penalised)[1] - np.log(precision).sum()
    spread = np.linalg.slogdet(squares / rows)[1]
    return float(0.5 * rows * spread + 0.5 * targets.shape[1] * determinants)


def iterated_logarithm(number: float) -> float:
    value = log2(number)
    return value + iterated_logarithm(value) if value > 0 else 0.0


def all_dags(nodes: int) -> Iterator[NDArray[np.bool_]]:
    pairs = [(i, j) for i in range(nodes) for j in range(i)]
    for states in product((0, 1, 2), repeat=len(pairs)):
        adjacency = np.zeros((nodes, nodes), dtype=bool)
        for (i, j), state in zip(pairs, states, strict=True):
            adjacency[i, j] = state == 1
            adjacency[j, i] = state == 2
        if nx.is_directed_acyclic_graph(nx.from_numpy_array(adjacency, create_using=nx.DiGraph)):
            yield adjacency
