"""`KnownResponses`: how households respond to a treatment, where that is known."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from causal_magics.errors import DataError

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class KnownResponses:
    """The true distribution of response types in each stratum, and the type of each row.

    Attributes
    ----------
    covariates
        The columns whose values make a stratum.
    strata : tuple of tuples
        The values of the covariates in each stratum.
    joint : ndarray of shape (strata, 2, levels, levels)
        ``joint[z, x, i, j]`` is P(Z = z, X = x, Y_0 = i, Y_1 = j) where X is what is chosen when
        nothing is assigned. It sums to 1.
    stratum : ndarray of int, shape (rows,)
        The stratum of each row.
    potential : ndarray of int, shape (rows, 2)
        The outcomes of each row when it is not treated and when it is.
    """

    covariates: tuple[str, ...]
    strata: tuple[tuple[str, ...], ...]
    joint: Floats = field(hash=False)
    stratum: NDArray[np.intp] = field(hash=False)
    potential: NDArray[np.intp] = field(hash=False)

    def __repr__(self) -> str:
        strata, _, levels, _ = self.joint.shape
        return f"<KnownResponses: {strata} strata, {levels} levels, {len(self.stratum):,} rows>"

    @property
    def shares(self) -> Floats:
        """P(Z = z), shape (strata,)."""
        total: Floats = self.joint.sum(axis=(1, 2, 3))
        return total

    @property
    def experimental(self) -> Floats:
        """P(Y_x = y | z), shape (strata, 2, levels): what an experiment tends to."""
        types = self.joint.sum(axis=1)
        both = np.stack([types.sum(axis=2), types.sum(axis=1)], axis=1)
        scaled: Floats = both / self.shares[:, None, None]
        return scaled

    @property
    def observational(self) -> Floats:
        """P(X = x, Y = y | z), shape (strata, 2, levels): what observations tend to."""
        seen = np.stack([self.joint[:, 0].sum(axis=2), self.joint[:, 1].sum(axis=1)], axis=1)
        scaled: Floats = seen / self.shares[:, None, None]
        return scaled

    @property
    def types(self) -> Floats:
        """P(Y_0 = i, Y_1 = j | z), shape (strata, levels, levels)."""
        scaled: Floats = self.joint.sum(axis=1) / self.shares[:, None, None]
        return scaled

    def benefit(self, payoff: ArrayLike) -> Floats:
        """Return the true mean payoff of treating each stratum.

        Parameters
        ----------
        payoff : array of shape (levels, levels)
            ``payoff[i, j]`` is what treating brings where the outcome would be i and becomes j.

        Raises
        ------
        DataError
            Where the payoff has another shape.
        """
        weights = np.asarray(payoff, dtype=np.float64)
        if weights.shape != self.joint.shape[2:]:
            raise DataError(
                f"Expected a payoff of shape {self.joint.shape[2:]}, got {weights.shape}. Give a "
                "row for each outcome when untreated and a column for each when treated."
            )
        mean: Floats = (self.types * weights).sum(axis=(1, 2))
        return mean
