"""Structural models of discrete nodes with known responses: counterfactuals by enumeration."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from causal_magics.graph.model import CausalGraph

Integers = NDArray[np.int64]


class ResponseModel:
    """A random model of a graph, all of whose hidden states are enumerated.

    Each node has a hidden state of its own that picks a function of its parents and of the hidden
    causes that its `<->` edges stand for. Nodes with the role `functional` have one state.

    Parameters
    ----------
    graph : CausalGraph
        A DAG or ADMG.
    seed : int
    levels : int or dict
        Levels of each node; 2 where left out.
    states : int
        Hidden states of each node.
    """

    def __init__(
        self, graph: CausalGraph, seed: int, levels: dict[str, int] | None = None, states: int = 4
    ) -> None:
        rng = np.random.default_rng(seed)
        self.graph = graph
        self.levels = {name: (levels or {}).get(name, 2) for name in graph.nodes}
        spouses = sorted(graph.bidirected_edges)
        fixed = graph.with_role("functional")
        sizes = [1 if name in fixed else states for name in graph.nodes] + [2] * len(spouses)
        self.units = np.array(list(product(*map(range, sizes))), dtype=np.int64)
        chances = [rng.dirichlet(np.full(size, 2.0)) for size in sizes]
        self.shares = np.prod([c[self.units[:, i]] for i, c in enumerate(chances)], axis=0)
        self.hidden: dict[str, list[int]] = {name: [i] for i, name in enumerate(graph.nodes)}
        for number, pair in enumerate(spouses):
            for end in pair:
                self.hidden[end].append(len(graph.nodes) + number)
        self.tables = {}
        for name in graph.nodes:
            shape = [self.levels[p] for p in sorted(graph.parents(name))]
            shape += [sizes[i] for i in self.hidden[name]]
            self.tables[name] = rng.integers(self.levels[name], size=shape)

    def values(self, **settings: int) -> dict[str, Integers]:
        """Return the value of each node in each unit, with some nodes set."""
        found: dict[str, Integers] = {}
        for name in self.graph.topological_order():
            if name in settings:
                found[name] = np.full(len(self.units), settings[name])
                continue
            index = [found[parent] for parent in sorted(self.graph.parents(name))]
            index += [self.units[:, i] for i in self.hidden[name]]
            found[name] = self.tables[name][tuple(index)]
        return found

    @property
    def observed(self) -> list[str]:
        return [name for name in self.graph.nodes if name not in self.graph.latents]

    @property
    def joint(self) -> NDArray[np.float64]:
        """P(observed nodes), one axis each in the graph's order."""
        found = self.values()
        sizes = [self.levels[name] for name in self.observed]
        flat = np.ravel_multi_index([found[name] for name in self.observed], sizes)
        return np.bincount(flat, self.shares, minlength=int(np.prod(sizes))).reshape(sizes)

    def benefit(
        self, x: str, y: str, payoff: NDArray[np.float64], selected: str | None = None
    ) -> float:
        """Return the mean payoff by the outcomes untreated and treated."""
        untreated, treated = self.values(**{x: 0})[y], self.values(**{x: 1})[y]
        weights = self.shares
        if selected is not None:
            weights = weights * (self.values()[selected] == 1)
            weights = weights / weights.sum()
        return float(weights @ payoff[untreated, treated])

    def sample(self, rows: int, seed: int) -> dict[str, Integers]:
        """Draw rows of the observed nodes."""
        drawn = np.random.default_rng(seed).choice(len(self.units), size=rows, p=self.shares)
        found = self.values()
        return {name: found[name][drawn] for name in self.observed}
