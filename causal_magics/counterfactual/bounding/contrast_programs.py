"""The benefit of one arm over another as small linear programs, whatever other arms there are.

Who took which of the two arms s and t splits the units in three. Those who took s have a known
outcome under s, those who took t under t, and the others neither; but of those who did not take s
the outcomes under s are known together, P(Y_s = i) - P(s, i), and likewise under t. The shares of
(Y_s, Y_t) in the three groups, and these sums, are all that a contrast needs: other arms put no
limits on it, save that of consistency. With two arms the groups are apart, two transport problems.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.linear_programs import LinearProgram
from causal_magics.counterfactual.bounding.response_types import program_of_types
from causal_magics.counterfactual.bounding.transport import Sources

__all__ = ["contrast_programs", "worth_of_contrast"]


def contrast_programs(
    values: Floats,
    sources: Sources,
    *,
    n_arms: int = 2,
    contrast: tuple[int, int] = (0, 1),
    monotone: bool = False,
) -> list[LinearProgram]:
    """Return linear programs whose least values add up to the least benefit.

    Parameters
    ----------
    values : ndarray of shape (levels, levels)
        The worth by the outcome under the first and the second arm of the contrast.
    sources : {"experiment", "observations", "both"}
    n_arms : int
    contrast : tuple of int
        The untreated and the treated arm.
    monotone : bool
        Whether no unit has a lower level under an arm than under one before it. With more than two
        arms, those between and beyond the contrast do limit it: one program of response types.
    """
    if monotone and n_arms > 2:
        worth = worth_of_contrast(values, n_arms, contrast)
        return [program_of_types(worth, sources, monotone=True)]
    n = len(values)
    allowed = _allowed(n, contrast, monotone)
    by_first, by_second = _margins(n, allowed)
    costs = values[allowed]
    do_first, do_second, first, second, others = _data(n, n_arms, contrast, sources)
    if sources == "experiment":
        rows = np.concatenate([by_first, by_second])
        return [LinearProgram(costs, rows, np.concatenate([do_first, do_second]))]
    if sources == "observations":
        programs = [LinearProgram(costs, by_first, first), LinearProgram(costs, by_second, second)]
        if n_arms > 2:
            programs.append(LinearProgram(costs, np.ones((1, len(costs))), others))
        return programs
    if n_arms == 2:
        rows = np.concatenate([by_first, by_second])
        return [
            LinearProgram(costs, rows, np.concatenate([first, do_second - second])),
            LinearProgram(costs, rows, np.concatenate([do_first - first, second])),
        ]
    none = np.zeros_like(by_first)
    rows = np.block(
        [
            [by_first, none, none],  # took the first arm
            [none, by_second, none],  # took the second
            [none, by_first, by_first],  # did not take the first
            [by_second, none, by_second],  # did not take the second
        ]
    )
    data = np.concatenate([first, second, do_first - first, do_second - second])
    return [LinearProgram(np.tile(costs, 3), rows, data)]


def worth_of_contrast(values: Floats, n_arms: int, contrast: tuple[int, int]) -> Floats:
    """Return the worth of response types whose payoff looks at two arms, shape (levels,) * arms."""
    outcome = np.indices((len(values),) * n_arms)
    worth: Floats = values[outcome[contrast[0]], outcome[contrast[1]]]
    return worth


def _allowed(n: int, contrast: tuple[int, int], monotone: bool) -> NDArray[np.bool_]:
    if not monotone:
        return np.ones((n, n), dtype=bool)
    upward = np.triu(np.ones((n, n), dtype=bool))
    return upward if contrast[0] < contrast[1] else upward.T


def _margins(n: int, allowed: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return which pairs of outcomes have each first and each second, shape (levels, pairs)."""
    pairs = np.nonzero(allowed)
    first, second = ((place == np.arange(n)[:, None]).astype(float) for place in pairs)
    return first, second


def _data(
    n: int, n_arms: int, contrast: tuple[int, int], sources: Sources
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return which cells are P(Y_s), P(Y_t), P(s, ·), P(t, ·), each (levels, cells), and others."""
    size = n_arms * n
    width = 2 * size if sources == "both" else size
    cell = np.eye(width).reshape(-1, n, width)
    s, t = contrast
    seen = cell[n_arms:] if sources == "both" else cell
    rest = [arm for arm in range(n_arms) if arm not in contrast]
    others = seen[rest].sum(axis=(0, 1))[None]
    return cell[s], cell[t], seen[s], seen[t], others
