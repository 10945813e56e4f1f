"""Markov equivalence of graphs: CPDAG, orientation rules, consistent extensions.

Verma & Pearl (1990), Meek (1995), Dor & Tarsi (1992), Chickering (1995), Zhang (2008).
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from causal_magics.errors import GraphError, KnowledgeError, shorten
from causal_magics.graph.elements import Edge, Knowledge, Pair, ordered_pair
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.skeleton import PartlyDirected

__all__ = [
    "consistent_extension",
    "cpdag",
    "is_markov_equivalent",
    "meek_closure",
    "pag_member",
    "skeleton_pairs",
    "unshielded_colliders",
]


def skeleton_pairs(graph: CausalGraph) -> frozenset[Pair]:
    """Return the pairs of adjacent nodes, each sorted by name."""
    return frozenset(edge.pair for edge in graph.edges)


def unshielded_colliders(graph: CausalGraph) -> frozenset[tuple[str, str, str]]:
    """Return the triples a -> m <- b with a, b not adjacent, as (a, m, b) with a < b.

    Only edges ``->`` are looked at.
    """
    pairs = skeleton_pairs(graph)
    return frozenset(
        (a, middle, b)
        for middle in graph.nodes
        for a, b in combinations(sorted(graph.parents(middle)), 2)
        if (a, b) not in pairs
    )


def cpdag(graph: CausalGraph) -> CausalGraph:
    """Return the CPDAG of a DAG: what all its Markov-equivalent DAGs share.

    An edge stays directed where all members of the class direct it so, and is undirected
    otherwise. Knowledge is left out; see `meek_closure` to put it to use.

    Parameters
    ----------
    graph : CausalGraph
        A DAG.

    Raises
    ------
    GraphError
        Where the graph has edges other than ``->``.

    Notes
    -----
    Verma & Pearl (1990): a class is its skeleton and its unshielded colliders. Meek (1995): rules
    1 to 3 orient all that follows from them.
    """
    _expect_dag(graph)
    pattern = PartlyDirected(CausalGraph(graph.node_table.values()))
    for a, b in skeleton_pairs(graph):
        pattern.undirected[a].add(b)
        pattern.undirected[b].add(a)
    for a, middle, b in unshielded_colliders(graph):
        pattern.orient(a, middle)
        pattern.orient(b, middle)
    _apply_rules(pattern)
    return pattern.to_graph(graph)


def meek_closure(graph: CausalGraph, knowledge: Knowledge | None = None) -> CausalGraph:
    """Orient every undirected edge whose direction follows from the rest.

    Parameters
    ----------
    graph : CausalGraph
        Edges ``->`` and ``--``.
    knowledge : Knowledge, optional
        Directs undirected edges before the rules are applied: required edges, forbidden ones
        (the other direction is left), tiers. None: the knowledge of `graph`.

    Returns
    -------
    CausalGraph
        The maximally oriented graph, with that knowledge.

    Raises
    ------
    KnowledgeError
        Where the knowledge leaves an edge no direction, or demands one that the graph lacks.
    CycleError
        Where the orientations close a cycle.

    Notes
    -----
    Rules 1 to 4 of Meek (1995), "Causal inference and causal explanation with background
    knowledge".
    """
    knowledge = graph.knowledge if knowledge is None else knowledge
    pattern = PartlyDirected(graph)
    for cause, effect in sorted(knowledge.required):
        if cause in pattern.parents.get(effect, ()):
            continue
        if cause not in pattern.undirected.get(effect, ()):
            raise KnowledgeError(
                f"{shorten(cause)} -> {shorten(effect)} is required, but the graph does not "
                "leave it open. Change the knowledge or the graph."
            )
        pattern.orient(cause, effect)
    for a, b in sorted(pattern.undirected_pairs()):
        forward, backward = knowledge.allows(a, b), knowledge.allows(b, a)
        if not forward and not backward:
            raise KnowledgeError(
                f"{shorten(a)} -- {shorten(b)} is an edge, but both of its directions are "
                "forbidden. Remove the edge, or one of the two."
            )
        if forward != backward:
            pattern.orient(*((a, b) if forward else (b, a)))
    _apply_rules(pattern)
    return pattern.to_graph(graph).with_knowledge(knowledge)


def _apply_rules(pattern: PartlyDirected) -> None:
    """Close under Meek's rules, looking again only at edges near the one that was oriented."""
    waiting = pattern.undirected_pairs()
    while waiting:
        a, b = waiting.pop()
        if b not in pattern.undirected[a]:
            continue
        if _follows(pattern, a, b):
            cause, effect = a, b
        elif _follows(pattern, b, a):
            cause, effect = b, a
        else:
            continue
        pattern.orient(cause, effect)
        near = {a, b} | pattern.adjacent(a) | pattern.adjacent(b)
        waiting |= {ordered_pair(x, y) for x in near for y in pattern.undirected[x]}


