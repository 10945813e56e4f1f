"""Strata that know the same sources: what is bounded together, by the same terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.payoff_terms import (
    payoff_bounds,
    payoff_terms,
    sources_of,
)
from causal_magics.counterfactual.bounding.rounding import settled
from causal_magics.counterfactual.bounding.terms import Terms
from causal_magics.counterfactual.bounding.transport import Sources
from causal_magics.counterfactual.frames.counts import Counts
from causal_magics.counterfactual.frames.intervals import (
    SampledStrata,
    interval_of,
    overall_interval,
)
from causal_magics.counterfactual.frames.sampled_cells import SampledCells

__all__ = [
    "StratumGroup",
    "benefit_of",
    "for_payoff",
    "intervals_of",
    "overall_interval_of",
]

Ends = tuple[Floats, Floats]

_MOST_VALUES = 4_000_000
"""Values of terms that are held at once."""


@dataclass(frozen=True, eq=False, slots=True)
class StratumGroup:
    """Strata of which the same sources are known.

    Attributes
    ----------
    strata : ndarray of shape (members,)
        Their places among all strata.
    distributions : Distributions
        Theirs, consistent.
    counts : Counts, optional
        What these were estimated from. An experiment that has one arm in a stratum counts as
        observations of units that all took this arm, which is all that it says of them. None of
        what a learner predicts.
    terms : Terms, optional
        Of the bounds on the payoff's benefit; None where they are too many.
    """

    strata: NDArray[np.intp]
    distributions: Distributions
    counts: Counts | None
    terms: Terms | None = None

    @property
    def sources(self) -> Sources:
        """Which sources are known."""
        return sources_of(self.distributions)

    @property
    def sample(self) -> SampledCells | None:
        """The cells as counted, with their noise; None where they were not counted."""
        if self.counts is None:
            return None
        squares = self.counts.squares or Counts()
        return SampledCells.of(
            self.counts.experimental, self.counts.observational,
            squares.experimental, squares.observational,
        )  # fmt: skip


def for_payoff(
    groups: Sequence[StratumGroup], payoff: Payoff, *, monotone: bool
) -> tuple[StratumGroup, ...]:
    """Return the groups with the terms of a payoff."""
    return tuple(
        replace(
            group,
            terms=payoff_terms(
                payoff, group.sources, n_arms=group.distributions.shape[1], monotone=monotone
            ),
        )
        for group in groups
    )


def benefit_of(groups: Sequence[StratumGroup], payoff: Payoff, *, monotone: bool) -> Ends:
    """Return the bounds on a payoff's benefit in each stratum.

    Parameters
    ----------
    groups : sequence of StratumGroup
        With the terms of the payoff; each stratum is in one of them.
    payoff : Payoff
    monotone : bool

    Returns
    -------
    lower, upper : ndarray of shape (strata,)
    """
    ends = np.empty((2, sum(len(group.strata) for group in groups)))
    for group in groups:
        if group.terms is not None:
            ends[:, group.strata] = _evaluated(group.terms, group.distributions.cells)
        else:
            ends[:, group.strata] = payoff_bounds(group.distributions, payoff, monotone=monotone)
    crossed = ends[0] > ends[1]
    if crossed.any():
        ends[:, crossed] = ends[:, crossed].mean(axis=0)  # by rounding
    low, high = settled(ends, float(np.abs(payoff.values).max()))
    return low, high


def _evaluated(terms: Terms, cells: Floats) -> Ends:
    """Evaluate terms a run of strata at a time: there may be thousands of them for each."""
    size = max(1, _MOST_VALUES // max(len(terms.lower), len(terms.upper)))
    parts = [terms.evaluate(cells[start : start + size]) for start in range(0, len(cells), size)]
    lower, upper = zip(*parts, strict=True)
    return np.concatenate(lower), np.concatenate(upper)


def intervals_of(groups: Sequence[StratumGroup], confidence: float) -> Ends:
    """Return a confidence interval of the bounds of each stratum.

    Parameters
    ----------
    groups : sequence of StratumGroup
        Each stratum is in one of them.
    confidence : float

    Returns
    -------
    lower, upper : ndarray of shape (strata,)
        NaN where the terms of the bounds are too many, or they are not of counts.
    """
    ends = np.full((2, sum(len(group.strata) for group in groups)), np.nan)
    for group in groups:
        sample = group.sample
        if group.terms is not None and sample is not None:
            ends[:, group.strata] = interval_of(group.terms, sample, confidence)
    return ends[0], ends[1]


def overall_interval_of(
    groups: Sequence[StratumGroup], share: Floats, confidence: float
) -> tuple[float, float]:
    """Return a confidence interval of the bounds over all strata; NaN as `intervals_of`."""
    parts = []
    squares = np.zeros(len(share))
    for group in groups:
        sample = group.sample
        if group.terms is None or group.counts is None or sample is None:
            return np.nan, np.nan
        parts.append(SampledStrata(group.strata, group.terms, sample))
        counted = group.counts if group.counts.squares is None else group.counts.squares
        squares[group.strata] = counted.units
    total = sum(float(group.counts.units.sum()) for group in groups if group.counts is not None)
    return overall_interval(parts, share, squares / total**2, confidence)
