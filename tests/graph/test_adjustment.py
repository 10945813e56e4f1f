import random
from collections.abc import Iterable

import numpy as np
import pytest
from oracles.discrete_models import BinaryModel
from oracles.linear_models import LinearModel
from oracles.random_graphs import random_admg, random_dag, sparse_dag, subsets

from causal_magics.errors import GraphError, UnknownNodeError
from causal_magics.graph.adjustment import (
    adjustment_sets,
    forbidden_nodes,
    is_adjustment_set,
    iterate_adjustment_sets,
)
from causal_magics.graph.model import CausalGraph, Edge, Node


def random_effect(rng: random.Random, names: Iterable[str]) -> tuple[set[str], set[str], set[str]]:
    shuffled = sorted(names)
    rng.shuffle(shuffled)
    width, breadth = rng.choice([(1, 1), (1, 1), (2, 1), (1, 2)]) if len(shuffled) > 2 else (1, 1)
    end = width + breadth
    return set(shuffled[:width]), set(shuffled[width:end]), set(shuffled[end:])


def check_against_probabilities(
    graph: CausalGraph, rng: random.Random, selections: tuple[str, ...] = ()
) -> None:
    """The criterion holds exactly where the adjustment formula gives the effect."""
    xs, ys, rest = random_effect(rng, set(graph.nodes) - set(selections))
    models = [BinaryModel(graph, rng.randrange(10**9)) for _ in range(2)]
    valid = []
    for given in subsets(rest):
        right = all(
            np.allclose(model.effect(xs, ys), model.adjusted(xs, ys, set(given), selections))
            for model in models
        )
        assert is_adjustment_set(graph, given, xs, ys) is right
        if right:
            valid.append(given)
    hidden = {name for name in rest if rng.random() < 0.2}
    forced = {name for name in rest - hidden if rng.random() < 0.15}
    usable = [given for given in valid if given >= forced and not given & hidden]
    minimal = {given for given in usable if not any(other < given for other in usable)}
    found = adjustment_sets(graph, xs, ys, forced=forced, excluded=hidden)
    assert set(found) == minimal
    assert len(found) == len(minimal)


def test_all_sets_of_random_dags() -> None:
    rng = random.Random(11)
    for _ in range(250):
        check_against_probabilities(random_dag(rng, rng.randint(2, 5), 0.5), rng)


def test_all_sets_of_random_admgs() -> None:
    rng = random.Random(12)
    for _ in range(250):
        check_against_probabilities(random_admg(rng, rng.randint(2, 4)), rng)


def test_all_sets_under_selection() -> None:
    rng = random.Random(13)
    for _ in range(250):
        graph = random_dag(rng, rng.randint(3, 5), 0.5)
        chosen = rng.choice(graph.nodes)
        check_against_probabilities(graph.set_roles(chosen, ["selection"]), rng, (chosen,))


def test_direct_effect_is_the_regression_coefficient() -> None:
    """In a linear model, by the closed form of its covariance."""
    rng = random.Random(14)
    for _ in range(200):
        graph = random_dag(rng, 5, 0.5)
        x, y = rng.sample(graph.nodes, 2)
        if (x, y) not in graph.directed_edges:
            continue
        model = LinearModel(graph, rng.randrange(10**9))
        for given in subsets(set(graph.nodes) - {x, y}):
            slope = model.slope(y, x, given)
            right = bool(np.isclose(slope, model.coefficient(x, y)))
            assert is_adjustment_set(graph, given, x, y, effect="direct") is right


def test_roles_are_the_defaults() -> None:
    graph = CausalGraph(
        [
            Node("x", frozenset({"exposure"})),
            Node("y", frozenset({"outcome"})),
            Node("u", frozenset({"latent"})),
            Node("a", frozenset({"adjusted"})),
        ],
        [("x", "y"), ("u", "x"), ("u", "w"), ("w", "y"), ("a", "y")],
    )
    assert adjustment_sets(graph) == (frozenset({"a", "w"}),)
    assert adjustment_sets(graph, forced=()) == (frozenset({"w"}),)
    assert adjustment_sets(graph, excluded="w") == ()
    assert not is_adjustment_set(graph, [])
    assert forbidden_nodes(graph) == frozenset()


def test_mediators_and_what_they_cause_are_forbidden() -> None:
    graph = CausalGraph(edges=[("x", "m"), ("m", "y"), ("m", "d"), ("x", "e")])
    assert forbidden_nodes(graph, "x", "y") == {"m", "d"}
    assert adjustment_sets(graph, "x", "y") == (frozenset(),)
    assert adjustment_sets(graph, "x", "y", forced="d") == ()
    assert is_adjustment_set(graph, "e", "x", "y")


def ladder(rungs: int) -> CausalGraph:
    """2 ** rungs minimal adjustment sets."""
    edges = [("x", "y")]
    for i in range(rungs):
        edges += [(f"a{i}", "x"), (f"a{i}", f"b{i}"), (f"b{i}", "y")]
    return CausalGraph(edges=edges)


def test_sets_are_listed_without_waiting_for_all() -> None:
    graph = ladder(150)
    some = adjustment_sets(graph, "x", "y", limit=50)
    assert len(set(some)) == 50
    assert all(is_adjustment_set(graph, given, "x", "y") for given in some)
    assert len(list(iterate_adjustment_sets(ladder(6), "x", "y"))) == 2**6


def test_a_large_graph_is_answered() -> None:
    graph = sparse_dag(1000, 4, seed=1)
    order = graph.topological_order()
    given = adjustment_sets(graph, order[300], order[900], limit=1)
    assert len(given) == 1
    assert is_adjustment_set(graph, given[0], order[300], order[900])


def test_bad_questions_are_answered_with_one_line() -> None:
    graph = CausalGraph(edges=[("x", "y")])
    with pytest.raises(GraphError, match=r"Expected an exposure.*`Name \[exposure\]`"):
        adjustment_sets(graph)
    with pytest.raises(GraphError, match="'x' is both"):
        adjustment_sets(graph, "x", ["x", "y"])
    with pytest.raises(UnknownNodeError):
        adjustment_sets(graph, "x", "z")
    with pytest.raises(GraphError, match="not supported"):
        adjustment_sets(CausalGraph(edges=[Edge("x", "y", "--"), Edge("y", "z", "<->")]), "x", "y")
    with pytest.raises(GraphError, match="direct effect"):
        adjustment_sets(CausalGraph(edges=[Edge("x", "y", "--")]), "x", "y", effect="direct")
