"""What a numpydoc docstring says: the summary, and one text a parameter."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

_UNDERLINE: Final = re.compile(r"^-{3,}\s*$")


@dataclass(frozen=True, slots=True)
class Documentation:
    """The parts of a docstring that help texts are made of.

    Parameters
    ----------
    summary : str
        The first paragraph, on one line.
    parameters : dict of str to str
        The description of each parameter, on one line; also what a parameter's header line says
        where there is no description.
    """

    summary: str
    parameters: dict[str, str] = field(default_factory=dict)


def read_documentation(function: Callable[..., object]) -> Documentation:
    """Read the docstring of a function."""
    lines = (inspect.getdoc(function) or "").splitlines()
    summary: list[str] = []
    for line in lines:
        if not line.strip():
            break
        summary.append(line.strip())
    return Documentation(plain(" ".join(summary)), _parameters(_section(lines, "Parameters")))


def _section(lines: list[str], title: str) -> list[str]:
    for index in range(len(lines) - 1):
        if lines[index].strip() == title and _UNDERLINE.match(lines[index + 1].strip()):
            rest = lines[index + 2 :]
            ends = (i for i in range(1, len(rest)) if _UNDERLINE.match(rest[i]))
            end = next(ends, len(rest) + 1)
            return rest[: end - 1]
    return []


def _parameters(section: list[str]) -> dict[str, str]:
    described: dict[str, list[str]] = {}
    names: list[str] = []
    for line in section:
        if line and not line[0].isspace():
            heading, _, kind = line.partition(":")
            names = [name.strip().lstrip("*") for name in heading.split(",")]
            described.update({name: [] for name in names})
            fallback = kind.strip()
            described.update({name: [f"({fallback})"] if fallback else [] for name in names})
        elif line.strip():
            for name in names:
                if described[name][:1] and described[name][0].startswith("("):
                    described[name] = []
                described[name].append(line.strip())
    return {name: plain(" ".join(text)) for name, text in described.items()}


def plain(text: str) -> str:
    """Return reStructuredText without its quotes and roles, for a terminal."""
    return re.sub(r":\w+:`~?([^`]*)`", r"\1", text).replace("``", "`")
