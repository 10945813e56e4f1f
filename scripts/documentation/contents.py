"""What is in the documentation, in the order of its side bar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

_TUTORIALS = (
    "tour", "ten_lines", "drawing", "discovering", "episodes", "targeting",
    "asking", "probing", "mediation", "pruning", "passive",
)  # fmt: skip
_START = ("overview", "verbs-guide")
_GUIDES = (
    "editor", "discovery", "episodes", "counterfactual",
    "language", "head-map", "pruning", "passive",
)  # fmt: skip
_REFERENCE = """
The reference is made of what the package says of itself: [the verbs](reference/verbs.rst) with all
their options, each room with its functions and classes, and [the errors](reference/errors.rst).
"""
_TITLE = re.compile(r"^# (?P<title>.+)$", re.MULTILINE)
_BACKGROUND = ("methods", "errors", "extending", "robustness", "security", "licences")


def in_order(notebooks: Iterable[str]) -> list[str]:
    """Return the names of notebooks: those of the course first, then the others."""
    return _ordered(notebooks, _TUTORIALS)


def contents(pages: Mapping[str, str], notebooks: Mapping[str, str], rooms: Iterable[str]) -> str:
    """Return the tables of contents that make the side bar.

    Parameters
    ----------
    pages, notebooks : mapping of str to str
        The title of each page and notebook, by its name without ending.
    rooms : iterable of str
        The pages of the reference, in order.
    """
    start = [page for page in pages if page in _START]
    background = [page for page in pages if page in _BACKGROUND]
    guides = [page for page in pages if page not in {"index", *start, *background}]
    chapters = (
        ("Start", _entries(pages, start, _START)),
        ("Tutorials", _entries(notebooks, notebooks, _TUTORIALS, "notebooks/")),
        ("Guides", _entries(pages, guides, _GUIDES)),
        ("Reference", ["reference/verbs", *(f"reference/{room}" for room in rooms)]),
        (
            "Background",
            _entries(pages, background, _BACKGROUND),
        ),
    )
    tables = "\n".join(_table(caption, entries) for caption, entries in chapters if entries)
    return f"{_REFERENCE}{tables}"


def title_of(text: str) -> str:
    """Return the first heading of a Markdown text, up to its colon."""
    match = _TITLE.search(text)
    return match["title"].partition(":")[0].strip() if match else ""


def _entries(
    titles: Mapping[str, str], names: Iterable[str], first: Sequence[str], folder: str = ""
) -> list[str]:
    return [f"{titles[name]} <{folder}{name}>" for name in _ordered(names, first)]


def _ordered(names: Iterable[str], first: Sequence[str]) -> list[str]:
    rank = {name: place for place, name in enumerate(first)}
    return sorted(names, key=lambda name: (rank.get(name, len(first)), name))


def _table(caption: str, entries: Iterable[str]) -> str:
    lines = ["", "```{toctree}", ":hidden:", f":caption: {caption}", "", *entries, "```", ""]
    return "\n".join(lines)
