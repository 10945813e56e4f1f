"""Distributions of a treatment that lowers no unit's outcome.

With such a treatment, P(Y_0 >= k) <= P(Y >= k) <= P(Y_1 >= k) for each level k: those who were
observed had one of the two outcomes (Tian & Pearl 2000, theorem 3, for two levels). Samples break
this by chance. It is tested like consistency, and what passes is replaced by isotonic regression:
the three numbers of each level are pooled where they are out of order, weighted by their units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.frames.consistent_fit import consistent_fit

__all__ = ["Disorder", "disorder", "monotone_fit"]

_ROUNDS = 200
_SLACK = 1e-10


@dataclass(frozen=True, slots=True)
class Disorder:
    """Where the order fails most clearly.

    Attributes
    ----------
    stratum : int or None
        None where it fails over all strata together.
    lesser, greater : str
        Which of the three: ``untreated``, ``observed``, ``treated``.
    level : int
    excess, z : float
    is_beyond_chance : bool
    """

    stratum: int | None
    lesser: str
    greater: str
    level: int
    excess: float
    z: float
    is_beyond_chance: bool


def disorder(
    exp: Floats, obs: Floats | None, arm_sizes: Floats, obs_sizes: Floats | None, risk: float
) -> Disorder | None:
    """Return where the order fails most clearly; None where it holds.

    Parameters
    ----------
    exp, obs : ndarray of shape (strata, 2, levels)
        P(y_x), and P(x, y) where there are observations.
    arm_sizes, obs_sizes : ndarray of shape (strata, 2) and (strata,)
        Units.
    risk : float
        How often data in order are refused by chance, over all tests.
    """
    tails = _survivals(exp, obs)
    sizes = _sizes(arm_sizes, obs_sizes)[:, :, None]
    first, second = tails[:, :-1], tails[:, 1:]
    n, m = sizes[:, :-1], sizes[:, 1:]
    common = (first * n + second * m) / (n + m)
    variance = common * (1 - common) * (1 / n + 1 / m)
    gap = first - second
    if not (gap > _SLACK).any():
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(gap > _SLACK, gap / np.sqrt(variance), 0.0)
        weight = sizes.sum(axis=(1, 2)) / sizes.sum()
        mean = np.einsum("z,zsk->sk", weight, gap)
        error = np.sqrt(np.einsum("z,zsk->sk", weight**2, variance))
        overall = np.where(mean > _SLACK, mean / error, 0.0)
    critical = float(-ndtri(risk / (z.size + overall.size)))
    names = ("untreated", "treated") if obs is None else ("untreated", "observed", "treated")
    stratum, step, level = map(int, np.unravel_index(int(z.argmax()), z.shape))
    worst, excess = float(z[stratum, step, level]), float(gap[stratum, step, level])
    place: int | None = stratum
    if overall.max() > critical >= worst:
        step, level = map(int, np.unravel_index(int(overall.argmax()), overall.shape))
        place, worst, excess = None, float(overall[step, level]), float(mean[step, level])
    return Disorder(place, names[step], names[step + 1], level + 1, excess, worst, worst > critical)


def monotone_fit(
    exp: Floats, obs: Floats | None, arm_sizes: Floats, obs_sizes: Floats | None
) -> tuple[Floats, Floats | None]:
    """Return distributions that are in order and consistent, near to some.

    Parameters
    ----------
    exp, obs, arm_sizes, obs_sizes
        As of `disorder`; consistent.

    Notes
    -----
    The order and consistency are brought about in turn until both hold.
    """
    exp, obs = exp.copy(), None if obs is None else obs.copy()
    todo = np.flatnonzero(_is_out_of_order(exp, obs))
    for _ in range(_ROUNDS):
        if not len(todo):
            break
        seen = None if obs is None else obs[todo]
        sizes = _sizes(arm_sizes[todo], None if obs_sizes is None else obs_sizes[todo])
        new_exp, new_obs = _ordered(exp[todo], seen, sizes)
        if new_obs is not None and obs is not None and obs_sizes is not None:
            new_exp, new_obs = consistent_fit(
                new_exp * arm_sizes[todo][:, :, None], new_obs * obs_sizes[todo][:, None, None]
            )
            obs[todo] = new_obs
        exp[todo] = new_exp
        todo = todo[_is_out_of_order(new_exp, new_obs)]
    return exp, obs


def _is_out_of_order(exp: Floats, obs: Floats | None) -> NDArray[np.bool_]:
    """Return in which strata the order fails beyond rounding."""
    return np.asarray((np.diff(_survivals(exp, obs), axis=1) < -_SLACK).any(axis=(1, 2)))


def _survivals(exp: Floats, obs: Floats | None) -> Floats:
    """Return P(Y >= k) untreated, observed and treated, shape (strata, 2 or 3, levels - 1)."""
    tails = exp[:, :2, ::-1].cumsum(axis=2)[:, :, -2::-1]
    if obs is None:
        return np.asarray(tails)
    seen = obs.sum(axis=1)[:, ::-1].cumsum(axis=1)[:, -2::-1]
    return np.stack([tails[:, 0], seen, tails[:, 1]], axis=1)


def _sizes(arm_sizes: Floats, obs_sizes: Floats | None) -> Floats:
    if obs_sizes is None:
        return arm_sizes[:, :2]
    return np.stack([arm_sizes[:, 0], obs_sizes, arm_sizes[:, 1]], axis=1)


def _ordered(exp: Floats, obs: Floats | None, sizes: Floats) -> tuple[Floats, Floats | None]:
    """Return the distributions with their tails in order."""
    tails = _isotonic(_survivals(exp, obs), sizes)
    ends = np.ones((*tails.shape[:2], 1)), np.zeros((*tails.shape[:2], 1))
    cells = np.maximum(-np.diff(np.concatenate([ends[0], tails, ends[1]], axis=2), axis=2), 0.0)
    if obs is None:
        return cells, None
    levels = obs.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        taken = np.where(levels > 0, obs / levels, obs.sum(axis=2, keepdims=True))
    return cells[:, [0, 2]], taken * cells[:, 1:2]


def _isotonic(values: Floats, sizes: Floats) -> Floats:
    """Return the closest values that ascend along the second axis, weighted by sizes."""
    steps = values.shape[1]
    weights = np.broadcast_to(sizes[:, :, None], values.shape)
    total = {
        (i, j): (values[:, i : j + 1] * weights[:, i : j + 1]).sum(axis=1)
        / weights[:, i : j + 1].sum(axis=1)
        for i in range(steps)
        for j in range(i, steps)
    }
    fitted = [
        np.max(
            [np.min([total[i, j] for j in range(place, steps)], axis=0) for i in range(place + 1)],
            axis=0,
        )
        for place in range(steps)
    ]
    return np.stack(fitted, axis=1)
