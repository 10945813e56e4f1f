"""Small pieces of reStructuredText."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_QUOTED = re.compile(r"(`[^`]+`)")
_SPECIAL = re.compile(r"([\\*|_])")


def escaped(text: str) -> str:
    """Return plain text with single backquotes as reStructuredText that reads the same.

    Quoted names become links where the reference has them, other quotes become code.
    """
    parts = _QUOTED.split(text)
    return "".join(
        _quoted(part[1:-1]) if _QUOTED.fullmatch(part) else _SPECIAL.sub(r"\\\1", part)
        for part in parts
    )


def _quoted(text: str) -> str:
    if all(name.isidentifier() for name in text.split(".")):
        return f":py:obj:`{text}`"
    return f"``{text}``"


def heading(text: str, underline: str) -> list[str]:
    """Return a heading; wide characters count twice."""
    return [text, underline * (2 * len(text)), ""]


def code_block(language: str, text: str) -> list[str]:
    """Return a literal block."""
    return [f".. code-block:: {language}", "", *indented(text.rstrip("\n").split("\n"), 3), ""]


def indented(lines: Iterable[str], by: int) -> list[str]:
    """Return lines moved to the right; empty ones stay empty."""
    return [" " * by + line if line else "" for line in lines]


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table whose cells are reStructuredText of one line."""
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: auto", ""]
    for row in (header, *rows):
        for index, cell in enumerate(row):
            lines.append(f"   {'*' if index == 0 else ' '} - {cell}".rstrip())
    return [*lines, ""]
