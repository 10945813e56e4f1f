"""Bounds on the benefit of a payoff: as terms where they are few, and as numbers always."""

from __future__ import annotations

import numpy as np

from causal_magics.counterfactual.bounding.binary_cells import BinaryCells
from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.closed_forms import benefit_bounds
from causal_magics.counterfactual.bounding.contrast_programs import contrast_programs
from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.bounding.dual_vertices import dual_vertices
from causal_magics.counterfactual.bounding.linear_programs import (
    Infeasibility,
    LinearProgram,
    minimise,
)
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.response_types import program_of_types
from causal_magics.counterfactual.bounding.terms import Terms
from causal_magics.counterfactual.bounding.transport import MOST_LEVELS, Sources, transport_terms
from causal_magics.errors import ContradictionError, CounterfactualError, shorten

__all__ = [
    "MOST_TERMS",
    "check_monotone",
    "payoff_bounds",
    "payoff_terms",
    "sources_of",
    "worth_bounds",
    "worth_terms",
]

FEW_BASES = 300
"""A dual of up to so many bases is listed in some milliseconds; two arms of 6 levels have 252."""
MANY_STRATA = 256
"""From how many strata on that is worth while."""
BLOCK = 1024
"""Strata whose terms are worked out at once."""
MOST_TERMS = 5_000
"""Terms that are still of use: two arms of five levels have 4,900."""


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
        None where they are more than `MOST_TERMS`; `payoff_bounds` finds the bounds all the same.
        Of data that are not monotone, though so assumed, the bounds may cross.
    """
    check_contrast(contrast, n_arms)
    if n_arms == 2 and contrast == (0, 1) and payoff.n_levels <= MOST_LEVELS:
        return transport_terms(payoff, sources, monotone=monotone)
    programs = contrast_programs(
        payoff.values, sources, n_arms=n_arms, contrast=contrast, monotone=monotone
    )
    return _terms(programs)


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
        Of as many levels.
    contrast : tuple of int
        The untreated and the treated arm.
    monotone : bool
        Whether no unit has a lower level under an arm than under one before it.

    Returns
    -------
    lower, upper : ndarray of shape (strata,)
        Sharp. NaN in strata whose data no population has: not monotone, though so assumed.

    Raises
    ------
    CounterfactualError
        Where the payoff has other levels than the distributions, or the contrast other arms.
    """
    _, n_arms, n_levels = distributions.shape
    check_contrast(contrast, n_arms)
    if payoff.n_levels != n_levels:
        raise CounterfactualError(
            f"Expected a payoff of {n_levels} outcome levels, as the data have, got "
            f"{payoff.n_levels}. Give a matrix of shape ({n_levels}, {n_levels})."
        )
    if (n_arms, n_levels) == (2, 2) and contrast == (0, 1):
        cells = BinaryCells.of_arms(distributions.experimental, distributions.observational)
        lower, upper = benefit_bounds(cells, payoff, monotone=monotone)
        if monotone:
            lower[~cells.fits(monotone=True)] = upper[~cells.fits(monotone=True)] = np.nan
        return lower, upper
    programs = contrast_programs(
        payoff.values,
        sources_of(distributions),
        n_arms=n_arms,
        contrast=contrast,
        monotone=monotone,
    )
    return _extremes(programs, distributions.cells, monotone=monotone)


def worth_terms(worth: Floats, sources: Sources, *, monotone: bool = False) -> Terms | None:
    """Return the terms of a payoff that looks at all arms; None where too many.

    Parameters
    ----------
    worth : ndarray of shape (levels,) * arms
        The worth of a unit by its outcome under each arm.
    sources, monotone
        As in `payoff_terms`.
    """
    return _terms([program_of_types(worth, sources, monotone=monotone)])


def worth_bounds(
    distributions: Distributions, worth: Floats, *, monotone: bool = False
) -> tuple[Floats, Floats]:
    """Return the least and the greatest mean worth of each stratum, for a payoff of all arms.

    Parameters
    ----------
    distributions : Distributions
        Of one or more strata, consistent.
    worth : ndarray of shape (levels,) * arms
        The worth of a unit by its outcome under each arm.
    monotone : bool
        Whether no unit has a lower level under an arm than under one before it.

    Returns
    -------
    lower, upper : ndarray of shape (strata,)
        Sharp. NaN in strata whose data no population has.
    """
    _, n_arms, n_levels = distributions.shape
    if np.shape(worth) != (n_levels,) * n_arms:
        raise CounterfactualError(
            f"Expected a worth for each outcome under each of {n_arms} arms, shape "
            f"{(n_levels,) * n_arms}, got shape {np.shape(worth)}."
        )
    program = program_of_types(np.asarray(worth), sources_of(distributions), monotone=monotone)
    return _extremes([program], distributions.cells, monotone=monotone)


