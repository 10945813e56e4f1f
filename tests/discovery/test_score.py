"""The compiled score against the formula on the design matrix."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from discovery.oracle import codelength

from causal_magics.data.simulation import simulate
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.score import Score, naming_cost, universal_code
from causal_magics.discovery.statistics import GramStatistic

VALUES = simulate("joint", 5, 300, seed=1).values.copy()
VALUES[:, 4] = np.round(VALUES[:, 4])
BASIS = Basis.fit(VALUES)
SCORE = Score.from_statistic(GramStatistic.from_values(BASIS, VALUES))
SUBSETS = [list(s) for size in range(5) for s in combinations(range(1, 5), size)]


def indices(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.int64)


@pytest.mark.parametrize("parents", SUBSETS, ids=str)
def test_costs_equal_the_formula(parents: list[int]) -> None:
    expected = codelength(BASIS, VALUES, 0, parents)
    assert SCORE.cost(0, indices(parents)) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("parents", [s for s in SUBSETS if len(s) < 4], ids=str)
def test_gains_are_differences_of_costs(parents: list[int]) -> None:
    now = codelength(BASIS, VALUES, 0, parents)
    rest = [j for j in range(1, 5) if j not in parents]
    added = [now - codelength(BASIS, VALUES, 0, [*parents, j]) for j in rest]
    np.testing.assert_allclose(
        SCORE.add_gains(0, indices(parents), indices(rest)), added, atol=1e-8
    )
    dropped = [now - codelength(BASIS, VALUES, 0, [j for j in parents if j != k]) for k in parents]
    np.testing.assert_allclose(SCORE.drop_gains(0, indices(parents)), dropped, atol=1e-8)


def test_grow_shrink_follows_the_gains_and_keeps_what_is_required() -> None:
    for node in range(5):
        others = [j for j in range(5) if j != node]
        parents = SCORE.grow_shrink(node, indices([]), indices(others)).tolist()
        cost = codelength(BASIS, VALUES, node, parents)
        neighbours = [[*parents, j] for j in others if j not in parents]
        neighbours += [[j for j in parents if j != k] for k in parents]
        assert all(codelength(BASIS, VALUES, node, n) >= cost - 1e-8 for n in neighbours)
        forced = SCORE.grow_shrink(node, indices(others[:2]), indices(others[2:])).tolist()
        assert forced[:2] == others[:2]


def test_a_floor_is_charged_per_edge_and_row_beyond_a_thousand() -> None:
    values = simulate("gp", 3, 1500, seed=0).values
    basis = Basis.fit(values)
    score = Score.from_statistic(GramStatistic.from_values(basis, values), edge_floor=0.01)
    expected = codelength(basis, values, 0, [1, 2], edge_cost=5.0)
    assert score.cost(0, indices([1, 2])) == pytest.approx(expected, abs=1e-8)
    small = Score.from_statistic(GramStatistic.from_values(BASIS, VALUES), edge_floor=0.01)
    np.testing.assert_array_equal(small.naming, SCORE.naming)


def test_the_universal_code_keeps_to_kraft() -> None:
    assert universal_code(1) == pytest.approx(math.log(2.865))
    lengths = np.array([universal_code(number) for number in range(1, 20_000)])
    assert 0.75 < np.exp(-lengths).sum() < 1.0
    assert (np.diff(lengths) > 0).all()
    assert naming_cost(4)[1] == pytest.approx(math.log(3) + universal_code(2))


def test_a_column_that_is_a_function_of_others_has_a_finite_cost() -> None:
    values = np.random.default_rng(0).normal(size=(200, 3))
    values[:, 2] = values[:, 0] + values[:, 1]
    score = Score.from_statistic(GramStatistic.from_values(Basis.fit(values), values))
    assert np.isfinite(score.cost(2, indices([0, 1])))
    assert np.isfinite(score.add_gains(2, indices([0]), indices([1]))).all()
