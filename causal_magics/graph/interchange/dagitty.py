"""DAGitty's text, as dagitty.net and the R package read and write it."""

from __future__ import annotations

from causal_magics.graph.model import CausalGraph
from causal_magics.graph.notation import format_dagitty, parse_graph


def to_dagitty(graph: CausalGraph) -> str:
    """Write DAGitty's text.

    Names, roles, positions and edges of all marks are carried; required edges, confidence and
    bits as attributes, which DAGitty keeps. Forbidden edges and tiers are not: DAGitty has no
    word for them.
    """
    return format_dagitty(graph)


def from_dagitty(text: str) -> CausalGraph:
    """Read DAGitty's text, which the notation of cells includes.

    Raises
    ------
    NotationError, GraphError
    """
    return parse_graph(text)
