"""The wheel and the source archive: all that is in them, and that they work alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from packaging.metadata import Metadata

import causal_magics

ROOT = Path(__file__).parents[1]
EXTENSION = ".data/data/share/jupyter/labextensions/causal-magics/"
BUNDLES = "graph-editor", "episode-timeline", "head-map", "payoff-explorer"
LIGHT = "base", "png", "gymnasium"
"""Extras that install in seconds; `make release` tries all of them."""


@dataclass(frozen=True)
class Archives:
    """The wheel of the tree, the source archive, and the wheel that is built from it."""

    wheel: Path
    source: Path
    from_source: Path


def output_of(*command: str | Path, cwd: Path = ROOT, **environment: str) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=os.environ | {"PATH": path} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def build(*options: str | Path, **environment: str) -> None:
    output_of(sys.executable, "-m", "build", "--no-isolation", *options, **environment)


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Archives:
    """Build them; the wheel from source where neither Node nor jlpm can be found."""
    tree, sources = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("sources")
    build("--wheel", "--outdir", tree)
    build("--outdir", sources, PATH=str(tmp_path_factory.mktemp("empty")))
    (wheel,) = tree.glob("*.whl")
    (source,), (from_source,) = sources.glob("*.tar.gz"), sources.glob("*.whl")
    return Archives(wheel, source, from_source)


@pytest.fixture(scope="module")
def wheel(archives: Archives) -> Path:
    return archives.wheel


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert len(names) == len(set(names))
        return {name: archive.read(name) for name in names}


def test_the_wheel_holds_the_package_the_widgets_and_the_extension(wheel: Path) -> None:
    files = contents(wheel)
    assert "causal_magics/py.typed" in files
    assert {f"causal_magics/static/{name}.js" for name in BUNDLES} <= set(files)
    assert "causal_magics/static/third-party-licenses.txt" in files
    described = next(name for name in files if name.endswith(f"{EXTENSION}package.json"))
    folder = described.removesuffix("package.json")
    entry = json.loads(files[described])["jupyterlab"]["_build"]["load"]
    parts = "install.json", entry, "static/style.js", "static/third-party-licenses.json"
    assert {folder + part for part in parts} <= set(files)
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in files)


def test_the_wheel_holds_no_more(wheel: Path) -> None:
    names = set(contents(wheel))
    modules = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("causal_magics/**/*.py")}
    inside = {name for name in names if name.startswith("causal_magics/")}
    others = {name for name in inside - modules if not name.startswith("causal_magics/static/")}
    assert modules <= inside
    policies = {"causal_magics/passive/learner/shipped/axial.npz"}
    assert policies <= others
    known = {".typed", ".json", ".csv", ".txt"}
    assert {Path(name).suffix for name in others - policies} <= known
    assert not any("labextension/" in name for name in inside)
    roots = {name.split("/")[0] for name in names}
    version = causal_magics.__version__
    kinds = {"causal_magics", f"causal_magics-{version}.data", f"causal_magics-{version}.dist-info"}
    assert roots == kinds


def test_the_source_archive_builds_the_same_wheel_without_node(archives: Archives) -> None:
    assert contents(archives.from_source) == contents(archives.wheel)


def test_the_source_archive_holds_what_the_project_is_made_of(archives: Archives) -> None:
    with tarfile.open(archives.source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    listed = output_of("git", "ls-files", "--cached", "--others", "--exclude-standard")
    kept = {name for name in listed.splitlines() if not name.startswith((".ci/", "docs/images/"))}
    kept = {name for name in kept if (ROOT / name).is_file()}
    built = {
        path.relative_to(ROOT).as_posix()
        for folder in ("static", "labextension")
        for path in (ROOT / "causal_magics" / folder).rglob("*")
        if path.is_file()
    }
    assert names - {"PKG-INFO"} == kept | built


def test_the_metadata_are_complete(wheel: Path) -> None:
    files = contents(wheel)
    (raw,) = (text for name, text in files.items() if name.endswith(".dist-info/METADATA"))
    told = Metadata.from_email(raw, validate=True)
    assert str(told.version) == causal_magics.__version__
    assert told.license_expression == "BSD-3-Clause"
    assert told.description_content_type == "text/markdown"
    rendered = MarkdownIt("commonmark").enable("table").render(told.description or "")
    assert rendered.startswith("<h1>Causal Magics</h1>")
    assert "<table>" in rendered
    assert not re.search(r"^\s*(```|\|)", re.sub(r"<[^>]*>", "", rendered), flags=re.MULTILINE)
    assert {"3.11", "3.12", "3.13"} <= {
        each.rpartition(" :: ")[2] for each in told.classifiers or () if ":: Python ::" in each
    }


def test_one_version_is_told_everywhere() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert package["version"] == causal_magics.__version__
    assert re.search(rf"^## {re.escape(causal_magics.__version__)}\b", changes, flags=re.MULTILINE)


def test_jupyter_finds_the_extension_of_the_wheel(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    (share,) = tmp_path.glob("*.data/data/share/jupyter")
    labextensions = (sys.executable, "-m", "jupyter", "labextension", "list")
    listed = output_of(*labextensions, JUPYTER_PATH=str(share))
    start = listed.index(str(share))
    line = next(row for row in listed[start:].splitlines() if "causal-magics" in row)
    assert "enabled" in line
    assert "OK" in line


@pytest.mark.timeout(600)
def test_the_wheel_works_alone_and_with_light_extras(wheel: Path) -> None:
    script = ROOT / "tests" / "release" / "try_extras.py"
    told = output_of(sys.executable, script, *LIGHT, "--together", "--wheel", wheel)
    rows = {row.split()[0]: row for row in told.splitlines()[1:]}
    assert {name: row.split()[-1] for name, row in rows.items()} == dict.fromkeys(LIGHT, "works")
