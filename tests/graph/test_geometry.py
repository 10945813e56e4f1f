"""Sizes of nodes and courses of edges: golden values, and what a reader of a drawing relies on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causal_magics.graph.geometry import (
    MAX_NODE_WIDTH,
    bounding_box,
    edge_width,
    mark_ends,
    node_box,
    node_shape,
)
from causal_magics.graph.geometry_curves import (
    Box,
    EdgeEnd,
    arrow_head,
    border_distance,
    circle_centre,
    number,
)
from causal_magics.graph.geometry_routes import EdgeRoute, RouteEdge, route_edges
from causal_magics.graph.geometry_text import fit_label, label_width

GOLDEN = Path(__file__).parents[1] / "golden" / "geometry.json"
CASES: dict[str, Any] = json.loads(GOLDEN.read_text("utf-8"))


def boxes_of(case: dict[str, Any]) -> dict[str, Box]:
    return {name: Box(*values) for name, values in case["boxes"].items()}


@pytest.mark.parametrize(("text", "width", "fitted"), CASES["labels"])
def test_golden_labels(text: str, width: float, fitted: str) -> None:
    assert label_width(text) == width
    assert fit_label(text, 100) == fitted
    assert label_width(fitted) <= max(100, label_width(text) if fitted == text else 100)


@pytest.mark.parametrize("case", CASES["shapes"])
def test_golden_shapes(case: dict[str, Any]) -> None:
    shape = node_shape(case["name"], case["roles"])
    assert (shape.width, shape.height, shape.radius) == (case["width"], 30, case["radius"])
    assert (shape.ring, shape.label) == (case["ring"], case["label"])
    assert shape.label_x == pytest.approx(case["label_x"], abs=1e-4)
    assert [role for role, _ in shape.glyphs] == [role for role, _ in case["glyphs"]]
    places = [x for _, x in shape.glyphs]
    assert places == pytest.approx([x for _, x in case["glyphs"]], abs=1e-4)


def assert_end(end: EdgeEnd, expected: dict[str, Any]) -> None:
    assert end.mark == expected["mark"]
    assert end.tip == pytest.approx(expected["tip"], abs=0.01)
    assert end.direction == pytest.approx(expected["direction"], abs=0.001)
    assert circle_centre(end) == pytest.approx(expected["circle"], abs=0.01)
    assert arrow_head(end, 1.5) == expected["head"]


@pytest.mark.parametrize("case", CASES["routes"], ids=lambda case: f"{len(case['boxes'])} boxes")
def test_golden_routes(case: dict[str, Any]) -> None:
    boxes = boxes_of(case)
    routes = route_edges(boxes, [RouteEdge(*edge) for edge in case["edges"]])
    for route, expected in zip(routes, case["routes"], strict=True):
        assert (route is None) == (expected is None)
        if route is None:
            continue
        assert route.path == expected["path"]
        assert_end(route.source, expected["source"])
        assert_end(route.target, expected["target"])
        assert route.middle == pytest.approx(expected["middle"], abs=0.01)
    hulls = [route.hull for route in routes if route]
    assert list(bounding_box(boxes.values(), hulls)) == case["bounding_box"]


def test_golden_bounding_box_of_nothing() -> None:
    assert list(bounding_box([])) == CASES["empty_bounding_box"]


def box(x: float, y: float, name: str = "X") -> Box:
    return node_box(node_shape(name), x, y)


def routed(boxes: dict[str, Box], *edges: RouteEdge) -> list[EdgeRoute]:
    routes = [route for route in route_edges(boxes, edges) if route]
    assert len(routes) == len(edges)
    return routes


def points_of(route: EdgeRoute) -> list[tuple[float, float]]:
    """Sample the drawn path."""
    numbers = np.array(
        route.path.replace("M", "").replace("L", " ").replace("C", " ").split(), float
    ).reshape(-1, 2)
    t = np.linspace(0, 1, 101)[:, None]
    if len(numbers) == 2:
        curve = numbers[0] * (1 - t) + numbers[1] * t
    else:
        p, q, r, s = numbers
        curve = (1 - t) ** 3 * p + 3 * (1 - t) ** 2 * t * q + 3 * (1 - t) * t**2 * r + t**3 * s
    return [(float(x), float(y)) for x, y in curve]


def test_a_free_edge_is_straight_and_ends_at_the_borders() -> None:
    boxes = {"a": box(0, 0), "b": box(200, 90)}
    (route,) = routed(boxes, RouteEdge("a", "b"))
    assert "C" not in route.path
    assert border_distance(boxes["b"], route.target.tip) == pytest.approx(3, abs=0.01)
    assert border_distance(boxes["a"], route.source.tip) == pytest.approx(1, abs=0.01)


def test_an_edge_is_bowed_around_a_node_in_its_way() -> None:
    boxes = {"a": box(0, 0), "between": box(4, 100), "b": box(0, 200)}
    (route,) = routed(boxes, RouteEdge("a", "b"))
    assert "C" in route.path
    assert min(border_distance(boxes["between"], point) for point in points_of(route)) > 0


def test_parallel_edges_are_apart() -> None:
    boxes = {"a": box(0, 0), "b": box(30, 120)}
    arrow, arc = routed(boxes, RouteEdge("a", "b"), RouteEdge("a", "b", "<->"))
    there, back = routed(boxes, RouteEdge("a", "b"), RouteEdge("b", "a"))
    for one, other in ((arrow, arc), (there, back)):
        assert np.hypot(*np.subtract(one.middle, other.middle)) > 15


def test_overlapping_nodes_still_give_a_path() -> None:
    boxes = {"a": box(0, 0), "b": box(5, 3), "c": box(0, 0)}
    for route in routed(boxes, RouteEdge("a", "b"), RouteEdge("a", "c", "<->")):
        assert "nan" not in route.path
        assert np.hypot(*route.target.direction) == pytest.approx(1)


def test_marks_and_widths() -> None:
    assert mark_ends("@->") == ("circle", "arrow")
    assert mark_ends("--") == ("none", "none")
    assert [edge_width(value) for value in (None, 0, 0.5, 1, 7)] == [1.5, 1, 2.5, 4, 4]


@given(st.text(max_size=60))
def test_no_label_is_wider_than_its_node(name: str) -> None:
    shape = node_shape(name, ["exposure", "latent"])
    assert shape.width <= MAX_NODE_WIDTH
    assert label_width(shape.label) + 32 + 28 <= shape.width + 1e-9
    assert shape.label == name or shape.label.endswith("…")


@given(st.floats(-1e6, 1e6))
def test_numbers_have_two_decimals(value: float) -> None:
    written = number(value)
    assert float(written) == pytest.approx(value, abs=0.00501)
    assert len(written.partition(".")[2]) <= 2
    assert written != "-0"
