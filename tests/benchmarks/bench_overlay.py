"""How long an edit waits for its answer: the overlay, and the prices of an edge that is dragged.

The overlay is everything that the kernel says of a graph: paths, adjustment sets, formula, implied
independences with their tests, bits of every edge.

Run ``OMP_NUM_THREADS=1 python tests/benchmarks/bench_overlay.py [repetitions]``.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.overlay import overlay
from causal_magics.widgets.questions import answer, read_question
from causal_magics.widgets.session import EditorSession

ROWS = 2_000


def random_graph(nodes: int, seed: int) -> CausalGraph:
    rng = random.Random(seed)
    names = [f"V{i}" for i in range(nodes)]
    edges = {tuple(sorted(rng.sample(range(nodes), 2))) for _ in range(int(1.3 * nodes))}
    graph = CausalGraph(names, [(names[a], names[b]) for a, b in sorted(edges)])
    acting = [(x, y) for x in graph.nodes for y in sorted(graph.descendants(x))]
    exposure, outcome = rng.choice(acting)
    return graph.set_roles(exposure, ("exposure",)).set_roles(outcome, ("outcome",))


def data_of(graph: CausalGraph, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    columns: dict[str, np.ndarray] = {}
    for name in graph.topological_order():
        noise = rng.normal(size=ROWS)
        columns[name] = noise + sum(np.sin(columns[parent]) for parent in graph.parents(name))
    return pd.DataFrame(columns)


def milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - start)


def shown(times: list[float]) -> str:
    return f"{np.median(times):>9.1f} {np.quantile(times, 0.95):>8.1f}"


def rows(nodes: int, repetitions: int) -> list[str]:
    plain, tested, priced = [], [], []
    for seed in range(repetitions):
        graph = random_graph(nodes, seed)
        state = EditorSession(graph).state
        plain.append(milliseconds(lambda state=state: overlay(state, Evidence())))
        evidence = Evidence(data_of(graph, seed))
        overlay(state, evidence)  # the statistic is taken once, when the data are attached
        edited = EditorSession(graph.remove_edge(*min(graph.directed_edges))).state
        tested.append(milliseconds(lambda s=edited, e=evidence: overlay(s, e)))
        source = next(iter(state.document.nodes))
        question = read_question(
            {"kind": "ask", "id": "q", "question": "candidate_bits", "source": source}
        )
        assert question is not None
        priced.append(milliseconds(lambda q=question, s=state, e=evidence: answer(q, s, e)))
    return [
        f"{nodes:>5} graph alone             {shown(plain)}",
        f"{nodes:>5} with {ROWS:,} rows of data  {shown(tested)}",
        f"{nodes:>5} prices of a dragged edge{shown(priced)}",
    ]


def main(repetitions: int = 10) -> None:
    print("nodes what                      median, ms  p95, ms")
    for nodes in (20, 50, 100, 200):
        print("\n".join(rows(nodes, repetitions)), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
