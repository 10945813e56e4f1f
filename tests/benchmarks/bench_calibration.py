"""Confidence of edges against how often they are right, on simulated networks.

Run ``python tests/benchmarks/bench_calibration.py [--seeds 40] [--first 0] [--resamples 100]
[--nodes 10] [--peers]``. Five kinds of data, one network for each seed and kind; 200, 500 and 1,000
rows in turn. Every edge of a learned graph counts: a directed one is right where the truth has it
in that direction, an undirected one where the truth has it at all. Beside the confidence that
`discover` tells stands what the bits of an edge would say by themselves, 1 / (1 + 2^-bits), and,
with --peers, the ordinary bootstrap: rows drawn with replacement, everything learned afresh.

Nothing here was fitted: weights and search were chosen on networks of the seeds from 1,000.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import time
from collections import defaultdict
from itertools import pairwise
from typing import get_args

import numpy as np
import pandas as pd

from causal_magics.data.simulation import Mechanism, simulate
from causal_magics.discovery.discover import discover
from causal_magics.graph.elements import Edge
from causal_magics.graph.model import CausalGraph

ROWS = 200, 500, 1000
BINS = 0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0
OURS, BITS, ORDINARY = "discover(bootstrap=)", "bits alone", "ordinary bootstrap"

Judged = dict[str, list[tuple[float, bool]]]
"""Confidence and whether the edge is right, by method."""


def is_right(edge: Edge, truth: CausalGraph) -> bool:
    if edge.mark == "->":
        return (edge.source, edge.target) in truth.directed_edges
    return bool(truth.edges_between(edge.source, edge.target))


def ordinary(frame: pd.DataFrame, graph: CausalGraph, resamples: int) -> dict[Edge, float]:
    """Share of graphs, each learned from rows drawn with replacement, in which an edge stands."""
    counts = dict.fromkeys(graph.edges, 0)
    for number in range(resamples):
        drawn = frame.sample(frac=1.0, replace=True, random_state=number)
        again = discover(drawn, progress=False)
        for edge in graph.edges:
            if edge.mark == "->":
                counts[edge] += (edge.source, edge.target) in again.graph.directed_edges
            else:
                counts[edge] += bool(again.graph.edges_between(edge.source, edge.target))
    return {edge: count / resamples for edge, count in counts.items()}


def judge(kind: Mechanism, seed: int, options: argparse.Namespace, seconds: list[float]) -> Judged:
    simulation = simulate(kind, options.nodes, ROWS[seed % len(ROWS)], seed)
    start = time.perf_counter()
    graph = discover(simulation.frame, bootstrap=options.resamples, progress=False).graph
    seconds.append(time.perf_counter() - start)
    drawn = ordinary(simulation.frame, graph, options.resamples) if options.peers else {}
    judged: Judged = defaultdict(list)
    for edge in graph.edges:
        right = is_right(edge, simulation.graph)
        assert edge.confidence is not None
        judged[OURS].append((edge.confidence, right))
        if edge.bits is not None:
            judged[BITS].append((1.0 / (1.0 + 2.0**-edge.bits), right))
        if drawn:
            judged[ORDINARY].append((drawn[edge], right))
    return judged


def bins_of(confidence: np.ndarray) -> np.ndarray:
    return np.clip(np.searchsorted(BINS, confidence, side="right") - 1, 0, len(BINS) - 2)


def calibration_error(judged: list[tuple[float, bool]]) -> float:
    """Mean distance between confidence and share of right edges, over edges in bins."""
    confidence, right = (np.array(values, dtype=float) for values in zip(*judged, strict=True))
    place = bins_of(confidence)
    gaps = [
        np.sum(place == k) * abs(confidence[place == k].mean() - right[place == k].mean())
        for k in np.unique(place)
    ]
    return float(sum(gaps) / len(right))


def print_reliability(label: str, judged: list[tuple[float, bool]]) -> None:
    confidence, right = (np.array(values, dtype=float) for values in zip(*judged, strict=True))
    place = bins_of(confidence)
    brier = float(((confidence - right) ** 2).mean())
    print(
        f"\n{label}: {len(right):,} edges, expected calibration error "
        f"{calibration_error(judged):.3f}, Brier score {brier:.3f}\n\n"
        "| confidence | edges | mean confidence | right | 95 % interval |\n|---|---|---|---|---|"
    )
    for k, (low, high) in enumerate(pairwise(BINS)):
        inside = place == k
        count = int(inside.sum())
        if count:
            share = float(right[inside].mean())
            margin = 1.96 * np.sqrt((share * (1 - share) + 1 / count) / count)
            print(
                f"| {low:.2f}–{high:.2f} | {count:,} | {confidence[inside].mean():.3f} | "
                f"{share:.3f} | {max(0.0, share - margin):.2f}–{min(1.0, share + margin):.2f} |",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--resamples", type=int, default=100)
    parser.add_argument("--nodes", type=int, default=10)
    parser.add_argument("--peers", action="store_true", help="the ordinary bootstrap too")
    options = parser.parse_args()
    discover(np.random.default_rng(0).normal(size=(100, 4)), progress=False)
    every: Judged = defaultdict(list)
    errors: dict[str, dict[str, float]] = {}
    seconds: list[float] = []
    for kind in get_args(Mechanism):
        of_kind: Judged = defaultdict(list)
        for seed in range(options.first, options.first + options.seeds):
            for method, judged in judge(kind, seed, options, seconds).items():
                of_kind[method] += judged
        errors[kind] = {method: calibration_error(judged) for method, judged in of_kind.items()}
        for method, judged in of_kind.items():
            every[method] += judged
    print(
        f"{len(seconds)} networks of {options.nodes} nodes, {options.resamples} resamples; "
        f"{np.mean(seconds):.2f} s a network with the search."
    )
    for method, judged in every.items():
        print_reliability(method, judged)
    print(f"\n| calibration error | {' | '.join(every)} |\n|---|{'---|' * len(every)}")
    for kind, found in errors.items():
        print(f"| {kind} | {' | '.join(f'{found[method]:.3f}' for method in every)} |")


if __name__ == "__main__":
    main()
