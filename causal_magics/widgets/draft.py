"""A document while a group of operations is applied to it: where each operation is checked."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from causal_magics.errors import (
    CycleError,
    DuplicateNodeError,
    NodeNameError,
    OperationError,
    shorten,
)
from causal_magics.graph.elements import check_name, tier_message
from causal_magics.graph.model import ROLES
from causal_magics.widgets.elements import DocumentEdge, DocumentNode, Tiers
from causal_magics.widgets.operations import (
    AddEdge,
    AddNode,
    Move,
    Operation,
    SetEdge,
    SetNode,
)


class Draft:
    """A document being changed; an operation that is refused leaves it as it was."""

    def __init__(
        self,
        nodes: Mapping[str, DocumentNode],
        edges: Mapping[str, DocumentEdge],
        tiers: Tiers,
    ) -> None:
        self.nodes = dict(nodes)
        self.edges = dict(edges)
        self.tiers = tiers
        self._names = {node.name: node.id for node in self.nodes.values()}
        self._incident: dict[str, dict[str, None]] = {key: {} for key in self.nodes}
        for edge in self.edges.values():
            self._attach(edge)

    def apply(self, operation: Operation) -> None:
        """Check an operation and carry it out."""
        match operation["op"]:
            case "add_node":
                self._add_node(operation)
            case "set_node":
                self._set_node(operation)
            case "delete_node":
                self._delete_node(operation["id"])
            case "add_edge":
                self._add_edge(operation)
            case "set_edge":
                self._set_edge(operation)
            case "delete_edge":
                edge = self._edge(operation["id"])
                self._detach(edge)
                del self.edges[edge.id]
            case "move":
                self._move(operation)
            case "set_tiers":
                self._set_tiers(operation["tiers"])

    def inverse(self, operation: Operation) -> list[Operation]:
        """Return what undoes an operation that is about to be applied."""
        match operation["op"]:
            case "add_node":
                return [{"op": "delete_node", "id": operation["id"]}]
            case "add_edge":
                return [{"op": "delete_edge", "id": operation["id"]}]
            case "delete_edge":
                return [self._edge(operation["id"]).as_operation()]
            case "delete_node":
                return self._revival(self._node(operation["id"]))
            case "set_node":
                return [self._restored_node(operation)]
            case "set_edge":
                return [self._restored_edge(operation)]
            case "move":
                nodes = [self._node(key) for key in operation["positions"]]
                return [{"op": "move", "positions": {n.id: [n.x, n.y] for n in nodes}}]
            case "set_tiers":
                return [{"op": "set_tiers", "tiers": [list(tier) for tier in self.tiers]}]

    # ------------------------------------------------------------------ nodes

    def _node(self, key: str) -> DocumentNode:
        if key not in self.nodes:
            raise OperationError(
                f"The document has no node {shorten(key)} (any more).", "unknown_node"
            )
        return self.nodes[key]

    def _check_new_name(self, name: str, key: str) -> None:
        try:
            check_name(name)
        except NodeNameError as error:
            raise OperationError(str(error)) from None
        if self._names.get(name, key) != key:
            raise OperationError(str(DuplicateNodeError(name)), "duplicate_node")

    def _add_node(self, operation: AddNode) -> None:
        key = operation["id"]
        if key in self.nodes:
            raise OperationError(f"The document has a node {shorten(key)} already.", "duplicate_id")
        self._check_new_name(operation["name"], key)
        roles = tuple(role for role in ROLES if role in operation["roles"])
        name, x, y = operation["name"], operation["x"], operation["y"]
        self.nodes[key] = DocumentNode(key, name, roles, x, y)
        self._names[name] = key
        self._incident[key] = {}

    def _set_node(self, operation: SetNode) -> None:
        node = self._node(operation["id"])
        name = operation.get("name", node.name)
        self._check_new_name(name, node.id)
        chosen = operation.get("roles", node.roles)
        roles = tuple(role for role in ROLES if role in chosen)
        del self._names[node.name]
        self._names[name] = node.id
        self.nodes[node.id] = replace(node, name=name, roles=roles)

    def _restored_node(self, operation: SetNode) -> SetNode:
        node = self._node(operation["id"])
        restored: SetNode = {"op": "set_node", "id": node.id}
        if "name" in operation:
            restored["name"] = node.name
        if "roles" in operation:
            restored["roles"] = list(node.roles)
        return restored

    def _delete_node(self, key: str) -> None:
        node = self._node(key)
        for edge_key in self._incident.pop(key):
            edge = self.edges.pop(edge_key)
            (other,) = edge.pair - {key}
            del self._incident[other][edge_key]
        del self._names[node.name]
        del self.nodes[key]
        kept = (tuple(item for item in tier if item != key) for tier in self.tiers)
        self.tiers = tuple(tier for tier in kept if tier)

    def _revival(self, node: DocumentNode) -> list[Operation]:
        edges: list[Operation] = [self.edges[k].as_operation() for k in self._incident[node.id]]
        tiers: list[Operation] = []
        if any(node.id in tier for tier in self.tiers):
            tiers = [{"op": "set_tiers", "tiers": [list(tier) for tier in self.tiers]}]
        return [node.as_operation(), *edges, *tiers]

    def _move(self, operation: Move) -> None:
        moved = {
            key: replace(self._node(key), x=x, y=y)
            for key, (x, y) in operation["positions"].items()
        }
        self.nodes.update(moved)

    # ------------------------------------------------------------------ edges

    def _edge(self, key: str) -> DocumentEdge:
        if key not in self.edges:
            raise OperationError(
                f"The document has no edge {shorten(key)} (any more).", "unknown_edge"
            )
        return self.edges[key]

    def _attach(self, edge: DocumentEdge) -> None:
        self._incident[edge.source][edge.id] = None
        self._incident[edge.target][edge.id] = None

    def _detach(self, edge: DocumentEdge) -> None:
        del self._incident[edge.source][edge.id]
        del self._incident[edge.target][edge.id]

    def _add_edge(self, operation: AddEdge) -> None:
        key = operation["id"]
        if key in self.edges:
            raise OperationError(
                f"The document has an edge {shorten(key)} already.", "duplicate_id"
            )
        edge = DocumentEdge(
            key, self._node(operation["source"]).id, self._node(operation["target"]).id,
            operation["mark"], operation["knowledge"], operation["confidence"], operation["bits"],
        )  # fmt: skip
        self._check_edge(edge)
        self.edges[key] = edge
        self._attach(edge)

    def _set_edge(self, operation: SetEdge) -> None:
        edge = self._edge(operation["id"])
        changed = replace(
            edge,
            mark=operation.get("mark", edge.mark),
            knowledge=operation.get("knowledge", edge.knowledge),
            confidence=operation.get("confidence", edge.confidence),
            bits=operation.get("bits", edge.bits),
        )
        self._check_edge(changed)
        self.edges[edge.id] = changed

    def _restored_edge(self, operation: SetEdge) -> SetEdge:
        edge = self._edge(operation["id"])
        restored: SetEdge = {"op": "set_edge", "id": edge.id}
        if "mark" in operation:
            restored["mark"] = edge.mark
        if "knowledge" in operation:
            restored["knowledge"] = edge.knowledge
        if "confidence" in operation:
            restored["confidence"] = edge.confidence
        if "bits" in operation:
            restored["bits"] = edge.bits
        return restored

    def _check_edge(self, edge: DocumentEdge) -> None:
        if edge.source == edge.target:
            name = shorten(self.nodes[edge.source].name)
            raise OperationError(
                f"Expected an edge between two nodes, got one from {name} to itself.", "self_loop"
            )
        if edge.knowledge is not None and edge.mark != "->":
            raise OperationError(
                f"Expected {edge.knowledge} on a directed edge, got it on {edge.mark}. "
                "Direct the edge first.",
                "knowledge",
            )
        nearest = min(edge.pair, key=lambda key: len(self._incident[key]))
        for key in self._incident[nearest]:
            if key != edge.id and self.edges[key].pair == edge.pair:
                self._check_beside(edge, self.edges[key])
        if edge.is_arrow:
            self._check_tiers([edge], self.tiers)
            self._check_cycle(edge)

    def _check_beside(self, edge: DocumentEdge, other: DocumentEdge) -> None:
        """Check an edge against another one between the same two nodes."""
        same_way = other.source == edge.source
        if "forbidden" in (edge.knowledge, other.knowledge):
            if not same_way or edge.mark != "->" or other.mark != "->":
                return
            if edge.knowledge == other.knowledge:
                raise OperationError(f"{self._arrow(edge)} is forbidden already.", "duplicate_edge")
            why = "an edge, so it cannot be forbidden" if other.is_arrow else "forbidden"
            raise OperationError(f"{self._arrow(edge)} is {why}.", "knowledge")
        opposite = edge.is_arrow and other.is_arrow and not same_way
        if not opposite and {edge.mark, other.mark} != {"->", "<->"}:
            raise OperationError(
                f"Between {shorten(self.nodes[edge.source].name)} and "
                f"{shorten(self.nodes[edge.target].name)} stands {other.mark} already, "
                f"which leaves no room for {edge.mark}.",
                "duplicate_edge",
            )

    def _check_cycle(self, edge: DocumentEdge) -> None:
        """Look breadth-first for a directed way back from the target to the source."""
        came_from: dict[str, str | None] = {edge.target: None}
        queue = deque([edge.target])
        while queue:
            here = queue.popleft()
            if here == edge.source:
                back: list[str] = []
                step: str | None = here
                while step is not None:
                    back.append(step)
                    step = came_from[step]
                path = [self.nodes[key].name for key in (edge.source, *reversed(back))]
                raise OperationError(str(CycleError(path)), "cycle", path)
            for key in self._incident[here]:
                other = self.edges[key]
                leads_on = other.is_arrow and other.source == here and key != edge.id
                if leads_on and other.target not in came_from:
                    came_from[other.target] = here
                    queue.append(other.target)

    def _arrow(self, edge: DocumentEdge) -> str:
        source, target = self.nodes[edge.source].name, self.nodes[edge.target].name
        return f"{shorten(source)} -> {shorten(target)}"

    # ------------------------------------------------------------------ tiers

    def _set_tiers(self, raw: Sequence[Sequence[str]]) -> None:
        tiers = tuple(tuple(self._node(key).id for key in tier) for tier in raw if tier)
        placed = [key for tier in tiers for key in tier]
        if len(set(placed)) < len(placed):
            raise OperationError("Expected each node in one tier, found one twice.")
        self._check_tiers([edge for edge in self.edges.values() if edge.is_arrow], tiers)
        self.tiers = tiers

    def _check_tiers(self, arrows: Iterable[DocumentEdge], tiers: Tiers) -> None:
        level = {key: number for number, tier in enumerate(tiers) for key in tier}
        for edge in arrows:
            if edge.source not in level or edge.target not in level:
                continue
            if level[edge.source] > level[edge.target]:
                raise OperationError(
                    tier_message(self.nodes[edge.source].name, self.nodes[edge.target].name),
                    "knowledge",
                )
