"""Closed forms against linear programs over response types, in every data situation."""

from __future__ import annotations

import numpy as np
import pytest
from counterfactual.populations import SOURCES, constraints, populations, solved

from causal_magics.counterfactual.bounding.binary_cells import BinaryCells
from causal_magics.counterfactual.bounding.closed_forms import (
    benefit_bounds,
    pn_bounds,
    pns_bounds,
    ps_bounds,
    retrospective_bounds,
    two_world_bounds,
)
from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.bounding.linear_programs import LinearProgram, minimise
from causal_magics.counterfactual.bounding.payoff import Payoff

MODELS = 1_000


def cells_of(known: Distributions) -> BinaryCells:
    return BinaryCells.of_arms(known.experimental, known.observational)


def extremes(costs: np.ndarray, matrix: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Return the ends of each stratum; some of them by one linear program each as well."""
    program = LinearProgram(costs, matrix, np.eye(len(matrix)))
    lower, none = minimise(program, cells)
    upper, _ = minimise(program.with_costs(-costs), cells)
    assert not none
    found = np.array([lower, -upper])
    np.testing.assert_allclose(found[:, :10], solved(costs, matrix, cells[:10]), atol=1e-8)
    return found


@pytest.mark.parametrize("monotone", [False, True])
@pytest.mark.parametrize("sources", SOURCES)
def test_pns_and_benefit_are_those_of_linear_programs(sources: str, monotone: bool) -> None:
    generator = np.random.default_rng(0)
    drawn = populations(MODELS, monotone=monotone)
    known = drawn.of(sources)
    matrix, columns = constraints(2, 2, sources, monotone)
    payoffs = [Payoff.pns(), *(Payoff(generator.normal(size=(2, 2))) for _ in range(4))]
    for payoff in payoffs:
        costs = np.array([payoff.values[responses] for _, responses in columns])
        expected = extremes(costs, matrix, known.cells)
        found = np.array(benefit_bounds(cells_of(known), payoff, monotone=monotone))
        np.testing.assert_allclose(found, expected, atol=1e-8)
        truth = drawn.mean(payoff.values)
        assert (found[0] - 1e-9 <= truth).all()
        assert (truth <= found[1] + 1e-9).all()
    costs = np.array([Payoff.pns().values[responses] for _, responses in columns])
    found = np.array(pns_bounds(cells_of(known), monotone=monotone))
    np.testing.assert_allclose(found, extremes(costs, matrix, known.cells), atol=1e-8)


@pytest.mark.parametrize("monotone", [False, True])
@pytest.mark.parametrize("sources", ["observations", "both"])
@pytest.mark.parametrize("quantity", ["pn", "ps"])
def test_pn_and_ps_are_those_of_linear_programs(
    quantity: str, sources: str, monotone: bool
) -> None:
    drawn = populations(MODELS, monotone=monotone, seed=1)
    known = drawn.of(sources)
    matrix, columns = constraints(2, 2, sources, monotone)
    arm = 1 if quantity == "pn" else 0
    costs = np.array([float(taken == arm and types == (0, 1)) for taken, types in columns])
    joint = extremes(costs, matrix, known.cells)
    bounds = pn_bounds if quantity == "pn" else ps_bounds
    found = np.array(bounds(cells_of(known), monotone=monotone))
    assert known.observational is not None
    among = known.observational[:, arm, arm]
    np.testing.assert_allclose(found * among, joint, atol=1e-8)
    truth = drawn.shares[:, arm, drawn.types.index((0, 1))] / among
    assert (found[0] - 1e-6 <= truth).all()
    assert (truth <= found[1] + 1e-6).all()


@pytest.mark.parametrize("known_arm", [0, 1])
def test_one_arm_of_an_experiment_is_used_for_what_it_says(known_arm: int) -> None:
    known = populations(200, seed=2).distributions
    matrix, columns = constraints(2, 2, "both")
    keep = np.r_[2 * known_arm : 2 * known_arm + 2, 4:8]
    costs = np.array([float(types == (0, 1)) for _, types in columns])
    expected = extremes(costs, matrix[keep], known.cells[:, keep])
    cells = cells_of(known)
    arms = (None, cells.untreated) if known_arm == 0 else (cells.treated, None)
    found = pns_bounds(BinaryCells(*arms, cells.observed))
    np.testing.assert_allclose(found, expected, atol=1e-8)


@pytest.mark.parametrize("sources", SOURCES)
@pytest.mark.parametrize(("n_arms", "n_levels"), [(2, 2), (3, 2), (2, 3), (3, 3)])
def test_events_of_two_worlds_are_those_of_linear_programs(
    n_arms: int, n_levels: int, sources: str
) -> None:
    matrix, columns = constraints(n_arms, n_levels, sources)
    drawn = populations(60, n_arms, n_levels, seed=3)
    known = drawn.of(sources)
    for s, i, t, k in [(0, 0, 1, 1), (1, 0, 0, n_levels - 1), (n_arms - 1, 1, 0, 0)]:
        costs = np.array([float(types[s] == i and types[t] == k) for _, types in columns])
        expected = extremes(costs, matrix, known.cells)
        found = two_world_bounds(known, (s, i), (t, k))
        np.testing.assert_allclose(found, expected, atol=1e-8)


@pytest.mark.parametrize("monotone", [False, True])
@pytest.mark.parametrize("sources", ["observations", "both"])
@pytest.mark.parametrize(("n_arms", "n_levels"), [(2, 2), (3, 2), (2, 3), (3, 3)])
def test_what_would_have_been_is_that_of_linear_programs(
    n_arms: int, n_levels: int, sources: str, monotone: bool
) -> None:
    matrix, columns = constraints(n_arms, n_levels, sources, monotone)
    known = populations(60, n_arms, n_levels, monotone=monotone, seed=4).of(sources)
    assert known.observational is not None
    for arm, level, other, levels in [
        (1, 1, 0, {0}),
        (0, 0, 1, {1}),
        (1, 1, 0, {*range(n_levels)}),
        (n_arms - 1, n_levels - 1, 0, {*range(n_levels - 1)}),
    ]:
        costs = np.array(
            [float((x, r[x]) == (arm, level) and r[other] in levels) for x, r in columns]
        )
        joint = extremes(costs, matrix, known.cells)
        found = np.array(
            retrospective_bounds(known, (arm, level), other, levels, monotone=monotone)
        )
        seen = known.observational[:, arm, level]
        np.testing.assert_allclose(found * seen, joint, atol=1e-8)


def test_what_would_have_been_of_nobody_is_nan() -> None:
    known = Distributions(observational=np.array([[[0.5, 0.5], [0.0, 0.0]]]))
    assert np.isnan(retrospective_bounds(known, (1, 1), 0, {0})).all()
