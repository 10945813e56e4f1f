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

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.payoff_terms import payoff_bounds
from causal_magics.counterfactual.bounding.transport import spanning_trees
from causal_magics.counterfactual.graphs.discrete_table import JointTable
from causal_magics.counterfactual.graphs.two_worlds import Mediation

__all__ = ["MOST_VALUES", "Mediated", "least_moved", "mediator_bounds"]

MOST_VALUES = 12
"""Combinations of values of the mediators up to which they are coupled."""
MOST_PAIRS = 20_000
"""Pairs of such combinations, over all strata."""

MOST_BY_TREES = 500
"""Strata up to which all vertices of the dual are looked through."""

Ends = tuple[Floats, Floats]


@dataclass(frozen=True, eq=False, slots=True)
class Mediated:
    """Bounds through mediators.

    Attributes
    ----------
    share, lower, upper : ndarray of shape (strata,)
        Where an arm was never taken in a stratum, those of observations alone.
    """

    share: Floats
    lower: Floats
    upper: Floats

    @property
    def mean(self) -> tuple[float, float]:
        """The bounds averaged over the strata."""
        return float(self.share @ self.lower), float(self.share @ self.upper)


def mediator_bounds(
    joint: JointTable,
    treatment: str,
    outcome: str,
    found: Mediation,
    payoff: Payoff,
    inner: Mediation | None = None,
) -> Mediated | None:
    """Return bounds on the benefit in each stratum of what the mediators depend on.

    Parameters
    ----------
    joint : JointTable
        Of treatment, mediators, covariates and outcome.
    treatment, outcome : str
        The treatment has two levels.
    found : Mediation
    payoff : Payoff
    inner : Mediation, optional
        How further mediators split the effect of the first on the outcome, in each stratum and,
        where the treatment is confounded, each arm. `found` is then complete.

    Returns
    -------
    Mediated or None
        None where there are too many values.
    """
    others = tuple(name for name in found.given if name not in found.moving)
    further = () if inner is None else inner.mediators
    if max(joint.size(found.mediators), joint.size(further)) > MOST_VALUES:
        return None
    groups = found.moving, others, further, found.mediators, (treatment,), (outcome,)
    whole = joint.table(*groups)
    whole = whole[whole.sum(axis=(1, 2, 3, 4, 5)) > 0]
    strata, parts, inside, values, *_ = whole.shape
    if strata * parts * (values * inside) ** 2 > MOST_PAIRS:
        return None
    cells = whole.sum(axis=2)
    arms = cells.sum(axis=(1, 2, 4))
    with np.errstate(invalid="ignore"):
        margins = cells.sum(axis=(1, 4)) / arms[:, None]  # P(m | x, moving)
    known = np.isfinite(margins).all(axis=(1, 2))
    lower, upper = payoff_bounds(Distributions(None, _observations(cells)), payoff)
    chained = None if inner is None else _through(whole[known], found, inner, payoff)
    costs = _costs(cells[known], found, payoff, chained)
    ends = _moved(costs, margins[known, :, 0], margins[known, :, 1])
    lower[known] = np.maximum(lower[known], ends[0])
    upper[known] = np.minimum(upper[known], ends[1])
    return Mediated(cells.sum(axis=(1, 2, 3, 4)), lower, upper)


def _observations(cells: Floats) -> Floats:
    """Return P(x, y | stratum) out of P(stratum, others, mediators, x, y)."""
    seen = cells.sum(axis=(1, 2))
    return np.asarray(seen / seen.sum(axis=(1, 2), keepdims=True))


def _costs(cells: Floats, found: Mediation, payoff: Payoff, chained: Ends | None = None) -> Ends:
    """Bound the benefit of units with mediators m' untreated and m treated.

    It is averaged over the covariates that the mediators do not depend on and, where the treatment
    is confounded, over the arms that were taken.

    Returns
    -------
    lower, upper : ndarray of shape (strata, values, values)
    """
    strata, others, values, arms, levels = cells.shape
    if found.manner == "complete, treatment confounded":
        parts = others * arms
        untreated = treated = cells.swapaxes(2, 3).reshape(strata, parts, values, levels)
        weights = untreated.sum(axis=(2, 3))
    else:
        parts = others
        pooled = cells.sum(axis=3)
        partial = found.manner == "partial"
        untreated, treated = (cells[..., 0, :], cells[..., 1, :]) if partial else (pooled, pooled)
        weights = pooled.sum(axis=(2, 3))
    flat = strata * parts, values, levels
    same = found.manner != "partial"
    lower, upper = _coupled(untreated.reshape(flat), treated.reshape(flat), payoff, same=same)
    if chained is not None:
        lower, upper = np.maximum(lower, chained[0]), np.minimum(upper, chained[1])
    shares = weights / weights.sum(axis=1, keepdims=True)
    shape = strata, parts, values, values
    lower, upper = (np.einsum("sp,spmn->smn", shares, e.reshape(shape)) for e in (lower, upper))
    return lower, upper


