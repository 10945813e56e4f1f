"""Functional elimination against Chen & Darwiche (2024) and exact models."""

import random
from itertools import combinations

import numpy as np
import pytest
from oracles.hidden_causes import HiddenCauses
from oracles.random_graphs import random_admg, random_dag

from causal_magics.errors import GraphError, NotIdentifiedError, PositivityError, UnknownNodeError
from causal_magics.graph.do_calculus import is_identifiable
from causal_magics.graph.functional_elimination import functional_elimination
from causal_magics.graph.id_algorithm import identify_distribution
from causal_magics.graph.identification import identify
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.projection import latent_projection

EXAMPLE = "{A B} -> F; F [latent, functional]; F -> {X Y}; X -> Y"


def test_parents_take_the_place_of_a_function() -> None:
    graph = CausalGraph.parse(EXAMPLE)
    eliminated = functional_elimination(graph)
    assert eliminated == CausalGraph.parse("{A B} -> {X Y}; X -> Y")
    assert functional_elimination(graph, ()) == graph
    assert "X <-> Y" in str(latent_projection(graph))


def test_the_order_of_elimination_plays_no_part() -> None:
    rng = random.Random(71)
    for _ in range(200):
        graph = random_dag(rng, 7)
        chosen = rng.sample(graph.nodes, 3)
        for name in chosen:
            graph = graph.set_roles(name, ["latent", "functional"])
        one_by_one = graph
        for name in rng.sample(chosen, 3):
            one_by_one = functional_elimination(one_by_one, name)
        assert one_by_one == functional_elimination(graph)


def test_an_arc_is_a_hidden_parent() -> None:
    """The same graph with its arcs drawn as hidden nodes has the same elimination."""
    rng = random.Random(72)
    for _ in range(200):
        graph = random_admg(rng, 6, 0.4, 0.3)
        for name in rng.sample(graph.nodes, 2):
            graph = graph.set_roles(name, ["latent", "functional"])
        drawn = CausalGraph(graph.node_table.values(), [e for e in graph.edges if e.mark == "->"])
        for i, (a, b) in enumerate(sorted(graph.bidirected_edges)):
            drawn = drawn.add_node(f"u{i}", ["latent"])
            drawn = drawn.add_edge(f"u{i}", a).add_edge(f"u{i}", b)
        assert latent_projection(functional_elimination(drawn)) == latent_projection(
            functional_elimination(graph)
        )


def test_the_example_of_the_paper_is_identified_by_the_function_alone() -> None:
    graph = CausalGraph.parse(EXAMPLE)
    estimand = identify_distribution(graph, "X", "Y")
    assert str(estimand) == "P(Y | do(X)) = Σ_{A, B} P(Y | X, A, B) P(A) P(B)"
    assert estimand.functional == ("F",)
    assert estimand.assumption == "F is a function of its parents"
    assert not is_identifiable(graph, "X", "Y")
    with pytest.raises(NotIdentifiedError):
        identify_distribution(graph, "X", "Y", functional=())
    found = identify(graph, "X", "Y")
    assert found.estimand == estimand
    assert found.is_identified
    assert found.obstacle is None
    assert "by the do-calculus, as F is a function of its parents." in found.summary


def test_functions_are_not_spoken_of_where_they_are_not_needed() -> None:
    graph = CausalGraph.parse("A -> F -> Y; F [latent, functional]; X -> Y; A -> X")
    estimand = identify_distribution(graph, "X", "Y")
    assert estimand.functional == ()
    assert estimand.assumption == ""


def test_several_functions() -> None:
    graph = CausalGraph.parse(
        "A -> F; B -> G; {F G} [latent, functional]; F -> {X Y}; G -> {X Y}; X -> Y"
    )
    assert identify_distribution(graph, "X", "Y").assumption == (
        "F, G are functions of their parents"
    )


@pytest.mark.parametrize("zeros", [0.0, 0.15])
def test_random_functions(zeros: float) -> None:
    """Where the function alone identifies the effect, the formula gives that of the model.

    With zeros, whatever is computed at all is right.
    """
    rng = random.Random(73)
    checked = refused = 0
    while checked < 100:
        graph = random_admg(rng, rng.randint(4, 7), rng.uniform(0.3, 0.7), 0.03)
        hidden = rng.sample(graph.nodes, rng.choice((1, 1, 2)))
        for name in hidden:
            graph = graph.set_roles(name, ["latent", "functional"])
        observed = [name for name in graph.nodes if name not in hidden]
        below = sorted(graph.descendants(hidden) & set(observed))
        if len(below) < 2:
            continue
        x, y = rng.sample(below, 2)
        try:
            estimand = identify_distribution(graph, x, y)
        except NotIdentifiedError:
            continue
        if not estimand.functional:
            continue
        levels = {name: rng.choice((2, 3)) for name in graph.nodes}
        model = HiddenCauses(graph, rng.randrange(10**6), levels, hidden, zeros)
        try:
            found = estimand.evaluate(model.joint(observed), observed)
        except PositivityError:
            refused += 1
            continue
        np.testing.assert_allclose(found, model.effect([x], [y]), atol=1e-9)
        checked += 1
    assert bool(refused) is bool(zeros)


def test_functions_only_ever_help() -> None:
    rng = random.Random(74)
    helped = 0
    for _ in range(300):
        graph = random_admg(rng, 6, 0.5, 0.05).set_roles("A", ["latent", "functional"])
        for x, y in combinations(rng.sample("BCDEF", 3), 2):
            with_function = is_identifiable(functional_elimination(graph), x, y)
            without = is_identifiable(graph, x, y)
            assert with_function or not without
            helped += with_function and not without
    assert helped


def test_an_exposure_that_the_parents_determine_breaks_positivity() -> None:
    graph = CausalGraph.parse(EXAMPLE)
    model = HiddenCauses(graph, 5, functional=["F", "X"])
    estimand = identify_distribution(graph, "X", "Y")
    with pytest.raises(PositivityError, match=r"Expected P\(A = \d, B = \d, X = \d\) above 0"):
        estimand.evaluate(model.joint(model.observed), model.observed)


def test_what_is_no_hidden_node_is_refused() -> None:
    graph = CausalGraph.parse(EXAMPLE)
    with pytest.raises(GraphError, match="'A' is observed"):
        functional_elimination(graph, "A")
    with pytest.raises(GraphError, match="'X' is observed"):
        identify_distribution(graph, "X", "Y", functional=["X"])
    with pytest.raises(UnknownNodeError, match="no node 'G'"):
        functional_elimination(graph, "G")
    with pytest.raises(GraphError, match=r"Expected a DAG or ADMG .* got --"):
        functional_elimination(CausalGraph.parse("F [latent, functional]; F -- X"))


def test_an_observed_function_stays() -> None:
    graph = CausalGraph.parse("A -> F -> Y; F [functional]; X -> Y")
    assert functional_elimination(graph) == graph
