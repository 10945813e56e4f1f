"""Any payoff of any arms and levels against linear programs over response types."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from counterfactual.populations import (
    SOURCES,
    constraints,
    contrast_worth,
    populations,
    solved,
)

from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.payoff_terms import (
    check_monotone,
    payoff_bounds,
    payoff_terms,
    worth_bounds,
    worth_terms,
)
from causal_magics.errors import ContradictionError, CounterfactualError

CASES = [
    (2, 2, (0, 1)),
    (2, 3, (0, 1)),
    (2, 3, (1, 0)),
    (2, 5, (0, 1)),
    (3, 2, (0, 1)),
    (3, 2, (2, 0)),
    (3, 3, (0, 2)),
    (4, 2, (1, 3)),
]


@pytest.mark.parametrize("monotone", [False, True])
@pytest.mark.parametrize("sources", SOURCES)
@pytest.mark.parametrize(("n_arms", "n_levels", "contrast"), CASES)
def test_bounds_and_terms_are_those_of_linear_programs(
    n_arms: int, n_levels: int, contrast: tuple[int, int], sources: str, monotone: bool
) -> None:
    generator = np.random.default_rng(0)
    matrix, columns = constraints(n_arms, n_levels, sources, monotone)
    for seed in range(2):
        values = generator.normal(size=(n_levels, n_levels))
        if seed:
            values = np.sign(values)
        drawn = populations(6, n_arms, n_levels, monotone=monotone, seed=seed)
        known = drawn.of(sources)
        s, t = contrast
        costs = np.array([values[responses[s], responses[t]] for _, responses in columns])
        expected = solved(costs, matrix, known.cells)
        found = payoff_bounds(known, Payoff(values), contrast=contrast, monotone=monotone)
        np.testing.assert_allclose(found, expected, atol=1e-8)
        terms = payoff_terms(
            Payoff(values),
            sources,  # type: ignore[arg-type]
            n_arms=n_arms,
            contrast=contrast,
            monotone=monotone,
        )
        assert terms is not None
        np.testing.assert_allclose(terms.evaluate(known.cells), expected, atol=1e-8)
        truth = drawn.mean(contrast_worth(values, n_arms, contrast))
        assert (found[0] - 1e-9 <= truth).all()
        assert (truth <= found[1] + 1e-9).all()


@pytest.mark.parametrize(("n_arms", "n_levels"), [(2, 2), (2, 3), (2, 4), (3, 2), (3, 3), (2, 6)])
@pytest.mark.parametrize("sources", SOURCES)
def test_many_strata_are_bounded_as_few_are(n_arms: int, n_levels: int, sources: str) -> None:
    payoff = Payoff(np.random.default_rng(0).normal(size=(n_levels, n_levels)))
    known = populations(600, n_arms, n_levels).of(sources)
    many = payoff_bounds(known, payoff)
    few = [payoff_bounds(known.take(np.arange(z, z + 100)), payoff) for z in range(0, 600, 100)]
    np.testing.assert_allclose(many, np.concatenate(few, axis=1), atol=1e-9)


@pytest.mark.parametrize("sources", SOURCES)
@pytest.mark.parametrize(("n_arms", "n_levels"), [(2, 2), (3, 2), (2, 3), (4, 2)])
def test_payoffs_of_all_arms_are_bounded(n_arms: int, n_levels: int, sources: str) -> None:
    worth = np.random.default_rng(0).normal(size=(n_levels,) * n_arms)
    matrix, columns = constraints(n_arms, n_levels, sources)
    known = populations(8, n_arms, n_levels).of(sources)
    costs = np.array([worth[responses] for _, responses in columns])
    expected = solved(costs, matrix, known.cells)
    np.testing.assert_allclose(worth_bounds(known, worth), expected, atol=1e-8)
    terms = worth_terms(worth, sources)  # type: ignore[arg-type]
    assert terms is not None
    np.testing.assert_allclose(terms.evaluate(known.cells), expected, atol=1e-8)


def test_other_arms_leave_a_contrast_few_terms() -> None:
    terms = payoff_terms(Payoff.pns(), "both", n_arms=3)
    assert terms is not None
    assert (len(terms.lower), len(terms.upper)) == (4, 4)
    payoff = Payoff(np.random.default_rng(0).normal(size=(3, 3)))
    terms = payoff_terms(payoff, "both", n_arms=3)
    assert terms is not None
    assert max(len(terms.lower), len(terms.upper)) <= 60


def test_too_many_terms_are_none_and_bounds_are_there() -> None:
    payoff = Payoff(np.random.default_rng(0).normal(size=(7, 7)))
    assert payoff_terms(payoff, "both") is None
    drawn = populations(5, 2, 7)
    lower, upper = payoff_bounds(drawn.distributions, payoff)
    truth = drawn.mean(contrast_worth(payoff.values, 2))
    assert (lower - 1e-9 <= truth).all()
    assert (truth <= upper + 1e-9).all()


def test_swapping_the_arms_transposes_the_payoff() -> None:
    values = np.random.default_rng(0).normal(size=(3, 3))
    known = populations(20, 2, 3).distributions
    there = payoff_bounds(known, Payoff(values))
    back = payoff_bounds(known, Payoff(values.T), contrast=(1, 0))
    np.testing.assert_allclose(there, back, atol=1e-10)


def test_more_arms_without_units_change_nothing() -> None:
    """An arm that nobody took and that was in no experiment puts no limits on the others."""
    payoff = Payoff(np.random.default_rng(0).normal(size=(2, 2)))
    two = populations(20).distributions
    assert two.experimental is not None
    assert two.observational is not None
    coin = np.full((20, 1, 2), 0.5)
    three = Distributions(
        np.concatenate([two.experimental, coin], axis=1),
        np.concatenate([two.observational, 0 * coin], axis=1),
    )
    bounds = payoff_bounds(three, payoff)
    np.testing.assert_allclose(bounds, payoff_bounds(two, payoff), atol=1e-10)


def test_data_that_are_not_monotone_are_told() -> None:
    fine, broken = [[0.5, 0.5], [0.4, 0.6]], [[0.5, 0.5], [0.7, 0.3]]
    known = Distributions(np.array([fine, broken]))
    with pytest.raises(ContradictionError, match=r"P\(Y_1=0\) <= P\(Y_0=0\) in stratum 1") as told:
        check_monotone(known)
    assert told.value.excess == pytest.approx(0.2)
    lower, upper = payoff_bounds(known, Payoff.pns(), monotone=True)
    assert np.isnan([lower[1], upper[1]]).all()
    np.testing.assert_allclose([lower[0], upper[0]], 0.1)
    check_monotone(known.take(np.array([0])))


def test_data_of_more_levels_that_are_not_monotone_have_no_bounds() -> None:
    known = Distributions(np.array([[[0.5, 0.3, 0.2], [0.4, 0.5, 0.1]]]))
    assert np.isnan(payoff_bounds(known, Payoff(np.eye(3)), monotone=True)).all()


@pytest.mark.parametrize("contrast", [(0, 0), (0, 2), (-1, 0), (0, 1, 1), 0, "01"])
def test_contrasts_are_of_two_of_the_arms(contrast: Any) -> None:
    known = populations(1).distributions
    with pytest.raises(CounterfactualError, match="contrast of two arms from 0 to 1"):
        payoff_bounds(known, Payoff.pns(), contrast=contrast)


def test_payoffs_of_other_levels_are_refused() -> None:
    known = populations(1, 2, 3).distributions
    with pytest.raises(CounterfactualError, match="payoff of 3 outcome levels"):
        payoff_bounds(known, Payoff.pns())
    with pytest.raises(CounterfactualError, match=r"shape \(3, 3\), got shape \(2, 2\)"):
        worth_bounds(known, np.eye(2))
