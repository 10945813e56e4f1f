"""Other graphs that an editor's graph stands for, to be looked at in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from types import MappingProxyType
from typing import Final

from causal_magics.errors import OperationError
from causal_magics.graph.elements import Edge
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.separation import d_connected
from causal_magics.widgets.document import JsonObject
from causal_magics.widgets.session import State

MOST_NODES: Final = 300
"""Above this, asking for every pair takes longer than a screen waits."""

_Viewed = tuple[tuple[Edge, ...], str]


def view(name: object, state: State) -> JsonObject:
    """Return the edges of a view in the ids of the document, and a line that says what it tells.

    Parameters
    ----------
    name : {"equivalence class", "observed only", "dependences", "moral graph"}
    state : State

    Raises
    ------
    CausalMagicsError
        Where there is no such view, or the graph is not of the kind that has it.
    """
    make = VIEWS.get(name) if isinstance(name, str) else None
    if make is None:
        raise OperationError(f"Expected a view among {', '.join(VIEWS)}.")
    if len(state.document.nodes) > MOST_NODES:
        raise OperationError(f"Views are made of graphs of up to {MOST_NODES} nodes.")
    edges, words = make(state.graph)
    ids = {node.name: node.id for node in state.document.nodes.values()}
    return {
        "edges": [
            {"source": ids[edge.source], "target": ids[edge.target], "mark": edge.mark}
            for edge in edges
        ],
        "words": words,
    }


def _equivalence_class(graph: CausalGraph) -> _Viewed:
    edges = graph.cpdag().edges
    open_ones = sum(edge.mark == "--" for edge in edges)
    directions = "direction is" if len(edges) == 1 else "directions are"
    return edges, f"{open_ones} of {len(edges)} {directions} left open by the independences"


def _observed_only(graph: CausalGraph) -> _Viewed:
    edges = graph.latent_projection().edges
    count = sum(edge.mark == "<->" for edge in edges)
    return edges, f"{count} ↔ for causes that are not observed"


def _dependences(graph: CausalGraph) -> _Viewed:
    """Return the pairs of observed nodes that depend on each other, given what is held fixed."""
    fixed = {*graph.adjusted, *graph.selections}
    free = [name for name in graph.nodes if name not in fixed and name not in graph.latents]
    near = {name: d_connected(graph, name, fixed) for name in free}
    pairs = [Edge(a, b, "--") for a, b in combinations(free, 2) if b in near[a]]
    given = f" given {', '.join(sorted(fixed))}" if fixed else ""
    possible = len(free) * (len(free) - 1) // 2
    return tuple(pairs), f"{len(pairs)} of {possible} pairs of observed nodes depend{given}"


def _moral_graph(graph: CausalGraph) -> _Viewed:
    edges = graph.moral_graph().edges
    joined = sum(not graph.edges_between(edge.source, edge.target) for edge in edges)
    return edges, f"{joined} joined besides: what affects the same node"


VIEWS: Final[Mapping[str, Callable[[CausalGraph], _Viewed]]] = MappingProxyType({
    "equivalence class": _equivalence_class,
    "observed only": _observed_only,
    "dependences": _dependences,
    "moral graph": _moral_graph,
})  # fmt: skip
