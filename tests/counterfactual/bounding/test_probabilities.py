"""PN, PS, PNS and the benefit of treating: published values, symmetries, and bad input."""

from __future__ import annotations

import doctest
import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causal_magics.counterfactual.bounding import instruments, probabilities
from causal_magics.counterfactual.bounding.bounds import Bounds
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.probabilities import benefit, pn, pns, ps
from causal_magics.errors import ContradictionError, CounterfactualError, OptionError

GOLDEN = json.loads((Path(__file__).parents[2] / "golden/counterfactual.json").read_text("utf-8"))
OBSERVED = 0.49, 0.21, 0.21, 0.09


def observed_in(case: dict[str, Any]) -> tuple[float, ...] | None:
    if "obs" not in case:
        return None
    total = sum(case["obs"])
    return tuple(count / total for count in case["obs"])


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["name"])
def test_published_values(case: dict[str, Any]) -> None:
    a, b, observed = case["a"], case["b"], observed_in(case)
    found = {
        "pns": lambda: pns(a, b, observed),
        "pns_experiment_only": lambda: pns(a, b),
        "pn": lambda: pn(a, b, observed),
        "ps": lambda: ps(a, b, observed),
        "benefit": lambda: benefit(case["weights"], a, b, observed),
    }
    asked = found.keys() & case.keys()
    assert asked
    for quantity in asked:
        expected = pytest.approx(case[quantity], abs=case.get("tolerance", 1e-6))
        assert [*found[quantity]()] == expected, quantity


@pytest.mark.parametrize("case", GOLDEN["three_levels"], ids=lambda case: case["name"])
def test_published_values_of_three_levels(case: dict[str, Any]) -> None:
    payoff = case["payoff_rows_are_outcome_untreated"]
    data = case["do_treated"], case["do_untreated"], [case["obs_untreated"], case["obs_treated"]]
    found = benefit(payoff, *data)
    assert isinstance(found.lower, float)
    assert [*found] == pytest.approx(case["benefit"], abs=case["tolerance"])
    strata = benefit(payoff, *(np.array([part, part]) for part in data))
    np.testing.assert_allclose([*strata], [[end, end] for end in found])


shares = st.lists(st.integers(1, 60), min_size=8, max_size=8)


class Population:
    """Eight shares, of those who took an arm and have an outcome untreated and treated."""

    def __init__(self, weights: list[int]) -> None:
        q = np.array(weights, dtype=float).reshape(2, 2, 2) / sum(weights)
        self.q, self.a, self.b = q, float(q[:, :, 1].sum()), float(q[:, 1].sum())
        treated, untreated = q[1].sum(axis=0), q[0].sum(axis=1)
        self.observed = treated[1], treated[0], untreated[1], untreated[0]


@given(shares)
def test_the_truth_is_within(weights: list[int]) -> None:
    drawn = Population(weights)
    q = drawn.q
    for known in ((drawn.a, drawn.b, drawn.observed), (None, None, drawn.observed)):
        for found, truth in (
            (pns(*known), q[:, 0, 1].sum()),
            (pn(*known), q[1, 0, 1] / drawn.observed[0]),
            (ps(*known), q[0, 0, 1] / drawn.observed[3]),
        ):
            assert found.lower - 1e-9 <= truth <= found.upper + 1e-9
            assert 0 <= found.lower <= found.upper <= 1


@given(shares)
def test_necessity_is_the_sufficiency_of_the_opposite(weights: list[int]) -> None:
    """Call not treating the treatment, and not having the outcome the outcome."""
    drawn = Population(weights)
    opposite = 1 - drawn.b, 1 - drawn.a, drawn.observed[::-1]
    here = drawn.a, drawn.b, drawn.observed
    assert [*pn(*here)] == pytest.approx([*ps(*opposite)], abs=1e-9)
    assert [*pns(*here)] == pytest.approx([*pns(*opposite)], abs=1e-9)


@given(shares, st.lists(st.integers(-9, 9), min_size=4, max_size=4), st.integers(-3, 3))
def test_benefits_shift_and_scale_with_their_weights(
    weights: list[int], payoff: list[int], factor: int
) -> None:
    drawn = Population(weights)
    if len({*payoff}) == 1 or factor == 0:
        return
    for known in (
        (drawn.a, drawn.b),
        (drawn.a, drawn.b, drawn.observed),
        (None, None, drawn.observed),
    ):
        plain = benefit(payoff, *known)
        moved = benefit([factor * weight + 5 for weight in payoff], *known)
        ends = sorted(factor * end + 5 for end in plain)
        assert [*moved] == pytest.approx(ends, abs=1e-8)


