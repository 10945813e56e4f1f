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

    All that can be had of a learner whose log has no actions to imitate. On schedule, exploring is
    lent to it: what comes of it are interventions, which it may read though it learned from none.

    Parameters
    ----------
    policy : Policy
        Whose outcome model plans.
    name : str
    on_schedule : bool
        Whether its first steps explore as experts do; else it takes what it expects most of from
        the first step on.
    """

    policy: Policy
    name: str = "planner"
    on_schedule: bool = True
    knows_model: ClassVar[bool] = False

    def choose(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        """Choose the next action of every episode."""
        if self.on_schedule:
            return super().choose(episodes, tasks, rng)
        return self.exploit(episodes, tasks, rng)

    def exploit(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        """Choose the action of which most is expected."""
        del tasks, rng
        return np.asarray(np.nanargmax(self.policy.outcomes(episodes)[:, 1:], axis=1) + 1)
