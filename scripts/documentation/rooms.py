"""Pages of the reference, one for each room, written from what the package exports."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import causal_magics
from causal_magics import errors
from causal_magics.graph import interchange
from documentation.restructured import heading

_ROOMS = {
    "graph": "Graphs",
    "data": "Data",
    "discovery": "Discovery",
    "language": "Language models",
    "probing": "Asking, probing and tracing",
    "pruning": "Pruning",
    "counterfactual": "Counterfactuals",
    "passive": "Passive learners",
    "widgets": "Widgets",
    "magics": "Magics",
}
_IMPORT = re.compile(r"from (causal_magics\.[\w.]+) import ([\w, ]+)")


@dataclass(frozen=True, order=True)
class Named:
    """A name of the reference and the module that it is documented in."""

    module: str
    name: str

    @property
    def value(self) -> object:
        """What the name stands for."""
        return getattr(import_module(self.module), self.name)

    @property
    def path(self) -> str:
        """The dotted path that one imports."""
        return f"{self.module}.{self.name}"


def public_names() -> list[Named]:
    """Return every name that the package exports."""
    return [Named("causal_magics", name) for name in causal_magics.__all__]


def error_names() -> list[Named]:
    """Return every error, as the source has them."""
    own = [name for name, value in vars(errors).items() if _is_error(value)]
    return [Named(_home(name), name) for name in own]


def _is_error(value: object) -> bool:
    return inspect.isclass(value) and value.__module__ == errors.__name__


def _home(name: str) -> str:
    return "causal_magics" if name in causal_magics.__all__ else errors.__name__


def interchange_names() -> list[Named]:
    """Return the readers and writers of other formats."""
    return [Named(interchange.__name__, name) for name in interchange.__all__]


def further_names(texts: Iterable[str]) -> list[Named]:
    """Return what documents import from below the package and the pages above do not have."""
    found = {
        Named(module, name.strip())
        for text in texts
        for module, names in _IMPORT.findall(text)
        for name in names.split(",")
        if name.strip() and find_spec(module)  # a guide may invent a module of one's own
    }
    known = {id(named.value) for named in (*public_names(), *interchange_names(), *error_names())}
    return sorted(n for n in found if callable(n.value) and id(n.value) not in known)


def _room_of(named: Named) -> str:
    home = getattr(named.value, "__module__", named.module)
    return str(home).removeprefix("causal_magics").lstrip(".").split(".")[0]


def write_rooms(folder: Path, texts: Iterable[str]) -> list[str]:
    """Write a page for each room that has a name to show, and one for the errors.

    Parameters
    ----------
    folder : Path
    texts : iterable of str
        The documents: what they import from modules is shown too.

    Returns
    -------
    list of str
        The names of the pages, without ending.
    """
    of_room: dict[str, list[Named]] = {room: [] for room in _ROOMS}
    for named in (*public_names(), *further_names(texts)):
        room = _room_of(named)
        if room != "errors":
            of_room.setdefault(room, []).append(named)
    pages = []
    for room, names in of_room.items():
        extra = interchange_names() if room == "graph" else []
        lines = _room_page(room, names, extra)
        (folder / f"{room}.rst").write_text("\n".join(lines), encoding="utf-8")
        pages.append(room)
    (folder / "errors.rst").write_text("\n".join(_error_page()), encoding="utf-8")
    return [*pages, "errors"]


def _room_page(room: str, names: list[Named], extra: list[Named]) -> list[str]:
    lines = heading(_ROOMS.get(room, room.capitalize()), "=")
    lines += [f".. automodule:: causal_magics.{room}", "   :no-index:", ""]
    public = [named for named in names if named.module == "causal_magics"]
    functions = [named for named in public if not inspect.isclass(named.value)]
    lines += _section("Functions", functions)
    lines += _section("Classes", [named for named in public if named not in functions])
    if extra:
        lines += heading("Other formats and packages", "-")
        lines += [f".. automodule:: {extra[0].module}", "   :no-index:", ""]
        lines += _entries(extra)
    return lines + _section("In modules", [named for named in names if named not in public])


def _error_page() -> list[str]:
    lines = heading("Errors", "=")
    lines += [".. automodule:: causal_magics.errors", "   :no-index:", ""]
    return lines + _entries(error_names())


def _section(title: str, names: list[Named]) -> list[str]:
    return [*heading(title, "-"), *_entries(names)] if names else []


def _entries(names: Iterable[Named]) -> list[str]:
    lines = []
    for named in names:
        lines += [f".. currentmodule:: {named.module}", ""]
        value = named.value
        if inspect.isclass(value):
            kind = "autoexception" if issubclass(value, BaseException) else "autoclass"
            lines += [f".. {kind}:: {named.name}", "   :show-inheritance:"]
            if kind == "autoclass":
                lines += ["   :members:", f"   :inherited-members: {_foreign(value)}"]
        elif callable(value):
            lines.append(f".. autofunction:: {named.name}")
        else:
            lines.append(f".. autodata:: {named.name}")
        lines.append("")
    return lines


def _foreign(cls: type) -> str:
    """Return the bases that are not the package's: what they bring is not shown."""
    own = causal_magics.__name__
    return ", ".join(c.__name__ for c in cls.__mro__ if c.__module__.split(".")[0] != own)
