"""A day's worth of edits on one editor: what it holds and how long it takes, as the edits go on.

Run ``python tests/hardening/soak_editor.py [--operations 100000]``. Two screens and Python edit one
graph with data attached: nodes and edges come and go, are renamed, moved and given roles, and what
was done is undone. Every 5,000 operations a row is printed; ``--picture`` also draws the curves.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from widgets.conftest import _random_operation

from causal_magics.errors import CausalMagicsError
from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.graph_editor import GraphEditor
from causal_magics.widgets.opening import edit

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "images" / "soak.svg"
ROWS, COLUMNS, EVERY = 500, 16, 5_000
MOST_NODES = 20
PATIENCE = 60.0
"""Seconds for which the answer to the last edit is awaited."""
ANSWERED_EACH = 100
"""Edits after which hands rest until the answer is there."""


@dataclass
class Measured:
    """What was seen over some thousand operations."""

    operations: int
    resident: float
    objects: int
    commit: tuple[float, float]
    answer: tuple[float, float]
    held: dict[str, int] = field(default_factory=dict)


def resident_mb() -> float:
    """Return the memory of this process that is in use."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return float("nan")


def frame() -> pd.DataFrame:
    """Return columns that depend on each other, two of them of two levels."""
    rng = np.random.default_rng(1)
    mixed = rng.normal(size=(ROWS, COLUMNS)) @ np.triu(rng.normal(size=(COLUMNS, COLUMNS)))
    columns = {f"v{i}": mixed[:, i] for i in range(COLUMNS)}
    columns |= {f"v{i}": (mixed[:, i] > 0).astype(int) for i in (0, 1, 2)}
    return pd.DataFrame(columns)


class Hands:
    """Two screens and Python, who edit one after the other."""

    def __init__(self, editor: GraphEditor, seed: int) -> None:
        self.editor, self.rng = editor, Random(seed)
        self.session = editor.session
        self.outcomes: Counter[str] = Counter()
        self.count = 0
        self._undo: dict[str, list[list[Any]]] = {"one": [], "two": []}

    def act(self) -> None:
        """Do one thing, whoever does it."""
        self.count += 1
        if self.rng.random() < 0.12:
            self._python()
        else:
            self._screen(self.rng.choice(("one", "two")))

    def _python(self) -> None:
        rng, editor = self.rng, self.editor
        way = rng.randrange(4)
        if way == 0:
            self.outcomes["undone by Python"] += editor.undo().applied > 0
        elif way == 1:
            editor.redo()
        else:
            graph = editor.graph
            a, b = f"v{rng.randrange(COLUMNS)}", f"v{rng.randrange(COLUMNS)}"
            try:
                changed = graph.remove_node(a) if way == 2 and a in graph else graph.add_edge(a, b)
            except CausalMagicsError:
                return
            editor.set_graph(changed)
            self.outcomes["set by Python"] += 1

    def _screen(self, origin: str) -> None:
        rng, before = self.rng, self.session.state
        stack = self._undo[origin]
        is_undo = bool(stack) and rng.random() < 0.15
        group = stack.pop() if is_undo else self._group(before.document)
        message = {
            "kind": "ops", "gid": f"{origin}-{self.count}", "base_rev": before.revision,
            "origin": origin, "ops": group,
        }  # fmt: skip
        self.editor._receive(self.editor, message, None)
        if self.session.state is before:
            self.outcomes["refused"] += 1
            return
        self.outcomes["undone by a screen" if is_undo else "accepted"] += 1
        if not is_undo:
            self._undo[origin] = [*stack[-49:], before.document.inverse(group)]

    def _group(self, document: Any) -> list[Any]:
        rng = self.rng
        if len(document.nodes) > MOST_NODES:
            some = rng.sample([*document.nodes], 5)
            return [{"op": "delete_node", "id": key} for key in some]
        operation = _random_operation(rng, document, f"s{self.count}")
        if "name" in operation and rng.random() < 0.9:
            operation["name"] = f"v{rng.randrange(COLUMNS)}"
        return [operation]


