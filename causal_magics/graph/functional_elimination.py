"""Elimination of hidden functional nodes: Chen & Darwiche (2024), arXiv 2403.04919.

"Identifying causal effects under functional dependencies", NeurIPS 37.
"""

from __future__ import annotations

from itertools import combinations

from causal_magics.errors import GraphError, shorten
from causal_magics.graph.elements import Edge, each_name
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.queries import Names

__all__ = ["functional_elimination", "hidden_functional"]


def functional_elimination(graph: CausalGraph, functional: Names | None = None) -> CausalGraph:
    """Return the graph without hidden nodes that are functions of their parents.

    Each parent of such a node gets an edge to each of its children; then the node goes. Its
    parents are then known to say all that it says, whatever the function: the observed
    distributions of the new graph have independences that latent projection would lose.

    Parameters
    ----------
    graph : CausalGraph
        A DAG or ADMG. An edge ``a <-> F`` stands for a hidden parent of F.
    functional : str or iterable of str, optional
        The nodes that are deterministic, though unknown, functions of all their parents. By
        default those that have both roles, `functional` and `latent`.

    Returns
    -------
    CausalGraph
        Nodes that stay keep roles and positions, edges their evidence; knowledge is left out.
        The order of elimination plays no part.

    Raises
    ------
    UnknownNodeError
    GraphError
        Where a functional node is observed, or the graph has other edges than ``->`` and ``<->``.

    Notes
    -----
    An effect is identified under the functional dependencies where it is identified in the new
    graph with its remaining hidden nodes projected out (Chen & Darwiche 2024), provided that every
    combination of values of the observed nodes has a positive probability. Hidden functional
    nodes are free of that, observed ones break it: given its observed parents, a function takes
    one value alone. That is why observed nodes are not eliminated.
    """
    chosen = hidden_functional(graph) if functional is None else each_name(functional)
    names = {graph.node(name).name for name in chosen}
    for name in sorted(names - set(graph.latents)):
        raise GraphError(
            f"Expected hidden functional nodes, but {shorten(name)} is observed. Give it the role "
            "latent, or leave it out: an observed node stays in the graph."
        )
    if names and not graph.is_admg:
        raise GraphError(
            "Expected a DAG or ADMG (edges -> and <-> only) to eliminate functional nodes, got "
            f"{' '.join(sorted(graph.marks))}. Direct its other edges first."
        )
    for name in graph.nodes:
        if name in names:
            graph = _without(graph, name)
    return graph


def hidden_functional(graph: CausalGraph) -> tuple[str, ...]:
    """Return the nodes that have both roles, `functional` and `latent`."""
    return tuple(name for name in graph.latents if name in graph.with_role("functional"))


def _without(graph: CausalGraph, name: str) -> CausalGraph:
    children = sorted(graph.children(name))
    siblings = sorted(graph.siblings(name))
    edges = {edge.key: edge for edge in graph.edges if name not in edge.pair}
    fresh = [Edge(parent, child) for parent in sorted(graph.parents(name)) for child in children]
    # A hidden parent that the node shares with a sibling becomes one of all its children.
    fresh += [Edge(s, child, "<->") for s in siblings for child in children if s != child]
    if siblings:
        fresh += [Edge(a, b, "<->") for a, b in combinations(children, 2)]
    for edge in fresh:
        edges.setdefault(edge.key, edge)
    nodes = [node for node in graph.node_table.values() if node.name != name]
    return CausalGraph(nodes, edges.values())
