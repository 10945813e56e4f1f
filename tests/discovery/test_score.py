"""The compiled score against the formula on the design matrix."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from discovery.oracle import codelength, fitted

from causal_magics.data.simulation import simulate
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.layout import Floats, Indices
from causal_magics.discovery.score import Score, naming_cost, universal_code
from causal_magics.discovery.statistics import GramStatistic

Case = tuple[Basis, Floats]

SUBSETS = [list(s) for size in range(5) for s in combinations(range(5), size)]


def indices(values: list[int]) -> Indices:
    return np.array(values, dtype=np.int64)


def scored(case: Case, charges: Floats | None = None, edge_floor: float = 0.0) -> Score:
    basis, values = case
    return Score.from_statistic(GramStatistic.from_values(basis, values), edge_floor, charges)


def plain() -> Case:
    values = simulate("joint", 5, 300, seed=1).values.copy()
    values[:, 4] = np.round(values[:, 4])
    return Basis.fit(values), values


def mixed() -> Case:
    """Numbers, labels, a column of two values and one with heavy tails; one cell in six missing."""
    values = simulate("joint", 5, 300, seed=3).values.copy()
    values[:, 0] = np.digitize(values[:, 0], (-0.8, 0.1, 1.0))
    values[:, 1] = values[:, 1] > 0.3
    values[:, 2] = np.sinh(2.5 * values[:, 2])
    values[np.random.default_rng(0).random(values.shape) < 1 / 6] = np.nan
    basis = Basis.fit(values, [("a", "b", "c", "d"), None, None, None, None])
    kinds = [part.nominal for part in (column.part for column in basis.columns)]
    assert kinds == [True, True, False, False, False]
    assert basis.layout.starts[3] - basis.layout.starts[2] == 9
    return basis, values


def with_products(case: Case) -> Case:
    basis, values = case
    return basis.with_products(combinations(range(5), 2)), values


def multiplied() -> Case:
    """The last column is the product of two others, which are independent of it one by one."""
    rng = np.random.default_rng(5)
    values = rng.normal(size=(300, 5))
    values[:, 4] = values[:, 0] * values[:, 1] + 0.5 * rng.normal(size=300)
    basis = Basis.fit(values).with_products(((0, 1), (0, 2), (1, 3)))
    return basis, values


CASES = {
    "plain": plain(), "mixed": mixed(),
    "plain products": with_products(plain()), "mixed products": with_products(mixed()),
}  # fmt: skip
cases = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


@cases
@pytest.mark.parametrize("node", range(5))
def test_costs_and_gains_equal_the_formula(case: Case, node: int) -> None:
    score = scored(case)
    formula = {tuple(s): codelength(*case, node, s) for s in SUBSETS if node not in s}
    for parents, nats in formula.items():
        given = indices(list(parents))
        assert score.cost(node, given) == pytest.approx(nats, abs=1e-6)
        rest = [j for j in range(5) if j != node and j not in parents]
        added = [nats - formula[tuple(sorted((*parents, j)))] for j in rest]
        np.testing.assert_allclose(
            score.add_gains(node, given, indices(rest)), added, rtol=0, atol=1e-6
        )
        dropped = [nats - formula[tuple(j for j in parents if j != k)] for k in parents]
        np.testing.assert_allclose(score.drop_gains(node, given), dropped, rtol=0, atol=1e-6)


@cases
@pytest.mark.parametrize("node", range(5))
def test_grow_shrink_ends_where_no_single_step_saves(case: Case, node: int) -> None:
    score = scored(case)
    others = [j for j in range(5) if j != node]
    parents = score.grow_shrink(node, indices([]), indices(others)).tolist()
    cost = codelength(*case, node, parents)
    smaller = [[j for j in parents if j != k] for k in parents]
    assert all(codelength(*case, node, fewer) >= cost - 1e-6 for fewer in smaller)
    assert cost <= codelength(*case, node, []) + 1e-6
    forced = score.grow_shrink(node, indices(others[:2]), indices(others[2:])).tolist()
    assert forced[:2] == others[:2]


def test_parents_that_act_by_their_product_alone_are_grown_as_a_pair() -> None:
    case = multiplied()
    score = scored(case)
    empty, others = indices([]), indices([0, 1, 2, 3])
    assert (score.add_gains(4, empty, others) < 0.0).all()
    assert sorted(score.grow_shrink(4, empty, others).tolist()) == [0, 1]
    assert fitted(*case, 4, [0, 1])[0] == [(0, 1)]
    additive = scored((case[0].with_products(()), case[1]))
    assert additive.grow_shrink(4, empty, others).tolist() == []


@cases
def test_charges_are_paid_by_each_edge(case: Case) -> None:
    charges = np.arange(25.0).reshape(5, 5)
    free, charged = scored(case), scored(case, charges)
    parents, rest = indices([3, 0]), indices([1, 4])
    assert charged.cost(2, parents) == pytest.approx(free.cost(2, parents) + 17.0 + 2.0)
    difference = free.add_gains(2, parents, rest) - charged.add_gains(2, parents, rest)
    np.testing.assert_allclose(difference, charges[rest, 2])
    difference = charged.drop_gains(2, parents) - free.drop_gains(2, parents)
    np.testing.assert_allclose(difference, charges[parents, 2])


def test_a_belief_strong_enough_decides() -> None:
    case = CASES["plain"]
    empty, others = indices([]), indices([0, 1, 2, 3])
    (first, *_) = scored(case).grow_shrink(4, empty, others).tolist()
    against, towards = np.zeros((5, 5)), np.zeros((5, 5))
    against[first, 4] = 1e4
    towards[:, 4] = -1e4
    assert first not in scored(case, against).grow_shrink(4, empty, others)
    assert len(scored(case, towards).grow_shrink(4, empty, others)) == 4


def test_a_floor_is_charged_per_edge_and_row_beyond_a_thousand() -> None:
    values = simulate("gp", 3, 1500, seed=0).values
    basis = Basis.fit(values)
    expected = codelength(basis, values, 0, [1, 2], edge_cost=5.0)
    floored = scored((basis, values), edge_floor=0.01)
    assert floored.cost(0, indices([1, 2])) == pytest.approx(expected, abs=1e-7)
    small = scored(CASES["plain"], edge_floor=0.01)
    np.testing.assert_array_equal(small.blocks.naming, scored(CASES["plain"]).blocks.naming)


def test_a_label_is_coded_the_same_however_its_values_are_numbered() -> None:
    _, values = CASES["mixed"]
    renamed = values.copy()
    renamed[:, 0] = np.array([2, 0, 3, 1])[np.nan_to_num(values[:, 0]).astype(int)]
    renamed[np.isnan(values[:, 0]), 0] = np.nan
    levels = [("a", "b", "c", "d"), None, None, None, None]
    first, second = (scored((Basis.fit(v, levels), v)) for v in (values, renamed))
    for node, parents in ((0, [2, 3]), (3, [0, 1]), (4, [0])):
        assert first.cost(node, indices(parents)) == pytest.approx(
            second.cost(node, indices(parents)), abs=1e-7
        )


def test_the_universal_code_keeps_to_kraft() -> None:
    assert universal_code(1) == pytest.approx(math.log(2.865))
    lengths = np.array([universal_code(number) for number in range(1, 20_000)])
    assert 0.75 < np.exp(-lengths).sum() < 1.0
    assert (np.diff(lengths) > 0).all()
    assert naming_cost(4)[1] == pytest.approx(math.log(3) + universal_code(2))


def test_a_column_that_is_a_function_of_others_has_a_finite_cost() -> None:
    values = np.random.default_rng(0).normal(size=(200, 3))
    values[:, 2] = values[:, 0] + values[:, 1]
    score = scored((Basis.fit(values), values))
    assert np.isfinite(score.cost(2, indices([0, 1])))
    assert np.isfinite(score.add_gains(2, indices([0]), indices([1]))).all()


def test_a_label_that_says_the_same_as_another_has_a_bounded_cost() -> None:
    codes = np.random.default_rng(0).integers(0, 3, 200).astype(float)
    values = np.column_stack((codes, 2.0 - codes))
    score = scored((Basis.fit(values, [("a", "b", "c")] * 2), values))
    saved = score.cost(1, indices([])) - score.cost(1, indices([0]))
    assert 0.0 < saved < -0.5 * 200 * 2 * math.log(0.02 / 1.02)
