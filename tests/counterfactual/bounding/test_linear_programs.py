"""Many linear programs at once, and the vertices of their duals, against one program each."""

from __future__ import annotations

import numpy as np
import pytest
from counterfactual.populations import (
    SOURCES,
    constraints,
    populations,
    response_tuples,
    solved,
)

from causal_magics.counterfactual.bounding.dual_vertices import dual_vertices
from causal_magics.counterfactual.bounding.linear_programs import LinearProgram, minimise
from causal_magics.counterfactual.bounding.response_types import program_of_types, response_types
from causal_magics.errors import CounterfactualError

SHAPES = (2, 2), (3, 2), (2, 3), (4, 2), (3, 3), (2, 5)


@pytest.mark.parametrize("monotone", [False, True])
@pytest.mark.parametrize(("n_arms", "n_levels"), SHAPES)
def test_response_types_are_all_outcomes_under_all_arms(
    n_arms: int, n_levels: int, monotone: bool
) -> None:
    found = response_types(n_arms, n_levels, monotone=monotone)
    assert [*map(tuple, found.tolist())] == response_tuples(n_arms, n_levels, monotone)


@pytest.mark.parametrize("sources", SOURCES)
@pytest.mark.parametrize(("n_arms", "n_levels"), SHAPES)
def test_programs_of_types_state_what_the_data_fix(
    n_arms: int, n_levels: int, sources: str
) -> None:
    worth = np.random.default_rng(0).normal(size=(n_levels,) * n_arms)
    program = program_of_types(worth, sources)  # type: ignore[arg-type]
    drawn = populations(5, n_arms, n_levels)
    shares = drawn.shares.reshape(5, -1)
    if sources == "experiment":
        shares = drawn.shares.sum(axis=1)
    cells = drawn.of(sources).cells
    np.testing.assert_allclose(shares @ program.matrix.T, cells @ program.data.T, atol=1e-12)
    np.testing.assert_allclose(shares @ program.costs, drawn.mean(worth), atol=1e-12)


@pytest.mark.parametrize("monotone", [False, True])
@pytest.mark.parametrize("sources", SOURCES)
@pytest.mark.parametrize(("n_arms", "n_levels"), SHAPES)
def test_many_programs_at_once_are_each_of_them(
    n_arms: int, n_levels: int, sources: str, monotone: bool
) -> None:
    generator = np.random.default_rng(1)
    matrix, columns = constraints(n_arms, n_levels, sources, monotone)
    for seed in range(2):
        worth = generator.normal(size=(n_levels,) * n_arms)
        if seed:
            worth = np.sign(worth.round())  # many ties
        cells = populations(8, n_arms, n_levels, monotone=monotone, seed=seed).of(sources).cells
        program = program_of_types(worth, sources, monotone=monotone)  # type: ignore[arg-type]
        lower, missing = minimise(program, cells)
        upper, _ = minimise(program.with_costs(-program.costs), cells)
        costs = np.array([worth[responses] for _, responses in columns])
        expected = solved(costs, matrix, cells)
        assert not missing
        np.testing.assert_allclose(lower, expected[0], atol=1e-8)
        np.testing.assert_allclose(-upper, expected[1], atol=1e-8)


@pytest.mark.parametrize("sources", SOURCES)
@pytest.mark.parametrize(("n_arms", "n_levels"), [(2, 2), (3, 2), (2, 3), (2, 4)])
def test_the_largest_vertex_is_the_least_value(n_arms: int, n_levels: int, sources: str) -> None:
    worth = np.random.default_rng(2).normal(size=(n_levels,) * n_arms)
    program = program_of_types(worth, sources)  # type: ignore[arg-type]
    vertices = dual_vertices(program)
    assert vertices is not None
    cells = populations(400, n_arms, n_levels).of(sources).cells
    values, _ = minimise(program, cells)
    np.testing.assert_allclose((cells @ vertices.T).max(axis=1), values, atol=1e-9)


@pytest.mark.parametrize(("n_arms", "n_levels"), [(2, 2), (3, 2), (2, 3), (2, 4)])
def test_vertices_are_the_corners_of_what_is_dual_feasible(n_arms: int, n_levels: int) -> None:
    for seed in range(6):
        most = 50 if seed < 3 else 2  # few numbers: corners where more than enough edges meet
        worth = np.random.default_rng(seed).integers(0, most, size=(n_levels,) * n_arms)
        program = program_of_types(worth, "both").independent()
        prices = dual_vertices(
            LinearProgram(program.costs, program.matrix, np.eye(len(program.matrix)))
        )
        assert prices is not None
        assert len(np.unique(prices.round(6), axis=0)) == len(prices)
        slack = program.costs - prices @ program.matrix
        assert slack.min() >= -1e-9
        for corner in slack:
            tight = program.matrix[:, corner <= 1e-9]
            assert np.linalg.matrix_rank(tight) == len(program.matrix)


def test_three_arms_have_about_thirty_vertices() -> None:
    counts = set()
    for seed in range(10):
        worth = np.random.default_rng(seed).normal(size=(2, 2, 2))
        vertices = dual_vertices(program_of_types(worth, "both"))
        assert vertices is not None
        counts.add(len(vertices))
    assert counts <= set(range(24, 34))


def test_too_many_vertices_are_none() -> None:
    worth = np.random.default_rng(0).normal(size=(3, 3, 3))
    assert dual_vertices(program_of_types(worth, "both"), most_bases=500) is None


def test_data_that_no_shares_fit_are_told_by_an_inequality() -> None:
    program = LinearProgram(np.zeros(2), np.array([[1.0, 0.0], [1.0, 1.0]]), np.eye(2))
    values, infeasible = minimise(program, np.array([[0.25, 1.0], [1.5, 1.0]]))
    assert values[0] == 0
    assert np.isnan(values[1])
    (found,) = infeasible
    assert found.stratum == 1
    assert found.excess == pytest.approx(0.5)
    assert found.in_words(["P(a)", "P(b)"]) == "P(a) <= P(b)"


def test_rounded_data_are_those_that_they_are_near() -> None:
    worth = np.random.default_rng(0).normal(size=(3, 3))
    program = program_of_types(worth, "both")
    shares = np.zeros((50, 18))
    generator = np.random.default_rng(0)
    for row in shares:  # few types, so that most is at the edge of what is possible
        row[generator.choice(18, 4, replace=False)] = generator.dirichlet(np.ones(4))
    cells = shares @ program.matrix.T
    values, none = minimise(program, cells)
    rounded, still_none = minimise(program, cells.round(6))
    assert not none
    assert not still_none
    np.testing.assert_allclose(rounded, values, atol=1e-4)


def test_too_many_types_are_refused_in_one_line() -> None:
    with pytest.raises(CounterfactualError, match=r"10 arms of 3 levels\. Merge levels"):
        program_of_types(np.zeros((3,) * 10), "both")
