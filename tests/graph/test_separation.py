import random

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import path_separation
from oracles.random_graphs import random_admg, random_ancestral, random_dag, sparse_dag

from causal_magics.errors import GraphError, UnknownNodeError
from causal_magics.graph.equivalence import cpdag
from causal_magics.graph.model import CausalGraph, Edge, Node
from causal_magics.graph.separation import (
    d_connected,
    is_d_separated,
    markov_blanket,
    moral_graph,
)

KINDS = {"dag": random_dag, "admg": random_admg, "ancestral": random_ancestral}


def random_question(rng: random.Random, graph: CausalGraph) -> tuple[str, str, set[str]]:
    names = rng.sample(graph.nodes, len(graph.nodes))
    x, y, *rest = names
    return x, y, set(rest[: rng.randint(0, len(rest))])


@pytest.mark.parametrize("kind", KINDS)
def test_agrees_with_listing_every_path(kind: str) -> None:
    rng = random.Random(7)
    for _ in range(1000):
        graph = KINDS[kind](rng, rng.randint(2, 6))
        x, y, z = random_question(rng, graph)
        truth = path_separation.separated(graph, {x}, {y}, z)
        assert is_d_separated(graph, x, y, z) is truth
        assert (y in d_connected(graph, x, z)) is not truth


@pytest.mark.parametrize("kind", KINDS)
def test_sets_are_separated_where_all_their_members_are(kind: str) -> None:
    rng = random.Random(8)
    for _ in range(300):
        graph = KINDS[kind](rng, 6)
        names = rng.sample(graph.nodes, 6)
        xs, ys, z = set(names[:2]), set(names[2:4]), set(names[4 : rng.randint(4, 6)])
        assert is_d_separated(graph, xs, ys, z) == all(
            is_d_separated(graph, x, y, z) for x in xs for y in ys
        )


@pytest.mark.parametrize("degree", [2, 4, 8])
def test_agrees_with_networkx_on_larger_graphs(degree: int) -> None:
    graph = sparse_dag(150, degree, seed=degree)
    reference = nx.DiGraph(list(graph.directed_edges))
    reference.add_nodes_from(graph.nodes)
    rng = random.Random(1)
    for _ in range(200):
        picked = rng.sample(graph.nodes, 2 + rng.choice((0, 1, 5, 20)))
        x, y, z = picked[0], picked[1], set(picked[2:])
        assert is_d_separated(graph, x, y, z) == nx.is_d_separator(reference, {x}, {y}, z)


@given(st.integers(0, 10**6), st.sampled_from(sorted(KINDS)))
def test_is_a_semigraphoid(seed: int, kind: str) -> None:
    rng = random.Random(seed)
    graph = KINDS[kind](rng, 6)
    x, y, w, *rest = rng.sample(graph.nodes, 6)
    z = set(rest[: rng.randint(0, 3)])
    assert is_d_separated(graph, x, y, z) == is_d_separated(graph, y, x, z)
    if is_d_separated(graph, x, {y, w}, z):
        assert is_d_separated(graph, x, y, z)
        assert is_d_separated(graph, x, y, z | {w})
    if is_d_separated(graph, x, y, z | {w}) and is_d_separated(graph, x, w, z):
        assert is_d_separated(graph, x, {y, w}, z)


@pytest.mark.parametrize("kind", KINDS)
def test_markov_blanket_is_the_smallest_separating_set(kind: str) -> None:
    rng = random.Random(9)
    for _ in range(300):
        graph = KINDS[kind](rng, 6)
        name = rng.choice(graph.nodes)
        blanket = markov_blanket(graph, name)
        rest = set(graph.nodes) - blanket - {name}
        assert is_d_separated(graph, name, rest, blanket)
        for member in blanket:
            assert not is_d_separated(graph, name, member, blanket - {member})


def test_moral_graph_of_a_dag_is_that_of_networkx() -> None:
    rng = random.Random(3)
    for _ in range(100):
        graph = random_dag(rng, 7)
        reference = nx.DiGraph(list(graph.directed_edges))
        expected = {tuple(sorted(pair)) for pair in nx.moral_graph(reference).edges}
        moral = moral_graph(graph)
        assert moral.undirected_edges == expected
        assert all(moral.neighbors(name) == markov_blanket(graph, name) for name in graph.nodes)


def test_a_cpdag_has_the_separations_of_its_members() -> None:
    rng = random.Random(4)
    for _ in range(300):
        graph = random_dag(rng, 6)
        pattern = cpdag(graph)
        x, y, z = random_question(rng, graph)
        assert is_d_separated(pattern, x, y, z) == is_d_separated(graph, x, y, z)
        assert markov_blanket(pattern, x) == markov_blanket(graph, x)


def test_a_pag_has_the_separations_of_its_members() -> None:
    collider = CausalGraph(edges=[Edge("a", "b", "@->"), Edge("c", "b", "@->")])
    assert is_d_separated(collider, "a", "c")
    assert not is_d_separated(collider, "a", "c", "b")
    chain = CausalGraph(edges=[Edge("a", "b", "@-@"), Edge("b", "c", "@-@")])
    assert not is_d_separated(chain, "a", "c")
    assert is_d_separated(chain, "a", "c", "b")


def test_selection_nodes_are_conditioned_on_unless_told_otherwise() -> None:
    graph = CausalGraph([Node("s", frozenset({"selection"}))], [("a", "s"), ("b", "s")])
    assert not is_d_separated(graph, "a", "b")
    assert is_d_separated(graph, "a", "b", selection=False)
    assert d_connected(graph, "a") == {"b"}
    assert d_connected(graph, "a", selection=False) == {"s"}


def test_empty_sets_are_separated_from_everything() -> None:
    graph = CausalGraph(edges=[("a", "b")])
    assert is_d_separated(graph, [], "b")
    assert d_connected(graph, []) == frozenset()


def test_the_second_question_reuses_the_index() -> None:
    from causal_magics.graph.canonical import CanonicalDag

    graph = CausalGraph(edges=[("a", "b")])
    assert CanonicalDag.of(graph) is CanonicalDag.of(graph)
    assert CanonicalDag.of(graph.add_node("c")) is not CanonicalDag.of(graph)


def test_bad_questions_are_answered_with_one_line() -> None:
    graph = CausalGraph(edges=[("Smoking", "Tar")])
    with pytest.raises(UnknownNodeError, match="Did you mean 'Tar'"):
        is_d_separated(graph, "Smoking", "Tarr")
    with pytest.raises(GraphError, match="'Tar' is in two of them"):
        is_d_separated(graph, "Smoking", "Tar", "Tar")
    mixed = CausalGraph(edges=[Edge("a", "b", "<->"), Edge("b", "c", "--")])
    with pytest.raises(GraphError, match="'b' has both"):
        is_d_separated(mixed, "a", "c")
