"""How well a measure agrees with itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["TOO_NOISY", "Reliability", "split_half"]

TOO_NOISY = 0.6
"""Below it a measure does not tell heads apart well enough to prune by it."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """Split-half reliability over random halves.

    Parameters
    ----------
    value : float
        The mean Spearman correlation r of both halves, stepped up to the whole length by Spearman
        and Brown (1910): 2r / (1 + r). NaN where there are not enough parts to halve.
    lower, upper : float
        The middle 95 % over random halves, stepped up alike.
    half : float
        The correlation itself: what is to be expected of half as many items.
    """

    value: float
    lower: float
    upper: float
    half: float
    N_SPLITS: ClassVar[int] = 50

    @property
    def is_noisy(self) -> bool:
        """Whether it is too low to prune by, as it is written."""
        return not round(self.value, 2) >= TOO_NOISY

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.lower:.2f}, {self.upper:.2f}]"


def split_half(first: NDArray[np.float64], second: NDArray[np.float64]) -> Reliability:
    """Return the reliability of values that two halves of the items gave.

    Parameters
    ----------
    first, second : array, shape (values, splits)
        What each half gave in each split.
    """
    from scipy.stats import rankdata

    found = []
    for one, other in zip(first.T, second.T, strict=True):
        ranks = [rankdata(each) for each in (one, other)]
        if np.isfinite(one).all() and np.isfinite(other).all() and min(map(np.ptp, ranks)) > 0:
            found.append(np.corrcoef(*ranks)[0, 1])
    if not found:
        return Reliability(np.nan, np.nan, np.nan, np.nan)
    half = float(np.mean(found))
    lower, upper = (float(_stepped_up(r)) for r in np.percentile(found, [2.5, 97.5]))
    return Reliability(_stepped_up(half), lower, upper, half)


def _stepped_up(half: float) -> float:
    """Return the reliability of the whole from the correlation of halves."""
    return 2 * half / (1 + half) if half > 0 else half
