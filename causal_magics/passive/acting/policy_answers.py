"""What a policy answers, looked at before it is acted on: the user's own may answer anything."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import PassiveError
from causal_magics.passive.worlds.episodes import Episodes

__all__ = ["checked_beliefs", "checked_preferences"]

Floats = NDArray[np.float64]

_SLACK = 1e-3
"""By how much probabilities may miss what they should be."""


def checked_preferences(given: Any, episodes: Episodes, name: str) -> Floats:
    """Return log-probabilities of the next action as an array, shape (1, 2 × variables + 1).

    Parameters
    ----------
    given
        What the policy returned.
    episodes : Episodes
        Just one.
    name : str
        Of the policy, for messages.

    Raises
    ------
    PassiveError
        Where it is no array of that shape, its probabilities do not sum to 1, or an action that is
        not allowed has one.
    """
    allowed = episodes.allowed
    wanted = f"the preferences of {name} to be log-probabilities"
    numbers = _numbers(given, allowed.shape, wanted)
    if np.isnan(numbers).any() or numbers.max() > _SLACK:
        got = "NaN" if np.isnan(numbers).any() else f"{numbers.max():.3g}"
        raise PassiveError(f"Expected {wanted}, numbers up to 0, got {got}. Normalise them.")
    shares = np.exp(numbers)
    strange = np.flatnonzero(~allowed[0] & (shares[0] > _SLACK))
    if strange.size:
        raise PassiveError(
            f"Expected {wanted}, -inf where an action is not allowed, got "
            f"{shares[0, strange[0]]:.3g} as the probability of action {strange[0]} at step "
            f"{episodes.n_steps}. Look at episodes.allowed."
        )
    total = float(shares.sum())
    if abs(total - 1.0) > _SLACK:
        raise PassiveError(
            f"Expected {wanted} whose probabilities sum to 1, got a sum of {total:.3g} at step "
            f"{episodes.n_steps}. Normalise them over the actions that episodes.allowed has."
        )
    return np.where(allowed, numbers, -np.inf)


def checked_beliefs(given: Any, n_variables: int, name: str) -> Floats:
    """Return probabilities of edges as an array, shape (variables, variables).

    Parameters
    ----------
    given
        What the policy returned, of one episode.
    n_variables : int
    name : str
        Of the policy, for messages.

    Raises
    ------
    PassiveError
        Where it is no array of shape (1, variables, variables), or holds what is no probability.
        The diagonal is not looked at.
    """
    wanted = f"the beliefs of {name} to be probabilities of edges"
    numbers = _numbers(given, (1, n_variables, n_variables), wanted)[0].copy()
    np.fill_diagonal(numbers, 0.0)
    wrong = ~((numbers >= -_SLACK) & (numbers <= 1.0 + _SLACK))
    if wrong.any():
        cause, effect = np.argwhere(wrong)[0].tolist()
        raise PassiveError(
            f"Expected {wanted}, from 0 to 1, got {numbers[cause, effect]:.3g} for variable "
            f"{cause} -> variable {effect}. Return shares, or leave the method out where it tells "
            "none."
        )
    return np.asarray(np.clip(numbers, 0.0, 1.0))


def _numbers(given: Any, shape: tuple[int, ...], wanted: str) -> Floats:
    """Return an answer as numbers of a shape."""
    try:
        numbers = np.asarray(given)
    except (TypeError, ValueError, RuntimeError):
        numbers = np.array(None)
    if numbers.dtype.kind not in "fiub":
        raise PassiveError(
            f"Expected {wanted}, an array of shape {shape}, got {type(given).__name__} without "
            "such numbers. Return a NumPy array."
        )
    if numbers.shape != shape:
        raise PassiveError(
            f"Expected {wanted}, an array of shape {shape}, got shape {numbers.shape}. Return one "
            "entry for each episode."
        )
    return numbers.astype(np.float64)
