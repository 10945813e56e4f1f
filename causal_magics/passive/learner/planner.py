"""Actors that plan by what a policy expects, instead of by what it imitates."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from typing import Any, ClassVar, cast

import numpy as np

from causal_magics.passive.experts import Explorer
from causal_magics.passive.learner.policy import Policy
from causal_magics.passive.learner.policy_storage import load_policy
from causal_magics.passive.worlds.environment import Tasks
from causal_magics.passive.worlds.episodes import Episodes
from causal_magics.passive.worlds.structural_models import Integers

__all__ = ["Planner"]


@dataclass(frozen=True)
class Planner(Explorer):
    """Explores as experts do; then takes the action after which it expects most of the goal.

    All that can be had of a learner whose log has no actions to imitate. Exploring is lent to it:
    on schedule, each variable is set both ways in random order, whatever was seen so far. What
    comes of it are interventions, which it may read though it learned from none; so its score is
    that of what it expects after such rows, not of exploring that it learned.

    Parameters
    ----------
    policy : Policy or str or path
        Whose outcome model plans: a policy, or what `load_policy` takes.
    name : str
        After its policy where left out: planners of one name are taken as seeds of one learner.
    on_schedule : bool
        Whether its first steps explore as experts do; else it takes what it expects most of from
        the first step on.

    Raises
    ------
    PassiveError
        Where there is no such policy.
    StorageError
        Where the file of a policy is none.
    """

    policy: Policy | str | PathLike[str]
    name: str = ""
    on_schedule: bool = True
    knows_model: ClassVar[bool] = False

    def __post_init__(self) -> None:
        policy: Any = self.policy
        if isinstance(policy, type) or not hasattr(policy, "outcomes"):
            policy = load_policy(policy)
            object.__setattr__(self, "policy", policy)
        if not self.name:
            when = "" if self.on_schedule else " from the first step on"
            object.__setattr__(self, "name", f"{policy.name}, planning{when}")

    @property
    def explores(self) -> bool:
        """Whether its first steps follow `exploration_action`, whatever it expects."""
        return self.on_schedule

    def choose(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        """Choose the next action of every episode."""
        if self.on_schedule:
            return super().choose(episodes, tasks, rng)
        return self.exploit(episodes, tasks, rng)

    def exploit(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        """Choose the action of which most is expected."""
        del tasks, rng
        outcomes = cast("Policy", self.policy).outcomes(episodes)
        return np.asarray(np.nanargmax(outcomes[:, 1:], axis=1) + 1)
