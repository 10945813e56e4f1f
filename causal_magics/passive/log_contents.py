"""What a log holds, in causal terms, and what can therefore be learned from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_magics.data.frames import new_frame
from causal_magics.data.html_table import html_table
from causal_magics.passive.worlds.episodes import WATCH

if TYPE_CHECKING:
    from causal_magics.passive.intervention_log import InterventionLog

__all__ = ["LogContents", "contents_of"]

_NOTHING = (
    "Nothing was set: of these rows no learner can tell causes from effects, but for what "
    "functional form and priors give away."
)


@dataclass(frozen=True, repr=False)
class LogContents:
    """What was set in a log, how often and by whom; iterating gives the sentences.

    Parameters
    ----------
    names : tuple of str
        Of the variables.
    set_down, set_up, goal : tuple of int
        How often each variable was set to each value, and in how many episodes it was the goal.
    n_episodes, n_rows, n_natural : int
        Episodes, rows, and rows before which nothing was set.
    n_explore, n_exploit : int
        Steps of an episode that explore, and that count.
    n_set_exploring : int
        How often something was set while an episode explored.
    explored : float
        The share of variables other than the goal that were set both ways while an episode
        explored, on average over episodes.
    explored_blindly : bool
        Whether what was set while exploring was chosen whatever the model.
    knows_model : bool, optional
        Whether the expert chose by the model, or by rows that the log does not hold.
    slip : float
        The share of steps at which what was done was drawn at random.
    """

    names: tuple[str, ...]
    set_down: tuple[int, ...]
    set_up: tuple[int, ...]
    goal: tuple[int, ...]
    n_episodes: int
    n_rows: int
    n_natural: int
    n_explore: int
    n_exploit: int
    n_set_exploring: int
    explored: float
    explored_blindly: bool
    knows_model: bool | None
    slip: float

    @property
    def never_set(self) -> tuple[str, ...]:
        """The variables that were never set."""
        return tuple(
            name
            for name, *times in zip(self.names, self.set_down, self.set_up, strict=True)
            if not any(times)
        )

    @property
    def is_observational(self) -> bool:
        """Whether nothing was set."""
        return len(self.never_set) == len(self.names)

    @property
    def is_confounded(self) -> bool | None:
        """Whether actions go together with causes that the log does not hold; None if unknown."""
        return False if self.is_observational else self.knows_model

    @property
    def sentences(self) -> tuple[str, ...]:
        """What can be learned from the log and what cannot."""
        if self.is_observational:
            return (_NOTHING,)
        return tuple(sentence for sentence in self._told() if sentence)

    def _told(self) -> Iterator[str]:
        yield self._of_exploring
        yield _listed(
            self.never_set,
            "never set: what follows from setting {it} is in no row, and known only as far as "
            "functional form and priors tell.",
        )
        for way, other, times, others in (
            ("down", "up", self.set_down, self.set_up),
            ("up", "down", self.set_up, self.set_down),
        ):
            names = [
                name
                for name, done, missing in zip(self.names, times, others, strict=True)
                if done and not missing
            ]
            yield _listed(names, f"only set {way}: what setting {{it}} {other} does is in no row.")
        yield self._of_choice
        if self.slip:
            yield (
                f"At {self.slip:.0%} of the steps what was done was drawn at random, and labels "
                "say what the expert would have done."
            )

    def __iter__(self) -> Iterator[str]:
        return iter(self.sentences)

    def __repr__(self) -> str:
        counts = ", ".join(
            f"{name} {down:,} down {up:,} up"
            for name, down, up in zip(self.names, self.set_down, self.set_up, strict=True)
        )
        return "\n".join([f"{self._summary} Set: {counts}.", *self.sentences])

    def _repr_html_(self) -> str:
        rows = [
            [name, *(f"{count:,}" for count in counts)]
            for name, *counts in zip(self.names, self.set_down, self.set_up, self.goal, strict=True)
        ]
        head = ("variable", "set down", "set up", "goal of episodes")
        return html_table(head, rows, " ".join([self._summary, *self.sentences]))

    def to_frame(self) -> Any:
        """Return a data frame with a row for each variable."""
        return new_frame(
            {
                "variable": list(self.names),
                "set_down": list(self.set_down),
                "set_up": list(self.set_up),
                "goal": list(self.goal),
            }
        )

    @property
    def _summary(self) -> str:
        return (
            f"{self.n_episodes:,} episodes with {self.n_rows:,} rows, {self.n_natural:,} of them "
            "natural."
        )

    @property
    def _of_exploring(self) -> str:
        if not self.n_explore:
            return ""
        if not self.n_set_exploring:
            return (
                "While episodes explored nothing was set: what a learner sees there of causes is "
                "what functional form and priors give away."
            )
        return (
            f"While episodes explored, {self.explored:.0%} of the variables other than the goal "
            "were set both ways."
        )

    @property
    def _of_choice(self) -> str:
        if self.knows_model is None:
            return (
                "Nobody says by what the actions were chosen: if by something that the log does "
                "not hold, an outcome model learned from it is confounded."
            )
        if not self.knows_model:
            return (
                "What was set was chosen by what the log holds: given the steps before it, what "
                "followed an action is what that action brings about."
            )
        where = f" in the last {self.n_exploit} steps" if self.explored_blindly else ""
        told = (
            f"What was set{where} was chosen by somebody who knew the model: actions and hidden "
            "causes go together, so that an outcome model learned from it is confounded."
        )
        if self.explored_blindly:
            told += (
                f" The {self.n_explore} steps before were chosen whatever the model: what followed "
                "them is what those actions bring about."
            )
        return told


def contents_of(log: InterventionLog) -> LogContents:
    """Count what was set in a log."""
    episodes = log.episodes
    n_variables, n_explore = episodes.n_variables, episodes.n_explore
    times = np.bincount(episodes.actions.reshape(-1), minlength=2 * n_variables + 1)
    goals = np.bincount(episodes.goals, minlength=n_variables)
    tried = np.zeros((episodes.n_episodes, 2 * n_variables + 1), dtype=bool)
    exploring = episodes.actions[:, :n_explore]
    np.put_along_axis(tried, exploring, values=True, axis=1)
    both = (tried[:, 1::2] & tried[:, 2::2]).sum(axis=1)
    return LogContents(
        names=tuple(ascii_uppercase[:n_variables]),
        set_down=tuple(times[1::2].tolist()),
        set_up=tuple(times[2::2].tolist()),
        goal=tuple(goals.tolist()),
        n_episodes=episodes.n_episodes,
        n_rows=episodes.n_episodes * (episodes.n_steps + 1),
        n_natural=int(times[WATCH]) + episodes.n_episodes,
        n_explore=n_explore,
        n_exploit=episodes.n_steps - n_explore,
        n_set_exploring=int((exploring != WATCH).sum()),
        explored=float(both.mean()) / (n_variables - 1),
        explored_blindly=log.explores and bool((exploring != WATCH).any()),
        knows_model=log.knows_model,
        slip=log.slip,
    )


def _listed(names: list[str] | tuple[str, ...], what: str) -> str:
    """Return a sentence about some variables, nothing where there are none."""
    if not names:
        return ""
    if len(names) == 1:
        return f"{names[0]} was {what.format(it='it')}"
    return f"{', '.join(names[:-1])} and {names[-1]} were {what.format(it='them')}"