def _through(whole: Floats, found: Mediation, inner: Mediation, payoff: Payoff) -> Ends:
    """Bound the benefit of moving the mediators from m' to m by what further mediators then do.

    Parameters
    ----------
    whole : ndarray of shape (strata, others, further, values, arms, levels)

    Returns
    -------
    lower, upper : ndarray of shape (strata * parts, values, values)
        Parts are the others and, where the treatment is confounded, its arms.
    """
    _, _, further, values, _, levels = whole.shape
    if found.manner == "complete, treatment confounded":
        cells = whole.transpose(0, 1, 4, 2, 3, 5).reshape(-1, further, values, levels)
    else:
        cells = whole.sum(axis=4).reshape(-1, further, values, levels)
    counts = cells.sum(axis=(1, 3))
    with np.errstate(invalid="ignore"):
        margins = cells.sum(axis=3) / counts[:, None]  # P(further | m, part)
    lower = np.full((len(cells), values, values), -np.inf)
    upper = np.full((len(cells), values, values), np.inf)
    pairs = list(permutations(range(values), 2))
    known = [(counts[:, pair] > 0).all(axis=1) for pair in pairs]
    bounded = [
        _costs(cells[some][:, None][:, :, :, _arms_of(pair, inner)], inner, payoff)
        for pair, some in zip(pairs, known, strict=True)
    ]
    before, after = (
        np.concatenate([margins[some][:, :, p[side]] for p, some in zip(pairs, known, strict=True)])
        for side in (0, 1)
    )
    costs = tuple(np.concatenate([each[end] for each in bounded]) for end in (0, 1))
    ends = _moved((costs[0], costs[1]), before, after)
    place = 0
    for (i, k), some in zip(pairs, known, strict=True):
        taken = slice(place, place + int(some.sum()))
        lower[some, i, k], upper[some, i, k] = ends[0][taken], ends[1][taken]
        place = taken.stop
    return lower, upper


def _arms_of(pair: tuple[int, int], inner: Mediation) -> Any:
    """Return which values of the first mediators tell how the outcome responds to the further."""
    return list(pair) if inner.manner == "partial" else slice(None)


def _moved(costs: Ends, untreated: Floats, treated: Floats) -> Ends:
    """Return the least and the greatest benefit of moving one distribution onto another."""
    lower, upper = np.split(
        least_moved(
            np.concatenate([costs[0], -costs[1]]),
            np.concatenate([untreated, untreated]),
            np.concatenate([treated, treated]),
        ),
        2,
    )
    return lower, -upper


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
    ends = np.stack(
        [_half_known(flat, payoff.values, np.min), _half_known(flat, payoff.values, np.max)]
    )
    if known.any():
        ends[:, known] = payoff_bounds(Distributions(flat[known]), payoff)
    ends = ends.reshape(2, strata, values, values)
    if same:
        place = np.arange(values)
        worth = first @ np.diag(payoff.values)
        seen = np.isfinite(worth)
        ends[0][:, place, place] = np.where(seen, worth, payoff.values.diagonal().min())
        ends[1][:, place, place] = np.where(seen, worth, payoff.values.diagonal().max())
    return ends[0], ends[1]


def _half_known(pairs: Floats, payoff: Floats, extreme: Callable[..., Any]) -> Floats:
    """Return an end of the benefit where one of both distributions is known, or none."""
    found = np.full(len(pairs), float(extreme(payoff)))
    for place in (0, 1):
        mean = pairs[:, place] @ extreme(payoff, axis=1 - place)
        found = np.where(np.isfinite(mean), mean, found)
    return found


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
    if values == 3 and strata <= MOST_BY_TREES:
        return _by_trees(costs, untreated, treated)
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


def _by_trees(costs: Floats, untreated: Floats, treated: Floats) -> Floats:
    """Take the best vertex of the dual: potentials along a spanning tree that none undercuts."""
    values = untreated.shape[1]
    potentials = (
        costs.reshape(len(costs), -1) @ spanning_trees(values, False).reshape(-1, values**2).T
    )
    potentials = potentials.reshape(len(costs), -1, 2, values)
    slack = costs[:, None] - potentials[:, :, 0, :, None] - potentials[:, :, 1, None, :]
    scale = np.maximum(1.0, np.abs(costs).max(axis=(1, 2)))
    feasible = slack.min(axis=(2, 3)) >= -1e-9 * scale[:, None]
    totals = np.einsum("stv,sv->st", potentials[:, :, 0], untreated)
    totals += np.einsum("stv,sv->st", potentials[:, :, 1], treated)
    return np.asarray(np.where(feasible, totals, -np.inf).max(axis=1))


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
