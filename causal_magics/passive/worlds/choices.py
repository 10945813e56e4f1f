"""Choices of actors, looked at before they are taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causal_magics.errors import PassiveError, shorten
from causal_magics.passive.worlds.environment import Tasks
from causal_magics.passive.worlds.episodes import WATCH, Actor, Episodes
from causal_magics.passive.worlds.structural_models import Integers

__all__ = ["CheckedActor"]


@dataclass(frozen=True)
class CheckedActor:
    """An actor whose choices are looked at before they are taken.

    Parameters
    ----------
    actor : Actor
    may_watch : bool
        Whether it may set nothing at steps that count too.
    """

    actor: Actor
    may_watch: bool = False

    @property
    def name(self) -> str:
        """What the actor is called."""
        return str(self.actor.name)

    def choose(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        """Choose the next action of every episode.

        Raises
        ------
        PassiveError
            Where the actor chooses what is no action, or not allowed.
        """
        given = self.actor.choose(episodes, tasks, rng)
        expected = (
            f"Expected {shorten(self.name)} to choose a whole number for each of "
            f"{episodes.n_episodes:,} episodes"
        )
        try:
            chosen = np.asarray(given)
        except (TypeError, ValueError):
            raise PassiveError(f"{expected}, got {shorten(repr(given))[1:-1]}.") from None
        if chosen.shape != (episodes.n_episodes,) or chosen.dtype.kind not in "iu":
            raise PassiveError(
                f"{expected}, got an array of {chosen.dtype} and shape {chosen.shape}."
            )
        allowed = episodes.allowed
        allowed[:, WATCH] |= self.may_watch
        known = (chosen >= 0) & (chosen < allowed.shape[1])
        wrong = ~np.take_along_axis(allowed, np.where(known, chosen, 0)[:, None], 1)[:, 0] | ~known
        if wrong.any():
            first = int(wrong.argmax())
            raise PassiveError(
                f"Expected {shorten(self.name)} to choose among the actions allowed, got "
                f"{int(chosen[first])} at step {episodes.n_steps} of an episode whose goal is "
                f"variable {int(episodes.goals[first])}. Choose where episodes.allowed is True."
            )
        return chosen.astype(np.int64)
