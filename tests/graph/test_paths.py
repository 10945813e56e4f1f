import random

import pytest
from oracles import path_separation
from oracles.random_graphs import random_admg, sparse_dag

from causal_magics.graph.model import CausalGraph, Edge, Node
from causal_magics.graph.paths import CausalPath, paths
from causal_magics.graph.separation import is_d_separated


def test_all_paths_of_random_graphs() -> None:
    rng = random.Random(61)
    for _ in range(300):
        graph = random_admg(rng, rng.randint(2, 5))
        x, y, *rest = rng.sample(graph.nodes, len(graph.nodes))
        given = set(rest[: rng.randint(0, len(rest))])
        found = paths(graph, x, y, given, limit=None)
        expected = {
            tuple(edge for _, edge, _ in path): path_separation.is_open(graph, path, given)
            for path in path_separation.paths(graph, x, y)
        }
        assert {path.edges: path.is_open for path in found} == expected
        assert len(found) == len(expected)
        assert [len(path.nodes) for path in found] == sorted(len(path.nodes) for path in found)
        assert is_d_separated(graph, x, y, given) is not any(path.is_open for path in found)


def only(found: tuple[CausalPath, ...]) -> CausalPath:
    (path,) = found
    return path


@pytest.mark.parametrize(
    ("text", "given", "kind", "blockers"),
    [
        ("x -> m -> y", [], "causal", ""),
        ("x -> m -> y", ["m"], "causal", "m (adjusted for)"),
        ("x <- u -> y", [], "biasing", ""),
        ("x -> c <- y", [], "biasing", "c (unadjusted collider)"),
        ("x -> c <- y", ["c"], "biasing", ""),
        ("x <-> y", [], "biasing", ""),
        ("x -- m -> y", [], "possibly causal", ""),
        ("x @-> m -> y", [], "possibly causal", ""),
        ("x <-@ m -> y", [], "biasing", ""),
    ],
)
def test_kinds_and_reasons(text: str, given: list[str], kind: str, blockers: str) -> None:
    path = only(paths(CausalGraph.parse(text), "x", "y", given))
    assert str(path) == text
    assert path.kind == kind
    assert ", ".join(map(str, path.blockers)) == blockers


def test_roles_are_the_defaults() -> None:
    graph = CausalGraph(
        [
            Node("x", frozenset({"exposure"})),
            Node("y", frozenset({"outcome"})),
            Node("a", frozenset({"adjusted"})),
            Node("s", frozenset({"selection"})),
        ],
        [("a", "x"), ("a", "y"), ("x", "s"), ("c", "s"), ("c", "y"), ("s", "d"), ("d", "y")],
    )
    found = {str(path): path for path in paths(graph)}
    assert str(found["x <- a -> y"].blockers[0]) == "a (adjusted for)"
    assert found["x -> s <- c -> y"].is_open
    assert str(found["x -> s -> d -> y"].blockers[0]) == "s (selected on)"


def test_paths_are_proper() -> None:
    graph = CausalGraph(edges=[("x1", "x2"), ("x2", "y1"), ("y1", "y2")])
    assert {str(p) for p in paths(graph, ["x1", "x2"], ["y1", "y2"])} == {"x2 -> y1"}


def test_parallel_edges_are_two_paths() -> None:
    graph = CausalGraph(edges=[Edge("x", "y"), Edge("x", "y", "<->")])
    assert {str(path) for path in paths(graph, "x", "y")} == {"x -> y", "x <-> y"}


def test_a_large_graph_is_listed_up_to_the_limit() -> None:
    graph = sparse_dag(1000, 4, seed=2)
    found = paths(graph, "V1", "V2", limit=25)
    assert len(set(found)) == 25
