"""Whether to treat a stratum whose benefit is known within bounds.

With a benefit between ``l`` and ``u`` and 0 for not treating, the regret of treating is at most
``-l`` and that of not treating at most ``u``. Their larger one is least where the sign of the
midpoint decides, and, where a coin may decide, at a chance ``u / (u - l)`` of treating (Manski
2007, "Minimax-regret treatment choice with missing outcome data"; Stoye 2009).
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.rounding import settled
from causal_magics.errors import CounterfactualError, closest, shorten

__all__ = [
    "RULES",
    "Rule",
    "Verdict",
    "chance_of_treating",
    "check_rule",
    "criterion",
    "greatest_regret",
    "verdicts",
]

Rule = Literal["midpoint", "certain", "randomised", "hurwicz"]
RULES: tuple[Rule, ...] = get_args(Rule)
Verdict = Literal["treat", "undecided", "refuse"]


def check_rule(rule: object, optimism: object) -> None:
    """Refuse a rule that is not there, and an optimism outside 0 to 1 or that its rule ignores.

    Raises
    ------
    CounterfactualError
    """
    if rule not in RULES:
        spelled = {"randomized": "randomised", "minimax": "midpoint", "regret": "midpoint"}
        hint = spelled.get(str(rule).casefold()) or closest(str(rule), RULES)
        raise CounterfactualError(
            f"Expected rule among {', '.join(RULES)}, got {shorten(str(rule))}."
            + (f" Did you mean {hint}?" if hint else "")
        )
    number = isinstance(optimism, int | float | np.number) and not isinstance(optimism, bool)
    if not number or not 0 <= optimism <= 1:  # type: ignore[operator]
        raise CounterfactualError(
            f"Expected optimism between 0 (the lower bound) and 1 (the upper one), got "
            f"{shorten(str(optimism))}."
        )
    if rule != "hurwicz" and optimism != 0.5:
        raise CounterfactualError(
            f"Expected optimism with the rule hurwicz, which alone weighs by it, got {optimism:g} "
            f"with {rule}. Say rule='hurwicz', or leave optimism out."
        )


def verdicts(lower: Floats, upper: Floats, *, scale: float) -> NDArray[np.str_]:
    """Return what the bounds certify for each stratum.

    Parameters
    ----------
    lower, upper : ndarray of shape (strata,)
        Bounds on the benefit of treating one unit.
    scale : float
        The largest weight of the payoff; 0 where the bounds have no rounding.

    Returns
    -------
    ndarray of str
        ``treat`` where the benefit is above 0 for certain, ``refuse`` where it is below 0 for
        certain or can be no more than 0, else ``undecided``.
    """
    low, high = settled(lower, scale), settled(upper, scale)
    refused = (high < 0) | ((high == 0) & (low < 0))
    return np.where(low > 0, "treat", np.where(refused, "refuse", "undecided"))


def criterion(
    lower: Floats, upper: Floats, rule: Rule, optimism: float = 0.5, *, scale: float
) -> Floats:
    """Return what a rule takes for the benefit of one unit: it treats where that is above 0.

    The lower bound (`certain`), the midpoint (`midpoint`, `randomised`), or the mean of both ends
    in which the upper one has the weight `optimism` (`hurwicz`); `scale` as for `verdicts`.
    """
    if rule == "certain":
        return settled(lower, scale)
    share = optimism if rule == "hurwicz" else 0.5
    return settled((1 - share) * lower + share * upper, scale)


def chance_of_treating(
    lower: Floats, upper: Floats, rule: Rule, optimism: float = 0.5, *, scale: float
) -> Floats:
    """Return the share of each stratum that a rule treats, shape (strata,).

    It is 0 or 1 but for the rule `randomised`, which treats a share ``u / (u - l)`` where 0 lies
    between the bounds; `scale` as for `verdicts`.
    """
    if rule != "randomised":
        return (criterion(lower, upper, rule, optimism, scale=scale) > 0).astype(float)
    low, high = settled(lower, scale), settled(upper, scale)
    width = high - low
    chance = np.divide(high, width, out=(low > 0).astype(float), where=width > 0)
    return np.asarray(np.clip(chance, 0.0, 1.0))


def greatest_regret(lower: Floats, upper: Floats, share: Floats) -> Floats:
    """Return the most benefit a unit may lose for each stratum, against all or none treated.

    Parameters
    ----------
    lower, upper : ndarray of shape (treatments, strata) or (strata,)
        Bounds on the benefit of a unit.
    share : ndarray of the same shape
        Which share of the units gets each treatment.

    Returns
    -------
    ndarray of shape (strata,)

    Notes
    -----
    Another treatment ``a`` for all gains at most ``(1 - share[a]) upper[a]`` less ``share lower``
    over the treatments but ``a``; no treatment gains at most minus ``share lower`` over all. With
    one treatment this is ``max((1 - share) u, -share l, 0)``. With several it is attained where
    their benefits may be at any of their ends together, and an upper bound where they may not.
    """
    low, high, part = np.atleast_2d(lower, upper, share)
    held = np.where(part > 0, part * low, 0.0)
    sure = held.sum(axis=0)
    gained = (1 - part) * high - (sure - held if len(part) > 1 else 0.0)
    return np.asarray(np.maximum(np.maximum(gained.max(axis=0), -sure), 0.0) + 0.0)
