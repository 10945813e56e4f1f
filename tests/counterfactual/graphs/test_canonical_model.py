import numpy as np
import pytest
from oracles.response_functions import ResponseFunctions

from causal_magics.counterfactual.graphs import response_polytope
from causal_magics.counterfactual.graphs.c_factors import c_factors
from causal_magics.counterfactual.graphs.canonical_model import canonical_model, describe
from causal_magics.counterfactual.graphs.counterfactual_queries import (
    CounterfactualQuery,
    PotentialOutcome,
)
from causal_magics.counterfactual.graphs.discrete_graphs import graph_bounds
from causal_magics.counterfactual.graphs.query_polynomial import expand
from causal_magics.errors import UnknownNodeError
from causal_magics.graph.model import CausalGraph

BINARY = dict.fromkeys("WXYZMC", 2)


def levels_of(graph: CausalGraph) -> dict[str, int]:
    return {name: 2 for name in graph.nodes if name not in graph.latents}


def model_of(text: str, asked: str = "XY", held: str = ""):  # noqa: ANN201
    graph = CausalGraph.parse(text)
    return canonical_model(graph, levels_of(graph), asked, held)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("X -> Y -> C", "XY"),
        ("X -> Y; X -> C; Y <-> C", "XY"),  # it answers to all that Y answers to
        ("Z -> Y; X -> Y; X -> C; Y <-> C", "CXYZ"),  # but not to Z here
        ("Z -> X -> Y; X -> C; X <-> Y; Y <-> C", "CXYZ"),
        ("Z -> X -> Y; Z -> C; X -> C; X <-> Y; Y <-> C", "XYZ"),
        ("X -> Y; W -> C -> D; Z -> X", "XYZ"),
    ],
)
def test_effects_that_say_nothing_are_dropped(text: str, kept: str) -> None:
    assert sorted(model_of(text).graph.nodes) == sorted(kept)


def test_an_experiment_on_a_node_keeps_what_may_differ_there() -> None:
    text = "W -> X; X -> Y; W <-> C; C <-> X; X <-> W"
    assert "C" not in model_of(text).graph.nodes
    assert "C" in model_of(text, held="W").graph.nodes


@pytest.mark.parametrize(
    ("text", "shared"),
    [
        ("X -> Y; X <-> Y", True),
        ("X -> Y; U -> {X Y}; U [latent]", True),
        ("Z -> X -> Y; U -> {X Y Z}; U [latent]", True),
        ("Z -> X -> Y; Z <-> X; X <-> Y; Z <-> Y", False),
        ("Z -> X -> Y; Z <-> X; X <-> Y", False),
        ("Z -> X -> Y; V -> U; U -> {X Y}; V -> Z; U [latent]; V [latent]", True),
        ("Z -> X -> Y; V <-> Z; V -> {X Y}; V [latent]", True),
    ],
)
def test_whether_one_hidden_cause_is_behind_a_district(text: str, shared: bool) -> None:
    assert ("Y" in model_of(text).shared) == shared


def test_nodes_that_are_not_observed_cannot_be_asked_for() -> None:
    graph = CausalGraph.parse("X -> Y; U -> {X Y}; U [latent]")
    with pytest.raises(UnknownNodeError):
        canonical_model(graph, {"X": 2, "Y": 2}, ["U"])
    with pytest.raises(UnknownNodeError):
        canonical_model(graph, {"X": 2, "Q": 2}, ["X"])


@pytest.mark.parametrize(
    "text",
    [
        "X -> M -> Y; X <-> Y",
        "Z -> X -> Y; X <-> Y",
        "W -> Z -> X -> Y; W <-> X; W <-> Y",
        "X -> M -> Y; X -> Y; M <-> Y",
    ],
)
@pytest.mark.parametrize("concentration", [0.05, 1.0])
def test_factors_are_probabilities_of_responses(text: str, concentration: float) -> None:
    """Each row that a joint distribution fixes holds in the model that made it."""
    graph = CausalGraph.parse(text)
    oracle = ResponseFunctions.of(graph)
    for seed in range(5):
        weights = oracle.random(np.random.default_rng(seed), concentration)
        model = canonical_model(graph, levels_of(graph), graph.nodes)
        joint = oracle.joint(weights, model.order)
        factors = c_factors(model, joint, model.order)
        assert factors.distance < 1e-9
        for event, value in factors.rows:
            events = [(node, level, dict(held)) for (node, held), level in event]
            units = np.ones(())
            for part in weights:
                units = np.multiply.outer(units, part)
            truth = float((units * oracle.indicator(events)).sum())
            assert value == pytest.approx(truth, abs=1e-6), describe(event)


