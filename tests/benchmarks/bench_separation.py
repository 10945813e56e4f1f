"""d-separation on a sparse graph of 1,000 nodes: our queries against networkx, same answers.

Run ``python tests/benchmarks/bench_separation.py [queries]``.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable

import networkx as nx

from causal_magics.graph.model import CausalGraph
from causal_magics.graph.separation import is_d_separated

NODES = 1_000
Query = tuple[set[str], set[str], set[str]]


def sparse_dag(degree: float, rng: random.Random) -> CausalGraph:
    order = [f"V{i}" for i in range(NODES)]
    rng.shuffle(order)
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < NODES * degree / 2:
        i, j = sorted(rng.sample(range(NODES), 2))
        pairs.add((i, j))
    return CausalGraph(sorted(order), [(order[i], order[j]) for i, j in sorted(pairs)])


def random_queries(graph: CausalGraph, count: int, rng: random.Random) -> list[Query]:
    queries: list[Query] = []
    for _ in range(count):
        x, y, *z = rng.sample(graph.nodes, 2 + rng.choice((0, 1, 3, 10, 30)))
        queries.append(({x}, {y}, set(z)))
    return queries


def timed(work: Callable[[], list[bool]]) -> tuple[float, list[bool]]:
    start = time.perf_counter()
    answers = work()
    return time.perf_counter() - start, answers


def row(degree: float, count: int) -> str:
    rng = random.Random(degree)
    graph = sparse_dag(degree, rng)
    reference = nx.DiGraph(list(graph.directed_edges))
    reference.add_nodes_from(graph.nodes)
    queries = random_queries(graph, count, rng)
    ours, answers = timed(lambda: [is_d_separated(graph, *query) for query in queries])
    theirs, expected = timed(lambda: [nx.is_d_separator(reference, *query) for query in queries])
    return (
        f"{degree:>11} {sum(answers) / count:>9.0%} {ours:>9.3f} {theirs:>11.2f} "
        f"{theirs / ours:>6.0f}  {answers == expected}"
    )


def main(count: int = 10_000) -> None:
    print(f"{count:,} queries, {NODES:,} nodes, index built inside the time")
    print("mean degree separated   ours, s networkx, s  ratio  same answers")
    for degree in (2, 3, 4, 8):
        print(row(degree, count), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
