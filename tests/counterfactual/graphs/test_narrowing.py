"""Bounds that a graph narrows hold what is true, and are those of the formulas."""

from __future__ import annotations

import random
import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from oracles.random_graphs import random_admg
from oracles.response_models import ResponseModel

from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.graphs.narrowing import Narrowing, narrow
from causal_magics.graph.model import CausalGraph

PNS = Payoff.pns().values
ROUNDING = 1e-7
CASES = {
    "back-door": ("Z -> X; Z -> Y; W -> Y; X -> Y", {"effect", "strata"}),
    "no confounding": ("Z -> Y; X -> Y", {"effect", "strata"}),
    "front door": ("X -> M -> Y; X <-> Y", {"effect", "mediator"}),
    "conditional front door": ("W -> X; W -> M; W -> Y; X -> M -> Y; X <-> Y", {"effect"}),
    "mediator": ("X -> M -> Y; Z -> X; Z -> M; Z -> Y", {"effect", "strata", "mediator"}),
    "partial mediator": ("X -> M -> Y; X -> Y", {"effect", "mediator"}),
    "mediators in turn": ("X -> M -> N -> Y; X <-> Y", {"effect", "mediator"}),
    "mediators in turn, one besides": ("X -> M -> N -> Y; M -> Y; Z -> M; Z -> N", {"mediator"}),
    "two mediators": ("X -> M -> Y; X -> N -> Y", {"effect", "mediator"}),
    "instrument": ("Z -> X; X -> Y; X <-> Y", {"instrument"}),
    "instrument with a covariate": ("W -> Z; W -> Y; Z -> X; X -> Y; X <-> Y", {"instrument"}),
    "two instruments": ("Z -> X; V -> X; X -> Y; X <-> Y", {"instrument"}),
    "functional": (
        "A -> F; B -> F; F -> X; F -> Y; X -> Y; F [latent, functional]",
        {"functional"},
    ),
    "nothing": ("X -> Y; X <-> Y", set()),
    "no effect": ("Z -> X; Z -> Y", {"no effect"}),
}


def holds(found: Narrowing, truth: float) -> bool:
    """Whether all steps hold the truth, and each lies within the one before."""
    last = found.start
    for step in found.steps:
        assert step.before.lower == pytest.approx(last.lower)
        assert step.after.lower >= last.lower - ROUNDING
        assert step.after.upper <= last.upper + ROUNDING
        assert step.gain >= -ROUNDING
        last = step.after
    assert (found.bounds.lower, found.bounds.upper) == (last.lower, last.upper)
    every = [found.start, *(step.after for step in found.steps)]
    return all(b.lower - ROUNDING <= truth <= b.upper + ROUNDING for b in every)


