"""Graphs from the parts in which other formats hold them: names, attributes, texts."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from typing import Any, cast

import numpy as np

from causal_magics.errors import GraphError, MissingDependencyError, closest, shorten
from causal_magics.graph.elements import MARKS, Edge, Knowledge, Mark, Node, Role, check_name
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.network import PublishedNetwork
from causal_magics.graph.notation import format_graph, parse_graph
from causal_magics.graph.notation_format import number_text
from causal_magics.graph.notation_words import ROLE_NAMES, ROLE_WORDS

_YES = ("true", "yes", "1", "1.0")
_READ_MARKS = (*MARKS, "<-", "<-@", "--@")


def load(package: str, purpose: str) -> Any:
    """Import an optional package.

    Raises
    ------
    MissingDependencyError
        Where it is not installed.
    """
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        root = package.split(".", maxsplit=1)[0]
        if error.name is None or error.name.split(".", maxsplit=1)[0] != root:
            raise
        raise MissingDependencyError(root, "interchange", purpose) from error


def read_name(value: object) -> str:
    """Return the name of a node that other code names by a text or a whole number."""
    return (
        str(value) if isinstance(value, int) and not isinstance(value, bool) else check_name(value)
    )


def read_names(values: Iterable[object]) -> dict[object, str]:
    """Return a name for each key that other code names its nodes by.

    Raises
    ------
    GraphError
        Where two keys would have one name, such as 1 and "1".
    """
    names: dict[object, str] = {}
    owners: dict[str, object] = {}
    for value in values:
        name = read_name(value)
        if owners.setdefault(name, value) != value:
            raise GraphError(
                f"Expected nodes with different names, got {owners[name]!r} and {value!r}, which "
                f"are both {shorten(name)} as text. Rename one of them."
            )
        names[value] = name
    return names


def names_of(count: int, names: Iterable[object], what: str) -> list[str]:
    """Return as many different names as there are nodes, in their order.

    Raises
    ------
    GraphError
    """
    keys = [read_name(name.item() if isinstance(name, np.generic) else name) for name in names]
    if len(keys) != count:
        raise GraphError(f"Expected {count} names for {what}, got {len(keys)}.")
    if len(set(keys)) != len(keys):
        raise GraphError(f"Expected different names for {what}, got one twice.")
    return keys


def lagged(name: str, lag: int) -> str:
    """Return the name of a variable `lag` steps before: ``X[t-1]``; its own name at lag 0."""
    return f"{name}[t-{lag}]" if lag else name


# ---------------------------------------------------------------------- attributes as texts


def node_texts(node: Node) -> dict[str, str]:
    """Return roles and position as texts: ``roles="exposure,latent"``, ``position="1.2,0.4"``."""
    texts = {}
    if node.roles:
        texts["roles"] = ",".join(ROLE_NAMES[role] for role in ROLE_NAMES if role in node.roles)
    if node.position is not None:
        texts["position"] = ",".join(map(number_text, node.position))
    return texts


def evidence_texts(edge: Edge, knowledge: Knowledge) -> dict[str, str]:
    """Return confidence, bits and whether the edge is required as texts."""
    texts = {}
    if edge.mark == "->" and (edge.source, edge.target) in knowledge.required:
        texts["required"] = "true"
    if edge.confidence is not None:
        texts["confidence"] = number_text(edge.confidence)
    if edge.bits is not None:
        texts["bits"] = number_text(edge.bits)
    return texts


def knowledge_text(knowledge: Knowledge) -> str:
    """Return forbidden edges and tiers in the notation, on one line."""
    loose = Knowledge(forbidden=knowledge.forbidden, tiers=knowledge.tiers)
    return format_graph(CausalGraph(knowledge=loose)).replace("\n", "; ")


def read_knowledge(text: object) -> Knowledge:
    """Return the knowledge that a text in the notation says."""
    return parse_graph(str(text)).knowledge if text else Knowledge()


def read_node(name: str, attributes: Mapping[str, Any]) -> Node:
    """Return a node from its attributes, as texts or as values.

    Read are `roles` (a text with commas, or texts), `position` or `pos` (a text with a comma, or
    two numbers), dowhy's ``observed="no"``, and `latent` where it is true.
    """
    roles = attributes.get("roles") or ()
    words = roles.split(",") if isinstance(roles, str) else [str(role) for role in roles]
    found = {_role(word.strip()) for word in words if word.strip()}
    if str(attributes.get("observed", "")).lower() == "no" or _is_true(attributes.get("latent")):
        found.add("latent")
    place = attributes.get("position")
    place = attributes.get("pos") if place is None else place
    return Node(name, frozenset(found), None if place is None else _position(name, place))


def _role(word: str) -> Role:
    role = ROLE_WORDS.get(word) or ROLE_WORDS.get(word.removesuffix("s"))
    if role is None:
        known = list(dict.fromkeys(ROLE_NAMES.values()))
        hint = closest(word, known)
        raise GraphError(
            f"Expected a role among {', '.join(known)}, got {shorten(word)}."
            + (f" Did you mean {hint}?" if hint else "")
        )
    return role


def _position(name: str, place: Any) -> tuple[float, float]:
    values = place.strip("!").split(",") if isinstance(place, str) else place
    try:
        x, y = (float(value) for value in values)
    except (TypeError, ValueError):
        raise GraphError(
            f"Expected the position of {shorten(name)} as two numbers, got {shorten(repr(place))}."
        ) from None
    return x, y


def _is_true(value: object) -> bool:
    return value is True or str(value).lower() in _YES


def read_mark(mark: object) -> Mark:
    """Return a mark as it was written, perhaps pointing to the left.

    Raises
    ------
    GraphError
        Where it is none.
    """
    if mark not in _READ_MARKS:
        hint = closest(str(mark), _READ_MARKS)
        raise GraphError(
            f"Expected a mark among {' '.join(_READ_MARKS)}, got {shorten(str(mark))}."
            + (f" Did you mean {hint}?" if hint else "")
        )
    return cast("Mark", mark)


def read_number(value: object, what: str) -> float | None:
    """Return a number, or None for what is missing (None, NaN, an empty text)."""
    if value is None or value == "":
        return None
    try:
        number = float(cast("float", value))
    except (TypeError, ValueError):
        raise GraphError(f"Expected {what} as a number, got {shorten(repr(value))}.") from None
    return None if number != number else number  # noqa: PLR0124  NaN differs from itself


class Gathered:
    """A graph that is being gathered; an edge that is said twice must agree with itself."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._edges: dict[tuple[str, str, Mark], Edge] = {}
        self._required: set[tuple[str, str]] = set()

    def add_node(self, node: Node) -> None:
        """Add a node, or what is said of a node that is there."""
        before = self._nodes.get(node.name, Node(node.name))
        place = before.position if node.position is None else node.position
        self._nodes[node.name] = Node(node.name, before.roles | node.roles, place)

    def add_edge(
        self, source: str, target: str, mark: Mark, attributes: Mapping[str, Any] | None = None
    ) -> None:
        """Add an edge with `confidence`, `bits` and `required` among its attributes."""
        said = attributes or {}
        confidence = read_number(said.get("confidence"), "the confidence of an edge")
        bits = read_number(said.get("bits"), "the bits of an edge")
        edge = Edge(source, target, mark, confidence, bits)
        before = self._edges.get(edge.key)
        if before is not None and confidence is None and bits is None:
            edge = before
        self._edges[edge.key] = edge
        if _is_true(said.get("required")):
            self._required.add((edge.source, edge.target))

    def graph(self, knowledge: Knowledge | None = None) -> CausalGraph:
        """Return the graph, with further knowledge."""
        known = Knowledge(frozenset(self._required)).merged(knowledge or Knowledge())
        return CausalGraph(self._nodes.values(), self._edges.values(), known)

    def network(self, knowledge: Knowledge | None = None) -> PublishedNetwork:
        """Return the graph, with the directed edges that close cycles set apart as feedback."""
        children: dict[str, set[str]] = {}
        kept, feedback = [], set()
        for edge in self._edges.values():
            if edge.mark == "->":
                if _reaches(children, edge.target, edge.source):
                    feedback.add((edge.source, edge.target))
                    continue
                children.setdefault(edge.source, set()).add(edge.target)
            kept.append(edge)
        known = Knowledge(frozenset(self._required - feedback)).merged(knowledge or Knowledge())
        graph = CausalGraph(self._nodes.values(), kept, known)
        return PublishedNetwork(graph, frozenset(feedback))


def _reaches(children: Mapping[str, set[str]], start: str, end: str) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        name = waiting.pop()
        if name == end:
            return True
        new = children.get(name, set()) - seen
        seen |= new
        waiting += new
    return False
