"""The layered layout: golden drawings, optimal ranks, honest crossings, exact places."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression, linprog

from causal_magics.graph.layout import layout, layout_with_bends
from causal_magics.graph.layout_coordinates import _settle
from causal_magics.graph.layout_order import LayeredGraph, count_crossings, order_layers
from causal_magics.graph.layout_ranks import Arc, components, rank_nodes, without_cycles
from causal_magics.graph.layout_shelves import pack_shelves

GOLDEN = Path(__file__).parents[1] / "golden" / "layout.json"
CASES: dict[str, dict[str, Any]] = json.loads(GOLDEN.read_text("utf-8"))

pairs = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=30)


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str) -> None:
    case = CASES[name]
    drawn = layout_with_bends(
        case["nodes"], case["edges"], undirected=case["undirected"], soft=case["soft"]
    )
    assert list(drawn.positions) == list(case["positions"])
    for node, place in case["positions"].items():
        assert drawn.positions[node] == pytest.approx(place, abs=0.01)
    assert len(drawn.bends) == len(case["bends"])
    for bends, expected in zip(drawn.bends, case["bends"], strict=True):
        assert np.array(bends) == pytest.approx(np.array(expected), abs=0.01)


@settings(deadline=None)
@given(pairs, pairs, pairs)
def test_any_edges_are_drawn_without_overlap(
    edges: list[Arc], undirected: list[Arc], soft: list[Arc]
) -> None:
    nodes = [(str(i), 64.0 + 10 * i, 30.0) for i in range(12)]
    named = [[(str(a), str(b)) for a, b in group] for group in (edges, undirected, soft)]
    drawn = layout(nodes, named[0], undirected=named[1], soft=named[2])
    assert drawn == layout(nodes, named[0], undirected=named[1], soft=named[2])
    for (a, width_a, _), (b, width_b, _) in combinations(nodes, 2):
        dx, dy = abs(drawn[a][0] - drawn[b][0]), abs(drawn[a][1] - drawn[b][1])
        assert dx >= (width_a + width_b) / 2 or dy >= 30
    assert min(drawn[name][0] - width / 2 for name, width, _ in nodes) >= -0.5
    assert min(y for _, y in drawn.values()) == 15


@given(pairs)
def test_causes_stand_above_effects(edges: list[Arc]) -> None:
    acyclic = [(str(a), str(b)) for a, b in edges if a < b]
    drawn = layout([(str(i), 64, 30) for i in range(12)], acyclic)
    assert all(drawn[a][1] < drawn[b][1] for a, b in acyclic)


@given(pairs)
def test_ranks_are_as_short_as_linear_programming_makes_them(edges: list[Arc]) -> None:
    arcs = sorted({(a, b) for a, b in edges if a < b})
    ranks = rank_nodes(12, arcs, [])
    lengths = [ranks[head] - ranks[tail] for tail, head in arcs]
    assert all(length >= 1 for length in lengths)
    if arcs:
        constraint = np.zeros((len(arcs), 12))
        for row, (tail, head) in enumerate(arcs):
            constraint[row, tail], constraint[row, head] = 1, -1
        best = linprog(
            -constraint.sum(axis=0), constraint, -np.ones(len(arcs)), bounds=(None, None)
        )
        assert sum(lengths) == pytest.approx(best.fun)


@given(pairs)
def test_only_arcs_on_cycles_are_turned(edges: list[Arc]) -> None:
    arcs = [(a, b) for a, b in edges if a != b]
    turned = without_cycles(12, arcs)
    assert all(new in (old, old[::-1]) for new, old in zip(turned, arcs, strict=True))
    rank_nodes(12, turned, [])
    acyclic = [(a, b) for a, b in arcs if a < b]
    assert without_cycles(12, acyclic) == acyclic


def test_soft_arcs_shift_parts_to_each_other() -> None:
    assert rank_nodes(4, [(0, 1), (1, 2)], [(3, 2)]) == [0, 1, 2, 2]


def test_components() -> None:
    assert components(5, [(3, 1), (0, 4)]) == [[0, 4], [1, 3], [2]]


@st.composite
def layered_graphs(draw: st.DrawFn) -> LayeredGraph:
    layer_of = [0] * 5 + [1] * 5 + [2] * 5
    up: list[list[int]] = [[] for _ in layer_of]
    down: list[list[int]] = [[] for _ in layer_of]
    possible = [(a, b) for a in range(10) for b in range(5, 15) if layer_of[b] - layer_of[a] == 1]
    for a, b in draw(st.lists(st.sampled_from(possible), unique=True)):
        down[a].append(b)
        up[b].append(a)
    return LayeredGraph(layer_of, up, down, [[] for _ in layer_of])


def crossings_by_hand(graph: LayeredGraph, layers: list[list[int]]) -> int:
    place = {vertex: index for layer in layers for index, vertex in enumerate(layer)}
    arcs = [(a, b) for a, heads in enumerate(graph.down) for b in heads]
    return sum(
        (place[a] - place[c]) * (place[b] - place[d]) < 0
        for (a, b), (c, d) in combinations(arcs, 2)
        if graph.layer_of[a] == graph.layer_of[c]
    )


@given(layered_graphs())
def test_crossings_are_counted_and_lessened(graph: LayeredGraph) -> None:
    unsorted = [list(range(5)), list(range(5, 10)), list(range(10, 15))]
    assert count_crossings(graph, unsorted) == crossings_by_hand(graph, unsorted)
    ordered = order_layers(graph)
    assert [sorted(layer) for layer in ordered] == unsorted
    assert count_crossings(graph, ordered) <= count_crossings(graph, unsorted)


def test_a_tree_has_no_crossings() -> None:
    names = [str(i) for i in range(31)]
    shuffled = [names[(7 * i) % 31] for i in range(31)]
    edges = [(names[(i - 1) // 2], names[i]) for i in range(1, 31)]
    drawn = layout([(name, 64, 30) for name in shuffled], edges)
    for (a, b), (c, d) in combinations(edges, 2):
        if drawn[a][1] == drawn[c][1] and a != c:
            assert (drawn[a][0] - drawn[c][0]) * (drawn[b][0] - drawn[d][0]) > 0


@given(
    st.lists(st.tuples(st.floats(-100, 100), st.floats(0.1, 10)), min_size=1, max_size=12),
)
def test_places_are_the_isotonic_regression(wanted: list[tuple[float, float]]) -> None:
    offsets = [10.0 * place for place in range(len(wanted))]
    x = [0.0] * len(wanted)
    _settle(range(len(wanted)), wanted, offsets, x)
    targets = np.array([target for target, _ in wanted]) - offsets
    expected = isotonic_regression(targets, weights=[force for _, force in wanted]).x + offsets
    assert x == pytest.approx(expected, abs=1e-9)


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(1, 300)), max_size=15))
def test_shelves_do_not_overlap(sizes: list[tuple[float, float]]) -> None:
    corners = pack_shelves(sizes)
    rectangles = list(zip(corners, sizes, strict=True))
    for ((ax, ay), (aw, ah)), ((bx, by), (bw, bh)) in combinations(rectangles, 2):
        assert ax + aw <= bx or bx + bw <= ax or ay + ah <= by or by + bh <= ay


def test_a_graph_with_very_many_bends_is_drawn() -> None:
    chain = [(str(i), str(i + 1)) for i in range(299)]
    long = [(str(i), str(299 - i)) for i in range(140)]
    drawn = layout([(str(i), 64, 30) for i in range(300)], chain + long)
    assert drawn["0"][1] < drawn["299"][1]
