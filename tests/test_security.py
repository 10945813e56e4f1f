"""What docs/security.md promises of the package's own code."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

import causal_magics
from causal_magics.errors import CausalMagicsError
from causal_magics.magics.arguments import Notebook
from causal_magics.magics.diagnostics import diagnose
from causal_magics.magics.history import History

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "causal_magics"
EVALUATES = {"magics/magic.py", "magics/parameters.py"}
"""The user's own expressions, and the annotations of our own functions."""
STARTS_PROCESSES = {"discovery/compile_ahead.py"}
REACHES_THE_NETWORK = {
    "language/endpoint.py": {"openai", "urllib.parse"},
    "language/loading.py": {"socket", "urllib.parse", "urllib.request"},
}
NETWORK = re.compile(r"(aiohttp|ftplib|http|httpx|openai|requests|smtplib|socket|urllib)(\.|$)")
LOADERS: dict[str, Callable[[Path], object]] = {
    name: getattr(causal_magics, name).load
    for name in (
        "Discovery", "Experiments", "InterventionLog", "Mediation", "Policy", "PolicyEvaluation",
        "Probe", "Targeting", "TwoByTwo", "UnitBounds",
    )
}  # fmt: skip


@cache
def nodes() -> dict[str, list[ast.Call | ast.Import | ast.ImportFrom]]:
    """Return the calls and the imports of each module of the package."""
    kinds = ast.Call | ast.Import | ast.ImportFrom
    return {
        path.relative_to(PACKAGE).as_posix(): [
            node
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, kinds)
        ]
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Yield the module, the words of what is called, and the call."""
    for name, found in nodes().items():
        for node in found:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                yield name, words(node.func), node


def words(called: ast.expr) -> str:
    """Return ``a.b`` of a name or an attribute, with "" for any other expression."""
    if isinstance(called, ast.Attribute):
        return f"{words(called.value)}.{called.attr}"
    return called.id if isinstance(called, ast.Name) else ""


def test_text_is_evaluated_in_two_places_only() -> None:
    evaluating = {"eval", "exec", "compile", "__import__", "builtins.eval", "builtins.exec"}
    found = {name for name, call, _ in calls() if call in evaluating}
    assert found == EVALUATES


def test_nothing_is_unpickled() -> None:
    pickled = re.compile(r"(pickle|joblib|marshal|shelve|dill)\.(load|loads|open)$")
    for name, call, node in calls():
        told = {word.arg: word.value for word in node.keywords}
        where = f"{name}:{node.lineno}"
        assert not pickled.search(call), where
        assert call not in {"torch.load", "Unpickler", "yaml.load"}, where
        assert "trust_remote_code" not in told, where
        if call in {"np.load", "numpy.load"}:
            assert ast.unparse(told["allow_pickle"]) == "False", where


def test_processes_are_started_in_one_place_only() -> None:
    starting = re.compile(r"^(subprocess\.\w+|os\.(system|popen|exec\w*|spawn\w*))$")
    found = {name for name, call, _ in calls() if starting.match(call)}
    assert found == STARTS_PROCESSES


def test_the_network_is_known_where_models_are_loaded_and_nowhere_else() -> None:
    found: dict[str, set[str]] = {}
    for name, imports in nodes().items():
        for node in imports:
            told = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            told += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if reaching := {each for each in told if NETWORK.match(each)}:
                found.setdefault(name, set()).update(reaching)
    assert found == REACHES_THE_NETWORK


def test_the_front_end_makes_no_markup_or_code_of_text() -> None:
    forbidden = re.compile(
        r"\.(inner|outer)HTML\b|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write"
        r"|\beval\(|new Function|\bfetch\(|XMLHttpRequest|new WebSocket|requestExecute"
    )
    sources = [path for path in (ROOT / "src").rglob("*.ts*") if path.is_file()]
    assert len(sources) > 100
    found = {path.name for path in sources if forbidden.search(path.read_text(encoding="utf-8"))}
    assert found == set()


class Trap:
    """Makes a file where it is unpickled."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.place,)


def with_trap(kind: str, path: Path, sprung: Path) -> Path:
    """Write a result's file, in place of each array one that is a pickle."""
    objects = BytesIO()
    np.save(objects, np.array([Trap(sprung)], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("header", "kind", kind.lower(), "values", "graph"):
            archive.writestr(f"{name}.npy", objects.getvalue())
    return path


@pytest.mark.parametrize("kind", LOADERS)
def test_files_with_pickles_are_refused(kind: str, tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    trap = with_trap(kind, tmp_path / "result.npz", sprung)
    with np.load(trap, allow_pickle=True) as stored:
        assert stored["header"].shape == (1,)
    assert sprung.exists(), "the trap is none"
    sprung.unlink()
    with pytest.raises(CausalMagicsError):
        LOADERS[kind](trap)
    assert not sprung.exists()


def test_cells_that_are_only_written_evaluate_nothing() -> None:
    asked: list[str] = []

    def evaluate(expression: str) -> object:
        asked.append(expression)
        return 1

    names: dict[str, object] = {}
    notebook = Notebook(names, evaluate, History(names), names)
    cell = "%%causal graph -o g --data {{open('x', 'w')}}\nA -> {{danger()}}\nB -> $danger\n"
    diagnose(cell, notebook)
    diagnose("%causal discover {{danger()}} -o g", notebook)
    assert asked == []


WATCHED = """
import os, sys

seen = []


def watch(event, arguments):
    if event in {"socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen"}:
        seen.append(f"{event} {arguments[0]}")
    if event == "open" and isinstance(arguments[2], int) and isinstance(arguments[0], str):
        if arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            seen.append(f"write {arguments[0]}")


import numba  # whose own look at the processor is not ours
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
sys.addaudithook(watch)
shell.run_line_magic("load_ext", "causal_magics")
for cell in (
    "%%causal graph -o g\\nX [exposure]; Y [outcome]; Z -> {X Y}; X -> Y",
    "%causal identify g",
    "from causal_magics import edit\\neditor = edit(g)",
    "import numpy as np\\nvalues = np.random.default_rng(0).normal(size=(100, 3))",
    "%causal discover values -o learned",
):
    shell.run_cell(cell).raise_error()
print(*(f"seen: {each}" for each in seen), sep="\\n")
"""


def test_cells_reach_nothing_and_write_only_what_is_compiled(tmp_path: Path) -> None:
    environment = os.environ | {"IPYTHONDIR": str(tmp_path), "TQDM_DISABLE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED], cwd=tmp_path, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen = [line.removeprefix("seen: ") for line in done.stdout.splitlines() if "seen: " in line]
    others = [line for line in seen if "__pycache__" not in line and "/dev/null" not in line]
    compiling = [line for line in others if line.startswith("subprocess.Popen")]
    assert [line for line in others if line not in compiling] == []
    assert len(compiling) <= 1
