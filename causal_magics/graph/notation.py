"""The notation of graphs and of `%%causal` cells: a superset of DAGitty's text.

One statement follows the other; line breaks and `;` may separate them::

    dag { Treatment [exposure]  Outcome [outcome] }   # the wrapper is optional
    Smoking -> {Treatment Tar} -> Outcome             # chains and groups
    "blood pressure" -- weight                        # quotes where a name needs them
    PKC -> Mek [required]                             # required | forbidden | bits= | confidence=
    tiers: Age Gene | Treatment | Outcome             # no arrow from a later to an earlier tier
    prompt: any text up to the end of the line        # a setting of the verb; it may stand twice

Edges are ``->``, ``<-``, ``<->``, ``--`` and, with circles as in a PAG, ``@->``, ``<-@``,
``@-@``, ``@--``, ``--@``. Nodes take DAGitty's roles and their short forms (``e``, ``o``, ``a``,
``u``, ``l``, ``s``, ``source``, ``target``, ``unobserved``) and ``pos="x,y"``. What DAGitty and
DOT use for drawing or simulation only (``bb``, ``beta``, ``label``, ``color``, …) is read over.
A text is read in linear time and nothing in it is ever executed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from causal_magics.errors import NotationError, closest, shorten
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.notation_draft import Attribute, Draft, Setting
from causal_magics.graph.notation_format import format_dagitty, format_graph, format_name
from causal_magics.graph.notation_scanner import OPERATOR_RUN, Scanner, Word
from causal_magics.graph.notation_words import (
    DRAWING_ATTRIBUTES,
    MAX_DEPTH,
    MISTAKEN_OPERATORS,
    OPERATORS,
    TETRAD_LEADING_CIRCLE,
    TETRAD_TRAILING_CIRCLE,
    WRAPPERS,
)

__all__ = [
    "Cell",
    "Setting",
    "format_dagitty",
    "format_graph",
    "format_name",
    "parse_cell",
    "parse_graph",
]


@dataclass(frozen=True)
class Cell:
    """What the body of a cell says.

    Parameters
    ----------
    graph : CausalGraph
        Its nodes, edges and background knowledge.
    settings : mapping of str to Setting
        Its ``key: value`` lines other than ``tiers``.
    places : mapping of str to (int, int)
        Line and column, from 1, where each node is first mentioned.
    """

    graph: CausalGraph
    settings: Mapping[str, Setting]
    places: Mapping[str, tuple[int, int]]


def parse_cell(text: str) -> Cell:
    """Read the body of a cell.

    Parameters
    ----------
    text : str

    Returns
    -------
    Cell

    Raises
    ------
    NotationError
        Where the text is not the notation; it carries line and column.
    GraphError
        One of its kinds, where the text describes no valid graph; a note says where.
    """
    parser = _Parser(text)
    parser.statements(opened=None)
    draft = parser.draft
    return Cell(
        draft.graph(),
        MappingProxyType(draft.settings),
        MappingProxyType({n: parser.scan.place(at) for n, at in draft.first_mention.items()}),
    )


def parse_graph(text: str) -> CausalGraph:
    """Read a graph.

    Raises
    ------
    NotationError, GraphError
        As `parse_cell` does; and where the text has settings, which a graph does not have.
    """
    parser = _Parser(text, settings_allowed=False)
    parser.statements(opened=None)
    return parser.draft.graph()


class _Parser:
    """Recursive descent over the statements of one text."""

    def __init__(self, text: object, *, settings_allowed: bool = True) -> None:
        if not isinstance(text, str):
            raise NotationError(f"Expected a graph as text, got {type(text).__name__}.")
        self.scan = Scanner(text)
        self.draft = Draft(self.scan)
        self.settings_allowed = settings_allowed
        self.wrapped = False
        self.depth = 0

    def statements(self, opened: int | None, *, group: bool = False) -> list[Word]:
        """Read statements up to the end, or to the brace that closes the one at `opened`."""
        members: list[Word] = []
        while True:
            self.scan.skip()
            char = self.scan.char
            if char == "" and opened is not None:
                raise self.scan.error("This brace is never closed.", opened, "a closing }")
            if char == "}" and opened is None:
                raise self.scan.error("This brace closes nothing.", expected="a statement")
            if char in ("", "}"):
                self.scan.at += len(char)
                return members
            if char == ";" or (char == "," and group):
                self.scan.at += 1
            else:
                members += self._statement(group=group)

    def _statement(self, *, group: bool) -> list[Word]:
        if not self.wrapped and self.depth == 0 and self._wrapper_opens():
            opened = self.scan.at
            self.scan.at += 1
            self.wrapped = True
            members = self.statements(opened)
            self.wrapped = False
            return members
        key = None if group else self.scan.take_key()
        if key is None:
            return self._chain()
        if key.text == "tiers" and not key.quoted:
            self.draft.set_tiers(key, self._tiers())
        else:
            self._setting(key)
        return []

    def _wrapper_opens(self) -> bool:
        start = self.scan.at
        keyword = self.scan.take_word()
        if keyword is not None and not keyword.quoted and keyword.text.lower() in WRAPPERS:
            self.scan.skip_in_line()
            if self.scan.char != "\n":
                self.scan.take_word()
            self.scan.skip()
            if self.scan.char == "{":
                return True
        self.scan.at = start
        return False

    # ------------------------------------------------------------------ settings

    def _setting(self, key: Word) -> None:
        if self.wrapped:
            raise self.scan.error(
                f"The setting {shorten(key.text)} stands inside braces.",
                key.at,
                "settings outside of the braces",
            )
        if not self.settings_allowed:
            raise self.scan.error(
                f"A graph has no setting {shorten(key.text)}.",
                key.at,
                "nodes, edges or tiers",
                closest(key.text, ["tiers"]) and "tiers:",
            )
        self.draft.add_setting(key, *self.scan.take_rest_of_line())

    def _tiers(self) -> list[list[Word]]:
        tiers: list[list[Word]] = [[]]
        while True:
            self.scan.skip_in_line()
            if self.scan.char == "\n" and not tiers[-1] and len(tiers) > 1:
                self.scan.skip()
            char = self.scan.char
            if char in ("", "\n", ";", "}"):
                break
            if char == ",":
                self.scan.at += 1
            elif char == "|" and tiers[-1]:
                self.scan.at += 1
                tiers.append([])
            else:
                name = self.scan.take_word()
                if name is None:
                    raise self._unexpected("names, and | between the tiers")
                tiers[-1].append(self.draft.mention(name))
        if not tiers[-1]:
            raise self._unexpected("the names of a tier")
        return tiers

    # ------------------------------------------------------------------ nodes and edges

    def _chain(self) -> list[Word]:
        operands = [self._operand("a node")]
        if self._assigned(operands[0]):
            return []
        operators: list[str] = []
        while (operator := self._operator()) is not None:
            for name in operands[-1]:
                self.draft.mention(name)
            self.scan.skip()
            operators.append(operator)
            operands.append(self._operand(f"a node after {operator}"))
        attributes = self._attributes()
        if operators:
            self.draft.add_edges(operands, operators, attributes)
        else:
            self._describe(operands[0], attributes)
        return [word for operand in operands for word in operand]

    def _describe(self, nodes: list[Word], attributes: list[Attribute]) -> None:
        keyword = nodes[0] if len(nodes) == 1 and self.wrapped else None
        if (
            keyword is not None
            and not keyword.quoted
            and keyword.text in ("graph", "node", "edge")
            and attributes
            and all(a.key in DRAWING_ATTRIBUTES for a in attributes)
        ):
            return
        self.draft.describe_nodes(nodes, attributes)

    def _operand(self, expected: str) -> list[Word]:
        if self.scan.char == "{":
            return self._group()
        name = self.scan.take_word()
        if name is None:
            raise self._unexpected(expected)
        return [name]

    def _group(self) -> list[Word]:
        opened = self.scan.at
        if self.depth == MAX_DEPTH:
            raise self.scan.error(f"More than {MAX_DEPTH} braces are open.", expected="fewer")
        self.scan.at += 1
        self.depth += 1
        members = self.statements(opened, group=True)
        self.depth -= 1
        unique: dict[str, Word] = {}
        for word in members:
            unique.setdefault(word.text, word)
        return list(unique.values())

    def _operator(self) -> str | None:
        new_line = self.scan.skip()
        start = self.scan.at
        if not new_line and (written := self.scan.take(TETRAD_LEADING_CIRCLE)):
            raise self._not_an_edge(written, start)
        run = self.scan.take(OPERATOR_RUN)
        if run is None:
            return None
        if run not in OPERATORS:
            raise self._not_an_edge(run, start)
        if (end := self.scan.take(TETRAD_TRAILING_CIRCLE)) is not None:
            raise self._not_an_edge(run + end, start)
        return run

    def _not_an_edge(self, written: str, at: int) -> Exception:
        hint = MISTAKEN_OPERATORS.get(written) or closest(written, OPERATORS)
        expected = f"one of {' '.join(OPERATORS)}"
        return self.scan.error(f"{shorten(written)} is not an edge.", at, expected, hint)

    def _assigned(self, operand: list[Word]) -> bool:
        """Read over ``key=value``, which DAGitty and DOT use for the drawing."""
        self.scan.skip_in_line()
        following = self.scan.text[self.scan.at : self.scan.at + 2]
        if following[:1] != "=" or following in ("==", "=>", "=-") or len(operand) != 1:
            return False
        key = operand[0]
        if key.text != "bb" and not (self.wrapped and key.text in DRAWING_ATTRIBUTES):
            raise self.scan.error(
                f"{shorten(key.text)} cannot be set with =.",
                expected="an edge such as ->, or a colon",
            )
        self.scan.at += 1
        self._value()
        return True

    def _attributes(self) -> list[Attribute]:
        found: list[Attribute] = []
        self.scan.skip()
        while self.scan.char == "[":
            opened = self.scan.at
            self.scan.at += 1
            self.scan.skip()
            while self.scan.char != "]":
                if self.scan.char and self.scan.char in ",;":
                    self.scan.at += 1
                else:
                    found.append(self._attribute(opened))
                self.scan.skip()
            self.scan.at += 1
            self.scan.skip()
        return found

    def _attribute(self, opened: int) -> Attribute:
        key = self.scan.take_attribute()
        if key is None:
            here, there = self.scan.place(self.scan.at)[0], self.scan.place(opened)[0]
            if here > there or not self.scan.char:
                raise self.scan.error("This bracket is never closed.", opened, "a closing ]")
            raise self._unexpected("an attribute or ]")
        self.scan.skip()
        if self.scan.char != "=":
            return Attribute(key.text, None, key.at)
        self.scan.at += 1
        return Attribute(key.text, self._value(), key.at)

    def _value(self) -> Word:
        self.scan.skip()
        value = self.scan.take_value()
        if value is None:
            raise self._unexpected("a value after =")
        return value

    def _unexpected(self, expected: str) -> Exception:
        char = self.scan.char
        suggestion = None
        if char == "":
            message = "The text ends here."
        elif char == "\n":
            message = "The line ends here."
        elif char in "“”„‘’'":
            message, suggestion = f"{char} does not quote a name.", '"'
        else:
            run = OPERATOR_RUN.match(self.scan.text, self.scan.at)
            message = f"Nothing can be done with {shorten(run[0] if run else char)} here."
        return self.scan.error(message, expected=expected, suggestion=suggestion)
