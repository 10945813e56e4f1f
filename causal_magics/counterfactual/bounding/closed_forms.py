"""Bounds in closed form on the probabilities of causation and on the benefit of treating.

Tian & Pearl (2000), "Probabilities of causation: bounds and identification"; Li & Pearl (2019),
"Unit selection based on counterfactual logic". Those who would respond to the treatment (y_x and
y'_x') took it and had the outcome, or did not and had it not. Their share, the PNS, is so the sum
of P(y'_x', x, y), which the PN is of P(x, y), and P(y_x, x', y'), which the PS is of P(x', y').
Each of both is bounded by itself: the first by P(y_x') and the second by P(y_x).
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from causal_magics.counterfactual.bounding.binary_cells import BinaryCells
from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.bounding.linear_programs import minimise
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.response_types import program_of_types, response_types
from causal_magics.counterfactual.bounding.transport import Sources

__all__ = [
    "Ends",
    "benefit_bounds",
    "pn_bounds",
    "pns_bounds",
    "ps_bounds",
    "retrospective_bounds",
    "two_world_bounds",
]

Ends = tuple[Floats, Floats]
"""A lower and an upper bound of each stratum."""


def pns_bounds(cells: BinaryCells, *, monotone: bool = False) -> Ends:
    """Return the bounds on P(y_x, y'_x'), the probability of necessity and sufficiency.

    Parameters
    ----------
    cells : BinaryCells
        Consistent; with no observations, both arms of the experiment.
    monotone : bool
        Whether the treatment never prevents the outcome.

    Returns
    -------
    lower, upper : ndarray of shape (strata,)
    """
    return cells.over_strata(lambda block: _pns(block, monotone))


def pn_bounds(cells: BinaryCells, *, monotone: bool = False) -> Ends:
    """Return the bounds on P(y'_x' | x, y), the probability of necessity; NaN where P(x, y) = 0."""
    if cells.observed is None:
        return _unconditioned(cells, necessity=True, monotone=monotone)

    def bounds(block: BinaryCells) -> Ends:
        assert block.observed is not None
        return _share(_necessary(block, monotone), block.observed[0])

    return cells.over_strata(bounds)


def ps_bounds(cells: BinaryCells, *, monotone: bool = False) -> Ends:
    """Return the bounds on P(y_x | x', y'), that of sufficiency; NaN where P(x', y') = 0."""
    if cells.observed is None:
        return _unconditioned(cells, necessity=False, monotone=monotone)

    def bounds(block: BinaryCells) -> Ends:
        assert block.observed is not None
        return _share(_sufficient(block, monotone), block.observed[3])

    return cells.over_strata(bounds)


def benefit_bounds(cells: BinaryCells, payoff: Payoff, *, monotone: bool = False) -> Ends:
    """Return the bounds on the benefit of treating.

    Parameters
    ----------
    cells : BinaryCells
        Consistent; both arms of an experiment, or none and observations.
    payoff : Payoff
        Of two levels.
    monotone : bool
        Whether the treatment never prevents the outcome.

    Returns
    -------
    lower, upper : ndarray of shape (strata,)
        In the payoff's units.

    Notes
    -----
    With an experiment f = W + σ PNS, σ = β - γ - θ + δ and W = (γ - δ) P(y_x) + δ P(y_x') +
    θ P(y'_x') (Li & Pearl 2019, theorem 4). From observations alone the outcome under the arm that
    was not taken is free, so that each cell has the worst or the best that it can be worth.
    """
    (never, complier), (defier, always) = payoff.values
    surplus = complier - always - never + defier

    def from_experiment(block: BinaryCells) -> Ends:
        a, b = block.treated, block.untreated
        assert a is not None
        assert b is not None
        base = (always - defier) * a + defier * b + never * (1 - b)
        least, most = _pns(block, monotone)
        ends = base + surplus * least, base + surplus * most
        return ends if surplus >= 0 else (ends[1], ends[0])

    harm = () if monotone else (defier,)
    worth = (complier, always), (never, *harm), (always, *harm), (complier, never)

    def from_observations(block: BinaryCells) -> Ends:
        assert block.observed is not None
        seen = np.stack(block.observed)
        return (
            np.array([min(types) for types in worth]) @ seen,
            np.array([max(types) for types in worth]) @ seen,
        )

    if cells.treated is None or cells.untreated is None:
        return cells.over_strata(from_observations)
    return cells.over_strata(from_experiment)


def two_world_bounds(
    distributions: Distributions, first: tuple[int, int], second: tuple[int, int]
) -> Ends:
    """Return the bounds on P(Y_s = i, Y_t = k), an event of two worlds.

    Parameters
    ----------
    distributions : Distributions
        Consistent.
    first, second : tuple of int
        (s, i) and (t, k): an arm and a level each; s and t differ.

    Returns
    -------
    lower, upper : ndarray of shape (strata,)

    Notes
    -----
    Sharp for any number of arms and levels (checked against linear programs over response types).
    With P(o) the share of those who took neither arm, A = P(Y_s = i) and B = P(Y_t = k):
    max{0, A + B - 1, A - P(s, i) - P(t, not k) - P(o), B - P(t, k) - P(s, not i) - P(o)} and
    min{A, B, P(s, i) + P(t, k) + P(o), A + B - P(s, i) - P(t, k)}.
    """
    (s, i), (t, k) = first, second
    obs, exp = distributions.observational, distributions.experimental
    lower, upper = [], []
    if exp is not None:
        a, b = exp[:, s, i], exp[:, t, k]
        lower.append(a + b - 1)
        upper += [a, b]
    if obs is not None:
        first_seen, second_seen = obs[:, s, i], obs[:, t, k]
        others = 1 - obs[:, s].sum(axis=1) - obs[:, t].sum(axis=1)
        upper.append(first_seen + second_seen + others)
        if exp is not None:
            lower.append(a - first_seen - (obs[:, t].sum(axis=1) - second_seen) - others)
            lower.append(b - second_seen - (obs[:, s].sum(axis=1) - first_seen) - others)
            upper.append(a + b - first_seen - second_seen)
    least = np.maximum.reduce(lower) if lower else np.zeros(len(upper[0]))
    return _ordered(np.maximum(least, 0.0), np.minimum.reduce(upper))


def retrospective_bounds(
    distributions: Distributions,
    seen: tuple[int, int],
    arm: int,
    levels: Collection[int],
    *,
    monotone: bool = False,
) -> Ends:
    """Return the bounds on P(Y_s in S | X = t, Y = k): the PN and PS of any arms and levels.

    Parameters
    ----------
    distributions : Distributions
        Consistent, with observations.
    seen : tuple of int
        (t, k): the arm that was taken and the level that was seen.
    arm : int
        s, another arm.
    levels : collection of int
        S, the levels under that arm that are asked about.
    monotone : bool
        Whether no unit has a lower level under an arm than under one before it.

    Returns
    -------
    lower, upper : ndarray of shape (strata,)
        NaN where P(X = t, Y = k) = 0, or no population has the data.

    Notes
    -----
    Of those who took t, P(Y_s in S, t) is between P(Y_s in S) - P(s, S) - P(o) and
    min{P(t), P(Y_s in S) - P(s, S)}, P(o) being the share of those who took neither arm; and the
    joint probability with Y = k is between Fréchet's bounds. For two arms and levels these are the
    bounds of Tian & Pearl (2000), theorem 1. Monotone ones are found by linear programs.
    """
    obs, exp = distributions.observational, distributions.experimental
    assert obs is not None
    t, k = seen
    cell, taken = obs[:, t, k], obs[:, t].sum(axis=1)
    if monotone:
        return _share(_monotone_joint(distributions, seen, arm, levels), cell)
    if exp is None:
        whole = len({*levels}) == distributions.shape[2]
        return _share((cell if whole else 0 * cell, cell if levels else 0 * cell), cell)
    among = sorted({*levels})
    most = exp[:, arm, among].sum(axis=1) - obs[:, arm, among].sum(axis=1)
    least = most - (1 - taken - obs[:, arm].sum(axis=1))
    return _share((np.maximum(least + cell - taken, 0.0), np.minimum(most, cell)), cell)


def _monotone_joint(
    distributions: Distributions, seen: tuple[int, int], arm: int, levels: Collection[int]
) -> Ends:
    """Return the bounds on P(Y_s in S, X = t, Y = k) where no arm lowers the outcome."""
    _, n_arms, n_levels = distributions.shape
    t, k = seen
    sources: Sources = "observations" if distributions.experimental is None else "both"
    types = response_types(n_arms, n_levels, monotone=True)
    costs = np.zeros((n_arms, len(types)))
    costs[t] = (types[:, t] == k) & np.isin(types[:, arm], sorted({*levels}))
    program = program_of_types(np.zeros((n_levels,) * n_arms), sources, monotone=True)
    least, _ = minimise(program.with_costs(costs.ravel()), distributions.cells)
    most, _ = minimise(program.with_costs(-costs.ravel()), distributions.cells)
    return np.maximum(least, 0.0), -most


def _pns(block: BinaryCells, monotone: bool) -> Ends:
    if block.observed is not None:
        needed, sufficed = _necessary(block, monotone), _sufficient(block, monotone)
        return _ordered(needed[0] + sufficed[0], needed[1] + sufficed[1])
    a, b = block.treated, block.untreated
    assert a is not None
    assert b is not None
    least = np.maximum(a - b, 0.0)
    return least, least if monotone else np.minimum(a, 1 - b)


def _necessary(block: BinaryCells, monotone: bool) -> Ends:
    """Return the bounds on P(y'_x', x, y): Fréchet's, among those who took the treatment."""
    assert block.observed is not None
    b = block.untreated
    treated_yes, _, untreated_yes, untreated_no = block.observed
    if b is None:
        return np.zeros(len(treated_yes)), treated_yes
    least = treated_yes + untreated_yes
    least -= b
    np.maximum(least, 0.0, out=least)
    if monotone:
        return least, least
    most = 1 - b
    most -= untreated_no
    return least, np.minimum(most, treated_yes, out=most)


def _sufficient(block: BinaryCells, monotone: bool) -> Ends:
    """Return the bounds on P(y_x, x', y'): Fréchet's, among those who did not take it."""
    assert block.observed is not None
    a = block.treated
    treated_yes, _, untreated_yes, untreated_no = block.observed
    if a is None:
        return np.zeros(len(untreated_no)), untreated_no
    most = a - treated_yes
    least = most - untreated_yes
    np.maximum(least, 0.0, out=least)
    if monotone:
        return least, least
    return least, np.minimum(most, untreated_no, out=most)


def _unconditioned(cells: BinaryCells, *, necessity: bool, monotone: bool) -> Ends:
    """Return the bounds on PN or PS from an experiment alone.

    Who took which arm is then free, so that the answer is anything between 0 and 1 but where the
    experiment leaves no unit that responds, or none that would have the outcome anyway (PN) or
    never (PS).
    """
    a, b = cells.treated, cells.untreated
    assert a is not None
    assert b is not None
    responders = a - b if monotone else np.minimum(a, 1 - b)
    others = np.minimum(a, b) if necessity else np.minimum(1 - a, 1 - b)
    undefined = (responders <= 0) & (others <= 0)
    ends = (others <= 0).astype(float), (responders > 0).astype(float)
    lower, upper = (np.where(undefined, np.nan, end) for end in ends)
    return lower, upper


def _ordered(lower: Floats, upper: Floats) -> Ends:
    """Return both ends; rounding never crosses them."""
    return lower, np.maximum(upper, lower)


def _share(joint: Ends, cell: Floats) -> Ends:
    """Return bounds on a conditional probability; NaN where the condition has none."""
    among = np.where(cell > 0, cell, np.nan)
    lower, upper = joint[0] / among, joint[1] / among
    return _ordered(np.minimum(lower, 1.0, out=lower), np.clip(upper, 0.0, 1.0, out=upper))
