"""All minimal adjustment sets of 100 random graphs: ours against pgmpy's, same answers.

A minimal set of the adjustment criterion holds no descendant of the exposure, so that in a DAG with
one exposure and one outcome both list the same. pgmpy tries subsets: larger graphs are ours alone.

Run ``OMP_NUM_THREADS=1 python tests/benchmarks/bench_adjustment.py [graphs]``.
"""

from __future__ import annotations

import random
import sys
import time
import warnings
from itertools import combinations
from statistics import median

from causal_magics.graph.model import CausalGraph


def random_dag(nodes: int, rng: random.Random, degree: float = 2.5) -> CausalGraph:
    order = [f"V{i}" for i in range(nodes)]
    rng.shuffle(order)
    share = degree / (nodes - 1)
    edges = [pair for pair in combinations(order, 2) if rng.random() < share]
    return CausalGraph(sorted(order), edges)


def asked(graph: CausalGraph, rng: random.Random) -> tuple[str, str]:
    """An exposure and an outcome that it acts on, where there is one."""
    acting = [(x, y) for x in graph.nodes for y in sorted(graph.descendants(x))]
    return rng.choice(acting) if acting else tuple(rng.sample(graph.nodes, 2))  # type: ignore[return-value]


def theirs(graph: CausalGraph, x: str, y: str) -> set[frozenset[str]]:
    from pgmpy.base import DAG
    from pgmpy.inference import CausalInference

    model = DAG(list(graph.directed_edges))
    model.add_nodes_from(graph.nodes)
    found = CausalInference(model).get_all_backdoor_adjustment_sets(x, y)
    return {frozenset(names) for names in found}


def row(nodes: int, graphs: int, *, reference: bool) -> str:
    rng = random.Random(nodes)
    ours_seconds, their_seconds, counts, same = [], [], [], 0
    for _ in range(graphs):
        graph = random_dag(nodes, rng)
        x, y = asked(graph, rng)
        start = time.perf_counter()
        ours = set(graph.adjustment_sets(x, y, limit=None))
        ours_seconds.append(time.perf_counter() - start)
        counts.append(len(ours))
        if reference:
            start = time.perf_counter()
            found = theirs(graph, x, y)
            their_seconds.append(time.perf_counter() - start)
            same += ours - {frozenset()} == found - {frozenset()}
    total, other = sum(ours_seconds), sum(their_seconds)
    typical = 1e3 * median(ours_seconds)
    line = f"{nodes:>5} {graphs:>6} {max(counts):>9} {typical:>10.2f} {total:>9.3f}"
    return f"{line} {other:>9.2f} {other / total:>6.0f} {same:>5}" if reference else line


def main(graphs: int = 100) -> None:
    warnings.simplefilter("ignore")
    theirs(CausalGraph.parse("A -> B"), "A", "B")  # imported before anything is timed
    print("nodes graphs most sets median, ms  ours, s  pgmpy, s  ratio  same")
    for nodes in (8, 10, 12, 14):
        print(row(nodes, graphs, reference=True), flush=True)
    for nodes in (30, 50):
        print(row(nodes, graphs, reference=False), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
