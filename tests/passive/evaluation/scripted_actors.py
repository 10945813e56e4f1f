"""Actors whose scores are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causal_magics.passive.worlds.environment import Tasks
from causal_magics.passive.worlds.episodes import Episodes


@dataclass(frozen=True)
class Perfect:
    """Tries everything in order, then does what is best."""

    name: str = "perfect"

    def choose(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> np.ndarray:
        if not episodes.is_exploring:
            return tasks.best
        return 1 + (2 * episodes.goals + 2 + episodes.n_steps) % (2 * episodes.n_variables)


@dataclass(frozen=True)
class Share:
    """Does what is best in a share of the tasks, the same at all steps, and the worst elsewhere."""

    share: float
    name: str = "share"

    def choose(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> np.ndarray:
        places = np.arange(len(tasks)) < self.share * len(tasks)
        return np.where(places, tasks.best, np.nanargmin(tasks.expected[:, 1:], axis=1) + 1)


@dataclass(frozen=True)
class Always:
    """Does one action whatever the goal, allowed or not."""

    action: object
    name: str = "always"

    def choose(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> np.ndarray:
        return np.full(episodes.n_episodes, self.action)


@dataclass(frozen=True)
class Downstream:
    """Sets an effect of the goal where there is one, else what is least of use."""

    name: str = "downstream"

    def choose(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> np.ndarray:
        parents = tasks.models.parents[np.arange(len(tasks)), tasks.goals]
        return np.where(parents.any(axis=1), 2 * parents.argmax(axis=1) + 2, tasks.best)
