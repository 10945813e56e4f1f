"""Where nodes stand on the canvas: stored positions in pixels, and a place for the others."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from causal_magics.graph.elements import Mark
from causal_magics.graph.geometry import node_box, node_shape
from causal_magics.graph.geometry_curves import Box, Point
from causal_magics.graph.layout import layout
from causal_magics.graph.model import CausalGraph

__all__ = ["CANVAS_SCALE", "canvas_positions", "canvas_scale", "notation_positions"]

CANVAS_SCALE = 100
"""Pixels of one unit of the notation's positions, where these need no other scale."""

_CROWDED = 1 / 3
_SPRAWL = 400
_GOOD_DISTANCE = 170
_MOST_SCALE = 5000
_ROOM = 12
_STEP = 24
_RINGS = 24
_LAYER = 80
_MOST_TIER_PAIRS = 400
_UNDIRECTED: frozenset[Mark] = frozenset({"--", "@-@", "@--"})


def canvas_positions(graph: CausalGraph) -> dict[str, Point]:
    """Centre of each node in pixels, y downwards.

    Stored positions are kept, times `canvas_scale`. Nodes without one are laid out: near their
    neighbours where most of the graph has its place, in layers of their own else.
    """
    boxes = {
        name: node_box(node_shape(name, node.roles), 0, 0)
        for name, node in graph.node_table.items()
    }
    stored = graph.positions
    if not stored:
        return _laid_out(graph, graph.nodes, boxes)
    scale = canvas_scale(graph)
    placed = {name: (x * scale, y * scale) for name, (x, y) in stored.items()}
    missing = [name for name in graph.nodes if name not in placed]
    if len(missing) <= len(placed):
        _place_beside_neighbours(graph, boxes, placed, missing)
    _place_below(graph, boxes, placed, [name for name in missing if name not in placed])
    return {name: placed[name] for name in graph.nodes}


def notation_positions(positions: Mapping[str, Point]) -> dict[str, Point]:
    """Positions in units of the notation, from pixels at `CANVAS_SCALE`.

    A graph that was shown at another `canvas_scale` is stored with all of its positions
    converted by this function, and is then shown at `CANVAS_SCALE`.
    """
    return {
        name: (round(x / CANVAS_SCALE, 4), round(y / CANVAS_SCALE, 4))
        for name, (x, y) in positions.items()
    }


def canvas_scale(graph: CausalGraph) -> float:
    """Pixels a unit of the stored positions.

    `CANVAS_SCALE`, unless a third of the nodes would overlap (then as large as nine in ten nodes
    need to stand free) or neighbours would be over 400 px apart (then 170 px). Models pasted from
    elsewhere come in all units.
    """
    stored = graph.positions
    if len(stored) < 2:
        return CANVAS_SCALE
    shapes = [node_shape(name, graph.node(name).roles) for name in stored]
    widths = np.array([shape.width + 2 * shape.ring for shape in shapes])
    heights = np.array([shape.height + 2 * shape.ring for shape in shapes])
    needs, nearest = _needs(np.array(list(stored.values())), widths, heights)
    if float(np.mean(needs > 1.02 * CANVAS_SCALE)) > _CROWDED:
        finite = np.sort(needs[np.isfinite(needs)])
        if len(finite) == 0:
            return CANVAS_SCALE
        return min(_MOST_SCALE, max(CANVAS_SCALE, float(finite[math.ceil(0.9 * len(finite)) - 1])))
    with np.errstate(over="ignore"):
        spacing = float(np.median(nearest))
    if spacing * CANVAS_SCALE <= _SPRAWL:
        return CANVAS_SCALE
    finite = np.sort(needs)
    least = float(finite[math.ceil(0.9 * len(finite)) - 1])
    return min(CANVAS_SCALE, max(least, _GOOD_DISTANCE / spacing))


