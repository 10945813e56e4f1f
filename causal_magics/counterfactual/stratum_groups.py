"""Strata that know the same sources: what is bounded together, by the same terms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounds import Bounds, Floats
from causal_magics.counterfactual.counts import Counts
from causal_magics.counterfactual.distributions import Distributions
from causal_magics.counterfactual.intervals import interval_of, overall_interval
from causal_magics.counterfactual.payoff import Payoff
from causal_magics.counterfactual.payoff_terms import payoff_bounds, payoff_terms, sources_of
from causal_magics.counterfactual.sampled_cells import SampledCells
from causal_magics.counterfactual.terms import Terms
from causal_magics.counterfactual.transport import Sources

__all__ = ["Benefits", "StratumGroup", "benefits_of"]


@dataclass(frozen=True, eq=False, slots=True)
class StratumGroup:
    """Strata of which the same sources are known.

    Attributes
    ----------
    strata : ndarray of shape (members,)
        Their places among all strata.
    distributions : Distributions
        Theirs, consistent.
    counts : Counts
        What these were estimated from. An experiment that has one arm in a stratum counts as
        observations of units that all took this arm, which is all that it says of them.
    terms : Terms, optional
        Of the bounds on the payoff's benefit; None where they are too many.
    """

    strata: NDArray[np.intp]
    distributions: Distributions
    counts: Counts
    terms: Terms | None = None

    @property
    def sources(self) -> Sources:
        """Which sources are known."""
        return sources_of(self.distributions)

    @property
    def sample(self) -> SampledCells:
        """The cells as counted, with their noise."""
        squares = self.counts.squares or Counts()
        return SampledCells.of(
            self.counts.experimental, self.counts.observational,
            squares.experimental, squares.observational,
        )  # fmt: skip

    def for_payoff(self, payoff: Payoff, *, monotone: bool) -> StratumGroup:
        """Return the group with the terms of another payoff."""
        n_arms = self.distributions.shape[1]
        terms = payoff_terms(payoff, self.sources, n_arms=n_arms, monotone=monotone)
        return StratumGroup(self.strata, self.distributions, self.counts, terms)


@dataclass(frozen=True, eq=False, slots=True)
class Benefits:
    """Bounds on a payoff's benefit in all strata, and over them.

    Attributes
    ----------
    benefit, interval : Bounds
        Of arrays of shape (strata,).
    overall, overall_interval : Bounds
        Of numbers.
    groups : tuple of StratumGroup
        With the terms of the payoff.
    """

    benefit: Bounds
    interval: Bounds
    overall: Bounds
    overall_interval: Bounds
    groups: tuple[StratumGroup, ...]


def benefits_of(
    groups: tuple[StratumGroup, ...],
    payoff: Payoff,
    share: Floats,
    *,
    monotone: bool,
    confidence: float,
    quantity: str,
) -> Benefits:
    """Bound the benefit of a payoff in each stratum of some groups.

    Parameters
    ----------
    groups : tuple of StratumGroup
        Each stratum is in one of them.
    payoff : Payoff
    share : ndarray of shape (strata,)
        P(z).
    monotone : bool
    confidence : float
    quantity : str
        What the benefit is called.
    """
    groups = tuple(group.for_payoff(payoff, monotone=monotone) for group in groups)
    ends = np.empty((4, len(share)))
    whole = np.zeros(2)
    for group in groups:
        lower, upper = _plug_in(group, payoff, monotone)
        ends[0, group.strata], ends[1, group.strata] = lower, upper
        if group.terms is None:
            ends[2, group.strata], ends[3, group.strata] = lower, upper
            continue
        ends[2:, group.strata] = interval_of(group.terms, group.sample, confidence)
        weight = share[group.strata]
        total = float(weight.sum())
        if total > 0:
            units = float(group.counts.units.sum())
            inner = overall_interval(group.terms, group.sample, weight / total, units, confidence)
            whole += total * np.array(inner)
    least, most = float(payoff.values.min()), float(payoff.values.max())
    np.clip(ends, least, most, out=ends)
    lower, upper, below, above = ends
    return Benefits(
        Bounds(lower, upper, quantity),
        Bounds(np.minimum(below, lower), np.maximum(above, upper), quantity),
        Bounds(float(share @ lower), float(share @ upper), quantity),
        Bounds(max(float(whole[0]), least), min(float(whole[1]), most), quantity),
        groups,
    )


def _plug_in(group: StratumGroup, payoff: Payoff, monotone: bool) -> tuple[Floats, Floats]:
    if group.terms is not None:
        return group.terms.evaluate(group.distributions.cells)
    return payoff_bounds(group.distributions, payoff, monotone=monotone)
