"""Selection within an episode: rows that were kept for what a common effect came to.

Run ``python tests/benchmarks/bench_selection.py [--seeds 20] [--rows 300] [--nodes 10]``. Single
thread; needs the yardstick ``../shared/yardsticks/anm.py``. Twelve batches of one network. In four
of them only rows with a large value of one effect of two causes were kept: the upper half, or the
upper tenth. Told are: whether the selected batches got regimes, or worlds, of their own, and how
many of the others did; which mechanisms were taken for changed there; whether a world of theirs has
the edge between the two causes that selection makes, and how many other edges that are not true.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from bench_regimes import names, rand_index, spread
from numpy.typing import NDArray
from yardstick import yardstick

from causal_magics.discovery.discover import Discovery, discover

BATCHES, SELECTED = 12, 4


@dataclass(frozen=True)
class Study:
    """Batches of one network, some of them selected on an effect of two causes."""

    frame: pd.DataFrame
    selected: NDArray[np.bool_]
    edges: set[tuple[str, str]]
    effect: str
    causes: tuple[str, str]


def study(nodes: int, rows: int, share: float, seed: int) -> Study | None:
    """Draw a study; None where no effect has two causes that are not joined."""
    anm = yardstick()
    rng = np.random.default_rng([seed, nodes, rows, 55])
    network = anm.SCM(anm.er_dag(nodes, 2.0, rng), "gp", rng)
    labels = names(nodes)
    found = [
        (effect, *np.flatnonzero(network.A[:, effect])[:2])
        for effect in range(nodes)
        if network.A[:, effect].sum() >= 2
    ]
    apart = [(e, a, b) for e, a, b in found if not network.A[a, b] and not network.A[b, a]]
    if not apart:
        return None
    effect, first, second = apart[0]
    selected = rng.permutation(np.arange(BATCHES) < SELECTED)
    frames = []
    for number, is_selected in enumerate(selected.tolist()):
        drawn = network.sample(int(rows / share) if is_selected else rows, rng)
        if is_selected:
            drawn = drawn[np.argsort(-drawn[:, effect])[:rows]]
        frames.append(pd.DataFrame(drawn, columns=labels).assign(batch=number))
    edges = {(labels[i], labels[j]) for i, j in np.argwhere(network.A).tolist()}
    causes = labels[first], labels[second]
    frame = pd.concat(frames, ignore_index=True)
    return Study(frame, selected, edges, labels[effect], causes)


def measured(made: Study, found: Discovery) -> dict[str, float]:
    """Compare what was found with what was drawn."""
    base = found.regimes[found.batches[int(np.argmin(made.selected))].regime]
    regime_of = np.array([batch.regime for batch in found.batches])
    own = [found.regimes[k] for k in set(regime_of[made.selected].tolist())]
    own = [regime for regime in own if regime is not base]
    known = [regime for regime in own if regime.world == base.world]
    changed = {name for regime in known for name in set(regime.changed) ^ set(base.changed)}
    pairs = [{frozenset(edge[:2]) for edge in ends(regime)} for regime in own]
    true = {frozenset(edge) for edge in made.edges}
    between = frozenset(made.causes)
    rest = [len(found_pairs - true - {between}) for found_pairs in pairs]
    base_pairs = {frozenset(edge) for edge in ends(base)}
    return {
        "ARI": rand_index(made.selected, regime_of),
        "apart": float(np.mean([k != found.regimes.index(base) for k in regime_of[made.selected]])),
        "own world": float(any(regime.world != base.world for regime in own)),
        "effect": float(made.effect in changed),
        "causes": float(any(cause in changed for cause in made.causes)),
        "others": float(len(changed - {made.effect, *made.causes})),
        "causes joined": float(any(between in found_pairs for found_pairs in pairs)),
        "other extra": float(np.mean(rest)) if rest else 0.0,
        "extra without": float(len(base_pairs - true)),
        "regimes of the rest": float(len(set(regime_of[~made.selected].tolist()))),
    }


def ends(regime: Any) -> list[tuple[str, str]]:
    return [(edge.source, edge.target) for edge in regime.graph.edges]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--rows", type=int, nargs="+", default=[300])
    parser.add_argument("--nodes", type=int, nargs="+", default=[10])
    options = parser.parse_args()
    head: list[str] = []
    for nodes in options.nodes:
        for rows in options.rows:
            for share in (1.0, 0.5, 0.1):
                outcomes = []
                for seed in range(options.seeds):
                    made = study(nodes, rows, share, seed)
                    if made is not None:
                        found = discover(made.frame, episodes="batch", progress=False)
                        outcomes.append(measured(made, found))
                if not head:
                    head = ["nodes", "rows", "kept", "runs", *outcomes[0]]
                    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
                cells = [spread([each[key] for each in outcomes]) for key in outcomes[0]]
                print(
                    f"| {nodes} | {rows} | {share:.0%} | {len(outcomes)} | {' | '.join(cells)} |",
                    flush=True,
                )
    print(
        "\napart: share of selected batches that are not in the regime of the others. effect, "
        "causes: whether their mechanisms were told to differ; others: how many more. Extra: pairs "
        "that are joined but not in the truth, in regimes of selected batches and without."
    )


if __name__ == "__main__":
    main()
