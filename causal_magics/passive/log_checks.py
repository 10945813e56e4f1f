"""What a log has to be, and to be to an environment."""

from __future__ import annotations

from typing import Any

import numpy as np

from causal_magics.errors import PassiveError
from causal_magics.options import check_kind
from causal_magics.passive.worlds.environment import MAX_VARIABLES, CausalEnvironment
from causal_magics.passive.worlds.episodes import WATCH, Episodes
from causal_magics.passive.worlds.structural_models import NOTHING, Integers

__all__ = ["check_environment", "check_episodes", "check_labels"]

_CODES = "0 sets nothing, 1 + 2v sets variable v down, 2 + 2v sets it up"
_EXACT = 1e-3


def check_environment(environment: CausalEnvironment, episodes: Episodes) -> None:
    """Refuse an environment that these episodes cannot be from.

    How many steps explore or count is the log's own: networks learn from any.

    Raises
    ------
    OptionError
        Where it is none.
    PassiveError
        Where it has other numbers of variables, or sets them to another value.
    """
    check_kind("a CausalEnvironment", environment, CausalEnvironment)
    size = episodes.n_variables
    if size not in environment.sizes:
        known = " or ".join(str(each) for each in environment.sizes)
        raise PassiveError(
            f"Expected episodes of {known} variables, as the environment has, got some of {size}. "
            f"Give an environment with variables={size}."
        )
    if episodes.value != environment.value:
        raise PassiveError(
            f"Expected episodes in which variables are set to ±{environment.value:g}, as in the "
            f"environment, got ±{episodes.value:g}. Give an environment with "
            f"value={episodes.value:g}."
        )


def check_episodes(episodes: Episodes) -> None:
    """Refuse arrays that are no episodes.

    Raises
    ------
    PassiveError
        Where shapes do not go together, values are not finite, codes of actions are none, the goal
        is set, or a variable that is set has another value.
    """
    values, actions, goals = episodes.values, episodes.actions, episodes.goals
    shapes_fit = (
        (values.ndim, actions.ndim, goals.ndim) == (3, 2, 1)
        and values.shape[:2] == (len(goals), actions.shape[1] + 1)
        and len(actions) == len(goals)
    )
    if not shapes_fit:
        raise PassiveError(
            "Expected values of shape (episodes, steps + 1, variables), actions of shape "
            "(episodes, steps) and goals of shape (episodes,), got "
            f"{values.shape}, {actions.shape} and {goals.shape}. The first row of an episode is "
            "natural; then comes one after each action."
        )
    if not actions.size or not 2 <= values.shape[2] <= MAX_VARIABLES:
        raise PassiveError(
            f"Expected an episode or more, of a step or more and 2 to {MAX_VARIABLES} variables, "
            f"got {values.shape[0]} of {actions.shape[1]} steps and {values.shape[2]} variables."
        )
    _check_numbers("goals", goals, values.shape[2] - 1, "the place of a variable")
    if not 0 <= episodes.n_explore <= episodes.n_steps:
        raise PassiveError(
            f"Expected n_explore between 0 and {episodes.n_steps}, the steps of an episode, got "
            f"{episodes.n_explore}."
        )
    broken = ~np.isfinite(values).all(axis=(1, 2))
    if broken.any():
        raise PassiveError(
            f"Expected values that are finite, got NaN or infinity in {broken.sum():,} episodes, "
            f"the first of them episode {broken.argmax()}. Leave those episodes out."
        )
    _check_codes("actions", actions, episodes)
    _check_set_values(episodes)


def check_labels(labels: Integers, episodes: Episodes) -> None:
    """Refuse labels that are no actions at the steps of these episodes.

    Raises
    ------
    PassiveError
        As `check_episodes` does.
    """
    if labels.shape != episodes.actions.shape:
        raise PassiveError(
            f"Expected labels of shape {episodes.actions.shape}, one at each step, got "
            f"{labels.shape}."
        )
    _check_codes("labels", labels, episodes)


def _check_codes(name: str, actions: Integers, episodes: Episodes) -> None:
    _check_numbers(name, actions, 2 * episodes.n_variables, _CODES)
    aimed = (actions != WATCH) & ((actions + 1) // 2 - 1 == episodes.goals[:, None])
    if aimed.any():
        episode, step = np.argwhere(aimed)[0]
        raise PassiveError(
            f"Expected {name} that leave the goal alone, got {aimed.sum():,} that set it, the "
            f"first at step {step} of episode {episode}. Leave those episodes out."
        )


def _check_numbers(name: str, numbers: Any, largest: int, meaning: str) -> None:
    """Refuse numbers that are not whole, or not between 0 and the largest."""
    if numbers.dtype.kind not in "iu":
        raise PassiveError(f"Expected {name} as whole numbers, got {numbers.dtype}: {meaning}.")
    outside = numbers[(numbers < 0) | (numbers > largest)]
    if outside.size:
        raise PassiveError(
            f"Expected {name} between 0 and {largest}, got {outside.flat[0]}: {meaning}."
        )


def _check_set_values(episodes: Episodes) -> None:
    targets = episodes.targets
    found = np.take_along_axis(episodes.values[:, 1:], np.maximum(targets, 0)[:, :, None], axis=2)[
        :, :, 0
    ]
    off = (targets != NOTHING) & (
        np.abs(found - episodes.settings) > _EXACT * max(1.0, episodes.value)
    )
    if off.any():
        episode, step = np.argwhere(off)[0]
        raise PassiveError(
            f"Expected a variable that is set to have the value it is set to, "
            f"{episodes.settings[episode, step]:g} at step {step} of episode {episode}, got "
            f"{found[episode, step]:g}. Row {step + 1} is what came of action {step}: {_CODES}."
        )
