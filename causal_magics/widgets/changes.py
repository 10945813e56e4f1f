"""What an edit changed: edges, bits, independences and the effect, told by what was said before.

Nodes are followed by their ids, so that a new name changes nothing but the name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, cast

from causal_magics.errors import CausalMagicsError, GraphError
from causal_magics.graph.elements import SYMMETRIC_MARKS, Edge
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.separation import is_d_separated
from causal_magics.widgets.document import Document, JsonObject, json_number
from causal_magics.widgets.elements import DocumentEdge

if TYPE_CHECKING:
    from causal_magics.discovery.evidence import EdgeEvidence
    from causal_magics.widgets.evidence import Evidence

LISTED = 60
"""Edges and independences of a change that are listed, each."""
PRICED = 20
"""Changed edges up to which each has its own price."""
_PRICED: Final = ("->", "--")
"""Marks of edges that have a price."""

Statement = Mapping[str, Any]
"""An independence as the overlay tells it: `x`, `y` and `given` are ids."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A graph and the document that shows it."""

    document: Document
    graph: CausalGraph

    def names(self, keys: Iterable[str]) -> list[str] | None:
        """Return the names of nodes; None where one is not there."""
        nodes = self.document.nodes
        found = [nodes[key].name for key in keys if key in nodes]
        return found if len(found) == len(tuple(keys)) else None

    def implies(self, statement: Statement) -> bool | None:
        """Whether the graph implies an independence; None where separation has no reading in it.

        Of a node that is not there nothing is implied.
        """
        sides = [self.names(statement[side]) for side in ("x", "y", "given")]
        if None in sides:
            return False
        try:
            return is_d_separated(self.graph, *cast("list[list[str]]", sides))
        except GraphError:
            return None

    def standing(self) -> dict[frozenset[str], list[DocumentEdge]]:
        """Return the edges of the graph by their ends."""
        found: dict[frozenset[str], list[DocumentEdge]] = {}
        for edge in self.document.edges.values():
            if edge.knowledge != "forbidden":
                found.setdefault(edge.pair, []).append(edge)
        return found

    def knowledge(self) -> dict[frozenset[str], set[tuple[str, str, str]]]:
        """Return what must and must not be, by the ends of the edges."""
        found: dict[frozenset[str], set[tuple[str, str, str]]] = {}
        for edge in self.document.edges.values():
            if edge.knowledge is not None:
                known = edge.source, edge.target, edge.knowledge
                found.setdefault(edge.pair, set()).add(known)
        return found


@dataclass(frozen=True, slots=True)
class Answered:
    """What was drawn, and the whole overlay that told of it."""

    drawn: Drawn
    evidence: Evidence
    told: JsonObject


@dataclass(frozen=True, slots=True)
class EdgeChange:
    """One edge that is new, gone or another; `now` or `was` is None where there is none."""

    now: DocumentEdge | None
    was: DocumentEdge | None

    @property
    def ends(self) -> tuple[str, str]:
        """The ids of source and target, as the edge stands, or stood last."""
        edge = self.now or self.was
        assert edge is not None
        return edge.source, edge.target

    @property
    def what(self) -> str:
        """One word for it."""
        if self.was is None:
            return "added"
        if self.now is None:
            return "removed"
        return "reversed" if self.is_turned and self.now.mark == self.was.mark else "changed"

    @property
    def is_priced(self) -> bool:
        """Whether the edge is one that data price, or was: a hidden common cause has no bits."""
        return any(each is not None and each.mark in _PRICED for each in (self.now, self.was))

    @property
    def is_turned(self) -> bool:
        """Whether the edge that stood pointed the other way."""
        return self.was is not None and (self.was.source, self.was.target) != self.ends


def alike(before: Document, after: Document) -> bool:
    """Whether two documents differ by no more than names, places and numbers on edges."""

    def meant(document: Document) -> object:
        nodes = {key: node.roles for key, node in document.nodes.items()}
        edges = {_sense(edge, with_knowledge=True) for edge in document.edges.values()}
        return nodes, edges, document.tiers

    return meant(before) == meant(after)


