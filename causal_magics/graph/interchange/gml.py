"""GML, by way of networkx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causal_magics.errors import GraphError, excerpt
from causal_magics.graph.interchange.networkx_graphs import from_networkx
from causal_magics.graph.interchange.parts import evidence_texts, knowledge_text, node_texts
from causal_magics.graph.model import CausalGraph

if TYPE_CHECKING:
    import networkx as nx


_ON_ODD_TEXT = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""What networkx raises besides its own errors where a text is nearly GML."""


def to_gml(graph: CausalGraph) -> str:
    """Write GML, which carries everything; what GML has no word for stands in attributes.

    Nodes carry `roles` and `position`, edges `mark` (where not all are directed), `confidence`,
    `bits` and `required`, the graph `knowledge` (forbidden edges and tiers), all of them texts.
    Programs that know GML alone read every edge as an arrow: where the graph has other edges, give
    dowhy what `to_dowhy` returns.
    """
    import networkx as nx

    written: nx.DiGraph[str] = nx.DiGraph() if graph.is_dag else nx.MultiDiGraph()
    if knowledge := knowledge_text(graph.knowledge):
        written.graph["knowledge"] = knowledge
    for node in graph.node_table.values():
        written.add_node(node.name, **node_texts(node))
    for edge in graph.edges:
        mark = {} if graph.is_dag else {"mark": edge.mark}
        written.add_edge(edge.source, edge.target, **mark, **evidence_texts(edge, graph.knowledge))
    return "\n".join(nx.generate_gml(written))


def from_gml(text: str) -> CausalGraph:
    """Read GML; attributes other than those of `to_gml` are left aside.

    Raises
    ------
    GraphError
        Where the text is not GML or says no valid graph.
    """
    import networkx as nx

    try:
        graph = nx.parse_gml(text)
    except (nx.NetworkXError, *_ON_ODD_TEXT) as error:
        raise GraphError(
            f"Expected a graph in GML, got text that is none ({excerpt(str(error), 0, 200)})."
        ) from error
    return from_networkx(graph)
