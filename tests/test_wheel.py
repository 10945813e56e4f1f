"""The wheel: all that is in it, and that it works alone in a new environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXTENSION = ".data/data/share/jupyter/labextensions/causal-magics/"


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


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    output_of(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder)
    (made,) = folder.glob("*.whl")
    return made


def test_the_wheel_holds_the_package_the_widgets_and_the_extension(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        extension = next(n for n in names if n.endswith(f"{EXTENSION}package.json"))
        listed = json.loads(archive.read(extension))
    assert len(names) == len(set(names))
    assert "causal_magics/py.typed" in names
    bundles = "graph-editor", "episode-timeline", "head-map", "payoff-explorer"
    widgets = {f"causal_magics/static/{name}.js" for name in bundles}
    assert widgets <= set(names)
    folder = extension.removesuffix("package.json")
    entry = listed["jupyterlab"]["_build"]["load"]
    assert {folder + "install.json", folder + entry, folder + "static/style.js"} <= set(names)
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_the_wheel_holds_no_more(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    modules = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("causal_magics/**/*.py")}
    inside = {name for name in names if name.startswith("causal_magics/")}
    others = {name for name in inside - modules if not name.startswith("causal_magics/static/")}
    assert modules <= inside
    policies = {"causal_magics/passive/learner/shipped/axial.npz"}
    assert policies <= others
    known = {".typed", ".json", ".csv", ".txt"}
    assert {Path(name).suffix for name in others - policies} <= known
    assert not any("labextension/" in name for name in inside)


@pytest.mark.timeout(400)
def test_the_wheel_works_alone(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "environment"
    output_of(sys.executable, "-m", "venv", home)
    python = home / "bin" / "python"
    install = ("-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", wheel)
    output_of(python, *install, cwd=tmp_path)
    clean = {"PYTHONPATH": "", "IPYTHONDIR": str(tmp_path / "ipython")}
    said = output_of(python, ROOT / "tests" / "wheel_smoke.py", cwd=tmp_path, **clean)
    assert "smoke: magic, widget and extension work" in said
    labextensions = (sys.executable, "-m", "jupyter", "labextension", "list")
    listed = output_of(*labextensions, JUPYTER_PATH=str(home / "share" / "jupyter"))
    start = listed.index(str(home))
    line = next(row for row in listed[start:].splitlines() if "causal-magics" in row)
    assert "enabled" in line
    assert "OK" in line
