"""What networks read of episodes: numbers for each row and variable."""

from __future__ import annotations

from typing import get_args

import numpy as np

from causal_magics.passive.learner.settings import Hidden
from causal_magics.passive.worlds.episodes import Episodes
from causal_magics.passive.worlds.structural_models import NOTHING, Floats

__all__ = ["FEATURES", "GOAL", "GOAL_VALUE", "IS_SET", "NEXT_COUNTS", "ROW_SETTING", "SETTING",
           "VALUE", "features"]  # fmt: skip

VALUE, IS_SET, SETTING, GOAL, GOAL_VALUE, ROW_SETTING, NEXT_COUNTS = range(7)
"""Of a variable: its value, whether and to what it was set, whether it is the goal. Of the row: the
goal's value, what a variable was set to, whether the outcome of the next step counts."""

FEATURES = 7


def features(episodes: Episodes, hidden: Hidden | None = None) -> Floats:
    """Return what a network reads.

    Parameters
    ----------
    episodes : Episodes
    hidden : {"goal value"}, optional
        What is kept from it.

    Returns
    -------
    float array, shape (episodes, steps + 1, variables, 7)
        Values in units of what variables are set to.
    """
    shape = episodes.values.shape
    read = np.zeros((*shape, FEATURES), dtype=np.float32)
    variables = np.arange(shape[2])
    read[..., VALUE] = episodes.values / episodes.value
    targets = np.pad(episodes.targets, ((0, 0), (1, 0)), constant_values=NOTHING)
    settings = np.pad(episodes.settings, ((0, 0), (1, 0))) / episodes.value
    read[..., IS_SET] = targets[:, :, None] == variables
    read[..., SETTING] = read[..., IS_SET] * settings[:, :, None]
    read[..., GOAL] = (episodes.goals[:, None] == variables)[:, None]
    if hidden not in get_args(Hidden):
        read[..., GOAL_VALUE] = episodes.goal_values[:, :, None] / episodes.value
    read[..., ROW_SETTING] = settings[:, :, None]
    read[..., NEXT_COUNTS] = (np.arange(shape[1]) >= episodes.n_explore)[:, None]
    return read
