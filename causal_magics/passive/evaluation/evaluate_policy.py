"""`evaluate_policy`: actors on tasks that are the same for all, beside simple rules.

Lampinen et al., "Passive learning of active causal strategies in agents and language models"
(NeurIPS 2023), section 3: what an imitator does on causal relations that training never had.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor
from dataclasses import dataclass, replace
from itertools import islice
from os import PathLike
from pathlib import Path
from pickle import PickleError
from typing import Any, get_args

import numpy as np

from causal_magics.data.bars import bars_are_off
from causal_magics.errors import OptionError, PassiveError, shorten
from causal_magics.options import check_count, check_flag, check_kind, check_option
from causal_magics.passive.evaluation.conduct import Conduct, TaskSet, conduct_of
from causal_magics.passive.evaluation.policy_evaluation import PolicyEvaluation, PolicyEvaluationRow
from causal_magics.passive.evaluation.several import baseline_names, listed, split_names
from causal_magics.passive.experts import EXPERTS, expert_named
from causal_magics.passive.learner.policy_storage import SHIPPED, load_policy
from causal_magics.passive.worlds.environment import CausalEnvironment, Split
from causal_magics.passive.worlds.episodes import Actor

__all__ = ["Actors", "evaluate_policy"]

OneActor = Actor | str | PathLike[str]
Actors = OneActor | Sequence[OneActor] | Mapping[str, OneActor | Sequence[OneActor]]
"""Who acts: an actor, the name of an expert or of a policy, its file, or several of them.

