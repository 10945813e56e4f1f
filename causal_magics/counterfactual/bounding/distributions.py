"""`Distributions`: what an experiment and observations say of a treatment and an outcome."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.errors import ContradictionError, CounterfactualError

__all__ = ["Distributions"]

TOLERANCE = 1e-9
"""Contradictions up to this size are rounding."""


@dataclass(frozen=True, eq=False, slots=True)
class Distributions:
    """The distributions of each stratum, from an experiment, from observations, or from both.

    Attributes
    ----------
    experimental : ndarray of shape (strata, arms, levels), or None
        ``experimental[z, x, y]`` is P(Y_x = y | z): each row sums to 1. Arm 0 is untreated.
    observational : ndarray of shape (strata, arms, levels), or None
        ``observational[z, x, y]`` is P(X = x, Y = y | z): each stratum sums to 1.
    """

    experimental: Floats | None = None
    observational: Floats | None = None

    def __post_init__(self) -> None:
        given = [part for part in (self.experimental, self.observational) if part is not None]
        if not given:
            raise CounterfactualError(
                "Expected an experiment, observations, or both, got neither. Give do_treated and "
                "do_untreated, or observed."
            )
        shapes = [np.shape(part) for part in given]
        if len({*shapes}) > 1 or len(shapes[0]) != 3:
            raise CounterfactualError(
                "Expected distributions of one shape (strata, arms, levels), got "
                f"{' and '.join(map(str, shapes))}. Give both the same strata, arms and levels."
            )
        if self.experimental is not None:
            _check(self.experimental, "experiment", axes=(2,))
        if self.observational is not None:
            _check(self.observational, "observations", axes=(1, 2))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of strata, arms and levels."""
        part = self.observational if self.experimental is None else self.experimental
        assert part is not None
        strata, arms, levels = part.shape
        return strata, arms, levels

    @property
    def cells(self) -> Floats:
        """All probabilities of each stratum in one row, those of the experiment first.

        Shape (strata, cells) with ``arms * levels`` cells for each source that there is.
        """
        parts = [part for part in (self.experimental, self.observational) if part is not None]
        return np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)

    def take(self, strata: NDArray[np.intp] | NDArray[np.bool_]) -> Distributions:
        """Return the distributions of some strata, by place or mask."""
        exp, obs = self.experimental, self.observational
        return Distributions(
            None if exp is None else exp[strata],
            None if obs is None else obs[strata],
        )

    def excess(self) -> Floats:
        """Return by how much consistency fails in each cell, shape (strata, arms, levels).

        An outcome that was observed under the treatment that was taken is the outcome under that
        treatment, so that P(x, y) <= P(y_x) for each arm and level; 0 where that holds.
        """
        strata, arms, levels = self.shape
        if self.experimental is None or self.observational is None:
            return np.zeros((strata, arms, levels))
        return np.maximum(self.observational - self.experimental, 0.0)

    def check_consistent(self, tolerance: float = TOLERANCE) -> None:
        """Refuse an experiment and observations that no population has together.

        Raises
        ------
        ContradictionError
            With the inequality that fails by most, its stratum and its size.
        """
        excess = self.excess()
        if excess.size == 0 or excess.max() <= tolerance:
            return
        assert self.experimental is not None
        assert self.observational is not None
        z, x, y = np.unravel_index(int(excess.argmax()), excess.shape)
        seen, set_to = self.observational[z, x, y], self.experimental[z, x, y]
        where = f" in stratum {z}" if len(excess) > 1 else ""
        inequality = f"P(x={x}, y={y}) <= P(y={y} | do(x={x}))"
        raise ContradictionError(
            f"Expected {inequality}{where}, as an outcome seen under the arm that was taken is the "
            f"outcome under that arm, got {seen:.4g} > {set_to:.4g}: it fails by "
            f"{excess[z, x, y]:.4g}. The experiment and the observations are of different "
            "populations, or one is biased; use one of them alone.",
            inequality,
            float(excess[z, x, y]),
        )


def _check(part: Floats, source: str, axes: tuple[int, ...]) -> None:
    """Refuse what is no probability, or does not sum to 1 over the axes."""
    if np.isnan(part).any():
        raise CounterfactualError(
            f"Expected probabilities in the {source}, got NaN. Leave out what is not known."
        )
    worst = float(part.min(initial=0.0)), float(part.max(initial=0.0))
    if worst[0] < -TOLERANCE or worst[1] > 1 + 1e-6:
        value = worst[0] if worst[0] < -TOLERANCE else worst[1]
        advice = "Divide percentages by 100." if 1 < value <= 100 else "Give shares from 0 to 1."
        raise CounterfactualError(
            f"Expected probabilities between 0 and 1 in the {source}, got {value:.4g}. {advice}"
        )
    totals = part.sum(axis=axes)
    if totals.size and np.abs(totals - 1).max() > 1e-6:
        total = totals.flat[int(np.abs(totals - 1).argmax())]
        what = "outcomes of each arm" if len(axes) == 1 else "arms and outcomes of each stratum"
        raise CounterfactualError(
            f"Expected the probabilities of the {what} to sum to 1 in the {source}, got "
            f"{total:.6g}. Give the probability of every level."
        )
