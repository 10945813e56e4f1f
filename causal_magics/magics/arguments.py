"""From words to values: each kind of parameter reads its words in its own way."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from os import PathLike
from types import ModuleType
from typing import Any, Final

import causal_magics
from causal_magics.errors import CellError, closest, shorten
from causal_magics.graph.model import CausalGraph, Knowledge
from causal_magics.magics.grammar import Word, split_list
from causal_magics.magics.history import History
from causal_magics.magics.parameters import Parameter

_PARTS: Final = ("graph", "network", "knowledge", "frame")
_FILES: Final = (".csv", ".tsv", ".parquet")
"""Ends of the names of files that hold a table."""


@dataclass(frozen=True, slots=True)
class Notebook:
    """What a cell can see of its notebook.

    Parameters
    ----------
    names : mapping of str to object
        The notebook's names, and those of the function that runs the cell.
    evaluate : callable
        Evaluates a Python expression in it.
    history : History
        What earlier cells have bound.
    bound : mutable mapping
        The names that a cell can bind: the notebook's own.
    """

    names: Mapping[str, object]
    evaluate: Callable[[str], object]
    history: History
    bound: MutableMapping[str, Any]

    def value(self, expression: str) -> object:
        """Return the value of an expression between ``{{`` and ``}}``.

        Raises
        ------
        CellError
            Where it cannot be evaluated; the cause is the exception itself.
        """
        try:
            return self.evaluate(expression)
        except Exception as error:
            reason = str(error).split("\n")[0]
            raise CellError(
                f"{{{{{expression}}}}} cannot be evaluated: {type(error).__name__}: {reason}"
            ) from error

    def find(self, path: str) -> object:
        """Return what a name, or a dotted path from one, holds.

        Raises
        ------
        CellError
            Where the notebook has no such name; the message has the closest one.
        """
        root, *attributes = path.split(".")
        if root not in self.names:
            hint = closest(root, self._holding_values())
            advice = f"Did you mean {hint}?" if hint else "Define it in an earlier cell."
            if path.casefold().endswith(_FILES):
                advice = "Read the file first, frame = pandas.read_csv(…), and name the frame."
            elif not root.isidentifier():
                advice = "Write an expression between {{ and }}."
            elif root in map(str, causal_magics.samples()):
                advice = f"%causal data {root} -o {root} loads the sample data of that name."
            raise CellError(f"The notebook has no name {shorten(root)}. {advice}")
        value = self.names[root]
        for attribute in attributes:
            if not hasattr(value, attribute):
                hint = closest(attribute, [a for a in dir(value) if not a.startswith("_")])
                advice = f" Did you mean {hint}?" if hint else ""
                raise CellError(f"{shorten(root)} has no attribute {shorten(attribute)}.{advice}")
            value = getattr(value, attribute)
        return value

    def _holding_values(self) -> list[str]:
        """Names that hold data, rather than functions, classes or modules."""
        return [
            name
            for name, value in self.names.items()
            if not (name.startswith("_") or callable(value) or isinstance(value, ModuleType))
        ]


@dataclass(frozen=True, slots=True)
class Argument:
    """The value of one parameter, and the Python that gives it again."""

    value: Any
    source: str

    def part(self, attribute: str) -> Argument:
        """Return an attribute of the value."""
        path = all(name.isidentifier() for name in self.source.split("."))
        source = self.source if path else f"({self.source})"
        return Argument(getattr(self.value, attribute), f"{source}.{attribute}")


def read_argument(parameter: Parameter, words: Iterable[Word], notebook: Notebook) -> Argument:
    """Turn the words given for a parameter into its value.

    Parameters
    ----------
    parameter : Parameter
    words : iterable of Word
        More than one only where the option is repeated.
    notebook : Notebook

    Raises
    ------
    CellError
        Where a word is not what the parameter takes.
    """
    given = list(words)
    if parameter.kind == "names":
        names = [name for word in given for name in _names(word, notebook)]
        return Argument(tuple(names), repr(tuple(names)))
    if len(given) > 1:
        raise CellError(f"Expected --{parameter.option} once, got it {len(given)} times.")
    word = given[0]
    if word.form == "expression":
        value = notebook.value(word.text)
        return _fitted(parameter, Argument(value, word.text), word.text)
    if parameter.kind == "value":
        return _looked_up(parameter, word, notebook)
    if parameter.kind == "number" and _is_number(notebook.names.get(word.text)):
        return Argument(notebook.names[word.text], word.text)
    value = (
        word.text if parameter.kind == "text" else _READERS[parameter.kind](parameter, word.text)
    )
    return Argument(value, repr(value))


def _names(word: Word, notebook: Notebook) -> list[str]:
    if word.form == "quoted":
        return [word.text]
    if word.form == "plain":
        return split_list(word.text)
    value = notebook.value(word.text)
    if isinstance(value, str) or not isinstance(value, Iterable):
        return [str(value)]
    return [str(name) for name in value]


def _looked_up(parameter: Parameter, word: Word, notebook: Notebook) -> Argument:
    root = word.text.split(".")[0]
    number = _number_in(word)
    if number is not None and (parameter.classes is None or isinstance(number, parameter.classes)):
        return Argument(number, repr(number))
    if takes_text(parameter) and (word.form == "quoted" or root not in notebook.names):
        return Argument(word.text, repr(word.text))
    return _fitted(parameter, Argument(notebook.find(word.text), word.text), word.text)


def _number_in(word: Word) -> object | None:
    """Return the number, or the tuple of numbers, that a plain word is; None where it is none."""
    if word.form != "plain":
        return None
    try:
        value: object = ast.literal_eval(word.text)
    except (ValueError, SyntaxError):
        return None
    parts = value if isinstance(value, tuple) else (value,)
    return value if all(map(_is_number, parts)) else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def takes_text(parameter: Parameter) -> bool:
    """Return whether a word that names nothing in the notebook stands for itself."""
    return str in (parameter.classes or ())


def _fitted(parameter: Parameter, argument: Argument, shown: str) -> Argument:
    """Return the argument, or the part of it which the parameter takes."""
    if parameter.kind == "choice" and argument.value not in parameter.choices:
        raise _no_choice(parameter, str(argument.value))
    if parameter.kind != "value" or fits(parameter, argument.value):
        return argument
    part = _fitting_part(parameter, argument.value)
    if part is not None:
        return argument.part(part)
    if parameter.classes is None:
        return argument
    raise CellError(
        f"Expected {_wanted(parameter.classes, parameter.name)} for {parameter.placeholder}, got "
        f"{shorten(shown)}, {_with_article(type(argument.value))}."
    )


def _wanted(classes: Iterable[type], name: str) -> str:
    """Say what a parameter takes; where its name or file may stand for it, by its own name."""
    concrete = {cls for cls in classes if not getattr(cls, "_is_protocol", False)}
    if concrete == {str, PathLike} and concrete != set(classes):
        return f"a {name}, its name or its file"
    return " or ".join(sorted(map(_with_article, concrete)))


def _with_article(cls: type) -> str:
    vowel = cls.__name__[0] in "AEIOUaeiou" and not cls.__name__.startswith("Unit")
    return f"an {cls.__name__}" if vowel else f"a {cls.__name__}"


def is_table(value: object) -> bool:
    """Whether a value looks like a data frame."""
    return hasattr(value, "shape") and hasattr(value, "columns")


def fits(parameter: Parameter, value: object) -> bool:
    """Whether a parameter takes a value as it is; without known classes, tables fit best."""
    if isinstance(value, (type, ModuleType)):
        return False
    if parameter.classes is None:
        return is_table(value)
    return isinstance(value, parameter.classes)


def _fitting_part(parameter: Parameter, value: object) -> str | None:
    return next((p for p in _PARTS if fits(parameter, getattr(value, p, None))), None)


def suits(parameter: Parameter, value: object) -> bool:
    """Whether a parameter takes a value, or a part of it."""
    if isinstance(value, (type, ModuleType)):
        return False
    return fits(parameter, value) or _fitting_part(parameter, value) is not None


def _flag(parameter: Parameter, text: str) -> bool:
    answers = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    if text.casefold() not in answers:
        raise CellError(f"Expected true or false for {parameter.option}, got {shorten(text)}.")
    return answers[text.casefold()]


def _choice(parameter: Parameter, text: str) -> object:
    for choice in parameter.choices:
        if str(choice) == text:
            return choice
    raise _no_choice(parameter, text)


def _no_choice(parameter: Parameter, text: str) -> CellError:
    known = [str(choice) for choice in parameter.choices]
    hint = closest(text, known)
    advice = f" Did you mean {hint}?" if hint else ""
    return CellError(
        f"Expected {parameter.option} to be one of {', '.join(known)}, got {shorten(text)}.{advice}"
    )


def _number(parameter: Parameter, text: str) -> float:
    for cls in (int, float):
        if cls in parameter.members:
            try:
                return cls(text)
            except ValueError:
                continue
    wanted = "a number" if float in parameter.members else "a whole number"
    raise CellError(f"Expected {wanted} for {parameter.option}, got {shorten(text)}.")


_READERS: Final[Mapping[str, Callable[[Parameter, str], object]]] = {
    "flag": _flag,
    "choice": _choice,
    "number": _number,
}


def knowledge_of(graph: CausalGraph) -> Knowledge:
    """Return the background knowledge that the body of a cell states.

    Raises
    ------
    CellError
        Where the body has an edge that is neither required nor forbidden.
    """
    for edge in graph.edges:
        if edge.mark != "->" or (edge.source, edge.target) not in graph.knowledge.required:
            raise CellError(
                f"Expected background knowledge, got the edge {shorten(edge.source)} {edge.mark} "
                f"{shorten(edge.target)}. Write [required] or [forbidden] behind it."
            )
    return graph.knowledge
