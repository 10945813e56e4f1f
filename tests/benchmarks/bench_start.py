"""The first cells of a fresh kernel: those of the magics, then of `discover`.

Run ``python tests/benchmarks/bench_start.py [--runs 5] [--nodes 10] [--rows 1000]``. Each run
starts an IPython kernel and times whole cells, from asking to the reply. "none" has an empty folder
for compiled code, "cached" the folder that a run before has filled. Medians over runs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
from jupyter_client.manager import KernelManager

MAGICS = {
    "import": "import causal_magics",
    "%load_ext": "%load_ext causal_magics",
    "first graph": "%%causal graph -o g\nA -> B -> C",
    "second graph": "%%causal graph -o g\nA -> B -> C",
}
DISCOVER = {
    "import": "from causal_magics import discover",
    "first discover": "found = discover(values, progress=False)",
    "second discover": "found = discover(values, progress=False)",
}
DATA = """
import numpy
rng = numpy.random.default_rng(0)
values = rng.normal(size=({rows}, {nodes}))
values[:, 1:] += numpy.sin(2 * values[:, :-1])
"""


def seconds_of_cells(cells: dict[str, str], cache: Path, data: str = "") -> list[float]:
    """Return the seconds of each cell in a fresh kernel."""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache), "OMP_NUM_THREADS": "1"}
    manager = KernelManager()
    manager.start_kernel(env=environment, stderr=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        ask(client, data)
        return [ask(client, code) for code in cells.values()]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def ask(client: object, code: str) -> float:
    """Run one cell and return the seconds until its reply."""
    start = time.perf_counter()
    reply = client.execute(code, reply=True, timeout=300)  # type: ignore[attr-defined]
    if reply["content"]["status"] != "ok":
        raise SystemExit(f"{code}: {reply['content']['ename']}: {reply['content']['evalue']}")
    return time.perf_counter() - start


def show(cells: dict[str, str], compiled: str, times: list[list[float]]) -> None:
    """Print one row: the median of each cell, and the quartiles around it."""
    quartiles = np.quantile(times, [0.25, 0.5, 0.75], axis=0).T
    told = [f"{middle:.2f} ({low:.2f} to {high:.2f})" for low, middle, high in quartiles]
    if compiled in {"", "none"}:
        print(f"\n| compiled code | runs | {' | '.join(f'{name}, s' for name in cells)} |")
        print(f"|---|---|{'---|' * len(cells)}")
    print(f"| {compiled or '-'} | {len(times)} | {' | '.join(told)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--nodes", type=int, default=10)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--only", choices=("magics", "discover"))
    asked = parser.parse_args()
    data = DATA.format(rows=asked.rows, nodes=asked.nodes)
    with tempfile.TemporaryDirectory() as filled:
        cache = Path(filled)
        if asked.only != "discover":
            show(MAGICS, "", [seconds_of_cells(MAGICS, cache) for _ in range(asked.runs)])
        if asked.only == "magics":
            return
        found = []
        for _ in range(asked.runs):
            with tempfile.TemporaryDirectory() as empty:
                found.append(seconds_of_cells(DISCOVER, Path(empty), data))
        show(DISCOVER, "none", found)
        seconds_of_cells(DISCOVER, cache, data)
        runs = range(asked.runs)
        show(DISCOVER, "cached", [seconds_of_cells(DISCOVER, cache, data) for _ in runs])


if __name__ == "__main__":
    main()
