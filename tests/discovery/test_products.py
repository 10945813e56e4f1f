"""Products of columns: looked for where parents act together, and only there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from causal_magics.data.simulation import simulate
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.discover import discover
from causal_magics.discovery.products import Pairs, dependent_neighbours, find_products
from causal_magics.discovery.score import EDGE_FLOOR, Score
from causal_magics.discovery.statistics import GramStatistic

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
NAMES = ["first", "second", "product", "apart"]


def scored(values: Floats) -> tuple[Score, Basis]:
    basis = Basis.fit(values)
    return Score.from_statistic(GramStatistic.from_values(basis, values), EDGE_FLOOR), basis


def acting_together(seed: int, rows: int = 1500) -> Floats:
    rng = np.random.default_rng(seed)
    first, second, apart, noise = rng.normal(size=(4, rows))
    return np.column_stack((first, second, first * second + 0.5 * noise, apart))


def pairs_of(values: Floats, adjacency: Booleans, neighbours: Booleans | None = None) -> Pairs:
    score, basis = scored(values)
    near = dependent_neighbours(score) if neighbours is None else neighbours
    return find_products(score, basis, values, adjacency, near)


@pytest.mark.parametrize("seed", range(5))
def test_what_depends_by_its_spread_alone_is_a_neighbour(seed: int) -> None:
    near = dependent_neighbours(scored(acting_together(seed))[0])
    assert near[:2, 2].all()
    np.testing.assert_array_equal(near, near.T)
    assert not near.diagonal().any()
    assert not near[3, :2].any()


def test_only_the_strongest_neighbours_are_kept() -> None:
    rng = np.random.default_rng(6)
    parents = rng.normal(size=(1000, 4))
    strength = np.array([2.0, 0.5, 1.0, 0.7])
    effect = parents @ strength + 0.5 * rng.normal(size=1000)
    near = dependent_neighbours(scored(np.column_stack((parents, effect)))[0], most=1)
    assert near[0, 4]
    assert near[:, 4].sum() == 4
    assert not near[:4, :4].any()


@pytest.mark.parametrize("seed", range(5))
def test_a_product_is_found(seed: int) -> None:
    values = acting_together(seed)
    empty = np.zeros((4, 4), dtype=bool)
    assert (0, 1) in pairs_of(values, empty)
    assert pairs_of(values, empty, neighbours=empty) == set()


@pytest.mark.parametrize("seed", range(5))
def test_additive_data_have_no_products(seed: int) -> None:
    simulation = simulate("gp", 8, 1000, seed)
    index = {name: place for place, name in enumerate(simulation.graph.nodes)}
    adjacency = np.zeros((8, 8), dtype=bool)
    for cause, effect in simulation.graph.directed_edges:
        adjacency[index[cause], index[effect]] = True
    assert pairs_of(simulation.values, adjacency) == set()
    assert discover(simulation.frame).basis.products == ()


@pytest.mark.parametrize("seed", range(5))
def test_both_parents_of_a_product_are_found(seed: int) -> None:
    learned = discover(pd.DataFrame(acting_together(seed), columns=NAMES))
    assert learned.graph.directed_edges == {("first", "product"), ("second", "product")}
    assert learned.graph.undirected_edges == frozenset()
    assert (0, 1) in learned.basis.products
