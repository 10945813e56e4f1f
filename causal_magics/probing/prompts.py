"""Templates of texts and what their nodes may say."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from causal_magics.errors import PromptError, closest, shorten
from causal_magics.graph.elements import check_name
from causal_magics.graph.model import CausalGraph
from causal_magics.options import check_kind

__all__ = ["NodeValues", "Prompts", "Template", "values_from_text"]

MAX_LENGTH = 20_000

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+")
_QUOTED = re.compile(r'"([^"]*)"')


@dataclass(frozen=True)
class NodeValues:
    """What a node may say in a text.

    Parameters
    ----------
    labels : tuple of str
        The values, or the names of the groups of words, in rank order.
    words : tuple of tuples of str
        For each label what stands in the text: of a value the value itself.
    grouped : bool
        Whether the node has groups of words; these are scored.
    """

    labels: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    grouped: bool

    def __post_init__(self) -> None:
        if len(self.labels) != len(self.words):
            raise PromptError(
                f"Expected words for each label, got {len(self.labels)} labels and "
                f"{len(self.words)} lists of words. Give one list to each."
            )
        thing, one = ("groups of words", "group") if self.grouped else ("values", "value")
        if len(self.labels) < 2:
            got = f"{shorten(self.labels[0])} alone" if self.labels else "none"
            raise PromptError(
                f"Expected at least two {thing}, got {got}. One {one} shows no difference: add "
                "another."
            )
        for label in self.labels:
            _check_text(label, "a group's name" if self.grouped else "a value")
        _check_unique(self.labels, thing)
        for label, words in zip(self.labels, self.words, strict=True):
            if not words:
                raise PromptError(f"Expected words in the group {shorten(label)}, got none.")
            for word in words:
                _check_text(word, f"a word of the group {shorten(label)}")
        _check_unique([word for words in self.words for word in words], "words in all groups")

    @property
    def scale(self) -> tuple[float, ...] | None:
        """The values as numbers, None where one of them is no finite number."""
        try:
            numbers = tuple(float(label) for label in self.labels)
        except ValueError:
            return None
        return numbers if all(math.isfinite(number) for number in numbers) else None

    def __len__(self) -> int:
        return len(self.labels)

    def __str__(self) -> str:
        if not self.grouped:
            return ", ".join(map(_quote, self.labels))
        pairs = zip(self.labels, self.words, strict=True)
        return " | ".join(f"{_quote(a)} = {', '.join(map(_quote, b))}" for a, b in pairs)

    @classmethod
    def of(cls, values: object) -> NodeValues:
        """Return values given as text, as a sequence of values, or as words by group.

        Raises
        ------
        PromptError
        """
        if isinstance(values, NodeValues):
            return values
        if isinstance(values, str):
            return values_from_text(values)
        if isinstance(values, Mapping):
            groups = {str(label).strip(): _listed(words) for label, words in values.items()}
            return cls(tuple(groups), tuple(groups.values()), grouped=True)
        if isinstance(values, Sequence) and not isinstance(values, bytes):
            labels = tuple(str(value).strip() for value in values)
            return cls(labels, tuple((label,) for label in labels), grouped=False)
        raise PromptError(
            f"Expected values as text, a list or words by group, got {type(values).__name__}. "
            "Write `1801, 1901` or `female = she | male = he`."
        )


def values_from_text(text: str) -> NodeValues:
    """Read the values of a node from one line.

    Parameters
    ----------
    text : str
        Values in rank order, ``1801, 1811, 1821``, or groups of words,
        ``female = she, her | male = he, him``. What holds a comma, ``=`` or ``|`` of its own
        stands in double quotes.

    Raises
    ------
    PromptError
        Where there are fewer than two values or groups, where one is blank, or where a word
        stands twice.

    Examples
    --------
    >>> values_from_text("1801, 1811").scale
    (1801.0, 1811.0)
    >>> values_from_text("female = she, her | male = he, him").labels
    ('female', 'male')
    """
    quoted: list[str] = []

    def hide(match: re.Match[str]) -> str:
        quoted.append(match[1])
        return f"\0{len(quoted) - 1}\0"

    def shown(part: str) -> str:
        return re.sub("\0([0-9]+)\0", lambda match: quoted[int(match[1])], part.strip())

    if "\0" in text:
        raise PromptError("Expected values as text, got a null character in them. Remove it.")
    plain = _QUOTED.sub(hide, text)
    if not plain.strip():
        raise PromptError(
            "Expected values, got blank text. Write `1801, 1901` or `female = she | male = he`."
        )
    if '"' in plain:
        raise PromptError(f"Expected a closing quote in {shorten(text)}. Add it.")
    if "=" not in plain and "|" not in plain:
        return NodeValues.of([shown(part) for part in plain.split(",")])
    labels, words = [], []
    for part in plain.split("|"):
        label, sign, listed = part.partition("=")
        if not sign or "=" in listed:
            raise PromptError(
                f"Expected `group = word, word`, got {shorten(shown(part))}. "
                "Separate groups by | and give each a name, as in `female = she | male = he`."
            )
        labels.append(shown(label))
        words.append(tuple(shown(word) for word in listed.split(",")))
    return NodeValues(tuple(labels), tuple(words), grouped=True)


@dataclass(frozen=True)
class Template:
    """A text with nodes in it.

    Parameters
    ----------
    text : str
        ``In {Date}, {Pronoun} was a child.``; double braces stand for braces.
    parts : tuple of (str, bool)
        Pieces in order, each with whether it is a node's name.
    """

    text: str
    parts: tuple[tuple[str, bool], ...]

    @classmethod
    def of(cls, text: object) -> Template:
        """Read a template.

        Raises
        ------
        PromptError
            Where it is blank or longer than 20,000 characters, or where a brace is alone.
        """
        if isinstance(text, Template):
            return text
        if not isinstance(text, str):
            raise PromptError(f"Expected a template as text, got {type(text).__name__}.")
        if not text.strip():
            raise PromptError("Expected a template, got blank text. Write a sentence with {nodes}.")
        if len(text) > MAX_LENGTH:
            raise PromptError(
                f"Expected a template of at most {MAX_LENGTH:,} characters, got {len(text):,}. "
                "Shorten it."
            )
        return cls(text, tuple(_parts(text)))

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes in it, each once, as they come."""
        return tuple(dict.fromkeys(name for name, is_node in self.parts if is_node))

    def opens_with(self, node: str) -> bool:
        """Whether nothing but blanks stands before a node."""
        first = next(part for part in self.parts if part[1] or part[0].strip())
        return first == (node, True)

    def nodes_before(self, node: str) -> tuple[str, ...]:
        """Return the other nodes that stand before the first place of a node."""
        at = self.parts.index((node, True))
        return tuple(dict.fromkeys(name for name, is_node in self.parts[:at] if is_node))

    def fill(self, words: Mapping[str, str], response: str) -> tuple[str, str]:
        """Return what stands before and after the response, the other nodes filled in.

        A node without a word stays empty.
        """
        said = [
            words.get(part, "") if is_node else part for part, is_node in self._around(response)
        ]
        at = [is_node and part == response for part, is_node in self.parts].index(True)
        return "".join(said[:at]), "".join(said[at:])

    def _around(self, response: str) -> list[tuple[str, bool]]:
        return [part for part in self.parts if part != (response, True)]


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    literal = ""
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in ("{{", "}}"):
            literal += token[0]
        elif token in ("{", "}"):
            raise PromptError(
                f"Expected braces in pairs, found a lone {token} in the template "
                f"{shorten(text)}. Write {{node}}, or {token * 2} for a brace."
            )
        elif match[1] is None:
            literal += token
        else:
            yield from ((literal, False),) if literal else ()
            literal = ""
            yield match[1].strip(), True
    if literal:
        yield literal, False