def test_unseen_levels_leave_the_factors_of_earlier_nodes() -> None:
    model = model_of("Z -> Y; X -> Y; X <-> Y", "XYZ")
    order = model.order
    joint = np.zeros((2, 2, 2))
    index = [0, 0, 0]
    for x, y in np.ndindex(2, 2):
        for name, level in (("Z", 0), ("X", x), ("Y", y)):
            index[order.index(name)] = level
        joint[tuple(index)] = 0.25
    factors = c_factors(model, joint, order)
    assert factors.unseen == ("Y",)
    texts = {describe(event): value for event, value in factors.rows}
    assert texts["P(X=0)"] == 0.5
    assert texts["P(X=0, Y[X=0, Z=0]=0)"] == 0.25
    assert not any("Z=1, X" in text or "Y[X=0, Z=1]" in text for text in texts)


def test_worlds_share_what_is_set_nowhere_upstream() -> None:
    model = model_of("Z -> {X Y}; X -> Y; X <-> Y", "XYZ")
    query = CounterfactualQuery.pns("X", "Y")
    found = expand(model, query.terms)
    assert len(found) == 2  # one for each level of Z
    texts = {" ".join(sorted(describe(event) for event in monomial)) for monomial in found}
    assert texts == {f"P(Y[X=0, Z={z}]=0, Y[X=1, Z={z}]=1) P(Z={z})" for z in (0, 1)}


def test_events_that_exclude_each_other_have_probability_0() -> None:
    model = model_of("X -> Y; X <-> Y")
    y0, y1 = (PotentialOutcome.of("Y", level, {"X": 1}) for level in (0, 1))
    x0 = PotentialOutcome.of("X", 0, {"X": 1})
    x1 = PotentialOutcome.of("X", 1, {"X": 1})
    assert expand(model, [(1.0, [y0, y1])]) == {}
    assert expand(model, [(1.0, [y0, x0])]) == {}
    assert expand(model, [(1.0, [y0, x1])]) == expand(model, [(1.0, [y0])])
    assert expand(model, [(1.0, [y0]), (-1.0, [y0])]) == {}
    # Seen where it was taken, the outcome is the outcome under it.
    taken, seen = PotentialOutcome.of("X", 1), PotentialOutcome.of("Y", 1)
    assert expand(model, [(1.0, [taken, seen, y0])]) == {}


def test_tables_of_a_tree_are_as_sharp_as_types(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["Z -> X -> Y; X <-> Y", "Z -> {X Y}; X -> Y; X <-> Y", "X -> M -> Y; X -> Y; M <-> Y"]
    for text in texts:
        graph = CausalGraph.parse(text)
        oracle = ResponseFunctions.of(graph, {"Z": 3})
        nodes = list(graph.nodes)
        for seed in range(4):
            joint = oracle.joint(oracle.random(np.random.default_rng(seed), 0.3), nodes)
            for query in (CounterfactualQuery.pns("X", "Y"), CounterfactualQuery.ate("X", "Y")):
                types = graph_bounds(graph, joint, nodes, query)
                with monkeypatch.context() as patch:
                    patch.setattr(response_polytope, "MOST_TYPES", 1)
                    tables = graph_bounds(graph, joint, nodes, query)
                assert tables.kind == types.kind == "sharp"
                assert tuple(tables) == pytest.approx(tuple(types), abs=1e-6)


def test_tables_of_what_is_asked_together_are_no_sharper(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = CausalGraph.parse("Z -> X -> Y; X <-> Y")
    oracle = ResponseFunctions.of(graph)
    monkeypatch.setattr(response_polytope, "MOST_TYPES", 1)
    for seed in range(4):
        joint = oracle.joint(oracle.random(np.random.default_rng(seed), 0.3), ["Z", "X", "Y"])
        query = CounterfactualQuery.pns("X", "Y")
        sharp = graph_bounds(graph, joint, ["Z", "X", "Y"], query)
        with monkeypatch.context() as patch:
            patch.setattr(response_polytope, "_tree_decomposition", response_polytope._scopes)
            loose = graph_bounds(graph, joint, ["Z", "X", "Y"], query)
        assert loose.lower <= sharp.lower + 1e-7
        assert sharp.upper <= loose.upper + 1e-7
