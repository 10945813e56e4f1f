"""The bounds on the benefit as a function of the payoff, for data that stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from causal_magics.counterfactual.bounds import Floats
from causal_magics.counterfactual.couplings import Couplings, Groups, couplings_of
from causal_magics.counterfactual.payoff import Payoff
from causal_magics.counterfactual.payoff_weights import MovedWeight, payoffs_along
from causal_magics.counterfactual.unit_bounds import UnitBounds
from causal_magics.counterfactual.weight_breaks import found_breaks, transport_breaks

__all__ = ["AnyBenefit", "BenefitFunction", "TransportBenefit", "benefit_function"]

FARTHEST = 100.0
"""How far weights are moved where bounds come from linear programs, in largest entries."""


class BenefitFunction(Protocol):
    """Bounds on the benefit of any payoff, for each stratum."""

    def evaluate(self, payoffs: Floats) -> tuple[Floats, Floats]:
        """Return lower and upper bounds, shape (strata, payoffs), of payoffs as flat rows."""

    def breaks(self, payoff: Payoff, weight: MovedWeight) -> Floats:
        """Return weights, two at least, between which the bounds are linear, ascending."""


@dataclass(frozen=True, eq=False, slots=True)
class TransportBenefit:
    """Bounds from the vertices of the couplings.

    Attributes
    ----------
    couplings : Couplings
        Of all strata.
    monotone : bool
    free : tuple of bool
        Whether one outcome of each unit is free, as with observations alone: what occurs among the
        strata.
    """

    couplings: Couplings
    monotone: bool
    free: tuple[bool, ...]

    def evaluate(self, payoffs: Floats) -> tuple[Floats, Floats]:
        """Return the bounds of many payoffs."""
        return self.couplings.evaluate(payoffs)

    def breaks(self, payoff: Payoff, weight: MovedWeight) -> Floats:
        """Return where a vertex of the dual stops being feasible, and a place beyond each end."""
        parts = [
            transport_breaks(payoff, weight, monotone=self.monotone, free=f) for f in self.free
        ]
        found = np.unique(np.concatenate(parts))
        if not len(found):
            return np.array([0.0, 1.0])
        beyond = max(1.0, float(np.abs(found).max()))
        return np.concatenate([[found[0] - beyond], found, [found[-1] + beyond]])


@dataclass(frozen=True, eq=False, slots=True)
class AnyBenefit:
    """Bounds from whatever computes them, one payoff after the other.

    Attributes
    ----------
    bounds_of : callable
        Takes a payoff that tells units apart, returns the bounds of the strata.
    strata : int
        How many they are.
    """

    bounds_of: Callable[[Payoff], tuple[Floats, Floats]]
    strata: int

    def evaluate(self, payoffs: Floats) -> tuple[Floats, Floats]:
        """Return the bounds of many payoffs."""
        ends = np.empty((2, self.strata, len(payoffs)))
        n = round(payoffs.shape[1] ** 0.5)
        for place, row in enumerate(payoffs):
            same = np.ptp(row) == 0
            ends[..., place] = row[0] if same else self.bounds_of(Payoff(row.reshape(n, n)))
        return ends[0], ends[1]

    def breaks(self, payoff: Payoff, weight: MovedWeight) -> Floats:
        """Return where the bounds bend, up to far beyond the payoff's entries."""
        far = FARTHEST * max(1.0, float(np.abs(payoff.values).max()))
        return found_breaks(lambda at: self.evaluate(payoffs_along(payoff, weight, at)), -far, far)


def benefit_function(bounds: UnitBounds) -> BenefitFunction:
    """Return the bounds of the strata as a function of the payoff.

    Parameters
    ----------
    bounds : UnitBounds
    """
    couplings = _couplings(bounds)
    if couplings is not None:
        free = {group.distributions.experimental is None for group in bounds.groups}
        function = TransportBenefit(couplings, bounds.monotone, tuple(sorted(free)))
        ends = function.evaluate(bounds.payoff.values.reshape(1, -1))
        scale = max(1.0, float(np.abs(bounds.payoff.values).max()))
        if all(
            np.abs(end[:, 0] - known).max(initial=0.0) <= 1e-7 * scale
            for end, known in zip(ends, bounds.benefit, strict=True)
        ):
            return function
    return AnyBenefit(lambda payoff: tuple(bounds.with_payoff(payoff).benefit), len(bounds))


def _couplings(bounds: UnitBounds) -> Couplings | None:
    """Return the couplings of all strata, None where those of some are no transport."""
    places: list[Groups] = [()] * len(bounds)
    for group in bounds.groups:
        found = couplings_of(group.distributions, monotone=bounds.monotone)
        if found is None:
            return None
        for place, each in zip(group.strata.tolist(), found.groups, strict=True):
            places[place] = each
    return Couplings(tuple(places))