def _needs(
    units: NDArray[np.float64], widths: NDArray[np.float64], heights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scale at which each node stands free of the others, and its distance to the nearest."""
    needs = np.zeros(len(units))
    nearest = np.zeros(len(units))
    for index, (x, y) in enumerate(units):
        with np.errstate(divide="ignore", over="ignore"):
            dx = np.abs(units[:, 0] - x)
            dy = np.abs(units[:, 1] - y)
            across = ((widths + widths[index]) / 2 + 4) / dx
            along = ((heights + heights[index]) / 2 + 4) / dy
            distance = np.hypot(dx, dy)
        need = np.minimum(across, along)
        need[index] = 0
        distance[index] = np.inf
        needs[index] = need.max()
        nearest[index] = distance.min()
    return needs, nearest


def _laid_out(
    graph: CausalGraph, names: Sequence[str], boxes: Mapping[str, Box]
) -> dict[str, Point]:
    inside = set(names)
    edges = [e for e in graph.edges if e.source in inside and e.target in inside]
    soft = [(e.source, e.target) for e in edges if e.mark == "<->"]
    soft += sorted(graph.knowledge.forbidden)
    undirected = [(e.source, e.target) for e in edges if e.mark in _UNDIRECTED]
    directed = [(e.source, e.target) for e in edges if e.mark in ("->", "@->")]
    directed += _tier_order(graph, inside)
    sizes = [(name, boxes[name].width, boxes[name].height) for name in names]
    return layout(sizes, directed, undirected=undirected, soft=soft)


def _tier_order(graph: CausalGraph, inside: set[str]) -> list[tuple[str, str]]:
    """Return pairs that keep each tier above the next; very large tiers keep theirs by one node."""
    tiers = [[name for name in tier if name in inside] for tier in graph.knowledge.tiers]
    pairs = []
    for before, after in pairwise(tiers):
        heads = before if len(before) * len(after) <= _MOST_TIER_PAIRS else before[:1]
        pairs += [(head, name) for head in heads for name in after]
    return pairs


def _place_beside_neighbours(
    graph: CausalGraph,
    boxes: Mapping[str, Box],
    placed: dict[str, Point],
    missing: Sequence[str],
) -> None:
    """Give each node with placed neighbours the free place nearest to where it would stand."""
    causes: dict[str, list[str]] = {name: [] for name in graph.nodes}
    effects: dict[str, list[str]] = {name: [] for name in graph.nodes}
    for edge in graph.edges:
        causes[edge.target].append(edge.source)
        effects[edge.source].append(edge.target)
    waiting = list(missing)
    while waiting:
        counts = [
            sum(other in placed for other in (*causes[name], *effects[name])) for name in waiting
        ]
        most = max(counts)
        if most == 0:
            return
        name = waiting.pop(counts.index(most))
        above = [placed[other] for other in causes[name] if other in placed]
        below = [placed[other] for other in effects[name] if other in placed]
        placed[name] = _free_place(_wish(above, below), boxes[name], boxes, placed)


def _wish(above: Sequence[Point], below: Sequence[Point]) -> Point:
    """Tell where a node would stand between its placed causes and effects."""
    both = [*above, *below]
    x = sum(point[0] for point in both) / len(both)
    if above and below:
        return x, sum(point[1] for point in both) / len(both)
    if above:
        return x, max(point[1] for point in above) + _LAYER
    return x, min(point[1] for point in below) - _LAYER


@cache
def _spiral() -> tuple[tuple[int, int], ...]:
    """List the steps to the places around, nearest first."""
    reach = range(-_RINGS, _RINGS + 1)
    steps = [(i * _STEP, j * _STEP) for i in reach for j in reach]
    return tuple(sorted(steps, key=lambda step: (step[0] ** 2 + step[1] ** 2, step)))


def _free_place(
    wish: Point, own: Box, boxes: Mapping[str, Box], placed: Mapping[str, Point]
) -> Point:
    for dx, dy in _spiral():
        x, y = wish[0] + dx, wish[1] + dy
        free = all(
            abs(x - other_x) >= (own.width + boxes[name].width) / 2 + _ROOM
            or abs(y - other_y) >= (own.height + boxes[name].height) / 2 + _ROOM
            for name, (other_x, other_y) in placed.items()
        )
        if free:
            return x, y
    return wish[0], max(y for _, y in placed.values()) + _LAYER


def _place_below(
    graph: CausalGraph, boxes: Mapping[str, Box], placed: dict[str, Point], names: Sequence[str]
) -> None:
    """Lay out what has no placed neighbour, below everything else."""
    if not names:
        return
    left = min(x - boxes[name].width / 2 for name, (x, _) in placed.items())
    bottom = max(y + boxes[name].height / 2 for name, (_, y) in placed.items())
    for name, (x, y) in _laid_out(graph, names, boxes).items():
        placed[name] = (x + left, y + bottom + _LAYER / 2)
