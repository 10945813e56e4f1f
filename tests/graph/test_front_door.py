import random

import numpy as np
import pytest
from oracles import path_separation
from oracles.discrete_models import BinaryModel
from oracles.random_graphs import random_admg, sparse_dag, subsets

from causal_magics.errors import GraphError
from causal_magics.graph.front_door import front_door_sets, is_front_door_set
from causal_magics.graph.model import CausalGraph, Edge, Node


def without_outgoing(graph: CausalGraph, names: set[str]) -> CausalGraph:
    kept = [e for e in graph.edges if not (e.mark == "->" and e.source in names)]
    return CausalGraph(graph.nodes, kept)


def meets_criterion(graph: CausalGraph, zs: set[str], xs: set[str], ys: set[str]) -> bool:
    """Pearl's three conditions, by listing paths."""
    within = graph.subgraph(set(graph.nodes) - zs)
    if within.descendants(xs) & ys:
        return False
    if not path_separation.separated(without_outgoing(graph, xs), xs, zs, set()):
        return False
    return path_separation.separated(without_outgoing(graph, zs), zs, ys, xs)


def confounded_admg(rng: random.Random) -> tuple[CausalGraph, set[str], set[str]]:
    graph = random_admg(rng, 6, 0.35, 0.06)
    order = graph.topological_order()
    x, y = order[0], rng.choice(order[-2:])
    if (x, y) in graph.directed_edges:
        graph = graph.remove_edge(x, y, "->")
    if tuple(sorted((x, y))) not in graph.bidirected_edges:
        graph = graph.add_edge(x, y, "<->")
    return graph, {x, *order[1 : rng.choice((1, 1, 2))]}, {y}


def test_all_minimal_sets_meet_the_criterion_and_the_formula() -> None:
    rng = random.Random(41)
    several = 0
    for seed in range(300):
        graph, xs, ys = confounded_admg(rng)
        rest = set(graph.nodes) - xs - ys
        valid = [zs for zs in subsets(rest) if meets_criterion(graph, set(zs), xs, ys)]
        for zs in subsets(rest):
            assert is_front_door_set(graph, zs, xs, ys) is (zs in valid)
        minimal = {zs for zs in valid if not any(other < zs for other in valid)}
        found = front_door_sets(graph, xs, ys)
        assert set(found) == minimal
        assert len(found) == len(minimal)
        several += len(minimal) > 1
        if seed % 4 == 0 and frozenset() not in minimal:
            model = BinaryModel(graph, seed)
            for zs in minimal:
                assert np.allclose(model.effect(xs, ys), model.front_door(xs, ys, set(zs)))
    assert several > 5


def test_smoking_tar_cancer() -> None:
    graph = CausalGraph(
        [Node("Gene", frozenset({"latent"}))],
        [("Smoking", "Tar"), ("Tar", "Cancer"), ("Gene", "Smoking"), ("Gene", "Cancer")],
    )
    assert front_door_sets(graph, "Smoking", "Cancer") == (frozenset({"Tar"}),)
    assert front_door_sets(graph.set_roles("Tar", ["latent"]), "Smoking", "Cancer") == ()


def test_a_large_graph_is_answered() -> None:
    graph = sparse_dag(1000, 3, seed=5)
    order = graph.topological_order()
    assert all(
        is_front_door_set(graph, found, order[100], order[900])
        for found in front_door_sets(graph, order[100], order[900], limit=3)
    )


def test_what_the_criterion_does_not_cover_is_refused() -> None:
    with pytest.raises(GraphError, match="stands for a class"):
        front_door_sets(CausalGraph(edges=[Edge("x", "y", "--")]), "x", "y")
    selected = CausalGraph([Node("s", frozenset({"selection"}))], [("x", "y"), ("x", "s")])
    with pytest.raises(GraphError, match="no selection node"):
        front_door_sets(selected, "x", "y")
