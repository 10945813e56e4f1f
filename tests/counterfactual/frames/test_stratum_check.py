"""Strata are formed by what the treatment does not affect."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from oracles.graph_strategies import graphs

from causal_magics.counterfactual.frames.stratum_check import affected_by, check_strata
from causal_magics.errors import CounterfactualError, UnknownNodeError
from causal_magics.graph.model import CausalGraph

GRAPH = CausalGraph.parse("Age -> X -> M -> Y; X -> Y; Age -> Y; M -> Late")


@pytest.mark.parametrize("strata", [(), "Age", ["Age"], ("Age", "Age")])
def test_what_comes_before_the_treatment_forms_strata(strata: object) -> None:
    check_strata(GRAPH, "X", strata)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "path"), [("M", "X -> M"), ("Y", "X -> Y"), ("Late", "X -> M -> Late")]
)
def test_descendants_are_refused_with_the_path(name: str, path: str) -> None:
    with pytest.raises(CounterfactualError, match=f"is affected by 'X': {path}. Leave it out"):
        check_strata(GRAPH, "X", ["Age", name])


def test_the_treatment_and_unknown_names_are_refused() -> None:
    with pytest.raises(CounterfactualError, match="the treatment itself"):
        check_strata(GRAPH, "X", "X")
    with pytest.raises(UnknownNodeError, match=r"no node 'Aeg'\. Did you mean 'Age'"):
        check_strata(GRAPH, "X", "Aeg")
    with pytest.raises(UnknownNodeError):
        check_strata(GRAPH, "Q", "Age")


@pytest.mark.parametrize(
    ("text", "path"),
    [("X -- Z; Z -- W", "X -- Z -- W"), ("X @-> W", "X @-> W"), ("W @-- X", "X --@ W")],
)
def test_a_class_that_leaves_it_open_is_refused(text: str, path: str) -> None:
    with pytest.raises(CounterfactualError, match=f"may be affected by 'X': {path}"):
        check_strata(CausalGraph.parse(text), "X", "W")


def test_a_class_that_directs_its_edges_is_not() -> None:
    # A -> B and B -- C imply B -> C, as C -> B would be a new collider.
    check_strata(CausalGraph.parse("A -> B -- C"), "C", ["B", "A"])
    check_strata(CausalGraph.parse("X <-> W"), "X", "W")


@given(graphs(marks=("->", "<->"), knowledge=False, evidence=False))
def test_what_is_affected_are_the_descendants(graph: CausalGraph) -> None:
    for name in graph.nodes:
        paths = affected_by(graph, name)
        assert set(paths) == graph.descendants(name)
        for end, (nodes, marks) in paths.items():
            assert (nodes[0], nodes[-1]) == (name, end)
            assert set(marks) == {"->"}
            assert all(pair in graph.directed_edges for pair in pairwise(nodes))
