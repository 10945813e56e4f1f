"""The documentation's pages: their blocks of code, and the files that they name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>[\w ]+) -->\n)?"
    r"^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
FILE = re.compile(r"`((?:causal_magics|tests|notebooks|docs|scripts)/[\w./-]+)`")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text without indent, and what is marked before it."""

    language: str
    text: str
    mark: str


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a page."""
    return [
        Block(
            found["language"],
            re.sub(f"^{found['indent']}", "", found["text"], flags=re.MULTILINE),
            found["mark"] or "",
        )
        for found in BLOCK.finditer(text)
    ]


def missing_files(text: str) -> list[str]:
    """Return the files and folders that a page names and that are not there."""
    named = (path.rstrip(".") for path in FILE.findall(text))
    return [path for path in named if not (ROOT / path).exists()]
