"""Search for the acyclic graph with the shortest code.

Greedy adding of the largest gain; hill climbing with add, drop and reverse; from its order a search
over orders; hill climbing again. The shortest code of all is kept. Everything reads the `Score`
alone. Matrices: ``A[i, j]`` is true where ``i -> j``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from causal_magics.discovery import moves
from causal_magics.discovery.constraints import Constraints
from causal_magics.discovery.layout import Booleans, Floats, Indices
from causal_magics.discovery.order_search import OrderSearch
from causal_magics.discovery.score import SMALLEST_GAIN, Codelengths

Report = Callable[[float, int, str], None]
"""Called with nats, edges and what is being done, whenever there is something to tell."""


@dataclass(slots=True)
class Found:
    """The best graph so far: what an interrupt leaves behind.

    Attributes
    ----------
    adjacency
    nats
        Of data and graph.
    report
    interrupted
    neighbours
        Who may be whose parent, once it is known; shape ``(columns, columns)``.
    """

    adjacency: Booleans
    nats: float
    report: Report
    interrupted: bool = False
    neighbours: Booleans | None = None

    def offer(self, adjacency: Booleans, nats: float, activity: str) -> None:
        """Keep a graph where its code is shorter."""
        if nats < self.nats - SMALLEST_GAIN:
            self.adjacency, self.nats = adjacency.copy(), nats
        self.report(self.nats, int(self.adjacency.sum()), activity)


def search(
    score: Codelengths, constraints: Constraints, report: Report, start: Booleans | None = None
) -> Found:
    """Run all searches; an interrupt ends them with the best graph so far.

    With `start`, a graph that obeys the constraints, they begin there instead of without edges.
    """
    first = constraints.required.copy() if start is None else start.copy()
    found = Found(first, total_cost(score, first), report)
    try:
        climber = Climber(score, constraints, first)
        if start is None:
            climber.climb(found, reverse=False)
        climber.climb(found, reverse=True)
        search_orders(found, score, constraints)
        Climber(score, constraints, found.adjacency).climb(found, reverse=True)
    except KeyboardInterrupt:
        found.interrupted = True
    return found


def search_orders(
    found: Found,
    score: Codelengths,
    constraints: Constraints,
    nodes: Collection[int] | None = None,
) -> None:
    """Go on from the best graph so far by moves between orders; of some columns, or of all."""
    orders = OrderSearch(score, constraints, found.adjacency, found.neighbours)
    found.neighbours = orders.neighbours
    nats = total_cost(score, orders.graph())
    found.offer(orders.graph(), nats, "ordering")

    def offer(adjacency: Booleans, gain: float) -> None:
        nonlocal nats
        nats -= gain
        found.offer(adjacency, nats, "ordering")

    orders.improve(offer, nodes)


def parents_of(adjacency: Booleans, node: int) -> Indices:
    """Return the indices of the causes of a column."""
    return np.flatnonzero(adjacency[:, node]).astype(np.int64)


def node_costs(score: Codelengths, adjacency: Booleans) -> Floats:
    """Return the nats of every column given its parents, shape ``(columns,)``."""
    count = len(adjacency)
    return np.array([score.cost(node, parents_of(adjacency, node)) for node in range(count)])


def total_cost(score: Codelengths, adjacency: Booleans) -> float:
    """Return the nats of the whole graph."""
    return float(node_costs(score, adjacency).sum())


class Climber:
    """Hill climbing over single edges, with the gain of every move at hand."""

    def __init__(self, score: Codelengths, constraints: Constraints, start: Booleans) -> None:
        count = score.n_columns
        self.score = score
        self.constraints = constraints
        self.adjacency = start.copy()
        self.nats = total_cost(score, start)
        self.adds = np.full((count, count), -np.inf)
        self.drops = np.full((count, count), -np.inf)
        self.reach = moves.closure(self.adjacency)
        for node in range(count):
            self._refresh(node)

    def _refresh(self, node: int) -> None:
        """Recompute the gain of every move that changes the parents of a column."""
        parents = parents_of(self.adjacency, node)
        allowed = self.constraints.allowed[:, node] & ~self.adjacency[:, node]
        candidates = np.flatnonzero(allowed).astype(np.int64)
        self.adds[:, node] = -np.inf
        self.adds[candidates, node] = self.score.add_gains(node, parents, candidates)
        self.drops[:, node] = -np.inf
        self.drops[parents, node] = self.score.drop_gains(node, parents)
        self.drops[self.constraints.required[:, node], node] = -np.inf

    def climb(self, found: Found, *, reverse: bool) -> None:
        """Make the best move until none saves; without `reverse`, edges are only added."""
        activity = "climbing" if reverse else "adding edges"
        while True:
            gain, kind, cause, effect = moves.best_move(
                self.adds, self.drops, self.adjacency, self.reach, reverse
            )
            if gain < SMALLEST_GAIN:
                break
            self.adjacency[cause, effect] = kind == moves.ADD
            if kind == moves.ADD:
                moves.connect(self.reach, cause, effect)
            else:
                self.adjacency[effect, cause] = kind == moves.REVERSE
                self.reach = moves.closure(self.adjacency)
            self._refresh(effect)
            if kind == moves.REVERSE:
                self._refresh(cause)
            self.nats -= gain
            found.offer(self.adjacency, self.nats, activity)
