"""The least value of a multilinear polynomial over a product of polytopes.

Where each monomial has one factor, that is one linear program. Else the least value is at a vertex
of each polytope: where all but one have few vertices it is found exactly. Else a relaxation bounds
it from below, refined by branching, and alternating linear programs from above.

Sherali & Adams (1990) and Sherali & Tuncbilek (1992) for the relaxation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product
from math import prod

import numpy as np
from scipy import sparse

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.graphs.polytope_program import PolytopeProgram
from causal_magics.counterfactual.graphs.polytope_vertices import vertices_of
from causal_magics.counterfactual.graphs.relaxation import relaxed_minimum
from causal_magics.counterfactual.graphs.response_polytope import Polytope

__all__ = ["Extremum", "Monomial", "MultilinearProgram"]

Monomial = tuple[tuple[int, int], ...]
"""Factors as (polytope, asked event)."""
MOST_CHOICES = 100_000
"""Choices of vertices up to which all are tried."""
MOST_PROGRAMS = 600
"""Choices of vertices up to which a linear program is solved for each; fewer where it is large."""
LARGE = 1000
"""Variables of a large program."""
STARTS = 6


@dataclass(frozen=True, slots=True)
class Extremum:
    """The least value lies from `outer` to `inner`; some model has `inner`."""

    outer: float
    inner: float

    def __add__(self, other: Extremum) -> Extremum:
        return Extremum(self.outer + other.outer, self.inner + other.inner)


class MultilinearProgram:
    """Minimises polynomials with the same monomials.

    Parameters
    ----------
    polytopes : sequence of Polytope
    monomials : sequence of Monomial
        Without factors: the constant.
    effort : int
        How many times the relaxation may branch.
    """

    def __init__(
        self, polytopes: Sequence[Polytope], monomials: Sequence[Monomial], effort: int
    ) -> None:
        self._constant = [t for t, monomial in enumerate(monomials) if not monomial]
        joined = _joined(len(polytopes), monomials)
        products = {joined[m[0][0]] for m in monomials if len(m) > 1}
        self._linear = _LinearPart(
            [(p, polytopes[p]) for p in range(len(polytopes)) if joined[p] not in products],
            monomials,
        )
        self._groups = [
            _Group(
                [(p, polytopes[p]) for p in range(len(polytopes)) if joined[p] == root],
                monomials, effort,
            )
            for root in sorted(products)
        ]  # fmt: skip

    def minimise(self, weights: Floats) -> Extremum:
        """Return the least value of ``sum(weights * monomials)``.

        Raises
        ------
        Infeasible
            Where a polytope has no point.
        """
        constant = float(weights[self._constant].sum())
        total = Extremum(constant, constant) + self._linear.minimise(weights)
        for group in self._groups:
            total = total + group.minimise(weights)
        return total


def _joined(count: int, monomials: Sequence[Monomial]) -> list[int]:
    """Return for each polytope the least of those that monomials join with it."""
    root = list(range(count))

    def find(p: int) -> int:
        while root[p] != p:
            p = root[p]
        return p

    for monomial in monomials:
        for (a, _), (b, _) in pairwise(monomial):
            low, high = sorted((find(a), find(b)))
            root[high] = low
    return [find(p) for p in range(count)]


class _LinearPart:
    """The polytopes that occur alone, in one block-diagonal program."""

    def __init__(
        self, parts: Sequence[tuple[int, Polytope]], monomials: Sequence[Monomial]
    ) -> None:
        self._program: PolytopeProgram | None = None
        if not parts:
            return
        starts = np.cumsum([0, *(polytope.asked.shape[0] for _, polytope in parts)])
        first = {p: int(start) for (p, _), start in zip(parts, starts, strict=False)}
        terms = [(t, m[0]) for t, m in enumerate(monomials) if len(m) == 1 and m[0][0] in first]
        self._terms = np.array([t for t, _ in terms], dtype=int)
        self._places = np.array([first[p] + j for _, (p, j) in terms], dtype=int)
        self._asked = sparse.csr_array(sparse.block_diag([q.asked for _, q in parts]))
        matrix = sparse.block_diag([polytope.matrix for _, polytope in parts])
        right = np.concatenate([polytope.right for _, polytope in parts])
        self._program = PolytopeProgram(matrix, right)

    def minimise(self, weights: Floats) -> Extremum:
        if self._program is None:
            return Extremum(0.0, 0.0)
        asked = np.bincount(self._places, weights[self._terms], self._asked.shape[0])
        value, _ = self._program.minimise(self._asked.T @ asked)
        return Extremum(value, value)


class _Group:
    """Polytopes that products join."""

    def __init__(
        self,
        parts: Sequence[tuple[int, Polytope]],
        monomials: Sequence[Monomial],
        effort: int,
    ) -> None:
        place = {p: at for at, (p, _) in enumerate(parts)}
        self._polytopes = [polytope for _, polytope in parts]
        self._effort = effort
        self._terms = [t for t, m in enumerate(monomials) if m and m[0][0] in place]
        # Where a monomial lacks a polytope, its factor is the 1 after the asked probabilities.
        self._factors = np.full((len(self._terms), len(parts)), -1)
        for row, t in enumerate(self._terms):
            for p, j in monomials[t]:
                self._factors[row, place[p]] = j

    @cached_property
    def _programs(self) -> list[PolytopeProgram]:
        return [PolytopeProgram(q.matrix, q.right) for q in self._polytopes]

    @cached_property
    def _vertices(self) -> list[Floats | None]:
        found = [vertices_of(polytope) for polytope in self._polytopes]
        return [None if v is None else np.hstack([v, np.ones((len(v), 1))]) for v in found]

    def minimise(self, weights: Floats) -> Extremum:
        for program, polytope in zip(self._programs, self._polytopes, strict=True):
            program.minimise(np.zeros(polytope.matrix.shape[1]))
        mine = weights[self._terms]
        exact = self._at_vertices(mine)
        if exact is not None:
            return Extremum(exact, exact)
        best = min(self._alternate(mine, seed) for seed in range(STARTS))
        outer = relaxed_minimum(
            self._polytopes,
            self._factors,
            mine,
            best,
            self._effort,
            lambda points: self._descend(mine, points),
        )
        return Extremum(min(outer[0], outer[1]), outer[1])

    def _at_vertices(self, weights: Floats) -> float | None:
        """Return the least value over all choices of vertices, None where there are too many."""
        counts = [np.inf if v is None else len(v) for v in self._vertices]
        if not min(counts):
            return None
        last = int(np.argmax(counts))
        others = [p for p in range(len(counts)) if p != last]
        choices = prod(counts[p] for p in others)
        enumerated = self._vertices[last]
        size = self._polytopes[last].matrix.shape[1]
        programs = MOST_PROGRAMS * min(1.0, LARGE / size)
        if choices > (programs if enumerated is None else MOST_CHOICES):
            return None
        best = np.inf
        step = max(1, int(4_000_000 // len(weights)))
        indices = np.array(list(product(*(range(int(counts[p])) for p in others))), dtype=int)
        for start in range(0, len(indices), step):
            part = indices[start : start + step]
            values = np.broadcast_to(weights, (len(part), len(weights)))
            for column, p in enumerate(others):
                vertices = self._vertices[p]
                assert vertices is not None
                values = values * vertices[part[:, column]][:, self._factors[:, p]]
            costs = values @ self._selector(last)
            if enumerated is not None:
                best = min(best, float((costs @ enumerated.T).min()))
            else:
                best = min(best, *(self._solve(last, row)[0] for row in np.unique(costs, axis=0)))
        return best

    def _selector(self, p: int) -> sparse.csr_array:
        """Return the map from monomials to the asked probabilities of one polytope."""
        width = self._polytopes[p].asked.shape[0] + 1
        columns = self._factors[:, p] % width
        ones = np.ones(len(columns))
        return sparse.csr_array(
            (ones, (np.arange(len(columns)), columns)), shape=(len(columns), width)
        )

    def _solve(self, p: int, costs: Floats) -> tuple[float, Floats]:
        """Return the least value of one polytope's part, and its asked probabilities there."""
        asked = self._polytopes[p].asked
        value, point = self._programs[p].minimise(asked.T @ costs[:-1])
        return value + float(costs[-1]), np.append(asked @ point, 1.0)

    def _alternate(self, weights: Floats, seed: int) -> float:
        """Return a local minimum from a random start."""
        rng = np.random.default_rng(seed)
        points = []
        for p, polytope in enumerate(self._polytopes):
            costs = rng.normal(size=polytope.asked.shape[0] + 1)
            points.append(self._solve(p, costs)[1])
        return self._descend(weights, points)

    def _descend(self, weights: Floats, points: list[Floats]) -> float:
        """Improve one polytope's point at a time until nothing changes."""
        best = np.inf
        selectors = [self._selector(p) for p in range(len(points))]
        while True:
            value = best
            for p in range(len(points)):
                factors = weights.copy()
                for other, point in enumerate(points):
                    if other != p:
                        factors = factors * point[self._factors[:, other]]
                value, points[p] = self._solve(p, factors @ selectors[p])
            if value > best - 1e-10:
                return min(value, best)
            best = value
