"""The first call in a fresh kernel: seconds of import, first `discover` and second `discover`.

Run ``python tests/benchmarks/bench_start.py [--runs 5] [--nodes 10] [--rows 1000]``. Each run
starts an IPython kernel and times whole cells, from asking to the reply. "none" has an empty folder
for compiled code, "cached" the folder that a run before has filled.
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

CELLS = {
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


def seconds_of_cells(cache: Path, data: str) -> list[float]:
    """Return the seconds of each cell in a fresh kernel."""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache), "OMP_NUM_THREADS": "1"}
    manager = KernelManager()
    manager.start_kernel(env=environment, stderr=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        ask(client, data)
        return [ask(client, code) for code in CELLS.values()]
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--nodes", type=int, default=10)
    parser.add_argument("--rows", type=int, default=1000)
    asked = parser.parse_args()
    data = DATA.format(rows=asked.rows, nodes=asked.nodes)
    print(f"| compiled code | runs | {' | '.join(f'{name}, s' for name in CELLS)} |")
    print(f"|---|---|{'---|' * len(CELLS)}")
    with tempfile.TemporaryDirectory() as filled:
        seconds_of_cells(Path(filled), data)
        for label in ("none", "cached"):
            found = []
            for _ in range(asked.runs):
                with tempfile.TemporaryDirectory() as empty:
                    cache = Path(empty if label == "none" else filled)
                    found.append(seconds_of_cells(cache, data))
            times = np.array(found)
            deviations = times.std(axis=0, ddof=1) if len(times) > 1 else 0 * times[0]
            cells = [
                f"{mean:.2f} ± {spread:.2f}"
                for mean, spread in zip(times.mean(axis=0), deviations, strict=True)
            ]
            print(f"| {label} | {len(times)} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
