"""Small graphs are asked as a whole, so that bounds are sharp."""

from __future__ import annotations

import numpy as np
import pytest
from oracles.response_models import ResponseModel

from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.graphs.counterfactual_queries import CounterfactualQuery
from causal_magics.counterfactual.graphs.discrete_graphs import Experiment, graph_bounds
from causal_magics.counterfactual.graphs.narrowing import ALL, narrow
from causal_magics.counterfactual.graphs.narrowing_question import ask
from causal_magics.counterfactual.graphs.narrowing_whole import whole_graph_bounds
from causal_magics.graph.model import CausalGraph

PAYOFF = Payoff.of((2, 1, 0, -3))
BY_STEPS = (
    "X -> Y; X <-> Y", "Z -> X; Z -> Y; X -> Y", "Z -> Y; X -> Y", "Z -> X; X -> Y; X <-> Y",
    "X -> M -> Y", "X -> M -> Y; X -> Y", "X -> M -> Y; X <-> Y", "Z -> Y; X -> M -> Y; X -> Y",
    "Z -> X; Z -> M; X -> M -> Y", "X -> M -> N -> Y",
)  # fmt: skip
AS_A_WHOLE = (
    "X -> M -> Y; X <-> M", "X -> M -> Y; X -> N -> Y", "X -> M -> Y; M <-> Y",
    "Z -> X; Z -> Y; X -> M -> Y; X <-> M", "W -> X; X -> M -> Y; X <-> Y",
)  # fmt: skip


@pytest.mark.parametrize("payoff", [Payoff.pns(), PAYOFF])
@pytest.mark.parametrize("text", [*BY_STEPS, *AS_A_WHOLE])
def test_bounds_are_those_of_all_models_of_the_graph(text: str, payoff: Payoff) -> None:
    graph = CausalGraph.parse(text)
    query, gains = CounterfactualQuery.benefit("X", "Y", payoff), []
    for seed in range(4):
        model = ResponseModel(graph, seed, {"Z": 3} if seed == 3 and "Z -> Y" not in text else {})
        every = graph_bounds(graph, model.joint, graph.nodes, query)
        found = narrow(graph, model.joint, "X", "Y", payoff=payoff)
        assert every.kind == found.bounds.kind == "sharp"
        assert [*found.bounds] == pytest.approx([*every], abs=1e-5)
        truth = model.benefit("X", "Y", payoff.values)
        assert found.bounds.lower - 1e-7 <= truth <= found.bounds.upper + 1e-7
        gains += [step.gain for step in found.steps if step.words == ALL]
    if text in AS_A_WHOLE:
        assert max(gains) > 1e-3
    elif payoff == Payoff.pns():
        assert not gains


def test_values_of_an_instrument_that_no_unit_has_are_left_out() -> None:
    graph = CausalGraph.parse("Z -> X; X -> Y; X <-> Y")
    joint = ResponseModel(graph, 1).joint
    wide = np.concatenate([joint, np.zeros((1, 2, 2))])
    found, expected = (narrow(graph, each, "X", "Y").bounds for each in (wide, joint))
    assert [*found] == pytest.approx([*expected])
    assert found.width < narrow(graph.add_edge("Z", "Y"), joint, "X", "Y").bounds.width


@pytest.mark.parametrize("text", ["Z -> X; X -> Y; X <-> Y", "X -> M -> Y; X <-> M"])
def test_an_experiment_is_met_with_the_graph(text: str) -> None:
    graph = CausalGraph.parse(text)
    model = ResponseModel(graph, 0)
    arms = [model.benefit("X", "Y", np.array(w)) for w in ([[0, 1], [0, 1]], [[0, 0], [1, 1]])]
    told = [Experiment({"X": arm}, [1 - p, p], ["Y"]) for arm, p in enumerate(arms[::-1])]
    pns = CounterfactualQuery.pns("X", "Y")
    every = graph_bounds(graph, model.joint, graph.nodes, pns, experiments=told)
    found = narrow(graph, model.joint, "X", "Y", experiment=arms)
    assert every.kind == found.bounds.kind == "sharp"
    assert [*found.bounds] == pytest.approx([*every], abs=1e-5)


def test_samples_gain_what_the_graph_says_and_no_noise() -> None:
    for text, words in (("X -> M -> Y; X <-> M", [ALL]), ("Z -> Y; X -> Y", [])):
        graph = CausalGraph.parse(text)
        model = ResponseModel(graph, 0)
        found = narrow(graph, model.sample(20_000, 0), "X", "Y")
        whole = [step.words for step in found.steps if step.kind == "graph"]
        assert (whole, found.bounds.kind) == (words, "sharp")
        exact = narrow(graph, model.joint, "X", "Y").bounds
        assert [*found.bounds] == pytest.approx([*exact], abs=0.02)
        assert found.notes[-1] == "Plug-in: frequencies in the data, without sampling error."
    few = narrow(CausalGraph.parse("X -> M -> Y; X <-> M"), model_of_few(), "X", "Y")
    assert (few.steps, few.bounds.kind) == ((), "outer")


def model_of_few() -> object:
    return ResponseModel(CausalGraph.parse("X -> M -> Y; X <-> M"), 0).sample(60, 0)


def test_data_that_no_model_of_the_graph_has_are_told() -> None:
    graph = CausalGraph.parse("Z -> X -> M -> Y; X <-> M")
    joint = np.full((2, 2, 2, 2), 0.0125)
    joint[0, 0] = [[0.225, 0.225], [0, 0]]  # where X is 0, M is Z
    joint[1, 0] = [[0, 0], [0.225, 0.225]]
    found = narrow(graph, joint, "X", "Y")
    assert found.steps[-1].reason.startswith("No model of the graph has the data: Expected")
    assert found.steps[-1].gain == 0
    assert "all of the graph is not used: No model" in found.notes[-1]


@pytest.mark.parametrize(
    "text",
    [
        "A -> F; B <-> D; C -> E; C <-> F; D -> {C X}; D <-> E; X -> F; F -> {B C Y}; E -> Y",
        "A -> X; B -> X; C -> X; D -> X; A -> Y; B -> Y; C -> Y; D -> Y; X -> Y",
        "Z -> X; X -> Y; Z -- W",
        "F -> X; F -> Y; X -> Y; F [functional]",
        "Z -> X; X -> Y; S [selection]; Y <- S",
    ],
)
def test_other_graphs_are_not_asked_as_a_whole(text: str) -> None:
    graph = CausalGraph.parse(text)
    observed = [name for name in graph.nodes if name not in graph.selections]
    rng = np.random.default_rng(0)
    frame = {name: rng.integers(2, size=5_000) for name in observed}
    assert whole_graph_bounds(ask(graph, frame, "X", "Y"), None) is None
