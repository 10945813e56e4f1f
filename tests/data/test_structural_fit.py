"""Fitted structural models: known mechanisms come back; what cannot be fitted is refused."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from causal_magics.data.structural_fit import FittedMechanism, fit_structural_model
from causal_magics.data.structural_model import StructuralModel
from causal_magics.errors import CausalMagicsError, DataError, GraphError
from causal_magics.graph.model import CausalGraph

GRAPH = CausalGraph.parse("X -> Z -> Y; X -> Y")


def data(rows: int = 2_000, seed: int = 0) -> dict[str, NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    x = 120.0 + 15.0 * rng.standard_normal(rows)
    z = np.sin((x - 120.0) / 15.0) + 0.3 * rng.standard_normal(rows)
    y = 2.0 * z - 0.1 * x + rng.laplace(scale=0.2, size=rows)
    return {"Y": y, "X": x, "further": np.arange(rows) * 1.0, "Z": z}


def test_effects_of_what_is_set_come_back() -> None:
    model = fit_structural_model(GRAPH, data())
    for setting in (100.0, 120.0, 140.0):
        rows = model.rows(20_000, {"X": setting})
        assert rows[:, 1].mean() == pytest.approx(np.sin((setting - 120.0) / 15.0), abs=0.06)
    moved = model.rows(5_000, {"Z": 1.0})[:, 2] - model.rows(5_000, {"Z": -1.0})[:, 2]
    assert moved.mean() == pytest.approx(4.0, abs=0.15)


def test_what_nature_does_comes_back_in_the_units_of_the_data() -> None:
    given = data()
    model = fit_structural_model(GRAPH, given)
    rows = dict(zip(GRAPH.nodes, model.rows(20_000).T, strict=True))
    assert model.units is not None
    for name in GRAPH.nodes:
        assert rows[name].mean() == pytest.approx(given[name].mean(), abs=0.1 * given[name].std())
        assert rows[name].std() == pytest.approx(given[name].std(), rel=0.05)
        assert model.units[name] == pytest.approx((given[name].mean(), given[name].std()))
    assert repr(model) == "<StructuralModel: 3 variables, 3 edges, fitted>"


@given(st.lists(st.floats(0.1, 3), min_size=1, max_size=4), st.floats(-10, 10))
@settings(max_examples=20, deadline=None)
def test_a_linear_mechanism_is_found_exactly(weights: list[float], shift: float) -> None:
    weights[0] = -weights[0]
    rng = np.random.default_rng(1)
    parents = rng.standard_normal((300, len(weights)))
    mechanism = FittedMechanism.fit(parents, parents @ np.array(weights) + shift)
    far = 5.0 * rng.standard_normal((50, len(weights)))
    expected = far @ np.array(weights) + shift
    assert np.allclose(mechanism(*far.T), expected, atol=0.01 * (1.0 + np.abs(expected)))


def test_parents_that_act_together_are_found() -> None:
    rng = np.random.default_rng(2)
    parents = rng.standard_normal((2_000, 2))
    effect = parents[:, 0] * parents[:, 1] + 0.1 * rng.standard_normal(2_000)
    mechanism = FittedMechanism.fit(parents, effect)
    assert mechanism(np.array([2.0, -2.0]), np.array([1.0, 1.0])) == pytest.approx([2, -2], abs=0.1)
    assert mechanism.residuals.std() == pytest.approx(0.1, rel=0.1)


def test_what_has_no_cause_among_its_parents_is_noise() -> None:
    rng = np.random.default_rng(3)
    parents = rng.standard_normal((200, 5))
    effect = rng.standard_normal(200)
    mechanism = FittedMechanism.fit(parents, effect)
    assert mechanism(*parents.T).std() < 0.3
    assert mechanism.residuals.std() == pytest.approx(effect.std(), rel=0.1)


def test_few_rows_many_parents_and_two_values_are_fitted() -> None:
    rng = np.random.default_rng(4)
    graph = CausalGraph([*"abcdefghij", "y"], [(name, "y") for name in "abcdefghij"])
    frame = {name: rng.integers(0, 2, 16) * 1.0 for name in "abcdefghij"}
    frame["y"] = rng.standard_normal(16)
    assert np.isfinite(fit_structural_model(graph, frame).rows(100)).all()


def test_many_rows_are_thinned() -> None:
    model = fit_structural_model(CausalGraph.parse("X -> Z"), data(50_001))
    assert len(model.noise["Z"]) == 16_667


def test_residuals_keep_the_shape_of_noise() -> None:
    rng = np.random.default_rng(5)
    x = rng.standard_normal(3_000)
    y = x + rng.exponential(size=3_000)
    noise = fit_structural_model(CausalGraph.parse("X -> Y"), {"X": x, "Y": y}).noise["Y"]
    assert ((noise / noise.std()) ** 3).mean() == pytest.approx(2.0, abs=0.4)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"Z": None}, "The data have no column 'Z'"),
        ({"Z": np.full(2_000, np.nan)}, "missing values in 'Z' (2,000)"),
        ({"Z": np.ones(2_000)}, "'Z'"),
        ({"Z": np.array(["low", "high"] * 1_000)}, "Expected numbers in every column"),
        ({"Z": np.full(2_000, np.inf)}, "'Z'"),
    ],
)
def test_columns_that_cannot_be_fitted_are_refused(change: dict[str, object], told: str) -> None:
    frame = {name: column for name, column in (data() | change).items() if column is not None}
    with pytest.raises(DataError) as caught:
        fit_structural_model(GRAPH, frame)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_dag_is_refused_before_it_is_fitted() -> None:
    with pytest.raises(GraphError, match="Draw a common cause"):
        fit_structural_model(CausalGraph.parse("X <-> Y"), data())
    with pytest.raises(CausalMagicsError, match="Expected a graph with nodes, got none"):
        fit_structural_model(CausalGraph(), data())


def test_a_fitted_model_is_a_structural_model() -> None:
    assert isinstance(fit_structural_model(GRAPH, data(100)), StructuralModel)


def test_a_fitted_model_can_be_pickled() -> None:
    model = fit_structural_model(GRAPH, data(200))
    assert (pickle.loads(pickle.dumps(model)).rows(50) == model.rows(50)).all()
