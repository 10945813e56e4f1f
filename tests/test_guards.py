"""Guards of the code's shape: sizes, and that ranges and pins agree."""

from __future__ import annotations

import ast
import datetime as dt
import re
import subprocess
import tomllib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
FILE_LINES = 400
FUNCTION_LINES = 60  # eslint holds TypeScript to the same number
SOURCES = ".py", ".ts", ".tsx", ".mjs"
PYTHONS = "3.11.0", "3.12.0", "3.13.0"


@dataclass(frozen=True)
class Exemption:
    """A file that may be longer, until a day and for a reason."""

    path: str
    until: dt.date
    reason: str


EXEMPTIONS: tuple[Exemption, ...] = ()


def source_files(*suffixes: str) -> list[Path]:
    """Return the project's own files with these endings, tracked or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    paths = (ROOT / name for name in listed.split("\0") if name.endswith(suffixes))
    return sorted(path for path in paths if path.is_file())


def exempt(path: Path, today: dt.date) -> bool:
    name = path.relative_to(ROOT).as_posix()
    return any(entry.path == name and today <= entry.until for entry in EXEMPTIONS)


def test_files_stay_short() -> None:
    today = dt.datetime.now(tz=dt.UTC).date()
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in source_files(*SOURCES)
        if not exempt(path, today)
    }
    assert len(lengths) > 20, "the guard does not see the project's files"
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def lines_of(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def documentation_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of the docstring: what is said of a function does not make it long."""
    return lines_of(function.body[0]) if ast.get_docstring(function) is not None else 0


def test_functions_stay_short() -> None:
    long = {}
    for path in source_files(".py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = lines_of(node) - documentation_lines(node)
                if lines > FUNCTION_LINES:
                    long[f"{path.relative_to(ROOT)}:{node.name}"] = lines
    assert long == {}


def pins() -> list[Requirement]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def pinned() -> dict[str, str]:
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins()}


def declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    texts = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    requirements = [Requirement(text) for text in [*texts, *(text for e in extras for text in e)]]
    return [entry for entry in requirements if canonicalize_name(entry.name) != "causal-magics"]


@pytest.mark.parametrize("requirement", declared(), ids=str)
def test_every_requirement_is_pinned_within_its_range(requirement: Requirement) -> None:
    version = pinned().get(canonicalize_name(requirement.name))
    assert version, f"{requirement.name} has no pin in constraints.txt"
    assert requirement.specifier.contains(version, prereleases=True)


@pytest.mark.parametrize("python", PYTHONS)
def test_every_pin_installs_on_each_python_that_is_supported(python: str) -> None:
    here = {"python_full_version": python, "python_version": python.rpartition(".")[0]}
    refused = {
        str(pin): str(asked)
        for pin in pins()
        if pin.marker is None or pin.marker.evaluate(here)
        if not (asked := asked_of_python(pin.name)).contains(python)
    }
    assert refused == {}


def asked_of_python(name: str) -> SpecifierSet:
    """Return what an installed package asks of Python; those of other systems are not here."""
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return SpecifierSet()
    return SpecifierSet(told.get("Requires-Python", ""))


def test_nothing_names_where_packages_are_fetched() -> None:
    for name in ("yarn.lock", "constraints.txt", ".yarnrc.yml"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text, name


PACKAGE = ROOT / "causal_magics"
ROOMS = sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))
INNER_ROOMS = sorted(path.parent for path in PACKAGE.glob("*/*/__init__.py"))


def said_of(room: Path) -> str:
    tree = ast.parse((room / "__init__.py").read_text(encoding="utf-8"))
    return ast.get_docstring(tree) or ""


def named_modules(text: str) -> list[str]:
    """Return what the last columns of the tables name, and the first ones where they name parts."""
    names = []
    border = re.compile(r"^(=+)( +)=+$")
    lines = text.splitlines()
    edges = [number for number, line in enumerate(lines) if border.match(line)]
    for top, head, bottom in zip(edges[::3], edges[1::3], edges[2::3], strict=True):
        match = border.match(lines[top])
        assert match
        if lines[head - 1].split()[-1] == "module":
            cells = [line[match.end(2) :] for line in lines[head + 1 : bottom]]
            names += [name.strip() for cell in cells for name in cell.split(",")]
        else:
            cells = [line[: match.end(1)].strip() for line in lines[head + 1 : bottom]]
            names += [cell.strip("`") for cell in cells]
    return names


def stands_in(folder: Path, name: str) -> bool:
    path = folder.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_room_says_what_is_where_and_what_is_not(room: Path) -> None:
    text = said_of(room)
    names = named_modules(text)
    assert len(names) > 2
    # "bounding.closed_forms, transport": what follows may be of the same inner room.
    folders = [room, PACKAGE, *(inner for inner in INNER_ROOMS if inner.parent == room)]
    assert [name for name in names if not any(stands_in(f, name) for f in folders)] == []
    assert "\nNot here: " in text


@pytest.mark.parametrize("room", INNER_ROOMS, ids=lambda room: f"{room.parent.name}.{room.name}")
def test_every_inner_room_says_what_it_is(room: Path) -> None:
    assert said_of(room)
