"""Exact probabilities in random binary models of a graph: effects by definition."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from causal_magics.graph.model import CausalGraph

Array = NDArray[np.float64]


class BinaryModel:
    """A random model: each node of a DAG is binary; each `<->` is a hidden binary cause.

    `joint` has one axis of length 2 for each node, hidden ones last.
    """

    def __init__(self, graph: CausalGraph, seed: int) -> None:
        rng = np.random.default_rng(seed)
        spouses = sorted(graph.bidirected_edges)
        self.axes = {name: i for i, name in enumerate([*graph.nodes, *map(str, spouses)])}
        self.size = len(self.axes)
        self.parents = {name: sorted(graph.parents(name)) for name in graph.nodes}
        for pair in spouses:
            self.parents[str(pair)] = []
            for end in pair:
                self.parents[end].append(str(pair))
        self.factors = {name: self._factor(name, rng) for name in self.axes}
        self.joint = self._product(self.axes)

    def _factor(self, name: str, rng: np.random.Generator) -> Array:
        """P(name | parents), with axes of length 1 for all other nodes."""
        family = [self.axes[n] for n in (*self.parents[name], name)]
        shape = [2 if axis in family else 1 for axis in range(self.size)]
        own = self.axes[name]
        shape[own] = 1
        one = rng.uniform(0.1, 0.9, shape)
        return np.concatenate([1 - one, one], axis=own)

    def _product(self, names: Iterable[str]) -> Array:
        joint = np.ones([2] * self.size)
        for name in names:
            joint = joint * self.factors[name]
        return joint

    def kept(self, joint: Array, names: Iterable[str]) -> Array:
        """Sum out all but `names`; their axes stay, the others have length 1."""
        keep = {self.axes[name] for name in names}
        out = tuple(axis for axis in range(self.size) if axis not in keep)
        return np.sum(joint, axis=out, keepdims=True)

    def selected(self, names: Iterable[str]) -> Array:
        """The joint distribution among those with 1 in all `names`."""
        joint = self.joint
        for name in names:
            joint = np.take(joint, [1], axis=self.axes[name])
        return joint / joint.sum()

    def effect(self, xs: set[str], ys: set[str]) -> Array:
        """P(ys | do(xs)) as an array over the axes of both."""
        return self.kept(self._product(n for n in self.axes if n not in xs), xs | ys)

    def adjusted(
        self, xs: set[str], ys: set[str], given: set[str], selections: Iterable[str] = ()
    ) -> Array:
        """Sum over `given` of P(ys | xs, given) P(given), in the selected sample."""
        joint = self.selected(selections)
        conditional = self.kept(joint, xs | ys | given) / self.kept(joint, xs | given)
        return self.kept(conditional * self.kept(joint, given), xs | ys)

    def front_door(self, xs: set[str], ys: set[str], mediators: set[str]) -> Array:
        """Sum over mediators m of P(m | xs) times the sum over x' of P(ys | m, x') P(x')."""
        first = self.kept(self.joint, xs | mediators) / self.kept(self.joint, xs)
        conditional = self.kept(self.joint, xs | ys | mediators) / self.kept(
            self.joint, xs | mediators
        )
        second = self.kept(conditional * self.kept(self.joint, xs), ys | mediators)
        return self.kept(first * second, xs | ys)
