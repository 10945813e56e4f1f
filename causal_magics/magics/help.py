"""Help texts, made of the same signatures and docstrings as the options."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from causal_magics.magics.documentation import read_documentation
from causal_magics.magics.parameters import Parameter
from causal_magics.magics.verb import Verb

_WIDTH = 88
_GRAMMAR = """\
%%causal VERB [names] [--options] [-o NAME]     and a body below
%causal VERB [names] [--options] [-o NAME]      on one line
NAME << VERB …                                  binds the whole result"""
_COMMON = (
    ("-o NAME", "binds the graph that is shown, in step with its editor; or the table"),
    ("NAME << …", "binds the whole result"),
    ("--help", "explains a verb"),
    ("--debug", "shows the full traceback; %causal --debug alone shows that of the last error"),
    ("{{expression}}", "is evaluated in the notebook, in the first line and in the body"),
)


@dataclass(frozen=True, slots=True)
class Text:
    """Text that a cell shows as it is.

    Parameters
    ----------
    text : str
    """

    text: str

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text


def overview(verbs: Iterable[Verb]) -> Text:
    """Return the list of verbs and what every cell can say."""
    entries = [(" ".join([verb.name, *_labels(verb)]), verb.summary) for verb in verbs]
    parts = [
        "A causal graph in every cell.", "", _GRAMMAR, "",
        "Verbs", *_table(entries), "", "Everywhere", *_table(_COMMON),
    ]  # fmt: skip
    return Text("\n".join(parts))


def explain(verb: Verb) -> Text:
    """Return the help text of one verb."""
    function = verb.call
    home = verb.function if isinstance(verb.function, str) else function.__name__
    package = "causal_magics" if isinstance(verb.function, str) else function.__module__
    options = " [--options]" if _optional(verb) else ""
    usage = " ".join(["causal", verb.name, *_labels(verb)]) + f"{options} [-o NAME]"
    sign = "%%" if verb.body or verb.by_node else "%"
    parts = [f"{sign}{usage}", "", *textwrap.wrap(verb.summary, _WIDTH)]
    if verb.alone:
        alone = verb.alone if isinstance(verb.alone, str) else verb.alone.__name__
        parts += ["", f"%causal {verb.name} alone: {alone}()"]
    names = [(p.placeholder, p.description) for p in verb.positional]
    names += [(f"{p.option}: …", p.description) for p in verb.options if verb.takes_lines(p)]
    names += [("NODE: …", p.description) for p in verb.parameters if p.name == verb.by_node]
    body = next((p for p in verb.parameters if p.name == verb.body), None)
    if body is not None:
        description = body.description or read_documentation(function).summary
        names.append(("the body", description))
    if names:
        parts += ["", *_table(names)]
    if _optional(verb):
        parts += ["", "Options", *_table((_option(p), _described(p)) for p in _optional(verb))]
    shown = f"the result's .{verb.shows}" if verb.shows else "the result"
    parts += ["", f"-o NAME binds {shown}; NAME << {verb.name} … binds the whole result."]
    return Text("\n".join([*parts, f"Python: {package}.{home}"]))


def _labels(verb: Verb) -> list[str]:
    return [
        f"[{p.placeholder}]" if verb.alone or p.name == verb.body else p.placeholder
        for p in verb.positional
    ]


def _optional(verb: Verb) -> list[Parameter]:
    return [parameter for parameter in verb.options if not parameter.required]


def _option(parameter: Parameter) -> str:
    if parameter.kind == "flag":
        return f"--{'[no-]' if parameter.default is True else ''}{parameter.option}"
    return f"--{parameter.option} {parameter.placeholder}"


def _described(parameter: Parameter) -> str:
    default = parameter.default
    if not isinstance(default, str | int | float) or default is False or default == "":
        return parameter.description
    return f"{parameter.description} (default {'on' if default is True else default})"


def _table(rows: Iterable[tuple[str, str]]) -> list[str]:
    entries = list(rows)
    width = min(28, max(len(left) for left, _ in entries))
    lines = []
    for left, right in entries:
        text = textwrap.wrap(right, _WIDTH - width - 4) or [""]
        if len(left) > width:
            lines.append(f"  {left}")
            left = ""
        lines.append(f"  {left:<{width}}  {text[0]}".rstrip())
        lines += [" " * (width + 4) + line for line in text[1:]]
    return lines
