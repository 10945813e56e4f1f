"""Links of built pages: each leads somewhere, and no page loads anything from a remote host."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from documentation.markdown_links import is_remote

_LOADS = {
    "script": ("src",),
    "link": ("href",),
    "img": ("src", "srcset"),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
    "iframe": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "track": ("src",),
    "input": ("src",),
}
_STYLE_LOAD = re.compile(r"(?:url\(|@import)\s*['\"]?([^'\")\s;]+)")
_SCRIPT_LOAD = re.compile(
    r"(?:fetch|import|importScripts|WebSocket|EventSource|open)\s*\([^)]{0,40}?['\"`]"
    r"((?:https?:|wss?:)?//[^'\"`]+)"
)


@dataclass
class Page:
    """What a page says of itself and of others.

    Parameters
    ----------
    anchors : set of str
    links : list of str
        The addresses that a click leads to.
    loads : list of str
        The addresses that the page itself reads.
    """

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Report:
    """What was found in a folder of pages.

    Parameters
    ----------
    pages, links, loads : int
        How many there are; links are those within the folder.
    megabytes : float
    outgoing : tuple of str
        The remote addresses that a click leads to: looked at, never asked.
    problems : tuple of str
        One line for each thing that is wrong.
    """

    pages: int
    links: int
    loads: int
    megabytes: float
    outgoing: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def summary(self) -> str:
        """One line."""
        return (
            f"{self.pages} pages, {self.megabytes:.1f} MB; {self.links:,} links and {self.loads:,} "
            f"files that pages load are there, {len(self.outgoing)} links lead out, "
            f"{len(self.problems)} problems"
        )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value}
        for name in ("id", "name") if tag == "a" else ("id",):
            if name in values:
                self.page.anchors.add(values[name])
        if tag in {"a", "area"} and "href" in values:
            self.page.links.append(values["href"])
        for name in _LOADS.get(tag, ()):
            if name in values and not _only_names(tag, values):
                self.page.loads += _addresses(name, values[name])
        self.page.loads += _STYLE_LOAD.findall(values.get("style", ""))
        self._inside = tag if tag in {"style", "script"} else ""

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            self.page.loads += _STYLE_LOAD.findall(data)
        elif self._inside == "script":
            self.page.loads += _SCRIPT_LOAD.findall(data)


def _only_names(tag: str, values: dict[str, str]) -> bool:
    """Whether a `link` element names another page instead of loading something."""
    loading = {"stylesheet", "icon", "preload", "prefetch", "modulepreload", "preconnect"}
    return tag == "link" and not loading & set(values.get("rel", "").lower().split())


def _addresses(name: str, value: str) -> list[str]:
    if name == "srcset":
        return [part.split()[0] for part in value.split(",") if part.strip()]
    return [value]


def read_page(text: str) -> Page:
    """Read the anchors, links and loads of a page of HTML or a picture of SVG."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.page


def check_pages(folder: Path) -> Report:
    """Follow every link of every page in a folder, without asking any other host.

    Parameters
    ----------
    folder : Path
    """
    root = folder.resolve()
    pages = {path: _read(path) for path in sorted(root.rglob("*")) if path.suffix in _READERS}
    documents = {path: page for path, page in pages.items() if path.suffix == ".html"}
    problems: list[str] = []
    outgoing: set[str] = set()
    links = 0
    for path, page in pages.items():
        here = path.relative_to(root).as_posix()
        for address in page.loads:
            problem = _load_problem(path, root, address)
            if problem:
                problems.append(f"{here} loads {address}, {problem}")
        for address in page.links:
            if is_remote(address):
                outgoing.add(address)
                problem = _syntax_problem(address)
            else:
                links += 1
                problem = _link_problem(path, root, address, documents)
            if problem:
                problems.append(f"{here} links to {address}, {problem}")
    size = sum(path.stat().st_size for path in root.rglob("*") if path.is_file()) / 1e6
    loads = sum(len(page.loads) for page in pages.values())
    return Report(len(documents), links, loads, size, tuple(sorted(outgoing)), tuple(problems))


def _read_style(text: str) -> Page:
    return Page(loads=_STYLE_LOAD.findall(text))


def _read_script(text: str) -> Page:
    return Page(loads=_SCRIPT_LOAD.findall(text))


_READERS = {".html": read_page, ".svg": read_page, ".css": _read_style, ".js": _read_script}


def _read(path: Path) -> Page:
    return _READERS[path.suffix](path.read_text(encoding="utf-8"))


def _load_problem(path: Path, root: Path, address: str) -> str:
    if address.startswith(("data:", "#")):
        return ""
    if is_remote(address):
        return "which is not of these pages"
    return _file_problem(_file(path, address), root)


def _link_problem(path: Path, root: Path, address: str, pages: dict[Path, Page]) -> str:
    target = _file(path, address)
    problem = _file_problem(target, root)
    if problem:
        return problem
    anchor = unquote(urlsplit(address).fragment)
    if anchor and target in pages and anchor not in pages[target].anchors:
        return "an anchor that is not there"
    return ""


def _file(path: Path, address: str) -> Path:
    named = unquote(urlsplit(address).path)
    return (path.parent / named).resolve() if named else path


def _file_problem(target: Path, root: Path) -> str:
    if not target.is_relative_to(root):
        return "which is outside the folder"
    return "" if target.is_file() else "which is not there"


def _syntax_problem(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https", "mailto"}:
        return "an unknown kind of address"
    if parts.scheme != "mailto" and (not parts.hostname or "." not in parts.hostname):
        return "which names no host"
    return ""
