"""What one actor does on tasks: rewards to be expected, and what it set."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from causal_magics.passive.experts import most_correlated
from causal_magics.passive.worlds.choices import CheckedActor
from causal_magics.passive.worlds.environment import Split, Tasks
from causal_magics.passive.worlds.episodes import Actor, Episodes, run
from causal_magics.passive.worlds.structural_models import Integers, ancestors

__all__ = ["RELATIONS", "Conduct", "Relation", "TaskSet", "conduct_of"]

Floats = NDArray[np.float64]

_NATURAL_ROWS = 1000

Relation = Literal["nothing", "parent", "ancestor", "descendant", "common cause", "unrelated"]
"""What a variable that is set is to the goal.

nothing
    None was set.
parent
    A direct cause of the goal.
ancestor
    A cause of it by way of others alone.
descendant
    An effect of it.
common cause
    None of these, but both have a cause in common.
unrelated
    None of these.
"""

RELATIONS: tuple[Relation, ...] = get_args(Relation)

_PARENT, _ANCESTOR, _DESCENDANT, _COMMON_CAUSE, _UNRELATED = range(1, len(RELATIONS))


@dataclass(frozen=True, eq=False)
class TaskSet:
    """The tasks of a split that all actors meet.

    Parameters
    ----------
    split : {"train", "held-out", "trap"}
    tasks : Tasks
    seed : int
        Of the noise that all actors meet.
    """

    split: Split
    tasks: Tasks
    seed: int

    @cached_property
    def relations(self) -> Integers:
        """What each variable is to the goal: a place in `RELATIONS`, shape (tasks, variables)."""
        parents, goals = self.tasks.models.parents, self.tasks.goals
        every = np.arange(len(goals))
        reached = ancestors(parents)
        above = reached[every, :, goals]
        shared = np.einsum("bu,buv->bv", above, reached)
        kinds = np.where(shared, _COMMON_CAUSE, _UNRELATED)
        kinds[above] = _ANCESTOR
        kinds[parents[every, :, goals]] = _PARENT
        kinds[reached[every, goals]] = _DESCENDANT
        return kinds

    @cached_property
    def most_correlated(self) -> Integers:
        """The variable that goes most with the goal in 1,000 natural rows, shape (tasks,)."""
        return most_correlated(self.tasks, _NATURAL_ROWS, _NATURAL_ROWS)


@dataclass(frozen=True, eq=False)
class Conduct:
    """What one actor did on a set of tasks.

    Parameters
    ----------
    rewards : float array, shape (tasks, steps)
        What is to be expected of the goal after each action, whether or not it counts.
    relations : float array, shape (steps, relations)
        At how many of the tasks each step set a variable of each relation to the goal, as a share.
    most_correlated : float array, shape (steps,)
        At how many it set the variable that goes most with the goal in nature.
    explored : float array, shape (tasks,)
        What share of the 2 (variables - 1) actions it tried while exploring.
    """

    rewards: Floats
    relations: Floats
    most_correlated: Floats
    explored: Floats


def conduct_of(
    actor: Actor, task_set: TaskSet, *, n_exploit: int, watch_only: bool = False
) -> Conduct:
    """Let an actor act on tasks, and return what it did.

    Parameters
    ----------
    actor : Actor
    task_set : TaskSet
    n_exploit : int
        How many steps count, after those that explore.
    watch_only : bool
        Whether nothing may be set while exploring.

    Raises
    ------
    PassiveError
        Where the actor chooses what is no action, or not allowed.
    """
    tasks = task_set.tasks
    episodes = run(
        tasks, CheckedActor(actor), np.random.default_rng([task_set.seed, len(tasks)]),
        n_exploit=n_exploit, watch_only=watch_only,
    )  # fmt: skip
    targets = episodes.targets
    kinds = np.take_along_axis(task_set.relations, np.maximum(targets, 0), axis=1)
    kinds[targets < 0] = 0
    most = targets == task_set.most_correlated[:, None]
    return Conduct(
        tasks.rewards(episodes.actions),
        (kinds[:, :, None] == np.arange(len(RELATIONS))).mean(axis=0),
        most.mean(axis=0),
        _explored(episodes),
    )


def _explored(episodes: Episodes) -> Floats:
    """Return what share of the actions that set something each episode tried while exploring."""
    tried = np.zeros((episodes.n_episodes, 2 * episodes.n_variables + 1), dtype=bool)
    actions = episodes.actions[:, : episodes.n_explore]
    np.put_along_axis(tried, actions, values=True, axis=1)
    return np.asarray(tried[:, 1:].sum(axis=1) / (2 * (episodes.n_variables - 1)))
