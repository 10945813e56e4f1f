"""Discovery on the data of Sachs et al.: pooled, observational, nine episodes; F1, SHD, SID.

Run ``python tests/benchmarks/bench_sachs.py [--methods ours pc ges boss grasp topic camuv lingam]
[--limit 300] [--python PYTHON] [--no-episodes]``. Single thread, every method warm. Below the
table stand the episodes: which mechanisms were found changed, and on which the drug of each acts.
"""

from __future__ import annotations

import argparse
import time
from itertools import groupby
from typing import Any

from engines import Answer, add_engine_arguments, engines_of
from measures import Table, outcome, row

from causal_magics.data.samples import SampleData, sample
from causal_magics.discovery.discover import discover
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.network import PublishedNetwork

BASE = "cd3cd28"
TARGETS: dict[str, tuple[str, ...]] = {
    "cd3cd28": (),
    "cd3cd28+icam2": (),
    "cd3cd28+aktinhib": ("Akt",),
    "cd3cd28+g0076": ("PKC",),
    "cd3cd28+psitect": ("PIP2",),
    "cd3cd28+u0126": ("Mek",),
    "cd3cd28+ly": ("PIP2", "PIP3"),
    "pma": ("PKC",),
    "b2camp": ("PKA",),
}
"""After Sachs et al., table 1: inhibitors of Akt, PKC, PIP2, Mek and PI3K, activators of PKC, PKA.

What inhibits an enzyme's activity rather than its amount changes the mechanisms of its children.
"""


def world_graph(found: Any) -> CausalGraph:
    """Return the graph of the world with most rows: all edges that its regimes use."""
    regimes = sorted(found.regimes, key=lambda regime: regime.world)
    worlds = [list(group) for _, group in groupby(regimes, key=lambda regime: regime.world)]
    largest = max(worlds, key=lambda group: sum(regime.n_rows for regime in group))
    edges = {(edge.source, edge.target): edge for regime in largest for edge in regime.graph.edges}
    return CausalGraph(found.columns, edges.values())


def learn_episodes(data: SampleData) -> tuple[Any, float]:
    frame = data.frame.assign(condition=data.conditions)
    start = time.perf_counter()
    found = discover(frame, episodes="condition", progress=False)
    return found, time.perf_counter() - start


def print_episodes(found: Any, network: PublishedNetwork) -> None:
    """Print the regime of each condition and which mechanisms differ from the base condition's."""
    columns = "condition", "rows", "world", "regime", "found changed", "target", "hit"
    print(f"\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    base = found.regimes[next(b.regime for b in found.batches if b.label == BASE)]
    for batch in found.batches:
        regime = found.regimes[batch.regime]
        same_world = regime.world == base.world
        changed = set(regime.changed) ^ set(base.changed) if same_world else set(found.columns)
        targets = TARGETS[batch.label]
        fitting = {*targets, *(c for t in targets for c in network.graph.children(t))}
        hit = "–" if not (targets and same_world) else "yes" if changed & fitting else "no"
        said = ", ".join(sorted(changed)) if same_world else "all: a world of its own"
        print(
            f"| {batch.label} | {batch.n_rows:,} | {regime.world} | {batch.regime} "
            f"| {said or 'none'} | {', '.join(targets) or 'none'} | {hit} |"
        )
    print(
        "\nFound changed: mechanisms that differ from those under cd3cd28. hit: the target, or a "
        "child of it in the published network, is among them."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-episodes", action="store_true", help="leave out the nine episodes")
    add_engine_arguments(parser, ["ours", "pc", "ges", "boss", "grasp"])
    options = parser.parse_args()
    data = sample("sachs")
    table = Table(engines_of(options))
    observed = data.frame[data.conditions == BASE]
    for label, frame in (("pooled", data.frame), ("cd3cd28 only", observed)):
        cases = [(frame.reset_index(drop=True), data.network)]
        table.rows(f"{label}, {len(frame):,} rows", len(frame.columns), lambda cases=cases: cases)
    if not options.no_episodes:
        learn_episodes(data)
        found, seconds = learn_episodes(data)
        graph = PublishedNetwork(world_graph(found))
        measured = outcome(Answer(graph, seconds), data.network, classes=False)
        print(row("nine episodes", len(found.columns), "ours", [measured]))
    table.close()
    print(f"{data.network!r}; SHD and F1 count the feedback edge, SID does not.")
    if not options.no_episodes:
        print_episodes(found, data.network)


if __name__ == "__main__":
    main()