Those of one name are taken as training seeds of the same learner.
"""


def evaluate_policy(
    actor: Actors,
    environment: CausalEnvironment | None = None,
    *,
    splits: Sequence[Split] | Split | None = None,
    n_tasks: int = 1000,
    variables: int | Sequence[int] | None = None,
    baselines: bool | Sequence[str] = True,
    watch_only: bool = False,
    seed: int = 0,
    executor: Executor | None = None,
    progress: bool = True,
) -> PolicyEvaluation:
    """Let actors act on fresh tasks, the same for all, and score them.

    A score is the mean reward of the steps that count, 0 as of random actions and 1 as of the best;
    no goal is a root, so that there always is something to find. Rewards are those to be expected
    of an action, without the noise of the row that came of it.

    Parameters
    ----------
    actor : Actor or str, or several
        Policies or their files, experts by name, or whatever has `name` and `choose`. Several of
        one name, or under one name of a mapping, are training seeds of the same learner: intervals
        are then over seeds as well as over tasks.
    environment : CausalEnvironment, optional
        What the tasks are drawn from; that of the first policy where left out.
    splits : sequence of {"train", "held-out", "trap"}, optional
        All three where left out, or "train" alone where the environment holds nothing out.
    n_tasks : int
        Of each split.
    variables : int or sequence of int, optional
        How many variables the tasks have; those of the environment where left out.
    baselines : bool or sequence of str
        Experts and simple rules to compare with: all, none or some by name.
    watch_only : bool
        Whether nothing may be set while exploring.
    seed : int
        Of tasks and noise.
    executor
        Any `concurrent.futures.Executor`: each actor then meets each split in it. Processes are to
        be spawned where torch ran before: forked ones hang.
    progress : bool
        Whether a bar shows after a second.

    Returns
    -------
    PolicyEvaluation

    Raises
    ------
    PassiveError
        Where there is no actor, one chooses what is not allowed, or a split has no such tasks.
    OptionError
        Where an expert, a split or another option is unknown.
    StorageError
        Where the file of a policy is none.
    """
    check_count("n_tasks", n_tasks)
    check_count("seed", seed, least=0)
    check_flag("watch_only", watch_only)
    if executor is not None:
        advice = "Leave it out, or give a ThreadPoolExecutor()."
        check_kind("an executor of concurrent.futures", executor, Executor, advice)
    groups = _groups(actor)
    world = _world(groups, environment, variables)
    chosen = split_names(_usual_splits(world) if splits is None else splits)
    kinds = [_Kind(label, actors, False) for label, actors in groups.items()] + [
        _Kind(name, (expert_named(name),), True)
        for name in baseline_names(baselines, EXPERTS)
        if name not in groups
    ]
    task_sets = [
        _task_set(world, n_tasks, split, size, seed) for size in world.sizes for split in chosen
    ]
    jobs = [
        _Job(actor, task_set, world.n_exploit, watch_only)
        for task_set in task_sets
        for kind in kinds
        for actor in kind.actors
    ]
    done = _done(jobs, executor, progress=progress)
    rows = tuple(
        _row(kind, task_set, list(islice(done, len(kind.actors))), world.n_exploit)
        for task_set in task_sets
        for kind in kinds
    )
    return PolicyEvaluation(rows, bool(watch_only), _told(world), int(seed))


@dataclass(frozen=True)
class _Kind:
    """Actors of one name."""

    label: str
    actors: tuple[Actor, ...]
    is_baseline: bool


@dataclass(frozen=True)
class _Job:
    """One actor on one set of tasks."""

    actor: Actor
    task_set: TaskSet
    n_exploit: int
    watch_only: bool


def _run(job: _Job) -> Conduct:
    return conduct_of(job.actor, job.task_set, n_exploit=job.n_exploit, watch_only=job.watch_only)


def _done(jobs: Sequence[_Job], executor: Executor | None, *, progress: bool) -> Iterator[Conduct]:
    from tqdm.auto import tqdm

    try:
        yield from tqdm(
            (map if executor is None else executor.map)(_run, jobs), desc="evaluate_policy",
            total=len(jobs), delay=1.0, leave=False, disable=not progress or bars_are_off(),
        )  # fmt: skip
    except (PickleError, AttributeError, TypeError) as error:
        stuck = next(filter(None, (_stuck(job, str(error)) for job in jobs)), None)
        if stuck is None:
            raise
        raise PassiveError(
            f"Expected what can be sent to other processes, got {stuck} that cannot. Give "
            "functions and classes of a module, or a ThreadPoolExecutor."
        ) from error
    except BrokenExecutor as error:
        raise PassiveError(
            "Expected an executor that lives until all is done, got one that broke. Give it actors "
            "and a link of a module, not of a notebook, or give a ThreadPoolExecutor."
        ) from error


def _stuck(job: _Job, told: str) -> str | None:
    """Return what of a job cannot be pickled, where that is what the error told."""
    for what, part in (
        ("a link", job.task_set.tasks), (f"an actor, {shorten(job.actor.name)},", job.actor)
    ):  # fmt: skip
        try:
            pickle.dumps(part)
        except (PickleError, AttributeError, TypeError) as error:
            if str(error) == told:
                return what
    return None


def _row(
    kind: _Kind, task_set: TaskSet, found: Sequence[Conduct], n_exploit: int
) -> PolicyEvaluationRow:
    rewards, relations, most_correlated, explored = (
        np.stack([getattr(each, name) for each in found])
        for name in ("rewards", "relations", "most_correlated", "explored")
    )
    tasks = task_set.tasks
    return PolicyEvaluationRow(
        actor=kind.label, split=task_set.split, variables=tasks.models.n_variables,
        is_baseline=kind.is_baseline, n_explore=rewards.shape[2] - n_exploit,
        chance=tasks.random_reward, best=tasks.best_reward, rewards=rewards, relations=relations,
        most_correlated=most_correlated, explored=explored,
    )  # fmt: skip


def _groups(actor: Any) -> dict[str, tuple[Actor, ...]]:
    """Return actors by name, checked."""
    groups: dict[str, tuple[Actor, ...]] = {}
    if isinstance(actor, Mapping):
        for label, several in actor.items():
            groups[str(label)] = tuple(_labelled(each)[1] for each in listed(several))
    else:
        for label, each in map(_labelled, listed(actor)):
            groups[label] = (*groups.get(label, ()), each)
    if not groups or not all(groups.values()):
        raise PassiveError(
            "Expected one actor or more to evaluate, got none. Give a policy, or the name of an "
            f"expert: {', '.join(EXPERTS)}."
        )
    for label in groups:
        if label.splitlines() != [label]:
            raise PassiveError(
                f"Expected a name in one line for each actor, got {shorten(label)}. Give a mapping "
                "of names to actors."
            )
    return groups


def _labelled(given: Any) -> tuple[str, Actor]:
    """Return an actor with its name."""
    if isinstance(given, str | PathLike):
        if str(given) in SHIPPED or Path(given).is_file():
            return Path(given).stem, load_policy(given)
        check_option("an expert or policy", str(given), (*EXPERTS, *SHIPPED))
        return str(given), expert_named(str(given))
    name = getattr(given, "name", None)
    is_class = isinstance(given, type)
    if is_class or not isinstance(name, str) or not callable(getattr(given, "choose", None)):
        found = f"the class {given.__name__}" if is_class else type(given).__name__
        raise OptionError(
            "Expected an actor with a name and a function choose(episodes, tasks, rng), or the "
            f"name of an expert, got {found}."
        )
    return name, given


def _world(
    groups: Mapping[str, Sequence[Actor]], environment: Any, variables: int | Sequence[int] | None
) -> CausalEnvironment:
    """Return what tasks are drawn from: as given, as of the first policy, or as usual."""
    if environment is None:
        known = (_trained_on(each) for group in groups.values() for each in group)
        environment = next((each for each in known if each is not None), CausalEnvironment())
    if not isinstance(environment, CausalEnvironment):
        raise OptionError(
            f"Expected a CausalEnvironment, got {type(environment).__name__}. Give "
            "CausalEnvironment(variables=5)."
        )
    if variables is None:
        return environment
    several = isinstance(variables, Iterable) and not isinstance(variables, str)
    sizes: Any = tuple(dict.fromkeys(listed(variables))) if several else variables
    return replace(environment, variables=sizes)


def _trained_on(actor: Actor) -> Any:
    """Return the environment of a policy, or of the one by which an actor plans."""
    return getattr(getattr(actor, "policy", actor), "environment", None)


def _usual_splits(world: CausalEnvironment) -> tuple[Split, ...]:
    return get_args(Split) if world.held_out is not None else ("train",)


def _task_set(
    world: CausalEnvironment, n_tasks: int, split: Split, size: int, seed: int
) -> TaskSet:  # fmt: skip
    """Draw tasks; where graphs of so many variables are all of training, say so."""
    try:
        return TaskSet(split, world.tasks(n_tasks, split, seed=seed, variables=size), seed)
    except PassiveError:
        if split == "train" or world.held_out is None or _holds_out(world, size):
            raise
    others = [str(each) for each in world.sizes if each > size] or ["5"]
    raise PassiveError(
        f"Expected graphs to be held out with every number of variables, got {size}, with which "
        f"there are too few to hold any out. Give variables={others[0]}, or evaluate_policy the "
        'one split there is: splits="train".'
    )


def _holds_out(world: CausalEnvironment, size: int) -> bool:
    try:
        return len(world.tasks(1, "held-out", variables=size)) == 1
    except PassiveError:
        return False


def _told(world: CausalEnvironment) -> str:
    """Return in words what tasks are drawn from."""
    link = world.link if isinstance(world.link, str) else getattr(world.link, "__name__", "given")
    sizes = ", ".join(map(str, world.sizes))
    held_out = {
        "classes": "classes of graphs held out", "relation": "a relation held out",
        None: "nothing held out",
    }[world.held_out]  # fmt: skip
    return f"{sizes} variables, {link} links, noise {world.noise:g}, {held_out}"
