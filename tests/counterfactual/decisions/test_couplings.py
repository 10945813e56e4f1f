"""Vertices of couplings, against dual vertices and linear programs."""

from __future__ import annotations

import numpy as np
import pytest
from oracles.known_strata import Known
from scipy.optimize import linprog

from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.transport import Sources, transport_terms
from causal_magics.counterfactual.decisions.couplings import couplings_of


def of_sources(known: Known, sources: str) -> Distributions:
    both = known.distributions
    return Distributions(
        None if sources == "observations" else both.experimental,
        None if sources == "experiment" else both.observational,
    )


@pytest.mark.parametrize("levels", [2, 3, 4])
@pytest.mark.parametrize("sources", ["experiment", "observations", "both"])
@pytest.mark.parametrize("monotone", [False, True])
def test_they_bound_any_payoff_as_the_terms_do(
    levels: int, sources: Sources, monotone: bool
) -> None:
    known = Known.random(8, levels, seed=levels)
    if monotone:
        upper = np.triu(known.types)
        known = Known(upper / upper.sum(axis=(1, 2, 3), keepdims=True))
    data = of_sources(known, sources)
    couplings = couplings_of(data, monotone=monotone)
    assert couplings is not None
    payoffs = np.random.default_rng(0).normal(size=(3, levels * levels))
    lower, upper_ends = couplings.evaluate(payoffs)
    for place, row in enumerate(payoffs):
        payoff = Payoff(row.reshape(levels, levels))
        low, high = transport_terms(payoff, sources, monotone=monotone).evaluate(data.cells)
        np.testing.assert_allclose(lower[:, place], low, atol=1e-9)
        np.testing.assert_allclose(upper_ends[:, place], high, atol=1e-9)
        assert (lower[:, place] <= known.benefit(payoff) + 1e-9).all()
        assert (known.benefit(payoff) <= upper_ends[:, place] + 1e-9).all()


def three_arms(seed: int) -> Distributions:
    """P(X = x, Y_0, Y_1, Y_2) of two strata, as an experiment and observations."""
    types = np.random.default_rng(seed).dirichlet(np.full(3 * 8, 0.5), 2).reshape(2, 3, 2, 2, 2)
    both = types.sum(axis=1)
    exp = np.stack([both.sum(axis=axes) for axes in ((2, 3), (1, 3), (1, 2))], axis=1)
    obs = np.stack(
        [types[:, x].sum(axis=axes) for x, axes in enumerate(((2, 3), (1, 3), (1, 2)))], axis=1
    )
    return Distributions(exp, obs)


def test_observations_of_three_arms_against_linear_programs() -> None:
    data = three_arms(1)
    alone = Distributions(None, data.observational)
    couplings = couplings_of(alone, contrast=(0, 2))
    assert couplings is not None
    payoff = np.array([0.3, 1.0, -2.0, 0.5])
    lower, upper = couplings.evaluate(payoff[None])
    cells = np.indices((3, 2, 2, 2)).reshape(4, -1)
    worth = payoff[2 * cells[1] + cells[3]]
    left = np.array([(cells[0] == x) & (cells[1 + x] == y) for x in range(3) for y in (0, 1)])
    for stratum in (0, 1):
        right = data.observational[stratum].reshape(-1)  # type: ignore[index]
        for end, sign in ((lower, 1), (upper, -1)):
            found = linprog(sign * worth, A_eq=left.astype(float), b_eq=right)
            assert end[stratum, 0] == pytest.approx(sign * found.fun, abs=1e-9)


def test_what_is_no_transport_has_none() -> None:
    assert couplings_of(three_arms(2)) is None
    alone = Distributions(three_arms(2).experimental, None)
    assert couplings_of(alone) is not None
    assert couplings_of(alone, monotone=True) is None
    assert couplings_of(Known.random(1, 5).distributions) is None
    falling = Distributions(np.array([[[0.2, 0.8], [0.6, 0.4]]]), None)
    assert couplings_of(falling, monotone=True) is None


def test_a_group_without_units_has_no_weight() -> None:
    types = np.zeros((1, 2, 2, 2))
    types[0, 1] = [[0.1, 0.4], [0.2, 0.3]]
    couplings = couplings_of(Known(types).distributions)
    assert couplings is not None
    assert couplings.evaluate(np.array([[0.0, 1.0, 0.0, 0.0]]))[1][0, 0] == pytest.approx(0.5)
