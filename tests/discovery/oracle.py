"""The codelength computed directly from the data, and all small DAGs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import comb, log, log2

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from causal_magics.discovery.basis import Basis


def codelength(
    basis: Basis, values: NDArray[np.float64], node: int, parents: list[int], edge_cost: float = 0.0
) -> float:
    """Nats by ridge regression on the design matrix, as the formula is written."""
    rows, width = values.shape
    design = basis.design(values)[:, 1:].reshape(rows, width, basis.size)
    design = design - design.mean(axis=0)
    target = design[:, node, 0]
    inputs = design[:, parents, :].reshape(rows, -1)
    precision = np.tile(2.0 * np.arange(1, basis.size + 1) ** 3.0, len(parents))
    penalised = inputs.T @ inputs + np.diag(precision)
    coefficients = np.linalg.solve(penalised, inputs.T @ target)
    residual = np.sum((target - inputs @ coefficients) ** 2)
    residual += np.sum(precision * coefficients**2)
    determinants = np.linalg.slogdet(penalised)[1] - np.log(precision).sum()
    return float(
        0.5 * rows * log(residual / rows)
        + 0.5 * determinants
        + log(comb(width - 1, len(parents)))
        + log(2.0) * iterated_logarithm(len(parents) + 1)
        + log(2.865)
        + edge_cost * len(parents)
    )


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
