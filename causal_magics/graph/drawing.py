"""Static pictures of causal graphs: SVG, and PNG with the extra `png`.

The drawing has no ids, so any number of copies can stand on one page, and it is the same text
for the same graph every time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from causal_magics.graph.canvas import canvas_positions
from causal_magics.graph.drawing_edges import (
    Differences,
    DrawnEdge,
    badges_markup,
    drawn_edges,
    edge_markup,
    legend,
)
from causal_magics.graph.drawing_frame import framed
from causal_magics.graph.drawing_nodes import node_markup, role_colour
from causal_magics.graph.drawing_palette import (
    Theme,
    paint,
)
from causal_magics.graph.drawing_svg import element, svg_to_png, text_element
from causal_magics.graph.geometry import bounding_box, node_box, node_shape
from causal_magics.graph.geometry_curves import Box, Point, number
from causal_magics.graph.geometry_routes import route_edges
from causal_magics.graph.model import CausalGraph

__all__ = ["COMPACT_ABOVE", "Differences", "Theme", "to_png", "to_svg"]

COMPACT_ABOVE = 1500
"""Graphs of more nodes are drawn as dots and lines, with only nodes that have a role named."""

_MARGIN = 16
_LEGEND_HEIGHT = 28
_DESCRIBED = 60
_DOT = 2
_COMPACT_WIDTH = 1400

_View = tuple[float, float, float, float]


def to_svg(
    graph: CausalGraph,
    *,
    theme: Theme = "auto",
    title: str | None = None,
    comparison: Differences | None = None,
    caption: str = "",
    notes: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Draw a graph as SVG.

    Parameters
    ----------
    graph : CausalGraph
        Stored positions are used; the rest is laid out.
    theme : {"auto", "light", "dark"}
        `auto` follows Jupyter's theme where the drawing stands in it, else the system's.
    title : str, optional
        The picture's accessible name.
    comparison : Differences, optional
        Sets of edges that the graph has added, lacks, or has in another way than a second graph;
        each is marked, and what it lacks is drawn too. A `Comparison` will do.
    caption : str
        Stands behind the legend of a comparison.
    notes : mapping of str to str
        A few words below a node.

    Returns
    -------
    str
        One `<svg>` element. The same input gives the same text.
    """
    positions = canvas_positions(graph)
    edges = drawn_edges(graph, comparison)
    if len(graph.nodes) > COMPACT_ABOVE:
        view, body = _compact(graph, positions, edges, theme)
    else:
        view, body = _full(graph, positions, edges, theme, notes)
    if comparison is not None:
        left, top, width, height = view
        explained, end = legend(comparison, caption, left + _MARGIN, top + height + 6, theme)
        body += explained
        view = (left, top, max(width, end - left), height + _LEGEND_HEIGHT)
    return _document(view, body, theme, title or "Causal graph", _description(graph, edges))


def to_png(
    graph: CausalGraph,
    *,
    theme: Theme = "light",
    title: str | None = None,
    comparison: Differences | None = None,
    zoom: float = 2.0,
) -> bytes:
    """Draw a graph as PNG, `zoom` pixels for each pixel of `to_svg`.

    Raises
    ------
    MissingDependencyError
        Where `resvg-py` (the extra `png`) is not installed.
    """
    svg = to_svg(
        graph, theme="light" if theme == "auto" else theme, title=title, comparison=comparison
    )
    return svg_to_png(svg, zoom)


def _full(
    graph: CausalGraph,
    positions: Mapping[str, Point],
    edges: list[DrawnEdge],
    theme: Theme,
    notes: Mapping[str, str],
) -> tuple[_View, str]:
    shapes = {name: node_shape(name, node.roles) for name, node in graph.node_table.items()}
    boxes = {name: node_box(shape, *positions[name]) for name, shape in shapes.items()}
    routes = route_edges(boxes, [edge.routed for edge in edges])
    pairs = [(edge, route) for edge, route in zip(edges, routes, strict=True) if route]
    lines = "".join(edge_markup(edge, route, theme) for edge, route in pairs)
    badges = "".join(badges_markup(edge, route, theme) for edge, route in pairs)
    nodes = "".join(
        node_markup(graph.node(name), shape, positions[name], theme)
        for name, shape in shapes.items()
    )
    below = "".join(_note(notes[name], box, theme) for name, box in boxes.items() if name in notes)
    view = bounding_box(boxes.values(), (route.hull for _, route in pairs), _MARGIN)
    return view, lines + nodes + below + badges


def _note(words: str, box: Box, theme: Theme) -> str:
    """Draw words below a node, readable where an edge runs behind them."""
    place = {"x": number(box.x), "y": number(box.y + box.height / 2 + 12), "text-anchor": "middle"}
    halo = {"stroke-width": "3", "stroke-linejoin": "round", "paint-order": "stroke"}
    colours = paint(theme, fill="text", stroke="surface")
    return text_element("text", words, {**place, "font-size": "11", **halo, **colours})


def _compact(
    graph: CausalGraph, positions: Mapping[str, Point], edges: list[DrawnEdge], theme: Theme
) -> tuple[_View, str]:
    """Draw dots and straight lines, scaled down, and the names only of nodes that have a role."""
    boxes = [node_box(node_shape(name), *place) for name, place in positions.items()]
    scale = min(1.0, _COMPACT_WIDTH / bounding_box(boxes)[2])
    places = {name: (x * scale, y * scale) for name, (x, y) in positions.items()}
    path = "".join(f"M{_pair(places[edge.source])}L{_pair(places[edge.target])}" for edge in edges)
    thin = {"stroke-width": "0.7", "stroke-opacity": "0.4"}
    parts = [element("path", {"d": path, **paint(theme, stroke="line"), **thin})] if path else []
    named: list[str] = []
    for name, node in graph.node_table.items():
        x, y = places[name]
        colour = role_colour(node)
        dot = {"cx": number(x), "cy": number(y), "r": str(2 * _DOT if colour else _DOT)}
        circle = {**dot, **paint(theme, fill=colour or "line")}
        parts.append(element("circle", circle, [text_element("title", name)]))
        if node.roles:
            named.append(node_markup(node, node_shape(name, node.roles), (x, y), theme))
    return bounding_box((), [places.values()], 4 * _MARGIN), "".join([*parts, *named])


def _pair(point: Point) -> str:
    return f"{number(point[0])} {number(point[1])}"


def _description(graph: CausalGraph, edges: Iterable[DrawnEdge]) -> str:
    said = [edge.hover for edge in edges]
    more = f"; and {len(said) - _DESCRIBED} more" if len(said) > _DESCRIBED else ""
    counts = f"{len(graph.nodes)} nodes, {len(graph.edges)} edges"
    alone = ", ".join(graph.nodes[:_DESCRIBED])
    return f"{counts}. {'; '.join(said[:_DESCRIBED]) + more or alone}"


def _document(view: _View, body: str, theme: Theme, title: str, description: str) -> str:
    left, top, *size = view
    return framed(
        (size[0], size[1]), theme, title, description, [body], origin=(left, top), font_size=13
    )
