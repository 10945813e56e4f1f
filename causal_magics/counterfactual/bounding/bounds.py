"""`Bounds`: all that is known of a counterfactual quantity, for one population or many strata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bounds", "Floats", "Kind"]

Floats = NDArray[np.float64]
Kind = Literal["sharp", "outer", "inner"]


@dataclass(frozen=True, eq=False, repr=False)
class Bounds:
    """An interval that holds a counterfactual quantity.

    Attributes
    ----------
    lower, upper : float or ndarray of shape (strata,)
        The ends. Where the question is about many strata, one of each for every stratum.
    quantity : str
        What is bounded, such as ``PNS``.
    kind : {"sharp", "outer", "inner"}
        Sharp: some model has each end. Outer: the truth lies within, but the ends may be too far.
        Inner: some model has each end, but the truth may lie beyond.
    """

    lower: Any
    upper: Any
    quantity: str = ""
    kind: Kind = "sharp"

    @property
    def width(self) -> Any:
        """The upper end less the lower end."""
        return self.upper - self.lower

    @property
    def midpoint(self) -> Any:
        """The mean of both ends."""
        return (self.lower + self.upper) / 2

    @property
    def is_point(self) -> Any:
        """Whether both ends agree, up to rounding."""
        return self.width <= 1e-9

    def __iter__(self) -> Any:
        """Unpack into lower and upper."""
        return iter((self.lower, self.upper))

    def __repr__(self) -> str:
        name = self.quantity or "bounds"
        if np.ndim(self.lower):
            number = np.size(self.lower)
            known = self.width[~np.isnan(self.width)]
            mean = f"mean width {known.mean():.4g}" if known.size else "none known"
            strata = "1 stratum" if number == 1 else f"{number:,} strata"
            return f"<Bounds: {name} of {strata}, {mean}, {self.kind}>"
        return f"<Bounds: {name} in [{self.lower:.4g}, {self.upper:.4g}], {self.kind}>"
