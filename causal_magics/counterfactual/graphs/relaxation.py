"""Lower bounds on a multilinear polynomial: one joint distribution in place of a product.

The joint distribution of all types of several polytopes is a product of its margins. Relaxed, it
must only lie in each polytope given the types in all others: a linear program. Branching on the
range of an asked probability makes it as tight as wanted.

Sherali & Tuncbilek (1992), "A global optimization algorithm for polynomial programming problems
using a reformulation-linearization technique".
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from itertools import count
from math import prod

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.graphs.polytope_program import Infeasible, PolytopeProgram
from causal_magics.counterfactual.graphs.response_polytope import Polytope

__all__ = ["relaxed_minimum"]

MOST_PRODUCTS = 8_000
"""Joint types above which there is no relaxation, only the range of each factor."""
QUICK = 400
"""Joint types up to which a branch costs little."""
GAP = 1e-7
Cut = tuple[int, int, float, float]
"""An asked probability of a polytope, and the range it is held in."""


def relaxed_minimum(
    polytopes: Sequence[Polytope],
    factors: NDArray[np.intp],
    weights: Floats,
    best: float,
    effort: int,
    improve: Callable[[list[Floats]], float],
) -> tuple[float, float]:
    """Return a lower bound on the least value, and the least value found.

    Parameters
    ----------
    polytopes : sequence of Polytope
    factors : ndarray of shape (monomials, polytopes)
        The asked probability of each polytope in each monomial; -1 for none.
    weights : ndarray of shape (monomials,)
    best : float
        A value that some point has.
    effort : int
        How many times to branch at most; less often where a branch costs more.
    improve : callable
        From asked probabilities of each polytope, followed by 1, to a value that some point has.
    """
    sizes = [polytope.matrix.shape[1] for polytope in polytopes]
    if prod(sizes) > MOST_PRODUCTS:
        return _by_ranges(polytopes, factors, weights), best
    effort = int(effort * min(1.0, QUICK / prod(sizes)) ** 2)
    tensor = _Product(polytopes, factors, weights)
    ticket = count()
    value, joint = tensor.minimise(())
    queue: list[tuple[float, int, tuple[Cut, ...], Floats]] = [(value, next(ticket), (), joint)]
    while queue:
        value, _, cuts, joint = queue[0]
        best = min(best, improve(tensor.margins(joint)))
        if value >= best - GAP or effort <= 0:
            return value, best
        heapq.heappop(queue)
        effort -= 1
        for cut in tensor.halves(joint, cuts):
            try:
                lower, at = tensor.minimise((*cuts, cut))
            except Infeasible:
                continue
            if lower < best - GAP:
                heapq.heappush(queue, (lower, next(ticket), (*cuts, cut), at))
    return best, best


class _Product:
    """The relaxation over the joint types of all polytopes."""

    def __init__(
        self, polytopes: Sequence[Polytope], factors: NDArray[np.intp], weights: Floats
    ) -> None:
        self.shape = tuple(polytope.matrix.shape[1] for polytope in polytopes)
        self.asked = [
            np.vstack([polytope.asked.toarray(), np.ones(polytope.matrix.shape[1])])
            for polytope in polytopes
        ]
        parts = [sparse.csr_array(np.ones((1, prod(self.shape))))]
        for axis, polytope in enumerate(polytopes):
            ones = np.ones((1, self.shape[axis]))
            parts.append(
                self._along(axis, polytope.matrix.toarray() - polytope.right[:, None] * ones)
            )
        self.matrix = sparse.csr_array(sparse.vstack(parts))
        self.right = np.zeros(self.matrix.shape[0])
        self.right[0] = 1.0
        self.costs = self._objective(factors, weights)

    def _along(self, axis: int, rows: Floats) -> sparse.csr_array:
        """Return rows of one polytope, once for each choice of types in the others."""
        before, after = prod(self.shape[:axis]), prod(self.shape[axis + 1 :])
        inner = sparse.kron(sparse.csr_array(rows), sparse.eye_array(after))
        return sparse.csr_array(sparse.kron(sparse.eye_array(before), inner))

    def _objective(self, factors: NDArray[np.intp], weights: Floats) -> Floats:
        total = np.zeros(prod(self.shape))
        step = max(1, 4_000_000 // len(total))
        for start in range(0, len(weights), step):
            part = factors[start : start + step]
            cells = weights[start : start + step, None]
            for axis, asked in enumerate(self.asked):
                rows = asked[part[:, axis]]
                cells = (cells[:, :, None] * rows[:, None, :]).reshape(len(part), -1)
            total += cells.sum(axis=0)
        return total

    def minimise(self, cuts: tuple[Cut, ...]) -> tuple[float, Floats]:
        extra = []
        for axis, place, low, high in cuts:
            row = self.asked[axis][place]
            extra.append(self._along(axis, np.stack([row - high, low - row])))
        below = sparse.csr_array(sparse.vstack(extra)) if extra else None
        value, joint = PolytopeProgram(self.matrix, self.right, below).minimise(self.costs)
        return value, np.maximum(joint, 0.0).reshape(self.shape)

    def margins(self, joint: Floats) -> list[Floats]:
        """Return the asked probabilities of each polytope in its margin."""
        axes = range(joint.ndim)
        return [
            asked @ joint.sum(axis=tuple(a for a in axes if a != axis))
            for axis, asked in enumerate(self.asked)
        ]

    def halves(self, joint: Floats, cuts: tuple[Cut, ...]) -> list[Cut]:
        """Return the two halves of the range in which a probability depends most on the others."""
        chosen, spread, middle = (0, 0), -1.0, 0.5
        for axis, asked in enumerate(self.asked):
            flat = np.moveaxis(joint, axis, 0).reshape(self.shape[axis], -1)
            mass = flat.sum(axis=0)
            given = asked[:-1] @ flat[:, mass > 1e-9] / mass[mass > 1e-9]
            mean = given @ mass[mass > 1e-9]
            variance = ((given - mean[:, None]) ** 2) @ mass[mass > 1e-9]
            place = int(variance.argmax())
            if variance[place] > spread:
                chosen, spread, middle = (axis, place), float(variance[place]), float(mean[place])
        low, high = 0.0, 1.0
        for axis, place, least, most in cuts:
            if (axis, place) == chosen:
                low, high = max(low, least), min(high, most)
        return [(*chosen, low, middle), (*chosen, middle, high)]


def _by_ranges(polytopes: Sequence[Polytope], factors: NDArray[np.intp], weights: Floats) -> float:
    """Return a bound that keeps the largest polytope, and of the others each factor's range."""
    kept = int(np.argmax([polytope.matrix.shape[1] for polytope in polytopes]))
    costs, worst = weights.copy(), np.where(weights > 0, 0, 1)
    for p, polytope in enumerate(polytopes):
        if p == kept:
            continue
        program = PolytopeProgram(polytope.matrix, polytope.right)
        rows = polytope.asked.toarray()
        low = [program.minimise(row)[0] for row in rows]
        high = [-program.minimise(-row)[0] for row in rows]
        costs = costs * np.array([[*low, 1.0], [*high, 1.0]])[worst, factors[:, p]]
    whole = polytopes[kept]
    width = whole.asked.shape[0] + 1
    totals = np.bincount(factors[:, kept] % width, costs, width)
    program = PolytopeProgram(whole.matrix, whole.right)
    return program.minimise(whole.asked.T @ totals[:-1])[0] + float(totals[-1])
