import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import path_separation
from oracles.random_graphs import random_admg, random_dag, subsets

from causal_magics.errors import GraphError
from causal_magics.graph.adjustment import is_adjustment_set
from causal_magics.graph.model import CausalGraph, Edge, Node
from causal_magics.graph.projection import latent_projection, maximal_ancestral_graph
from causal_magics.graph.separation import is_d_separated


def test_projection_keeps_separations_and_effects() -> None:
    rng = random.Random(31)
    for _ in range(400):
        graph = random_admg(rng, rng.randint(3, 6))
        keep = rng.sample(graph.nodes, rng.randint(2, len(graph.nodes)))
        projected = latent_projection(graph, keep)
        assert set(projected.nodes) == set(keep)
        x, y, *rest = keep
        for z in subsets(rest):
            assert is_d_separated(graph, x, y, z) == is_d_separated(projected, x, y, z)
            assert is_adjustment_set(graph, z, x, y) == is_adjustment_set(projected, z, x, y)


@given(st.integers(0, 10**6))
def test_projection_in_two_steps_is_projection_at_once(seed: int) -> None:
    rng = random.Random(seed)
    graph = random_admg(rng, 6)
    some = rng.sample(graph.nodes, 5)
    fewer = some[:3]
    twice = latent_projection(latent_projection(graph, some), fewer)
    assert twice == latent_projection(graph, fewer)
    assert latent_projection(graph) == graph


def test_projection_is_that_of_the_definition() -> None:
    graph = CausalGraph(
        [Node("u", frozenset({"latent"})), Node("m", frozenset({"latent"})), "x", "y", "z"],
        [("u", "x"), ("u", "y"), ("x", "m"), ("m", "y"), ("m", "z")],
    )
    projected = latent_projection(graph)
    assert projected.directed_edges == {("x", "y"), ("x", "z")}
    assert projected.bidirected_edges == {("x", "y"), ("y", "z")}


def test_mag_keeps_separations_given_the_selection() -> None:
    rng = random.Random(32)
    for _ in range(400):
        graph = random_dag(rng, 6)
        for name in rng.sample(graph.nodes, rng.randint(0, 3)):
            graph = graph.set_roles(name, [rng.choice(("latent", "selection"))])
        mag = maximal_ancestral_graph(graph)
        for _ in range(8):
            names = rng.sample(mag.nodes, len(mag.nodes))
            x, y, z = names[0], names[1], set(names[2 : rng.randint(2, len(names))])
            truth = is_d_separated(graph, x, y, z)
            assert is_d_separated(mag, x, y, z) == truth
            assert path_separation.separated(mag, {x}, {y}, z) == truth


def test_published_mags() -> None:
    """From the tests of DAGitty."""
    first = CausalGraph(
        [Node("v1", frozenset({"latent"}))],
        [("v1", "z"), ("v1", "v2"), ("v2", "y"), ("x", "v1")],
    )
    assert set(maximal_ancestral_graph(first).edges) == {
        Edge("x", "z"), Edge("z", "v2", "<->"), Edge("v2", "y"), Edge("x", "v2"),
    }  # fmt: skip
    latents = [Node(name, frozenset({"latent"})) for name in ("l1", "l2")]
    second = CausalGraph(
        latents,
        [
            ("a", "x"), ("l1", "x"), ("l1", "z"), ("l2", "y"), ("l2", "z"),
            ("x", "y"), ("z", "x"), ("z", "y"),
        ],
    )  # fmt: skip
    assert maximal_ancestral_graph(second).directed_edges == {
        ("a", "x"), ("a", "y"), ("x", "y"), ("z", "x"), ("z", "y"),
    }  # fmt: skip


def test_other_edges_are_refused() -> None:
    graph = CausalGraph(edges=[Edge("a", "b", "--")])
    with pytest.raises(GraphError, match="DAG or ADMG"):
        latent_projection(graph)
    with pytest.raises(GraphError, match="DAG or ADMG"):
        maximal_ancestral_graph(graph)
