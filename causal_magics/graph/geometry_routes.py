"""The course of each edge: straight where free, bowed around nodes, parallel edges apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from causal_magics.graph.elements import Mark
from causal_magics.graph.geometry import mark_ends
from causal_magics.graph.geometry_curves import (
    Box,
    ClippedCurve,
    Cubic,
    EdgeEnd,
    Point,
    border_distance,
    bowed_curve,
    clip_curve,
    curve_path,
    distance,
    point_at,
)

__all__ = ["EdgeRoute", "RouteEdge", "route_edges"]

# Offsets of the two control points to the side, in pixels.
_Bow = tuple[float, float]
_Ends = tuple[Box, Box]

_CLEARANCE = 5
_SAMPLE = 12
_CELL = 128
_STRAIGHT: _Bow = (0, 0)
_DETOURS = (20, 32, 48, 68, 92, 120, 156, 200)
# Offsets of the control points of a detour to its own side, as multiples of its size.
_SHAPES: tuple[_Bow, ...] = ((1, 1), (1.4, 0.2), (0.2, 1.4), (1, -1), (1.3, -0.5), (-0.5, 1.3))
_CROWD = 150  # with more boxes only the first shape is tried
# Largest offsets of a control point, as multiples of the distance between the nodes.
_GENTLE = 0.5
_STEEP = 0.9
_ARCS = (1, 1.5, 2.1, 2.8)
_LANE = 19
_BADGE_ROOM = 11
_BADGE_SPOTS = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74)


@dataclass(frozen=True, slots=True)
class RouteEdge:
    """An edge to be routed, with its stroke width in pixels."""

    source: str
    target: str
    mark: Mark = "->"
    width: float = 1.5


@dataclass(frozen=True, slots=True)
class EdgeRoute:
    """Course of an edge.

    `path` is the SVG path data of the line between the end marks, `middle` the place of a badge
    or label; the convex hull of `hull` holds the edge.
    """

    path: str
    source: EdgeEnd
    target: EdgeEnd
    middle: Point
    hull: tuple[Point, ...]


class _Obstacles:
    """Boxes by the cells of a square grid that they reach into."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self.crowded = len(boxes) > _CROWD
        self.cells: dict[tuple[int, int], list[Box]] = {}
        for box in boxes:
            reach_x = box.width / 2 + _BADGE_ROOM
            reach_y = box.height / 2 + _BADGE_ROOM
            for i in range(_cell(box.x - reach_x), _cell(box.x + reach_x) + 1):
                for j in range(_cell(box.y - reach_y), _cell(box.y + reach_y) + 1):
                    self.cells.setdefault((i, j), []).append(box)

    def near(self, point: Point) -> Sequence[Box]:
        return self.cells.get((_cell(point[0]), _cell(point[1])), ())

    def hits(self, curve: Cubic, own: _Ends, most: float) -> int:
        """Count sampled points of the curve on or too close to boxes other than its own two."""
        (px, py), (qx, qy), (rx, ry), (sx, sy) = curve
        steps = max(2, min(200, math.ceil(distance(curve[0], curve[3]) / _SAMPLE)))
        cells = self.cells
        hits = 0
        for step in range(1, steps):
            if hits >= most:
                break
            t = step / steps
            u = 1 - t
            a, b, c, d = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
            x = a * px + b * qx + c * rx + d * sx
            y = a * py + b * qy + c * ry + d * sy
            for box in cells.get((math.floor(x / _CELL), math.floor(y / _CELL)), ()):
                if (
                    abs(x - box.x) < box.width / 2 + _CLEARANCE
                    and abs(y - box.y) < box.height / 2 + _CLEARANCE
                    and box is not own[0]
                    and box is not own[1]
                ):
                    hits += 1
        return hits


def _cell(value: float) -> int:
    return math.floor(value / _CELL)


def _detours(length: float, signs: Sequence[int], *, crowded: bool) -> list[_Bow]:
    gentle: list[_Bow] = []
    steep: list[_Bow] = []
    for size, (early, late), sign in product(_DETOURS, _SHAPES[:1] if crowded else _SHAPES, signs):
        offset = size * max(early, late)
        bow = (sign * size * early, sign * size * late)
        if offset <= max(24, _GENTLE * length):
            gentle.append(bow)
        elif offset <= _STEEP * length:
            steep.append(bow)
    return gentle + steep


def _freest(bows: Sequence[_Bow], ends: _Ends, obstacles: _Obstacles) -> _Bow:
    """Choose the first bow that meets no node, else the one that meets fewest."""
    best = bows[0]
    fewest = math.inf
    for bow in bows:
        hits = obstacles.hits(_curve(ends, bow), ends, fewest)
        if hits < fewest:
            best, fewest = bow, hits
        if hits == 0:
            break
    return best


