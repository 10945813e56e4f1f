"""Paths between exposure and outcome: which are causal, which are open, and what blocks the rest.

Paths are listed from the shortest on (Yen 1971, as in networkx). A path is proper: only its ends
are exposure and outcome.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import islice, pairwise, product
from typing import Literal

from causal_magics.graph.effect import EffectQuery
from causal_magics.graph.elements import Edge, each_name
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.queries import Names

__all__ = ["Blocker", "CausalPath", "PathKind", "iterate_paths", "paths"]

PathKind = Literal["causal", "possibly causal", "biasing"]
BlockReason = Literal["adjusted for", "selected on", "unadjusted collider"]

DEFAULT_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Blocker:
    """A node that blocks a path, and why."""

    node: str
    reason: BlockReason

    def __str__(self) -> str:
        return f"{self.node} ({self.reason})"


@dataclass(frozen=True, slots=True)
class CausalPath:
    """A path from exposure to outcome.

    Parameters
    ----------
    nodes : tuple of str
        From the exposure to the outcome.
    edges : tuple of Edge
        One fewer than nodes.
    kind : {"causal", "possibly causal", "biasing"}
        Causal: all arrows point to the outcome. Possibly causal: no arrow points back, but
        undirected edges or circles leave it open.
    blockers : tuple of Blocker
        Empty where the path is open.
    """

    nodes: tuple[str, ...]
    edges: tuple[Edge, ...]
    kind: PathKind
    blockers: tuple[Blocker, ...]

    @property
    def is_open(self) -> bool:
        """Whether the path transmits dependence."""
        return not self.blockers

    def __str__(self) -> str:
        steps = zip(self.edges, self.nodes[1:], strict=True)
        return self.nodes[0] + "".join(f" {_seen_from(edge, node)} {node}" for edge, node in steps)


def iterate_paths(
    graph: CausalGraph,
    exposure: Names | None = None,
    outcome: Names | None = None,
    given: Names | None = None,
) -> Iterator[CausalPath]:
    """Yield the proper paths from exposure to outcome, the shortest first.

    Parameters
    ----------
    graph : CausalGraph
    exposure, outcome : str or iterable of str, optional
        By default the nodes with that role.
    given : str or iterable of str, optional
        What is adjusted for; by default the nodes with the role `adjusted`. Nodes with the role
        `selection` are always conditioned on.

    Notes
    -----
    A node is a collider where both its edges point to it. Other marks than arrowheads count as
    tails, so that in a partly directed graph a path is judged as it is drawn.
    """
    query = EffectQuery.of(graph, exposure, outcome)
    ends = {*query.exposure, *query.outcome}
    adjusted = set(graph.adjusted if given is None else each_name(given)) - ends
    adjusted = {graph.node(name).name for name in adjusted}
    selected = set(graph.selections) - ends
    opened = adjusted | selected
    opened |= graph.ancestors(opened)
    for route in _routes(graph, query):
        choices = [graph.edges_between(a, b) for a, b in pairwise(route)]
        for edges in product(*choices):
            blockers = tuple(_blockers(route, edges, adjusted, selected, opened))
            yield CausalPath(tuple(route), edges, _kind(route, edges), blockers)


def paths(
    graph: CausalGraph,
    exposure: Names | None = None,
    outcome: Names | None = None,
    given: Names | None = None,
    *,
    limit: int | None = DEFAULT_LIMIT,
) -> tuple[CausalPath, ...]:
    """Return the shortest paths from exposure to outcome, at most `limit`.

    Parameters are those of `iterate_paths`.
    """
    return tuple(islice(iterate_paths(graph, exposure, outcome, given), limit))


def _routes(graph: CausalGraph, query: EffectQuery) -> Iterator[list[str]]:
    """Yield the node sequences of the proper paths, the shortest first."""
    import networkx as nx

    skeleton: nx.Graph[str] = nx.Graph()
    skeleton.add_nodes_from(graph.nodes)
    skeleton.add_edges_from(edge.pair for edge in graph.edges)
    ends = {*query.exposure, *query.outcome}

    def between(x: str, y: str) -> Iterator[list[str]]:
        part = skeleton.subgraph(set(graph.nodes) - ends | {x, y})
        if nx.has_path(part, x, y):
            yield from nx.shortest_simple_paths(part, x, y)

    every = [between(x, y) for x in query.exposure for y in query.outcome]
    return merge(*every, key=len)


def _has_head(edge: Edge, node: str) -> bool:
    return edge.mark == "<->" or (edge.mark in ("->", "@->") and edge.target == node)


def _blockers(
    route: list[str],
    edges: tuple[Edge, ...],
    adjusted: set[str],
    selected: set[str],
    opened: set[str],
) -> Iterator[Blocker]:
    for node, (before, after) in zip(route[1:-1], pairwise(edges), strict=True):
        if _has_head(before, node) and _has_head(after, node):
            if node not in opened:
                yield Blocker(node, "unadjusted collider")
        elif node in adjusted:
            yield Blocker(node, "adjusted for")
        elif node in selected:
            yield Blocker(node, "selected on")


def _kind(route: list[str], edges: tuple[Edge, ...]) -> PathKind:
    steps = list(zip(route, edges, strict=False))
    if all(edge.mark == "->" and edge.source == node for node, edge in steps):
        return "causal"
    if any(_has_head(edge, node) for node, edge in steps):
        return "biasing"
    return "possibly causal"


def _seen_from(edge: Edge, end: str) -> str:
    """Return the mark of an edge as it is read towards `end`."""
    flipped = {"->": "<-", "@->": "<-@", "@--": "--@"}
    return edge.mark if edge.target == end else flipped.get(edge.mark, edge.mark)