@pytest.mark.parametrize("case", CASES)
def test_the_truth_lies_within_every_step(case: str) -> None:
    text, kinds = CASES[case]
    graph = CausalGraph.parse(text)
    gained: set[str] = set()
    for seed in range(30):
        levels = {"M": 2 + seed % 2, "Z": 2 + seed // 2 % 2}
        model = ResponseModel(graph, seed, levels, states=3 if len(graph.nodes) > 4 else 4)
        found = narrow(graph, model.joint, "X", "Y")
        assert holds(found, model.benefit("X", "Y", PNS)), (seed, found)
        gained |= {step.kind for step in found.steps if step.gain > 1e-3}
    assert kinds <= gained | ({"strata"} if case == "no confounding" else set())


def random_case(rng: random.Random, seed: int) -> tuple[CausalGraph, ResponseModel, str, str]:
    """A graph with hidden, functional and many-valued nodes, and a model of it."""
    graph = random_admg(rng, rng.randint(3, 5), density=0.55, confounded=0.15)
    order = graph.topological_order()
    x, y = order[rng.randint(0, 1)], order[-1]
    others = [name for name in graph.nodes if name not in (x, y)]
    for name in others:
        chance = rng.random()
        if chance < 0.3:
            roles = ("latent",) if chance < 0.15 else ("latent", "functional")
            graph = graph.set_roles(name, roles)
    levels = {name: 3 for name in others if rng.random() < 0.3}
    return graph, ResponseModel(graph, seed, levels, states=3 if len(order) > 4 else 4), x, y


@pytest.mark.parametrize("part", range(5))
def test_the_truth_lies_within_in_any_graph(part: int) -> None:
    rng = random.Random(part)
    for seed in range(60):
        graph, model, x, y = random_case(rng, 1_000 * part + seed)
        payoff = Payoff(np.random.default_rng(seed).normal(size=(2, 2)))
        for payoff_values in (Payoff.pns(), payoff):
            found = narrow(graph, model.joint, x, y, payoff=payoff_values)
            truth = model.benefit(x, y, payoff_values.values)
            assert holds(found, truth), (seed, str(graph), found)
            assert not any("contradicts" in note for note in found.notes)


@pytest.mark.parametrize("seed", range(15))
def test_three_levels_of_an_outcome(seed: int) -> None:
    graph = CausalGraph.parse("Z -> X; Z -> Y; X -> Y; X -> M -> Y")
    model = ResponseModel(graph, seed, {"Y": 3, "Z": 3})
    values = np.random.default_rng(seed).normal(size=(3, 3))
    found = narrow(graph, model.joint, "X", "Y", payoff=Payoff(values))
    assert holds(found, model.benefit("X", "Y", values))
    assert found.bounds.quantity == "benefit"


@pytest.mark.parametrize("seed", range(10))
def test_a_selected_sample_is_bounded_for_itself(seed: int) -> None:
    graph = CausalGraph.parse("Z -> S; Z -> X; Z -> Y; X -> Y")
    graph = graph.set_roles("S", "selection")
    model = ResponseModel(graph, seed)
    taken = np.take(model.joint, 1, axis=list(graph.nodes).index("S"))
    if taken.sum() < 0.01:
        pytest.skip("hardly any unit is selected")
    kept = graph.set_roles("S", ("selection", "latent"))
    found = narrow(kept, taken / taken.sum(), "X", "Y")
    assert holds(found, model.benefit("X", "Y", PNS, selected="S"))
    assert found.steps
    assert "The sample is selected by S: the bounds are for selected units." in found.notes


@given(seed=st.integers(0, 10_000), weights=st.lists(st.floats(-10, 10), min_size=4, max_size=4))
@settings(max_examples=40, deadline=None)
def test_the_benefit_scales_and_shifts_with_the_payoff(seed: int, weights: list[float]) -> None:
    graph = CausalGraph.parse("Z -> X; Z -> Y; X -> M -> Y; X -> Y")
    joint = ResponseModel(graph, seed).joint
    payoff = Payoff.of(weights)
    assume(np.ptp(payoff.values) > 1e-3)
    first = narrow(graph, joint, "X", "Y", payoff=payoff)
    other = narrow(graph, joint, "X", "Y", payoff=Payoff(3 - 2 * payoff.values))
    assert other.bounds.lower == pytest.approx(3 - 2 * first.bounds.upper, abs=1e-6)
    assert other.bounds.upper == pytest.approx(3 - 2 * first.bounds.lower, abs=1e-6)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_a_node_that_is_hidden_never_helps(seed: int) -> None:
    graph = CausalGraph.parse("Z -> X; Z -> Y; W -> Y; X -> M -> Y")
    model = ResponseModel(graph, seed, states=3)
    whole = narrow(graph, model.joint, "X", "Y")
    for place, name in enumerate(graph.nodes):
        if name in "WM":
            hidden = graph.set_roles(name, "latent")
            less = narrow(hidden, model.joint.sum(axis=place), "X", "Y")
            assert less.bounds.lower <= whole.bounds.lower + 1e-6
            assert less.bounds.upper >= whole.bounds.upper - 1e-6


def test_a_sample_is_bounded_near_the_truth() -> None:
    graph = CausalGraph.parse("Z -> X; Z -> Y; X -> M -> Y")
    model = ResponseModel(graph, 3)
    exact = narrow(graph, model.joint, "X", "Y")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = narrow(graph, model.sample(100_000, 0), "X", "Y")
    assert found.bounds.lower == pytest.approx(exact.bounds.lower, abs=0.01)
    assert found.bounds.upper == pytest.approx(exact.bounds.upper, abs=0.01)
    assert found.rows == 100_000
