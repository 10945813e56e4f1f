"""Logs: episodes in which somebody acted, of which others learn."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from causal_magics.errors import OptionError
from causal_magics.options import check_count
from causal_magics.passive.experts import expert_named, random_action
from causal_magics.passive.worlds.environment import CausalEnvironment, Tasks
from causal_magics.passive.worlds.episodes import Actor, Episodes, run
from causal_magics.passive.worlds.structural_models import Integers

__all__ = ["InterventionLog", "record_log"]


@dataclass(frozen=True, eq=False, repr=False)
class InterventionLog:
    """Episodes in which somebody acted, and what a learner is to imitate there.

    Parameters
    ----------
    episodes : Episodes
    labels : int array, shape (episodes, steps), optional
        What the expert would have done at each step, where the actor was a noisy one; where left
        out, its actions are those of the expert.
    expert : str
        Who acted, or labelled.
    environment : CausalEnvironment
        What the tasks were drawn from.
    seed : int, optional
        With which they were drawn.
    slip : float
        At so many of the steps, as a share, the actor acted at random.
    knows_model : bool, optional
        Whether the expert chose by the model, or by rows of it that the log does not hold; None
        where nobody knows.
    """

    episodes: Episodes
    labels: Integers | None
    expert: str
    environment: CausalEnvironment
    seed: int | None = None
    slip: float = 0.0
    knows_model: bool | None = None

    @property
    def imitated(self) -> Integers:
        """What a learner is to do at each step, shape (episodes, steps): labels, or actions."""
        return self.episodes.actions if self.labels is None else self.labels


def record_log(
    environment: CausalEnvironment | None = None,
    expert: str | Actor = "explore-then-exploit",
    episodes: int = 20_000,
    *,
    seed: int = 0,
    slip: float = 0.0,
    watch_only: bool = False,
    variables: int | None = None,
) -> InterventionLog:
    """Let an expert act in tasks of training, and write down what it does.

    Parameters
    ----------
    environment : CausalEnvironment, optional
        That of the default policy where left out.
    expert : str or Actor
        The name of an expert, or somebody who acts.
    episodes : int
    seed : int
    slip : float
        At so many of the steps, as a share, what is done is drawn at random, and the expert says
        what it would have done: so the log holds states that the expert never comes to.
    watch_only : bool
        Whether nothing is set while exploring.
    variables : int, optional
        Where the environment has several numbers of them: a log has one; the first where left out.

    Raises
    ------
    OptionError
        Where an option is outside what it can be.
    """
    environment = CausalEnvironment() if environment is None else environment
    check_count("episodes", episodes)
    if isinstance(slip, bool) or not isinstance(slip, int | float) or not 0 <= slip < 1:
        raise OptionError(f"Expected slip to be a share from 0 to below 1, got {slip!r}.")
    actor = expert_named(expert) if isinstance(expert, str) else expert
    tasks = environment.tasks(episodes, seed=seed, variables=variables)
    noisy = _Noisy(actor, slip)
    acted = run(
        tasks,
        noisy if slip else actor,
        np.random.default_rng([seed, episodes]),
        n_exploit=environment.n_exploit,
        watch_only=watch_only,
    )
    labels = None
    if slip:
        watched = acted.actions[:, : acted.n_steps - len(noisy.labels)]
        labels = np.concatenate([watched, np.stack(noisy.labels, axis=1)], axis=1)
    knows = getattr(actor, "knows_model", None)
    return InterventionLog(acted, labels, actor.name, environment, seed, float(slip), knows)


@dataclass
class _Noisy:
    """Acts at random now and then; notes what the expert would have done.

    Parameters
    ----------
    expert : Actor
    slip : float
    """

    expert: Actor
    slip: float
    labels: list[Integers] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.expert.name

    def choose(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        label = self.expert.choose(episodes, tasks, rng)
        self.labels.append(label)
        slips = rng.random(len(label)) < self.slip
        return np.where(slips, random_action(episodes, rng), label)
