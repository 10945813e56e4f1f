"""Policies without weights for `act`: they have what it asks of a trained one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import PassiveError
from causal_magics.passive.worlds.environment import CausalEnvironment
from causal_magics.passive.worlds.episodes import Episodes

Floats = NDArray[np.float64]


@dataclass
class BestSeen:
    """Sets each variable down and up in turn, then what made the goal largest; at random where
    `careless`.

    Parameters
    ----------
    believed : array, optional
        Probabilities of edges; moved variables are taken for effects where left out.
    """

    environment: CausalEnvironment = field(default_factory=CausalEnvironment)
    believed: Floats | None = None
    careless: bool = False
    seen: list[Episodes] = field(default_factory=list)

    def preferences(self, episodes: Episodes) -> Floats:
        self.seen.append(episodes)
        allowed = episodes.allowed[0]
        settable = [code for code in np.flatnonzero(allowed).tolist() if code]
        if episodes.is_exploring or self.careless:
            chosen = settable[episodes.n_steps % len(settable)]
        else:
            chosen = int(episodes.actions[0, episodes.goal_values[0, 1:].argmax()])
        probabilities = np.where(allowed, 0.2 / (allowed.sum() - 1), 0.0)
        probabilities[chosen] = 0.8
        with np.errstate(divide="ignore"):
            return np.log(probabilities)[None]

    def beliefs(self, episodes: Episodes) -> Floats:
        if self.believed is not None:
            return self.believed[None]
        size = episodes.n_variables
        moved = np.zeros((size, size))
        for step, target in enumerate(episodes.targets[0].tolist()):
            moved[target] += np.abs(episodes.values[0, step + 1] - episodes.values[0, 0])
        np.fill_diagonal(moved, 0.0)
        return (moved / max(1e-9, moved.max()))[None]


@dataclass
class Silent(BestSeen):
    """Tells no beliefs."""

    def beliefs(self, episodes: Episodes) -> Floats:
        raise PassiveError("Expected a policy with a read-out of edges, got one without.")
