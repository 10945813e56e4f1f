"""Bounds on the benefit of a payoff: as terms where they are few, and as numbers always."""

from __future__ import annotations

from causal_magics.counterfactual.bounds import Floats
from causal_magics.counterfactual.distributions import Distributions
from causal_magics.counterfactual.payoff import Payoff
from causal_magics.counterfactual.terms import Terms
from causal_magics.counterfactual.transport import MOST_LEVELS, Sources, transport_terms
from causal_magics.errors import CounterfactualError

__all__ = ["payoff_bounds", "payoff_terms", "sources_of"]


def payoff_terms(
    payoff: Payoff,
    sources: Sources,
    *,
    n_arms: int = 2,
    contrast: tuple[int, int] = (0, 1),
    monotone: bool = False,
) -> Terms | None:
    """Return the linear functions of the data whose extremes bound the benefit, where few.

    Parameters
    ----------
    payoff : Payoff
    sources : {"experiment", "observations", "both"}
        What is known of each stratum; the terms are for the cells in this order.
    n_arms : int
        How many arms the data have.
    contrast : tuple of int
        The untreated and the treated arm.
    monotone : bool
        Whether no unit has a lower level under an arm than under one before it.

    Returns
    -------
    Terms or None
        None where they are too many to be of use; `payoff_bounds` then solves linear programs.
    """
    if n_arms != 2 or contrast != (0, 1) or payoff.n_levels > MOST_LEVELS:
        return None
    return transport_terms(payoff, sources, monotone=monotone)


def sources_of(distributions: Distributions) -> Sources:
    """Return which sources the distributions are of."""
    if distributions.observational is None:
        return "experiment"
    return "observations" if distributions.experimental is None else "both"


def payoff_bounds(
    distributions: Distributions,
    payoff: Payoff,
    *,
    contrast: tuple[int, int] = (0, 1),
    monotone: bool = False,
) -> tuple[Floats, Floats]:
    """Return the least and the greatest benefit of each stratum.

    Parameters
    ----------
    distributions : Distributions
        Of one or more strata, consistent.
    payoff : Payoff
    contrast : tuple of int
        The untreated and the treated arm.
    monotone : bool
        Whether no unit has a lower level under an arm than under one before it.

    Returns
    -------
    lower, upper : ndarray of shape (strata,)
    """
    terms = payoff_terms(
        payoff,
        sources_of(distributions),
        n_arms=distributions.shape[1],
        contrast=contrast,
        monotone=monotone,
    )
    if terms is None:
        raise CounterfactualError("Expected two arms and at most four levels.")
    return terms.evaluate(distributions.cells)
