"""Spending a budget on strata: greedily by benefit per cost, which is the optimum.

Where a stratum may be treated in part, the plan with the most benefit takes strata in the order of
benefit per cost until the budget is spent (Dantzig 1957, "Discrete-variable extremum problems").
With several treatments a stratum first gets what lies on the concave hull of benefit over cost
(Sinha & Zoltners 1979, "The multiple-choice knapsack problem").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Bounds, Floats
from causal_magics.counterfactual.bounding.rounding import TOLERANCE
from causal_magics.errors import CounterfactualError, shorten

__all__ = [
    "Curve",
    "Envelope",
    "Plan",
    "check_budget",
    "check_population",
    "costs_of",
    "envelope_of",
    "plan_of",
]

MOST = 1e100
"""Costs and populations are up to this, and from one part in as many: products stay finite."""


@dataclass(frozen=True, eq=False, slots=True)
class Curve:
    """A total that grows with the budget, straight between its points.

    Attributes
    ----------
    spent, total : ndarray of shape (points,)
        From 0 on, in the units of the budget and of the benefit.
    """

    spent: Floats
    total: Floats

    def at(self, budget: Any) -> Any:
        """Return the total at one budget or many; beyond the last point it stays as it is."""
        return np.interp(budget, self.spent, self.total)


@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """Steps of spending, the most worth per cost first.

    Attributes
    ----------
    strata : ndarray of int, shape (steps,)
        In which stratum each step is.
    before, after : ndarray of int, shape (steps,)
        Which treatment its units had before, -1 for none, and which they have after.
    units, cost : ndarray of shape (steps,)
        How many units a step is for, and what it costs more for each.
    """

    strata: NDArray[np.intp]
    before: NDArray[np.intp]
    after: NDArray[np.intp]
    units: Floats
    cost: Floats

    @property
    def ends(self) -> Floats:
        """What is spent after each step."""
        ends: Floats = np.cumsum(self.cost * self.units)
        return ends

    def taken(self, budget: float) -> Floats:
        """Return the share of each step that a budget pays for; all are 1 but the last."""
        need = self.cost * self.units
        return np.asarray(np.clip(budget - (self.ends - need), 0.0, need) / need)

    def shares(self, budget: float, shape: tuple[int, ...], units: Floats) -> Floats:
        """Return the share of each stratum that gets each treatment, shape (treatments, strata).

        Parameters
        ----------
        budget : float
        shape : (int, int)
            Numbers of treatments and strata.
        units : ndarray of shape (strata,)
            All units of each stratum.
        """
        share = np.zeros(shape)
        part = self.taken(budget) * self.units / units[self.strata]
        np.add.at(share, (self.after, self.strata), part)
        shift = self.before >= 0
        np.subtract.at(share, (self.before[shift], self.strata[shift]), part[shift])
        return np.clip(share, 0.0, 1.0)

    def curve(self, benefit: Floats) -> Curve:
        """Return the total of a benefit of each treatment and stratum as the budget grows."""
        was = np.where(self.before >= 0, benefit[self.before, self.strata], 0.0)
        gained = (benefit[self.after, self.strata] - was) * self.units
        return Curve(np.r_[0.0, self.ends], np.r_[0.0, np.cumsum(gained)])


@dataclass(frozen=True, eq=False, slots=True)
class Envelope:
    """What a budget brings, as it grows.

    Attributes
    ----------
    lower, upper : Curve
        The bounds on the total benefit of the plan, which takes strata in its own order.
    guaranteed : Curve
        The most that any plan is certain to bring.
    possible : Curve
        The most that any plan may bring.
    budget, spent : float
        What there was to spend (infinite without a budget), and what is spent.
    unit : str
        What budgets are counted in.
    """

    lower: Curve
    upper: Curve
    guaranteed: Curve
    possible: Curve
    budget: float
    spent: float
    unit: str

    @property
    def is_short(self) -> bool:
        """Whether the budget does not suffice for all whom the rule would treat."""
        return self.spent < float(self.lower.spent[-1]) * (1 - 1e-12)

    def at(self, budget: float) -> Bounds:
        """Return the bounds on the plan's total benefit with another budget."""
        most = check_budget(budget)
        low, high = float(self.lower.at(most)), float(self.upper.at(most))
        return Bounds(low, high, "total benefit")


def check_budget(budget: object) -> float:
    """Return a budget as a number; infinity for None.

    Raises
    ------
    CounterfactualError
        Where it is no number from 0.
    """
    if budget is None:
        return float("inf")
    number = _number(budget)
    if not number >= 0:
        raise CounterfactualError(
            f"Expected a budget from 0, in units of the costs (in units treated where there are no "
            f"costs), got {shorten(str(budget))}. Leave it out to treat whoever gains."
        )
    return number


