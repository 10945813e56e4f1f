"""Actors that plan by what a policy expects, instead of by what it imitates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from causal_magics.passive.experts import Explorer
from causal_magics.passive.learner.policy import Policy
from causal_magics.passive.worlds.environment import Tasks
from causal_magics.passive.worlds.episodes import Episodes
from causal_magics.passive.worlds.structural_models import Integers

__all__ = ["Planner"]


@dataclass(frozen=True)
class Planner(Explorer):
    """Explores as experts do; then takes the action after which it expects most of the goal.

    All that can be had of a learner whose log has no actions to imitate.

    Parameters
    ----------
    policy : Policy
        Whose outcome model plans.
    name : str
    """

    policy: Policy
    name: str = "planner"
    knows_model: ClassVar[bool] = False

    def exploit(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        """Choose the action of which most is expected."""
        del tasks, rng
        return np.asarray(np.nanargmax(self.policy.outcomes(episodes)[:, 1:], axis=1) + 1)
