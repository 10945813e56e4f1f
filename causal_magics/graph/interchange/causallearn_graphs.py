"""causal-learn's `GeneralGraph`, both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from causal_magics.errors import GraphError
from causal_magics.graph.elements import Edge, Mark
from causal_magics.graph.interchange.parts import Gathered, load, read_mark, read_names, read_node
from causal_magics.graph.model import CausalGraph

if TYPE_CHECKING:
    from causallearn.graph.GeneralGraph import GeneralGraph

_ENDS: dict[Mark, tuple[str, str]] = {
    "->": ("TAIL", "ARROW"),
    "<->": ("ARROW", "ARROW"),
    "--": ("TAIL", "TAIL"),
    "@->": ("CIRCLE", "ARROW"),
    "@-@": ("CIRCLE", "CIRCLE"),
    "@--": ("CIRCLE", "TAIL"),
}
_MARK_OF_ENDS = {ends: mark for mark, ends in _ENDS.items()} | {
    ("ARROW", "TAIL"): "<-",
    ("ARROW", "CIRCLE"): "<-@",
    ("TAIL", "CIRCLE"): "--@",
}


def to_causallearn(graph: CausalGraph) -> GeneralGraph:
    """Write a causal-learn `GeneralGraph`.

    Names, edges of all marks and which nodes are latent are carried; other roles, positions,
    evidence and knowledge are not.

    Raises
    ------
    MissingDependencyError
    """
    general = load("causallearn.graph.GeneralGraph", "causal-learn's graphs")
    node_type = load("causallearn.graph.NodeType", "causal-learn's graphs").NodeType
    make = load("causallearn.graph.GraphNode", "causal-learn's graphs").GraphNode
    nodes = {name: make(name) for name in graph.nodes}
    for name in graph.latents:
        nodes[name].set_node_type(node_type.LATENT)
    result = general.GeneralGraph(list(nodes.values()))
    for edge in sorted(graph.edges, key=lambda edge: edge.mark == "<->"):
        result.add_edge(_edge(edge, nodes))
    return cast("GeneralGraph", result)


def _edge(edge: Edge, nodes: dict[str, Any]) -> Any:
    kind = load("causallearn.graph.Edge", "causal-learn's graphs").Edge
    endpoint = load("causallearn.graph.Endpoint", "causal-learn's graphs").Endpoint
    source, target = (endpoint[end] for end in _ENDS[edge.mark])
    if edge.mark == "@--":  # add_edge takes the circle at the second end only
        return kind(nodes[edge.target], nodes[edge.source], target, source)
    return kind(nodes[edge.source], nodes[edge.target], source, target)


def from_causallearn(graph: GeneralGraph) -> CausalGraph:
    """Read a causal-learn `GeneralGraph`, or the `CausalGraph` whose `G` it is.

    Raises
    ------
    GraphError
        Where it is neither, or says no valid graph.
    """
    general: Any = getattr(graph, "G", graph)
    if not (hasattr(general, "get_graph_edges") and hasattr(general, "get_nodes")):
        raise GraphError(
            f"Expected a GeneralGraph of causal-learn, got {type(graph).__name__}. "
            "Give what pc(…).G or fci(…)[0] returned."
        )
    nodes = general.get_nodes()
    names = read_names(node.get_name() for node in nodes)
    if len(names) != len(nodes):
        raise GraphError("Expected different names of causal-learn's nodes, got one twice.")
    gathered = Gathered()
    for node in nodes:
        latent = node.get_node_type().name == "LATENT"
        gathered.add_node(read_node(names[node.get_name()], {"latent": latent}))
    for edge in general.get_graph_edges():
        ends = edge.get_endpoint1().name, edge.get_endpoint2().name
        if ends not in _MARK_OF_ENDS:
            raise GraphError(f"Expected edges with tails, arrows and circles, got {edge}.")
        source, target = edge.get_node1().get_name(), edge.get_node2().get_name()
        gathered.add_edge(names[source], names[target], read_mark(_MARK_OF_ENDS[ends]))
    return gathered.graph()