def costs_of(costs: Any, strata: int) -> Floats:
    """Return what treating a unit of each stratum costs, shape (strata,).

    Parameters
    ----------
    costs : float, array_like of shape (strata,), or None
        One for all strata, or one for each; None is 1 for each unit.
    strata : int

    Raises
    ------
    CounterfactualError
        Where they are not numbers above 0, or not one for each stratum.
    """
    try:
        values = np.ones(strata) if costs is None else np.array(costs, dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise CounterfactualError(
            f"Expected costs as a number or a number for each stratum, up to {MOST:g}, got "
            f"{shorten(repr(costs))[1:-1]}."
        ) from None
    if values.ndim == 0:
        values = np.full(strata, float(values))
    if values.shape != (strata,):
        raise CounterfactualError(
            f"Expected one cost, or one for each of {strata:,} strata in the order of the bounds, "
            f"got {'shape ' + str(values.shape) if values.ndim > 1 else f'{len(values):,} costs'}."
        )
    wrong = values[~((values >= 1 / MOST) & (values <= MOST))]
    if len(wrong):
        raise CounterfactualError(
            f"Expected costs above 0 for each unit treated, from {1 / MOST:g} to {MOST:g}, got "
            f"{wrong[0]:g}. Leave strata out that cannot be treated; what costs nothing needs no "
            "budget."
        )
    return values


def check_population(population: object) -> float:
    """Return a number of units.

    Raises
    ------
    CounterfactualError
        Where it is no number above 0, or one too large or small to compute with.
    """
    number = _number(population)
    if not 1 / MOST <= number <= MOST:
        raise CounterfactualError(
            f"Expected a population above 0, from {1 / MOST:g} to {MOST:g} units, got "
            f"{shorten(str(population))}. Leave it out for the units of the data."
        )
    return number


def _number(value: object) -> float:
    """Return a number as one of floating point, infinite beyond these; NaN for what is none."""
    if not isinstance(value, int | float | np.number) or isinstance(value, bool):
        return float("nan")
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else -float("inf")


def plan_of(worth: Floats, costs: Floats, units: Floats) -> Plan:
    """Order the steps of spending by what they bring for their cost.

    Parameters
    ----------
    worth : ndarray of shape (treatments, strata)
        What treating a unit is taken to bring.
    costs : ndarray of shape (treatments, strata)
        What treating a unit costs, above 0.
    units : ndarray of shape (strata,)
        How many units of each stratum are to be treated where the budget suffices.
    """
    if len(worth) == 1:
        strata = np.arange(worth.shape[1])
        before, after = np.full_like(strata, -1), np.zeros_like(strata)
        gained, cost = worth[0], costs[0]
    else:
        strata, before, after, gained, cost = _hulls(worth, costs)
    there = units[strata] > 0
    order = np.lexsort((strata, -gained / cost))
    order = order[there[order]]
    strata = strata[order]
    return Plan(strata, before[order], after[order], units[strata], cost[order])


def _hulls(worth: Floats, costs: Floats) -> tuple[Any, Any, Any, Floats, Floats]:
    """Return the steps along the concave hull of worth over cost of each stratum.

    Stratum, treatment before and after, and what a step brings and costs more for a unit.
    """
    steps: list[tuple[float, ...]] = []
    least = TOLERANCE * float(worth.max(initial=0.0))
    for stratum in np.flatnonzero((worth > 0).any(axis=0)).tolist():
        here, value, cost = -1, 0.0, 0.0
        while True:
            more, dearer = worth[:, stratum] - value, costs[:, stratum] - cost
            better = (more > least) & (dearer > 0)
            rate = np.divide(more, dearer, out=np.full(len(more), -np.inf), where=better)
            if not better.any():
                break
            best = int(np.lexsort((-more, -rate))[0])
            steps.append((stratum, here, best, float(more[best]), float(dearer[best])))
            here, value, cost = best, float(worth[best, stratum]), float(costs[best, stratum])
    table = np.array(steps, dtype=float).reshape(-1, 5)
    strata, before, after = (table[:, column].astype(np.intp) for column in range(3))
    return strata, before, after, table[:, 3], table[:, 4]


def envelope_of(
    plan: Plan,
    benefit: Bounds,
    costs: Floats,
    units: Floats,
    budget: float,
    unit: str,
) -> Envelope:
    """Return the bounds on the total benefit as the budget grows.

    Parameters
    ----------
    plan : Plan
    benefit : Bounds
        Of treating a unit, arrays of shape (treatments, strata).
    costs : ndarray of shape (treatments, strata)
    units : ndarray of shape (strata,)
        All units of each stratum.
    budget : float
    unit : str
        What the budget is counted in.
    """
    lower, upper = (np.asarray(end, dtype=float) for end in benefit)
    spent = float(min(budget, plan.ends[-1])) if len(plan.ends) else 0.0
    return Envelope(
        lower=plan.curve(lower),
        upper=plan.curve(upper),
        guaranteed=_best(lower, costs, units),
        possible=_best(upper, costs, units),
        budget=budget,
        spent=spent,
        unit=unit,
    )


def _best(benefit: Floats, costs: Floats, units: Floats) -> Curve:
    """Return the most total of a benefit that any plan has."""
    gaining = np.where((benefit > 0).any(axis=0), units, 0.0)
    return plan_of(benefit, costs, gaining).curve(benefit)
