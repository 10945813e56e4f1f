"""What is 0 but for rounding."""

from __future__ import annotations

import numpy as np

from causal_magics.counterfactual.bounding.bounds import Floats

__all__ = ["TOLERANCE", "settled"]

TOLERANCE = 1e-9
"""Ends this close to 0, as a share of the payoff's largest weight, are 0.

Rounding on the way here is no decision. The payoff explorer has the same (`decisions.ts`).
"""


def settled(values: Floats, scale: float = 1.0) -> Floats:
    """Return values without what is rounding beside weights of a scale: 0, with no minus."""
    return np.where(np.abs(values) <= TOLERANCE * scale, 0.0, values)
