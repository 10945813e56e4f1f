"""Linear models of a graph in closed form: covariances, regressions and total effects."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from causal_magics.graph.model import CausalGraph


class LinearModel:
    """Random coefficients; each `<->` is a hidden common cause of unit variance."""

    def __init__(self, graph: CausalGraph, seed: int) -> None:
        rng = np.random.default_rng(seed)
        spouses = sorted(graph.bidirected_edges)
        self.index = {name: i for i, name in enumerate([*graph.nodes, *map(str, spouses)])}
        size = len(self.index)
        weights = np.zeros((size, size))
        hidden = [(str(pair), end) for pair in spouses for end in pair]
        for cause, effect in [*sorted(graph.directed_edges), *hidden]:
            sign = rng.choice((-1, 1))
            weights[self.index[effect], self.index[cause]] = sign * rng.uniform(0.5, 1.5)
        self.weights = weights
        self.total = np.linalg.inv(np.eye(size) - weights)
        self.covariance = self.total @ np.diag(rng.uniform(0.5, 2, size)) @ self.total.T

    def coefficient(self, cause: str, effect: str) -> float:
        return float(self.weights[self.index[effect], self.index[cause]])

    def effect(self, cause: str, effect: str) -> float:
        return float(self.total[self.index[effect], self.index[cause]])

    def block(self, rows: Iterable[str], columns: Iterable[str]) -> NDArray[np.float64]:
        picked = np.ix_([self.index[r] for r in rows], [self.index[c] for c in columns])
        return np.asarray(self.covariance[picked])

    def slope(self, outcome: str, exposure: str, given: Iterable[str]) -> float:
        rows = [exposure, *given]
        return float(np.linalg.solve(self.block(rows, rows), self.block(rows, [outcome]))[0, 0])

    def partial_covariance(self, a: str, b: str, given: Iterable[str]) -> float:
        z = list(given)
        explained = self.block([a], z) @ np.linalg.solve(self.block(z, z), self.block(z, [b]))
        return float((self.block([a], [b]) - explained)[0, 0])
