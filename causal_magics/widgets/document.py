"""`Document`: what an editor shows and what screen and kernel keep in step.

Nodes and edges have stable ids and names are attributes, so that a rename on one side and a new
edge on the other do not collide. The TypeScript twin is ``src/graph/operations.ts``; both are held
to ``tests/golden/operations.json``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from causal_magics.errors import OperationError
from causal_magics.widgets.draft import Draft
from causal_magics.widgets.elements import DocumentEdge, DocumentNode, Tiers
from causal_magics.widgets.operations import Operation, parse_group

JsonObject = dict[str, object]


def json_number(value: float) -> float | None:
    """Return a number of six digits as JSON has it: None where it is not finite."""
    return float(f"{value:.6g}") + 0.0 if math.isfinite(value) else None


@dataclass(frozen=True, slots=True)
class Document:
    """Nodes and edges by id, and tiers of node ids."""

    nodes: Mapping[str, DocumentNode] = field(default_factory=lambda: MappingProxyType({}))
    edges: Mapping[str, DocumentEdge] = field(default_factory=lambda: MappingProxyType({}))
    tiers: Tiers = ()

    def apply(self, group: Sequence[Operation]) -> Document:
        """Return the document after a group of operations, each checked after those before it.

        Raises
        ------
        OperationError
            Where one operation does not fit.
        """
        draft = self.draft()
        for operation in group:
            draft.apply(operation)
        return Document(MappingProxyType(draft.nodes), MappingProxyType(draft.edges), draft.tiers)

    def inverse(self, group: Sequence[Operation]) -> list[Operation]:
        """Return the group that undoes `group` after it was applied to this document."""
        draft = self.draft()
        undo: list[list[Operation]] = []
        for operation in group:
            undo.append(draft.inverse(operation))
            draft.apply(operation)
        return [operation for step in reversed(undo) for operation in step]

    def draft(self) -> Draft:
        """Return a working copy that operations change one by one."""
        return Draft(self.nodes, self.edges, self.tiers)

    def to_json(self, revision: int = 0) -> JsonObject:
        """Return the JSON form."""
        return {
            "version": 1,
            "rev": revision,
            "nodes": [
                {"id": n.id, "name": n.name, "roles": list(n.roles), "x": n.x, "y": n.y}
                for n in self.nodes.values()
            ],
            "edges": [
                {key: value for key, value in e.as_operation().items() if key != "op"}
                for e in self.edges.values()
            ],
            "tiers": [list(tier) for tier in self.tiers],
        }

    @classmethod
    def from_json(cls, raw: object) -> Document:
        """Return the document of a JSON form, checked as an edit that draws all of it.

        Raises
        ------
        OperationError
        """
        if not isinstance(raw, dict) or raw.get("version") != 1:
            raise OperationError("Expected a document of version 1.")
        parts = {key: raw.get(key) for key in ("nodes", "edges", "tiers")}
        if not all(isinstance(part, list) for part in parts.values()):
            raise OperationError("Expected a document with lists of nodes, edges and tiers.")
        nodes, edges = (
            [{**item, "op": op} if isinstance(item, dict) else item for item in _items(parts[key])]
            for key, op in (("nodes", "add_node"), ("edges", "add_edge"))
        )
        tiers = [{"op": "set_tiers", "tiers": parts["tiers"]}] if parts["tiers"] else []
        group = [*nodes, *edges, *tiers]
        return cls().apply(parse_group(group)) if group else cls()


def _items(part: object) -> list[object]:
    return part if isinstance(part, list) else []
