"""The page of the verbs, written from the same signatures and docstrings as `--help`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import get_origin

import causal_magics
from causal_magics.magics.documentation import read_documentation
from causal_magics.magics.help import explain
from causal_magics.magics.parameters import Parameter
from causal_magics.magics.verb import Verb
from documentation.restructured import code_block, escaped, heading, table

_CELL = re.compile(r"^%%?causal\s+(?:[\w.]+\s*<<\s*)?(?P<verb>[\w-]+)")
_INTRODUCTION = """\
Each verb is a word after ``%%causal`` (a cell with a body) or ``%causal`` (one line), and the thin
face of one public function: its options are the function's parameters. ``%causal VERB --help`` says
the same in a notebook. ``-o NAME`` binds what is said below, ``NAME << VERB …`` binds the whole
result, and ``{{expression}}`` is evaluated in the notebook. An option may also stand in the body,
as ``option: value``.
"""


def verb_examples(cells: Iterable[str], verbs: Iterable[str]) -> dict[str, str]:
    """Return the first cell of each verb, of those that have a body the first one where it has.

    Parameters
    ----------
    cells : iterable of str
        Cells of notebooks and of the README, the preferred ones first.
    verbs : iterable of str
    """
    found: dict[str, str] = {}
    known = set(verbs)
    for cell in cells:
        match = _CELL.match(cell.strip())
        if match is None or match["verb"] not in known or "--help" in cell:
            continue
        text = cell.strip() if cell.startswith("%%") else cell.strip().splitlines()[0]
        before = found.get(match["verb"])
        if before is None or (text.startswith("%%") and not before.startswith("%%")):
            found[match["verb"]] = text
    return found


def verb_page(verbs: Mapping[str, Verb], examples: Mapping[str, str]) -> str:
    """Return the page of all verbs as reStructuredText.

    Parameters
    ----------
    verbs : mapping of str to Verb
    examples : mapping of str to str
        A cell of each verb, where there is one.
    """
    lines = [*heading("Verbs", "="), ".. py:currentmodule:: causal_magics", ""]
    lines += [_INTRODUCTION]
    rows = [(f":ref:`{name} <verb-{name}>`", escaped(verb.summary)) for name, verb in verbs.items()]
    lines += table(("verb", "what it does"), rows)
    for verb in verbs.values():
        lines += _section(verb, examples.get(verb.name))
    return "\n".join(lines)


def _section(verb: Verb, example: str | None) -> list[str]:
    lines = [f".. _verb-{verb.name}:", "", *heading(verb.name, "-"), escaped(verb.summary), ""]
    lines += code_block("none", str(explain(verb)).split("\n", 1)[0])
    lines += _taken(verb)
    options = [parameter for parameter in verb.options if not parameter.required]
    if options:
        rows = [(_spelled(p), _type(p), _default(p), _meaning(p)) for p in options]
        lines += table(("option", "takes", "default", "meaning"), rows)
    lines += [_bound(verb), ""]
    lines += [f"In Python: {_function(verb)}.", ""]
    if example:
        lines += ["An example:", "", *code_block("ipython3", example)]
    return lines


def _taken(verb: Verb) -> list[str]:
    """Say what the bare words, the body and its lines are."""
    rows = [(f"``{p.placeholder}``", _type(p), _meaning(p)) for p in verb.positional]
    for parameter in verb.options:
        if verb.takes_lines(parameter):
            text = escaped(parameter.description)
            rows.append((f"``{parameter.option}: …``", "lines of the body", text))
    for parameter in verb.parameters:
        if parameter.name == verb.by_node:
            rows.append(("``NODE: …``", "lines of the body", escaped(parameter.description)))
        if parameter.name == verb.body and not verb.takes_lines(parameter):
            text = parameter.description or read_documentation(verb.call).summary
            rows.append(("the body", _type(parameter), escaped(text)))
    lines = table(("word", "is", "meaning"), rows) if rows else []
    if verb.alone:
        lines += [f"``%causal {verb.name}`` alone calls :py:obj:`{verb.alone}`.", ""]
    return lines


def _meaning(parameter: Parameter) -> str:
    """Return what is said of a parameter; its type alone, in parentheses, says nothing more."""
    text = parameter.description
    return "" if text.startswith("(") and text.endswith(")") else escaped(text)


def _bound(verb: Verb) -> str:
    if verb.shows:
        return f"``-o NAME`` binds the result's ``{verb.shows}``; ``NAME <<`` the whole result."
    return "``-o NAME`` binds the result, and so does ``NAME <<``."


def _function(verb: Verb) -> str:
    if isinstance(verb.function, str):
        return f":py:obj:`causal_magics.{verb.function}`"
    return f"``{verb.function.__module__}.{verb.function.__name__}``"


def _spelled(parameter: Parameter) -> str:
    if parameter.kind == "flag":
        return f"``--{'[no-]' if parameter.default is True else ''}{parameter.option}``"
    return f"``--{parameter.option}``"


_KINDS = {"flag": "no value", "text": "text", "names": "names"}


def _type(parameter: Parameter) -> str:
    if parameter.kind in _KINDS:
        return _KINDS[parameter.kind]
    if parameter.kind == "choice":
        return ", ".join(f"``{choice}``" for choice in parameter.choices)
    if parameter.kind == "number":
        return "a number" if float in parameter.members else "a whole number"
    names = dict.fromkeys(_named(member) for member in parameter.members)
    return " or ".join(name for name in names if name) or "a name of the notebook"


_PLAIN = {str: "text", int: "a whole number", float: "a number", bool: "yes or no"}


def _named(member: object) -> str:
    """Return what a member of an annotation is to a reader, or nothing where it is not public."""
    origin = get_origin(member) or member
    name = member if isinstance(member, str) else getattr(origin, "__name__", "")
    if name in causal_magics.__all__:
        return f":py:obj:`{name}`"
    return _PLAIN.get(origin, "") if isinstance(origin, type) else ""


def _default(parameter: Parameter) -> str:
    default = parameter.default
    if default is None or default in ((), "", {}):
        return ""
    if isinstance(default, bool):
        return "yes" if default else "no"
    return f"``{default}``"
