import random

import pytest
from oracles.random_graphs import equivalent_dags, random_dag

from causal_magics.errors import GraphError, KnowledgeError
from causal_magics.graph.equivalence import (
    consistent_extension,
    cpdag,
    is_markov_equivalent,
    meek_closure,
    pag_member,
)
from causal_magics.graph.model import CausalGraph, Edge, Knowledge


def test_cpdag_is_what_all_equivalent_dags_share() -> None:
    rng = random.Random(1)
    for _ in range(300):
        graph = random_dag(rng, rng.randint(2, 5), rng.choice((0.3, 0.5, 0.8)))
        members = equivalent_dags(graph)
        pattern = cpdag(graph)
        assert pattern.directed_edges == frozenset.intersection(
            *(member.directed_edges for member in members)
        )
        assert all(cpdag(member) == pattern for member in members)
        assert all(is_markov_equivalent(member, graph) for member in members)
        assert consistent_extension(pattern) in members


def test_graphs_of_another_class_are_not_equivalent() -> None:
    chain = CausalGraph(edges=[("a", "b"), ("b", "c")])
    collider = CausalGraph(edges=[("a", "b"), ("c", "b")])
    assert not is_markov_equivalent(chain, collider)
    assert not is_markov_equivalent(chain, chain.add_edge("a", "c"))
    assert is_markov_equivalent(chain, cpdag(chain))


def test_knowledge_orients_all_that_follows() -> None:
    rng = random.Random(6)
    for _ in range(300):
        graph = random_dag(rng, 5, 0.6)
        pattern = cpdag(graph)
        known = {p for p in graph.directed_edges - pattern.directed_edges if rng.random() < 0.4}
        members = [m for m in equivalent_dags(graph) if known <= m.directed_edges]
        closed = meek_closure(pattern, Knowledge(required=frozenset(known)))
        assert closed.directed_edges == frozenset.intersection(
            *(member.directed_edges for member in members)
        )
        by_ban = meek_closure(pattern, Knowledge(forbidden=frozenset((b, a) for a, b in known)))
        assert by_ban.directed_edges == closed.directed_edges


def test_tiers_orient() -> None:
    undirected = CausalGraph(edges=[Edge("age", "drug", "--"), Edge("drug", "health", "--")])
    closed = meek_closure(undirected, Knowledge(tiers=(("age",), ("drug", "health"))))
    assert closed.directed_edges == {("age", "drug"), ("drug", "health")}


def test_impossible_knowledge_is_refused() -> None:
    undirected = CausalGraph(edges=[Edge("a", "b", "--"), ("b", "c")])
    with pytest.raises(KnowledgeError, match="does not leave it open"):
        meek_closure(undirected, Knowledge(required=frozenset({("c", "b")})))
    with pytest.raises(KnowledgeError, match="both of its directions"):
        meek_closure(undirected, Knowledge(forbidden=frozenset({("a", "b"), ("b", "a")})))


def test_a_class_without_members_is_refused() -> None:
    square = CausalGraph(edges=[Edge(*p, "--") for p in ("ab", "bc", "cd", "ad")])
    with pytest.raises(GraphError, match="can be directed"):
        consistent_extension(square)
    with pytest.raises(GraphError, match="edges -> only"):
        cpdag(square)


def test_a_pag_member_has_no_circles() -> None:
    pag = CausalGraph(
        edges=[Edge("a", "b", "@-@"), Edge("b", "c", "@->"), Edge("d", "c", "<->"), ("c", "e")]
    )
    member = pag_member(pag)
    assert not member.has_circles
    assert {("b", "c"), ("c", "e")} <= member.directed_edges
    assert member.bidirected_edges == {("c", "d")}


def test_published_cpdags() -> None:
    """Examples of DAGitty's own tests: z1, z2 and the immorality."""
    graph = CausalGraph(
        edges=[
            ("z1", "x"), ("z1", "z3"), ("z2", "z3"), ("z2", "y"),
            ("z3", "x"), ("z3", "y"), ("x", "w"), ("w", "y"),
        ]
    )  # fmt: skip
    assert cpdag(graph) == graph
    triangle = CausalGraph(edges=[("x", "y"), ("z", "y"), ("z", "x")])
    assert cpdag(triangle).undirected_edges == {("x", "y"), ("x", "z"), ("y", "z")}
    assert len(equivalent_dags(triangle)) == 6
