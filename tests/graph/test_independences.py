import random

import pytest
from oracles.linear_models import LinearModel
from oracles.random_graphs import random_admg, random_dag, sparse_dag, subsets

from causal_magics.errors import GraphError
from causal_magics.graph.independences import Independence, implied_independences
from causal_magics.graph.model import CausalGraph, Node
from causal_magics.graph.separation import is_d_separated


def test_one_statement_for_each_pair_that_can_be_separated() -> None:
    rng = random.Random(71)
    for _ in range(200):
        graph = random_admg(rng, 6)
        hidden = set(rng.sample(graph.nodes, rng.randint(0, 2)))
        for name in hidden:
            graph = graph.set_roles(name, ["latent"])
        seen = sorted(set(graph.nodes) - hidden)
        separable = {
            frozenset({a, b})
            for a in seen
            for b in seen
            if a < b and any(is_d_separated(graph, a, b, z) for z in subsets(set(seen) - {a, b}))
        }
        found = implied_independences(graph)
        assert {frozenset({s.a, s.b}) for s in found} == separable
        assert len(found) == len(separable)
        for s in found:
            assert is_d_separated(graph, s.a, s.b, s.given)
            assert all(not is_d_separated(graph, s.a, s.b, s.given - {z}) for z in s.given)


def test_every_minimal_set() -> None:
    rng = random.Random(72)
    for _ in range(100):
        graph = random_dag(rng, 5)
        expected = set()
        for a in graph.nodes:
            for b in graph.nodes:
                if a < b:
                    separating = [
                        z
                        for z in subsets(set(graph.nodes) - {a, b})
                        if is_d_separated(graph, a, b, z)
                    ]
                    expected |= {
                        Independence(a, b, z)
                        for z in separating
                        if not any(other < z for other in separating)
                    }
        assert set(implied_independences(graph, "all")) == expected


def test_the_local_basis_holds_in_linear_models_and_has_a_statement_a_missing_edge() -> None:
    rng = random.Random(73)
    for seed in range(100):
        graph = random_dag(rng, 6)
        basis = implied_independences(graph, "local")
        assert len(basis) == 15 - len(graph.edges)
        model = LinearModel(graph, seed)
        for s in basis:
            assert model.partial_covariance(s.a, s.b, s.given) == pytest.approx(0, abs=1e-9)


def test_selection_is_conditioned_on_without_being_named() -> None:
    graph = CausalGraph([Node("s", frozenset({"selection"}))], [("a", "s"), ("b", "s"), ("b", "c")])
    assert list(map(str, implied_independences(graph))) == ["a ⊥ c | b"]


def test_the_limit_stops_early_on_large_graphs() -> None:
    assert len(implied_independences(sparse_dag(1000, 3, seed=1), limit=20)) == 20


def test_reads_as_in_a_paper() -> None:
    assert str(Independence("a", "b")) == "a ⊥ b"
    assert str(Independence("a", "b", frozenset({"d", "c"}))) == "a ⊥ b | c, d"


def test_the_local_form_is_for_dags() -> None:
    with pytest.raises(GraphError, match="local basis"):
        implied_independences(CausalGraph.parse("a <-> b"), "local")
