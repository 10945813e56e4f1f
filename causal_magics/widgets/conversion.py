"""Between value and document: `CausalGraph` in names and units, `Document` in ids and px."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from types import MappingProxyType

from causal_magics.graph.canvas import canvas_positions, notation_positions
from causal_magics.graph.model import ROLES, CausalGraph, Edge, Knowledge, Mark, Node
from causal_magics.widgets.document import Document
from causal_magics.widgets.elements import DocumentEdge, DocumentNode
from causal_magics.widgets.operations import (
    MAX_COORDINATE,
    KnowledgeMark,
    Operation,
    SetEdge,
    SetNode,
)

EdgeKey = tuple[str, str, Mark, bool]


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a node was put on the canvas, and the position of the value that led there."""

    x: float
    y: float
    position: tuple[float, float] | None


Anchors = Mapping[str, Anchor]


def to_graph(document: Document, anchors: Anchors = MappingProxyType({})) -> CausalGraph:
    """Return the value of a document.

    Positions are in units of the notation. While no node has left its anchor, every node keeps
    the position that its value had, so that editing edges leaves a graph without positions as it
    was; afterwards all nodes carry the position that is seen.
    """
    shown = document.nodes.values()
    names = {node.id: node.name for node in shown}
    if all(_at_anchor(node, anchors.get(node.id)) for node in shown):
        positions = {node.name: anchors[node.id].position for node in shown}
    else:
        positions = {**notation_positions({node.name: (node.x, node.y) for node in shown})}
    nodes = [Node(node.name, frozenset(node.roles), positions[node.name]) for node in shown]
    standing = [edge for edge in document.edges.values() if edge.knowledge != "forbidden"]
    edges = [Edge(names[e.source], names[e.target], e.mark, e.confidence, e.bits) for e in standing]

    def pairs(kind: KnowledgeMark) -> frozenset[tuple[str, str]]:
        found = (e for e in document.edges.values() if e.knowledge == kind)
        return frozenset((names[e.source], names[e.target]) for e in found)

    tiers = tuple(tuple(names[key] for key in tier) for tier in document.tiers)
    return CausalGraph(nodes, edges, Knowledge(pairs("required"), pairs("forbidden"), tiers))


def _at_anchor(node: DocumentNode, anchor: Anchor | None) -> bool:
    return anchor is not None and (node.x, node.y) == (anchor.x, anchor.y)


def from_graph(
    graph: CausalGraph,
    previous: Document | None = None,
    shown: CausalGraph | None = None,
    fresh: Iterator[int] | None = None,
) -> tuple[Document, dict[str, Anchor]]:
    """Return the document of a value, and where each node was anchored.

    Parameters
    ----------
    graph : CausalGraph
    previous : Document, optional
        What is on the canvas: nodes of the same name and edges of the same ends and mark keep
        their ids, and nodes whose position did not change keep their place.
    shown : CausalGraph, optional
        The value that `previous` shows. Where `graph` is that value with one node renamed, the
        node keeps its id too.
    fresh : iterator of int, optional
        Numbers for new ids; the ids in use are skipped.
    """
    previous = Document() if previous is None else previous
    numbers = count(1) if fresh is None else fresh
    before = {node.name: node for node in previous.nodes.values()}
    renamed = _renamed(graph, shown)
    if renamed is not None and renamed[0] in before:
        before[renamed[1]] = before.pop(renamed[0])
    places = _places(graph, before, shown, renamed)
    nodes: dict[str, DocumentNode] = {}
    anchors: dict[str, Anchor] = {}
    for node in graph.node_table.values():
        known = before.get(node.name)
        key = known.id if known is not None else _fresh_id("n", previous.nodes, numbers)
        x, y = places[node.name]
        roles = tuple(role for role in ROLES if role in node.roles)
        nodes[key] = DocumentNode(key, node.name, roles, x, y)
        anchors[key] = Anchor(x, y, node.position)
    ids = {node.name: node.id for node in nodes.values()}
    edges = _edges(graph, ids, previous, numbers)
    tiers = tuple(tuple(ids[name] for name in tier) for tier in graph.knowledge.tiers)
    return Document(MappingProxyType(nodes), MappingProxyType(edges), tiers), anchors


def _fresh_id(prefix: str, used: Mapping[str, object], numbers: Iterator[int]) -> str:
    return next(key for key in (f"{prefix}{number}" for number in numbers) if key not in used)


def _renamed(graph: CausalGraph, shown: CausalGraph | None) -> tuple[str, str] | None:
    if shown is None or len(shown.nodes) != len(graph.nodes):
        return None
    gone = [name for name in shown.nodes if name not in graph.node_table]
    new = [name for name in graph.nodes if name not in shown.node_table]
    if len(gone) == len(new) == 1 and shown.rename_node(gone[0], new[0]) == graph:
        return gone[0], new[0]
    return None