@dataclass(frozen=True)
class Prompts:
    """Templates with the values of their nodes, checked against a graph.

    Parameters
    ----------
    templates : tuple of Template
    values : mapping of str to NodeValues
        Of the nodes that stand in templates.
    """

    templates: tuple[Template, ...]
    values: Mapping[str, NodeValues]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    def __reduce__(self) -> tuple[type[Prompts], tuple[object, ...]]:
        return type(self), (self.templates, dict(self.values))

    @classmethod
    def of(
        cls, graph: CausalGraph, templates: Sequence[str] | str, values: Mapping[str, object]
    ) -> Prompts:
        """Check templates and values.

        Parameters
        ----------
        graph : CausalGraph
        templates : sequence of str
        values : mapping
            By node: text that `values_from_text` reads, a sequence of values in rank order, or a
            mapping from groups to words.

        Raises
        ------
        PromptError
            Where a template names no observed node of the graph, where a node has no values, where
            a template has no node with groups of words or has it twice, or where there is none.
        OptionError
            Where an argument is of another kind.
        """
        check_kind("a CausalGraph", graph, CausalGraph, "CausalGraph.parse() reads text.")
        check_kind("a list of templates", templates, Iterable)
        check_kind("values by node", values, Mapping, 'Write {"Date": "1801, 1901"}.')
        listed = [templates] if isinstance(templates, str) else list(templates)
        if not listed:
            raise PromptError("Expected templates, got none. Write at least one sentence.")
        read = tuple(Template.of(text) for text in listed)
        _check_unique([template.text for template in read], "templates")
        known: dict[str, NodeValues] = {}
        for name, given in values.items():
            _check_node(graph, check_name(name), f"the values of {shorten(name)}")
            try:
                known[name] = NodeValues.of(given)
            except PromptError as error:
                raise PromptError(f"{name}: {error}") from None
        for template in read:
            _check_template(graph, template, known)
        used = {name for template in read for name in template.nodes}
        for name in known:
            if name not in used:
                raise PromptError(
                    f"Expected {{{name}}} in a template, since it has values, but it stands in "
                    "none. Write it into one, or leave its values out."
                )
        return cls(read, known)

    def responses(self, template: Template) -> tuple[str, ...]:
        """Return the nodes of a template whose words are scored."""
        return tuple(name for name in template.nodes if self.values[name].grouped)

    def nodes_of(self, text: str) -> tuple[str, ...]:
        """Return the nodes of the template with this text, as they come."""
        return next(template.nodes for template in self.templates if template.text == text)


