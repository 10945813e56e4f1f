"""Rules of treating, against their definitions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causal_magics.counterfactual.decisions.rules import (
    RULES,
    Rule,
    chance_of_treating,
    check_rule,
    criterion,
    greatest_regret,
    verdicts,
)
from causal_magics.errors import CounterfactualError

ENDS = st.tuples(st.floats(-5, 5), st.floats(0, 5)).map(lambda pair: (pair[0], sum(pair)))
CHANCES = np.linspace(0, 1, 201)


def arrays(ends: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([ends[0]]), np.array([ends[1]])


def worst_regret(ends: tuple[float, float], chance: float) -> float:
    """Over all benefits that may be, the loss against the better of treating and not."""
    benefits = np.linspace(*ends, 501)
    return float((np.maximum(benefits, 0) - chance * benefits).max())


@given(ENDS)
def test_the_midpoint_has_the_least_worst_regret_of_treating_all_or_none(
    ends: tuple[float, float],
) -> None:
    chosen = chance_of_treating(*arrays(ends), "midpoint", scale=0)[0]
    assert worst_regret(ends, chosen) <= min(worst_regret(ends, 0), worst_regret(ends, 1)) + 1e-9


@given(ENDS)
def test_lots_have_the_least_worst_regret_of_all_chances(ends: tuple[float, float]) -> None:
    chosen = chance_of_treating(*arrays(ends), "randomised", scale=0)[0]
    best = min(worst_regret(ends, chance) for chance in CHANCES)
    assert worst_regret(ends, chosen) <= best + 1e-9
    told = greatest_regret(*arrays(ends), np.array([chosen]))[0]
    assert told == pytest.approx(worst_regret(ends, chosen), abs=1e-9)


@given(st.lists(ENDS, min_size=1, max_size=3), st.lists(st.floats(0, 1), min_size=4, max_size=4))
def test_regret_is_against_the_best_of_all_treatments_and_none(
    ends: list[tuple[float, float]], parts: list[float]
) -> None:
    share = np.array(parts[: len(ends)]) / max(1.0, sum(parts))
    worst = max(max(0.0, *benefits) - share @ benefits for benefits in itertools.product(*ends))
    lower, upper = np.array(ends).T[:, :, None]
    told = greatest_regret(lower, upper, share[:, None])
    assert told.tolist() == pytest.approx([worst], abs=1e-9)


@given(ENDS)
def test_certain_treats_and_refuses_only_what_no_benefit_contradicts(
    ends: tuple[float, float],
) -> None:
    said = verdicts(*arrays(ends), scale=0)[0]
    benefits = np.linspace(*ends, 11)
    assert (said == "treat") == bool((benefits > 0).all())
    if said == "refuse":
        assert (benefits <= 0).all()
    assert chance_of_treating(*arrays(ends), "certain", scale=0)[0] == (said == "treat")


@given(ENDS, st.floats(0, 1))
def test_hurwicz_lies_between_certain_and_the_greatest_hope(
    ends: tuple[float, float], optimism: float
) -> None:
    low, high = arrays(ends)
    assert criterion(low, high, "hurwicz", 0.0, scale=0)[0] == ends[0]
    assert criterion(low, high, "hurwicz", 1.0, scale=0)[0] == ends[1]
    assert ends[0] - 1e-9 <= criterion(low, high, "hurwicz", optimism, scale=0)[0] <= ends[1] + 1e-9


def test_a_point_is_treated_where_it_is_above_0_by_every_rule() -> None:
    points = np.array([-0.3, 0.0, 0.2])
    for rule in RULES:
        assert chance_of_treating(points, points, rule, scale=0).tolist() == [0, 0, 1]
    assert verdicts(points, points, scale=0).tolist() == ["refuse", "undecided", "treat"]


def test_three_intervals_by_hand() -> None:
    lower, upper = np.array([-1.0, -3.0, 1.0]), np.array([3.0, 1.0, 2.0])
    assert verdicts(lower, upper, scale=0).tolist() == ["undecided", "undecided", "treat"]
    assert chance_of_treating(lower, upper, "randomised", scale=0).tolist() == [0.75, 0.25, 1.0]
    assert chance_of_treating(lower, upper, "midpoint", scale=0).tolist() == [1, 0, 1]
    assert chance_of_treating(lower, upper, "hurwicz", 0.8, scale=0).tolist() == [1, 1, 1]


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e6])
@pytest.mark.parametrize("rule", RULES)
def test_rounding_is_no_decision_beside_weights_of_any_scale(rule: Rule, scale: float) -> None:
    dust, half = np.array([1e-13, -1e-13, 0.0]) * scale, np.full(3, 0.5 * scale)
    assert verdicts(dust, dust, scale=scale).tolist() == ["undecided"] * 3
    assert verdicts(dust, half, scale=scale).tolist() == ["undecided"] * 3
    assert verdicts(-half, dust, scale=scale).tolist() == ["refuse"] * 3
    assert chance_of_treating(dust, dust, rule, scale=scale).tolist() == [0, 0, 0]
    assert len({*chance_of_treating(dust, half, rule, scale=scale).tolist()}) == 1
    middle = {*criterion(-half, half + dust, "midpoint", scale=scale).tolist()}
    assert middle == {0.0}
    small = np.array([1e-6 * scale])
    assert verdicts(small, small, scale=scale).tolist() == ["treat"]


@pytest.mark.parametrize(
    ("rule", "optimism", "says"),
    [
        ("midpiont", 0.5, "Did you mean midpoint?"),
        ("randomized", 0.5, "Did you mean randomised?"),
        ("regret", 0.5, "Did you mean midpoint?"),
        (None, 0.5, "Expected rule among"),
        ("hurwicz", 1.5, "Expected optimism between 0"),
        ("hurwicz", float("nan"), "Expected optimism between 0"),
        ("hurwicz", "half", "Expected optimism between 0"),
        ("hurwicz", True, "Expected optimism between 0"),
    ],
)
def test_what_is_no_rule_is_refused(rule: object, optimism: object, says: str) -> None:
    with pytest.raises(CounterfactualError, match=says.replace("?", r"\?")):
        check_rule(rule, optimism)
