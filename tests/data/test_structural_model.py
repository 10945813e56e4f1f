"""Structural models: closed forms of what is set and what follows; what is refused, in one line."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causal_magics.data.structural_model import StructuralModel
from causal_magics.errors import CausalMagicsError, GraphError, OptionError, UnknownNodeError
from causal_magics.graph.model import CausalGraph

CHAIN = CausalGraph.parse("X -> Z -> Y; X -> Y")
PAIR = CausalGraph.parse("X -> Y")
LINEAR = {"Z": lambda X: 2.0 * X, "Y": lambda Z, X: 3.0 * Z - X}


def test_rows_have_the_moments_of_the_linear_model() -> None:
    model = StructuralModel(CHAIN, LINEAR, noise={"X": 1.0, "Z": 0.5, "Y": 0.0})
    rows = dict(zip(CHAIN.nodes, model.rows(200_000).T, strict=True))
    assert rows["Z"].var() == pytest.approx(4.25, rel=0.02)
    assert rows["Y"] == pytest.approx(3.0 * rows["Z"] - rows["X"])


def test_what_is_set_leaves_its_causes_alone_and_moves_its_effects() -> None:
    model = StructuralModel(CHAIN, LINEAR, noise=0.5)
    natural, acted = model.sample(1_000, seed=1), model.sample(1_000, {"Z": 4.0}, seed=1)
    assert list(acted.columns) == ["X", "Z", "Y"]
    assert (acted["X"] == natural["X"]).all()
    assert (acted["Z"] == 4.0).all()
    moved = acted["Y"] - natural["Y"]
    assert np.allclose(moved, 3.0 * (4.0 - natural["Z"]))


def test_everything_can_be_set_at_once() -> None:
    rows = StructuralModel(CHAIN, LINEAR).rows(3, {"X": 1.0, "Z": 2.0, "Y": 3.0})
    assert (rows == [1.0, 2.0, 3.0]).all()


@given(st.permutations(["X", "Z", "W"]))
@settings(max_examples=10, deadline=None)
def test_parents_go_where_their_names_say(order: list[str]) -> None:
    graph = CausalGraph.parse("X -> Y; Z -> Y; W -> Y")
    weights = {"X": 1.0, "Z": 10.0, "W": 100.0}
    body = " + ".join(f"{weights[name]} * {name}" for name in order)
    mechanism = eval(f"lambda {', '.join(order)}: {body}")
    model = StructuralModel(graph, {"Y": mechanism}, noise={"Y": 0.0})
    rows = dict(zip(graph.nodes, model.rows(50).T, strict=True))
    assert np.allclose(rows["Y"], sum(weights[name] * rows[name] for name in weights))


@pytest.mark.parametrize(
    "mechanism",
    [lambda p, q: p - q, lambda *every: every[0] - every[1], np.subtract, lambda p, q, r=0: p - q],
)
def test_other_parameters_get_the_parents_in_the_order_of_the_graph(mechanism: object) -> None:
    graph = CausalGraph(["b <'&>", "a", "Y"], [("a", "Y"), ("b <'&>", "Y")])
    rows = StructuralModel(graph, {"Y": mechanism}, noise={"Y": 0.0}).rows(20)
    assert np.allclose(rows[:, 2], rows[:, 0] - rows[:, 1])


def test_noise_may_be_drawn_from_numbers() -> None:
    graph = CausalGraph.parse("X -> Y")
    model = StructuralModel(graph, {"X": lambda: 5.0, "Y": np.sign}, {"X": [1.0, 2.0], "Y": 0.0})
    rows = model.rows(100)
    assert set(rows[:, 0]) == {6.0, 7.0}
    assert (rows[:, 1] == 1.0).all()


def test_functional_nodes_have_no_noise() -> None:
    graph = CausalGraph.parse("X -> Y").set_roles("Y", "functional")
    rows = StructuralModel(graph, {"Y": np.square}).rows(50)
    assert (rows[:, 1] == rows[:, 0] ** 2).all()


def test_the_same_seed_gives_the_same_rows() -> None:
    model = StructuralModel(CHAIN, LINEAR)
    assert (model.rows(9, seed=3) == model.rows(9, seed=3)).all()
    assert (model.rows(9, seed=3) != model.rows(9, seed=4)).any()
    assert repr(model) == "<StructuralModel: 3 variables, 3 edges>"


def fail() -> float:
    raise ValueError("first\nsecond")


@pytest.mark.parametrize(
    ("mechanism", "told"),
    [
        (lambda X, W: X, "to take 'X', 'Z', got a function of 'X', 'W'"),
        (lambda a: a, "to take 'X', 'Z', got a function of 'a'"),
        (lambda: 1.0, "got a function of nothing"),
        (np.tanh, "got a function of 'x1'"),
        (lambda X, Z: X / (0 * Z), "Expected finite numbers from the mechanism of 'Y'"),
        (lambda X, Z: X[:2], "one for each row, got an array of shape (2,)"),
        (lambda X, Z: X + 1j, "Expected real numbers from the mechanism of 'Y', got complex ones"),
        (lambda X, Z: fail(), "failed: ValueError: first second. It is called with arrays"),
        (lambda X, Z: "much", "Expected numbers from the mechanism of 'Y', got str"),
        (lambda X, Z: X if X > 0 else Z, "choose between values with numpy.where"),
        (3.0, "Expected the mechanism of 'Y' to be a function, got float"),
        (None, "got none for 'Y'. Give a function of 'X', 'Z'."),
    ],
)
def test_mechanisms_that_do_not_fit_are_refused_in_one_line(mechanism: object, told: str) -> None:
    with pytest.raises(OptionError) as caught:
        StructuralModel(CausalGraph.parse("X -> Y <- Z"), {"Y": mechanism})
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "kind", "told"),
    [
        (("X -> Y", {}), OptionError, "got none for 'Y'. Give a function of 'X'."),
        (("X -> Y", {"y": np.tanh}), UnknownNodeError, "Did you mean 'Y'?"),
        (("X -> Y", [np.tanh]), OptionError, "Expected mechanisms by the names of nodes, got list"),
        (("X -> Y", {"Y": np.tanh}, -1.0), OptionError, "a standard deviation from 0"),
        (("X -> Y", {"Y": np.tanh}, float("nan")), OptionError, "got nan"),
        (("X -> Y", {"Y": np.tanh}, {"Y": []}), OptionError, "noise of 'Y'"),
        (("X -> Y", {"Y": np.tanh}, True), OptionError, "got True"),
        (("X -> Y", {"Y": np.tanh}, "1"), OptionError, "got '1'"),
        (("X -> Y", {"Y": np.tanh}, np.cos), OptionError, "Draw the numbers from it"),
        (("X -> Y", {"Y": np.tanh}, {"Q": 1.0}), UnknownNodeError, "no node 'Q'"),
        (("X <-> Y", {}), GraphError, "Draw a common cause <-> as a node"),
        (("X -- Y", {}), GraphError, "got a graph with --"),
        (("X @-> Y", {}), GraphError, "got a graph with @->"),
    ],
)
def test_what_is_no_model_is_refused(
    arguments: tuple[str, object], kind: type[CausalMagicsError], told: str
) -> None:
    text, *rest = arguments
    with pytest.raises(kind) as caught:
        StructuralModel(CausalGraph.parse(text), *rest)
    assert told in str(caught.value)


@pytest.mark.parametrize("role", ["latent", "selection"])
def test_nodes_that_rows_do_not_show_are_refused(role: str) -> None:
    graph = CausalGraph.parse("X -> Y").set_roles("X", role)
    with pytest.raises(GraphError, match=f"got the {role} node 'X'"):
        StructuralModel(graph, {"Y": np.tanh})


@pytest.mark.parametrize(
    ("units", "told"),
    [
        ({"X": (0.0, 0.0), "Y": (0.0, 1.0)}, "units of 'X'"),
        ({"X": (0.0, 1.0)}, "units of 'Y' as its mean and a standard deviation above 0, got None"),
        ({"X": (0.0, 1.0), "Y": (np.nan, 1.0)}, "units of 'Y'"),
        ({"X": 3.0, "Y": (0.0, 1.0)}, "got 3.0. Give a pair for each node"),
        ([(0.0, 1.0)], "Expected units by the names of nodes, got list"),
    ],
)
def test_units_that_are_none_are_refused(units: object, told: str) -> None:
    with pytest.raises(OptionError) as caught:
        StructuralModel(PAIR, {"Y": np.tanh}, units=units)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "kind", "told"),
    [
        ({"do": {"Q": 1.0}}, UnknownNodeError, "no node 'Q'"),
        ({"do": {"X": float("inf")}}, OptionError, "finite number that 'X' is set to, got inf"),
        ({"do": {"X": "1"}}, OptionError, "got '1'. Give one, as in do={'X': 1.0}."),
        ({"do": {"X": None}}, OptionError, "got None"),
        ({"do": {"X": [1]}}, OptionError, "got [1]"),
        ({"do": {"X": 10**400}}, OptionError, "got 1000"),
        ({"do": ["X"]}, OptionError, "Expected do by the names of nodes, got list"),
        ({"do": []}, OptionError, "Expected do by the names of nodes, got list"),
        ({"seed": -1}, OptionError, "Expected seed to be a whole number from 0, got -1"),
    ],
)
def test_settings_that_cannot_be_are_refused(
    options: dict[str, object], kind: type[CausalMagicsError], told: str
) -> None:
    with pytest.raises(kind) as caught:
        StructuralModel(PAIR, {"Y": np.tanh}).sample(3, **options)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("factor", [-1, float("nan"), float("inf"), "2", None])
def test_factors_of_noise_that_cannot_be_are_refused(factor: object) -> None:
    with pytest.raises(OptionError, match="from 0 that noise is multiplied by"):
        StructuralModel(PAIR, {"Y": np.tanh}).with_noise_times(factor)


def test_models_of_functions_that_can_be_pickled_can_be_so_after_use() -> None:
    model = StructuralModel(PAIR, {"Y": np.tanh})
    assert (pickle.loads(pickle.dumps(model)).rows(9) == model.rows(9)).all()
