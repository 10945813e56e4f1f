"""The text of a cell: words of the first line, ``{{expression}}``, the header's parts."""

from __future__ import annotations

import keyword
import re
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from causal_magics.errors import CellError, shorten
from causal_magics.graph.notation_format import format_name

Evaluate = Callable[[str], object]

_QUOTED: Final = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_EXPRESSION: Final = r"\{\{(?:.*?)\}\}"
_ITEM: Final = rf"""(?:{_QUOTED}|[^\s;,"']+)"""
_LIST: Final = rf"(?:{_ITEM}(?:,{_ITEM})+,?|{_ITEM},)"
_END: Final = r"(?=\s|;|$)"
_WORDS: Final = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<comment>\#.*)
  | (?P<assign><<)
  | (?P<expression>{_EXPRESSION}){_END}
  | (?P<quoted>{_QUOTED}){_END}
  | (?P<option>--?[A-Za-z][\w-]*)(?:=(?P<value>{_QUOTED}|{_EXPRESSION}|{_LIST}|[^\s;]*))?{_END}
  | (?P<end>;\s*)(?=\#|$)
  | (?P<list>{_LIST}){_END}
  | (?P<plain>(?:[^\s;]|;(?!\s*$))+)
    """,
    re.VERBOSE,
)
_ITEMS: Final = re.compile(rf"{_QUOTED}|[^,]+")
_FLAGS: Final = frozenset({"help", "debug"})
_SHORT: Final = {"-o": "output", "-h": "help"}


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the first line.

    Parameters
    ----------
    text : str
        Without quotes; of an expression, what stands between the braces.
    form : {"plain", "quoted", "expression", "option"}
    """

    text: str
    form: str = "plain"


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a cell, taken apart but not yet understood.

    Parameters
    ----------
    verb : str or None
        None where the line names none.
    names : tuple of Word
        The words that are not options, after the verb.
    options : tuple of (str, Word or None)
        Option names without dashes, each with its value where one follows.
    output : str or None
        The name after ``-o``.
    target : str or None
        The name before ``<<``.
    help, debug : bool
        Whether ``--help`` or ``--debug`` stands in the line.
    silent : bool
        Whether the line ends with ``;``.
    """

    verb: str | None = None
    names: tuple[Word, ...] = ()
    options: tuple[tuple[str, Word | None], ...] = ()
    output: str | None = None
    target: str | None = None
    help: bool = False
    debug: bool = False
    silent: bool = False


def split_words(line: str) -> Iterator[tuple[Word, Word | None]]:
    """Yield the words of a line, an option together with the value after its ``=``.

    Raises
    ------
    CellError
        Where a quote or ``{{`` is left open.
    """
    position = 0
    while position < len(line):
        match = _WORDS.match(line, position)
        if match is None:
            raise CellError(f"Cannot read {shorten(line[position:])} in {shorten(line)}.")
        position = match.end()
        kind = "option" if match["option"] else match.lastgroup
        if kind in ("space", "comment"):
            continue
        if kind == "option":
            value = match["value"]
            yield Word(match["option"], "option"), None if value is None else _value_word(value)
        elif kind in {"assign", "end"}:
            yield Word(match[0].strip(), kind), None
        else:
            yield _value_word(match[0]), None


def _value_word(text: str) -> Word:
    if re.fullmatch(_QUOTED, text):
        return Word(_unquoted(text), "quoted")
    if text.startswith("{{") and text.endswith("}}"):
        return Word(text[2:-2].strip(), "expression")
    if not re.fullmatch(_LIST, text):
        for opening, closing in (('"', '"'), ("'", "'"), ("{{", "}}")):
            if text.startswith(opening):
                raise CellError(f"Expected a closing {closing} after {shorten(text)}.")
    return Word(text)


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if re.fullmatch(_QUOTED, text) else text


def split_list(text: str) -> list[str]:
    """Return the items of a text such as ``Age,"blood pressure"``, without their quotes."""
    return [_unquoted(item) for item in _ITEMS.findall(text)]


def read_header(line: str, flags_of: Callable[[str], Collection[str]]) -> Header:
    """Take the first line of a cell apart.

    Parameters
    ----------
    line : str
        What stands after ``%%causal``.
    flags_of : callable
        Gives the options of a verb that take no value.

    Raises
    ------
    CellError
        Where the line does not follow ``[NAME <<] VERB [names] [--options] [-o NAME]``.
    """
    words = deque(split_words(line))
    silent = bool(words) and words[-1][0].form == "end"
    if silent:
        words.pop()
    target = None
    if len(words) >= 2 and words[1][0].form == "assign":
        target = python_name(words.popleft()[0].text, "before <<")
        words.popleft()
    verb: str | None = None
    names: list[Word] = []
    options: dict[str, list[Word | None]] = {}
    flags = set(_FLAGS)
    while words:
        word, value = words.popleft()
        if word.form == "assign":
            raise CellError("Expected `NAME << VERB …`: one name before <<, first in the line.")
        if word.form == "option":
            option = _SHORT.get(word.text, word.text.lstrip("-"))
            if value is None and option not in flags and words and words[0][0].form != "option":
                value = words.popleft()[0]
            options.setdefault(option, []).append(value)
        elif verb is None:
            verb = _verb_name(word)
            flags.update(flags_of(verb))
        else:
            names.append(word)
    if target is not None and verb is None:
        raise CellError(f"Expected a verb after {target} <<, as in `{target} << discover frame`.")
    output = options.pop("output", None)
    if output is not None and len(output) > 1:
        raise CellError(f"Expected -o once, got it {len(output)} times. NAME << binds a second.")
    return Header(
        verb=verb,
        names=tuple(names),
        output=None if output is None else _output_name(output[0]),
        target=target,
        help=options.pop("help", None) is not None,
        debug=options.pop("debug", None) is not None,
        silent=silent,
        options=tuple((name, value) for name, values in options.items() for value in values),
    )


def _verb_name(word: Word) -> str:
    if word.form != "plain":
        raise CellError(
            f"Expected a verb first, got {shorten(word.text)}. %causal alone lists the verbs."
        )
    return word.text


def _output_name(word: Word | None) -> str:
    if word is None:
        raise CellError("Expected a name after -o, as in `-o g`.")
    return python_name(word.text, "after -o")


def python_name(text: str, place: str) -> str:
    """Return `text` where it can be bound in a notebook.

    Raises
    ------
    CellError
        Where it is not a Python name.
    """
    if not text.isidentifier() or keyword.iskeyword(text):
        raise CellError(
            f"Expected a Python name {place}, got {shorten(text)}. "
            "Use letters, digits and _, and no keyword."
        )
    return text


def expand(text: str, evaluate: Evaluate) -> str:
    """Return `text` with every ``{{expression}}`` replaced by the notation of its value.

    Parameters
    ----------
    text : str
        Single braces are left as they are.
    evaluate : callable
        Takes the expression's text and returns its value.

    Notes
    -----
    What an expression gives is not expanded again. Text and graphs go in as they are, a
    collection of names as a group ``{a b}`` with quotes where a name needs them.
    """
    parts: list[str] = []
    at = 0
    while (start := text.find("{{", at)) >= 0 and (end := text.find("}}", start + 2)) >= 0:
        parts += text[at:start], _as_notation(evaluate(text[start + 2 : end].strip()))
        at = end + 2
    return "".join([*parts, text[at:]])


def _as_notation(value: object) -> str:
    if isinstance(value, str) or not isinstance(value, Iterable):
        return str(value)
    return "{" + " ".join(format_name(str(item)) for item in value) + "}"
