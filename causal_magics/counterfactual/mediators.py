"""Bounds through mediators: what a unit's mediators would do, and its outcome to them.

Mueller, Li & Pearl (2021), "Causes of effects: learning individual responses from population data",
theorems 5 and 6; Dawid, Humphreys & Musio (2022), "Bounding causes of effects with mediators". With
P(m_x', m_x) the share of units whose mediators are m' untreated and m treated, and P(i, k | m', m)
that of those whose outcomes to these are i and k, the benefit is the sum over m', m and i, k of
P(m_x', m_x) P(i, k | m', m) times the payoff. Both factors are couplings of known margins: the
inner one is bounded first, for each pair of values, and the bounds are then what the outer one
moves. For a binary mediator this is the formula of these papers; with more values it is never wider
and the lower bound gains too.
"""

from __future__ import annotations

import numpy as np

from causal_magics.counterfactual.bounds import Floats
from causal_magics.counterfactual.discrete_table import Joint
from causal_magics.counterfactual.distributions import Distributions
from causal_magics.counterfactual.payoff import Payoff
from causal_magics.counterfactual.payoff_terms import payoff_bounds
from causal_magics.counterfactual.two_worlds import Mediation

__all__ = ["MOST_VALUES", "least_moved", "mediator_bounds"]

MOST_VALUES = 12
"""Combinations of values of the mediators up to which they are coupled."""
MOST_PAIRS = 20_000
"""Pairs of such combinations, over all strata."""

Ends = tuple[Floats, Floats]


def mediator_bounds(
    joint: Joint, treatment: str, outcome: str, found: Mediation, payoff: Payoff
) -> Ends | None:
    """Return bounds on the benefit in each stratum.

    Parameters
    ----------
    joint : Joint
        Of treatment, mediators, covariates and outcome.
    treatment, outcome : str
        The treatment has two levels.
    found : Mediation
    payoff : Payoff

    Returns
    -------
    lower, upper : ndarray of shape (strata,), or None
        NaN in strata in which one arm was never taken. None where there are too many values.
    """
    groups = found.given, found.mediators, (treatment,), (outcome,)
    if joint.size(found.mediators) > MOST_VALUES:
        return None
    cells = joint.table(*groups)  # (strata, values, arms, levels)
    if len(cells) * cells.shape[1] ** 2 > MOST_PAIRS:
        return None
    arms = cells.sum(axis=(1, 3))
    with np.errstate(invalid="ignore"):
        margins = cells.sum(axis=3) / arms[:, None]  # P(m | x, given)
    known = np.isfinite(margins).all(axis=(1, 2))
    ends = []
    for costs, sign in zip(_costs(cells[known], found, payoff), (1.0, -1.0), strict=True):
        end = np.full(len(cells), np.nan)
        end[known] = sign * least_moved(sign * costs, margins[known, :, 0], margins[known, :, 1])
        ends.append(end)
    return ends[0], ends[1]


def _costs(cells: Floats, found: Mediation, payoff: Payoff) -> Ends:
    """Bound the benefit of units with mediators m' untreated and m treated.

    Returns
    -------
    lower, upper : ndarray of shape (strata, values, values)
    """
    if found.manner == "partial":
        return _coupled(cells[:, :, 0], cells[:, :, 1], payoff, same=False)
    if found.manner == "complete":
        pooled = cells.sum(axis=2)
        return _coupled(pooled, pooled, payoff, same=True)
    total = np.zeros((2, len(cells), cells.shape[1], cells.shape[1]))
    share = cells.sum(axis=(1, 3)) / cells.sum(axis=(1, 2, 3))[:, None]
    for arm in range(cells.shape[2]):
        responses = cells[:, :, arm]
        total += share[:, arm, None, None] * np.stack(
            _coupled(responses, responses, payoff, same=True)
        )
    return total[0], total[1]


def _coupled(untreated: Floats, treated: Floats, payoff: Payoff, *, same: bool) -> Ends:
    """Bound the benefit where both outcomes have known distributions.

    Parameters
    ----------
    untreated, treated : ndarray of shape (strata, values, levels)
        Weights of the outcome for each value of the mediators; none where it never occurs.
    same : bool
        Whether an outcome to the same value is the same outcome.
    """
    strata, values, levels = untreated.shape
    with np.errstate(invalid="ignore"):
        first = untreated / untreated.sum(axis=2, keepdims=True)
        second = treated / treated.sum(axis=2, keepdims=True)
    pairs = np.empty((strata, values, values, 2, levels))
    pairs[..., 0, :] = first[:, :, None]
    pairs[..., 1, :] = second[:, None, :]
    flat = pairs.reshape(-1, 2, levels)
    known = np.isfinite(flat).all(axis=(1, 2))
    lower = np.full(len(flat), payoff.values.min())
    upper = np.full(len(flat), payoff.values.max())
    if known.any():
        lower[known], upper[known] = payoff_bounds(Distributions(flat[known]), payoff)
    ends = np.stack([lower, upper]).reshape(2, strata, values, values)
    if same:
        place = np.arange(values)
        worth = first @ np.diag(payoff.values)
        seen = np.isfinite(worth)
        ends[0][:, place, place] = np.where(seen, worth, payoff.values.diagonal().min())
        ends[1][:, place, place] = np.where(seen, worth, payoff.values.diagonal().max())
    return ends[0], ends[1]


def least_moved(costs: Floats, untreated: Floats, treated: Floats) -> Floats:
    """Return the least cost of moving one distribution onto another, in each stratum.

    Parameters
    ----------
    costs : ndarray of shape (strata, values, values)
        What moving one unit from ``m'`` (untreated) to ``m`` (treated) costs.
    untreated, treated : ndarray of shape (strata, values)

    Returns
    -------
    ndarray of shape (strata,)
    """
    strata, values = untreated.shape
    if values == 1 or strata == 0:
        return costs[:, 0, 0] if values == 1 else np.zeros(0)
    if values > 2:
        return _by_linear_program(costs, untreated, treated)
    # With two values one share fixes the coupling, and the cost is linear in it.
    least = np.maximum(0.0, treated[:, 1] - untreated[:, 1])
    most = np.minimum(treated[:, 1], untreated[:, 0])
    totals = [
        (untreated[:, 0] - moved) * costs[:, 0, 0]
        + moved * costs[:, 0, 1]
        + (untreated[:, 1] - treated[:, 1] + moved) * costs[:, 1, 0]
        + (treated[:, 1] - moved) * costs[:, 1, 1]
        for moved in (least, most)
    ]
    return np.minimum(*totals)


def _by_linear_program(costs: Floats, untreated: Floats, treated: Floats) -> Floats:
    """Solve all strata as one linear program."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    strata, values = untreated.shape
    stratum, source, target = (axis.reshape(-1) for axis in np.indices((strata, values, values)))
    moves = np.arange(stratum.size)
    # The last target of each stratum receives what is left.
    kept = target < values - 1
    rows = np.concatenate(
        [stratum * values + source, strata * values + stratum * (values - 1) + target]
    )
    matrix = csr_array(
        (np.concatenate([np.ones(moves.size), kept]), (rows, np.concatenate([moves, moves]))),
        shape=(strata * (2 * values - 1) + 1, moves.size),
    )[:-1]
    wanted = np.concatenate([untreated.reshape(-1), treated[:, :-1].reshape(-1)])
    solved = linprog(costs.reshape(-1), A_eq=matrix, b_eq=wanted, method="highs-ds")
    assert solved.status == 0, solved.message
    return np.asarray((solved.x * costs.reshape(-1)).reshape(strata, -1).sum(axis=1))