def edge_changes(before: Drawn, after: Drawn) -> tuple[list[EdgeChange], list[frozenset[str]]]:
    """Return the edges that changed, and the pairs of which only the knowledge did."""
    old, new = before.standing(), after.standing()
    changes: list[EdgeChange] = []
    for pair in dict.fromkeys([*new, *old]):
        changes += _changes_of_pair(old.get(pair, []), new.get(pair, []))
    changed = {frozenset(change.ends) for change in changes}
    was, known = before.knowledge(), after.knowledge()
    there = after.document.nodes.keys()
    told = [
        pair
        for pair in dict.fromkeys([*known, *was])
        if pair not in changed and pair <= there and known.get(pair) != was.get(pair)
    ]
    return changes, told


def change(
    before: Answered, now: Drawn, told: JsonObject, edges: EdgeEvidence | None
) -> JsonObject:
    """Return what changed since a state that was answered, as JSON.

    Parameters
    ----------
    before : Answered
    now : Drawn
    told : dict
        What the overlay tells of `now` so far.
    edges : EdgeEvidence, optional
        Prices of edges; without it no change has a price.
    """
    changes, knowledge = edge_changes(before.drawn, now)
    asked = _same_question(before.told, told)
    renamed = _renamed(before.drawn.document, now.document)
    bits = None if edges is None else json_number(
        edges.bits_saved(before.drawn.graph) - edges.bits_saved(now.graph)
    )  # fmt: skip
    return {
        "edges": [
            *_edge_entries(changes, before.drawn, now, edges),
            *(_knowledge_entry(pair, now) for pair in knowledge),
        ][:LISTED],
        "bits": bits,
        "broken": _broken(before, now),
        "estimand": _estimand(*asked, renamed=renamed) if asked else None,
        "sets": _sets(*asked, there=now.document.nodes.keys()) if asked else None,
    }


def _sense(edge: DocumentEdge, *, with_knowledge: bool = False) -> tuple[object, ...]:
    """Return what an edge says, without its id and its numbers."""
    source, target = edge.source, edge.target
    if edge.mark in SYMMETRIC_MARKS and source > target:
        source, target = target, source
    return source, target, edge.mark, edge.knowledge if with_knowledge else None


def _changes_of_pair(old: list[DocumentEdge], new: list[DocumentEdge]) -> Iterator[EdgeChange]:
    kept = {_sense(edge) for edge in old} & {_sense(edge) for edge in new}
    gone = [edge for edge in old if _sense(edge) not in kept]
    come = [edge for edge in new if _sense(edge) not in kept]
    for place in range(max(len(gone), len(come))):
        now = come[place] if place < len(come) else None
        yield EdgeChange(now, gone[place] if place < len(gone) else None)


def _edge_entries(
    changes: list[EdgeChange], before: Drawn, now: Drawn, edges: EdgeEvidence | None
) -> Iterator[JsonObject]:
    left = {frozenset(each.ends) for each in changes if len(changes) <= PRICED}
    for each in changes[:LISTED]:
        pair, bits = frozenset(each.ends), None
        if edges is not None and each.is_priced and pair in left:
            bits = _bits(pair, before, now, edges)
            left.remove(pair)  # the price is that of the pair
        yield {
            **_ends(each.ends, before, now),
            "mark": None if each.now is None else each.now.mark,
            "was": None if each.was is None else each.was.mark,
            "was_reversed": each.is_turned,
            "what": each.what,
            "bits": bits,
        }


def _knowledge_entry(pair: frozenset[str], now: Drawn) -> JsonObject:
    standing = [edge for edge in now.document.edges.values() if edge.pair == pair]
    edge = next((e for e in standing if e.knowledge != "forbidden"), None)
    shown = edge or next(iter(standing), None)
    ends = (shown.source, shown.target) if shown else tuple(sorted(pair))
    mark = None if edge is None else edge.mark
    return {
        **_ends((ends[0], ends[1]), now, now), "mark": mark, "was": mark, "was_reversed": False,
        "what": "changed", "bits": None,
    }  # fmt: skip


