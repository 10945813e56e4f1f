"""Discovery at a thousand nodes: seconds of Gram matrix and search, peak memory, F1.

Run ``python tests/benchmarks/bench_scale.py [--nodes 200 500 1000] [--rows 1000 10000] [--seeds 3]
[--kind gp] [--sources table file] [--options JSON]``. Single thread. A ``table`` is in memory; a
``file`` is Parquet, read in runs of rows by a query of polars, so that rows are never all held at
once. Every run has a process of its own, so that the peak is of that run alone, Python and packages
included; the kernels are compiled before. What is neither basis nor Gram matrix counts as search.
"""

from __future__ import annotations

import os

os.environ.update(
    OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1", NUMBA_NUM_THREADS="1",
    POLARS_MAX_THREADS="1",
)  # fmt: skip

import argparse
import functools
import json
import multiprocessing
import resource
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from yardstick import KINDS, SOURCE, standard

from causal_magics.errors import CausalMagicsError
from causal_magics.graph.comparison import compare
from causal_magics.graph.model import CausalGraph

COLUMNS = (
    "data", "nodes", "rows", "source", "runs", "F1", "SHD", "Gram s", "search s", "all s",
    "peak MB", "MB of the rows",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """What one run took."""

    f1: float
    shd: float
    gram: float
    total: float
    peak_mb: float


def run(path: Path, source: str, truth: CausalGraph, options: dict[str, Any]) -> Run | str:
    """Learn from a file in a fresh process."""
    import polars as pl

    from causal_magics.discovery.discover import discover

    small = np.random.default_rng(0).normal(size=(100, 4))
    discover(pd.DataFrame(small, columns=list("abcd")), progress=False, **options)
    data = pl.scan_parquet(path) if source == "file" else pd.read_parquet(path)
    spent = note_gram_seconds()
    start = time.perf_counter()
    try:
        found = discover(data, progress=False, **options)
    except CausalMagicsError as error:
        return str(error)
    total = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    compared = compare(found, truth)
    return Run(compared.f1, compared.shd, sum(spent), total, peak)


def note_gram_seconds() -> list[float]:
    """Note the seconds that basis and Gram matrix take from now on."""
    from causal_magics.discovery.basis import Basis
    from causal_magics.discovery.statistics import GramStatistic

    spent: list[float] = []

    def timed(method: Any) -> Any:
        @functools.wraps(method)
        def wrapper(*args: Any, **more: Any) -> Any:
            start = time.perf_counter()
            try:
                return method(*args, **more)
            finally:
                spent.append(time.perf_counter() - start)

        return staticmethod(wrapper)

    Basis.fit = timed(Basis.fit)  # type: ignore[method-assign]
    GramStatistic.from_values = timed(GramStatistic.from_values)  # type: ignore[method-assign]
    return spent


def row(kind: str, nodes: int, rows: int, source: str, runs: list[Run]) -> str:
    def told(values: list[float], digits: int) -> str:
        spread = f" ± {np.std(values, ddof=1):.{digits}f}" if len(values) > 1 else ""
        return f"{np.mean(values):.{digits}f}{spread}"

    cells = (
        kind, f"{nodes:,}", f"{rows:,}", source, str(len(runs)), told([r.f1 for r in runs], 3),
        told([r.shd for r in runs], 1), told([r.gram for r in runs], 2),
        told([r.total - r.gram for r in runs], 2), told([r.total for r in runs], 2),
        told([r.peak_mb for r in runs], 0), f"{rows * nodes * 8 / 2**20:.0f}",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, nargs="+", default=[200, 500, 1000])
    parser.add_argument("--rows", type=int, nargs="+", default=[1000])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--kind", choices=KINDS, default="gp")
    parser.add_argument("--sources", nargs="+", choices=["table", "file"], default=["table"])
    parser.add_argument("--options", type=json.loads, default={}, help="of discover, as JSON")
    asked = parser.parse_args()
    print(f"Data of {SOURCE}, single thread.\n")
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}", flush=True)
    processes = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        for nodes, rows in ((nodes, rows) for nodes in asked.nodes for rows in asked.rows):
            found: dict[str, list[Run]] = {source: [] for source in asked.sources}
            for seed in range(asked.seeds):
                frame, truth = standard(asked.kind, nodes, rows, seed)
                frame.to_parquet(path, row_group_size=max(1000, 2**22 // nodes))
                for source, runs in found.items():
                    with processes.Pool(1) as pool:
                        one = pool.apply(run, (path, source, truth, asked.options))
                    if isinstance(one, str):
                        print(f"| {asked.kind} | {nodes:,} | {rows:,} | {source} | {one} |")
                        continue
                    runs.append(one)
            for source, runs in found.items():
                if runs:
                    print(row(asked.kind, nodes, rows, source, runs), flush=True)


if __name__ == "__main__":
    main()
