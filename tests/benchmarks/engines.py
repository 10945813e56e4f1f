"""Methods of discovery, each in a process of its own: with a time limit, in any environment."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from causal_magics.errors import CycleError
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.network import PublishedNetwork

ROOT = Path(__file__).parents[2]
WORKER = Path(__file__).parent / "worker.py"
STARTING = 180.0  # seconds for imports and compiling, outside the limit


@dataclass(frozen=True)
class Answer:
    """What a method gave: a network, or why there is none."""

    network: PublishedNetwork | None
    seconds: float = float("nan")
    peak_mb: float = float("nan")
    problem: str = ""


@dataclass
class Engine:
    """A method in a process of its own, which is started when it is first asked.

    Parameters
    ----------
    label : str
    method : str
        A key of ``worker.METHODS``.
    options : dict
        Keyword arguments of the method.
    python : str
        The interpreter, of an environment that has the method.
    source : Path
        Whose `causal_magics` is used; another checkout gives a table before / after.
    limit : float
        Seconds a run may take.
    """

    label: str
    method: str
    options: dict[str, Any] = field(default_factory=dict)
    python: str = sys.executable
    source: Path = ROOT
    limit: float = 120.0
    _process: subprocess.Popen[str] | None = None
    _is_warm: bool = False

    def takes(self, frame: pd.DataFrame) -> bool:
        """Whether the method is made for such columns."""
        has_labels = any(dtype.kind not in "fiu" for dtype in frame.dtypes)
        has_numbers = any(dtype.kind in "fiu" for dtype in frame.dtypes)
        if self.method == "ours":
            return True
        if frame.isna().any(axis=None):
            return False
        if self.method in ("globe", "topic", "camuv", "lingam"):
            return not has_labels
        if self.method == "hc-bic":
            return has_labels
        return not (has_labels and has_numbers) and (self.method != "hc-bdeu" or has_labels)

    def run(self, frame: pd.DataFrame) -> Answer:
        """Learn from a table."""
        if not self._is_warm:
            self._is_warm = True
            first = self._ask(frame.iloc[:60, :4], STARTING)
            if first.problem.startswith(("over", "stopped")):
                return first
        return self._ask(frame, self.limit)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process, self._is_warm = None, False

    def _ask(self, frame: pd.DataFrame, limit: float) -> Answer:
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "table.npz"
            write_frame(frame, path)
            process.stdin.write(json.dumps(str(path)) + "\n")
            process.stdin.flush()
            if not select.select([process.stdout], [], [], limit)[0]:
                self.close()
                return Answer(None, problem=f"over {limit:g} s")
            line = process.stdout.readline()
        if not line:
            self.close()
            return Answer(None, problem=f"stopped: is {self.method} installed for {self.python}?")
        told = json.loads(line)
        if "error" in told:
            return Answer(None, problem=told["error"])
        network = network_of_edges(list(frame.columns), told["edges"])
        return Answer(network, told["seconds"], told["peak_mb"])

    def _start(self) -> subprocess.Popen[str]:
        environment = os.environ | {"PYTHONPATH": str(self.source), "PYTHONHASHSEED": "0"}
        self._process = subprocess.Popen(
            [self.python, str(WORKER), self.method, json.dumps(self.options)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, env=environment,
        )  # fmt: skip
        return self._process


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a table without pickles; labels are texts."""
    columns = {
        f"c{i}": frame[name].to_numpy(dtype=float)
        if frame[name].dtype.kind in "fiu"
        else frame[name].astype(str).to_numpy(dtype=str)
        for i, name in enumerate(frame.columns)
    }
    np.savez(path, names=np.array([str(name) for name in frame.columns]), **columns)


def network_of_edges(names: list[str], edges: list[list[Any]]) -> PublishedNetwork:
    """Return a network; edges that close cycles are its feedback."""
    try:
        return PublishedNetwork(CausalGraph(names, [tuple(edge) for edge in edges]))
    except CycleError:
        graph, feedback = CausalGraph(names), set()
        for edge in edges:
            try:
                graph = graph.add_edge(*edge)
            except CycleError:
                feedback.add((edge[0], edge[1]))
        return PublishedNetwork(graph, frozenset(feedback))


# ---------------------------------------------------------------------- from a command line


def add_engine_arguments(parser: ArgumentParser, methods: list[str]) -> None:
    """Add what all tables of discovery can be told about their methods."""
    from worker import METHODS

    known = ("before", *METHODS)
    parser.add_argument("--methods", nargs="+", choices=known, default=methods)
    parser.add_argument("--limit", type=float, default=120.0, help="seconds a run may take")
    parser.add_argument("--before", type=Path, help="an older checkout, for the method 'before'")
    parser.add_argument(
        "--python", default=sys.executable, help="the interpreter that has TOPIC, CAM-UV, lingam"
    )
    parser.add_argument(
        "--variant", action="append", default=[], metavar="LABEL:JSON",
        help="ours once more with options of discover, as in 'floor 0:{\"edge_floor\": 0}'",
    )  # fmt: skip


def engines_of(options: Namespace) -> list[Engine]:
    """Return the methods that were asked for, ours first with its variants."""
    engines = []
    for method in options.methods:
        if method == "before":
            if options.before is None:
                raise SystemExit("The method 'before' needs --before FOLDER, an older checkout.")
            engines.append(Engine("before", "ours", source=options.before, limit=options.limit))
            continue
        elsewhere = method in ("topic", "camuv", "lingam")
        python = options.python if elsewhere else sys.executable
        engines.append(Engine(method, method, python=python, limit=options.limit))
    for text in options.variant:
        label, _, said = text.partition(":")
        engines.append(Engine(label, "ours", options=json.loads(said), limit=options.limit))
    return engines
