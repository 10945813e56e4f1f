"""`Payoff`: what treating a unit is worth, by what it would do treated and untreated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.errors import CounterfactualError

__all__ = ["Payoff"]

MOST_WEIGHT = 1e100
"""Size of weights beyond which squares of their sums overflow."""


@dataclass(frozen=True, eq=False, repr=False)
class Payoff:
    """What treating a unit is worth, by its outcomes untreated and treated.

    Attributes
    ----------
    values : ndarray of shape (levels, levels)
        ``values[i, k]``: the worth of treating a unit whose outcome is level ``i`` untreated and
        level ``k`` treated.

    Raises
    ------
    CounterfactualError
        Where the values are no square matrix of finite numbers, or too large to be added up.

    Notes
    -----
    For two levels these are the weights of Li & Pearl (2019), "Unit selection based on
    counterfactual logic": ``[[never-taker, complier], [defier, always-taker]]``.
    """

    values: Floats

    def __init__(self, values: object) -> None:
        try:
            matrix = np.array(values, dtype=float)
        except (TypeError, ValueError):
            matrix = np.empty(0)
        except OverflowError:
            raise _too_large("a number of hundreds of digits") from None
        if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.shape[0] < 2:
            raise CounterfactualError(
                "Expected a payoff as a square matrix, a row for each outcome untreated and a "
                f"column for each outcome treated, got {_shape_of(values)}. "
                "For two outcomes, Payoff.of_types names its four numbers."
            )
        if not np.isfinite(matrix).all():
            raise CounterfactualError(
                "Expected finite numbers in a payoff, got NaN or infinity. Give a number for each "
                "pair of outcomes; 0 for those that do not matter."
            )
        if np.abs(matrix).max() > MOST_WEIGHT:
            raise _too_large(f"{np.abs(matrix).max():.4g}")
        matrix.setflags(write=False)
        object.__setattr__(self, "values", matrix)

    @classmethod
    def of_types(
        cls,
        complier: float = 0.0,
        always_taker: float = 0.0,
        never_taker: float = 0.0,
        defier: float = 0.0,
    ) -> Payoff:
        """Return the payoff of treating each of the four response types of a binary outcome.

        Parameters
        ----------
        complier, always_taker, never_taker, defier : float
            β, γ, θ, δ of Li & Pearl (2019).
        """
        return cls([[never_taker, complier], [defier, always_taker]])

    @classmethod
    def of(cls, weights: Payoff | Sequence[float] | Sequence[Sequence[float]] | Floats) -> Payoff:
        """Return a payoff from four weights (complier, always, never, defier) or a matrix."""
        if isinstance(weights, Payoff):
            return weights
        shape = _shape(weights)
        if shape == (4,) and all(isinstance(weight, Real) for weight in weights):
            return cls.of_types(*weights)
        return cls(weights)

    @classmethod
    def pns(cls) -> Payoff:
        """Return the payoff whose benefit is the probability of necessity and sufficiency."""
        return cls.of_types(complier=1.0)

    @property
    def n_levels(self) -> int:
        """Number of outcome levels."""
        return len(self.values)

    @property
    def is_constant(self) -> bool:
        """Whether treating is worth the same for every unit."""
        return bool(np.ptp(self.values) == 0)

    def check_tells_apart(self) -> None:
        """Refuse a payoff that is the same for every unit.

        Raises
        ------
        CounterfactualError
        """
        if self.is_constant:
            raise CounterfactualError(
                f"Expected weights that differ, got {self.values.flat[0]:g} for every unit: "
                "treating is then worth the same whatever the data say. Give some response another "
                "weight."
            )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Payoff) and np.array_equal(self.values, other.values)

    def __hash__(self) -> int:
        return hash(self.values.tobytes())

    def __repr__(self) -> str:
        if self.n_levels == 2:
            (never, complier), (defier, always) = self.values.tolist()
            return (
                f"<Payoff: complier {complier:g}, always-taker {always:g}, "
                f"never-taker {never:g}, defier {defier:g}>"
            )
        return f"<Payoff: {self.n_levels} outcome levels, {self.values.tolist()}>"


def _too_large(given: str) -> CounterfactualError:
    return CounterfactualError(
        f"Expected weights no larger than {MOST_WEIGHT:g}, got {given}: sums of such numbers "
        "overflow. Give them in a larger unit."
    )


def _shape(values: Any) -> tuple[int, ...] | None:
    """Return the shape of an array, None where rows are of different lengths."""
    try:
        shape: tuple[int, ...] = np.shape(values)
    except ValueError:
        return None
    return shape


def _shape_of(values: Any) -> str:
    shape = _shape(values)
    return "rows of different lengths" if shape is None else f"shape {shape}"