def _check_template(
    graph: CausalGraph, template: Template, values: Mapping[str, NodeValues]
) -> None:
    where = f"the template {shorten(template.text)}"
    if not template.nodes:
        raise PromptError(f"Expected nodes in braces in {where}, found none. Write {{node}}.")
    for name in template.nodes:
        _check_node(graph, name, where)
        if name not in values:
            raise PromptError(
                f"Expected values of {shorten(name)}, which stands in {where}, but it has none. "
                f"Write `{name}: first, second`."
            )
    scored = [name for name in template.nodes if values[name].grouped]
    if not scored:
        raise PromptError(
            f"Expected a node with groups of words in {where}, to be scored, but it has none. "
            f"Write `{template.nodes[-1]}: group = word | other = word`."
        )
    for name in scored:
        if sum(is_node and part == name for part, is_node in template.parts) > 1:
            raise PromptError(
                f"Expected {{{name}}}, whose words are scored, once in {where}, found it twice. "
                "Leave one out."
            )
    if len(template.nodes) < 2:
        raise PromptError(
            f"Expected two nodes or more in {where}, found {shorten(scored[0])} alone. "
            "Add the node on which it may depend."
        )


def _check_node(graph: CausalGraph, name: str, where: str) -> None:
    if name not in graph:
        hint = closest(name, graph.nodes)
        known = ", ".join(shorten(node) for node in graph.nodes[:6]) or "no nodes"
        advice = f"Did you mean {shorten(hint)}?" if hint else f"It has {known}."
        raise PromptError(f"The graph has no node {shorten(name)}, named by {where}. {advice}")
    roles = graph.node(name).roles
    for role, why in (("latent", "not observed"), ("selection", "the same in all texts")):
        if role in roles:
            raise PromptError(
                f"Expected nodes that texts show, but {shorten(name)}, named by {where}, is {why}. "
                f"Draw what texts show of it as a node of its own: {name} -> Mention."
            )


def _check_text(text: object, what: str) -> None:
    if not isinstance(text, str):
        raise PromptError(f"Expected {what} as text, got {type(text).__name__}. Put it in quotes.")
    if not text.strip():
        raise PromptError(f"Expected {what}, got blank text. Write it, or remove a comma.")
    if len(text) > MAX_LENGTH:
        raise PromptError(f"Expected {what} of at most {MAX_LENGTH:,} characters. Shorten it.")


def _check_unique(texts: Sequence[str], what: str) -> None:
    seen: set[str] = set()
    for text in texts:
        if text in seen:
            raise PromptError(f"Expected different {what}, found {shorten(text)} twice. Keep one.")
        seen.add(text)


def _listed(words: Any) -> tuple[str, ...]:
    alone = isinstance(words, str) or not isinstance(words, Iterable)
    listed = (words,) if alone else words
    return tuple(word.strip() if isinstance(word, str) else word for word in listed)


def _quote(text: str) -> str:
    return f'"{text}"' if any(char in text for char in ',=|"') else text
