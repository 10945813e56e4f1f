"""Spending a budget, against linear programs and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from causal_magics.counterfactual.bounding.bounds import Bounds
from causal_magics.counterfactual.decisions.budget import (
    Curve,
    check_budget,
    costs_of,
    envelope_of,
    plan_of,
)
from causal_magics.errors import CounterfactualError


def best_total(worth: np.ndarray, costs: np.ndarray, units: np.ndarray, budget: float) -> float:
    """The most that any plan brings: a linear program over shares of strata."""
    treatments, strata = worth.shape
    each = np.tile(np.eye(strata), treatments)
    found = linprog(
        -(worth * units).reshape(-1),
        A_ub=np.vstack([(costs * units).reshape(1, -1), each]),
        b_ub=np.r_[budget, np.ones(strata)],
        bounds=(0, 1),
    )
    return -float(found.fun)


@pytest.mark.parametrize("treatments", [1, 2, 3])
@pytest.mark.parametrize("seed", range(8))
def test_a_budget_brings_the_most_that_any_plan_brings(treatments: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    worth, costs = rng.normal(size=(treatments, 6)), rng.uniform(0.5, 3, size=(treatments, 6))
    units = rng.uniform(1, 20, size=6)
    gaining = np.where((worth > 0).any(axis=0), units, 0.0)
    plan = plan_of(worth, costs, gaining)
    curve = plan.curve(worth)
    for budget in [0.0, *rng.uniform(0, costs.max() * units.sum(), size=6)]:
        best = best_total(worth, costs, units, budget)
        assert curve.at(budget) == pytest.approx(best, abs=1e-8)
        share = plan.shares(budget, worth.shape, units)
        assert (share * worth * units).sum() == pytest.approx(best, abs=1e-8)
        assert (share * costs * units).sum() <= budget + 1e-9
        assert share.sum(axis=0).max() <= 1 + 1e-9


def test_the_last_stratum_is_treated_in_part() -> None:
    worth, costs = np.array([[3.0, 2.0, -1.0]]), np.array([[1.0, 2.0, 1.0]])
    units = np.array([10.0, 10.0, 10.0])
    plan = plan_of(worth, costs, np.array([10.0, 10.0, 0.0]))
    assert plan.shares(15.0, worth.shape, units).tolist() == [[1.0, 0.25, 0.0]]
    assert plan.shares(np.inf, worth.shape, units).tolist() == [[1.0, 1.0, 0.0]]
    assert plan.shares(0.0, worth.shape, units).tolist() == [[0.0, 0.0, 0.0]]
    curve = plan.curve(worth)
    assert curve.spent.tolist() == [0, 10, 30]
    assert curve.total.tolist() == [0, 30, 50]


def test_a_dearer_treatment_takes_over_where_it_still_pays() -> None:
    worth, costs = np.array([[2.0], [3.0], [1.0]]), np.array([[1.0], [3.0], [2.0]])
    plan = plan_of(worth, costs, np.ones(1))
    assert plan.before.tolist() == [-1, 0]
    assert plan.shares(2.0, worth.shape, np.ones(1)).tolist() == [[0.5], [0.5], [0.0]]
    assert plan.shares(9.0, worth.shape, np.ones(1)).tolist() == [[0.0], [1.0], [0.0]]


def test_the_plan_lies_within_what_any_plan_may_bring() -> None:
    rng = np.random.default_rng(3)
    lower = rng.normal(size=(1, 40))
    upper = lower + rng.exponential(size=(1, 40))
    costs, units = rng.uniform(0.5, 2, size=(1, 40)), rng.uniform(1, 9, size=40)
    middle = (lower + upper) / 2
    plan = plan_of(middle, costs, np.where(middle[0] > 0, units, 0.0))
    envelope = envelope_of(plan, Bounds(lower, upper), costs, units, 50.0, "cost")
    for budget in np.linspace(0, 300, 31):
        total = envelope.at(float(budget))
        assert total.lower <= envelope.guaranteed.at(budget) + 1e-9
        assert total.lower <= total.upper <= envelope.possible.at(budget) + 1e-9
    assert envelope.guaranteed.at(300.0) == pytest.approx((np.maximum(lower, 0) * units).sum())
    assert envelope.spent == 50.0
    assert envelope.is_short


def test_nothing_to_treat_is_a_plan_too() -> None:
    worth = np.full((1, 3), -1.0)
    plan = plan_of(worth, np.ones((1, 3)), np.zeros(3))
    envelope = envelope_of(plan, Bounds(worth, worth), np.ones((1, 3)), np.ones(3), 5.0, "cost")
    assert envelope.spent == 0
    assert tuple(envelope.at(5.0)) == (0, 0)
    assert not envelope.is_short


def test_a_curve_stays_beyond_its_end() -> None:
    curve = Curve(np.array([0.0, 2.0]), np.array([0.0, 6.0]))
    assert curve.at([1.0, 5.0]).tolist() == [3.0, 6.0]


@pytest.mark.parametrize("budget", [-1, float("nan"), "many", True, [3]])
def test_what_is_no_budget_is_refused(budget: object) -> None:
    with pytest.raises(CounterfactualError, match="Expected a budget from 0"):
        check_budget(budget)


@pytest.mark.parametrize(
    ("costs", "says"),
    [
        ([1, 2], "one for each of 3 strata in the order of the bounds, got 2 costs"),
        ([[1, 2, 3]], "got shape"),
        ([1, 0, 2], "Expected costs above 0 for each unit treated, from .*, got 0"),
        ([1, np.nan, 2], "got nan"),
        (-2, "got -2"),
        ("dear", "Expected costs as a number"),
    ],
)
def test_what_are_no_costs_is_refused(costs: object, says: str) -> None:
    with pytest.raises(CounterfactualError, match=says):
        costs_of(costs, 3)


def test_costs_are_one_for_all_or_one_for_each() -> None:
    assert costs_of(None, 2).tolist() == [1, 1]
    assert costs_of(3, 2).tolist() == [3, 3]
    assert costs_of([1, 2], 2).tolist() == [1, 2]
    assert check_budget(None) == np.inf
