"""Intervals of bounds whose terms are too many, as sums of parts with few terms each.

With an experiment and observations of two arms, a bound is the sum of two least costs of transport:
one for those who took the treatment, one for the others. At six levels each is the largest of 252
terms, and the bound of 63,504 of which each is a sum of two. An interval of each part, with half of
what may fail, gives by Bonferroni's inequality one of their sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.contrast_programs import contrast_programs
from causal_magics.counterfactual.bounding.dual_vertices import dual_vertices
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.terms import Terms
from causal_magics.counterfactual.bounding.transport import Sources
from causal_magics.counterfactual.frames.stratum_groups import StratumGroup

__all__ = ["group_parts", "part_confidence", "term_blocks", "without_interval"]

_MOST_TERMS = 5_000
"""Terms of one part: two arms of eight levels have 3,432."""


@lru_cache(maxsize=64)
def term_blocks(
    payoff: Payoff, sources: Sources, n_arms: int, monotone: bool
) -> tuple[Terms, ...] | None:
    """Return the terms of each part of the bounds on a payoff's benefit; None where too many.

    Parameters
    ----------
    payoff : Payoff
    sources : {"experiment", "observations", "both"}
    n_arms : int
    monotone : bool

    Returns
    -------
    tuple of Terms, or None
        The bounds are the sums of the bounds of the parts.
    """
    programs = contrast_programs(payoff.values, sources, n_arms=n_arms, monotone=monotone)
    blocks = []
    for program in programs:
        lower = dual_vertices(program, most_bases=_MOST_TERMS)
        upper = dual_vertices(program.with_costs(-program.costs), most_bases=_MOST_TERMS)
        if lower is None or upper is None:
            return None
        blocks.append(Terms(lower, -upper).unique())
    return tuple(blocks)


def group_parts(
    groups: Sequence[StratumGroup], payoff: Payoff, *, monotone: bool
) -> tuple[tuple[StratumGroup, ...], ...]:
    """Return the groups with the terms of each part of their bounds.

    Parameters
    ----------
    groups : sequence of StratumGroup
        With the terms of the payoff where these are few.
    payoff : Payoff
    monotone : bool

    Returns
    -------
    tuple of tuple of StratumGroup
        One part where all have few terms. The bounds of a stratum are the sums over parts; a group
        of fewer parts has a term of 0 in the others, and one of too many terms has none.
    """
    parts = [_blocks_of(group, payoff, monotone) for group in groups]
    count = max(len(blocks) for blocks in parts)
    return tuple(
        tuple(
            replace(group, terms=blocks[index] if index < len(blocks) else _none(group))
            for group, blocks in zip(groups, parts, strict=True)
        )
        for index in range(count)
    )


def without_interval(groups: Sequence[StratumGroup], payoff: Payoff, *, monotone: bool) -> bool:
    """Return whether some counted strata have no interval, as their terms are too many."""
    return any(
        group.counts is not None and _blocks_of(group, payoff, monotone) == (None,)
        for group in groups
    )


def part_confidence(confidence: float, parts: int) -> float:
    """Return the confidence of each part with which that of their sum is as asked."""
    return 1 - (1 - confidence) / parts


def _blocks_of(
    group: StratumGroup, payoff: Payoff, monotone: bool
) -> tuple[Terms, ...] | tuple[None]:
    if group.terms is not None:
        return (group.terms,)
    blocks = term_blocks(payoff, group.sources, group.distributions.shape[1], monotone)
    return (None,) if blocks is None else blocks


def _none(group: StratumGroup) -> Terms:
    cells: Floats = np.zeros((1, group.distributions.cells.shape[1]))
    return Terms(cells, cells)
