"""The ID algorithm against published graphs, the do-calculus' decision, and exact models."""

import json
import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.hidden_causes import HiddenCauses
from oracles.random_graphs import random_admg

from causal_magics.errors import GraphError, NotIdentifiedError
from causal_magics.graph.distribution_estimand import DistributionEstimand
from causal_magics.graph.do_calculus import is_identifiable
from causal_magics.graph.id_algorithm import identify_distribution
from causal_magics.graph.model import CausalGraph

IDENTIFIABLE = {
    # Pearl (2009), Causality, figure 3.8; (a) to (e) are also figure 2 of Shpitser & Pearl (2008)
    "3.8 a": "x -> y",
    "3.8 b": "x -> y; x -> z -> y; z <-> y",
    "3.8 c": "x -> y; z -> {x y}; z <-> x",
    "3.8 d": "x -> y; z -> {x y}; z <-> y",
    "3.8 e, the front door": "x -> z -> y; x <-> y",
    "3.8 f": "x -> {z1 y}; z1 -> {z2 y}; z2 -> y; x <-> z2; z1 <-> y",
    "3.8 g": "z2 -> {x z1 z3}; x -> z1 -> y; z3 -> y; z2 <-> x; z2 <-> y; x <-> z3; x <-> y",
    # Shpitser & Pearl (2008), figure 3 (a)
    "two outcomes": "w1 -> x -> y1; w2 -> y2; w1 <-> w2; w1 <-> y1; w1 <-> y2; x <-> w2",
    # Pearl & Mackenzie (2018), chapter 7; then the same once more before it
    "napkin": "w -> z -> x -> y; w <-> x; w <-> y",
    "napkin behind a napkin": "v -> w -> z -> x -> y; v <-> z; v <-> x; w <-> y",
    "two napkins": "a -> b -> c; a <-> c; c -> z -> x -> y; c <-> x; c <-> y",
    "M-graph": "a -> x -> y; b -> y; {a b} -> m",
    "Verma": "x -> b -> c -> y; b <-> y",
    "Verma, confounded": "v -> x -> z -> y; v <-> z; x <-> y",
    "confounded chain": "x -> v1 -> v2 -> y; x <-> v2; v1 <-> y",
}

UNIDENTIFIABLE = {
    "bow arc": "x -> y; x <-> y",
    "bow arc at a mediator": "x -> z -> y; x <-> z",
    "bow arc of a chain of arcs": "x -> z -> y; x <-> z; z <-> y",
    "M-shaped arcs at a cause": "x -> y; x <-> z; z <-> y; z -> {x y}",
    "instrument": "z -> x -> y; x <-> y",
    "front door with a confounded mediator": "x -> z -> y; x <-> y; z <-> y",
    "two mediators": "x -> z1 -> y; z2 -> {z1 y}; x <-> z2; z2 <-> z1; z2 <-> y",
    "a cause confounded with the mediator": "z -> x -> w -> y; x <-> z; x <-> y; z <-> w",
    "hedge of two outcomes": "x -> w1 -> y1; w2 -> y2; x <-> w2; w1 <-> w2; y1 <-> y2; x <-> y1",
}

FORMULAS = {
    "x -> y; z -> {x y}": "P(y | do(x)) = Σ_{z} P(y | x, z) P(z)",
    "x -> m -> y; x <-> y": "P(y | do(x)) = Σ_{m} P(m | x) Σ_{x'} P(y | x', m) P(x')",
    "x -> m -> y": "P(y | do(x)) = P(y | x)",
    "y -> x": "P(y | do(x)) = P(y)",
    "w -> z -> x -> y; w <-> x; w <-> y": (
        "P(y | do(x)) = (Σ_{w} P(x, y | w, z) P(w)) / (Σ_{w} P(x | w, z) P(w)) for any z"
    ),
    "z -> {x y}; w -> {x z y}; x -> y": "P(y | do(x)) = Σ_{w, z} P(y | x, w, z) P(w, z)",
    "v -> x -> z -> y; v <-> z; x <-> y": (
        "P(y | do(x)) = Σ_{z} (Σ_{x'} P(y | x', v, z) P(x' | v)) Σ_{v'} P(z | x, v') P(v') "
        "for any v"
    ),
}


def ends(graph: CausalGraph) -> tuple[list[str], list[str]]:
    return ["x"], [name for name in graph.nodes if name.startswith("y")]


def check_against_models(
    estimand: DistributionEstimand, graph: CausalGraph, rng: random.Random, zeros: float = 0.0
) -> None:
    """The formula on the observed joint of a random model is the effect in that model."""
    levels = {name: rng.choice((2, 2, 3)) for name in graph.nodes}
    model = HiddenCauses(graph, rng.randrange(10**6), levels, zeros=zeros)
    found = estimand.evaluate(model.joint(model.observed), model.observed)
    np.testing.assert_allclose(found, model.effect(estimand.exposure, estimand.outcome), atol=1e-9)


