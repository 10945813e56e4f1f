"""Collects what a text says of a graph, and where it says so."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import NamedTuple

from causal_magics.errors import (
    CycleError,
    EdgeError,
    GraphError,
    KnowledgeError,
    NodeNameError,
    closest,
    excerpt,
    shorten,
)
from causal_magics.graph.elements import (
    Edge,
    Knowledge,
    Mark,
    Node,
    Pair,
    Role,
    check_name,
    tier_message,
)
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.notation_scanner import Scanner, Word
from causal_magics.graph.notation_words import (
    DRAWING_ATTRIBUTES,
    EDGE_ATTRIBUTES,
    MAX_GROUP_EDGES,
    NODE_ATTRIBUTES,
    ROLE_WORDS,
)

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_KNOWN_TO_NODES = (*NODE_ATTRIBUTES, "selection", "source", "target", "unobserved")
_FLIPPED: dict[str, Mark] = {"<-": "->", "<-@": "@->", "--@": "@--"}


@dataclass(frozen=True)
class Setting:
    """The ``key: value`` lines of one key.

    Attributes
    ----------
    values : tuple of str
        Without outer quotes.
    line : int
        The first of these lines, from 1.
    quoted : tuple of bool
        Which of the values stood in quotes as a whole.
    """

    values: tuple[str, ...]
    line: int
    quoted: tuple[bool, ...] = ()


class Attribute(NamedTuple):
    """What stands between brackets: ``key`` or ``key=value``."""

    key: str
    value: Word | None
    at: int


class Draft:
    """A graph while its text is being read; every part remembers its place."""

    def __init__(self, scan: Scanner) -> None:
        self.first_mention: dict[str, int] = {}
        self._scan = scan
        self._settings: dict[str, tuple[int, list[tuple[str, bool]]]] = {}
        self._roles: dict[str, set[Role]] = {}
        self._positions: dict[str, tuple[float, float]] = {}
        self._edges: dict[tuple[str, str, Mark], tuple[float | None, float | None]] = {}
        self._edge_at: dict[tuple[str, str, Mark], int] = {}
        self._between: dict[Pair, set[tuple[str, str, Mark]]] = {}
        self._required: dict[Pair, int] = {}
        self._forbidden: dict[Pair, int] = {}
        self._tiers: list[list[Word]] = []
        self._group_edges = 0

    # ------------------------------------------------------------------ what the parser says

    def mention(self, name: Word) -> Word:
        """Take note of a node's name."""
        if name.text not in self.first_mention:
            try:
                check_name(name.text)
            except NodeNameError as error:
                raise self._scan.error(str(error), name.at) from None
            self.first_mention[name.text] = name.at
        return name

    def add_setting(self, key: Word, value: str, quoted: bool) -> None:
        """Take note of a ``key: value`` line."""
        if key.text not in self._settings:
            self._settings[key.text] = (self._scan.place(key.at)[0], [])
        self._settings[key.text][1].append((value, quoted))

    def set_tiers(self, key: Word, tiers: list[list[Word]]) -> None:
        """Take note of the tiers."""
        if self._tiers:
            raise self._scan.error(
                "The tiers are given already.", key.at, "one line of tiers, with | between them"
            )
        seen: set[str] = set()
        for name in (name for tier in tiers for name in tier):
            if name.text in seen:
                raise self._located(
                    KnowledgeError(
                        f"Expected each name in one tier, found {shorten(name.text)} twice. "
                        "Keep one of them."
                    ),
                    name.at,
                )
            seen.add(name.text)
        self._tiers = tiers

    def describe_nodes(self, nodes: list[Word], attributes: list[Attribute]) -> None:
        """Take note of nodes and of what stands in brackets behind them."""
        for node in nodes:
            self.mention(node)
        for attribute in attributes:
            role = ROLE_WORDS.get(attribute.key)
            if role is not None and attribute.value is None:
                for node in nodes:
                    self._roles.setdefault(node.text, set()).add(role)
            elif attribute.key == "pos" and attribute.value is not None:
                position = self._position(attribute.value)
                self._positions.update({node.text: position for node in nodes})
            elif attribute.value is None or attribute.key not in DRAWING_ATTRIBUTES:
                raise self._unknown(attribute, "node", _KNOWN_TO_NODES, NODE_ATTRIBUTES)

    def add_edges(
        self, operands: list[list[Word]], operators: list[str], attributes: list[Attribute]
    ) -> None:
        """Take note of a chain of edges and of what stands in brackets behind it."""
        known: dict[str, Attribute] = {}
        for attribute in attributes:
            flag = attribute.key in ("required", "forbidden")
            if attribute.key in EDGE_ATTRIBUTES and flag == (attribute.value is None):
                known[attribute.key] = attribute
            elif attribute.value is None or attribute.key not in DRAWING_ATTRIBUTES:
                raise self._unknown(attribute, "edge", EDGE_ATTRIBUTES, EDGE_ATTRIBUTES)
        evidence = self._confidence(known.get("confidence")), self._bits(known.get("bits"))
        if "forbidden" in known and (others := [known[key] for key in known if key != "forbidden"]):
            raise self._scan.error(
                f"A forbidden edge is not in the graph and cannot have {others[0].key}.",
                others[0].at,
                "forbidden alone",
            )
        for sources, operator, targets in zip(operands, operators, operands[1:], strict=False):
            self._count(sources, targets)
            for source in sources:
                for target in targets:
                    self._add_edge(source, operator, target, known, evidence)

    # ------------------------------------------------------------------ edges

    def _count(self, sources: list[Word], targets: list[Word]) -> None:
        if len(sources) > 1 or len(targets) > 1:
            self._group_edges += len(sources) * len(targets)
        if self._group_edges > MAX_GROUP_EDGES:
            place = (targets or sources)[0].at
            raise self._scan.error(
                f"The groups make more than {MAX_GROUP_EDGES} edges.", place, "smaller groups"
            )

    def _add_edge(
        self,
        left: Word,
        operator: str,
        right: Word,
        known: dict[str, Attribute],
        evidence: tuple[float | None, float | None],
    ) -> None:
        source, target = self.mention(left).text, self.mention(right).text
        mark: Mark = _FLIPPED.get(operator, operator)  # type: ignore[arg-type]
        if mark != operator:
            source, target = target, source
        if source == target:
            raise self._located(
                EdgeError(
                    f"Expected an edge between two nodes, got one from {shorten(source)} to "
                    "itself. Choose another end."
                ),
                right.at,
            )
        key = Edge(source, target, mark).key
        self._note_knowledge((source, target), mark, known)
        if "forbidden" in known:
            return
        pair = (min(source, target), max(source, target))
        keys = self._between.setdefault(pair, set())
        keys.add(key)
        marks = [kind for _, _, kind in keys]
        if len(marks) > 1 and not {"->", "<->"}.issuperset(marks):
            raise self._located(
                EdgeError(
                    f"Between {shorten(pair[0])} and {shorten(pair[1])} expected one edge (or one "
                    f"-> beside one <->), got {' and '.join(sorted(marks))}. Remove one of them."
                ),
                left.at,
            )
        confidence, bits = self._edges.get(key, (None, None))
        self._edges[key] = (
            confidence if evidence[0] is None else evidence[0],
            bits if evidence[1] is None else evidence[1],
        )
        self._edge_at[key] = left.at

    def _note_knowledge(self, pair: Pair, mark: Mark, known: dict[str, Attribute]) -> None:
        kind = next((key for key in ("forbidden", "required") if key in known), None)
        if kind is not None and mark != "->":
            raise self._scan.error(
                f"Only an arrow can be {kind}, {mark} cannot.", known[kind].at, "-> or <-"
            )
        if kind == "forbidden":
            self._forbidden[pair] = known[kind].at
        elif kind == "required":
            self._required[pair] = known[kind].at

    # ------------------------------------------------------------------ values

    def _number(self, word: Word, what: str) -> float:
        number = float(word.text) if _NUMBER.fullmatch(word.text.strip(" ")) else math.nan
        if not math.isfinite(number):
            raise self._scan.error(f"{shorten(word.text)} is not a number.", word.at, what)
        return number

    def _bits(self, attribute: Attribute | None) -> float | None:
        if attribute is None or attribute.value is None:
            return None
        return self._number(attribute.value, "a number of bits, as in bits=12.5")

    def _confidence(self, attribute: Attribute | None) -> float | None:
        if attribute is None or attribute.value is None:
            return None
        what = "a number between 0 and 1, as in confidence=0.9"
        confidence = self._number(attribute.value, what)
        if not 0.0 <= confidence <= 1.0:
            raise self._scan.error(
                f"{shorten(attribute.value.text)} is not a confidence.", attribute.value.at, what
            )
        return confidence

    def _position(self, word: Word) -> tuple[float, float]:
        what = 'two numbers in quotes, as in pos="1.2,0.4"'
        parts = word.text.split(",")
        if len(parts) != 2:
            raise self._scan.error(f"{shorten(word.text)} is not a position.", word.at, what)
        x, y = (self._number(Word(part, word.at, word.quoted), what) for part in parts)
        return x, y

    def _unknown(
        self, attribute: Attribute, what: str, known: tuple[str, ...], shown: tuple[str, ...]
    ) -> Exception:
        key = attribute.key
        if key in known or key in ROLE_WORDS:
            message = (
                f"{shorten(key)} {'needs a' if attribute.value is None else 'takes no'} value."
            )
            if what == "edge" and key not in EDGE_ATTRIBUTES:
                message = f"{shorten(key)} is said of a node, not of an edge."
        elif what == "node" and key in EDGE_ATTRIBUTES:
            message = f"{shorten(key)} is said of an edge, not of a node."
        else:
            message = f"{article(what)} {what} has no attribute {shorten(key)}."
        hint = closest(key, known)
        expected = f"{', '.join(shown[:-1])} or {shown[-1]}"
        return self._scan.error(message, attribute.at, expected, None if hint == key else hint)

    # ------------------------------------------------------------------ what was read

    @property
    def settings(self) -> dict[str, Setting]:
        """The settings, once the whole text is read."""
        return {
            key: Setting(tuple(v for v, _ in said), line, tuple(quoted for _, quoted in said))
            for key, (line, said) in self._settings.items()
        }

    def graph(self) -> CausalGraph:
        """Return the graph, once the whole text is read.

        Raises
        ------
        GraphError
            With a note that gives the line.
        """
        self._check_knowledge()
        tiers = tuple(tuple(name.text for name in tier) for tier in self._tiers)
        nodes = [
            Node(name, frozenset(self._roles.get(name, ())), self._positions.get(name))
            for name in self.first_mention
        ]
        edges = [Edge(*key, *evidence) for key, evidence in self._edges.items()]
        try:
            knowledge = Knowledge(frozenset(self._required), frozenset(self._forbidden), tiers)
            return CausalGraph(nodes, edges, knowledge)
        except CycleError as error:
            steps = zip(error.path, error.path[1:], strict=False)
            raise self._located(error, max(self._edge_at[a, b, "->"] for a, b in steps)) from None

    def _check_knowledge(self) -> None:
        level = {name.text: i for i, tier in enumerate(self._tiers) for name in tier}
        for cause, effect in self._forbidden:
            pair = (cause, effect)
            if (*pair, "->") not in self._edges:
                continue
            twice = "required" if pair in self._required else "an edge"
            message = (
                f"{shorten(cause)} -> {shorten(effect)} is {twice} and forbidden at once. "
                "Remove one of the two."
            )
            raise self._located(KnowledgeError(message), self._forbidden[pair])
        for (cause, effect, mark), at in self._edge_at.items():
            if mark == "->" and level.get(cause, 0) > level.get(effect, len(level)):
                raise self._located(KnowledgeError(tier_message(cause, effect)), at)

    def _located(self, error: GraphError, at: int) -> GraphError:
        line, column = self._scan.place(at)
        shown = excerpt(self._scan.line_text(line).strip(), 0, 200)
        error.add_note(f"Line {line}, column {column}: {shown}")
        return error


def article(noun: str) -> str:
    """Return the indefinite article of a noun that starts a sentence."""
    return "An" if noun[0] in "aeiou" else "A"