def percentiles(seconds: list[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile, in milliseconds."""
    if len(seconds) < 2:
        return float("nan"), float("nan")
    return statistics.median(seconds) * 1e3, statistics.quantiles(seconds, n=20)[-1] * 1e3


def answered(editor: GraphEditor) -> float:
    """Wait until what the graph and the data say of it is shown; return the seconds."""
    start = time.perf_counter()
    while time.perf_counter() < start + PATIENCE:
        if editor.overlay.get("rev") == editor.session.state.revision:
            break
        time.sleep(0.002)
    return time.perf_counter() - start


def sizes(editor: GraphEditor) -> dict[str, int]:
    """Return how much is kept, by what it is kept for."""
    session, evidence = editor.session, editor.evidence
    found = {
        "answers": len(session._answers),
        "gids": len(session._committed),
        "undo": len(session._history.undo),
        "redo": len(session._history.redo),
    }
    for name in ("tester", "bounds", "opinions"):
        part = getattr(evidence, name, None)
        for key, value in vars(part).items() if hasattr(part, "__dict__") else ():
            if isinstance(value, dict | set | list | deque):
                found[f"{name}.{key.strip('_')}"] = len(value)
    return found


def soak(operations: int, seed: int = 1) -> Iterator[Measured]:
    """Edit, and yield what was seen after each five thousand operations."""
    graph = CausalGraph.parse("v0 [exposure]; v1 [outcome]; v2 -> v0 -> v1; v2 -> v1; v3 -> v4")
    editor = edit(graph, data=frame())
    hands = Hands(editor, seed)
    commits, answers = list[float](), list[float]()
    every = min(EVERY, max(1, operations // 4))
    answered(editor)
    for number in range(1, operations + 1):
        start = time.perf_counter()
        hands.act()
        commits.append(time.perf_counter() - start)
        if number % ANSWERED_EACH == 0:
            answers.append(answered(editor))
        if number % every == 0:
            gc.collect()
            objects = len(gc.get_objects())
            yield Measured(
                number, resident_mb(), objects, percentiles(commits), percentiles(answers),
                {**sizes(editor), **hands.outcomes},
            )  # fmt: skip
            commits, answers = [], []
    editor.close()


def common_types(most: int = 12) -> list[tuple[str, int]]:
    """Return the types of which most objects are held."""
    return Counter(type(each).__name__ for each in gc.get_objects()).most_common(most)


def draw(rows: list[Measured]) -> None:
    """Draw memory, objects and waiting times over the operations."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "soak", "svg.fonttype": "none"})
    import matplotlib.pyplot as plt

    at = [row.operations / 1_000 for row in rows]
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 2.6), layout="constrained")
    left.plot(at, [row.resident for row in rows], color="#4269d0", label="memory, MB")
    left.plot(
        at, [row.objects / 1_000 for row in rows], color="#efb118", label="objects, thousands"
    )
    right.plot(at, [row.answer[1] for row in rows], color="#4269d0", label="answer, p95, ms")
    right.plot(at, [row.commit[1] for row in rows], color="#efb118", label="commit, p95, ms")
    right.set_yscale("log")
    for axes in (left, right):
        axes.set_xlabel("operations, thousands")
        axes.legend(frameon=False, fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    left.set_ylim(bottom=0)
    figure.savefig(PICTURE, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--operations", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--picture", action="store_true")
    chosen = parser.parse_args()
    print("operations  RSS, MB  objects  commit p50/p95, ms  answer p50/p95, ms  held")
    rows = []
    for row in soak(chosen.operations, chosen.seed):
        rows.append(row)
        commit, answer = (f"{a:8.2f}{b:9.2f}" for a, b in (row.commit, row.answer))
        held = " ".join(f"{name}={count}" for name, count in row.held.items())
        print(f"{row.operations:>10,}{row.resident:>9.0f}{row.objects:>9,}  {commit}   {answer}  "
              f"{held}", flush=True)  # fmt: skip
    print("objects by type:", ", ".join(f"{name} {count:,}" for name, count in common_types()))
    if chosen.picture:
        draw(rows)


if __name__ == "__main__":
    main()
