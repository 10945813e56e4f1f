"""What DAGitty publishes about its example graphs, read from the golden file."""

import json
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from causal_magics.graph.adjustment import adjustment_sets, is_adjustment_set
from causal_magics.graph.canonical import CanonicalDag
from causal_magics.graph.independences import Independence, implied_independences
from causal_magics.graph.model import CausalGraph, Edge, Node
from causal_magics.graph.separation import is_d_separated
from causal_magics.graph.separators import minimal_separators

GOLDEN = Path(__file__).parents[1] / "golden" / "dagitty_examples.json"
CASES = {case["name"]: case for case in json.loads(GOLDEN.read_text(encoding="utf-8"))["cases"]}

Case = dict[str, Any]


def graph_of(case: Case) -> CausalGraph:
    nodes = [Node(name, frozenset(case["roles"].get(name, ()))) for name in case["nodes"]]
    return CausalGraph(nodes, [Edge(*edge) for edge in case["edges"]])


def cases_with(*keys: str) -> Any:
    return pytest.mark.parametrize("name", [n for n, c in CASES.items() if c.keys() & set(keys)])


def frozen(sets: list[list[str]]) -> set[frozenset[str]]:
    return {frozenset(names) for names in sets}


def statements(rows: list[list[Any]]) -> set[tuple[frozenset[str], frozenset[str]]]:
    return {(frozenset({a, b}), frozenset(given)) for a, b, given in rows}


def as_statement(found: Independence) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset({found.a, found.b}), found.given


@cases_with("adjustment_sets")
def test_total_effect(name: str) -> None:
    case = CASES[name]
    graph = graph_of(case)
    found = adjustment_sets(
        graph, forced=case.get("forced"), excluded=case.get("excluded", ()), limit=None
    )
    assert set(found) == frozen(case["adjustment_sets"])
    assert all(is_adjustment_set(graph, given) for given in found)


@cases_with("direct_adjustment_sets")
def test_direct_effect(name: str) -> None:
    found = adjustment_sets(graph_of(CASES[name]), effect="direct")
    assert set(found) == frozen(CASES[name]["direct_adjustment_sets"])


@cases_with("valid_sets", "invalid_sets")
def test_validity(name: str) -> None:
    graph = graph_of(CASES[name])
    assert all(is_adjustment_set(graph, given) for given in CASES[name].get("valid_sets", ()))
    assert not any(is_adjustment_set(graph, given) for given in CASES[name]["invalid_sets"])


@cases_with("independences")
def test_all_minimal_independences(name: str) -> None:
    graph = graph_of(CASES[name])
    found = set(map(as_statement, implied_independences(graph, "all")))
    assert found == statements(CASES[name]["independences"])
    once = implied_independences(graph)
    assert set(map(as_statement, once)) <= found
    assert len(once) == len({pair for pair, _ in found})


@cases_with("local_independences")
def test_local_independences(name: str) -> None:
    found = implied_independences(graph_of(CASES[name]), "local")
    assert set(map(as_statement, found)) == statements(CASES[name]["local_independences"])


@cases_with("independences_of", "separators")
def test_separators(name: str) -> None:
    case = CASES[name]
    graph = graph_of(case)
    dag = CanonicalDag.of(graph)
    node, others = case.get("independences_of", (None, {}))
    asked = [((node, other), (), sets) for other, sets in others.items()]
    asked += [(s["ends"], s["include"], s["sets"]) for s in case.get("separators", ())]
    for (a, b), include, sets in asked:
        found = minimal_separators(dag, dag.mask(a), dag.mask(b), dag.mask(include))
        assert set(map(dag.names_of, found)) == frozen(sets)


@cases_with("separations")
def test_separations(name: str) -> None:
    graph = graph_of(CASES[name])
    for a, b, given, truth in CASES[name]["separations"]:
        assert is_d_separated(graph, a, b, given) is truth


@pytest.mark.parametrize("name", CASES)
def test_minimal_sets_agree_with_networkx(name: str) -> None:
    """networkx finds one minimal separator; it must be among ours, for pairs in the DAGs."""
    graph = graph_of(CASES[name])
    if not graph.is_dag or graph.selections:
        return
    reference = nx.DiGraph(list(graph.directed_edges))
    reference.add_nodes_from(graph.nodes)
    dag = CanonicalDag.of(graph)
    pairs = [(a, b) for a in graph.nodes for b in graph.nodes if a < b][:40]
    for a, b in pairs:
        expected = nx.find_minimal_d_separator(reference, {a}, {b})
        found = minimal_separators(dag, dag.mask(a), dag.mask(b))
        if expected is None:
            assert next(found, None) is None
        else:
            assert frozenset(expected) in set(map(dag.names_of, found))


def test_ancestors_in_shrier_and_platt() -> None:
    case = CASES["Shrier & Platt, 2008"]
    for name, ancestors in case["ancestors"].items():
        assert graph_of(case).ancestors(name) == set(ancestors)
