"""Completion in ``%%causal`` cells and ``%causal`` lines, in every front-end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)

from causal_magics.errors import CellError
from causal_magics.graph.notation_words import EDGE_ATTRIBUTES, NODE_ATTRIBUTES, OPERATORS
from causal_magics.magics.arguments import Notebook
from causal_magics.magics.candidates import (
    names_for,
    names_in_body,
    nodes_of,
    values_in,
    written,
)
from causal_magics.magics.grammar import Header, read_header
from causal_magics.magics.magic import CausalMagics, flags_of
from causal_magics.magics.parameters import Parameter
from causal_magics.magics.verb import Verb
from causal_magics.magics.verbs import VERBS

_CELL: Final = re.compile(r"\s*%%causal(?=\s|$)")
_LINE: Final = re.compile(r"\s*(?:[\w.]+\s*=\s*)?%causal(?=\s)")
_WORD: Final = re.compile(r"(?:\"[^\"]*|'[^']*|[^\s\"']*)$")
_NAME: Final = re.compile(r"(?:\"[^\"\n]*|[\w.]*)$")
_ATTRIBUTE: Final = re.compile(r"\[[^\]]*$")
_AFTER_NAME: Final = re.compile(r"(?:[\w.\"\]}])\s+$")
_WITH_VALUE: Final = {"pos": 'pos="', "bits": "bits=", "confidence": "confidence="}
_ATTRIBUTES: Final = [_WITH_VALUE.get(word, word) for word in (*NODE_ATTRIBUTES, *EDGE_ATTRIBUTES)]


@dataclass(frozen=True, slots=True)
class Candidates:
    """What could stand where the cursor is.

    Parameters
    ----------
    fragment : str
        The text before the cursor that a candidate replaces.
    words : iterable of str
        In the order in which they are shown.
    kind : str
        What front-ends show beside them.
    """

    fragment: str
    words: Iterable[str]
    kind: str = "variable"

    def matching(self, limit: int | None) -> list[SimpleCompletion]:
        """Return the words that begin like the fragment, with or without quotes."""
        start = self.fragment.strip("\"'").casefold()
        found = dict.fromkeys(
            word for word in self.words if word.strip("\"'").casefold().startswith(start)
        )
        if not found and self.fragment:
            found = {self.fragment: None}
        return [SimpleCompletion(text=word, type=self.kind) for word in list(found)[:limit]]


class Completion:
    """Completes verbs, options, names of the notebook, nodes and columns.

    Parameters
    ----------
    magics : CausalMagics
        Whose shell and history it looks into.
    """

    def __init__(self, magics: CausalMagics) -> None:
        self._magics = magics

    def matcher(self) -> Any:
        """Return the matcher for `shell.Completer.custom_matchers`."""

        def match(context: CompletionContext) -> SimpleMatcherResult:
            found = self.candidates(context.full_text, context.cursor_line, context.cursor_position)
            if found is None:
                return SimpleMatcherResult(completions=[], suppress=False)
            return SimpleMatcherResult(
                completions=found.matching(context.limit),
                matched_fragment=found.fragment,
                suppress=True,
                ordered=True,
            )

        decorate: Callable[[Any], Any] = context_matcher(priority=100, identifier="causal_magics")
        return decorate(match)

    def candidates(self, text: str, line: int, column: int) -> Candidates | None:
        """Return what could stand at the cursor, or None outside of our cells.

        Parameters
        ----------
        text : str
            The whole cell.
        line, column : int
            Where the cursor is, both from 0.
        """
        lines = text.split("\n")
        before = lines[line][:column]
        if before.rfind("{{") > before.rfind("}}"):
            return None
        first = next((i for i, content in enumerate(lines) if content.strip()), 0)
        opening = _CELL.match(lines[first])
        if opening and line > first:
            body = "\n".join([*lines[first + 1 : line], before])
            rest = "\n".join([lines[line][column:], *lines[line + 1 :]])
            return self._in_body(lines[first][opening.end() :], body, rest)
        opening = opening or _LINE.match(lines[line])
        if opening is None or column <= opening.end():
            return None
        return self._in_header(before[opening.end() :])

    def _in_header(self, before: str) -> Candidates:
        fragment = _fragment(_WORD, before)
        header, waiting = _read(before[: len(before) - len(fragment)])
        verb = VERBS.get(header.verb or "")
        notebook = self._magics.notebook()
        if waiting is not None:
            if waiting == "output":
                graphs = [n for n, v in notebook.names.items() if any(True for _ in nodes_of([v]))]
                return Candidates(fragment, [n for n in graphs if not n.startswith("_")])
            for parameter in verb.options if verb else ():
                if verb is not None and parameter.option == waiting:
                    words = self._values(parameter, verb, header, notebook)
                    return Candidates(fragment, words, "value")
        if verb is None and not fragment.startswith("-"):
            return Candidates(fragment, VERBS, "keyword")
        if verb is not None and not fragment.startswith("-"):
            open_names = verb.positional[len(header.names) :]
            if open_names:
                words = self._values(open_names[0], verb, header, notebook)
                return Candidates(fragment, words)
        return Candidates(fragment, _options(verb), "option")

    def _values(
        self, parameter: Parameter, verb: Verb, header: Header, notebook: Notebook
    ) -> list[str]:
        if parameter.kind == "choice":
            return [str(choice) for choice in parameter.choices]
        if parameter.kind == "flag":
            return ["true", "false"]
        if parameter.kind == "value":
            return names_for(parameter, notebook.names)
        if parameter.kind == "number":
            return []
        if verb.words is not None:
            return list(verb.words(notebook.history))
        return written(nodes_of(values_in(header, verb, notebook)))

    def _in_body(self, line: str, body: str, rest: str) -> Candidates:
        before = body.rsplit("\n", 1)[-1]
        fragment = _fragment(_NAME, before)
        attribute = _ATTRIBUTE.search(before)
        if attribute:
            return Candidates(fragment, _ATTRIBUTES, "property")
        if not fragment and _AFTER_NAME.search(before):
            return Candidates(fragment, OPERATORS, "operator")
        header, _ = _read(line)
        verb = VERBS.get(header.verb or "")
        notebook = self._magics.notebook()
        known = nodes_of(values_in(header, verb, notebook))
        mentioned = names_in_body(body[: len(body) - len(fragment)] + " " + rest)
        words = written([*known, *mentioned])
        if not before[: len(before) - len(fragment)].strip():
            words += _keys(verb)
        return Candidates(fragment, words)


def _fragment(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[0] if match else ""


def _keys(verb: Verb | None) -> list[str]:
    """Return what begins a line of the body that is a setting."""
    if verb is None:
        return ["tiers:"]
    tiers = ["tiers:"] if verb.draws_in_body else []
    settings = (p for p in verb.options if p not in verb.positional or verb.takes_lines(p))
    return [*tiers, *(f"{parameter.option}:" for parameter in settings)]


def _options(verb: Verb | None) -> list[str]:
    options = ["-o", "--help", "--debug"]
    if verb is None:
        return options
    own = []
    for parameter in verb.options:
        if not parameter.required:
            no = "no-" if parameter.kind == "flag" and parameter.default is True else ""
            own.append(f"--{no}{parameter.option}")
    return [*own, *options]


def _read(line: str) -> tuple[Header, str | None]:
    """Return as much of a first line as can be read, and the option that waits for its value."""
    try:
        header = read_header(line, flags_of)
    except CellError:
        waits_for_name = re.search(r"(?:^|\s)-o\s*$", line)
        if waits_for_name is None:
            return Header(), None
        return _read(line[: waits_for_name.start()])[0], "output"
    waiting = header.options[-1] if header.options else None
    if waiting and waiting[1] is None and line.rstrip().endswith(waiting[0]):
        flags = flags_of(header.verb) if header.verb else ()
        if waiting[0] not in flags:
            return header, waiting[0]
    return header, None