@pytest.mark.parametrize("name", IDENTIFIABLE)
def test_published_graphs_that_are_identifiable(name: str) -> None:
    graph = CausalGraph.parse(IDENTIFIABLE[name])
    assert is_identifiable(graph, *ends(graph))
    estimand = identify_distribution(graph, *ends(graph))
    for seed in range(5):
        check_against_models(estimand, graph, random.Random(seed))


@pytest.mark.parametrize("name", UNIDENTIFIABLE)
def test_published_graphs_that_are_not_identifiable(name: str) -> None:
    graph = CausalGraph.parse(UNIDENTIFIABLE[name])
    assert not is_identifiable(graph, *ends(graph))
    with pytest.raises(NotIdentifiedError, match="hidden common causes join"):
        identify_distribution(graph, *ends(graph))


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_those_of_the_textbooks(text: str) -> None:
    assert str(identify_distribution(CausalGraph.parse(text), "x", "y")) == FORMULAS[text]


def test_other_scripts() -> None:
    napkin = CausalGraph.parse("w -> z -> x -> y; w <-> x; w <-> y")
    estimand = identify_distribution(napkin, "x", "y")
    assert r"\frac{\sum_{\text{w}} P(\text{x}, \text{y} \mid" in estimand.latex
    assert "mfrac" in str(estimand.formula)
    assert "\u00a0for\u00a0any\u00a0" in json.dumps(estimand.formula, ensure_ascii=False)
    assert estimand.nodes == ("w", "z", "x", "y")
    assert estimand.method == "do-calculus"
    assert estimand.assumption == ""


def random_question(
    rng: random.Random, smallest: int = 2
) -> tuple[CausalGraph, Sequence[str], Sequence[str]]:
    graph = random_admg(rng, rng.randint(smallest, 7), rng.uniform(0.2, 0.6), rng.uniform(0, 0.4))
    for name in rng.sample(graph.nodes, rng.choice((0, 0, 1)) if len(graph) > 2 else 0):
        graph = graph.set_roles(name, ["latent"])
    observed = [name for name in graph.nodes if name not in graph.latents]
    chosen = rng.sample(observed, min(len(observed), rng.choice((2, 2, 3, 4))))
    cut = rng.randint(1, len(chosen) - 1)
    return graph, chosen[:cut], chosen[cut:]


@given(st.integers(0, 10**9))
@settings(max_examples=400, deadline=None)
def test_it_finds_a_formula_where_the_do_calculus_decides_there_is_one(seed: int) -> None:
    """The decision is that of Tian & Pearl's algorithm, written apart from this one."""
    graph, xs, ys = random_question(random.Random(seed))
    try:
        identify_distribution(graph, xs, ys)
    except NotIdentifiedError:
        assert not is_identifiable(graph, xs, ys)
    else:
        assert is_identifiable(graph, xs, ys)


@pytest.mark.parametrize("zeros", [0.0, 0.15])
def test_random_models_with_hidden_causes(zeros: float) -> None:
    """With zeros, whatever is computed at all is right."""
    rng = random.Random(91)
    checked = refused = 0
    while checked < 250:
        graph, xs, ys = random_question(rng, smallest=4)
        if not is_identifiable(graph, xs, ys):
            continue
        estimand = identify_distribution(graph, xs, ys)
        try:
            check_against_models(estimand, graph, rng, zeros)
        except GraphError:
            refused += 1
        else:
            checked += 1
    assert bool(refused) is bool(zeros)


def test_no_exposure_among_the_causes_leaves_the_outcome_alone() -> None:
    graph = CausalGraph.parse("a -> y; y -> x; b -> x")
    estimand = identify_distribution(graph, ["x", "b"], "y")
    joint = HiddenCauses(graph, 1).joint(graph.nodes)
    found = estimand.evaluate(joint, graph.nodes)
    assert found.shape == (2, 2, 2)
    y = joint.sum(axis=tuple(i for i, name in enumerate(graph.nodes) if name != "y"))
    np.testing.assert_allclose(found, np.broadcast_to(y, (2, 2, 2)))


def test_what_it_cannot_answer_is_refused() -> None:
    with pytest.raises(GraphError, match="DAG or ADMG without selection nodes"):
        identify_distribution(CausalGraph.parse("x -- y"), "x", "y")
    with pytest.raises(GraphError, match="DAG or ADMG without selection nodes"):
        identify_distribution(CausalGraph.parse("x -> y; s [selection]; x -> s"), "x", "y")
    with pytest.raises(GraphError, match="'x' is latent"):
        identify_distribution(CausalGraph.parse("x [latent]; x -> y"), "x", "y")
