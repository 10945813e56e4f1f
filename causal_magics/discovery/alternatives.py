"""What could stand in place of each edge, and which directions the bits do not decide.

An edge can be turned or left out; the price of either is what the code grows by when all around it
has settled. A direction whose turning costs less than some bits is not told: the edge is drawn
undirected. So linear relations with Gaussian noise get the directions that independences decide and
no others, as in a CPDAG.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import networkx as nx
import numpy as np

from causal_magics.discovery.constraints import Constraints
from causal_magics.discovery.layout import Booleans
from causal_magics.discovery.order_search import OrderSearch, topological_order
from causal_magics.discovery.score import SMALLEST_GAIN, Codelengths
from causal_magics.discovery.search import Climber, Found, parents_of, total_cost
from causal_magics.errors import GraphError
from causal_magics.graph.elements import Edge
from causal_magics.graph.equivalence import consistent_extension, cpdag
from causal_magics.graph.model import CausalGraph

LOG2 = math.log(2.0)
DIRECTION_BITS = 6.0
"""Bits that turning an edge has to cost, for its direction to be told."""
FAR_NATS = 40.0
"""Where turning an edge costs so much even with the parents of both ends, nothing is settled."""
PARENT_NATS = 12.0
"""What a parent more may cost at most, that is there for the turned edge alone."""
MOST_TURNS = 10
"""How often a cheaper alternative is taken up."""

Kind = Literal["turned", "left out"]


@dataclass(frozen=True, slots=True)
class EdgeAlternative:
    """The cheapest graph without an edge in its direction.

    Attributes
    ----------
    kind : {"turned", "left out"}
        Whether the edge is turned in it, or is not there.
    bits : float
        By how much its code is longer. Of a turned edge that is clear beyond doubt, a lower bound.
    """

    kind: Kind
    bits: float


def turning_nats(
    score: Codelengths,
    constraints: Constraints,
    adjacency: Booleans,
    neighbours: Booleans | None = None,
) -> tuple[dict[tuple[int, int], float], Booleans]:
    """Return what turning each edge costs, and the best graph that was met.

    An edge that knowledge keeps from being turned costs infinitely much.

    Parameters
    ----------
    score
    constraints
    adjacency
        The best graph so far.
    neighbours
        Who may be whose parent; found out where left out.

    Returns
    -------
    (dict, array of bool)
        Nats by (cause, effect); a graph that may be better than the one given.
    """
    costs: dict[tuple[int, int], float] = {}
    close = []
    for cause, effect in np.argwhere(adjacency).tolist():
        if constraints.required[cause, effect] or not constraints.allowed[effect, cause]:
            costs[cause, effect] = math.inf
            continue
        costs[cause, effect] = _least(score, adjacency, cause, effect)
        if costs[cause, effect] < FAR_NATS:
            close.append((cause, effect))
    best, saved = adjacency, SMALLEST_GAIN
    if not close:
        return costs, best
    orders = OrderSearch(score, constraints, adjacency, neighbours)
    for cause in sorted({cause for cause, _ in close}):
        effects = [effect for other, effect in close if other == cause]
        for effect, nats, turned in orders.turned(cause, effects):
            costs[cause, effect] = nats
            if -nats > saved:
                best, saved = turned(), -nats
    for others, nats, graph in _within_class(score, constraints, adjacency, close):
        costs.update({edge: min(costs[edge], nats) for edge in others})
        if -nats > saved:
            best, saved = graph, -nats
    return costs, best


def _least(score: Codelengths, adjacency: Booleans, cause: int, effect: int) -> float:
    """Nats that turning one edge costs when either end may keep the parents of both."""
    of_cause, of_effect = parents_of(adjacency, cause), parents_of(adjacency, effect)
    both = np.setdiff1d(np.union1d(of_cause, of_effect), [cause, effect])
    turned_cause = np.sort(np.append(both, effect))
    nats = score.cost(cause, turned_cause) + score.cost(effect, both)
    nats -= score.cost(cause, of_cause) + score.cost(effect, of_effect)
    more = len(turned_cause) + len(both) - len(of_cause) - len(of_effect)
    return nats - PARENT_NATS * max(0, more)


def _within_class(
    score: Codelengths,
    constraints: Constraints,
    adjacency: Booleans,
    close: Iterable[tuple[int, int]],
) -> Iterator[tuple[list[tuple[int, int]], float, Booleans]]:
    """Turn edges by going to another graph with the same independences.

    Every chain component is directed away from each of its nodes in turn. Yields the edges that
    are turned, the nats that this costs, and the graph.
    """
    undirected = _undirected_in_class(adjacency)
    wanted = {edge for edge in close if undirected[edge]}
    if not wanted:
        return
    place = {node: k for k, node in enumerate(topological_order(adjacency))}
    for component in nx.connected_components(nx.from_numpy_array(undirected)):
        nodes = sorted(component, key=place.__getitem__)
        inside = [(a, b) for a, b in wanted if a in component]
        if not inside:
            continue
        now = {node: score.cost(node, parents_of(adjacency, node)) for node in nodes}
        for root in nodes:
            graph = _directed_from(root, nodes, undirected, adjacency)
            if (graph & ~constraints.allowed).any() or (constraints.required & ~graph).any():
                continue
            nats = sum(score.cost(node, parents_of(graph, node)) - now[node] for node in nodes)
            yield [(a, b) for a, b in inside if graph[b, a]], nats, graph


def _directed_from(
    root: int, nodes: list[int], undirected: Booleans, adjacency: Booleans
) -> Booleans:
    """Return the graph with one chain component directed away from a node.

    The order is that of maximum cardinality search, which makes no new collider.
    """
    order = [root]
    rest = [node for node in nodes if node != root]
    while rest:
        linked = undirected[np.ix_(rest, order)].sum(axis=1)
        order.append(rest.pop(int(np.argmax(linked))))
    graph = adjacency.copy()
    for k, node in enumerate(order):
        for later in order[k + 1 :]:
            if undirected[node, later]:
                graph[node, later], graph[later, node] = True, False
    return graph


def _undirected_in_class(adjacency: Booleans) -> Booleans:
    names = [str(index) for index in range(len(adjacency))]
    edges = [Edge(names[a], names[b]) for a, b in np.argwhere(adjacency).tolist()]
    undirected = np.zeros_like(adjacency)
    for edge in cpdag(CausalGraph(names, edges)).undirected_edges:
        a, b = map(int, edge)
        undirected[a, b] = undirected[b, a] = True
    return undirected


def settled(
    score: Codelengths, constraints: Constraints, found: Found
) -> dict[tuple[int, int], float]:
    """Go on to cheaper graphs as long as there are any; return what turning each edge costs.

    Single edges are added, dropped and turned, then alternatives are taken up, by turns. `found` is
    brought up to date. An interrupt leaves all edges that were not looked at directed.
    """
    costs: dict[tuple[int, int], float] = {}
    near = found.neighbours
    nearby = constraints if near is None else replace(constraints, allowed=near)
    try:
        for turn in range(MOST_TURNS + 1):
            Climber(score, nearby, found.adjacency).climb(found, reverse=True)
            costs, better = turning_nats(score, constraints, found.adjacency, found.neighbours)
            before = found.nats
            if turn < MOST_TURNS:
                found.offer(better, total_cost(score, better), "weighing alternatives")
            if found.nats == before:
                break
    except KeyboardInterrupt:
        found.interrupted = True
    return costs


def undecided(adjacency: Booleans, weak: Booleans) -> Booleans:
    """Return which weakly directed edges of a DAG are to be drawn undirected.

    What follows from the other edges by the rules of Meek is directed, as in the DAG. If no DAG at
    all agrees with the rest, edges into unshielded colliders are directed too.

    Parameters
    ----------
    adjacency : array of bool, shape (columns, columns)
        The DAG.
    weak : array of bool
        Edges of it whose direction is in doubt.
    """
    open_edges = _not_implied(adjacency, weak & adjacency)
    if open_edges.any() and not _has_member(adjacency, open_edges):
        linked = adjacency | adjacency.T
        for node in range(len(adjacency)):
            parents = np.flatnonzero(adjacency[:, node])
            apart = ~linked[np.ix_(parents, parents)]
            np.fill_diagonal(apart, val=False)
            open_edges[parents[apart.any(axis=0)], node] = False
        open_edges = _not_implied(adjacency, open_edges)
    return open_edges


def _not_implied(adjacency: Booleans, open_edges: Booleans) -> Booleans:
    """Direct open edges as in the DAG, as long as a rule of Meek directs any of them."""
    linked = adjacency | adjacency.T
    still = open_edges.copy()
    changed = True
    while changed:
        changed = False
        directed = adjacency & ~still
        undirected = still | still.T
        for a, b in np.argwhere(still).tolist():
            if any(_is_implied(directed, undirected, linked, *ends) for ends in ((a, b), (b, a))):
                still[a, b] = False
                changed = True
    return still


def _is_implied(directed: Booleans, undirected: Booleans, linked: Booleans, a: int, b: int) -> bool:
    """Whether ``a -> b`` follows by a rule of Meek."""
    if (directed[:, a] & ~linked[:, b]).any() or (directed[a] & directed[:, b]).any():
        return True
    between = np.flatnonzero(undirected[a] & directed[:, b])
    if (~linked[np.ix_(between, between)]).sum() > len(between):
        return True
    apart = undirected[a] & ~linked[b]
    apart[b] = False
    return bool((directed[apart] & linked[a] & directed[:, b]).any())


def _has_member(adjacency: Booleans, open_edges: Booleans) -> bool:
    """Whether some DAG has the skeleton, the directed edges and no other unshielded colliders."""
    names = [str(index) for index in range(len(adjacency))]
    edges = [
        Edge(names[a], names[b], "--" if open_edges[a, b] else "->")
        for a, b in np.argwhere(adjacency).tolist()
    ]
    try:
        consistent_extension(CausalGraph(names, edges))
    except GraphError:
        return False
    return True


def cheapest(turned: float, left_out: float) -> EdgeAlternative:
    """Return the cheaper of turning an edge and leaving it out, both in bits."""
    if turned < left_out:
        return EdgeAlternative("turned", turned)
    return EdgeAlternative("left out", left_out)