@given(shares)
def test_more_data_never_widen_bounds(weights: list[int]) -> None:
    drawn = Population(weights)
    both = pns(drawn.a, drawn.b, drawn.observed)
    for known in (
        (drawn.a, drawn.b),
        (None, None, drawn.observed),
        (drawn.a, None, drawn.observed),
    ):
        wide = pns(*known)
        assert wide.lower <= both.lower + 1e-9
        assert both.upper <= wide.upper + 1e-9


def test_monotonicity_leaves_points() -> None:
    known = 0.5, 0.25, (0.3, 0.2, 0.1, 0.4)
    assert [*pns(*known, monotone=True)] == pytest.approx([0.25, 0.25])
    assert [*pn(*known, monotone=True)] == pytest.approx([0.5, 0.5])  # (0.4 - 0.25) / 0.3
    assert [*ps(*known, monotone=True)] == pytest.approx([0.25, 0.25])  # (0.5 - 0.4) / 0.4
    assert [*pns(0.5, 0.25, monotone=True)] == pytest.approx([0.25, 0.25])
    assert benefit((1, 0, 0, -5), *known, monotone=True).is_point


def test_without_confounding_observations_are_an_experiment() -> None:
    observed = 0.3, 0.1, 0.15, 0.45  # P(y | x) = 0.75, P(y | x') = 0.25
    assert [*pns(observed=observed, exogenous=True)] == pytest.approx([0.5, 0.75])
    assert [*pn(observed=observed, exogenous=True)] == pytest.approx([2 / 3, 1])
    assert [*ps(observed=observed, exogenous=True)] == pytest.approx([2 / 3, 1])
    assert [*pn(0.75, 0.25, observed, exogenous=True)] == pytest.approx([2 / 3, 1])
    point = ps(observed=observed, exogenous=True, monotone=True)
    assert [*point] == pytest.approx([2 / 3, 2 / 3])
    assert [*pn(0.75, 0.25, exogenous=True)] == pytest.approx([2 / 3, 1])


def test_an_experiment_alone_says_little_of_those_who_took_the_treatment() -> None:
    assert [*pn(0.5, 0.4)] == [*ps(0.5, 0.4)] == [0, 1]
    assert [*pn(0.5, 0.0)] == [1, 1]  # none has the outcome untreated
    assert [*pn(0.5, 1.0)] == [0, 0]
    assert [*ps(1.0, 0.4)] == [1, 1]
    assert [*pn(0.4, 0.4, monotone=True)] == [0, 0]


def test_numbers_give_numbers_and_arrays_give_arrays() -> None:
    single = pns(0.5, 0.4, OBSERVED[::-1])
    assert isinstance(single.lower, float)
    many = pns(np.array([0.5, 0.6]), 0.4, OBSERVED[::-1])
    assert many.lower.shape == many.upper.shape == (2,)
    assert many.lower[0] == single.lower
    assert isinstance(many, Bounds)
    assert many.kind == "sharp"


def test_shares_of_nobody_are_nan_in_arrays_and_an_error_for_one() -> None:
    none, some = (0.0, 0.5, 0.25, 0.25), (0.25, 0.25, 0.25, 0.25)
    with pytest.raises(CounterfactualError, match=r"Expected P\(x, y\) above 0, got 0"):
        pn(observed=none)
    found = pn(observed=np.array([none, some]).T)
    assert np.isnan(found.lower[0])
    assert [found.lower[1], found.upper[1]] == [0, 1]
    with pytest.raises(CounterfactualError, match=r"Expected P\(x', y'\) above 0"):
        ps(observed=none[::-1])
    with pytest.raises(CounterfactualError, match="share of an arm above 0"):
        pns(observed=(0, 0, 0.5, 0.5), exogenous=True)


