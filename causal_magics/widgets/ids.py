"""`Ids`: the ids of a document, found by names."""

from __future__ import annotations

from collections.abc import Iterable

from causal_magics.graph.elements import Edge
from causal_magics.widgets.document import Document


class Ids:
    """The ids of a document by what they stand for in the value."""

    def __init__(self, document: Document) -> None:
        self._nodes = {node.name: node.id for node in document.nodes.values()}
        self._edges: dict[tuple[str, str, str], str] = {}
        for edge in document.edges.values():
            if edge.knowledge != "forbidden":
                self._edges[edge.source, edge.target, edge.mark] = edge.id
                if edge.mark in ("<->", "--", "@-@"):
                    self._edges[edge.target, edge.source, edge.mark] = edge.id

    def node(self, name: str) -> str:
        """Return the id of a node."""
        return self._nodes[name]

    def nodes(self, names: Iterable[str]) -> list[str]:
        """Return ids in the order of the names' alphabet."""
        return [self._nodes[name] for name in sorted(names)]

    def edge(self, edge: Edge) -> str:
        """Return the id of an edge; one that a class directs is undirected in the document."""
        ends = self._nodes[edge.source], self._nodes[edge.target]
        return self._edges.get((*ends, edge.mark)) or self._edges[*ends, "--"]

    def between(self, a: str, b: str) -> list[str]:
        """Return the ids of the edges that join two nodes."""
        ends = {self._nodes[a], self._nodes[b]}
        return [key for (x, y, _), key in self._edges.items() if {x, y} == ends]
