"""Regimes told apart: twelve batches of one network and of three, and roots that move.

Run ``python tests/benchmarks/bench_regimes.py [--seeds 10] [--nodes 10 20 50] [--rows 100 300 1000]
[--kinds gp] [--changes none mechanism cut noise graph] [--shifts 1 2 3] [--sachs 100 200 400]``.
Single thread; needs the yardstick ``../shared/yardsticks/anm.py``. ARI is the adjusted Rand index
of the regimes against the networks that made the batches; F1 that of the graph of each batch's
regime, mean over batches. For roots that move, batches arrive one by one (`update`), and the basis
is that of the first. The nine conditions of Sachs et al. are cut into batches in random order.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import copy
import time
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from yardstick import KINDS, yardstick

from causal_magics.data.samples import sample
from causal_magics.discovery.discover import Discovery, discover
from causal_magics.discovery.result import DiscoveryWarning
from causal_magics.graph.comparison import compare
from causal_magics.graph.model import CausalGraph

BATCHES = 12
CHANGES = {"none": "none", "mechanism": "mech", "cut": "cut", "noise": "shift", "graph": "other"}


@dataclass(frozen=True)
class Case:
    """Batches, the network of each, and the graphs of the networks."""

    batches: list[NDArray[np.float64]]
    networks: NDArray[np.int64]
    adjacencies: list[NDArray[np.int64]]


def case(kind: str, change: str, nodes: int, rows: int, seed: int, **how: Any) -> Case:
    """Three networks or one; where they share a graph, a tenth of the nodes differ (from two)."""
    anm, how_changed = yardstick(), CHANGES[change]
    rng = np.random.default_rng([seed, nodes, rows, list(CHANGES).index(change)])
    base = anm.SCM(anm.er_dag(nodes, 2.0, rng), KINDS[kind], rng, **how)
    networks = [base]
    if how_changed == "other":
        networks += [anm.SCM(anm.er_dag(nodes, 2.0, rng), KINDS[kind], rng) for _ in range(2)]
    elif how_changed != "none":
        effects = rng.permutation(np.flatnonzero(base.A.sum(axis=0)))
        count = max(1, min(len(effects) // 2, max(2, nodes // 10)))
        for targets in (effects[:count], effects[count : 2 * count]):
            networks.append(base.mutate(targets, rng, how_changed))
    order = rng.permutation(np.arange(BATCHES) % len(networks))
    batches = [networks[k].sample(rows, rng) for k in order]
    return Case(batches, order, [network.A for network in networks])


def table(case: Case) -> pd.DataFrame:
    """All batches in one table, the column ``batch`` names them."""
    values = np.vstack(case.batches)
    frame = pd.DataFrame(values, columns=names(values.shape[1]))
    sizes = [len(batch) for batch in case.batches]
    return frame.assign(batch=np.repeat(np.arange(len(sizes)), sizes))


def names(nodes: int) -> list[str]:
    return [f"x{index + 1}" for index in range(nodes)]


def rand_index(first: Any, second: Any) -> float:
    """Adjusted Rand index of two partitions; one where both are one block."""
    counts = pd.crosstab(np.asarray(first), np.asarray(second)).to_numpy(dtype=float)

    def pairs(sizes: Any) -> float:
        return float((sizes * (sizes - 1) / 2).sum())

    both, rows, columns = pairs(counts), pairs(counts.sum(1)), pairs(counts.sum(0))
    expected = rows * columns / pairs(np.array([counts.sum()]))
    most = (rows + columns) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def mean_f1(found: Discovery, case: Case) -> float:
    scores = []
    for batch, network in zip(found.batches, case.networks, strict=True):
        labels = names(len(case.adjacencies[network]))
        edges = [(labels[i], labels[j]) for i, j in np.argwhere(case.adjacencies[network])]
        learned = found.regimes[batch.regime].graph
        scores.append(compare(learned, CausalGraph(labels, edges)).f1)
    return float(np.mean(scores))


def regimes_row(kind: str, change: str, nodes: int, rows: int, seeds: int) -> str:
    index, f1, count, seconds = [], [], [], []
    for seed in range(seeds):
        try:
            made = case(kind, change, nodes, rows, seed)
            frame = table(made)
            start = time.perf_counter()
            found = discover(frame, episodes="batch", progress=False)
        except (ValueError, FloatingPointError):
            continue
        seconds.append(time.perf_counter() - start)
        index.append(rand_index(made.networks, [batch.regime for batch in found.batches]))
        f1.append(mean_f1(found, made))
        count.append(len(found.regimes))
    wrong = sum(value < 1.0 for value in index)
    return (
        f"| {kind} | {change} | {nodes} | {rows} | {len(index)} | {spread(index)} | {wrong} | "
        f"{np.mean(count):.1f} | {spread(f1)} | {spread(seconds)} |"
    )


def spread(values: list[float]) -> str:
    return f"{np.mean(values):.3f} ± {np.std(values, ddof=1):.3f}"


def moved(nodes: int, rows: int, seed: int, deviations: float) -> tuple[Case, NDArray[np.int64]]:
    """Two networks that differ in the means of all roots; and the roots."""
    anm = yardstick()
    rng = np.random.default_rng([seed, nodes, rows, 77])
    base = anm.SCM(anm.er_dag(nodes, 2.0, rng), "gp", rng)
    roots = np.flatnonzero(base.A.sum(axis=0) == 0)
    other = copy.copy(base)
    other.shift = base.shift.copy()
    other.shift[roots] += deviations
    order = np.append(0, rng.permutation(np.arange(BATCHES - 1) % 2))
    batches = [(base, other)[k].sample(rows, rng) for k in order]
    return Case(batches, order, [base.A, base.A]), roots


def shift_row(nodes: int, rows: int, deviations: float, seeds: int) -> str:
    flagged, found_roots, index, marked = [], [], [], []
    for seed in range(seeds):
        made, roots = moved(nodes, rows, seed, deviations)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DiscoveryWarning)
            found = discover(made.batches[0], progress=False)
            for batch in made.batches[1:]:
                found = found.update(batch, progress=False)
        worlds = {regime.world for regime in found.regimes}
        changed = {name for regime in found.regimes for name in regime.changed}
        if len(worlds) > 1:
            changed = set(found.columns)
        root_names = {names(nodes)[root] for root in roots}
        effects = set(found.columns) - root_names
        flagged.append(len(changed & effects) / max(1, len(effects)))
        found_roots.append(len(changed & root_names) / len(root_names))
        index.append(rand_index(made.networks, [batch.regime for batch in found.batches]))
        marked.append(sum(bool(batch.extrapolated) for batch in found.batches))
    return (
        f"| {nodes} | {rows} | +{deviations:g} | {seeds} | {spread(flagged)} | "
        f"{np.mean(found_roots):.2f} | {spread(index)} | {np.mean(marked):.1f} |"
    )


def sachs_row(rows: int, seeds: int) -> str:
    """The nine conditions of Sachs et al., each cut into batches that come in random order."""
    data = sample("sachs")
    index, count, worlds = [], [], []
    for seed in range(seeds):
        rng = np.random.default_rng([seed, rows])
        batches, conditions = [], []
        for condition in np.unique(data.conditions):
            own = rng.permutation(np.flatnonzero(data.conditions == condition))
            cut = [own[k : k + rows] for k in range(0, len(own) - rows + 1, rows)]
            batches += cut
            conditions += [condition] * len(cut)
        order = rng.permutation(len(batches))
        frame = pd.concat(
            [data.frame.iloc[batches[k]].assign(batch=n) for n, k in enumerate(order)]
        )
        found = discover(frame, episodes="batch", progress=False)
        truth = [conditions[k] for k in order]
        index.append(rand_index(truth, [batch.regime for batch in found.batches]))
        count.append(len(found.regimes))
        worlds.append(len({regime.world for regime in found.regimes}))
    return (
        f"| {rows} | {len(order)} | {seeds} | {spread(index)} | {np.mean(count):.1f} | "
        f"{np.mean(worlds):.1f} |"
    )


def print_head(columns: tuple[str, ...]) -> None:
    print(f"\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--nodes", type=int, nargs="*", default=[10, 20, 50])
    parser.add_argument("--rows", type=int, nargs="*", default=[100, 300, 1000])
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=["gp"])
    parser.add_argument("--changes", nargs="*", choices=CHANGES, default=list(CHANGES))
    parser.add_argument("--shifts", type=float, nargs="*", default=[1.0, 2.0, 3.0])
    parser.add_argument("--sachs", type=int, nargs="*", default=[100, 200, 400])
    options = parser.parse_args()
    sizes = [(nodes, rows) for nodes in options.nodes for rows in options.rows]
    print_head(("data", "change", "nodes", "rows", "runs", "ARI", "not 1", "regimes", "F1", "s"))
    for kind in options.kinds:
        for change in options.changes:
            for nodes, rows in sizes:
                print(regimes_row(kind, change, nodes, rows, options.seeds), flush=True)
    print_head(
        (
            "nodes",
            "rows",
            "roots by sd",
            "runs",
            "effects flagged",
            "roots flagged",
            "ARI",
            "marked",
        )
    )
    for nodes, rows in sizes:
        for deviations in options.shifts:
            print(shift_row(nodes, rows, deviations, options.seeds), flush=True)
    print_head(("Sachs, rows a batch", "batches", "runs", "ARI", "regimes", "worlds"))
    for rows in options.sachs:
        print(sachs_row(rows, options.seeds), flush=True)
    print("\n± is the sample standard deviation over seeds.")


if __name__ == "__main__":
    main()
