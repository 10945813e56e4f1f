import random

import pytest
from oracles import path_separation
from oracles.random_graphs import (
    Maker,
    random_admg,
    random_ancestral,
    random_dag,
    sparse_dag,
    subsets,
)

from causal_magics.graph.canonical import CanonicalDag
from causal_magics.graph.separation import is_d_separated
from causal_magics.graph.separators import minimal_separators, nearest_separator


@pytest.mark.parametrize("make", [random_dag, random_admg, random_ancestral])
def test_lists_exactly_the_minimal_separators(make: Maker) -> None:
    rng = random.Random(2)
    for _ in range(700):
        graph = make(rng, rng.randint(2, 6))
        dag = CanonicalDag.of(graph)
        x, y, *others = rng.sample(graph.nodes, len(graph.nodes))
        include = {v for v in others if rng.random() < 0.15}
        allowed = {v for v in others if rng.random() < 0.7} - include
        found = [
            dag.names_of(z)
            for z in minimal_separators(
                dag, dag.mask(x), dag.mask(y), dag.mask(include), dag.mask(allowed)
            )
        ]
        separating = [
            z
            for z in subsets(allowed | include)
            if z >= include and path_separation.separated(graph, {x}, {y}, set(z))
        ]
        minimal = {z for z in separating if not any(other < z for other in separating)}
        assert len(found) == len(set(found))
        assert set(found) == minimal


def test_the_nearest_separator_leaves_the_source_least() -> None:
    rng = random.Random(5)
    for _ in range(300):
        graph = random_dag(rng, 7)
        dag = CanonicalDag.of(graph)
        x, y = rng.sample(graph.nodes, 2)
        near = nearest_separator(dag, dag.mask(x), dag.mask(y))
        every = list(minimal_separators(dag, dag.mask(x), dag.mask(y)))
        assert (near is None) == (not every)
        for other in every:
            beyond = dag.names_of(other & ~near)
            if beyond:
                assert is_d_separated(graph, x, beyond, dag.names_of(near) - beyond)


def test_the_first_separator_of_a_large_graph_needs_no_listing() -> None:
    graph = sparse_dag(1000, 3, seed=3)
    dag = CanonicalDag.of(graph)
    rng = random.Random(0)
    for _ in range(20):
        x, y = rng.sample(graph.nodes, 2)
        if y not in graph.neighbors(x):
            z = next(minimal_separators(dag, dag.mask(x), dag.mask(y)))
            assert is_d_separated(graph, x, y, dag.names_of(z))
