"""What is wrong in the text of a cell, found while it is written. Nothing of it is executed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from causal_magics.errors import (
    CausalMagicsError,
    CellError,
    CycleError,
    GraphError,
    KnowledgeError,
    NotationError,
    closest,
    shorten,
)
from causal_magics.graph.identification import identify
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.notation import Cell, parse_cell
from causal_magics.graph.notation_format import format_name
from causal_magics.magics.arguments import Notebook, is_table, takes_text
from causal_magics.magics.calls import means_option
from causal_magics.magics.candidates import columns, nodes_of
from causal_magics.magics.grammar import Header, Word, read_header, split_list, split_words
from causal_magics.magics.parameters import Parameter
from causal_magics.magics.verb import Verb
from causal_magics.magics.verbs import VERBS

Severity = Literal["error", "warning", "info"]
Code = Literal[
    "verb", "option", "name", "syntax", "cycle", "knowledge", "edge", "unknown-node",
    "unknown-column", "not-identified",
]  # fmt: skip

MOST_NODES = 60
"""Nodes above which the effect is not identified while a cell is written: it would take long."""
_CELL: Final = re.compile(r"\s*%%causal\b")
_LINE: Final = re.compile(r"\s*(?:[\w.]+\s*=\s*)?%causal(?=\s)")
_EXPRESSION: Final = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_WORD: Final = re.compile(r'"(?:\\.|[^"\n])*"|[^\s\[\](){};,|]+')
_NAME: Final = r'(?:"(?:\\.|[^"\n])*"|[^\s\[\]{}"#,;:|=<>@~-]+)'
_EDGE: Final = re.compile(rf"({_NAME}\s*)(->|<-)(\s*{_NAME})")
_TWO_WORDS: Final = re.compile(r"\s*(?P<name>([^\W\d]\w*) +([^\W\d]\w*)) *(?:<?->|<-)")
_KNOWLEDGE: Final = re.compile(r"[ \t]*\[[ \t]*(required|forbidden)[ \t]*\]")


@dataclass(frozen=True, slots=True)
class Fix:
    """A text that could stand in place of what is underlined."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something to say about a stretch of a cell's text.

    Parameters
    ----------
    line, column, end_line, end_column : int
        From 0, in the text of the whole cell; columns count UTF-16 units, as front-ends do.
    severity : {"error", "warning", "info"}
    message : str
        One line.
    code : str
        The kind, in a word.
    fixes : tuple of Fix
    """

    line: int
    column: int
    end_line: int
    end_column: int
    severity: Severity
    message: str
    code: Code
    fixes: tuple[Fix, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return the JSON form."""
        return {
            "line": self.line, "column": self.column,
            "end_line": self.end_line, "end_column": self.end_column,
            "severity": self.severity, "message": self.message, "code": self.code,
            "fixes": [{"label": fix.label, "text": fix.text} for fix in self.fixes],
        }  # fmt: skip


