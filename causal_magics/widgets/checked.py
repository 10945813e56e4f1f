"""What an editor is given, checked before anything is shown."""

from __future__ import annotations

from keyword import iskeyword

from causal_magics.errors import EditorError, shorten
from causal_magics.graph.model import CausalGraph


def checked_graph(graph: object) -> CausalGraph:
    """Return what is a graph; raise `EditorError` where it is none."""
    if isinstance(graph, CausalGraph):
        return graph
    raise EditorError(
        f"Expected a CausalGraph, got a value of type {type(graph).__name__}. "
        "Use its .graph, or CausalGraph.parse(text)."
    )


def checked_name(name: object) -> str:
    """Return what can be bound; raise `EditorError` where it cannot."""
    if isinstance(name, str) and name.isidentifier() and not iskeyword(name):
        return name
    raise EditorError(f"Expected a Python name to bind, got {shorten(str(name))}.")
