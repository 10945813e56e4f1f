from itertools import product

import numpy as np
import pytest
from scipy import sparse

from causal_magics.counterfactual.graphs import multilinear, polytope_program
from causal_magics.counterfactual.graphs.multilinear import MultilinearProgram
from causal_magics.counterfactual.graphs.polytope_program import Infeasible, PolytopeProgram
from causal_magics.counterfactual.graphs.polytope_vertices import vertices_of
from causal_magics.counterfactual.graphs.response_polytope import Polytope


def random_polytope(rng: np.random.Generator, size: int, rows: int, asked: int) -> Polytope:
    """Return the distributions over some types with some known probabilities of events."""
    point = rng.dirichlet(np.ones(size))
    known = np.vstack([np.ones(size), rng.integers(0, 2, size=(rows, size))])
    events = rng.integers(0, 2, size=(asked, size))
    return Polytope(
        sparse.csr_array(known.astype(float)),
        known @ point,
        ("", *["row"] * rows),
        {},
        sparse.csr_array(events.astype(float)),
        size,
    )


def by_vertices(polytopes: list[Polytope], monomials: list, weights: np.ndarray) -> float:
    corners = [vertices_of(polytope) for polytope in polytopes]
    return min(
        sum(
            weight * np.prod([choice[p][j] for p, j in monomial])
            for weight, monomial in zip(weights, monomials, strict=True)
        )
        for choice in product(*corners)
    )


def random_case(seed: int) -> tuple[list[Polytope], list, np.ndarray]:
    rng = np.random.default_rng(seed)
    polytopes = [random_polytope(rng, 5, 2, 3) for _ in range(3)]
    monomials = [(), ((0, 1),), ((0, 0), (1, 0)), ((0, 2), (1, 1)), ((0, 1), (1, 2))]
    monomials += [((2, 0),), ((0, 0), (1, 2), (2, 1)), ((1, 0), (2, 2))]
    return polytopes, monomials, rng.normal(size=len(monomials))


@pytest.mark.parametrize("seed", range(10))
def test_the_least_value_is_at_vertices(seed: int) -> None:
    polytopes, monomials, weights = random_case(seed)
    found = MultilinearProgram(polytopes, monomials, 0).minimise(weights)
    assert found.outer == found.inner == pytest.approx(by_vertices(polytopes, monomials, weights))


@pytest.mark.parametrize("seed", range(6))
def test_one_polytope_may_have_too_many_vertices(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    polytopes, monomials, weights = random_case(seed)
    expected = by_vertices(polytopes, monomials, weights)
    monkeypatch.setattr(
        multilinear, "vertices_of", lambda p: None if p is polytopes[1] else vertices_of(p)
    )
    found = MultilinearProgram(polytopes, monomials, 0).minimise(weights)
    assert found.outer == found.inner == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("seed", range(8))
def test_branching_closes_the_gap(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    polytopes, monomials, weights = random_case(seed)
    expected = by_vertices(polytopes, monomials, weights)
    monkeypatch.setattr(multilinear, "vertices_of", lambda _: None)
    rough = MultilinearProgram(polytopes, monomials, 0).minimise(weights)
    exact = MultilinearProgram(polytopes, monomials, 300).minimise(weights)
    assert rough.outer <= expected + 1e-6
    assert expected - 1e-6 <= rough.inner
    assert exact.outer == pytest.approx(expected, abs=1e-5)
    assert exact.inner == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_ranges_bound_what_is_too_large_for_products(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    polytopes, monomials, weights = random_case(seed)
    expected = by_vertices(polytopes, monomials, weights)
    monkeypatch.setattr(multilinear, "vertices_of", lambda _: None)
    monkeypatch.setattr("causal_magics.counterfactual.graphs.relaxation.MOST_PRODUCTS", 1)
    found = MultilinearProgram(polytopes, monomials, 300).minimise(weights)
    assert found.outer <= expected + 1e-7
    assert found.inner >= expected - 1e-7


def test_polytopes_that_no_product_joins_are_one_program() -> None:
    rng = np.random.default_rng(0)
    polytopes = [random_polytope(rng, 5, 2, 2) for _ in range(4)]
    monomials = [((p, j),) for p in range(4) for j in range(2)]
    weights = rng.normal(size=8)
    found = MultilinearProgram(polytopes, monomials, 0).minimise(weights)
    expected = sum(
        (vertices_of(polytope) @ weights[2 * p : 2 * p + 2]).min()
        for p, polytope in enumerate(polytopes)
    )
    assert found.outer == found.inner == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("has_highspy", [True, False])
def test_programs_are_solved_with_and_without_warm_starts(
    has_highspy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if has_highspy:
        pytest.importorskip("highspy")
    else:
        monkeypatch.setattr(polytope_program, "_has_highspy", lambda: False)
    polytope = random_polytope(np.random.default_rng(1), 6, 2, 1)
    corners = vertices_of(
        Polytope(polytope.matrix, polytope.right, (), {}, sparse.eye_array(6).tocsr(), 6)
    )
    program = PolytopeProgram(polytope.matrix, polytope.right)
    for seed in range(5):
        costs = np.random.default_rng(seed).normal(size=6)
        assert program.minimise(costs)[0] == pytest.approx((corners @ costs).min(), abs=1e-8)
    extra = sparse.csr_array(np.eye(6)[:1] - 0.5 * np.ones((1, 6)))
    held = PolytopeProgram(polytope.matrix, polytope.right, extra)
    value, _ = held.minimise(-np.eye(6)[0])
    assert -value == pytest.approx(min(0.5, corners[:, 0].max()), abs=1e-7)
    impossible = PolytopeProgram(polytope.matrix, -polytope.right)
    with pytest.raises(Infeasible):
        impossible.minimise(np.ones(6))
