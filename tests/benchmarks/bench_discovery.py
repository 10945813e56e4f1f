"""Discovery on simulated data: F1, SHD, SID and seconds, beside the prototype and peers.

Run ``python tests/benchmarks/bench_discovery.py [--seeds 10] [--nodes 10 20 50] [--peers]
[--kinds gp sigmoid joint polynomial linear]``. Single thread, 1,000 rows, two edges expected at a
node, columns standardised. The data are those of ``../shared/yardsticks/anm.py`` where that file
is, else of `causal_magics.data.simulation`. Seconds include reading the table and the Gram matrix;
the kernels are compiled before.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import importlib.util
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.simulation import simulate
from causal_magics.data.table import read_table
from causal_magics.discovery.discover import discover
from causal_magics.errors import CycleError, DataError
from causal_magics.graph.comparison import PublishedNetwork, compare
from causal_magics.graph.model import CausalGraph

ROWS = 1000
YARDSTICK = Path(__file__).parents[3] / "shared" / "yardsticks" / "anm.py"
YARDSTICK_NAMES = {
    "gp": "gp", "sigmoid": "sig", "joint": "gpjoint", "polynomial": "poly", "linear": "lin",
}  # fmt: skip
PROTOTYPE = {
    ("gp", 10): 0.99, ("gp", 20): 0.985, ("gp", 50): 0.977, ("gp", 100): 0.99, ("gp", 200): 0.99,
    ("sigmoid", 10): 0.99, ("sigmoid", 20): 0.99, ("sigmoid", 50): 1.0, ("sigmoid", 100): 0.998,
    ("sigmoid", 200): 1.0, ("joint", 10): 0.96, ("joint", 20): 0.95, ("joint", 50): 0.95,
    ("joint", 100): 0.93, ("joint", 200): 0.92, ("polynomial", 10): 0.79,
    ("polynomial", 20): 0.81, ("polynomial", 50): 0.775, ("polynomial", 100): 0.64,
    ("polynomial", 200): 0.70,
}  # fmt: skip

Values = NDArray[np.float64]
Learned = CausalGraph | PublishedNetwork
Method = Callable[[Values, tuple[str, ...]], Learned]


@dataclass(frozen=True)
class Outcome:
    f1: float
    skeleton: float
    shd: int
    sid: float
    edges: int
    seconds: float


def data_of(kind: str, nodes: int, seed: int) -> tuple[Values, CausalGraph]:
    if not YARDSTICK.exists():
        simulation = simulate(kind, nodes, ROWS, seed)  # type: ignore[arg-type]
        return simulation.values, simulation.graph
    values, adjacency = _yardstick().dataset(YARDSTICK_NAMES[kind], nodes, ROWS, seed)
    names = [f"x{index + 1}" for index in range(nodes)]
    edges = [(names[i], names[j]) for i, j in np.argwhere(adjacency).tolist()]
    return values, CausalGraph(names, edges)


def is_usable(kind: str, nodes: int, seed: int) -> bool:
    """Whether no chain of cubics has made two columns one outlier each, the same one."""
    try:
        read_table(data_of(kind, nodes, seed)[0])
    except DataError:
        return False
    return True


def _yardstick() -> Any:
    spec = importlib.util.spec_from_file_location("anm", YARDSTICK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ours(values: Values, names: tuple[str, ...]) -> Learned:
    return discover(values, columns=names, progress=False).graph


def pc(values: Values, names: tuple[str, ...]) -> Learned:
    from causallearn.search.ConstraintBased.PC import pc as run

    return _from_causallearn(run(values, show_progress=False).G.graph, names)


def ges(values: Values, names: tuple[str, ...]) -> Learned:
    from causallearn.search.ScoreBased.GES import ges as run

    return _from_causallearn(run(values)["G"].graph, names)


def _from_causallearn(ends: NDArray[np.int64], names: tuple[str, ...]) -> Learned:
    """causal-learn's end marks: ``[i, j] = -1, [j, i] = 1`` is ``i -> j``; both -1 undirected.

    PC may close cycles; the edges that do are kept as feedback.
    """
    edges: list[tuple[str, str, Any]] = []
    for i, first in enumerate(names):
        for j, second in enumerate(names[:i]):
            pair = ends[i, j], ends[j, i]
            if pair == (-1, 1):
                edges.append((first, second, "->"))
            elif pair == (1, -1):
                edges.append((second, first, "->"))
            elif pair[0]:
                edges.append((first, second, "<->" if pair == (1, 1) else "--"))
    graph, feedback = CausalGraph(names), set()
    for edge in edges:
        try:
            graph = graph.add_edge(*edge)
        except CycleError:
            feedback.add((edge[0], edge[1]))
    return PublishedNetwork(graph, frozenset(feedback))


def measure(method: Method, kind: str, nodes: int, seed: int) -> Outcome:
    values, truth = data_of(kind, nodes, seed)
    start = time.perf_counter()
    learned = method(values, truth.nodes)
    seconds = time.perf_counter() - start
    found = compare(learned, truth)
    sid = float("nan") if found.sid is None else found.sid
    edges = len(found.edge_statuses()) - len(found.missing)
    return Outcome(found.f1, found.skeleton_f1, found.shd, sid, edges, seconds)


def row(label: str, kind: str, nodes: int, outcomes: list[Outcome]) -> str:
    def mean(name: str) -> float:
        values = np.array([getattr(outcome, name) for outcome in outcomes], dtype=float)
        return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")

    f1 = np.array([outcome.f1 for outcome in outcomes])
    before = PROTOTYPE.get((kind, nodes)) if label == "ours" else None
    known = f"{before:.3f}" if before is not None else "–"
    return (
        f"| {kind} | {nodes} | {label} | {len(f1)} | {f1.mean():.3f} ± {f1.std():.3f} | {known} | "
        f"{mean('skeleton'):.3f} | {mean('shd'):.1f} | {mean('sid'):.1f} | {mean('edges'):.1f} | "
        f"{mean('seconds'):.3f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--nodes", type=int, nargs="+", default=[10, 20, 50])
    parser.add_argument("--kinds", nargs="+", choices=YARDSTICK_NAMES, default=[*YARDSTICK_NAMES])
    parser.add_argument("--peers", action="store_true", help="PC and GES of causal-learn too")
    options = parser.parse_args()
    methods: dict[str, Method] = {"ours": ours}
    if options.peers:
        methods |= {"PC": pc, "GES": ges}
    source = "anm.py" if YARDSTICK.exists() else "causal_magics.data.simulation"
    ours(np.random.default_rng(0).normal(size=(100, 4)), tuple("abcd"))
    print(f"Data of {source}; {options.seeds} seeds, {ROWS:,} rows; F1 is mean ± deviation.\n")
    columns = (
        "data",
        "nodes",
        "method",
        "seeds",
        "F1",
        "prototype",
        "skeleton",
        "SHD",
        "SID",
        "edges",
        "s",
    )
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for kind in options.kinds:
        for nodes in options.nodes:
            for label, method in methods.items():
                seeds = (seed for seed in range(options.seeds) if is_usable(kind, nodes, seed))
                outcomes = [measure(method, kind, nodes, seed) for seed in seeds]
                print(row(label, kind, nodes, outcomes), flush=True)


if __name__ == "__main__":
    main()
