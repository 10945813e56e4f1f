"""Bounds from an instrument: published studies, linear programs, and what is no instrument."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from counterfactual.populations import solved

from causal_magics.counterfactual.bounding.instruments import instrumental_bounds
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.errors import ContradictionError, CounterfactualError, OptionError

GOLDEN = json.loads((Path(__file__).parents[2] / "golden/counterfactual.json").read_text("utf-8"))
SIZES = (2, 2, 2), (3, 2, 2), (2, 2, 3), (2, 3, 2), (4, 2, 2)


@pytest.mark.parametrize("case", GOLDEN["instrumental"], ids=lambda case: case["name"])
def test_published_values(case: dict[str, Any]) -> None:
    # The file has (y, d) = 00, 01, 10, 11.
    observed = np.array([case["z0"], case["z1"]]).reshape(2, 2, 2).transpose(0, 2, 1)
    for quantity in case.keys() & {"ate", "pns"}:
        found = instrumental_bounds(observed, quantity)
        assert isinstance(found.lower, float)
        assert [*found] == pytest.approx(case[quantity], abs=case["tolerance"])


def balke_pearl_ate(p: np.ndarray) -> tuple[float, float]:
    """Return the eight terms each of Balke & Pearl (1997), p[z, d, y], in closed form."""

    def q(y: int, d: int, z: int) -> float:
        return float(p[z, d, y])

    lower = [
        q(1, 1, 1) + q(0, 0, 0) - 1,
        q(1, 1, 0) + q(0, 0, 1) - 1,
        q(1, 1, 0) - q(1, 1, 1) - q(1, 0, 1) - q(0, 1, 0) - q(1, 0, 0),
        q(1, 1, 1) - q(1, 1, 0) - q(1, 0, 0) - q(0, 1, 1) - q(1, 0, 1),
        -q(0, 1, 1) - q(1, 0, 1),
        -q(0, 1, 0) - q(1, 0, 0),
        q(0, 0, 1) - q(0, 1, 1) - q(1, 0, 1) - q(0, 1, 0) - q(0, 0, 0),
        q(0, 0, 0) - q(0, 1, 0) - q(1, 0, 0) - q(0, 1, 1) - q(0, 0, 1),
    ]
    upper = [
        1 - q(0, 1, 1) - q(1, 0, 0),
        1 - q(0, 1, 0) - q(1, 0, 1),
        -q(0, 1, 0) + q(0, 1, 1) + q(0, 0, 1) + q(1, 1, 0) + q(0, 0, 0),
        -q(0, 1, 1) + q(1, 1, 1) + q(0, 0, 1) + q(0, 1, 0) + q(0, 0, 0),
        q(1, 1, 1) + q(0, 0, 1),
        q(1, 1, 0) + q(0, 0, 0),
        -q(1, 0, 1) + q(1, 1, 1) + q(0, 0, 1) + q(1, 1, 0) + q(1, 0, 0),
        -q(1, 0, 0) + q(1, 1, 0) + q(0, 0, 0) + q(1, 1, 1) + q(1, 0, 1),
    ]
    return max(lower), min(upper)


def types_of(size: tuple[int, int, int], no_defiers: bool = False) -> list[Any]:
    n_values, n_arms, n_levels = size
    uptakes = [
        uptake
        for uptake in product(range(n_arms), repeat=n_values)
        if not no_defiers or list(uptake) == sorted(uptake)
    ]
    return list(product(uptakes, product(range(n_levels), repeat=n_arms)))


def drawn(size: tuple[int, int, int], strata: int, no_defiers: bool = False) -> Any:
    """Return random shares of all types, the rows of P(d, y | z), and the types."""
    types = types_of(size, no_defiers)
    generator = np.random.default_rng((*size, no_defiers))
    shares = generator.dirichlet(np.full(len(types), 0.3), size=strata)
    rows = [
        [float(uptake[z] == d and responses[d] == y) for uptake, responses in types]
        for z, d, y in np.ndindex(*size)
    ]
    return shares, np.array(rows), types


def test_binary_effects_are_in_closed_form() -> None:
    shares, rows, _ = drawn((2, 2, 2), 1_000)
    observed = (shares @ rows.T).reshape(-1, 2, 2, 2)
    found = instrumental_bounds(observed)
    expected = np.array([balke_pearl_ate(table) for table in observed]).T
    np.testing.assert_allclose([found.lower, found.upper], expected, atol=1e-9)


@pytest.mark.parametrize("no_defiers", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_payoffs_are_those_of_linear_programs(size: tuple[int, int, int], no_defiers: bool) -> None:
    shares, rows, types = drawn(size, 8, no_defiers)
    values = np.random.default_rng(0).normal(size=(size[2], size[2]))
    costs = np.array([values[responses[0], responses[1]] for _, responses in types])
    cells = shares @ rows.T
    found = instrumental_bounds(cells.reshape(-1, *size), Payoff(values), no_defiers=no_defiers)
    expected = solved(costs, rows, cells)
    np.testing.assert_allclose([found.lower, found.upper], expected, atol=1e-8)
    assert (found.lower - 1e-9 <= shares @ costs).all()
    assert (shares @ costs <= found.upper + 1e-9).all()


def test_full_compliance_is_an_experiment() -> None:
    observed = [[[0.6, 0.4], [0, 0]], [[0, 0], [0.3, 0.7]]]
    assert [*instrumental_bounds(observed)] == pytest.approx([0.3, 0.3])
    assert [*instrumental_bounds(observed, "pns")] == pytest.approx([0.3, 0.6])
    assert [*instrumental_bounds(observed, contrast=(1, 0))] == pytest.approx([-0.3, -0.3])
    assert instrumental_bounds(observed, (1, 0, 0, -2)).quantity == "benefit"


def test_one_value_is_no_more_than_observations() -> None:
    assert [*instrumental_bounds([[[0.2, 0.3], [0.1, 0.4]]])] == pytest.approx([-0.4, 0.6])


def test_what_is_no_instrument_is_told_by_its_inequality() -> None:
    with pytest.raises(ContradictionError, match=r"it fails by 0\.8") as told:
        instrumental_bounds([[[0.9, 0], [0, 0.1]], [[0, 0.9], [0.1, 0]]])
    assert told.value.inequality == "sum over y of max over z of P(y, d=0 | z) <= 1"
    assert told.value.excess == pytest.approx(0.8)


def test_defiers_are_told() -> None:
    observed = np.array([[[[0.4, 0.1], [0.2, 0.3]], [[0.2, 0.2], [0.3, 0.3]]]] * 2)
    instrumental_bounds(observed)
    with pytest.raises(ContradictionError, match="leave out no_defiers") as told:
        instrumental_bounds(observed, no_defiers=True)
    assert told.value.inequality == "P(y=1, d=0 | z=1) <= P(y=1, d=0 | z=0)"
    assert told.value.excess == pytest.approx(0.1)
    observed = [[[0.4, 0.2], [0.1, 0.3]], [[0.4, 0.1], [0.3, 0.2]]]
    with pytest.raises(ContradictionError, match=r"fails by 0\.1") as told:
        instrumental_bounds(observed, no_defiers=True)
    assert told.value.inequality == "P(y=1, d=1 | z=1) >= P(y=1, d=1 | z=0)"


def test_more_values_have_more_inequalities() -> None:
    """Three values of an instrument can be impossible though Pearl's inequality holds."""
    generator = np.random.default_rng(0)
    for _ in range(200):
        observed = generator.dirichlet(np.ones(4), size=3).reshape(3, 2, 2)
        if observed.max(axis=0).sum(axis=1).max() > 1:
            continue
        try:
            instrumental_bounds(observed)
        except ContradictionError as told:
            assert "P(d=" in told.inequality  # noqa: PT017
            assert told.excess > 0  # noqa: PT017
            return
    pytest.fail("no such table was drawn")


