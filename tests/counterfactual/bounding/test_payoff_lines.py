"""Payoffs: matrices, four weights, and lines of a cell."""

from __future__ import annotations

import numpy as np
import pytest

from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.payoff_lines import payoff_of, payoff_of_lines
from causal_magics.errors import CounterfactualError

LEVELS = ["none", "low", "high"]


def test_response_types_have_their_places() -> None:
    expected = Payoff([[3, 1], [4, 2]])
    assert Payoff.of([1, 2, 3, 4]) == expected
    lines = ["complier 1, always-taker 2", "never taker = 3; defiers 4"]
    assert payoff_of_lines(lines, [0, 1]) == expected
    assert payoff_of("complier 1, always 2, never 3, defier 4", ["no", "yes"], "use") == expected


@pytest.mark.parametrize("step", [1, -1])
def test_lines_for_one_pair_override_those_for_many_in_any_order(step: int) -> None:
    lines = ["benefit 1", "harm -2", "none -> high = 2", "high -> 'none' = −10"]
    found = payoff_of(lines[::step], LEVELS, "use")
    assert found.values.tolist() == [[0, 1, 2], [-2, 0, 1], [-10, -2, 0]]
    lines = ["* -> * = 1", "* -> high = 1e1", "benefit 10", "low -> high = 3", "low -> high = 3.0"]
    found = payoff_of_lines(lines[::step], LEVELS)
    assert found.values.tolist() == [[1, 10, 10], [1, 1, 3], [1, 1, 10]]
    assert payoff_of_lines(["complier 3", "benefit 1"][::step], [0, 1]) == Payoff.of([3, 0, 0, 0])


@pytest.mark.parametrize(
    ("lines", "levels", "words"),
    [
        (
            ["complier 1", "compliers 2"],
            [0, 1],
            "0 -> 1, got 'complier 1' and 'compliers 2'. Leave",
        ),
        (["0 -> 2 = 1; 0 -> 2 = 3"], [0, 1, 2], "got '0 -> 2 = 1' and '0 -> 2 = 3'"),
        (["* -> high = 2", "high -> * = 3"], LEVELS, "or add high -> high = worth."),
        (["complier 1", "0 -> '1' = 2"], [0, 1], "of 0 -> 1, got"),
    ],
)
def test_lines_that_contradict_each_other_are_refused(
    lines: list[str], levels: list[object], words: str
) -> None:
    with pytest.raises(CounterfactualError, match="Expected one worth of ") as caught:
        payoff_of_lines(lines, levels)
    assert words in str(caught.value)
    settled = payoff_of_lines(["* -> high = 2", "high -> * = 3", "high -> high = 4"], LEVELS)
    assert settled.values[2].tolist() == [3, 3, 4]


def test_quotes_protect_the_names_of_levels() -> None:
    lines = ["\"low, paid\" -> 'a -> b; c' = 2, 'a -> b; c'->don't = 3", "'*' -> don't = 1"]
    found = payoff_of_lines(lines, ["low, paid", "a -> b; c", "don't", "*"])
    assert np.argwhere(found.values).tolist() == [[0, 1], [1, 2], [3, 2]]
    assert found.values[found.values != 0].tolist() == [2, 3, 1]


def test_without_a_payoff_it_is_necessity_and_sufficiency() -> None:
    assert payoff_of(None, ["no", "yes"], "use") == Payoff.pns()


@pytest.mark.parametrize(
    ("payoff", "levels", "words"),
    [
        ("complier 2, harm", [0, 1], "Expected a payoff as complier 2"),
        ("complyer 2", [0, 1], "Did you mean complier?"),
        ("complier 2", LEVELS, "two levels alone"),
        ("nobody 2", LEVELS, "Known are benefit, harm, unchanged"),
        ("none -> hihg = 2", LEVELS, "Did you mean 'high'?"),
        ("none -> high = much", LEVELS, "Expected a number"),
        ([[0, 1], [1, 0]], LEVELS, "for the 3 levels of 'use'"),
        (None, LEVELS, "a payoff for the 3 levels of 'use' ('none', 'low', 'high'), got none"),
        ([1, 2, 3], [0, 1], "square matrix"),
        ([[1, 2], [3]], [0, 1], "rows of different lengths"),
        ([[0, np.nan], [1, 0]], [0, 1], "finite"),
        ("much", [0, 1], "Expected a payoff as"),
        ("low, paid -> high = 2", ["low, paid", "high"], "Quote a level with a comma"),
        (3, [0, 1], "Expected a payoff as a square matrix"),
        (["a", "b", "c", "d", 1], [0, 1], "square matrix"),
    ],
)
def test_what_is_no_payoff_is_refused(payoff: object, levels: list[object], words: str) -> None:
    with pytest.raises(CounterfactualError) as caught:
        payoff_of(payoff, levels, "use")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_payoff_that_tells_nobody_apart_is_refused_where_it_is_asked_for() -> None:
    with pytest.raises(CounterfactualError, match="weights that differ, got 1 for every unit"):
        Payoff.of([1, 1, 1, 1]).check_tells_apart()


def test_payoffs_are_values() -> None:
    payoff = Payoff.of([2, 0, 0, -10])
    assert repr(payoff) == "<Payoff: complier 2, always-taker 0, never-taker 0, defier -10>"
    assert {payoff: 1}[Payoff.of_types(2, 0, 0, -10)] == 1
    with pytest.raises(ValueError, match="read-only"):
        payoff.values[0, 0] = 3
