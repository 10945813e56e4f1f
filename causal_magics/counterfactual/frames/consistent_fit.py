"""The consistent distributions under which counts are likeliest.

An experiment and observations of one population fulfil P(x, y) <= P(y_x). Where samples do not, the
likeliest distributions that do (maximum likelihood of both multinomial samples) have equality in
some cells: with multipliers λ_x for each arm of the experiment and μ for the observations, the
cells that are not tied are E/λ_x and O/μ, those that are tied are (E + O)/(λ_x + μ). For given μ
each λ_x is the root of a quadratic equation, and μ by Newton's steps. Which cells are tied is
found by an active-set search. The larger a sample, the less its distribution moves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats

__all__ = ["consistent_fit"]

_MOST_STEPS = 60
_SUMS_TO = 1e-12
_SLACK = 1e-11
_ROUNDING = 1e-9
"""What is missing from a sum of 1 up to this is rounding, and goes to no other cell."""
Mask = NDArray[np.bool_]


def consistent_fit(experimental: Floats, observational: Floats) -> tuple[Floats, Floats]:
    """Return the likeliest distributions that fulfil P(x, y) <= P(y_x).

    Parameters
    ----------
    experimental, observational : ndarray of shape (strata, arms, levels)
        Counts; each arm of the experiment has some, and each stratum of the observations.

    Returns
    -------
    experimental, observational : ndarray of shape (strata, arms, levels)
        P(y_x), each row of which sums to 1, and P(x, y), each stratum of which does.
    """
    exp = experimental / experimental.sum(axis=2, keepdims=True)
    obs = observational / observational.sum(axis=(1, 2), keepdims=True)
    tied = obs > exp
    todo = np.flatnonzero(tied.any(axis=(1, 2)))
    tied = tied[todo]
    for _ in range(2 * exp.shape[1] * exp.shape[2]):
        e, o = experimental[todo], observational[todo]
        exp[todo], obs[todo], mu = _fit(e, o, tied)
        broken = ~tied & (obs[todo] > exp[todo] + _SLACK)
        with np.errstate(divide="ignore", invalid="ignore"):
            loose = tied & (o < mu[:, None, None] * obs[todo] * (1 - 1e-9))
        changed = (broken | loose).any(axis=(1, 2))
        tied = ((tied | broken) & ~loose)[changed]
        todo = todo[changed]
        if not len(todo):
            break
    exp = _raised(exp, obs)
    return exp, np.where(np.abs(exp - obs) <= _SUMS_TO, exp, obs)


def _fit(e: Floats, o: Floats, tied: Mask) -> tuple[Floats, Floats, Floats]:
    """Return the likeliest distributions with equality in the cells that are tied, and μ."""
    both = np.where(tied, e + o, 0.0)
    tied_sum = both.sum(axis=2)
    free_exp = np.where(tied, 0.0, e).sum(axis=2)
    free_obs = np.where(tied, 0.0, o).sum(axis=(1, 2))
    mu = _multiplier(free_obs, free_exp, tied_sum)
    level = _level(mu[:, None], free_exp, tied_sum)[:, :, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        shared = both / level
        exp = np.where(tied, shared, np.where(e > 0, e / (level - mu[:, None, None]), 0.0))
        obs = np.where(tied, shared, np.where(o > 0, o / mu[:, None, None], 0.0))
    # What is left over goes to cells in which no unit was seen; the likelihood is the same. No arm
    # gets any in which nobody was observed, so that what was never seen stays at 0.
    weight = np.where(tied, 0.0, obs)
    weight = np.where(weight.any(axis=2, keepdims=True), weight, ~tied)
    exp += _spread(_missing(exp, (2,)), weight, (2,))
    taken = o.any(axis=2, keepdims=True)
    weight = np.where(tied | ~taken, 0.0, np.maximum(exp - obs, 0.0))
    obs += _spread(_missing(obs, (1, 2)), weight, (1, 2))
    exp = exp / exp.sum(axis=2, keepdims=True)
    return exp, _as_tied(obs, exp, tied), mu


def _missing(cells: Floats, axes: tuple[int, ...]) -> Floats:
    """Return what is missing from sums of 1, beyond rounding."""
    rest = 1 - cells.sum(axis=axes, keepdims=True)
    return np.asarray(np.where(rest > _ROUNDING, rest, 0.0))


def _as_tied(obs: Floats, exp: Floats, tied: Mask) -> Floats:
    """Return the observations with tied cells just as in the experiment, the others filling up."""
    shared, free = np.where(tied, exp, 0.0), np.where(tied, 0.0, obs)
    rest = np.maximum(1 - shared.sum(axis=(1, 2), keepdims=True), 0.0)
    return np.asarray(shared + _spread(rest, free, (1, 2)))


def _spread(rest: Floats, where: Floats, axes: tuple[int, ...]) -> Floats:
    total = where.sum(axis=axes, keepdims=True)
    return np.asarray(rest * where / np.maximum(total, np.finfo(float).tiny))


def _multiplier(free_obs: Floats, free_exp: Floats, tied_sum: Floats) -> Floats:
    """Return the μ for which the observations sum to 1: Newton's steps within a bracket."""
    low, high = free_obs.copy(), free_obs + tied_sum.sum(axis=1)
    mu = (low + high) / 2
    for _ in range(_MOST_STEPS):
        level = _level(mu[:, None], free_exp, tied_sum)
        with np.errstate(divide="ignore", invalid="ignore"):
            seen = free_obs / mu + (tied_sum / level).sum(axis=1)
            steep, flat = free_exp / (level - mu[:, None]) ** 2, tied_sum / level**2
            bend = np.where(tied_sum > 0, flat * steep / (steep + flat), 0.0)
            slope = -free_obs / mu**2 - bend.sum(axis=1)
            low, high = np.where(seen > 1, mu, low), np.where(seen > 1, high, mu)
            step = mu - (seen - 1) / slope
        if np.nanmax(np.abs(seen - 1), initial=0.0) < _SUMS_TO:
            break
        mu = np.where((step > low) & (step < high), step, (low + high) / 2)
    return np.asarray(mu)


def _level(mu: Floats, free: Floats, tied: Floats) -> Floats:
    """Return λ + μ, where free / λ + tied / (λ + μ) = 1."""
    total = free + tied
    root = np.sqrt(np.maximum((total + mu) ** 2 - 4 * tied * mu, 0.0))
    return np.asarray(np.maximum((total + mu + root) / 2, np.finfo(float).tiny))


def _raised(exp: Floats, obs: Floats) -> Floats:
    """Raise what is below its floor, and take it from what is above in proportion."""
    short = np.maximum(obs - exp, 0.0).sum(axis=2, keepdims=True)
    spare = np.maximum(exp - obs, 0.0)
    total = spare.sum(axis=2, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        kept = np.where(total > 0, 1 - short / total, 0.0)
    return np.asarray(np.where(short > 0, obs + spare * np.maximum(kept, 0.0), exp))
