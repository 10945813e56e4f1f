"""`target`: whom to treat, given bounds on the benefit and a budget."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from causal_magics.counterfactual.bounding.bounds import Bounds
from causal_magics.counterfactual.decisions.budget import (
    check_budget,
    check_population,
    envelope_of,
    plan_of,
)
from causal_magics.counterfactual.decisions.payoff_weights import largest_weight
from causal_magics.counterfactual.decisions.rules import (
    Rule,
    chance_of_treating,
    check_rule,
    criterion,
)
from causal_magics.counterfactual.decisions.stratum_costs import costs_of_treatments
from causal_magics.counterfactual.decisions.targeting_result import Targeting, ends_of
from causal_magics.counterfactual.frames.unit_bounds import UnitBounds
from causal_magics.errors import CounterfactualError, shorten
from causal_magics.options import check_flag

__all__ = ["target"]


def target(
    bounds: UnitBounds | Sequence[UnitBounds],
    budget: float | None = None,
    *,
    rule: Rule = "midpoint",
    costs: Any = None,
    optimism: float = 0.5,
    by_interval: bool = False,
    deduct_costs: bool = False,
    population: float | None = None,
) -> Targeting:
    """Decide whom to treat.

    Parameters
    ----------
    bounds : UnitBounds or sequence of UnitBounds
        On the benefit in each stratum; several for treatments that compete against the same
        untreated arm in the same strata: each unit gets one at most.
    budget : float, optional
        What may be spent, in the units of `costs`; without costs, how many units may be treated.
        Strata are taken in the order of what the rule takes for their benefit, by cost, the last
        of them in part. Whoever gains is treated where it is left out.
    rule : {"midpoint", "certain", "randomised", "hurwicz"}
        ``midpoint`` treats where the midpoint of the bounds is above 0, which is least maximum
        regret; ``certain`` where all between the bounds is above 0; ``randomised`` treats a share
        ``u / (u - l)`` where 0 is between the bounds ``l`` and ``u``, which is least maximum regret
        where lots may be drawn; ``hurwicz`` weighs the upper bound by `optimism`.
    costs : float, array_like of shape (strata,), mapping of stratum label to float, optional
        What treating a unit costs, by stratum if need be: strata are named as `UnitBounds.label`
        names them, or by their label (with several columns a tuple of these). A pandas Series
        goes by its index too; by place where that is the default 0, 1, …. With several
        treatments a list of these, one for each.
    optimism : float
        Of the rule ``hurwicz``, from 0 (as `certain`) to 1.
    by_interval : bool
        Whether the confidence interval of the bounds decides instead of the bounds.
    deduct_costs : bool
        Whether costs are in the units of the payoff and come off the benefit. If not, they only
        use up the budget.
    population : float, optional
        How many units are to be decided on, in the proportions of the strata; those of the data
        where left out. 1 makes a budget without costs, and totals, a share.

    Returns
    -------
    Targeting

    Raises
    ------
    CounterfactualError
        Where an option cannot be, or the treatments have different strata.

    Notes
    -----
    The midpoint rule is minimax regret between one treatment and none (Manski 2007); with several
    treatments it is the best midpoint.
    """
    several = _checked(bounds, rule, optimism)
    check_flag("by_interval", by_interval)
    check_flag("deduct_costs", deduct_costs)
    if deduct_costs and costs is None:
        raise CounterfactualError(
            "Expected costs to deduct from the benefit, got none. Give costs= in the units of the "
            "payoff, or leave deduct_costs out."
        )
    spendable = check_budget(budget)
    first = several[0]
    total = float(first.units.sum()) if population is None else check_population(population)
    each_cost = costs_of_treatments(costs, several)
    ends = ends_of(several, each_cost, by_interval=by_interval, deducted=deduct_costs)
    if by_interval and np.isnan(ends).any():
        raise CounterfactualError(
            "Expected confidence intervals to decide by, but these bounds have none, as they have "
            "too many terms. Decide by the bounds: by_interval=False."
        )
    scale = largest_weight(*(each.payoff for each in several))
    worth = criterion(*ends, rule, optimism, scale=scale)
    chance = (
        chance_of_treating(ends[0][0], ends[1][0], rule, optimism, scale=scale)
        if len(several) == 1
        else (worth > 0).any(axis=0).astype(float)
    )
    units = first.share * total
    plan = plan_of(worth, each_cost, units * chance)
    sure = ends_of(several, each_cost, by_interval=False, deducted=deduct_costs)
    unit = "units treated" if costs is None else "cost"
    envelope = envelope_of(plan, Bounds(*sure), each_cost, units, spendable, unit)
    share = plan.shares(spendable, worth.shape, units)
    return Targeting(
        several, rule, float(optimism), by_interval, deduct_costs, each_cost, total, share,
        chance > 0, envelope,
    )  # fmt: skip


def _checked(bounds: Any, rule: Any, optimism: Any) -> tuple[UnitBounds, ...]:
    several = (bounds,) if isinstance(bounds, UnitBounds) else bounds
    if (
        not isinstance(several, list | tuple)
        or not several
        or not all(isinstance(each, UnitBounds) for each in several)
    ):
        raise CounterfactualError(
            f"Expected bounds of strata, or a list of them, got {type(bounds).__name__}. Give what "
            "bounds(frame, treatment, outcome, by) returns."
        )
    check_rule(rule, optimism)
    first = several[0]
    if len(several) > 1 and rule == "randomised":
        raise CounterfactualError(
            f"Expected one treatment for the rule randomised, got {len(several)}. Choose midpoint, "
            "certain or hurwicz among several."
        )
    for other in several[1:]:
        same = (
            other.by == first.by
            and len(other) == len(first)
            and all(np.array_equal(other.strata[name], first.strata[name]) for name in first.by)
        )
        if not same:
            raise CounterfactualError(
                "Expected the same strata for each treatment, got others for "
                f"{shorten(str(other.treated))} than for {shorten(str(first.treated))}. Bound both "
                "from the same frames, by the same columns."
            )
        if other.untreated != first.untreated:
            raise CounterfactualError(
                "Expected treatments against the same untreated arm, got "
                f"{shorten(str(first.untreated))} and {shorten(str(other.untreated))}."
            )
    return tuple(several)
