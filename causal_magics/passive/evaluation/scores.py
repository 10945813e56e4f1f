"""Normalised rewards with intervals: over tasks, and over training seeds where there are several.

Policies of several training seeds meet the same tasks, so seeds and tasks are crossed. A score is
a ratio of means; to first order (the delta method) it is off by the mean of deviations, one of
each seed and task. Their variance is that of means over seeds plus that of means over tasks, less
what is counted in both. Seeds are few: quantiles are of Student's t, with Satterthwaite's degrees
of freedom. Resampled with replacement, five seeds would give intervals that are too narrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan
from statistics import stdev

import numpy as np
from numpy.typing import NDArray

__all__ = ["Score", "difference_of", "hundredths", "score_of"]

Floats = NDArray[np.float64]

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Score:
    """A normalised reward, 0 as of random actions and 1 as of the best, or a difference of two.

    Parameters
    ----------
    value : float
        The mean over policies.
    low, high : float
        Ends of the 95 % interval over tasks, and over training seeds where there are several; NaN
        where there is one task only.
    by_policy : tuple of float
        The score of each policy; none for a difference.
    """

    value: float
    low: float
    high: float
    by_policy: tuple[float, ...] = ()

    @property
    def spread(self) -> float:
        """The sample standard deviation over policies, NaN where there is one."""
        return stdev(self.by_policy) if len(self.by_policy) > 1 else nan

    def covers(self, value: float) -> bool:
        """Return whether a value is within the interval."""
        return self.low <= value <= self.high

    def __str__(self) -> str:
        if not isfinite(self.low):
            return hundredths(self.value)
        return f"{hundredths(self.value)} [{hundredths(self.low)}, {hundredths(self.high)}]"


def score_of(rewards: Floats, chance: Floats, best: Floats) -> Score:
    """Return the score of policies of one kind on the same tasks.

    Parameters
    ----------
    rewards : float array, shape (policies, tasks)
        What is to be expected of each one's actions.
    chance, best : float array, shape (tasks,)
        What is to be expected of a random action, and of the best.

    Returns
    -------
    Score
        No interval goes beyond 1, which no policy can.
    """
    value, deviations = _linearised(rewards, chance, best)
    margin = _margin([deviations])
    scores = (rewards - chance).mean(axis=1) / (best - chance).mean()
    high = min(value + margin, max(1.0, value)) if isfinite(margin) else nan
    return Score(value, value - margin, high, tuple(scores.tolist()))


def difference_of(one: Floats, other: Floats, chance: Floats, best: Floats) -> Score:
    """Return how far the score of some policies is above that of others on the same tasks.

    Parameters
    ----------
    one, other : float array, shape (policies, tasks)
    chance, best : float array, shape (tasks,)
    """
    of_one, of_other = (_linearised(rewards, chance, best) for rewards in (one, other))
    margin = _margin([of_one[1], -of_other[1]])
    value = of_one[0] - of_other[0]
    return Score(value, value - margin, value + margin)


def _linearised(rewards: Floats, chance: Floats, best: Floats) -> tuple[float, Floats]:
    """Return a score, and how far each policy and task takes it up or down, to first order."""
    gains, room = rewards - chance, best - chance
    value = float(gains.mean() / room.mean())
    return value, (gains - value * room) / room.mean()


def _margin(groups: Sequence[Floats]) -> float:
    """Return how far an interval reaches to either side.

    Parameters
    ----------
    groups : sequence of float arrays, shape (policies, tasks)
        Deviations of kinds of policies, whose means are added up.
    """
    from scipy.special import stdtrit

    n_tasks = groups[0].shape[1]
    if n_tasks < 2:
        return nan
    by_task = np.sum([deviations.mean(axis=0) for deviations in groups], axis=0)
    variance = float(by_task.var(ddof=1)) / n_tasks
    squares, least = variance**2 / (n_tasks - 1), n_tasks - 1
    for deviations in groups:
        if len(deviations) > 1:
            of_means = float(deviations.mean(axis=1).var(ddof=1)) / len(deviations)
            variance += max(0.0, of_means - _of_both(deviations))
            squares += of_means**2 / (len(deviations) - 1)
            least = min(least, len(deviations) - 1)
    if variance == 0.0:
        return 0.0
    freedom = max(variance**2 / squares, least)
    return float(stdtrit(freedom, 0.5 + CONFIDENCE / 2) * variance**0.5)


def _of_both(deviations: Floats) -> float:
    """Return the variance of a mean over policies and tasks by what is neither's alone."""
    n_policies, n_tasks = deviations.shape
    by_policy = deviations.mean(axis=1, keepdims=True)
    by_task = deviations.mean(axis=0, keepdims=True)
    rest = deviations - by_policy - by_task + deviations.mean()
    return float(np.square(rest).sum() / ((n_policies - 1) * (n_tasks - 1)) / deviations.size)


def hundredths(value: float) -> str:
    """Return a number with two digits; what rounds to zero has no sign."""
    return f"{round(value, 2) + 0.0:.2f}"
