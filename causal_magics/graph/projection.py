"""Graphs over the observed nodes: latent projection and maximal ancestral graphs.

Verma (1993) and Richardson et al. (2023) for the projection to an ADMG; Richardson & Spirtes
(2002) for maximal ancestral graphs.
"""

from __future__ import annotations

from itertools import combinations

from causal_magics.errors import GraphError
from causal_magics.graph.canonical import CanonicalDag
from causal_magics.graph.elements import Edge, each_name, ordered_pair
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.queries import Names
from causal_magics.graph.separation import separated

__all__ = ["latent_projection", "maximal_ancestral_graph"]


def latent_projection(graph: CausalGraph, keep: Names | None = None) -> CausalGraph:
    """Return the ADMG over some of the nodes that has their separations and effects.

    Two nodes get ``a -> b`` where a directed path leads from one to the other through removed
    nodes only, and ``a <-> b`` where a removed node, or a removed chain of them, causes both.

    Parameters
    ----------
    graph : CausalGraph
        A DAG or ADMG.
    keep : str or iterable of str, optional
        The nodes that stay. By default those without the role `latent`.

    Returns
    -------
    CausalGraph
        Nodes keep roles and positions, edges that stay keep their evidence; knowledge is left
        out.

    Raises
    ------
    GraphError
        Where the graph has undirected edges or circles.
    """
    _expect_admg(graph)
    kept = (
        set(graph.nodes) - set(graph.latents)
        if keep is None
        else {graph.node(name).name for name in each_name(keep)}
    )
    parents = {name: set(graph.parents(name)) for name in graph.nodes}
    children = {name: set(graph.children(name)) for name in graph.nodes}
    spouses: dict[str, set[str]] = {name: set() for name in graph.nodes}
    for a, b in graph.bidirected_edges:
        spouses[a].add(b)
        spouses[b].add(a)
    for gone in [name for name in graph.nodes if name not in kept]:
        below, above = children.pop(gone), parents.pop(gone)
        beside = spouses.pop(gone)
        for child in below:
            parents[child].discard(gone)
            parents[child] |= above
            spouses[child] |= (beside | below) - {child}
        for parent in above:
            children[parent].discard(gone)
            children[parent] |= below
        for spouse in beside:
            spouses[spouse].discard(gone)
            spouses[spouse] |= below - {spouse}
    evidence = {edge.key: edge for edge in graph.edges}
    edges = [Edge(p, name) for name in sorted(kept) for p in sorted(parents[name])]
    pairs = {ordered_pair(a, b) for a in kept for b in spouses[a]}
    edges += [Edge(a, b, "<->") for a, b in sorted(pairs)]
    nodes = [node for node in graph.node_table.values() if node.name in kept]
    return CausalGraph(nodes, [evidence.get(edge.key, edge) for edge in edges])


def maximal_ancestral_graph(graph: CausalGraph) -> CausalGraph:
    """Return the MAG of a graph with latent and selection nodes, over its other nodes.

    Two nodes are adjacent where no set of others separates them; an end of an edge is a tail where
    its node causes the other end or a selection node.

    Parameters
    ----------
    graph : CausalGraph
        A DAG or ADMG. Nodes with the role `latent` are not observed, those with the role
        `selection` are conditioned on.

    Raises
    ------
    GraphError
        Where the graph has undirected edges or circles.

    Notes
    -----
    Richardson & Spirtes (2002), theorem 4.2: nodes without an edge are separated by their
    observed ancestors and those of the selection nodes. One separation is asked for each pair.
    """
    _expect_admg(graph)
    dag = CanonicalDag.of(graph)
    out = set(graph.latents) | set(graph.selections)
    nodes = [node for node in graph.node_table.values() if node.name not in out]
    observed = dag.mask([node.name for node in nodes])
    edges = []
    for a, b in combinations([node.name for node in nodes], 2):
        ends = dag.mask((a, b))
        given = dag.ancestors_of(ends | dag.selected) & observed & ~ends
        if separated(dag, dag.mask(a), dag.mask(b), given | dag.selected):
            continue
        tail_a = bool(dag.mask(a) & dag.ancestors_of(dag.mask(b) | dag.selected))
        tail_b = bool(dag.mask(b) & dag.ancestors_of(dag.mask(a) | dag.selected))
        if tail_a and tail_b:
            edges.append(Edge(a, b, "--"))
        elif tail_a:
            edges.append(Edge(a, b))
        elif tail_b:
            edges.append(Edge(b, a))
        else:
            edges.append(Edge(a, b, "<->"))
    return CausalGraph(nodes, edges)


def _expect_admg(graph: CausalGraph) -> None:
    if not graph.is_admg:
        marks = " ".join(sorted(graph.marks - {"->", "<->"}))
        raise GraphError(
            f"Expected a DAG or ADMG (edges -> and <-> only), got a graph with {marks}. "
            "Direct its other edges first."
        )
