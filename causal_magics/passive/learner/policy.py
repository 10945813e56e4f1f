"""A trained policy: what it does next, what it expects, which causes it believes in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import MissingDependencyError, PassiveError
from causal_magics.passive.learner.features import FEATURES, features
from causal_magics.passive.learner.settings import Hidden, NetworkSettings, check_fits
from causal_magics.passive.worlds.environment import CausalEnvironment, Tasks
from causal_magics.passive.worlds.episodes import Episodes
from causal_magics.passive.worlds.scm_batch import Link
from causal_magics.passive.worlds.structural_models import Floats, Integers

if TYPE_CHECKING:
    from causal_magics.graph.model import CausalGraph
    from causal_magics.passive.acting.experiments import Experiments

__all__ = ["Policy", "TrainingRecord"]

_NUMBERS_AT_ONCE = 1 << 22


@dataclass(frozen=True)
class TrainingRecord:
    """How a policy came to be.

    Attributes
    ----------
    expert : str
        Whose actions were imitated.
    n_episodes : int
    n_steps : int
        Done, of those that were asked for.
    seed : int
    cpu_seconds : float
    losses : tuple of (int, float, float, float)
        Of every fiftieth step its number and, on its batch, nats of the expert's action, squared
        error of the goal in units of what variables are set to, nats of each possible edge.
    has_interventions : bool
        Whether anything was set in the log.
    has_beliefs : bool
        Whether the graphs behind the log were there to train the read-out of edges.
    interrupted : bool
    """

    expert: str
    n_episodes: int
    n_steps: int
    seed: int
    cpu_seconds: float
    losses: tuple[tuple[int, float, float, float], ...]
    has_interventions: bool
    has_beliefs: bool
    interrupted: bool = False


@dataclass(frozen=True, eq=False, repr=False)
class Policy:
    """A network that learned to act from somebody else's log; it acts as experts do.

    Attributes
    ----------
    settings : NetworkSettings
    environment : CausalEnvironment
        What the tasks of the log were drawn from.
    record : TrainingRecord
    weights : mapping of str to array
    hidden : {"goal value"}, optional
        What it does not read.
    """

    settings: NetworkSettings
    environment: CausalEnvironment
    record: TrainingRecord
    weights: Mapping[str, Floats]
    hidden: Hidden | None = None

    @property
    def name(self) -> str:
        """What it is called in tables: policies of one name are taken as seeds of one learner."""
        without = "" if self.hidden is None else f" without {self.hidden}"
        return f"{self.settings.network} policy{without}"

    @property
    def n_weights(self) -> int:
        """Number of weights."""
        return sum(array.size for array in self.weights.values())

    def __repr__(self) -> str:
        sizes = ", ".join(map(str, self.environment.sizes))
        stopped = ", interrupted" if self.record.interrupted else ""
        return (
            f"<Policy: {self.settings.network}, {self.n_weights:,} weights, learned from "
            f"{self.record.n_episodes:,} episodes of {self.record.expert} with {sizes} variables"
            f"{stopped}>"
        )

    def choose(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        """Choose the most probable next action of every episode, by what it has seen alone."""
        del tasks, rng
        return np.asarray(self.preferences(episodes).argmax(axis=1))

    def preferences(self, episodes: Episodes) -> NDArray[np.float64]:
        """Return the logarithm of the probability of each next action.

        Parameters
        ----------
        episodes : Episodes

        Returns
        -------
        array, shape (episodes, 2 × variables + 1)
            Natural logarithms, -inf where an action is not allowed.
        """

        def logits(network: Any, read: Any) -> Any:
            return network.actions(network.states(read, last=True), read[:, -1:])[:, 0]

        found = np.where(episodes.allowed, self._read_out(episodes, logits), -np.inf)
        found -= found.max(axis=1, keepdims=True)
        return np.asarray(found - np.log(np.exp(found).sum(axis=1, keepdims=True)))

    def outcomes(self, episodes: Episodes) -> NDArray[np.float64]:
        """Return what the goal is expected to be after each action.

        Where nothing was set in its log, these are expectations given what is *seen*, taken as if
        it were set.

        Parameters
        ----------
        episodes : Episodes

        Returns
        -------
        array, shape (episodes, 2 × variables + 1)
            NaN for setting nothing or the goal.
        """

        def coefficients(network: Any, read: Any) -> Any:
            return network.outcomes(network.states(read, last=True))[:, 0]

        found = self._read_out(episodes, coefficients)
        both = found[..., :1] + found[..., [2, 1]]
        expected = np.full((episodes.n_episodes, 2 * episodes.n_variables + 1), np.nan)
        expected[:, 1:] = both.reshape(episodes.n_episodes, -1) * episodes.value
        every = np.arange(episodes.n_episodes)
        expected[every, 1 + 2 * episodes.goals] = expected[every, 2 + 2 * episodes.goals] = np.nan
        return expected

    def beliefs(self, episodes: Episodes) -> NDArray[np.float64]:
        """Return how probable each edge is, read out of the state from which it acts.

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
            Where the graphs behind its log were not known.
        """
        if not self.record.has_beliefs:
            raise PassiveError(
                "Expected a policy with a read-out of edges, got one whose log did not say which "
                "graphs were behind it. Train on an environment: train(CausalEnvironment())."
            )

        def edges(network: Any, read: Any) -> Any:
            return network.beliefs(network.states(read, last=True))[:, 0].sigmoid()

        found = self._read_out(episodes, edges)
        diagonal = np.arange(episodes.n_variables)
        found[:, diagonal, diagonal] = 0.0
        return found

    def act(self, graph: CausalGraph, goal: str | None = None, **options: Any) -> Experiments:
        """Experiment on a graph: `act` with this policy.

        Parameters
        ----------
        graph : CausalGraph
        goal : str, optional
        **options
            Of `act`.
        """
        from causal_magics.passive.acting.act import act

        return act(self, graph, goal, **options)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the policy to a file.

        Raises
        ------
        StorageError
            Where it cannot be written; what stood there before stays.
        """
        from causal_magics.passive.learner.policy_storage import save_policy

        save_policy(self, path)

    @staticmethod
    def load(path: str | PathLike[str], link: Link | None = None) -> Policy:
        """Read what `save` wrote.

        Parameters
        ----------
        path : str or path
        link : callable, optional
            The link of the environment where that is a function, which files do not hold.

        Raises
        ------
        StorageError
            Where there is no file, or it is none of a policy, or of another version.
        PassiveError
            Where the link is a function and none is given, or the other way round.
        """
        from causal_magics.passive.learner.policy_storage import read_policy

        return read_policy(path, link)

    @cached_property
    def _network(self) -> Any:
        return filled_network(self.settings, self.weights)

    def _read_out(
        self, episodes: Episodes, read_out: Callable[[Any, Any], Any]
    ) -> NDArray[np.float64]:
        """Apply the network to as many episodes at once as fit in memory."""
        rows, variables = episodes.values.shape[1:]
        check_fits(self.settings, variables, rows)
        network = self._network
        import torch

        from causal_magics.language.torch_threads import torch_threads

        size = max(1, _NUMBERS_AT_ONCE // (rows * variables * (FEATURES + 8 * self.settings.width)))
        parts = []
        with torch.inference_mode(), torch_threads(1):
            for start in range(0, max(1, episodes.n_episodes), size):
                part = episodes.take(slice(start, start + size))
                read = torch.from_numpy(features(part, self.hidden))
                parts.append(read_out(network, read).double().numpy())
        found = np.concatenate(parts)
        if not np.isfinite(found).all():
            largest = float(np.abs(episodes.values).max())
            raise PassiveError(
                "Expected values of a size that the policy can read, got NaN from values of up to "
                f"{largest:.3g}. Divide them, so that they are about as large as the "
                f"±{episodes.value:g} to which variables are set."
            )
        return found


def filled_network(settings: NetworkSettings, weights: Mapping[str, Floats]) -> Any:
    """Return the network of such settings with these weights.

    Raises
    ------
    PassiveError
        Where the weights are those of another network.
    MissingDependencyError
        Without torch.
    """
    try:
        import torch
    except ImportError:
        raise MissingDependencyError("torch", "language", "a policy") from None
    from causal_magics.passive.learner.networks import network_of

    with torch.random.fork_rng(devices=[]):
        network = network_of(settings)
    try:
        network.load_state_dict({name: torch.tensor(array) for name, array in weights.items()})
    except RuntimeError:
        raise PassiveError(
            f"Expected the weights of {settings}, got others, by name or shape. Train the policy "
            "anew."
        ) from None
    return network.eval()