def _ends(ends: tuple[str, str], before: Drawn, now: Drawn) -> JsonObject:
    found: JsonObject = {}
    for side, key in zip(("source", "target"), ends, strict=True):
        node = now.document.nodes.get(key)
        found[side] = before.document.nodes[key].name if node is None else node.name
        found[f"{side}_id"] = None if node is None else key
    return found


def _bits(pair: frozenset[str], before: Drawn, now: Drawn, edges: EdgeEvidence) -> float | None:
    """Return how the codelength changed between two nodes, all else as it is now."""
    ends = now.names(pair)
    if ends is None or not set(ends) <= set(edges.columns):
        return None
    was = _with_edges_of(pair, before, now)
    return None if was is None else json_number(edges.bits_saved(was) - edges.bits_saved(now.graph))


def _with_edges_of(pair: frozenset[str], before: Drawn, now: Drawn) -> CausalGraph | None:
    """Return the graph with the edges which a pair had before; None where that is no graph."""
    names = {key: node.name for key, node in now.document.nodes.items()}
    ends = {names[key] for key in pair}
    kept = [edge for edge in now.graph.edges if {edge.source, edge.target} != ends]
    old = [
        Edge(names[edge.source], names[edge.target], edge.mark)
        for edge in before.standing().get(pair, [])
    ]
    knowledge = replace(now.graph.knowledge, required=frozenset(), forbidden=frozenset())
    try:
        return CausalGraph(now.graph.node_table.values(), [*kept, *old], knowledge)
    except CausalMagicsError:
        return None


def _broken(before: Answered, now: Drawn) -> list[JsonObject]:
    """Return what was implied and is no more, of nodes that are still there."""
    found = []
    there = now.document.nodes.keys()
    for each in cast("list[JsonObject]", before.told["independences"]):
        statement = cast("Statement", each)
        keys = {*statement["x"], *statement["y"], *statement["given"]}
        if keys <= there and now.implies(statement) is False:
            found.append({**each, "new": False})
    return found[:LISTED]


def _same_question(before: JsonObject, now: JsonObject) -> tuple[Statement, Statement] | None:
    """Return what was and is said of the effect, where it is the same effect.

    Where the list of adjustment sets was cut short once, neither has them.
    """
    effects = [cast("Statement | None", told["effect"]) for told in (before, now)]
    if effects[0] is None or effects[1] is None:
        return None
    ends = [(each["exposure"], each["outcome"]) for each in effects if each]
    if ends[0] != ends[1]:
        return None
    lists = (cast("list[str]", told["truncated"]) for told in (before, now))
    if any("adjustment_sets" in cut for cut in lists):
        return {**effects[0], "adjustment_sets": []}, {**effects[1], "adjustment_sets": []}
    return effects[0], effects[1]


def _estimand(was: Statement, now: Statement, *, renamed: bool) -> JsonObject | None:
    """Return both summaries where the effect is identified otherwise, or by another formula."""

    def told(effect: Statement) -> object:
        formula = effect["estimand"] or {}
        text = None if renamed else formula.get("text")
        return effect["identified"], formula.get("method"), text, _minimal(effect)

    return None if told(was) == told(now) else {"was": was["summary"], "now": now["summary"]}


def _sets(was: Statement, now: Statement, *, there: Collection[str]) -> JsonObject | None:
    """Return the minimal adjustment sets that went and came, as far as all nodes are there."""
    old, new = _minimal(was), _minimal(now)
    gone = [list(each) for each in old if each not in new and all(key in there for key in each)]
    come = [list(each) for each in new if each not in old]
    return {"gone": gone, "new": come} if gone or come else None


def _minimal(effect: Statement) -> list[tuple[str, ...]]:
    return [tuple(sorted(each["nodes"])) for each in effect["adjustment_sets"]]


def _renamed(before: Document, now: Document) -> bool:
    both = before.nodes.keys() & now.nodes.keys()
    return any(before.nodes[key].name != now.nodes[key].name for key in both)
