"""Experts, whose episodes others learn from, and simple rules to compare with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from causal_magics.options import check_count, check_option
from causal_magics.passive.worlds.environment import Tasks, goal_correlations, natural_rows
from causal_magics.passive.worlds.episodes import WATCH, Actor, Episodes
from causal_magics.passive.worlds.structural_models import Integers

__all__ = [
    "EXPERTS",
    "Correlational",
    "EmpiricalBest",
    "Expert",
    "ExpertName",
    "ExploreThenExploit",
    "Explorer",
    "GoalChange",
    "Oracle",
    "RandomActor",
    "TotalChange",
    "expert_named",
    "exploration_action",
    "most_correlated",
    "random_action",
]

_AT_ONCE = 1 << 22
"""Numbers of natural rows that are held at once."""


class Expert(Actor, Protocol):
    """An actor that says by what it chooses."""

    @property
    def knows_model(self) -> bool:
        """Whether it chooses by the model, or by rows of it that the episode does not hold.

        Then its actions go together with what a reader of the episode does not see.
        """
        ...

    @property
    def explores(self) -> bool:
        """Whether its first steps follow `exploration_action`, whatever the model."""
        ...


class Explorer(ABC):
    """Explores by the one rule of all that do; what it does then is its own."""

    @property
    def explores(self) -> bool:
        """Whether its first steps follow `exploration_action`, whatever the model."""
        return True

    def choose(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        """Choose the next action of every episode."""
        if episodes.is_exploring:
            return exploration_action(episodes, rng)
        return self.exploit(episodes, tasks, rng)

    @abstractmethod
    def exploit(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        """Choose the next action of every episode, where its outcome counts."""


@dataclass(frozen=True)
class ExploreThenExploit(Explorer):
    """Sets each variable both ways in a random order, then takes the best action of the model."""

    name: str = "explore-then-exploit"
    knows_model: ClassVar[bool] = True

    def exploit(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        """Choose the best action of each model."""
        del episodes, rng
        return tasks.best


@dataclass(frozen=True)
class Oracle:
    """Takes the best action of the model at every step."""

    name: str = "oracle"
    knows_model: ClassVar[bool] = True
    explores: ClassVar[bool] = False

    def choose(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        """Choose the best action of each model."""
        del episodes, rng
        return tasks.best


@dataclass(frozen=True)
class RandomActor:
    """Sets any variable but the goal, either way."""

    name: str = "random"
    knows_model: ClassVar[bool] = False
    explores: ClassVar[bool] = False

    def choose(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        """Choose any action that sets something."""
        del tasks
        return random_action(episodes, rng)


@dataclass(frozen=True)
class EmpiricalBest(Explorer):
    """Explores; then takes the action after which the goal was largest on average so far."""

    name: str = "empirical-best"
    knows_model: ClassVar[bool] = False

    def exploit(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        """Choose what did best so far, its own exploitation among it."""
        del tasks
        counts, rows = _rows_by_action(episodes)
        goals = np.take_along_axis(rows, episodes.goals[:, None, None], axis=2)[:, :, 0]
        return _largest(np.where(counts > 0, goals, -np.inf), episodes, rng)


@dataclass(frozen=True)
class TotalChange(Explorer):
    """Explores; then takes the variable that moved the others most, the way that raised the goal.

    The sum over the other variables of how far their values lie apart after it was set up and down.
    """

    name: str = "total-change"
    knows_model: ClassVar[bool] = False

    def exploit(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        """Choose the variable that moved most."""
        del tasks
        changes = _changes(episodes)
        variables = np.arange(episodes.n_variables)
        changes[:, variables, variables] = 0.0
        return _signed(np.abs(changes).sum(axis=2), changes, episodes, rng)


@dataclass(frozen=True)
class GoalChange(Explorer):
    """Explores; then takes the variable that moved the goal most, the way that raised it."""

    name: str = "goal-change"
    knows_model: ClassVar[bool] = False

    def exploit(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        """Choose the variable that moved the goal."""
        del tasks
        changes = _changes(episodes)
        return _signed(np.abs(_of_goal(changes, episodes)), changes, episodes, rng)


@dataclass(frozen=True)
class Correlational(Explorer):
    """Explores; then acts on the variable that goes most with the goal, by the correlation's sign.

    Parameters
    ----------
    name : str
    n_natural_rows : int
        So many rows in which nothing is set are watched beside the episode, the same at each step;
        where 0, the rows of the episode itself are correlated.

    Raises
    ------
    OptionError
        Where `n_natural_rows` is no whole number from 0.
    """

    name: str = "correlational"
    n_natural_rows: int = 1000

    def __post_init__(self) -> None:
        check_count("n_natural_rows", self.n_natural_rows, least=0)

    @property
    def knows_model(self) -> bool:
        """Whether it sees rows that the episode does not hold."""
        return self.n_natural_rows > 0

    def exploit(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        """Choose the variable that goes most with the goal."""
        if self.n_natural_rows:
            correlations = natural_correlations(tasks, self.n_natural_rows, self.n_natural_rows)
        else:
            correlations = goal_correlations(episodes.values, episodes.goals)
        both = np.repeat(correlations, 2, axis=1)
        both[:, ::2] *= -1
        return _largest(np.pad(both, ((0, 0), (1, 0))), episodes, rng)


ExpertName = Literal[
    "explore-then-exploit", "oracle", "empirical-best", "random", "total-change", "goal-change",
    "correlational", "correlational-explored",
]  # fmt: skip
"""Who can be called by name."""

EXPERTS: dict[str, Expert] = {
    expert.name: expert
    for expert in (
        ExploreThenExploit(),
        Oracle(),
        EmpiricalBest(),
        RandomActor(),
        TotalChange(),
        GoalChange(),
        Correlational(),
        Correlational("correlational-explored", n_natural_rows=0),
    )
}
"""Each expert under its name."""


def expert_named(name: str) -> Expert:
    """Return an expert.

    Raises
    ------
    OptionError
        Where none has that name.
    """
    check_option("expert", name, tuple(EXPERTS))
    return EXPERTS[name]


def exploration_action(episodes: Episodes, rng: np.random.Generator) -> Integers:
    """Choose what explores: at random among the actions that were taken least often so far.

    So each variable but the goal is set to both values before anything is done again.

    Parameters
    ----------
    episodes : Episodes
    rng : numpy.random.Generator

    Returns
    -------
    int array, shape (episodes,)
    """
    return _largest(-_action_counts(episodes).astype(np.float64), episodes, rng)


def random_action(episodes: Episodes, rng: np.random.Generator) -> Integers:
    """Choose at random among the actions that set something, shape (episodes,)."""
    sides = rng.integers(1, 3, episodes.n_episodes)
    others = rng.integers(episodes.n_variables - 1, size=episodes.n_episodes)
    return np.asarray(2 * (others + (others >= episodes.goals)) + sides)


def _largest(scores: NDArray[np.float64], episodes: Episodes, rng: np.random.Generator) -> Integers:
    """Return the action of the largest score that sets something, one of them where they tie."""
    allowed = episodes.allowed
    allowed[:, WATCH] = False
    scores = np.where(allowed, scores, -np.inf)
    ties = allowed & (scores == scores.max(axis=1, keepdims=True))
    draws = rng.random(scores.shape, dtype=np.float32)
    return np.asarray(np.where(ties, draws, -1).argmax(axis=1))


def _signed(
    sizes: NDArray[np.float64],
    changes: NDArray[np.float64],
    episodes: Episodes,
    rng: np.random.Generator,
) -> Integers:
    """Return the action on the variable of the largest size, the way that raised the goal."""
    rises = _of_goal(changes, episodes) > 0
    scores = np.full((len(sizes), 2 * sizes.shape[1] + 1), -1.0)
    scores[:, 1::2] = np.where(rises, -1.0, sizes)
    scores[:, 2::2] = np.where(rises, sizes, -1.0)
    return _largest(scores, episodes, rng)


def _of_goal(changes: NDArray[np.float64], episodes: Episodes) -> NDArray[np.float64]:
    return np.take_along_axis(changes, episodes.goals[:, None, None], axis=2)[:, :, 0]


def _changes(episodes: Episodes) -> NDArray[np.float64]:
    """Return how the mean row after a variable was set up differs from that after down.

    Where one of them was not tried, the mean of the natural rows stands for it.

    Returns
    -------
    array, shape (episodes, variables set, variables)
    """
    counts, rows = _rows_by_action(episodes)
    rows = np.where(counts[:, :, None] > 0, rows, rows[:, :1])
    return rows[:, 2::2] - rows[:, 1::2]


def _rows_by_action(episodes: Episodes) -> tuple[Integers, NDArray[np.float64]]:
    """Return how often each action was taken, and the mean row after it (0 where never).

    The row in which an episode begins counts as one of the action that sets nothing.
    """
    counts = _action_counts(episodes)
    counts[:, WATCH] += 1
    sums = np.zeros((*counts.shape, episodes.n_variables))
    every = np.arange(episodes.n_episodes)
    sums[:, WATCH] = episodes.values[:, 0]
    for step in range(episodes.n_steps):
        sums[every, episodes.actions[:, step]] += episodes.values[:, step + 1]
    return counts, sums / np.maximum(counts, 1)[:, :, None]


def natural_correlations(tasks: Tasks, n_rows: int, seed: int) -> NDArray[np.float64]:
    """Return how each variable goes with the goal in natural rows, shape (tasks, variables)."""
    rng = np.random.default_rng(seed)
    at_once = max(1, _AT_ONCE // (n_rows * tasks.models.n_variables))
    parts = []
    for start in range(0, len(tasks), at_once):
        part = tasks.take(np.arange(start, min(start + at_once, len(tasks))))
        parts.append(goal_correlations(natural_rows(part.models, n_rows, rng), part.goals))
    return np.concatenate(parts)


def most_correlated(tasks: Tasks, n_rows: int, seed: int) -> Integers:
    """Return the variable of each task that goes most with the goal in natural rows."""
    return np.asarray(np.abs(natural_correlations(tasks, n_rows, seed)).argmax(axis=1))


def _action_counts(episodes: Episodes) -> Integers:
    """Return how often each action was taken, shape (episodes, 2 × variables + 1)."""
    n_actions = 2 * episodes.n_variables + 1
    places = episodes.actions + n_actions * np.arange(episodes.n_episodes)[:, None]
    counts = np.bincount(places.reshape(-1), minlength=episodes.n_episodes * n_actions)
    return counts.reshape(episodes.n_episodes, n_actions)