def _curve(ends: _Ends, bow: _Bow) -> Cubic:
    start, end = ends
    return bowed_curve((start.x, start.y), (end.x, end.y), *bow)


def _length(ends: _Ends) -> float:
    return distance((ends[0].x, ends[0].y), (ends[1].x, ends[1].y))


def _outer_side(ends: _Ends, centre: Point) -> int:
    """Side of a line from which the middle of the drawing is farther: 1 or -1."""
    start, end = ends
    nx = start.y - end.y
    ny = end.x - start.x
    outward = nx * ((start.x + end.x) / 2 - centre[0]) + ny * ((start.y + end.y) / 2 - centre[1])
    return 1 if outward > -1e-6 else -1


def _arc_bow(ends: _Ends, side: int, obstacles: _Obstacles) -> _Bow:
    base = min(80, max(22, 0.22 * _length(ends)))
    bows = [(sign * base * scale, sign * base * scale) for scale in _ARCS for sign in (side, -side)]
    return _freest(bows, ends, obstacles)


def _line_bow(ends: _Ends, signs: Sequence[int], obstacles: _Obstacles) -> _Bow:
    if obstacles.hits(_curve(ends, _STRAIGHT), ends, 1) == 0:
        return _STRAIGHT
    return _freest(
        [_STRAIGHT, *_detours(_length(ends), signs, crowded=obstacles.crowded)], ends, obstacles
    )


def _lane_bow(lane: int) -> _Bow:
    offset = (1 if lane % 2 == 0 else -1) * _LANE * (1 + lane // 2)
    return offset, offset


def _pair_bows(
    marks: Sequence[Mark], ends: _Ends, centre: Point, obstacles: _Obstacles
) -> list[_Bow]:
    """Bows of the edges between one pair of boxes, all seen from the first box to the second."""
    lines = sum(mark != "<->" for mark in marks)
    side = _outer_side(ends, centre)
    arcs = [_arc_bow(ends, side, obstacles) if mark == "<->" else None for mark in marks]
    signs: tuple[int, ...] = (1, -1)
    for arc in arcs:
        if arc is not None:
            signs = (-1,) if arc[0] > 0 else (1,)
    bows = []
    lane = 0
    for arc in arcs:
        if arc is not None:
            bows.append(arc)
        elif lines > 1:
            bows.append(_lane_bow(lane))
            lane += 1
        else:
            bows.append(_line_bow(ends, signs, obstacles))
    return bows


def _middle(curve: Cubic, obstacles: _Obstacles) -> Point:
    for t in _BADGE_SPOTS:
        point = point_at(curve, t)
        if all(border_distance(box, point) > _BADGE_ROOM for box in obstacles.near(point)):
            return point
    return point_at(curve, 0.5)


def _route(clipped: ClippedCurve, straight: bool, obstacles: _Obstacles) -> EdgeRoute:
    line, source, target = clipped.line, clipped.source, clipped.target
    control = () if straight else (line[1], line[2])
    return EdgeRoute(
        path=curve_path(line, straight=straight),
        source=source,
        target=target,
        middle=_middle(line, obstacles),
        hull=(source.tip, *control, target.tip),
    )


def route_edges(
    boxes: Mapping[str, Box], edges: Sequence[RouteEdge]
) -> tuple[EdgeRoute | None, ...]:
    """Routes in the order of `edges`.

    Parameters
    ----------
    boxes : mapping of name to Box
        The outline of every node; lines are bowed around those that stand in their way.
    edges : sequence of RouteEdge
        A loop, or an edge of a node that is not among `boxes`, gets None.
    """
    every = list(boxes.values())
    obstacles = _Obstacles(every)
    place = {name: index for index, name in enumerate(boxes)}
    sum_x = sum_y = 0.0
    for box in every:
        sum_x += box.x
        sum_y += box.y
    centre = (sum_x / max(1, len(every)), sum_y / max(1, len(every)))
    pairs: dict[tuple[int, int], list[int]] = {}
    for index, edge in enumerate(edges):
        a, b = place.get(edge.source, -1), place.get(edge.target, -1)
        if a >= 0 and b >= 0 and a != b:
            pairs.setdefault((min(a, b), max(a, b)), []).append(index)
    routes: list[EdgeRoute | None] = [None] * len(edges)
    for (a, b), group in pairs.items():
        ends = every[a], every[b]
        bows = _pair_bows([edges[index].mark for index in group], ends, centre, obstacles)
        for index, (early, late) in zip(group, bows, strict=True):
            edge = edges[index]
            forward = place[edge.source] == a
            bow = (early, late) if forward else (-late, -early)
            own = ends if forward else (ends[1], ends[0])
            clipped = clip_curve(_curve(own, bow), own, mark_ends(edge.mark), edge.width)
            routes[index] = _route(clipped, early == 0 and late == 0, obstacles)
    return tuple(routes)
