"""Arrays over strata, arms and levels that keep their strata together in memory.

Their shape is (strata, …) and their sums run over a few arms and levels: done along strata that lie
side by side, they are an order of magnitude faster.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats

__all__ = ["take_strata"]


def take_strata(sums: Floats, rows: NDArray[Any]) -> Floats:
    """Return the entries of some strata, by place or mask, which lie side by side again."""
    return np.moveaxis(np.moveaxis(sums, 0, -1)[..., rows], -1, 0)
