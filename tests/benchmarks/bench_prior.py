"""What beliefs on edges do to a learned graph, as the data grow.

Run ``python tests/benchmarks/bench_prior.py [--networks 20] [--rows 50 200 1000] [--nodes 10]``.
Directed F1 against the truth, mean ± deviation over networks of five kinds of data; all edges get
their likelier direction (direction_bits=0). The priors:

- right: each true edge .8 (its reverse .05), each pair without one .9 for no edge;
- reversed: the same, but every true edge believed the other way round;
- wrong: the same beliefs as right, of a network with its nodes dealt anew;
- useless: probabilities drawn without any regard to the truth.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import warnings
from itertools import combinations
from typing import get_args

import numpy as np

from causal_magics.data.simulation import Mechanism, Simulation, simulate
from causal_magics.discovery.discover import discover
from causal_magics.graph.comparison import compare
from causal_magics.graph.prior import EdgePrior, PairBelief

KINDS = get_args(Mechanism)
PRESENT = 0.8, 0.05
"""Probabilities of a believed edge and of its reverse."""
ABSENT = 0.05, 0.05


def believing(names: tuple[str, ...], edges: set[tuple[str, str]]) -> EdgePrior:
    beliefs = []
    for a, b in combinations(names, 2):
        forward, backward = ABSENT
        if (a, b) in edges:
            forward, backward = PRESENT
        elif (b, a) in edges:
            backward, forward = PRESENT
        beliefs.append(PairBelief(a, b, forward, backward))
    return EdgePrior(tuple(beliefs), names)


def priors_of(simulation: Simulation, seed: int) -> dict[str, EdgePrior | None]:
    names, edges = simulation.graph.nodes, set(simulation.graph.directed_edges)
    random = np.random.default_rng(seed)
    dealt = dict(zip(names, random.permutation(names).tolist(), strict=True))
    drawn = tuple(
        PairBelief(a, b, *random.dirichlet([1.0, 1.0, 1.0])[:2]) for a, b in combinations(names, 2)
    )
    return {
        "none": None,
        "right": believing(names, edges),
        "reversed": believing(names, {(b, a) for a, b in edges}),
        "wrong": believing(names, {(dealt[a], dealt[b]) for a, b in edges}),
        "useless": EdgePrior(drawn, names),
    }


def f1_of(simulation: Simulation, prior: EdgePrior | None) -> float:
    found = discover(simulation.frame, prior=prior, direction_bits=0.0, progress=False)
    return compare(found.graph, simulation.graph).f1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=int, default=20)
    parser.add_argument("--rows", type=int, nargs="+", default=[50, 200, 1000])
    parser.add_argument("--nodes", type=int, default=10)
    options = parser.parse_args()
    warnings.filterwarnings("ignore", "Fewer rows")
    labels = ("none", "right", "reversed", "wrong", "useless")
    print(f"{options.networks} networks of {options.nodes} nodes; directed F1.\n")
    print(f"| rows | {' | '.join(labels)} |\n|---|{'---|' * len(labels)}")
    for rows in options.rows:
        scores: dict[str, list[float]] = {label: [] for label in labels}
        for seed in range(options.networks):
            simulation = simulate(KINDS[seed % len(KINDS)], options.nodes, rows, seed)
            for label, prior in priors_of(simulation, seed).items():
                scores[label].append(f1_of(simulation, prior))
        cells = [f"{np.mean(found):.3f} ± {np.std(found):.3f}" for found in scores.values()]
        print(f"| {rows:,} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