def _follows(pattern: PartlyDirected, a: str, b: str) -> bool:
    """Whether one of Meek's rules directs ``a -- b`` as ``a -> b``."""
    into_b = pattern.parents[b]
    if any(not pattern.are_adjacent(c, b) for c in pattern.parents[a]):  # rule 1
        return True
    if pattern.children[a] & into_b:  # rule 2
        return True
    for c, d in combinations(pattern.undirected[a] & into_b, 2):  # rule 3
        if not pattern.are_adjacent(c, d):
            return True
    return any(  # rule 4
        pattern.are_adjacent(a, c)
        for d in pattern.undirected[a] - {b}
        if not pattern.are_adjacent(d, b)
        for c in pattern.children[d] & into_b
    )


def consistent_extension(graph: CausalGraph) -> CausalGraph:
    """Return a DAG with the same skeleton and the same unshielded colliders.

    Parameters
    ----------
    graph : CausalGraph
        Edges ``->`` and ``--``.

    Raises
    ------
    GraphError
        Where there is no such DAG.

    Notes
    -----
    Dor & Tarsi (1992), "A simple algorithm to construct a consistent extension of a partially
    oriented graph". Which of several DAGs is returned depends on the order of the nodes only.
    """
    rest = PartlyDirected(graph)
    result = PartlyDirected(graph)
    waiting = list(reversed(graph.nodes))
    left = set(graph.nodes)
    while waiting:
        # 1. Find a node without children, whose undirected neighbours are adjacent to all others.
        sink = waiting.pop()
        if sink not in left or not _can_be_sink(rest, sink):
            continue
        # 2. Direct its undirected edges at it, and go on without it.
        for neighbour in rest.undirected[sink]:
            result.orient(neighbour, sink)
        waiting.extend(sorted(rest.adjacent(sink), reverse=True))
        rest.remove(sink)
        left.discard(sink)
    if left:
        shown = ", ".join(shorten(name) for name in sorted(left)[:5])
        raise GraphError(
            "Expected undirected edges that can be directed without a cycle or a new collider, "
            f"found none around {shown}. Direct one of their edges by hand."
        )
    return result.to_graph(graph)


def _can_be_sink(rest: PartlyDirected, name: str) -> bool:
    if rest.children[name]:
        return False
    around = rest.adjacent(name)
    return all(around - {n} <= rest.adjacent(n) for n in rest.undirected[name])


def is_markov_equivalent(graph: CausalGraph, other: CausalGraph) -> bool:
    """Whether two graphs with edges ``->`` and ``--`` entail the same independences.

    Parameters
    ----------
    graph, other : CausalGraph
        DAGs, or partly directed graphs that stand for a class of DAGs.

    Raises
    ------
    GraphError
        Where one has other edges, or stands for no DAG.

    Notes
    -----
    Verma & Pearl (1990): the same nodes, skeleton and unshielded colliders.
    """
    if set(graph.nodes) != set(other.nodes) or skeleton_pairs(graph) != skeleton_pairs(other):
        return False
    members = (g if g.is_dag else consistent_extension(g) for g in (graph, other))
    return len({unshielded_colliders(member) for member in members}) == 1


def pag_member(graph: CausalGraph) -> CausalGraph:
    """Return a graph without circles from the class for which a PAG stands.

    Circles at the tail of an arrow become tails; edges ``@-@`` are directed without a new
    unshielded collider.

    Raises
    ------
    GraphError
        Where the edges ``@-@`` cannot be directed so.

    Notes
    -----
    Zhang (2008), "On the completeness of orientation rules for causal discovery in the presence
    of latent confounders and selection bias", theorem 2 (the tail-augmented graph).
    """
    kept: list[Edge] = [edge for edge in graph.edges if "@" not in edge.mark]
    tails = [Edge(e.source, e.target) for e in graph.edges if e.mark == "@->"]
    tails += [Edge(e.target, e.source) for e in graph.edges if e.mark == "@--"]
    circles = _circle_component(graph.nodes, graph.edges)
    return CausalGraph(
        graph.node_table.values(), [*kept, *tails, *consistent_extension(circles).edges]
    )


def _circle_component(nodes: Iterable[str], edges: Iterable[Edge]) -> CausalGraph:
    return CausalGraph(nodes, [Edge(e.source, e.target, "--") for e in edges if e.mark == "@-@"])


def _expect_dag(graph: CausalGraph) -> None:
    if not graph.is_dag:
        marks = " ".join(sorted(graph.marks - {"->"}))
        raise GraphError(
            f"Expected a DAG (edges -> only), got a graph with {marks}. "
            "Use consistent_extension for undirected edges, latent nodes for <->."
        )
