"""`CrossFit`: predictions of units that were not learned from, and the interval they give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.terms import Terms
from causal_magics.counterfactual.frames.sources import EXPERIMENT, OBSERVATIONS

__all__ = ["CrossFit"]

_ROWS = 100_000
"""Units that are looked at at once."""


@dataclass(frozen=True, eq=False, slots=True)
class CrossFit:
    """Units with the predictions of learners that have not seen them.

    Attributes
    ----------
    cells : ndarray of shape (rows, cells)
        Predicted, in the order of `Distributions.cells`, for two arms.
    source, arm, level : ndarray of shape (rows,)
        What was seen of each unit.
    n_levels : int
    weights : ndarray of shape (rows,), optional
    """

    cells: Floats
    source: NDArray[np.int8]
    arm: NDArray[np.int8]
    level: NDArray[np.int8]
    n_levels: int
    weights: Floats | None = None

    def interval(self, terms: Terms, confidence: float) -> tuple[float, float]:
        """Return an interval that holds the mean bounds over units as often as is asked.

        Parameters
        ----------
        terms : Terms
        confidence : float

        Notes
        -----
        Any term chosen without a unit's outcome gives a valid bound in the mean, so that the
        interval holds whether the learner is good or bad, and is short where it is good. The term
        of each unit is that which is best by its predictions; its mean is estimated from outcomes,
        those of the experiment by augmented inverse probabilities (Ji, Lei & Spector 2024,
        "Model-agnostic covariate-assisted inference on partially identified causal effects"). It is
        held that the experiment randomised all units alike, and that both sources are of one
        population.
        """
        z = float(-ndtri((1 - confidence) / 2))
        lower, error = self._mean(-terms.lower)
        upper, other = self._mean(terms.upper)
        return -(lower + z * error), upper + z * other

    def _mean(self, upper: Floats) -> tuple[float, float]:
        """Return the mean of the least of some terms and its standard error."""
        total, variance = 0.0, 0.0
        for place in (EXPERIMENT, OBSERVATIONS):
            rows = np.flatnonzero(self.source == place)
            if not len(rows):
                continue
            weight = np.ones(len(rows)) if self.weights is None else self.weights[rows]
            parts = [
                self._scores(rows[start : start + _ROWS], upper, place)
                for start in range(0, len(rows), _ROWS)
            ]
            scores = np.concatenate(parts)
            mean = float(weight @ scores / weight.sum())
            total += mean
            variance += float((weight**2) @ (scores - mean) ** 2 / weight.sum() ** 2)
        return total, float(np.sqrt(variance))

    def _scores(self, rows: NDArray[np.intp], upper: Floats, place: int) -> Floats:
        """Return for each unit an unbiased estimate of its part of its term."""
        cells, n = self.cells[rows], self.n_levels
        chosen = upper[(cells @ upper.T).argmin(axis=1)]
        each, arm, level = np.arange(len(rows)), self.arm[rows], self.level[rows]
        if place == OBSERVATIONS:
            start = cells.shape[1] - 2 * n
            return np.asarray(chosen[each, start + arm * n + level])
        worth = chosen[:, : 2 * n].reshape(-1, 2, n)
        expected = (worth * cells[:, : 2 * n].reshape(-1, 2, n)).sum(axis=2)
        residual = worth[each, arm, level] - expected[each, arm]
        return np.asarray(expected.sum(axis=1) + residual / self._arm_shares()[arm])

    def _arm_shares(self) -> Floats:
        """Return the share of the experiment that is in each arm."""
        rows = self.source == EXPERIMENT
        weights = None if self.weights is None else self.weights[rows]
        sums = np.bincount(self.arm[rows], weights, minlength=2)
        return np.asarray(sums / sums.sum())
