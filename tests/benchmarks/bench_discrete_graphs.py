"""Seconds of bounds on PNS in discrete graphs of 3, 5 and 8 binary nodes.

Run ``python tests/benchmarks/bench_discrete_graphs.py``. One thread, the best of several runs.
"""

from __future__ import annotations

import os
import sys
import time
from itertools import pairwise
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np  # noqa: E402

from causal_magics.counterfactual.graphs.counterfactual_queries import CounterfactualQuery  # noqa: E402
from causal_magics.counterfactual.graphs.discrete_graphs import graph_bounds  # noqa: E402
from causal_magics.graph.model import CausalGraph  # noqa: E402

RUNS = 7


def covariates(count: int) -> CausalGraph:
    """Return a confounded effect with covariates that cause one another."""
    names = [f"Z{i}" for i in range(count)]
    edges = [(name, end) for name in names for end in ("X", "Y")]
    return CausalGraph(edges=[*pairwise(names), *edges, ("X", "Y"), ("X", "Y", "<->")])


def chain(count: int) -> CausalGraph:
    """Return an unconfounded chain of mediators."""
    names = ["X", *(f"M{i}" for i in range(count)), "Y"]
    return CausalGraph(edges=list(pairwise(names)))


def instruments(count: int) -> CausalGraph:
    """Return a confounded effect with several instruments."""
    edges = [(f"Z{i}", "X") for i in range(count)]
    return CausalGraph(edges=[*edges, ("X", "Y"), ("X", "Y", "<->")])


def parallel(count: int) -> CausalGraph:
    """Return mediators side by side: all responses of the outcome are asked for in pairs."""
    names = [f"M{i}" for i in range(count)]
    return CausalGraph(edges=[("X", n) for n in names] + [(n, "Y") for n in names])


def joint_of(graph: CausalGraph, seed: int = 0) -> np.ndarray:
    """Return the distribution of a random model, one hidden cause for each bidirected edge."""
    rng = np.random.default_rng(seed)
    order = [*(f"U{i}" for i in range(len(graph.bidirected_edges))), *graph.topological_order()]
    hidden = sorted(graph.bidirected_edges)
    array = np.ones((2,) * len(order))
    for axis, name in enumerate(order):
        causes = {f"U{i}" for i, edge in enumerate(hidden) if name in edge}
        if name in graph:
            causes |= graph.parents(name)
        shape = [2 if other in causes or other == name else 1 for other in order]
        table = rng.dirichlet([1, 1], size=2 ** len(causes))
        axes = [i for i, other in enumerate(order) if other in causes] + [axis]
        table = table.reshape((2,) * len(axes)).transpose(np.argsort(axes))
        array = array * table.reshape(shape)
    return array.sum(axis=tuple(range(len(hidden))))


def main() -> None:
    for build in (covariates, chain, instruments, parallel):
        for nodes in (3, 5, 8):
            graph = build(nodes - 2)
            joint, order = joint_of(graph), graph.topological_order()
            times = []
            while len(times) < RUNS and sum(times) < 10:
                start = time.perf_counter()
                found = graph_bounds(graph, joint, order, CounterfactualQuery.pns("X", "Y"))
                times.append(time.perf_counter() - start)
            print(
                f"{build.__name__:12} {nodes} nodes {min(times) * 1e3:8.1f} ms "
                f"{found.n_types:>22,} types  {found!r}"
            )


if __name__ == "__main__":
    main()
