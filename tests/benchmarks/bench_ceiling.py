"""How much of cubic mechanisms with heavy tails any method could find: an oracle's F1 beside ours.

Run ``python tests/benchmarks/bench_ceiling.py [--seeds 10] [--nodes 10 20 50]``. The oracle is told
the true parents of every node and that they act by cubic polynomials; it regresses by least squares
and leaves out each parent that does not pay for its three coefficients by BIC. It adds nothing and
turns nothing, so its misses are edges of which the data say nothing: one wild value of a parent's
parent makes up the variance, and the rest is noise.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import math

import numpy as np
import pandas as pd
from yardstick import Case, standard, usable

from causal_magics.discovery.discover import discover
from causal_magics.graph.comparison import compare
from causal_magics.graph.model import CausalGraph

ROWS = 1000
DEGREE = 3


def oracle(case: Case) -> CausalGraph:
    """Return the true edges that pay for themselves when everything else is known."""
    frame, truth = case
    rows, price = len(frame), 0.5 * DEGREE * math.log(len(frame)) + math.log(len(truth.nodes))
    edges = []
    for node in truth.nodes:
        kept = sorted(truth.parents(node))
        while kept:
            whole = _residual(frame, node, kept)
            fewer = [_residual(frame, node, [k for k in kept if k != name]) for name in kept]
            gains = [0.5 * rows * math.log(rest / whole) - price for rest in fewer]
            if min(gains) > 0.0:
                break
            kept.pop(int(np.argmin(gains)))
        edges += [(name, node) for name in kept]
    return CausalGraph(truth.nodes, edges)


def _residual(frame: pd.DataFrame, node: str, parents: list[str]) -> float:
    powers = [frame[name].to_numpy() ** k for name in parents for k in range(1, DEGREE + 1)]
    design = np.column_stack([np.ones(len(frame)), *powers])
    effect = frame[node].to_numpy()
    weights = np.linalg.lstsq(design, effect, rcond=None)[0]
    return float(((effect - design @ weights) ** 2).sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--nodes", type=int, nargs="+", default=[10, 20, 50])
    options = parser.parse_args()
    print("| nodes | runs | oracle F1 | ours F1 | oracle edges | true edges |")
    print(f"|{'---|' * 6}")
    for nodes in options.nodes:
        told, learned, found, true = [], [], [], []
        cases = (standard("polynomial", nodes, ROWS, seed) for seed in range(options.seeds))
        for case in usable(cases):
            graph = oracle(case)
            told.append(compare(graph, case[1]).f1)
            learned.append(compare(discover(case[0], progress=False), case[1]).f1)
            found.append(len(graph.edges))
            true.append(len(case[1].edges))
        print(
            f"| {nodes} | {len(told)} | {np.mean(told):.3f} ± {np.std(told, ddof=1):.3f} "
            f"| {np.mean(learned):.3f} ± {np.std(learned, ddof=1):.3f} "
            f"| {np.mean(found):.1f} | {np.mean(true):.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
