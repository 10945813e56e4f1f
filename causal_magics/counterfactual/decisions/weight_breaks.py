"""Where bounds bend as a weight of the payoff moves, and where they cross 0.

The lower bound is the least of linear functions of the payoff, so that it is concave and piecewise
linear in a weight; the upper bound is convex. Both are the optimum of a linear program, and they
bend where a vertex of the dual stops being feasible: for a transport problem where a slack of a
spanning tree is 0, which does not depend on the data (parametric programming, Gass & Saaty 1955).
Between two bends a bound is known from its values there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.transport import spanning_trees
from causal_magics.counterfactual.decisions.payoff_weights import MovedWeight, payoffs_along

__all__ = ["Crossings", "crossings", "found_breaks", "transport_breaks"]

Evaluate = Callable[[Floats], tuple[Floats, Floats]]
"""Takes weights, returns lower and upper bounds of shape (strata, weights)."""
MOST_HALVINGS = 26
TOLERANCE = 1e-10


@dataclass(frozen=True, eq=False, slots=True)
class Crossings:
    """Where piecewise linear functions of a weight change their sign.

    Attributes
    ----------
    stratum : ndarray of int, shape (crossings,)
        Whose function it is; ascending, and within a stratum by weight.
    weight : ndarray of shape (crossings,)
    rises : ndarray of bool, shape (crossings,)
        Whether what was asked about holds above this weight.
    """

    stratum: NDArray[np.intp]
    weight: Floats
    rises: NDArray[np.bool_]


def transport_breaks(payoff: Payoff, weight: MovedWeight, *, monotone: bool, free: bool) -> Floats:
    """Return weights between which the bounds of all strata are linear, ascending.

    Parameters
    ----------
    payoff : Payoff
    weight : MovedWeight
    monotone : bool
        Whether no unit has a lower level treated than untreated.
    free : bool
        Whether one outcome of each unit is free, as with observations alone.
    """
    n = payoff.n_levels
    base = payoffs_along(payoff, weight, np.zeros(1))[0]
    slope = weight.direction.reshape(-1)
    if free:
        at_zero = (base[:, None] - base)[None]
        rate = (slope[:, None] - slope)[None]
    else:
        trees = spanning_trees(n, monotone)
        branches = trees[:, :n, None] + trees[:, None, n:]
        slack = np.eye(n * n) - branches.reshape(len(trees), n * n, n * n)
        allowed = ~np.tri(n, k=-1, dtype=bool).reshape(-1) if monotone else np.ones(n * n, bool)
        at_zero, rate = (slack @ base)[:, allowed], (slack @ slope)[:, allowed]
    moving = np.abs(rate) > 1e-12
    found = np.unique(np.round(-at_zero[moving] / rate[moving], 12))
    return found if free else np.array([t for t in found if _bends(at_zero + t * rate)])


def _bends(slacks: Floats) -> bool:
    """Tell whether some tree is feasible and about to be no more: lowest or highest."""
    tolerance = 1e-9 * max(1.0, float(np.abs(slacks).max()))
    feasible = (slacks >= -tolerance).all(axis=1) | (slacks <= tolerance).all(axis=1)
    return bool(feasible.any())


@dataclass(frozen=True, eq=False, slots=True)
class _Interval:
    """An interval of weights, and the bounds of all strata at its ends."""

    low: float
    high: float
    at_low: Floats
    at_high: Floats

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2

    def is_linear(self, here: Floats) -> bool:
        """Tell whether the bounds in the middle lie on their chords."""
        scale = max(1.0, float(np.abs(here).max()))
        return bool(np.abs(here - (self.at_low + self.at_high) / 2).max() <= 1e-9 * scale)

    def halves(self, here: Floats) -> tuple[_Interval, _Interval]:
        return (
            _Interval(self.low, self.middle, self.at_low, here),
            _Interval(self.middle, self.high, here, self.at_high),
        )


def found_breaks(evaluate: Evaluate, low: float, high: float) -> Floats:
    """Find the weights between which bounds are linear, by halving where they are not.

    A concave function that meets its chord within an interval is linear there; each bend is found
    to within ``(high - low) / 2**26``.

    Parameters
    ----------
    evaluate : callable
        Of many weights, the lower bounds (concave) and upper bounds (convex) of all strata.
    low, high : float
        Where to look.
    """
    ends = np.stack(evaluate(np.array([low, high])))
    found = {low, high}
    pending = [_Interval(low, high, ends[..., 0], ends[..., 1])]
    for _ in range(MOST_HALVINGS):
        middles = np.array([each.middle for each in pending])
        values = np.stack(evaluate(middles)) if pending else np.zeros(0)
        bent = [
            (each, values[..., place])
            for place, each in enumerate(pending)
            if not each.is_linear(values[..., place])
        ]
        found.update(each.middle for each, _ in bent)
        pending = [half for each, here in bent for half in each.halves(here)]
    return np.array(sorted(found))


def crossings(points: Floats, values: Floats, side: int = 1) -> Crossings:
    """Return where functions change between one side of 0 and the other, exactly.

    Parameters
    ----------
    points : ndarray of shape (points,)
        At least two; the functions are linear between them, and beyond the outermost.
    values : ndarray of shape (strata, points)
    side : {1, -1}
        1 asks where a function is above 0, -1 where it is below.
    """
    tolerance = TOLERANCE * np.maximum(1.0, np.abs(values).max(axis=1, keepdims=True))
    signs = np.where(np.abs(values) <= tolerance, 0.0, np.sign(values))
    slopes = np.diff(values, axis=1) / np.diff(points)
    flat = np.abs(slopes) <= tolerance / np.diff(points).max()
    first = np.where(flat[:, 0], signs[:, 0], -np.sign(slopes[:, 0]))
    last = np.where(flat[:, -1], signs[:, -1], np.sign(slopes[:, -1]))
    signs = np.column_stack([first, signs, last])
    left, right = signs[:, :-1], signs[:, 1:]
    # A piece with its own crossing has a sign in each half; one without, the sign it has within.
    within = np.where(left * right < 0, left, np.where(left == 0, right, left))
    halves = np.stack([within, np.where(left * right < 0, right, within)], axis=2)
    holds = halves.reshape(len(values), -1) == side
    lines = np.column_stack([slopes[:, 0], slopes, slopes[:, -1]])
    anchors = np.r_[points[0], points]
    starts = np.column_stack([values[:, 0], values])
    roots = anchors - np.divide(starts, lines, out=np.full_like(starts, np.nan), where=lines != 0)
    places = np.empty((len(values), 2 * len(anchors) - 1))
    places[:, 0::2] = roots
    places[:, 1::2] = points
    stratum, change = np.nonzero(holds[:, 1:] != holds[:, :-1])
    return Crossings(stratum, places[stratum, change], holds[stratum, change + 1])
