"""Weights of a payoff that are moved: single entries, or entries that move together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.payoff_lines import payoff_of_lines
from causal_magics.data.wording import enumerate_items
from causal_magics.errors import CounterfactualError, shorten

__all__ = [
    "MovedWeight",
    "all_weights",
    "largest_weight",
    "payoff_frame",
    "payoffs_along",
    "weight_of",
]

_TYPES = {
    (0, 0): "never-taker", (0, 1): "complier", (1, 0): "defier", (1, 1): "always-taker",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class MovedWeight:
    """A weight of a payoff, which sets one entry or more.

    Attributes
    ----------
    name : str
    direction : ndarray of shape (levels, levels)
        Where it is not 0, the weight times it is the entry of the payoff; where it is 0, the
        payoff keeps its entry.
    """

    name: str
    direction: Floats

    def current(self, payoff: Payoff) -> float | None:
        """Return the weight that a payoff has; None where its entries are of different ones."""
        moved = self.direction != 0
        values = payoff.values[moved] / self.direction[moved] + 0.0  # no minus before 0
        return float(values[0]) if np.ptp(values) <= 1e-12 * max(1.0, abs(values[0])) else None

    def at(self, payoff: Payoff, weight: float) -> Payoff:
        """Return a payoff with this weight."""
        return Payoff(np.where(self.direction != 0, weight * self.direction, payoff.values))


def largest_weight(*payoffs: Payoff) -> float:
    """Return the largest size of a weight: the scale beside which rounding is nothing."""
    return max(float(np.abs(payoff.values).max()) for payoff in payoffs)


def payoffs_along(payoff: Payoff, weight: MovedWeight, at: Floats) -> Floats:
    """Return the payoff with each of many weights, shape (weights, levels * levels)."""
    return np.column_stack([np.ones(len(at)), at]) @ payoff_frame(payoff, weight)


def payoff_frame(payoff: Payoff, *weights: MovedWeight) -> Floats:
    """Return the entries that stay and those that each weight moves.

    Parameters
    ----------
    payoff : Payoff
    *weights : MovedWeight
        Of different entries.

    Returns
    -------
    ndarray of shape (1 + weights, levels * levels)
        The payoff of weights ``w`` is ``(1, *w) @ frame``.
    """
    directions = [weight.direction.reshape(-1) for weight in weights]
    rest = np.where(np.any(directions, axis=0), 0.0, payoff.values.reshape(-1))
    return np.stack([rest, *directions])


def weight_of(weight: Any, levels: Sequence[Any]) -> MovedWeight:
    """Return the weight that a name, a pair of outcomes or a matrix means.

    Parameters
    ----------
    weight : str, pair, array_like or MovedWeight
        As in a line of a payoff: ``"complier"``, ``"harm"`` (all entries of a lower outcome treated
        than untreated), ``"none -> high"``, ``"* -> high"``. Or a pair, the outcomes untreated and
        treated of one entry, as labels or places. Or a matrix, which the weight is multiplied with
        where it is not 0.
    levels : sequence
        Labels of the outcomes, the lowest first.

    Raises
    ------
    CounterfactualError
        Where it is none of these.
    """
    if isinstance(weight, MovedWeight):
        return weight
    if isinstance(weight, str):
        return MovedWeight(weight.strip(), payoff_of_lines([f"{weight} = 1"], levels).values)
    if isinstance(weight, tuple) and len(weight) == 2 and not any(map(np.ndim, weight)):
        i, k = (_place(each, levels) for each in weight)
        return _entry(i, k, levels)
    try:
        direction = np.array(weight, dtype=float)
    except (TypeError, ValueError):
        direction = np.empty(0)
    n = len(levels)
    if direction.shape != (n, n) or not np.isfinite(direction).all() or not direction.any():
        raise CounterfactualError(
            "Expected a weight as in a payoff (such as harm, or none -> high), a pair of outcomes, "
            f"or a matrix of shape {(n, n)} that is not all 0, got {shorten(repr(weight))}."
        )
    return MovedWeight("matrix", direction)


def all_weights(levels: Sequence[Any]) -> tuple[MovedWeight, ...]:
    """Return the weight of each entry of a payoff, row by row."""
    n = len(levels)
    return tuple(_entry(i, k, levels) for i in range(n) for k in range(n))


def _entry(i: int, k: int, levels: Sequence[Any]) -> MovedWeight:
    direction = np.zeros((len(levels), len(levels)))
    direction[i, k] = 1.0
    name = _TYPES[i, k] if len(levels) == 2 else f"{levels[i]} -> {levels[k]}"
    return MovedWeight(name, direction)


def _place(label: Any, levels: Sequence[Any]) -> int:
    names = [str(level) for level in levels]
    if str(label) in names:
        return names.index(str(label))
    if isinstance(label, int | np.integer) and 0 <= label < len(levels):
        return int(label)
    raise CounterfactualError(
        f"Expected an outcome among {enumerate_items([shorten(name) for name in names])}, got "
        f"{shorten(str(label))}. Give the outcome untreated and the outcome treated."
    )
