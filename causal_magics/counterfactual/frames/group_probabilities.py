"""PN and PS of the strata of groups, for two outcomes and any number of arms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from causal_magics.counterfactual.bounding.binary_cells import BinaryCells
from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.closed_forms import (
    pn_bounds,
    ps_bounds,
    retrospective_bounds,
)
from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.bounding.rounding import settled
from causal_magics.counterfactual.frames.stratum_groups import StratumGroup

__all__ = ["retrospective"]

Ends = tuple[Floats, Floats]


def retrospective(
    groups: Sequence[StratumGroup], quantity: Literal["PN", "PS"], *, monotone: bool
) -> Ends:
    """Return the bounds on the PN or the PS of each stratum.

    Parameters
    ----------
    groups : sequence of StratumGroup
        Of two levels; each stratum is in one of them.
    quantity : {"PN", "PS"}
    monotone : bool

    Returns
    -------
    lower, upper : ndarray of shape (strata,)
        NaN where no unit is in the condition: P(x, y) = 0, or P(x', y') = 0.
    """
    ends = np.empty((2, sum(len(group.strata) for group in groups)))
    for group in groups:
        ends[:, group.strata] = _of_group(group.distributions, quantity, monotone)
    ends = settled(ends)
    return ends[0], ends[1]


def _of_group(known: Distributions, quantity: str, monotone: bool) -> Ends:
    if known.shape[1] == 2:
        cells = BinaryCells.of_arms(known.experimental, known.observational)
        bounds_of = pn_bounds if quantity == "PN" else ps_bounds
        return bounds_of(cells, monotone=monotone)
    if quantity == "PN":
        return retrospective_bounds(known, (1, 1), 0, {0})
    return retrospective_bounds(known, (0, 0), 1, {1})
