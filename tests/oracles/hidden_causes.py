"""Exact probabilities in random discrete models with hidden nodes: effects by definition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from causal_magics.graph.model import CausalGraph

Array = NDArray[np.float64]


class HiddenCauses:
    """A random model of an ADMG in which each `<->` is a hidden cause.

    Parameters
    ----------
    graph : CausalGraph
    seed : int
    levels : mapping from str to int
        How many levels a node has; 2 where it is not named, as hidden causes of `<->`.
    functional : iterable of str
        Nodes whose level is one function of the parents', drawn at random.
    zeros : float
        Which share of the other probabilities is 0.
    """

    def __init__(
        self,
        graph: CausalGraph,
        seed: int,
        levels: Mapping[str, int] | None = None,
        functional: Iterable[str] = (),
        zeros: float = 0.0,
    ) -> None:
        self.rng = np.random.default_rng(seed)
        self.functional, self.zeros = set(functional), zeros
        spouses = {f"{a} <-> {b}": (a, b) for a, b in sorted(graph.bidirected_edges)}
        self.nodes = [*graph.nodes, *spouses]
        self.axes = {name: axis for axis, name in enumerate(self.nodes)}
        self.levels = {name: (levels or {}).get(name, 2) for name in self.nodes}
        self.parents = {name: sorted(graph.parents(name)) for name in graph.nodes}
        self.parents |= {name: [] for name in spouses}
        for cause, ends in spouses.items():
            for end in ends:
                self.parents[end].append(cause)
        self.factors = {name: self._factor(name) for name in self.nodes}
        self.observed = [name for name in graph.nodes if name not in graph.latents]

    def _factor(self, name: str) -> Array:
        """Return P(name | parents), with axes of length 1 for all other nodes."""
        family = {name, *self.parents[name]}
        shape = [self.levels[n] if n in family else 1 for n in self.nodes]
        own = self.axes[name]
        if name in self.functional:
            shape[own] = 1
            level = self.rng.integers(0, self.levels[name], shape)
            each = np.arange(self.levels[name]).reshape(
                [-1 if n == name else 1 for n in self.nodes]
            )
            return (level == each).astype(float)
        weights = self.rng.uniform(0.1, 0.9, shape)
        weights[self.rng.random(shape) < self.zeros] = 0
        empty = weights.sum(axis=own, keepdims=True) == 0
        weights = np.where(empty, 1.0, weights)
        result: Array = weights / weights.sum(axis=own, keepdims=True)
        return result

    def joint(self, names: Iterable[str]) -> Array:
        """Return the joint distribution of some nodes, one axis each in their order."""
        return self._of(self.factors, list(names))

    def effect(self, exposure: Iterable[str], outcome: Iterable[str]) -> Array:
        """Return P(outcome | do(exposure)): axes of the exposures, then of the outcomes."""
        xs = list(exposure)
        kept = {name: factor for name, factor in self.factors.items() if name not in xs}
        return self._of(kept, [*xs, *outcome])

    def _of(self, factors: Mapping[str, Array], names: list[str]) -> Array:
        operands: list[object] = []
        for name, factor in factors.items():
            family = [n for n in self.nodes if n in {name, *self.parents[name]}]
            squeezed = factor.reshape([self.levels[n] for n in family])
            operands += [squeezed, [self.axes[n] for n in family]]
        for name in names:
            operands += [np.ones(self.levels[name]), [self.axes[name]]]
        result: Array = np.einsum(*operands, [self.axes[n] for n in names], optimize="greedy")
        return result