def _places(
    graph: CausalGraph,
    before: Mapping[str, DocumentNode],
    shown: CausalGraph | None,
    renamed: tuple[str, str] | None,
) -> dict[str, tuple[float, float]]:
    """Return px by name: what did not change stays, the rest is laid out around it."""
    earlier = dict(shown.positions) if shown is not None else {}
    if renamed is not None and renamed[0] in earlier:
        earlier[renamed[1]] = earlier.pop(renamed[0])
    kept: dict[str, tuple[float, float]] = {}
    for node in graph.node_table.values():
        known = before.get(node.name)
        if known is not None and node.position in (None, earlier.get(node.name)):
            kept[node.name] = known.x, known.y
    if len(kept) == len(graph.nodes):
        return kept
    around = graph.with_positions({**notation_positions(kept)}) if kept else graph
    laid_out = canvas_positions(around)
    return {name: _on_canvas(kept.get(name, laid_out[name])) for name in graph.nodes}


def _on_canvas(place: tuple[float, float]) -> tuple[float, float]:
    x, y = (max(-MAX_COORDINATE, min(MAX_COORDINATE, float(value))) for value in place)
    return x, y


def _edges(
    graph: CausalGraph, ids: Mapping[str, str], previous: Document, numbers: Iterator[int]
) -> dict[str, DocumentEdge]:
    known = {_edge_key(edge): edge.id for edge in previous.edges.values()}
    forbidden = sorted(graph.knowledge.forbidden)
    wanted = [*graph.edges, *(Edge(cause, effect) for cause, effect in forbidden)]
    edges: dict[str, DocumentEdge] = {}
    for number, edge in enumerate(wanted):
        knowledge: KnowledgeMark | None = "forbidden" if number >= len(graph.edges) else None
        pair = (edge.source, edge.target)
        if knowledge is None and edge.mark == "->" and pair in graph.knowledge.required:
            knowledge = "required"
        source, target = ids[edge.source], ids[edge.target]
        made = DocumentEdge("", source, target, edge.mark, knowledge, edge.confidence, edge.bits)
        key = known.get(_edge_key(made)) or _fresh_id("e", previous.edges, numbers)
        edges[key] = replace(made, id=key, source=source, target=target)
        if key in previous.edges and previous.edges[key].source == target:
            edges[key] = replace(edges[key], source=target, target=source)
    return edges


def _edge_key(edge: DocumentEdge) -> EdgeKey:
    source, target = edge.source, edge.target
    if edge.mark in ("<->", "--", "@-@") and source > target:
        source, target = target, source
    return source, target, edge.mark, edge.knowledge == "forbidden"


def difference(before: Document, after: Document) -> list[Operation]:
    """Return the group that turns one document into the other.

    What makes room comes first (tiers, edges and nodes that go), then changes and additions, so
    that every operation is valid where it stands. Nodes of the same id keep distinct names.
    """
    group: list[Operation] = []
    if before.tiers and before.tiers != after.tiers:
        group.append({"op": "set_tiers", "tiers": []})
    group += _departures(before, after)
    for key, node in after.nodes.items():
        if key in before.nodes:
            group += _node_change(before.nodes[key], node)
        else:
            group.append(node.as_operation())
    for key, edge in after.edges.items():
        if key in before.edges and not _replaced(before.edges[key], edge):
            group += _edge_change(before.edges[key], edge)
        else:
            group.append(edge.as_operation())
    if after.tiers and before.tiers != after.tiers:
        group.append({"op": "set_tiers", "tiers": [list(tier) for tier in after.tiers]})
    moved = {
        key: [node.x, node.y]
        for key, node in after.nodes.items()
        if key in before.nodes and (node.x, node.y) != (before.nodes[key].x, before.nodes[key].y)
    }
    if moved:
        group.append({"op": "move", "positions": moved})
    return group


def _departures(before: Document, after: Document) -> Iterator[Operation]:
    for key, edge in before.edges.items():
        if key not in after.edges or _replaced(edge, after.edges[key]):
            yield {"op": "delete_edge", "id": key}
    for key in before.nodes:
        if key not in after.nodes:
            yield {"op": "delete_node", "id": key}


def _replaced(old: DocumentEdge, new: DocumentEdge) -> bool:
    same = (old.source, old.target, old.mark, old.is_arrow)
    return same != (new.source, new.target, new.mark, new.is_arrow)


def _node_change(old: DocumentNode, new: DocumentNode) -> Iterator[Operation]:
    change: SetNode = {"op": "set_node", "id": new.id}
    if old.name != new.name:
        change["name"] = new.name
    if old.roles != new.roles:
        change["roles"] = list(new.roles)
    if len(change) > 2:
        yield change


def _edge_change(old: DocumentEdge, new: DocumentEdge) -> Iterator[Operation]:
    change: SetEdge = {"op": "set_edge", "id": new.id}
    if old.knowledge != new.knowledge:
        change["knowledge"] = new.knowledge
    if old.confidence != new.confidence:
        change["confidence"] = new.confidence
    if old.bits != new.bits:
        change["bits"] = new.bits
    if len(change) > 2:
        yield change
