"""`Terms`: bounds as the largest and least of linear functions of the data.

Every sharp bound of a linear program over response types is the maximum (lower) or minimum (upper)
of finitely many linear functions of the probabilities that the data fix: the vertices of its dual.
What is known of the terms is then all that inference, decisions and drawings need.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causal_magics.counterfactual.bounding.bounds import Floats

__all__ = ["Terms"]

BATCH = 1000
"""Strata at once: their terms fit in the cache, which is several times faster than all at once."""


@dataclass(frozen=True, eq=False, slots=True)
class Terms:
    """The linear functions whose maximum is the lower and whose minimum is the upper bound.

    Attributes
    ----------
    lower, upper : ndarray of shape (terms, cells)
        Coefficients of `Distributions.cells`: the bound of stratum ``z`` from below is
        ``max(lower @ cells[z])``, from above ``min(upper @ cells[z])``.
    """

    lower: Floats
    upper: Floats

    def evaluate(self, cells: Floats) -> tuple[Floats, Floats]:
        """Return the lower and upper bounds of each stratum.

        Parameters
        ----------
        cells : ndarray of shape (strata, cells)
        """
        lower, upper = np.empty(len(cells)), np.empty(len(cells))
        for start in range(0, len(cells), BATCH):
            columns = cells[start : start + BATCH].T
            lower[start : start + BATCH] = (self.lower @ columns).max(axis=0)
            upper[start : start + BATCH] = (self.upper @ columns).min(axis=0)
        return lower, upper

    def unique(self) -> Terms:
        """Return the terms without repetitions."""
        return Terms(np.unique(self.lower, axis=0), np.unique(self.upper, axis=0))
