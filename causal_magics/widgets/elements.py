"""What a document is made of: nodes and edges by id, with their place on the canvas."""

from __future__ import annotations

from dataclasses import dataclass

from causal_magics.graph.model import Mark, Role
from causal_magics.widgets.operations import AddEdge, AddNode, KnowledgeMark

Tiers = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class DocumentNode:
    """A node of the canvas; `x`, `y` are px of its centre."""

    id: str
    name: str
    roles: tuple[Role, ...]
    x: float
    y: float

    def as_operation(self) -> AddNode:
        """Return the operation that adds this node."""
        return {
            "op": "add_node", "id": self.id, "name": self.name, "roles": list(self.roles),
            "x": self.x, "y": self.y,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class DocumentEdge:
    """An edge of the canvas; where it is forbidden it is knowledge and no edge of the graph."""

    id: str
    source: str
    target: str
    mark: Mark
    knowledge: KnowledgeMark | None = None
    confidence: float | None = None
    bits: float | None = None

    @property
    def is_arrow(self) -> bool:
        """Whether it is a directed edge of the graph."""
        return self.mark == "->" and self.knowledge != "forbidden"

    @property
    def pair(self) -> frozenset[str]:
        """The ids of both ends."""
        return frozenset((self.source, self.target))

    def as_operation(self) -> AddEdge:
        """Return the operation that adds this edge."""
        return {
            "op": "add_edge", "id": self.id, "source": self.source, "target": self.target,
            "mark": self.mark, "knowledge": self.knowledge, "confidence": self.confidence,
            "bits": self.bits,
        }  # fmt: skip
