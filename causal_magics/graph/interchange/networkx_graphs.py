"""networkx graphs, both ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from causal_magics.errors import GraphError
from causal_magics.graph.elements import ROLES, Knowledge
from causal_magics.graph.interchange.parts import (
    Gathered,
    read_knowledge,
    read_mark,
    read_names,
    read_node,
)
from causal_magics.graph.model import CausalGraph

if TYPE_CHECKING:
    import networkx as nx


def to_networkx(graph: CausalGraph) -> nx.DiGraph[str]:
    """Write a networkx graph, which carries everything.

    Parameters
    ----------
    graph : CausalGraph

    Returns
    -------
    networkx.DiGraph
        Where all edges are directed; a `networkx.MultiDiGraph` else, whose edges carry `mark`, an
        edge such as ``a <-> b`` once, from `a` to `b`. Nodes carry `roles` (tuple of
        str) and `position` (two floats), edges `confidence`, `bits` and `required`, each where it
        is set; the graph itself carries `forbidden` (list of pairs) and `tiers` (list of lists).
    """
    import networkx as nx

    result: nx.DiGraph[str] = nx.DiGraph() if graph.is_dag else nx.MultiDiGraph()
    if graph.knowledge.forbidden:
        result.graph["forbidden"] = sorted(graph.knowledge.forbidden)
    if graph.knowledge.tiers:
        result.graph["tiers"] = [list(tier) for tier in graph.knowledge.tiers]
    for node in graph.node_table.values():
        roles = tuple(role for role in ROLES if role in node.roles)
        result.add_node(node.name, **_present(roles=roles or None, position=node.position))
    for edge in graph.edges:
        required = edge.mark == "->" and (edge.source, edge.target) in graph.knowledge.required
        said = _present(
            mark=None if graph.is_dag else edge.mark,
            confidence=edge.confidence,
            bits=edge.bits,
            required=required or None,
        )
        result.add_edge(edge.source, edge.target, **said)
    return result


def _present(**said: Any) -> dict[str, Any]:
    return {key: value for key, value in said.items() if value is not None}


def from_networkx(graph: nx.Graph[Any]) -> CausalGraph:
    """Read a networkx graph.

    Parameters
    ----------
    graph : networkx.Graph, DiGraph, MultiGraph or MultiDiGraph
        Its nodes are texts or whole numbers. Edges without `mark` are ``->`` in a directed graph
        and ``--`` in an undirected one. The attributes that `to_networkx` writes are read; so are
        `pos` for `position` and dowhy's ``observed="no"``; others are left aside.

    Raises
    ------
    GraphError
        Where it is not a valid graph, such as `CycleError`.
    """
    gathered, knowledge = gather_networkx(graph)
    return gathered.graph(knowledge)


def gather_networkx(graph: nx.Graph[Any]) -> tuple[Gathered, Knowledge]:
    """Return the parts of a networkx graph, cyclic or not."""
    import networkx as nx

    if not isinstance(graph, nx.Graph):
        raise GraphError(
            f"Expected a networkx graph, got {type(graph).__name__}. "
            "Build one with networkx.DiGraph(edges)."
        )
    names = read_names(graph.nodes)
    gathered = Gathered()
    for key, said in graph.nodes(data=True):
        gathered.add_node(read_node(names[key], said))
    usual = "->" if graph.is_directed() else "--"
    for source, target, said in graph.edges(data=True):
        mark = read_mark(said.get("mark", usual))
        gathered.add_edge(names[source], names[target], mark, said)
    return gathered, _knowledge(graph.graph, names)


def _knowledge(said: Mapping[str, Any], names: Mapping[object, str]) -> Knowledge:
    forbidden = frozenset((names[a], names[b]) for a, b in said.get("forbidden", ()))
    tiers = tuple(tuple(names[name] for name in tier) for tier in said.get("tiers", ()))
    return Knowledge(forbidden=forbidden, tiers=tiers).merged(read_knowledge(said.get("knowledge")))
