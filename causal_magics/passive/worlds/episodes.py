"""Episodes: what was set, what came of it, and who acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np

from causal_magics.passive.worlds.environment import Tasks, targets_and_settings
from causal_magics.passive.worlds.structural_models import Booleans, Floats, Integers

__all__ = ["WATCH", "Actor", "Episodes", "action_names", "allowed_actions", "run"]

WATCH = 0
"""The action that sets nothing."""


@dataclass(frozen=True, eq=False, repr=False)
class Episodes:
    """Episodes of the same length, as those who act see them: nothing of the models.

    Parameters
    ----------
    values : float array, shape (episodes, steps + 1, variables)
        Row 0 is natural: nothing was set. Row t + 1 came of action t.
    actions : int array, shape (episodes, steps)
        0 sets nothing, 1 + 2v sets variable v to minus `value`, 2 + 2v to plus `value`.
    goals : int array, shape (episodes,)
        The variable that is to become as large as possible.
    n_explore : int
        So many steps come first, whose outcome does not count.
    value : float
        What variables are set to, up or down.
    """

    values: Floats
    actions: Integers
    goals: Integers
    n_explore: int
    value: float = 2.0

    def __repr__(self) -> str:
        return (
            f"<Episodes: {self.n_episodes:,} of {self.n_steps} steps, {self.n_variables} variables>"
        )

    @property
    def n_episodes(self) -> int:
        """How many episodes there are."""
        return len(self.goals)

    @property
    def n_steps(self) -> int:
        """How many actions were taken in each."""
        return int(self.actions.shape[1])

    @property
    def n_variables(self) -> int:
        """How many variables each has."""
        return int(self.values.shape[2])

    @property
    def is_exploring(self) -> bool:
        """Whether the next step explores."""
        return self.n_steps < self.n_explore

    @property
    def targets(self) -> Integers:
        """The variable that each action set, -1 where none, shape (episodes, steps)."""
        return targets_and_settings(self.actions, self.value)[0]

    @property
    def settings(self) -> Floats:
        """What it was set to, 0 where nothing was, shape (episodes, steps)."""
        return targets_and_settings(self.actions, self.value)[1]

    @property
    def allowed(self) -> Booleans:
        """Which actions may come next, shape (episodes, 2 × variables + 1): none sets the goal.

        Nothing can be left to nature but while exploring.
        """
        return allowed_actions(self.goals, self.n_variables, is_exploring=self.is_exploring)

    @property
    def goal_values(self) -> Floats:
        """The goal's value in each row, shape (episodes, steps + 1)."""
        return np.take_along_axis(self.values, self.goals[:, None, None], axis=2)[:, :, 0]

    def take(self, which: Sequence[int] | Integers | Booleans | slice) -> Episodes:
        """Return some of the episodes."""
        return replace(
            self, values=self.values[which], actions=self.actions[which], goals=self.goals[which]
        )

    def until(self, n_steps: int) -> Episodes:
        """Return what was there after so many steps."""
        return replace(
            self, values=self.values[:, : n_steps + 1], actions=self.actions[:, :n_steps]
        )


@runtime_checkable
class Actor(Protocol):
    """Who chooses actions: an expert, a policy, a language model."""

    @property
    def name(self) -> str:
        """What it is called in tables."""
        ...

    def choose(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        """Choose the next action of every episode.

        Parameters
        ----------
        episodes : Episodes
            What has been seen so far; its arrays cannot be written.
        tasks : Tasks
            The models behind them, for those actors alone who know them.
        rng : numpy.random.Generator

        Returns
        -------
        int array, shape (episodes,)
            Among ``episodes.allowed``.
        """
        ...


def run(
    tasks: Tasks,
    actor: Actor,
    rng: np.random.Generator,
    *,
    n_exploit: int = 4,
    n_explore: int | None = None,
    watch_only: bool = False,
) -> Episodes:
    """Let an actor act from beginning to end.

    Parameters
    ----------
    tasks : Tasks
    actor : Actor
    rng : numpy.random.Generator
        Of noise and of the actor's choices.
    n_exploit : int
        Steps that count, after those that explore.
    n_explore : int, optional
        Two for each variable but the goal where left out.
    watch_only : bool
        Whether nothing may be set while exploring.

    Returns
    -------
    Episodes
    """
    models = tasks.models
    explore = 2 * (models.n_variables - 1) if n_explore is None else n_explore
    steps = explore + n_exploit
    values = np.empty((models.n_models, steps + 1, models.n_variables), dtype=np.float32)
    actions = np.zeros((models.n_models, steps), dtype=np.int64)
    whole = Episodes(values, actions, tasks.goals, explore, tasks.value)
    values[:, 0] = models.step(*targets_and_settings(actions[:, 0], tasks.value), rng)
    for step in range(steps):
        if not (watch_only and step < explore):
            actions[:, step] = actor.choose(_read_only(whole.until(step)), tasks, rng)
        acted = targets_and_settings(actions[:, step], tasks.value)
        values[:, step + 1] = models.step(*acted, rng)
    return whole


def _read_only(episodes: Episodes) -> Episodes:
    """Return the same episodes, in which those who act can change nothing."""
    seen = episodes.take(slice(None))
    for view in (seen.values, seen.actions, seen.goals):
        view.flags.writeable = False
    return seen


def allowed_actions(goals: Integers, n_variables: int, *, is_exploring: bool) -> Booleans:
    """Return which actions may come next, shape (episodes, 2 × variables + 1).

    None sets the goal, and nothing can be left to nature but while exploring.

    Parameters
    ----------
    goals : int array, shape (episodes,)
    n_variables : int
    is_exploring : bool
    """
    allowed = np.ones((len(goals), 2 * n_variables + 1), dtype=bool)
    every = np.arange(len(goals))
    allowed[every, 1 + 2 * goals] = allowed[every, 2 + 2 * goals] = False
    allowed[:, WATCH] = is_exploring
    return allowed


def action_names(names: Sequence[str], value: float = 2.0) -> tuple[str, ...]:
    """Return each action in words, in the order of their codes."""
    set_to = [f"{name} = {sign * value:+g}" for name in names for sign in (-1, 1)]
    return ("watch", *set_to)