def diagnose(text: str, notebook: Notebook) -> list[Diagnostic]:
    """Return what is wrong in a cell, the first line first.

    Parameters
    ----------
    text : str
        The whole cell.
    notebook : Notebook
        Its names are looked at; no expression is evaluated.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    opening = _CELL.match(lines[first])
    if opening is not None:
        body = "\n".join(lines[first + 1 :])
        return _Reader(lines, first, opening.end(), body, notebook).read()
    openings = [(i, _LINE.match(line)) for i, line in enumerate(lines)]
    readers = [_Reader(lines, i, at.end(), "", notebook) for i, at in openings if at is not None]
    return [found for reader in readers for found in reader.read()]


class _Reader:
    """One cell or line: its header, then its body, then both against the notebook."""

    def __init__(
        self, lines: list[str], first: int, start: int, body: str, notebook: Notebook
    ) -> None:
        self.lines = lines
        self.first = first
        self.start = start
        self.notebook = notebook
        self.found: list[Diagnostic] = []
        self.body = _EXPRESSION.sub(_placeholder, body)
        self.has_expressions = self.body != body

    def read(self) -> list[Diagnostic]:
        header, verb = self._header()
        cell = self._cell()
        if verb is not None and header is not None:
            self._options(header, verb, cell)
            values = self._names(header, verb)
            self._nodes(header, verb, cell, values)
            if cell is not None:
                self._two_words()
                self._columns(cell, values)
                self._identified(verb, cell)
        return sorted(self.found, key=lambda each: (each.line, each.column))

    # ------------------------------------------------------------------ the first line

    def _header(self) -> tuple[Header | None, Verb | None]:
        line = self.lines[self.first]
        try:
            header = read_header(
                line[self.start :], lambda name: VERBS[name].flags if name in VERBS else ()
            )
        except CellError as error:
            self._say(self.first, self.start, len(line), str(error), "option")
            return None, None
        if header.verb is None:
            if self.body.strip() and not header.help:
                message = "Expected a verb after %%causal, as in %%causal graph -o g."
                self._say(self.first, 0, len(line), message, "verb")
            return header, None
        verb = VERBS.get(header.verb)
        if verb is None:
            hint = closest(header.verb, VERBS)
            message = f"%%causal has no verb {shorten(header.verb)}. It has {', '.join(VERBS)}."
            self._say_word(header.verb, message, "verb", [hint])
        return header, verb

    def _options(self, header: Header, verb: Verb, cell: Cell | None) -> None:
        known = {p.option for p in verb.options} | verb.flags
        for name, _ in header.options:
            if name.replace("_", "-") in known:
                continue
            hint = closest(name, known)
            message = f"{verb.name} has no option --{name}."
            self._say_word(f"--{name}", message, "option", [f"--{hint}" if hint else None])
        if cell is None:
            return
        for key, setting in cell.settings.items():
            if key.replace("_", "-") in known:
                continue
            hint = closest(key, [*known, "tiers"])
            if verb.by_node and (key in cell.graph or not means_option(verb, key)):
                continue
            number = self.first + setting.line
            column = self.lines[number].find(key)
            message = f"{verb.name} has no setting {key}:. A name with a colon needs quotes."
            self._say(number, column, column + len(key), message, "option", [hint])

    def _names(self, header: Header, verb: Verb) -> list[object]:
        """Return the values that the first line names; say which names there are not."""
        told = {p.option: p for p in verb.options}
        words: list[tuple[Parameter, Word]] = []
        for parameter, word in zip(verb.positional, header.names, strict=False):
            words += [(parameter, word)] if parameter.kind == "value" else []
        for name, value in header.options:
            found = told.get(name.replace("_", "-"))
            if value is not None and found and found.kind == "value":
                words.append((found, value))
        values = []
        for parameter, word in words:
            if word.form != "plain":
                continue
            try:
                values.append(self.notebook.find(word.text))
            except CellError as error:
                if takes_text(parameter):
                    continue
                root = word.text.split(".")[0]
                held = [n for n in self.notebook.names if not n.startswith("_")]
                self._say_word(word.text, str(error), "name", [closest(root, held)])
        return values

    def _nodes(self, header: Header, verb: Verb, cell: Cell | None, values: list[object]) -> None:
        """Say which names of the options are no nodes or columns of what the line names."""
        known = list(nodes_of(values))
        if not known:
            return
        told = {p.option: p for p in verb.options if verb.names_nodes(p)}
        given = [(p.option, word) for p, word in zip(verb.positional, header.names, strict=False)]
        given += [(name, word) for name, word in header.options if word is not None]
        for option, word in given:
            if option.replace("_", "-") in told and word.form == "plain":
                for name in word.text.split(","):
                    self._known(name, known, self.first)
        for key, setting in cell.settings.items() if cell else ():
            if key.replace("_", "-") in told:
                for value in setting.values:
                    for word, _ in split_words(value):
                        for name in split_list(word.text) if word.form == "plain" else ():
                            self._known(name, known, self.first + setting.line)

    def _known(self, name: str, known: list[str], number: int) -> None:
        if not name or name in known:
            return
        hint = closest(name, known)
        message = f"{shorten(name)} is neither a node of the graph nor a column."
        written = None if hint is None else format_name(hint)
        column = max(0, self.lines[number].rfind(name))
        self._say(number, column, column + len(name), message, "unknown-node", [written])

    # ------------------------------------------------------------------ the body

    def _cell(self) -> Cell | None:
        try:
            return parse_cell(self.body)
        except NotationError as error:
            suggestions = [error.suggestion]
            expected = f" Expected {error.expected}." if error.expected else ""
            self._say_at(error.line, error.column, error.message + expected, "syntax", suggestions)
        except GraphError as error:
            code: Code = (
                "cycle" if isinstance(error, CycleError)
                else "knowledge" if isinstance(error, KnowledgeError) else "edge"
            )  # fmt: skip
            self._say_graph(error, code)
        return None

    def _two_words(self) -> None:
        """Say where what may be meant as one name with a blank is two nodes."""
        for number, line in enumerate(self.body.split("\n"), self.first + 1):
            if (found := _TWO_WORDS.match(line)) is not None:
                quoted = f'"{found["name"]}"'
                message = f"{found[2]} and {found[3]} are two nodes; one name is {quoted}."
                self._say(number, *found.span("name"), message, "name", [quoted], "info")

    def _columns(self, cell: Cell, values: Iterable[object]) -> None:
        """Say which observed nodes the data do not have."""
        tables = [value for value in values if is_table(value)]
        if not tables or self.has_expressions:
            return
        known = [name for table in tables for name in columns(table)]
        there = set(known)
        for name in cell.graph.nodes:
            if name in there or name in cell.graph.latents:
                continue
            hint = closest(name, known)
            message = f"The data have no column {shorten(name)}. Rename it, or mark it [latent]."
            at = cell.places.get(name, (1, 1))
            written = None if hint is None else format_name(hint)
            self._say_at(*at, message, "unknown-column", [written], "warning")

    def _identified(self, verb: Verb, cell: Cell) -> None:
        """Say where the effect that the body asks for cannot be computed."""
        graph: CausalGraph = cell.graph
        asked = verb.name == "graph" and graph.exposures and graph.outcomes
        if not asked or len(graph) > MOST_NODES or self.has_expressions:
            return
        try:
            found = identify(graph, limit=1)
        except CausalMagicsError:
            return
        if found.estimand is None:
            at = cell.places.get(graph.exposures[0], (1, 1))
            self._say_at(*at, found.summary, "not-identified", severity="warning")

    # ------------------------------------------------------------------ places

    def _say_word(
        self, word: str, message: str, code: Code, hints: Iterable[str | None] = ()
    ) -> None:
        line = self.lines[self.first]
        column = line.find(word, self.start)
        if column < 0:
            column = self.start
        self._say(self.first, column, column + len(word), message, code, hints)

    def _say_graph(self, error: GraphError, code: Code) -> None:
        """Say what is wrong with an edge, and how it could be turned or freed."""
        line, column = _place_in(error)
        number = min(self.first + line, len(self.lines) - 1)
        text, start = self.lines[number], column - 1
        marks = _KNOWLEDGE.finditer(text)
        mark = next((found for found in marks if found.start() <= start < found.end()), None)
        edge = _EDGE.match(text, start)
        if code == "knowledge" and mark is not None:
            ways = [Fix(f"Remove [{mark[1]}]", "")]
            self._say(number, mark.start(), mark.end(), str(error), code, fixes=ways)
        elif code in ("cycle", "knowledge") and edge is not None:
            self._say(number, start, edge.end(), str(error), code, fixes=_turned(edge))
        else:
            self._say_at(line, column, str(error), code)

    def _say_at(
        self,
        line: int,
        column: int,
        message: str,
        code: Code,
        hints: Iterable[str | None] = (),
        severity: Severity = "error",
    ) -> None:
        """Say something of the word at a place of the body, both numbers from 1."""
        number = min(self.first + line, len(self.lines) - 1)
        text = self.lines[number]
        start = min(column - 1, len(text))
        word = _WORD.match(text, start)
        end = word.end() if word else min(start + 1, len(text))
        self._say(number, start, max(end, start), message, code, hints, severity)

    def _say(
        self,
        number: int,
        start: int,
        end: int,
        message: str,
        code: Code,
        hints: Iterable[str | None] = (),
        severity: Severity = "error",
        fixes: Iterable[Fix] = (),
    ) -> None:
        text = self.lines[number]
        ways = (*(Fix(f"Use {hint}", hint) for hint in hints if hint), *fixes)
        begin, stop = _units(text[:start]), _units(text[:end])
        said = " ".join(message.split())
        self.found.append(Diagnostic(number, begin, number, stop, severity, said, code, ways))


def _turned(edge: re.Match[str]) -> list[Fix]:
    """Return an edge reversed, and as a common cause."""
    left, mark, right = edge.groups()
    reverse = "<-" if mark == "->" else "->"
    return [
        Fix(f"Reverse to {reverse}", f"{left}{reverse}{right}"),
        Fix("Use <->, a common cause", f"{left}<->{right}"),
    ]


def _units(text: str) -> int:
    """Return the length of a text in UTF-16 units."""
    return len(text) + sum(char > "\uffff" for char in text)


def _placeholder(match: re.Match[str]) -> str:
    """Return a name of the same length, so that all places stay what they are."""
    lines = match[0].split("\n")
    return "\n".join('"' + "x" * max(1, len(line) - 2) + '"' if i == 0 else " " * len(line)
                     for i, line in enumerate(lines))  # fmt: skip


def _place_in(error: GraphError) -> tuple[int, int]:
    """Return the place that the notation has noted on an error of the graph."""
    for note in _notes(error):
        found = re.match(r"Line (\d+), column (\d+):", note)
        if found:
            return int(found[1]), int(found[2])
    return 1, 1


def _notes(error: Exception) -> Iterator[str]:
    yield from getattr(error, "__notes__", ())
