"""Terms of two arms against linear programs over response types, and against closed forms."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from counterfactual.populations import (
    SOURCES,
    constraints,
    contrast_worth,
    populations,
    solved,
)

from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.transport import (
    MOST_LEVELS,
    transport_potentials,
    transport_terms,
)
from causal_magics.errors import CounterfactualError


@pytest.mark.parametrize("sources", SOURCES)
@pytest.mark.parametrize("n_levels", [2, 3, 4])
@pytest.mark.parametrize("monotone", [False, True])
def test_terms_are_the_bounds_of_linear_programs(
    sources: str, n_levels: int, monotone: bool
) -> None:
    generator = np.random.default_rng(n_levels)
    matrix, columns = constraints(2, n_levels, sources, monotone)
    for seed, draw in enumerate([generator.normal, generator.uniform, integers(generator)]):
        values = np.asarray(draw(size=(n_levels, n_levels)))
        drawn = populations(12, 2, n_levels, monotone=monotone, seed=seed)
        cells = drawn.of(sources).cells
        terms = transport_terms(Payoff(values), sources, monotone=monotone)  # type: ignore[arg-type]
        lower, upper = terms.evaluate(cells)
        costs = np.array([values[responses] for _, responses in columns])
        expected = solved(costs, matrix, cells)
        np.testing.assert_allclose(lower, expected[0], atol=1e-8)
        np.testing.assert_allclose(upper, expected[1], atol=1e-8)
        truth = drawn.mean(contrast_worth(values, 2))
        assert (lower - 1e-9 <= truth).all()
        assert (truth <= upper + 1e-9).all()


def integers(generator: np.random.Generator):  # noqa: ANN201
    return lambda size: generator.integers(-2, 3, size=size).astype(float)


@pytest.mark.parametrize("n_levels", [2, 3, 4])
def test_a_transport_has_as_many_terms_as_its_polytope_has_cells(n_levels: int) -> None:
    costs = np.random.default_rng(0).normal(size=(n_levels, n_levels))
    untreated, treated = transport_potentials(costs)
    assert len(untreated) == comb(2 * n_levels - 2, n_levels - 1)  # product of two simplices
    slack = costs - untreated[:, :, None] - treated[:, None, :]
    assert slack.min() >= -1e-9
    assert ((slack <= 1e-9).sum(axis=(1, 2)) >= 2 * n_levels - 1).all()


def test_pns_has_the_four_terms_of_tian_and_pearl() -> None:
    terms = transport_terms(Payoff.pns(), "both")
    assert len(terms.lower) == len(terms.upper) == 4
    cells = populations(500).distributions.cells
    b, a = cells[:, 1], cells[:, 3]
    no_untreated, yes_untreated, no_treated, yes_treated = cells[:, 4:].T
    y = yes_untreated + yes_treated
    lower, upper = terms.evaluate(cells)
    np.testing.assert_allclose(lower, np.max([0 * a, a - b, y - b, a - y], axis=0), atol=1e-12)
    expected = [a, 1 - b, yes_treated + no_untreated, a - b + no_treated + yes_untreated]
    np.testing.assert_allclose(upper, np.min(expected, axis=0), atol=1e-12)


def test_three_levels_have_thirty_six_terms() -> None:
    payoff = Payoff(np.random.default_rng(0).normal(size=(3, 3)))
    terms = transport_terms(payoff, "both")
    assert (len(terms.lower), len(terms.upper)) == (36, 36)
    assert len(transport_terms(payoff, "observations").lower) == 1


def test_more_levels_are_refused_in_one_line() -> None:
    n_levels = MOST_LEVELS + 1
    with pytest.raises(CounterfactualError, match=f"at most {MOST_LEVELS} .* got {n_levels}"):
        transport_terms(Payoff(np.eye(n_levels)), "experiment")
