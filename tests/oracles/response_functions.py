"""Models of response functions written out: every function of every node, nothing clever.

The joint distribution of the nodes of a district over all their functions is one vector; districts
are independent. Worlds are simulated unit by unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from causal_magics.graph.model import CausalGraph

Floats = NDArray[np.float64]
Event = tuple[str, int, Mapping[str, int]]


@dataclass
class ResponseFunctions:
    """All units that a graph allows, `shape` of them: one axis for each district."""

    parents: dict[str, tuple[str, ...]]
    levels: dict[str, int]
    districts: list[tuple[str, ...]]

    def __post_init__(self) -> None:
        self.kinds = [
            list(product(*(self.functions(name) for name in district)))
            for district in self.districts
        ]
        self.shape = tuple(len(kinds) for kinds in self.kinds)

    @classmethod
    def of(cls, graph: CausalGraph, levels: Mapping[str, int] | None = None) -> ResponseFunctions:
        order = graph.topological_order()
        found: list[set[str]] = []
        for name in order:
            near = {name, *graph.siblings(name)}
            touching = [district for district in found if district & near]
            found = [district for district in found if not district & near]
            found.append({name}.union(*touching))
        return cls(
            {name: tuple(sorted(graph.parents(name))) for name in order},
            {name: (levels or {}).get(name, 2) for name in order},
            [tuple(sorted(district)) for district in found],
        )

    def functions(self, name: str) -> list[dict[tuple[int, ...], int]]:
        rows = list(product(*(range(self.levels[p]) for p in self.parents[name])))
        return [
            dict(zip(rows, answers, strict=True))
            for answers in product(range(self.levels[name]), repeat=len(rows))
        ]

    def world(self, do: Mapping[str, int]) -> dict[str, NDArray[np.int64]]:
        """Return the level of each node for each unit where `do` is set, arrays of `shape`."""
        levels: dict[str, NDArray[np.int64]] = {}
        for name, parents in self.parents.items():
            if name in do:
                levels[name] = np.full(self.shape, do[name])
                continue
            axis = next(d for d, names in enumerate(self.districts) if name in names)
            place = self.districts[axis].index(name)
            filled = np.zeros(self.shape, dtype=np.int64)
            for kind, functions in enumerate(self.kinds[axis]):
                here = (*[slice(None)] * axis, kind)
                given = [levels[p][here] for p in parents]
                answers = np.zeros(filled[here].shape, dtype=np.int64)
                for row, level in functions[place].items():
                    chosen = np.ones(answers.shape, dtype=bool)
                    for column, value in zip(given, row, strict=True):
                        chosen &= column == value
                    answers[chosen] = level
                filled[here] = answers
            levels[name] = filled
        return levels

    def indicator(self, events: Sequence[Event]) -> Floats:
        """Return for each unit whether all events happen."""
        happens = np.ones(self.shape, dtype=bool)
        for name, level, do in events:
            happens &= self.world(do)[name] == level
        return happens.astype(float)

    def random(self, rng: np.random.Generator, concentration: float) -> list[Floats]:
        return [rng.dirichlet(np.full(size, concentration)) for size in self.shape]

    def joint(
        self, weights: Sequence[Floats], nodes: Sequence[str], do: Mapping[str, int] | None = None
    ) -> Floats:
        """Return the distribution of some nodes where `do` is set."""
        levels = self.world(do or {})
        units = product_of(weights)
        array = np.zeros([self.levels[name] for name in nodes])
        np.add.at(array, tuple(levels[name].reshape(-1) for name in nodes), units.reshape(-1))
        return array

    def inner_bounds(
        self,
        truth: Sequence[Floats],
        nodes: Sequence[str],
        query: Floats,
        rng: np.random.Generator,
        starts: int = 12,
        dos: Sequence[Mapping[str, int]] = (),
    ) -> tuple[float, float]:
        """Return the least and greatest mean of `query` that is found over models with the data.

        What the data fix of a district is read off the truth: the joint distribution is linear in
        its weights, all others being true. One district at a time is optimised.
        """
        systems = [self._system(truth, axis, nodes, dos) for axis in range(len(self.shape))]
        ends = []
        for sign in (1.0, -1.0):
            best = np.inf
            for _ in range(starts):
                weights = [_solve(rng.normal(size=n), system) for n, system in
                           zip(self.shape, systems, strict=True)]  # fmt: skip
                value = np.inf
                while True:
                    for axis, system in enumerate(systems):
                        costs = sign * _without(query, weights, axis)
                        weights[axis] = _solve(costs, system)
                    now = sign * float((product_of(weights) * query).sum())
                    if now > value - 1e-12:
                        break
                    value = now
                best = min(best, now)
            ends.append(sign * best)
        return ends[0], ends[1]

    def _system(
        self,
        truth: Sequence[Floats],
        axis: int,
        nodes: Sequence[str],
        dos: Sequence[Mapping[str, int]],
    ) -> tuple[Floats, Floats]:
        rows = []
        for do in ({}, *dos):
            levels = self.world(do)
            for cell in product(*(range(self.levels[name]) for name in nodes)):
                here = np.ones(self.shape)
                for name, level in zip(nodes, cell, strict=True):
                    here = here * (levels[name] == level)
                rows.append(_without(here, truth, axis))
        # A row of rare units is as strict as one of common ones.
        rows = [row / row.max() for row in rows if row.max() > 0]
        matrix = np.array([*rows, np.ones(self.shape[axis])])
        return matrix, matrix @ truth[axis]


def product_of(weights: Sequence[Floats]) -> Floats:
    units = np.ones(())
    for part in weights:
        units = np.multiply.outer(units, part)
    return units


def _without(array: Floats, weights: Sequence[Floats], axis: int) -> Floats:
    """Return the array averaged over all districts but one."""
    for other in reversed(range(array.ndim)):
        if other != axis:
            array = np.tensordot(array, weights[other], axes=(other, 0))
    return array


def _solve(costs: Floats, system: tuple[Floats, Floats]) -> Floats:
    found = linprog(costs, A_eq=system[0], b_eq=system[1], method="highs")
    assert found.status == 0, found.message
    return found.x
