"""causal-learn's `GeneralGraph`, both ways, and what its searches return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from causal_magics.errors import GraphError, shorten
from causal_magics.graph.elements import Edge, Mark
from causal_magics.graph.interchange.parts import (
    Gathered,
    load,
    names_of,
    read_mark,
    read_node,
)
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

_END_PAIRS: dict[tuple[int, int], tuple[str, ...]] = {
    (-1, 1): ("->",), (1, -1): ("<-",), (1, 1): ("<->",), (-1, -1): ("--",),
    (2, 1): ("@->",), (1, 2): ("<-@",), (2, 2): ("@-@",), (2, -1): ("@--",), (-1, 2): ("--@",),
    (4, 5): ("->", "<->"), (5, 4): ("<-", "<->"),
}  # fmt: skip


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


def from_causallearn(graph: Any, names: Sequence[str] | None = None) -> CausalGraph:
    """Read what a search of causal-learn returned.

    Parameters
    ----------
    graph : GeneralGraph, CausalGraph, dict, tuple or array
        What `boss` and `grasp` return, `pc`, `ges` (its ``"G"`` is read), `fci` (the first of the
        two), or the matrix of end marks ``G.graph``: ``M[i, j] = -1`` and ``M[j, i] = 1`` is
        ``i -> j``, -1 both ways ``i -- j``, 1 both ways ``i <-> j``, and 2 is a circle.
    names : sequence of str, optional
        Of the nodes in their order; causal-learn's own where left out, ``X1``, ``X2``, … of a
        matrix.

    Raises
    ------
    GraphError
        Where it is none of these, or says no valid graph.
    """
    return gather_causallearn(graph, names).graph()


def gather_causallearn(graph: Any, names: Sequence[str] | None = None) -> Gathered:
    """Return the parts of a result of causal-learn, cyclic or not."""
    general = general_graph(graph)
    if general is None:
        return _gather_ends(graph, names)
    nodes = general.get_nodes()
    own = [node.get_name() for node in nodes]
    if len(set(own)) != len(own):
        raise GraphError("Expected different names of causal-learn's nodes, got one twice.")
    keys = names_of(len(own), own if names is None else names, "causal-learn's nodes")
    name_of = dict(zip(own, keys, strict=True))
    gathered = Gathered()
    for node in nodes:
        latent = node.get_node_type().name == "LATENT"
        gathered.add_node(read_node(name_of[node.get_name()], {"latent": latent}))
    for edge in general.get_graph_edges():
        ends = edge.get_endpoint1().name, edge.get_endpoint2().name
        if ends not in _MARK_OF_ENDS:
            raise GraphError(f"Expected edges with tails, arrows and circles, got {edge}.")
        source, target = edge.get_node1().get_name(), edge.get_node2().get_name()
        gathered.add_edge(name_of[source], name_of[target], read_mark(_MARK_OF_ENDS[ends]))
    return gathered


def general_graph(result: Any) -> Any:
    """Return the `GeneralGraph` in what a search returned; None where there is none."""
    if isinstance(result, Mapping):
        result = result.get("G")
    elif isinstance(result, tuple) and result:
        result = result[0]
    graph = getattr(result, "G", result)
    is_general = hasattr(graph, "get_graph_edges") and hasattr(graph, "get_nodes")
    return graph if is_general else None


def _gather_ends(matrix: Any, names: Sequence[str] | None) -> Gathered:
    """Read the matrix of end marks, in which ``M[i, j]`` is the mark at i of the edge to j."""
    ends = np.asarray(matrix) if isinstance(matrix, np.ndarray | list) else np.empty(0)
    if ends.ndim != 2 or ends.shape[0] != ends.shape[1]:
        raise GraphError(
            "Expected a GeneralGraph of causal-learn or its square matrix of end marks, got "
            f"{type(matrix).__name__}. Give what pc(…), ges(…), fci(…), boss(…) returned."
        )
    keys = names_of(len(ends), names or [f"X{i + 1}" for i in range(len(ends))], "the matrix")
    gathered = Gathered()
    for name in keys:
        gathered.add_node(read_node(name, {}))
    for i, j in np.argwhere(np.triu((ends != 0) | (ends.T != 0), 1)).tolist():
        pair = _END_PAIRS.get((int(ends[i, j]), int(ends[j, i])))
        if pair is None:
            raise GraphError(
                "Expected pairs of causal-learn's end marks -1, 1, 2, 4, 5, got "
                f"{ends[i, j]} and {ends[j, i]} between {shorten(keys[i])} and {shorten(keys[j])}."
                " For a plain adjacency matrix use from_adjacency_matrix or from_lingam."
            )
        for mark in pair:
            gathered.add_edge(keys[i], keys[j], read_mark(mark))
    return gathered
