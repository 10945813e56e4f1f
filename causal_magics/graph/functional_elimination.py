"""Elimination of hidden functional nodes: Chen & Darwiche (2024), arXiv 2403.04919.

"Identifying causal effects under functional dependencies", NeurIPS 37.
"""

from __future__ import annotations

from causal_magics.errors import GraphError, shorten
from causal_magics.graph.elements import Edge, each_name
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.projection import latent_projection
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
    if not names:
        return graph
    # 1. Hidden parents that the functional nodes share are drawn, so that none is lost.
    drawn = _with_arcs_drawn(graph, names)
    # 2. The parents of each functional node take its place.
    for name in sorted(names):
        drawn = _without(drawn, name)
    # 3. The hidden parents become arcs again, now between the children.
    return latent_projection(drawn, set(graph.nodes) - names)


def hidden_functional(graph: CausalGraph) -> tuple[str, ...]:
    """Return the nodes that have both roles, `functional` and `latent`."""
    return tuple(name for name in graph.latents if name in graph.with_role("functional"))


def _with_arcs_drawn(graph: CausalGraph, names: set[str]) -> CausalGraph:
    """Return the graph with each ``<->`` at some nodes drawn as a node that causes both ends."""
    arcs = [edge for edge in graph.edges if edge.mark == "<->" and names & set(edge.pair)]
    edges = [edge for edge in graph.edges if edge not in arcs]
    for number, arc in enumerate(arcs):
        hidden = f"hidden cause {number}"
        while hidden in graph:
            hidden += "'"
        edges += [Edge(hidden, end) for end in arc.pair]
    return CausalGraph(graph.node_table.values(), edges)


def _without(graph: CausalGraph, name: str) -> CausalGraph:
    edges = {edge.key: edge for edge in graph.edges if name not in edge.pair}
    for parent in sorted(graph.parents(name)):
        for child in sorted(graph.children(name)):
            edge = Edge(parent, child)
            edges.setdefault(edge.key, edge)
    nodes = [node for node in graph.node_table.values() if node.name != name]
    return CausalGraph(nodes, edges.values())