def test_contradictions_name_the_inequality_and_its_size() -> None:
    with pytest.raises(ContradictionError, match=r"0\.5 > 0\.4: it fails by 0\.1") as told:
        pns(0.4, 0.21, (0.5, 0.2, 0.2, 0.1))
    assert told.value.inequality == "P(x, y) <= P(y_x)"
    assert told.value.excess == pytest.approx(0.1)
    a = np.full(20_000, 0.5)
    a[12_345] = 0.1
    with pytest.raises(ContradictionError, match="in stratum 12345"):
        pns(a, 0.25, (0.25, 0.25, 0.25, 0.25))
    with pytest.raises(ContradictionError, match=r"P\(y_x'\) <= P\(y_x\)"):
        pns(0.4, 0.5, monotone=True)
    with pytest.raises(ContradictionError, match=r"P\(y_x'\) <= P\(y\)"):
        pn(0.6, 0.5, (0.2, 0.2, 0.2, 0.4), monotone=True)
    with pytest.raises(ContradictionError, match=r"differ by 0\.05"):
        pns(0.8, 0.25, (0.3, 0.1, 0.15, 0.45), exogenous=True)
    with pytest.raises(ContradictionError, match="P\\(y_x'\\) <= P\\(y_x\\)"):
        pns(observed=(0.1, 0.4, 0.4, 0.1), exogenous=True, monotone=True)
    with pytest.raises(ContradictionError, match=r"P\(Y_0=2\) <= P\(Y_1=2\)"):
        benefit(np.eye(3), [0.4, 0.5, 0.1], [0.5, 0.3, 0.2], monotone=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "experiment, observations, or both, got neither"),
        ((0.5,), "both arms of the experiment, got do_treated alone. Give do_untreated too, or"),
        ((None, 0.5), "got do_untreated alone"),
        ((49, 0.2), "do_treated, got 49. Divide percentages by 100."),
        ((0.4, -0.2), "do_untreated, got -0.2. Give shares from 0 to 1."),
        ((0.4, np.nan), "got nan. Leave out the strata"),
        ((0.5, 0.2, (378, 1022, 420, 180)), "counts or percentages: divide the four by their sum"),
        ((0.5, 0.2, (0.2, 0.2, 0.2, 0.2)), "sum to 1, got 0.8"),
        ((0.5, 0.2, (0.5, 0.5)), "four probabilities for observed"),
        ((0.5, 0.2, 0.4), "four probabilities for observed"),
        (("half", 0.2), "number or an array over strata for do_treated, got 'half'"),
        (([0.5, 0.4], [0.1, 0.1, 0.1]), "an entry for each stratum, got lengths 2 and 3"),
        (([[0.5]], 0.1), r"got shape \(1, 1\)"),
        (([], 0.1), r"got shape \(0,\)"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_readable_line(arguments: tuple[Any, ...], message: str) -> None:
    for function in (pns, pn, ps):
        with pytest.raises(CounterfactualError, match=message) as told:
            function(*arguments)
        assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((1, 1, 1, 1), 0.5, 0.2), "weights that differ, got 1 for every unit"),
        (((1, 0, 0, -1), 0.5, None, OBSERVED), "got do_treated alone. Give do_untreated too, or"),
        ((np.eye(3), 0.5, 0.2), r"shape \(3,\) or \(strata, 3\), as the payoff has 3 levels"),
        ((np.eye(3), None, [0.5, 0.2, 0.3]), "got do_untreated alone"),
        ((np.eye(3), [0.5, 0.2, 0.3], None), "got do_treated alone"),
        ((np.eye(3), [0.5, 0.2, 0.2], [0.5, 0.2, 0.3]), "to sum to 1 in the experiment"),
        ((np.eye(3), None, None, "abc"), r"observed of shape \(2, 3\)"),
        ((np.eye(3), np.full((2, 3), 1 / 3), np.full((3, 3), 1 / 3)), "got lengths 3 and 2"),
        (((1, 2, 3), 0.5, 0.2), "payoff as a square matrix"),
    ],
)
def test_bad_benefits_get_one_readable_line(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(CounterfactualError, match=message) as told:
        benefit(*arguments)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("option", ["monotone", "exogenous"])
def test_flags_are_true_or_false(option: str) -> None:
    functions = [pns, pn, ps]
    functions += [partial(benefit, (1, 0, 0, -1))] if option == "monotone" else []
    for function in functions:
        with pytest.raises(OptionError, match=f"Expected {option} to be True or False, got 'n"):
            function(0.5, 0.3, **{option: "no"})


def test_a_payoff_is_taken_from_lines() -> None:
    known = 0.49, 0.21, OBSERVED
    for lines in ("complier 2, defier -10", ["0 -> 1 = 2", "harm -10"]):
        assert [*benefit(lines, *known)] == [*benefit((2, 0, 0, -10), *known)]


def test_a_payoff_is_taken_as_it_is() -> None:
    weights = (2.0, 1.0, 0.0, -10.0)
    known = 0.49, 0.21, OBSERVED
    assert [*benefit(Payoff.of_types(*weights), *known)] == [*benefit(weights, *known)]


@pytest.mark.parametrize("module", [probabilities, instruments])
def test_examples_in_the_documentation_hold(module: Any) -> None:
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed
