"""The graph that dowhy's `CausalModel` takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causal_magics.errors import EdgeError
from causal_magics.graph.model import CausalGraph

if TYPE_CHECKING:
    import networkx as nx


def to_dowhy(graph: CausalGraph) -> nx.DiGraph[str]:
    """Write the `graph` argument of ``dowhy.CausalModel``.

    Each ``a <-> b`` becomes a latent common cause ``U_a_b``: dowhy knows directed edges alone. Its
    `treatment` and `outcome` arguments are ``list(graph.exposures)`` and ``list(graph.outcomes)``.
    Names, directed edges and which nodes are latent (``observed="no"``) are carried; other roles,
    positions, evidence and knowledge are not.

    Raises
    ------
    EdgeError
        Where the graph has edges other than ``->`` and ``<->``.

    Examples
    --------
    >>> graph = CausalGraph.parse("T [exposure]; Y [outcome]; Z -> {T Y}; T -> Y")
    >>> model = dowhy.CausalModel(
    ...     data, list(graph.exposures), list(graph.outcomes), graph=to_dowhy(graph)
    ... )  # doctest: +SKIP
    """
    import networkx as nx

    if not graph.is_admg:
        others = sorted(graph.marks - {"->", "<->"})
        raise EdgeError(
            f"Expected a graph with edges -> and <-> for dowhy, got {' '.join(others)}. "
            "Direct them first: an equivalence class has several graphs."
        )
    result: nx.DiGraph[str] = nx.DiGraph()
    for node in graph.node_table.values():
        result.add_node(node.name, observed="no" if "latent" in node.roles else "yes")
    result.add_edges_from((e.source, e.target) for e in graph.edges if e.mark == "->")
    for a, b in sorted(graph.bidirected_edges):
        cause = f"U_{a}_{b}"
        while cause in result:
            cause += "_"
        result.add_node(cause, observed="no")
        result.add_edges_from([(cause, a), (cause, b)])
    return result
