"""The words that could stand in a cell: names of the notebook, of nodes and of columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from causal_magics.errors import CellError
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.notation_format import format_name
from causal_magics.graph.notation_words import WRAPPERS
from causal_magics.magics.arguments import Notebook, is_table, suits
from causal_magics.magics.grammar import Header
from causal_magics.magics.parameters import Parameter
from causal_magics.magics.verb import Verb

_TOKEN: Final = re.compile(
    r"""
    (?P<skip>(?:\#|//)[^\n]* | \[[^\]\n]*\]? | \{\{.*?\}\} | ^[ \t]*[\w-]+:)
  | "(?P<quoted>[^"\n]+)"
  | (?P<plain>[^\W\d][\w.]*)
    """,
    re.VERBOSE | re.MULTILINE,
)


def columns(value: object) -> list[str]:
    """Return the column names of a data frame."""
    names: Iterable[object] = getattr(value, "columns", ())
    return [str(name) for name in names]


def names_for(parameter: Parameter, names: Mapping[str, object]) -> list[str]:
    """Return the names of the notebook whose values a parameter takes."""
    return [n for n, value in names.items() if not n.startswith("_") and suits(parameter, value)]


def nodes_of(values: Iterable[object]) -> Iterator[str]:
    """Yield the names of nodes and columns that values have."""
    for value in values:
        graph = value if isinstance(value, CausalGraph) else getattr(value, "graph", None)
        if isinstance(graph, CausalGraph):
            yield from graph.nodes
        elif is_table(value):
            yield from columns(value)


def values_in(header: Header, verb: Verb | None, notebook: Notebook) -> list[Any]:
    """Return the values that the first line names; all graphs and tables where it names none."""
    words = [*header.names, *(value for _, value in header.options if value is not None)]
    values = []
    for word in words:
        if word.form == "plain":
            try:
                values.append(notebook.find(word.text))
            except CellError:
                continue
    found = [value for value in values if any(True for _ in nodes_of([value]))]
    if found or (verb is not None and any(p.kind == "value" for p in verb.positional)):
        return found
    return [value for name, value in notebook.names.items() if not name.startswith("_")]


def names_in_body(body: str) -> Iterator[str]:
    """Yield the names that the text of a body mentions, in order."""
    for match in _TOKEN.finditer(body):
        name = match["quoted"] or match["plain"]
        if name and not (match["plain"] and name in WRAPPERS):
            yield name


def written(names: Iterable[str]) -> list[str]:
    """Return names as the notation writes them, each once."""
    return [format_name(name) for name in dict.fromkeys(names)]
