"""`Counts`: units of each stratum by arm and outcome, from an experiment and from observations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats

__all__ = ["Counts"]


@dataclass(frozen=True, eq=False, slots=True)
class Counts:
    """Counts of units, or sums of their weights.

    Attributes
    ----------
    experimental, observational : ndarray of shape (strata, arms, levels), or None
        None where there is no such source.
    squares : Counts, optional
        The same sums of squared weights; None where every unit weighs 1.
    """

    experimental: Floats | None = None
    observational: Floats | None = None
    squares: Counts | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of strata, arms and levels."""
        part = self.observational if self.experimental is None else self.experimental
        assert part is not None
        strata, arms, levels = part.shape
        return strata, arms, levels

    @property
    def units(self) -> Floats:
        """Units (or weights) of each stratum from both sources, shape (strata,)."""
        parts = (self.experimental, self.observational)
        total = np.zeros(self.shape[0])
        for part in parts:
            if part is not None:
                total += part.sum(axis=(1, 2))
        return total

    @property
    def arm_sizes(self) -> Floats | None:
        """Effective number of units in each arm of the experiment, shape (strata, arms)."""
        if self.experimental is None:
            return None
        squares = None if self.squares is None else self.squares.experimental
        return _effective(self.experimental, squares, (2,))

    @property
    def observed_sizes(self) -> Floats | None:
        """Effective number of observed units, shape (strata,)."""
        if self.observational is None:
            return None
        squares = None if self.squares is None else self.squares.observational
        return _effective(self.observational, squares, (1, 2))

    def take(self, strata: NDArray[np.intp] | NDArray[np.bool_]) -> Counts:
        """Return the counts of some strata, by place or mask."""
        exp, obs = self.experimental, self.observational
        return Counts(
            None if exp is None else exp[strata],
            None if obs is None else obs[strata],
            None if self.squares is None else self.squares.take(strata),
        )


def _effective(sums: Floats, squares: Floats | None, axes: tuple[int, ...]) -> Floats:
    """Return Kish's effective size: the squared sum of weights by the sum of squared weights."""
    total: Floats = sums.sum(axis=axes)
    if squares is None:
        return total
    return np.asarray(total**2 / np.maximum(squares.sum(axis=axes), np.finfo(float).tiny))
