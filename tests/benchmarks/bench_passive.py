"""The tables of what a passive learner can know, over training seeds, with intervals.

Run ``python tests/benchmarks/bench_passive.py --folder FOLDER [--seeds 5] [--only NAME ...]``. Each
policy is kept in the folder, with a checkpoint while it is trained, so that a run goes on where
another stopped; several runs may share the folder where their names differ. Tables hold what is
asked for. Take another folder where the ways of training changed.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from shutil import rmtree
from statistics import fmean
from typing import Any

import numpy as np

from causal_magics.passive.evaluation.evaluate_policy import evaluate_policy
from causal_magics.passive.evaluation.ideal_observer import IdealObserver
from causal_magics.passive.evaluation.policy_evaluation import PolicyEvaluation
from causal_magics.passive.evaluation.two_by_two import TwoByTwo
from causal_magics.passive.intervention_log import record_log
from causal_magics.passive.learner.planner import Planner
from causal_magics.passive.learner.policy import Policy
from causal_magics.passive.learner.settings import TrainingSettings
from causal_magics.passive.learner.train import DEFAULT_ENVIRONMENT, train
from causal_magics.passive.worlds.environment import CausalEnvironment, Tasks
from causal_magics.passive.worlds.episodes import Episodes

QUIET, MIDDLE, LOUD = (
    CausalEnvironment(held_out="relation", noise=noise) for noise in (0.25, 0.5, 1.0)
)
CLASSES = CausalEnvironment()
FLAT = {
    "network": "flat", "batch": 128, "learning_rate": 1e-3, "actor": None, "slip": 0.25,
    "steps": 2000,
}  # fmt: skip
EPISODES = 60_000
SIZES = (4, 5, 6, 7, 8)


@dataclass(frozen=True)
class Watching:
    """Sets nothing, ever: its log is natural rows."""

    name: str = "watching"

    def choose(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> np.ndarray:
        return np.zeros(episodes.n_episodes, dtype=np.int64)


@dataclass(frozen=True)
class OneSided:
    """Sets each variable up twice, never down, then takes the best action of the model."""

    name: str = "one-sided"

    def choose(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> np.ndarray:
        if not episodes.is_exploring:
            return tasks.best
        counts = (episodes.targets[:, :, None] == np.arange(episodes.n_variables)).sum(axis=1)
        ranks = counts + rng.random(counts.shape)
        ranks[np.arange(len(ranks)), episodes.goals] = np.inf
        return 2 * ranks.argmin(axis=1) + 2


@dataclass(frozen=True)
class Configuration:
    """What one policy is trained on, for all seeds."""

    environment: CausalEnvironment
    expert: Any = "explore-then-exploit"
    settings: dict[str, Any] = field(default_factory=dict)

    def trained(self, seed: int, steps: int, folder: Path) -> Policy:
        source: Any = self.environment
        if isinstance(self.expert, Watching):
            source = record_log(self.environment, self.expert, EPISODES, seed=seed)
        settings = {"episodes": EPISODES, **self.settings, "steps": steps}
        return train(source, self.expert, seed=seed, checkpoint=folder, **settings)


CONFIGURATIONS = {
    "flat: imitation": Configuration(QUIET, settings={**FLAT, "slip": 0.0}),
    "flat: relabelled": Configuration(QUIET, settings=FLAT),
    "flat: noise .5": Configuration(MIDDLE, settings=FLAT),
    "flat: noise 1": Configuration(LOUD, settings=FLAT),
    "flat: no goal value": Configuration(QUIET, settings={**FLAT, "hidden": "goal value"}),
    "flat: one value": Configuration(QUIET, OneSided(), {**FLAT, "slip": 0.0}),
    "axial": Configuration(DEFAULT_ENVIRONMENT),
    "axial: expert acts": Configuration(CLASSES, settings={"actor": None, "slip": 0.25}),
    "axial: natural rows": Configuration(CLASSES, Watching()),
    "axial: causal labels": Configuration(CLASSES, settings={"watch_only": True}),
}


def policies_of(name: str, options: argparse.Namespace) -> list[Policy]:
    """Return the policies of a configuration, trained or from the folder."""
    configuration = CONFIGURATIONS[name]
    steps = max(
        2, round(configuration.settings.get("steps", TrainingSettings().steps) * options.share)
    )
    found = []
    for seed in range(options.seeds):
        path = options.folder / f"{name.replace(': ', '-').replace(' ', '-')}-{steps}-{seed}"
        file = path.with_name(f"{path.name}.npz")
        if not file.exists():
            checkpoint = path.with_name(f"{path.name}.training")
            policy = configuration.trained(seed, steps, checkpoint)
            if policy.record.interrupted:
                raise KeyboardInterrupt
            policy.save(file)
            rmtree(checkpoint)
        found.append(Policy.load(file))
    seconds = fmean(policy.record.cpu_seconds for policy in found)
    told = f"{len(found)} seeds, {steps:,} steps, {found[0].n_weights:,} weights"
    print(f"trained {name}: {told}, {seconds:.0f} CPU s each", flush=True)
    return found


def spread(evaluation: PolicyEvaluation, actor: str, split: str, size: int | None = None) -> str:
    row = evaluation.row(actor, split, size)  # type: ignore[arg-type]
    score, least, most = row.score, min(row.score.by_policy), max(row.score.by_policy)
    if row.n_policies == 1:
        return str(score)
    return f"{score} sd {score.spread:.3f}, {least:.2f} to {most:.2f}"


def show(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    print(f"\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


def flat_table(trained: dict[str, list[Policy]], n_tasks: int) -> None:
    """Print the table of the flat net: relations held out, traps, i.i.d."""
    splits = ("held-out", "trap", "train")
    rows = []
    for world in (QUIET, MIDDLE, LOUD):
        groups: dict[str, Any] = {
            name: policies for name, policies in trained.items()
            if CONFIGURATIONS[name].environment == world
        }  # fmt: skip
        if world == QUIET or groups:
            found = evaluate_policy(
                groups or "random", world, n_tasks=n_tasks, baselines=world == QUIET
            )
            rows += [[name, *(spread(found, name, each) for each in splits)]
                     for name in found.actors]  # fmt: skip
    watched = {"flat: relabelled": trained.get("flat: relabelled", [])}
    if all(watched.values()):
        found = evaluate_policy(watched, n_tasks=n_tasks, baselines=False, watch_only=True)
        (name,) = watched
        rows.append([f"{name}, may only watch", *(spread(found, name, each) for each in splits)])
    show(("flat, a relation held out", "held-out", "trap", "i.i.d."), rows)


def axial_table(trained: dict[str, list[Policy]], n_tasks: int) -> None:
    """Print the table of the axial net: whole classes of graphs held out, noise 1."""
    groups = {name: trained[name] for name in ("axial", "axial: expert acts") if name in trained}
    planners = {
        f"{name}, planning": [Planner(policy) for policy in trained[name]]
        for name in ("axial", "axial: natural rows")
        if name in trained
    }
    labels = {name: trained[name] for name in ("axial: causal labels",) if name in trained}
    ideal = {"ideal observer": IdealObserver(CLASSES)} if groups else {}
    everyone: dict[str, Any] = {**groups, **planners, **labels, **ideal}
    splits = ("held-out", "trap", "train")
    found = {}
    for what, watch_only in (("may act", False), ("may only watch", True)):
        found[what] = evaluate_policy(
            everyone or "random", CLASSES, n_tasks=n_tasks, watch_only=watch_only
        )
        rows = [
            [name, *(spread(found[what], name, split) for split in splits)]
            for name in found[what].actors
        ]
        show((f"axial, {what}", "held-out", "trap", "i.i.d."), rows)
    crossed(found["may act"], found["may only watch"])
    if groups:
        sized = evaluate_policy(
            groups, CLASSES, n_tasks=n_tasks, variables=SIZES, splits="held-out",
            baselines=["empirical-best"],
        )  # fmt: skip
        rows = [
            [name, *(spread(sized, name, "held-out", size) for size in SIZES)]
            for name in sized.actors
        ]
        show(("held-out classes", *(f"{size} variables" for size in SIZES)), rows)


CELLS = {
    "axial": "interventional",
    "axial: natural rows, planning": "observational",
    "axial: causal labels": "causal labels",
}


def crossed(act: PolicyEvaluation, watch: PolicyEvaluation) -> None:
    """Print the 2 × 2, where all of it is there."""
    if not set(list(CELLS)[:2]) <= set(act.actors):
        return
    of_no_use = ("explore-then-exploit", "oracle", "random")
    both = []
    for found in (act, watch):
        rows = [
            replace(row, actor=CELLS.get(row.actor, row.actor)) for row in found.rows
            if row.split != "train" and row.actor not in of_no_use
            and (row.is_baseline or row.actor in CELLS)
        ]  # fmt: skip
        both.append(replace(found, rows=tuple(rows)))
    crossing = TwoByTwo(*both)
    print(f"\n{crossing!r}\n{crossing.conclusion}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--only", nargs="+", choices=CONFIGURATIONS, default=list(CONFIGURATIONS))
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--share", type=float, default=1.0, help="of the steps of training")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    trained = {name: policies_of(name, options) for name in options.only}
    flat = {name: each for name, each in trained.items() if name.startswith("flat")}
    axial = {name: each for name, each in trained.items() if name.startswith("axial")}
    if flat:
        flat_table(flat, options.tasks)
    if axial:
        axial_table(axial, options.tasks)


if __name__ == "__main__":
    main()
