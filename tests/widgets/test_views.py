"""Other graphs that an editor's graph stands for."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.graph_strategies import graphs

from causal_magics.errors import CausalMagicsError
from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.questions import answer, read_question
from causal_magics.widgets.session import EditorSession, State
from causal_magics.widgets.views import MOST_NODES, VIEWS, view


def state_of(graph: CausalGraph) -> State:
    return EditorSession(graph, lambda _message: None).state


def seen(graph: CausalGraph, name: str) -> tuple[set[str], str]:
    state = state_of(graph)
    found = view(name, state)
    names = {node.id: node.name for node in state.document.nodes.values()}
    edges = {
        f"{names[edge['source']]} {edge['mark']} {names[edge['target']]}" for edge in found["edges"]
    }
    return edges, found["words"]


def test_directions_that_no_independence_decides_are_left_open() -> None:
    edges, words = seen(CausalGraph.parse("A -> B -> C <- D"), "equivalence class")
    assert edges == {"A -- B", "B -> C", "D -> C"}
    assert words == "1 of 3 directions are left open by the independences"


def test_latent_causes_become_two_headed_edges() -> None:
    edges, words = seen(CausalGraph.parse("U [latent]; U -> {X Y}; X -> Y"), "observed only")
    assert edges == {"X -> Y", "X <-> Y"}
    assert words == "1 ↔ for causes that are not observed"


def test_parents_of_a_common_child_are_joined() -> None:
    edges, words = seen(CausalGraph.parse("A -> C <- B"), "moral graph")
    assert edges == {"A -- B", "A -- C", "B -- C"}
    assert words.startswith("1 joined besides")


def test_adjusting_for_a_collider_makes_its_causes_depend() -> None:
    collider = CausalGraph.parse("A -> C <- B")
    assert seen(collider, "dependences")[0] == {"A -- C", "B -- C"}
    adjusted, words = seen(collider.set_roles("C", "adjusted"), "dependences")
    assert adjusted == {"A -- B"}
    assert words == "1 of 1 pairs of observed nodes depend given C"
    assert seen(collider.set_roles("C", "selection"), "dependences")[0] == {"A -- B"}


@settings(deadline=None, max_examples=60)
@given(graphs(st.sampled_from("ABCDEF"), ("->", "<->"), max_nodes=6, knowledge=False))
def test_dependences_are_what_separation_says_pair_by_pair(graph: CausalGraph) -> None:
    fixed = {*graph.adjusted, *graph.selections}
    free = [name for name in graph.nodes if name not in fixed | {*graph.latents}]
    expected = {
        frozenset(pair)
        for pair in combinations(free, 2)
        if not graph.is_d_separated([pair[0]], [pair[1]], fixed)
    }
    found = {frozenset(edge.split(" -- ")) for edge in seen(graph, "dependences")[0]}
    assert found == expected


@pytest.mark.parametrize("name", ["equivalence class", "observed only"])
def test_graphs_that_have_no_such_view_say_why(name: str) -> None:
    with pytest.raises(CausalMagicsError):
        view(name, state_of(CausalGraph.parse("A -- B; B @-> C")))


@pytest.mark.parametrize("name", [None, 3, "", "equivalence", []])
def test_an_unknown_view_is_refused_with_those_that_there_are(name: object) -> None:
    with pytest.raises(CausalMagicsError, match="equivalence class, observed only"):
        view(name, state_of(CausalGraph.parse("A -> B")))


def test_graphs_too_large_for_a_waiting_screen_are_refused() -> None:
    nodes = "\n".join(f"V{number}" for number in range(MOST_NODES + 1))
    with pytest.raises(CausalMagicsError, match="up to 300 nodes"):
        view("dependences", state_of(CausalGraph.parse(nodes)))


def test_a_screen_asks_for_a_view() -> None:
    state = state_of(CausalGraph.parse("A -> B"))
    for name in VIEWS:
        question = read_question({"kind": "ask", "id": "q", "question": "view", "view": name})
        assert question is not None
        told = answer(question, state, Evidence())
        assert told["error"] is None
        assert len(told["result"]["edges"]) == 1
