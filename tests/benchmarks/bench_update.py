"""One more batch of 500 rows after a thousand, a hundred thousand and a million rows.

Run ``python tests/benchmarks/bench_update.py [--seeds 10] [--nodes 20 50] [--before 1000 100000
1000000] [--regimes 1 3]``. Single thread, processor time, so that other work on the machine does
not count; the median over updates that follow each other. Needs the yardstick
``../shared/yardsticks/anm.py``. Sigmoid mechanisms; with three regimes, four differ in each.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import time
from typing import Any

import numpy as np
from yardstick import yardstick

from causal_magics.discovery.discover import Discovery, discover

ROWS = 500
UPDATES = 4
"""Rows that are drawn; more than these are the same ones again, which takes as long to learn."""


def networks(nodes: int, regimes: int, rng: np.random.Generator) -> list[Any]:
    anm = yardstick()
    base = anm.SCM(anm.er_dag(nodes, 2.0, rng), "sig", rng)
    effects = rng.permutation(np.flatnonzero(base.A.sum(axis=0)))
    changed = [effects[4 * k : 4 * k + 4] for k in range(regimes - 1)]
    return [base, *(base.mutate(targets, rng, "mech") for targets in changed)]


def learned(sources: list[Any], before: int, rng: np.random.Generator) -> Discovery:
    """Learn from so many rows, the regimes one after the other."""
    size = before // len(sources)

    found = discover(sources[0].sample(size, rng), progress=False)
    for source in sources[1:]:
        found = found.update(source.sample(size, rng), progress=False)
    return found


def timings(nodes: int, before: int, regimes: int, seed: int) -> list[float]:
    rng = np.random.default_rng([seed, nodes, before, regimes])
    sources = networks(nodes, regimes, rng)
    found = learned(sources, before, rng)
    taken = []
    for k in range(UPDATES):
        batch = sources[k % regimes].sample(ROWS, rng)
        start = time.process_time()
        found = found.update(batch, progress=False)
        taken.append(time.process_time() - start)
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--nodes", type=int, nargs="+", default=[20, 50])
    parser.add_argument("--before", type=int, nargs="+", default=[1000, 100_000, 1_000_000])
    parser.add_argument("--regimes", type=int, nargs="+", default=[1])
    options = parser.parse_args()
    timings(options.nodes[0], 500, 1, 0)
    print("| nodes | regimes | rows before | updates | median ms | quartiles | slowest |")
    print("|---|---|---|---|---|---|---|")
    for nodes in options.nodes:
        for regimes in options.regimes:
            for before in options.before:
                taken = 1e3 * np.array(
                    [
                        value
                        for seed in range(options.seeds)
                        for value in timings(nodes, before, regimes, seed)
                    ]
                )
                low, middle, high = np.quantile(taken, [0.25, 0.5, 0.75])
                print(
                    f"| {nodes} | {regimes} | {before:,} | {len(taken)} | {middle:.0f} | "
                    f"{low:.0f}–{high:.0f} | {taken.max():.0f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
