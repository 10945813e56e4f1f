"""Links of Markdown, as they stand in the repository: where they lead and whether that is there."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_CODE_OR_LINK = re.compile(
    r"(?P<ticks>`+)(?:(?!(?P=ticks)).)+?(?P=ticks)"
    r"|\]\((?P<target>[^()\s]+)(?P<title>\s+\"[^\"]*\")?\)"
)
_HEADING = re.compile(r"^#{1,6}\s+(?P<text>.*?)\s*#*\s*$")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True)
class Target:
    """Where a relative link leads.

    Parameters
    ----------
    path : str
        From the root of the repository; that of the document itself for a link within it.
    anchor : str
        Empty where there is none.
    """

    path: str
    anchor: str

    @property
    def tail(self) -> str:
        """The anchor with its sign."""
        return f"#{self.anchor}" if self.anchor else ""


def prose_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield number and text of the lines that are in no fence."""
    fence = ""
    for number, line in enumerate(text.split("\n")):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1] == fence:
            fence = ""
        elif not fence:
            yield number, line


def is_remote(address: str) -> bool:
    """Whether an address has a scheme or a host."""
    return bool(_SCHEME.match(address)) or address.startswith("//")


def read_target(address: str, document: str) -> Target:
    """Return where a relative link of a document leads."""
    path, _, anchor = unquote(address).partition("#")
    joined = posixpath.join(posixpath.dirname(document), path) if path else document
    return Target(posixpath.normpath(joined), anchor)


def with_links(text: str, document: str, replace: Callable[[Target], str]) -> str:
    """Return Markdown with the address of each relative link replaced."""
    lines = text.split("\n")

    def substitute(match: re.Match[str]) -> str:
        address = match["target"]
        if address is None or is_remote(address):
            return match[0]
        return f"]({replace(read_target(address, document))}{match['title'] or ''})"

    for number, line in prose_lines(text):
        lines[number] = _CODE_OR_LINK.sub(substitute, line)
    return "\n".join(lines)


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a document."""
    found: dict[str, int] = {}
    for _, line in prose_lines(text):
        match = _HEADING.match(line)
        if match:
            name = slug(match["text"])
            found[name] = found.get(name, -1) + 1
    numbered = {f"{name}-{n}" for name, last in found.items() for n in range(1, last + 1)}
    return {*found, *numbered}


def slug(heading: str) -> str:
    """Return the anchor of a heading, in GitHub's way."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


def broken_links(root: Path, document: str) -> list[str]:
    """Return one line for each relative link of a Markdown file that leads nowhere."""
    text = (root / document).read_text(encoding="utf-8")
    broken = []

    def check(target: Target) -> str:
        path = root / target.path
        if target.path.startswith("..") or not path.exists():
            broken.append(f"{document}: {target.path} is not there")
        elif target.anchor and target.anchor not in _anchors_of(path):
            broken.append(f"{document}: {target.path} has no heading #{target.anchor}")
        return target.path

    with_links(text, document, check)
    return broken


def _anchors_of(path: Path) -> set[str]:
    return anchors(path.read_text(encoding="utf-8")) if path.suffix == ".md" else set()
