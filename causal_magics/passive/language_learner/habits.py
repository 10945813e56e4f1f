"""What kinds of actions somebody takes: good ones, tempting ones, and ones that text suggests."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from causal_magics.passive.worlds.environment import Tasks
from causal_magics.passive.worlds.episodes import Episodes
from causal_magics.passive.worlds.structural_models import Integers, ancestors

__all__ = ["Habits", "habits_of"]


@dataclass(frozen=True)
class Habits:
    """Shares of actions; several may hold of one.

    Parameters
    ----------
    optimal : float
        The best one of the model.
    best_seen : float
        The one after which the goal was largest so far: who reads the episode takes it.
    cause : float
        Sets a cause of the goal.
    correlated : float
        Sets the variable that goes most with the goal in nature.
    last_tried : float
        The last that was tried.
    copied : float
        Has the words of what was chosen in the last example; NaN without one.
    favourite : float
        Has the words that are chosen most often; NaN of who uses no words.
    favourite_score : float
        The normalised reward of always choosing by those words, and at random where they are not
        allowed.
    """

    optimal: float
    best_seen: float
    cause: float
    correlated: float
    last_tried: float
    copied: float = math.nan
    favourite: float = math.nan
    favourite_score: float = math.nan


def habits_of(
    choices: Integers,
    episodes: Episodes,
    tasks: Tasks,
    correlated: Integers,
    *,
    words: Sequence[Sequence[str]] | None = None,
    last_words: Sequence[str] | None = None,
) -> Habits:
    """Return the shares of kinds of actions.

    Parameters
    ----------
    choices : int array, shape (episodes,)
        Actions that set something.
    episodes : Episodes
        What had been seen before, at least one step.
    tasks : Tasks
    correlated : int array, shape (episodes,)
        Of `experts.most_correlated`.
    words : sequence of sequence of str, optional
        How each episode calls its actions.
    last_words : sequence of str, optional
        What was chosen in the last example before each episode; empty where there is none.
    """
    every = np.arange(len(choices))
    targets = (choices - 1) // 2
    reached = ancestors(tasks.models.parents)
    seen = episodes.actions[every, episodes.goal_values[:, 1:].argmax(axis=1)]
    optimal, best_seen, cause, tempted, last_tried = (
        float(np.mean(held))
        for held in (
            choices == tasks.best, choices == seen, reached[every, targets, tasks.goals],
            targets == correlated, choices == episodes.actions[:, -1],
        )
    )  # fmt: skip
    habits = Habits(optimal, best_seen, cause, tempted, last_tried)
    if words is None:
        return habits
    said = [names[action] for names, action in zip(words, choices.tolist(), strict=True)]
    copied = math.nan
    if last_words is not None and all(last_words):
        copied = float(np.mean([a == b for a, b in zip(said, last_words, strict=True)]))
    favourite, count = Counter(said).most_common(1)[0]
    score = _score_of_words(favourite, words, episodes, tasks)
    return replace(habits, copied=copied, favourite=count / len(said), favourite_score=score)


def _score_of_words(
    favourite: str, words: Sequence[Sequence[str]], episodes: Episodes, tasks: Tasks
) -> float:
    allowed, gains = episodes.allowed, np.zeros(len(words))
    for i, names in enumerate(words):
        action = names.index(favourite) if favourite in names else 0
        if action and allowed[i, action]:
            gains[i] = tasks.expected[i, action] - tasks.random_reward[i]
    return float(gains.mean() / (tasks.best_reward - tasks.random_reward).mean())
