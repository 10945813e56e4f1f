"""Where nodes stand on the canvas."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causal_magics.graph.canvas import canvas_positions, canvas_scale, notation_positions
from causal_magics.graph.geometry import node_shape
from causal_magics.graph.model import CausalGraph, Node

parse = CausalGraph.parse


def overlapping(positions: dict[str, tuple[float, float]]) -> list[tuple[str, str]]:
    return [
        (a, b)
        for a, b in combinations(positions, 2)
        if abs(positions[a][1] - positions[b][1]) < 30
        and abs(positions[a][0] - positions[b][0]) < (node_shape(a).width + node_shape(b).width) / 2
    ]


def test_stored_positions_are_a_hundred_pixels_a_unit() -> None:
    graph = parse("a -> b; a -> c").with_positions({"a": (0, 0), "b": (1, 1), "c": (-1, 1.2)})
    assert canvas_positions(graph) == {"a": (0, 0), "b": (100, 100), "c": (-100, 120)}
    assert notation_positions(canvas_positions(graph)) == graph.positions


def test_a_graph_without_positions_is_laid_out() -> None:
    drawn = canvas_positions(parse("a -> b -> c; a <-> c; d -- c"))
    assert drawn["a"][1] < drawn["b"][1] < drawn["c"][1]
    assert not overlapping(drawn)


def test_no_nodes() -> None:
    assert canvas_positions(CausalGraph()) == {}


def test_crowded_positions_are_spread() -> None:
    """As in models of dagitty.net, whose units are arbitrary."""
    graph = parse(
        'E [pos="-0.4,0.1"] D [pos="0.1,0.1"] A [pos="-0.4,-0.2"] B [pos="0.1,-0.2"] '
        'Z [pos="-0.15,-0.1"]\nE -> D; A -> {E Z}; B -> {D Z}; Z -> {E D}'
    )
    drawn = canvas_positions(graph)
    assert canvas_scale(graph) > 100
    assert not overlapping(drawn)
    assert drawn["A"][1] == drawn["B"][1]


def test_sprawling_positions_are_gathered() -> None:
    graph = parse("a -> b -> c").with_positions({"a": (100, 40), "b": (300, 40), "c": (300, 400)})
    drawn = canvas_positions(graph)
    assert 60 < drawn["b"][0] - drawn["a"][0] < 400
    assert not overlapping(drawn)


@pytest.mark.parametrize("factor", [0.2, 1, 50])
def test_what_was_shown_is_shown_again(factor: float) -> None:
    places = {"a": (0.0, 0.0), "b": (factor, factor), "c": (2 * factor, 0.0)}
    graph = parse("a -> b <- c").with_positions(places)
    shown = canvas_positions(graph)
    stored = graph.with_positions(notation_positions(shown))
    assert canvas_scale(stored) == 100
    for name, place in canvas_positions(stored).items():
        assert place == pytest.approx(shown[name], abs=0.01)


def test_one_node_dragged_over_another_moves_nothing() -> None:
    graph = parse("a -> b -> c -> d; a -> e; f -> e; g -> f")
    shown = canvas_positions(graph)
    shown["g"] = shown["a"]
    stored = graph.with_positions(notation_positions(shown))
    assert canvas_scale(stored) == 100


def test_missing_nodes_go_near_their_neighbours() -> None:
    graph = parse("a -> m -> b; a -> n; o -> b; c -> b").with_positions(
        {"a": (0, 0), "b": (0, 2), "c": (3, 0)}
    )
    drawn = canvas_positions(graph)
    assert [drawn[name] for name in "abc"] == [(0, 0), (0, 200), (300, 0)]
    assert list(drawn["m"]) == [0, 100]
    assert drawn["a"][1] < drawn["n"][1] < 200
    assert not overlapping(drawn)


def test_unconnected_and_many_missing_nodes_go_below() -> None:
    graph = parse("a -> b; c -> d -> e; f").with_positions({"a": (0, 0), "b": (0, 1)})
    drawn = canvas_positions(graph)
    assert all(drawn[name][1] > 100 for name in "cdef")
    assert not overlapping(drawn)


def test_nodes_in_one_place() -> None:
    graph = CausalGraph([Node(name, position=(1, 1)) for name in "abc"])
    assert set(canvas_positions(graph).values()) == {(100.0, 100.0)}


@settings(deadline=None, max_examples=50)
@given(
    st.dictionaries(
        st.sampled_from("abcdefgh"), st.tuples(st.floats(-5, 5), st.floats(-5, 5)), max_size=8
    )
)
def test_every_node_has_a_finite_place(places: dict[str, tuple[float, float]]) -> None:
    graph = parse("a -> b -> c <- d; e <-> f; g; h -> a").with_positions(places)
    drawn = canvas_positions(graph)
    assert list(drawn) == list(graph.nodes)
    assert all(abs(value) < 1e6 for place in drawn.values() for value in place)


def test_places_further_apart_than_the_largest_number_are_drawn() -> None:
    graph = CausalGraph([Node("a", position=(0, 1.7e308)), Node("b", position=(0, -1.7e308))])
    assert list(canvas_positions(graph)) == ["a", "b"]


def test_tiers_lie_one_below_the_other() -> None:
    graph = CausalGraph.parse("tiers: A B | C D | E\nA -> E; C -> D; B <-> D; F -> A")
    places = canvas_positions(graph)
    rows = [[places[name][1] for name in tier] for tier in graph.knowledge.tiers]
    assert max(rows[0]) < min(rows[1])
    assert max(rows[1]) < min(rows[2])
