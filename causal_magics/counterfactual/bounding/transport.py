"""Any payoff of two arms as optimal transport.

With response type (i, k) = (outcome untreated, outcome treated), those who took arm 0 have a known
outcome untreated, and those who took arm 1 a known outcome treated. Where there are an experiment
and observations, the other margin of each group is known too: among those who took arm 1,
P(Y_0 = i, x_1) = P(Y_0 = i) - P(x_0, i). The benefit is then the sum of two transport costs, one
for each group, whose margins are known and whose coupling is not; its least and greatest value are
the bounds. An experiment alone is one transport; observations alone leave the unseen margin free.

The dual of a transport problem has few vertices: each is a spanning tree of the bipartite graph of
levels whose potentials stay below all costs. So bounds are maxima of a few linear functions of the
data: for two levels the closed forms of Tian & Pearl (2000), "Probabilities of causation: bounds
and identification", and of Li & Pearl (2019); for three levels six for each group.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.terms import Terms
from causal_magics.errors import CounterfactualError

__all__ = [
    "MOST_LEVELS", "Sources", "spanning_trees", "transport_potentials", "transport_terms",
]  # fmt: skip

Sources = Literal["experiment", "observations", "both"]
MOST_LEVELS = 4
"""Levels up to which all spanning trees are looked through: 4,096 of them."""


def transport_terms(payoff: Payoff, sources: Sources, *, monotone: bool = False) -> Terms:
    """Return the terms of the bounds on a payoff's benefit, for two arms.

    Parameters
    ----------
    payoff : Payoff
    sources : {"experiment", "observations", "both"}
        What is known of each stratum; the terms are for the cells in this order.
    monotone : bool
        Whether no unit has a lower level treated than untreated.

    Raises
    ------
    CounterfactualError
        Where there are more than `MOST_LEVELS` levels.
    """
    values = payoff.values
    lower = _lower_terms(values, sources, monotone)
    upper = -_lower_terms(-values, sources, monotone)
    return Terms(np.unique(lower, axis=0), np.unique(upper, axis=0))


def _lower_terms(costs: Floats, sources: Sources, monotone: bool) -> Floats:
    """Return the terms of the least benefit, shape (terms, cells)."""
    n = len(costs)
    if sources == "observations":
        return _free_margin(costs, monotone)[None]
    untreated, treated = transport_potentials(costs, monotone=monotone)
    if sources == "experiment":
        return np.concatenate([untreated, treated], axis=1)
    count = len(untreated)
    first, second = np.repeat(np.arange(count), count), np.tile(np.arange(count), count)
    # Those who took arm 1 (first): margins A - P(x_0, ·) and P(x_1, ·); those who took arm 0
    # (second): margins P(x_0, ·) and B - P(x_1, ·).
    u1, v1, u0, v0 = untreated[first], treated[first], untreated[second], treated[second]
    terms = np.concatenate([u1, v0, u0 - u1, v1 - v0], axis=1)
    assert terms.shape[1] == 4 * n
    return terms


def _free_margin(costs: Floats, monotone: bool) -> Floats:
    """Return the one term where the outcome under the other arm is free."""
    allowed = np.where(_forbidden(len(costs), monotone), np.inf, costs)
    return np.concatenate([allowed.min(axis=1), allowed.min(axis=0)])


def transport_potentials(costs: Floats, *, monotone: bool = False) -> tuple[Floats, Floats]:
    """Return the vertices of the dual of a square transport problem.

    Parameters
    ----------
    costs : ndarray of shape (levels, levels)
        What moving one unit from ``i`` to ``k`` costs.
    monotone : bool
        Whether nothing moves from ``i`` to a lower ``k``.

    Returns
    -------
    untreated, treated : ndarray of shape (vertices, levels)
        ``untreated[:, i] + treated[:, k] <= costs[i, k]``. The least cost for margins ``p`` and
        ``q`` of one total is ``max(untreated @ p + treated @ q)``.

    Raises
    ------
    CounterfactualError
        Where there are more than `MOST_LEVELS` levels.

    Notes
    -----
    Potentials are fixed up to a constant: the first of `untreated` is 0.
    """
    n = len(costs)
    if n > MOST_LEVELS:
        raise CounterfactualError(
            f"Expected at most {MOST_LEVELS} outcome levels for terms in closed form, got {n}. "
            "Use linear programs, or merge levels."
        )
    # A tree fixes potentials as signed sums of the costs along its branches.
    solutions = spanning_trees(n, monotone)
    potentials = solutions @ costs.reshape(-1)
    untreated, treated = potentials[:, :n], potentials[:, n:]
    slack = costs - untreated[:, :, None] - treated[:, None, :]
    slack[:, _forbidden(n, monotone)] = 0.0
    scale = max(1.0, float(np.abs(costs).max()))
    feasible = slack.min(axis=(1, 2)) >= -1e-9 * scale
    found = np.unique(np.round(potentials[feasible], 12), axis=0)
    return found[:, :n], found[:, n:]


def _forbidden(n: int, monotone: bool) -> NDArray[np.bool_]:
    return np.tri(n, k=-1, dtype=bool) if monotone else np.zeros((n, n), dtype=bool)


@lru_cache(maxsize=16)
def spanning_trees(n: int, monotone: bool) -> Floats:
    """Return, for each spanning tree of allowed moves, the map from costs to potentials.

    Shape (trees, 2 * levels, levels * levels); entries are -1, 0 and 1.
    """
    moves = [(i, k) for i in range(n) for k in range(n) if not (monotone and k < i)]
    found = []
    for tree in combinations(moves, 2 * n - 1):
        solution = _potentials_along(tree, n)
        if solution is not None:
            found.append(solution)
    return np.array(found)


def _potentials_along(tree: tuple[tuple[int, int], ...], n: int) -> Floats | None:
    """Return the potentials as functions of the costs; None where the moves are no tree."""
    neighbours: list[list[tuple[int, int]]] = [[] for _ in range(2 * n)]
    for i, k in tree:
        neighbours[i].append((n + k, i * n + k))
        neighbours[n + k].append((i, i * n + k))
    solution = np.zeros((2 * n, n * n))
    seen, stack = {0}, [0]
    while stack:
        here = stack.pop()
        for there, cell in neighbours[here]:
            if there not in seen:
                seen.add(there)
                stack.append(there)
                solution[there] = -solution[here]
                solution[there, cell] += 1.0
    return solution if len(seen) == 2 * n else None
