"""The ideal observer: what can be known of an episode, where the prior is known exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import PassiveError
from causal_magics.options import check_count, check_kind
from causal_magics.passive.evaluation.graph_posterior import MOST_VARIABLES, GraphPosterior
from causal_magics.passive.evaluation.mechanism_posterior import N_NODES, MechanismPosterior
from causal_magics.passive.experts import Explorer
from causal_magics.passive.worlds.environment import CausalEnvironment, Tasks, expected_goals
from causal_magics.passive.worlds.episodes import WATCH, Episodes
from causal_magics.passive.worlds.scm_batch import ScmBatch
from causal_magics.passive.worlds.structural_models import Integers

__all__ = ["IdealObserver"]

Floats = NDArray[np.float64]

_NUMBERS_AT_ONCE = 1 << 23
_NOISE_DRAWS = 4
"""Rows behind what is expected in each model that is drawn."""


@dataclass(frozen=True)
class IdealObserver(Explorer):
    """Explores as experts do; then takes the action of the highest expected goal given all it saw.

    It knows what models are drawn from, and that goals are drawn among the variables with a cause;
    of the model of an episode it knows what the episode shows. Exploring is lent to it: on
    schedule, each variable both ways in random order, and none of it chosen by what it saw. After
    the same rows nobody who does not know the model has a higher expected reward at the next step,
    over tasks of the prior, so that its score at the first step that counts is the ceiling of all
    who explore as it does; whoever explores by what was seen so far may come higher. It keeps the
    whole prior whatever the split: it does not know which graphs training never has.

    Parameters
    ----------
    environment : CausalEnvironment
        What the models are drawn from; its link is linear or leaky-ReLU.
    n_samples : int
        Models that are drawn from the posterior to expect the goal in.
    name : str

    Raises
    ------
    PassiveError
        Where the link is a function, or every number of variables is too large.
    OptionError
        Where `n_samples` is no whole number from 1.
    """

    environment: CausalEnvironment
    n_samples: int = 400
    name: str = "ideal observer"
    knows_model: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_kind("a CausalEnvironment", self.environment, CausalEnvironment)
        check_count("n_samples", self.n_samples)
        if callable(self.environment.link):
            raise PassiveError(
                "Expected a link that is linear or leaky-relu, whose posterior can be summed, got "
                'a function. Give CausalEnvironment(link="leaky-relu").'
            )
        least = min(self.environment.sizes)
        if least > MOST_VARIABLES:
            raise _too_many(least, f"Give CausalEnvironment(variables={MOST_VARIABLES}).")

    def exploit(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        """Choose the action after which most of the goal is to be expected."""
        del tasks, rng
        return np.asarray(np.nanargmax(self.outcomes(episodes)[:, 1:], axis=1) + 1)

    def outcomes(self, episodes: Episodes) -> Floats:
        """Return what the goal is expected to be after each action, given the episode.

        The mean over models that are drawn from the posterior, the same for all actions.

        Parameters
        ----------
        episodes : Episodes

        Returns
        -------
        array, shape (episodes, 2 × variables + 1)
            NaN for setting nothing or the goal.

        Raises
        ------
        PassiveError
            Where there are too many variables.
        """
        expected = np.concatenate([self._expected(part) for part in self._parts(episodes)])
        expected[:, WATCH] = np.nan
        return expected

    def beliefs(self, episodes: Episodes) -> Floats:
        """Return the exact probability of each edge, given the episode.

        Parameters
        ----------
        episodes : Episodes

        Returns
        -------
        array, shape (episodes, variables, variables)
            P(i → j) at ``[e, i, j]``, 0 on the diagonal.

        Raises
        ------
        PassiveError
            Where there are too many variables.
        """
        parts = self._parts(episodes)
        return np.concatenate([self._graphs(part, self._mechanisms(part)).edges for part in parts])

    def _expected(self, episodes: Episodes) -> Floats:
        rng = np.random.default_rng(self.n_samples)
        mechanisms = self._mechanisms(episodes)
        orders, sets = self._graphs(episodes, mechanisms).draw(self.n_samples, rng)
        weights, scales = mechanisms.draw(sets, rng)
        n = episodes.n_variables
        models = ScmBatch(
            weights.reshape(-1, n, n), scales.reshape(-1, n), orders.reshape(-1, n),
            self.environment.link,
        )  # fmt: skip
        goals = np.repeat(episodes.goals, self.n_samples)
        expected = expected_goals(models, goals, episodes.value, _NOISE_DRAWS)
        return np.asarray(expected.reshape(episodes.n_episodes, self.n_samples, -1).mean(axis=1))

    def _mechanisms(self, episodes: Episodes) -> MechanismPosterior:
        return MechanismPosterior(episodes, self.environment.prior)

    def _graphs(self, episodes: Episodes, mechanisms: MechanismPosterior) -> GraphPosterior:
        return GraphPosterior(mechanisms.log_evidence, episodes.goals, self.environment.max_roots)

    def _parts(self, episodes: Episodes) -> Iterator[Episodes]:
        """Give as many episodes at once as fit in memory."""
        n = episodes.n_variables
        if n > MOST_VARIABLES:
            raise _too_many(n, "Ask for episodes of fewer.")
        pairs = n * (n - 1) * (n - 2) // 2
        size = max(1, _NUMBERS_AT_ONCE // (N_NODES * (pairs + 16)))
        for start in range(0, episodes.n_episodes, size):
            yield episodes.take(slice(start, start + size))


def _too_many(n: int, advice: str) -> PassiveError:
    return PassiveError(
        f"Expected at most {MOST_VARIABLES} variables, of which all graphs can be summed over, "
        f"got {n}. {advice}"
    )