@pytest.mark.parametrize(
    ("observed", "message"),
    [
        ([0.5, 0.5], r"got shape \(2,\)"),
        ("none", "of shape"),
        ([[[0.5, 0.5]]], "Give two arms and levels or more"),
        ([[[50, 10], [20, 20]]], "divide counts by their sum"),
        ([[[0.5, 0.1], [0.1, 0.1]]], "got 0.8. Give P.* of every arm and level"),
        ([[[1.5, -0.5], [0.0, 0.0]]], "got -0.5"),
        ([[[np.nan, 0.5], [0.5, 0.0]]], "got nan"),
        (np.full((16, 2, 2), 0.25), "types of units, got 262,144 for 16 values"),
    ],
)
def test_bad_input_gets_one_readable_line(observed: Any, message: str) -> None:
    with pytest.raises(CounterfactualError, match=message) as told:
        instrumental_bounds(observed)
    assert "\n" not in str(told.value)


def test_bad_options_are_refused() -> None:
    observed = [[[0.25, 0.25], [0.25, 0.25]]]
    with pytest.raises(OptionError, match="payoff among ate, pns, got 'att'"):
        instrumental_bounds(observed, "att")
    with pytest.raises(CounterfactualError, match="payoff of 2 outcome levels"):
        instrumental_bounds(observed, np.eye(3))
    with pytest.raises(CounterfactualError, match="contrast of two arms"):
        instrumental_bounds(observed, contrast=(0, 2))
    with pytest.raises(CounterfactualError, match="weights that differ, got 1"):
        instrumental_bounds(observed, np.ones((2, 2)))
    with pytest.raises(OptionError, match="no_defiers to be True or False, got 'no'"):
        instrumental_bounds(observed, no_defiers="no")  # type: ignore[arg-type]