def check_monotone(distributions: Distributions) -> None:
    """Refuse distributions that no population has in which no arm lowers the outcome.

    Raises
    ------
    ContradictionError
        With an inequality that fails, its stratum and its size: that which fails by most of those
        found.
    """
    _, n_arms, n_levels = distributions.shape
    sources = sources_of(distributions)
    program = program_of_types(np.zeros((n_levels,) * n_arms), sources, monotone=True)
    _, infeasible = minimise(program, distributions.cells)
    if not infeasible:
        return
    worst = max(infeasible, key=lambda found: found.excess)
    inequality = _inequality(worst, distributions)
    where = f" in stratum {worst.stratum}" if distributions.shape[0] > 1 else ""
    raise ContradictionError(
        f"Expected {inequality}{where}, as no arm lowers the outcome: it fails by "
        f"{worst.excess:.4g}. Some units are harmed by an arm, or the arms are in another order; "
        "leave out monotone.",
        inequality,
        worst.excess,
    )


def sources_of(distributions: Distributions) -> Sources:
    """Return which sources the distributions are of."""
    if distributions.observational is None:
        return "experiment"
    return "observations" if distributions.experimental is None else "both"


def check_contrast(contrast: object, n_arms: int) -> None:
    """Raise `CounterfactualError` where a contrast is not of two of the arms."""
    arms = contrast if isinstance(contrast, tuple | list) else ()
    known = all(isinstance(arm, int | np.integer) and 0 <= arm < n_arms for arm in arms)
    if not known or len(arms) != 2 or arms[0] == arms[1]:
        raise CounterfactualError(
            f"Expected a contrast of two arms from 0 to {n_arms - 1}, the untreated one first, got "
            f"{shorten(repr(contrast))[1:-1]}."
        )


def _extremes(
    programs: list[LinearProgram], cells: Floats, *, monotone: bool
) -> tuple[Floats, Floats]:
    """Return the sums of the least and of the greatest values."""
    lower, upper = np.zeros(len(cells)), np.zeros(len(cells))
    for program in programs:
        lower += _least(program, cells, monotone=monotone)
        upper -= _least(program.with_costs(-program.costs), cells, monotone=monotone)
    return lower, np.maximum(lower, upper)


def _least(program: LinearProgram, cells: Floats, *, monotone: bool) -> Floats:
    """Return the least value in each stratum, by the dual's vertices where that is quicker.

    Vertices do not tell data that no shares fit, which monotonicity may make.
    """
    if not monotone and len(cells) >= MANY_STRATA:
        vertices = dual_vertices(program, most_bases=FEW_BASES)
        if vertices is not None:
            least = np.empty(len(cells))
            for start in range(0, len(cells), BLOCK):
                block = cells[start : start + BLOCK]
                least[start : start + BLOCK] = (vertices @ block.T).max(axis=0)
            return least
    return minimise(program, cells)[0]


def _terms(programs: list[LinearProgram]) -> Terms | None:
    lower = _sums([program.costs for program in programs], programs)
    upper = None if lower is None else _sums([-program.costs for program in programs], programs)
    return None if lower is None or upper is None else Terms(lower, -upper).unique()


def _sums(costs: list[Floats], programs: list[LinearProgram]) -> Floats | None:
    """Return all sums of one vertex of each program; None where there are too many."""
    sums = np.zeros((1, programs[0].data.shape[1]))
    for cost, program in zip(costs, programs, strict=True):
        vertices = dual_vertices(program.with_costs(cost))
        if vertices is None or len(sums) * len(vertices) > MOST_TERMS:
            return None
        sums = (sums[:, None] + vertices).reshape(-1, sums.shape[1])
    return sums


def _inequality(found: Infeasibility, distributions: Distributions) -> str:
    """Return the inequality in words, such as ``P(Y_0=1) <= P(Y_1=1)``."""
    _, n_arms, n_levels = distributions.shape
    places = [(arm, level) for arm in range(n_arms) for level in range(n_levels)]
    names = []
    if distributions.experimental is not None:
        names += [f"P(Y_{arm}={level})" for arm, level in places]
    if distributions.observational is not None:
        names += [f"P(X={arm}, Y={level})" for arm, level in places]
    return found.in_words(names)
