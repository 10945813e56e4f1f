"""Episodes as text: what was set, what came of it, and what the next line may say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Literal, get_args

import numpy as np

from causal_magics.errors import PassiveError, shorten
from causal_magics.options import check_count, check_option
from causal_magics.passive.worlds.episodes import Episodes, action_names
from causal_magics.passive.worlds.structural_models import Integers

__all__ = ["ASKED", "Shown", "Wording", "action_words", "drawn_names", "episode_text", "opening"]

Shown = Literal["goal", "all"]
"""Of which variables each line tells the value: of the goal alone, or of all."""

ASKED = "Set"
"""How a line begins: what is asked of a model is how it goes on."""

_NOTHING = "nothing"


@dataclass(frozen=True)
class Wording:
    """How much an episode's lines say.

    Parameters
    ----------
    shown : {"goal", "all"}
        The goal's value in each row, or those of all variables; these make texts more than twice
        as long.
    digits : int
        After the point.

    Raises
    ------
    OptionError
        Where one is outside what it can be.
    """

    shown: Shown = "goal"
    digits: int = 1

    def __post_init__(self) -> None:
        check_option("shown", self.shown, get_args(Shown))
        check_count("digits", self.digits, least=0)

    def number(self, value: float) -> str:
        """Return a number, rounded; never a zero with a minus."""
        return f"{round(float(value), self.digits) + 0.0:.{self.digits}f}"


def episode_text(
    episodes: Episodes,
    i: int,
    names: Sequence[str],
    *,
    explanations: Sequence[str] | None = None,
    wording: Wording | None = None,
) -> str:
    """Return an episode as lines.

    A line tells what the goal is; one for each row what was set and what came of it; one says where
    exploring ends. Each of these lines ends with a line break, so that what comes next is
    ``"Set" + action_words(names)[action]``.

    Parameters
    ----------
    episodes : Episodes
    i : int
        Which of them.
    names : sequence of str
        Of the variables; `drawn_names` makes some.
    explanations : sequence of str, optional
        One for each episode: its last line, where it is not empty. Of episodes that are over.
    wording : Wording, optional

    Returns
    -------
    str

    Raises
    ------
    PassiveError
        Where the names do not fit the variables.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_magics.passive.worlds.episodes import Episodes
    >>> values = np.array([[[0.5, 0.12], [-2, -1.96], [2, 2.04]]])
    >>> tried = Episodes(values, np.array([[1, 2]]), np.array([1]), n_explore=2)
    >>> print(episode_text(tried, 0, ["A", "B"]), end="")
    The goal is to make B large.
    Set nothing: B = 0.1
    Set A = -2: B = -2.0
    Set A = +2: B = 2.0
    Now make B as large as possible.
    """
    _check_names(names, episodes.n_variables)
    wording = Wording() if wording is None else wording
    words = action_words(names, episodes.value)
    goal = int(episodes.goals[i])
    lines = [opening(names[goal]), _row(episodes, i, 0, names, wording, words[0])]
    for step, action in enumerate(episodes.actions[i].tolist()):
        if step == episodes.n_explore:
            lines.append(turn(names[goal]))
        lines.append(_row(episodes, i, step + 1, names, wording, words[action]))
    if episodes.n_steps == episodes.n_explore:
        lines.append(turn(names[goal]))
    if explanations is not None and explanations[i]:
        lines.append(explanations[i])
    return "\n".join(lines) + "\n"


def opening(goal: str) -> str:
    """Return the line that begins an episode."""
    return f"The goal is to make {goal} large."


def turn(goal: str) -> str:
    """Return the line between what explores and what counts."""
    return f"Now make {goal} as large as possible."


def action_words(names: Sequence[str], value: float = 2.0) -> tuple[str, ...]:
    """Return how a line goes on after ``"Set"`` for each action, in the order of their codes.

    Examples
    --------
    >>> action_words(["A"])
    (' nothing', ' A = -2', ' A = +2')
    """
    return tuple(f" {name}" for name in (_NOTHING, *action_names(names, value)[1:]))


def drawn_names(
    n_episodes: int, n_variables: int, seed: int | Sequence[int] = 0
) -> tuple[tuple[str, ...], ...]:
    """Return names for the variables of each episode: the same letters, each time dealt anew.

    So no letter means anything from one episode to the next.

    Parameters
    ----------
    n_episodes, n_variables : int
    seed : int or sequence of int
        Episode i has the same names however many there are.

    Returns
    -------
    tuple of tuple of str
    """
    rng = np.random.default_rng(seed)
    orders: Integers = rng.random((n_episodes, n_variables)).argsort(axis=1)
    return tuple(tuple(ascii_uppercase[letter] for letter in order) for order in orders.tolist())


def _row(
    episodes: Episodes, i: int, row: int, names: Sequence[str], wording: Wording, words: str
) -> str:
    values, goal = episodes.values[i, row], int(episodes.goals[i])
    told = [goal]
    if wording.shown == "all":
        # In the order of names, which says nothing of the model; what was set stands before.
        was_set = int(episodes.targets[i, row - 1]) if row else None
        told = sorted((v for v in range(len(names)) if v != was_set), key=lambda v: names[v])
    numbers = ", ".join(f"{names[v]} = {wording.number(values[v])}" for v in told)
    return f"{ASKED}{words}: {numbers}"


def _check_names(names: Sequence[str], n_variables: int) -> None:
    if isinstance(names, str) or len(names) != n_variables or len(set(names)) != n_variables:
        raise PassiveError(
            f"Expected {n_variables} names, all different, one for each variable, got "
            f"{shorten(repr(names))[1:-1]}."
        )
