"""The response types that support bounds over a few weights, found by linear programs.

Where the vertices of all that a stratum may be are too many to list, those that matter for payoffs
on a line, or over two weights in a box, are few: at each payoff the optimum of a linear program is
one of them, and the lower envelope of those that are known lies above the bound. Where the envelope
bends, the program is asked again; once it gives nothing new at any bend, the envelope is the bound
(an outer linearisation, Kelley 1960, "The cutting-plane method for solving convex programs").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.decisions.flip_lines import Box, pieces

__all__ = ["StratumProgram", "programs_of", "supports_in_box", "supports_on_line"]

TOLERANCE = 1e-8


@dataclass(frozen=True, eq=False, slots=True)
class StratumProgram:
    """What is known of one stratum, as equations over shares of units.

    Attributes
    ----------
    left : ndarray of shape (equations, variables)
        Variables are units by the arm they took (untreated, treated, another) and their outcomes
        untreated and treated.
    right : ndarray of shape (equations,)
    forbidden : ndarray of bool, shape (variables,)
        Which have no units.
    """

    left: Floats
    right: Floats
    forbidden: NDArray[np.bool_]

    def support(self, payoff: Floats) -> Floats:
        """Return shares of response types with the least benefit, shape (levels * levels,).

        Raises
        ------
        ValueError
            Where the program has no solution.
        """
        from scipy.optimize import linprog

        groups = len(self.forbidden) // len(payoff)
        highest = np.where(self.forbidden, 0.0, np.inf)
        found = linprog(
            np.tile(payoff, groups),
            A_eq=self.left,
            b_eq=self.right,
            bounds=np.column_stack([np.zeros(len(highest)), highest]),
            method="highs",
        )
        if found.x is None:
            raise ValueError(found.message)
        types: Floats = found.x.reshape(groups, -1).sum(axis=0)
        return types


def programs_of(
    distributions: Distributions, *, contrast: tuple[int, int] = (0, 1), monotone: bool = False
) -> tuple[StratumProgram, ...]:
    """Return the program of each stratum, for two arms of which others may be beside.

    Parameters
    ----------
    distributions : Distributions
    contrast : (int, int)
        The arms that are compared, the untreated first.
    monotone : bool
        Whether no unit has a lower level treated than untreated; for two arms alone.
    """
    strata, arms, n = distributions.shape
    exp, obs = distributions.experimental, distributions.observational
    taken, first, second = np.indices((3, n, n)).reshape(3, -1)
    rows, sides = [], []
    for level in range(n):
        shown = (first == level, second == level)
        for arm in (0, 1):
            if exp is not None:
                rows.append(shown[arm])
                sides.append(exp[:, contrast[arm], level])
            if obs is not None:
                rows.append(shown[arm] & (taken == arm))
                sides.append(obs[:, contrast[arm], level])
    if exp is None:
        assert obs is not None
        rows.append(taken == 2)
        sides.append(1.0 - obs[:, list(contrast)].sum(axis=(1, 2)))
    forbidden = (taken == 2) if arms == 2 or obs is None else np.zeros(3 * n * n, dtype=bool)
    if obs is None:
        forbidden = taken > 0
    if monotone:
        forbidden = forbidden | (second < first)
    left, right = np.array(rows, dtype=float), np.array(sides)
    return tuple(StratumProgram(left, right[:, z], forbidden) for z in range(strata))


def supports_on_line(
    program: StratumProgram, frame: Floats, low: float, high: float
) -> tuple[Floats, list[float]]:
    """Return response types whose envelope is the lower bound along a line of payoffs.

    Parameters
    ----------
    program : StratumProgram
    frame : ndarray of shape (2, levels * levels)
        The payoff of weight ``t`` is ``frame[0] + t * frame[1]``.
    low, high : float
        Between which weights.

    Returns
    -------
    types : ndarray of shape (types, levels * levels)
    bends : list of float
        Where the bound bends.
    """

    def asked(weight: float) -> Floats:
        return program.support(frame[0] + weight * frame[1])

    found = [asked(low), asked(high)]
    bends = []
    pending = [(found[0], found[1])]
    while pending:
        left, right = pending.pop()
        (a, b), (c, d) = frame @ left, frame @ right
        if abs(b - d) <= 1e-12:
            continue
        bend = float((c - a) / (b - d))
        if not low < bend < high:
            continue
        new = asked(bend)
        value = float(frame[0] @ new + bend * (frame[1] @ new))
        if value < a + bend * b - TOLERANCE * max(1.0, abs(value)):
            found.append(new)
            pending += [(left, new), (new, right)]
        else:
            bends.append(bend)
    return np.array(found), bends


def supports_in_box(program: StratumProgram, frame: Floats, box: Box) -> Floats:
    """Return response types whose envelope is the lower bound over two weights in a box.

    Parameters
    ----------
    program : StratumProgram
    frame : ndarray of shape (3, levels * levels)
        The payoff of weights ``x`` and ``y`` is ``frame[0] + x * frame[1] + y * frame[2]``.
    box : Box

    Returns
    -------
    ndarray of shape (types, levels * levels)
    """
    left, right, bottom, top = box
    fresh = {(x, y) for x in (left, right) for y in (bottom, top)}
    asked: set[tuple[float, float]] = set()
    found: list[Floats] = []
    while fresh:
        for x, y in sorted(fresh):
            weights = np.array([1.0, x, y])
            new = program.support(weights @ frame)
            value = float(weights @ frame @ new)
            known = min((float(weights @ frame @ each) for each in found), default=np.inf)
            if value < known - TOLERANCE * max(1.0, abs(value)):
                found.append(new)
        asked |= fresh
        planes = np.array(found) @ frame.T
        corners = np.concatenate([part for part, _ in pieces([-planes], box)])
        fresh = {(x, y) for x, y in np.round(corners, 9).tolist()} - asked
    return np.array(found)
