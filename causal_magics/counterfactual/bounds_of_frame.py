"""Bounds out of data frames: counted, made consistent, bounded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from causal_magics.counterfactual.arrangement import Arranged, arranged, shown, stratum_labels
from causal_magics.counterfactual.bounds import Floats
from causal_magics.counterfactual.counts import Counts
from causal_magics.counterfactual.distributions import Distributions
from causal_magics.counterfactual.payoff import Payoff
from causal_magics.counterfactual.sources import EXPERIMENT, OBSERVATIONS
from causal_magics.counterfactual.stratum_groups import StratumGroup, benefits_of
from causal_magics.counterfactual.tally import Roles, tally_of
from causal_magics.counterfactual.unit_bounds import UnitBounds
from causal_magics.errors import CounterfactualError, shorten

__all__ = ["bounds"]


def bounds(
    frame: Any,
    treatment: str,
    outcome: str,
    by: str | Sequence[str] = (),
    payoff: Payoff | Sequence[float] | Sequence[Sequence[float]] | None = None,
    *,
    observations: Any = None,
    source: str | None = None,
    design: Literal["experiment", "observations"] = "experiment",
    treated: Any = None,
    untreated: Any = None,
    levels: Sequence[Any] | None = None,
    monotone: bool = False,
    weights: str | None = None,
    confidence: float = 0.95,
) -> UnitBounds:
    """Bound the benefit of treating the units of each stratum of a data frame."""
    names = (by,) if isinstance(by, str) else tuple(by)
    origin = EXPERIMENT if design == "experiment" else OBSERVATIONS
    roles = Roles(treatment, outcome, names, source, weights, origin)
    tally = tally_of(frame, roles)
    if observations is not None:
        others = Roles(treatment, outcome, names, None, weights, OBSERVATIONS)
        tally = tally + tally_of(observations, others)
    found = arranged(tally, roles, untreated=untreated, treated=treated, levels=levels)
    return _bounded(found, roles, payoff, monotone=monotone, confidence=confidence)


def _bounded(
    found: Arranged, roles: Roles, payoff: Any, *, monotone: bool, confidence: float
) -> UnitBounds:
    tally = found.tally
    counts = _counts(tally.counts, tally.squares)
    n_levels = len(found.levels)
    if payoff is None and n_levels > 2:
        raise CounterfactualError(
            f"Expected a payoff for the {n_levels} levels of {shorten(roles.outcome)} "
            f"({', '.join(map(shown, found.levels))}), got none. Give a matrix, "
            f"{n_levels} rows (untreated) by {n_levels} columns (treated)."
        )
    worth = Payoff.pns() if payoff is None else Payoff.of(payoff)
    units = counts.units
    share = units / units.sum()
    groups = (_group(counts),)
    quantity = "PNS" if payoff is None else "benefit"
    benefits = benefits_of(
        groups, worth, share, monotone=monotone, confidence=confidence, quantity=quantity
    )
    columns = {
        name: stratum_labels(tally.by[index], tally.strata[:, index], ("missing", "pooled"))
        for index, name in enumerate(roles.by)
    }
    return UnitBounds(
        roles.treatment, roles.outcome, roles.by, found.arms, found.levels, columns, share, units,
        counts, benefits.groups, worth, monotone, confidence, benefits.benefit, benefits.interval,
        benefits.overall, benefits.overall_interval, found.notes,
    )  # fmt: skip


def _counts(sums: Floats, squares: Floats | None) -> Counts:
    """Return the counts of the sources that there are."""
    there = sums.any(axis=(0, 2, 3))

    def of(part: Floats, rest: Counts | None) -> Counts:
        exp = part[:, EXPERIMENT] if there[EXPERIMENT] else None
        obs = part[:, OBSERVATIONS] if there[OBSERVATIONS] else None
        return Counts(exp, obs, rest)

    return of(sums, None if squares is None else of(squares, None))


def _group(counts: Counts) -> StratumGroup:
    exp, obs = counts.experimental, counts.observational
    distributions = Distributions(
        None if exp is None else exp / exp.sum(axis=2, keepdims=True),
        None if obs is None else obs / obs.sum(axis=(1, 2), keepdims=True),
    )
    return StratumGroup(np.arange(len(counts.units)), distributions, counts)
