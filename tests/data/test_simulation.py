"""Simulators: reproducible, standardised, and without hints at the order."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from causal_magics.data.simulation import Mechanism, simulate
from causal_magics.errors import DataError


@pytest.mark.parametrize("mechanism", get_args(Mechanism))
def test_simulations_are_reproducible_and_standardised(mechanism: Mechanism) -> None:
    first = simulate(mechanism, 8, 400, seed=3)
    again = simulate(mechanism, 8, 400, seed=3)
    other = simulate(mechanism, 8, 400, seed=4)
    np.testing.assert_array_equal(first.values, again.values)
    assert first.graph == again.graph
    assert not np.array_equal(first.values, other.values)
    np.testing.assert_allclose(first.values.std(axis=0), 1.0)
    np.testing.assert_array_equal(first.frame.to_numpy(), first.values)
    assert tuple(first.frame.columns) == first.graph.nodes


def test_parents_explain_the_share_that_is_not_noise() -> None:
    simulation = simulate("linear", 12, 4000, seed=1)
    for node in simulation.graph.nodes:
        parents = sorted(simulation.graph.parents(node))
        if parents:
            design = simulation.frame[parents].to_numpy()
            target = simulation.frame[node].to_numpy()
            coefficients, *_ = np.linalg.lstsq(design, target)
            unexplained = np.var(target - design @ coefficients)
            assert 0.17 < unexplained < 0.65


def test_degree_sets_the_number_of_edges() -> None:
    sparse = np.mean([len(simulate("linear", 20, 2, s, degree=2).graph.edges) for s in range(20)])
    dense = np.mean([len(simulate("linear", 20, 2, s, degree=8).graph.edges) for s in range(20)])
    assert 15 < sparse < 25
    assert 65 < dense < 95


def test_impossible_simulations_are_refused() -> None:
    with pytest.raises(DataError, match="at least 1 node"):
        simulate("gp", 0)
    with pytest.raises(DataError, match="Expected one of gp, joint"):
        simulate("magic")  # type: ignore[arg-type]
