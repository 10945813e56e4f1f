"""Cubic edge curves: clipped at rounded boxes, shortened for their end marks, written as paths."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "CIRCLE_RADIUS", "Box", "ClippedCurve", "Cubic", "EdgeEnd", "EndMark", "Point",
    "arrow_head", "border_distance", "bowed_curve", "circle_centre", "clip_curve", "curve_path",
    "distance", "number", "point_at",
]  # fmt: skip

Point = tuple[float, float]
Cubic = tuple[Point, Point, Point, Point]
EndMark = Literal["none", "arrow", "circle"]

CIRCLE_RADIUS = 4

_STEPS = 22
_GAPS: dict[EndMark, int] = {"none": 1, "arrow": 3, "circle": 2}


@dataclass(frozen=True, slots=True)
class Box:
    """A rounded box around its centre (x, y); pixels."""

    x: float
    y: float
    width: float
    height: float
    radius: float


@dataclass(frozen=True, slots=True)
class EdgeEnd:
    """Where an edge ends: the point nearest to the node, and the unit vector towards the node."""

    mark: EndMark
    tip: Point
    direction: Point


@dataclass(frozen=True, slots=True)
class ClippedCurve:
    """The line between the marks, and the two ends."""

    line: Cubic
    source: EdgeEnd
    target: EdgeEnd


def number(value: float) -> str:
    """Write a coordinate with at most two decimals."""
    rounded = math.floor(value * 100 + 0.5) / 100
    return str(int(rounded)) if rounded == int(rounded) else repr(rounded)


def distance(a: Point, b: Point) -> float:
    """Euclidean, in pixels."""
    return math.sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]))


def bowed_curve(start: Point, end: Point, early: float, late: float) -> Cubic:
    """Draw a curve whose control points are offset to the side, `early` and `late` pixels."""
    dx = end[0] - start[0]
    dy = end[1] - start[1]
    length = math.sqrt(dx * dx + dy * dy)
    nx = -dy / length if length > 0 else 0.0
    ny = dx / length if length > 0 else 0.0
    return (
        start,
        (start[0] + dx / 3 + nx * early, start[1] + dy / 3 + ny * early),
        (start[0] + (2 * dx) / 3 + nx * late, start[1] + (2 * dy) / 3 + ny * late),
        end,
    )


def point_at(curve: Cubic, t: float) -> Point:
    """Point of a curve at a parameter from 0 to 1."""
    p, q, r, s = curve
    u = 1 - t
    a = u * u * u
    b = 3 * u * u * t
    c = 3 * u * t * t
    d = t * t * t
    return (
        a * p[0] + b * q[0] + c * r[0] + d * s[0],
        a * p[1] + b * q[1] + c * r[1] + d * s[1],
    )


def border_distance(box: Box, point: Point) -> float:
    """Distance of a point to the border of a rounded box, negative inside."""
    qx = abs(point[0] - box.x) - (box.width / 2 - box.radius)
    qy = abs(point[1] - box.y) - (box.height / 2 - box.radius)
    ox = max(qx, 0.0)
    oy = max(qy, 0.0)
    return math.sqrt(ox * ox + oy * oy) + min(max(qx, qy), 0.0) - box.radius


def _crossing(inside: float, outside: float, excess: Callable[[float], float]) -> float:
    """Find the parameter between `inside` and `outside` where `excess` turns positive."""
    low, high = inside, outside
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if excess(middle) > 0:
            high = middle
        else:
            low = middle
    return high


def _head_length(width: float) -> float:
    return 6 + 2 * width


def _mark_length(mark: EndMark, width: float) -> float:
    if mark == "arrow":
        return _head_length(width) - 1
    return 2 * CIRCLE_RADIUS if mark == "circle" else 0


def _unit(start: Point, end: Point, fallback: Point) -> Point:
    length = distance(start, end)
    if length <= 1e-9:
        return fallback
    return ((end[0] - start[0]) / length, (end[1] - start[1]) / length)


def _between(a: Point, b: Point, t: float) -> Point:
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t)


def _section(curve: Cubic, start: float, end: float) -> Cubic:
    """Cut out the part of a curve between two parameters, by de Casteljau."""
    p, q, r, s = curve
    pq = _between(p, q, end)
    qr = _between(q, r, end)
    rs = _between(r, s, end)
    pqr = _between(pq, qr, end)
    last = _between(pqr, _between(qr, rs, end), end)
    t = start / end if end > 0 else 0
    ab = _between(p, pq, t)
    bc = _between(pq, pqr, t)
    cd = _between(pqr, last, t)
    bcd = _between(bc, cd, t)
    return (_between(_between(ab, bc, t), bcd, t), bcd, cd, last)


def clip_curve(
    curve: Cubic, boxes: tuple[Box, Box], marks: tuple[EndMark, EndMark], width: float
) -> ClippedCurve:
    """Clip a curve between the centres of two boxes at their borders, leaving room for the marks.

    Parameters
    ----------
    width : float
        The edge's stroke width in pixels; arrow heads grow with it.
    """
    first, second = marks
    start = _crossing(0, 1, lambda t: border_distance(boxes[0], point_at(curve, t)) - _GAPS[first])
    end = _crossing(1, 0, lambda t: border_distance(boxes[1], point_at(curve, t)) - _GAPS[second])
    if start >= end:
        start = end = (start + end) / 2
    source_tip = point_at(curve, start)
    target_tip = point_at(curve, end)
    start_length = _mark_length(first, width)
    end_length = _mark_length(second, width)
    line_start = _crossing(
        start, end, lambda t: distance(point_at(curve, t), source_tip) - start_length
    )
    line_end = _crossing(
        end, start, lambda t: distance(point_at(curve, t), target_tip) - end_length
    )
    ahead = _unit(curve[0], curve[3], (0.0, 1.0))
    back = (-ahead[0], -ahead[1])
    source = EdgeEnd(first, source_tip, _unit(point_at(curve, line_start), source_tip, back))
    target = EdgeEnd(second, target_tip, _unit(point_at(curve, line_end), target_tip, ahead))
    if line_start > line_end:
        line_start = line_end = (line_start + line_end) / 2
    return ClippedCurve(_section(curve, line_start, line_end), source, target)


def curve_path(curve: Cubic, *, straight: bool) -> str:
    """SVG path data of a curve; a straight one becomes a line."""
    p, q, r, s = (f"{number(x)} {number(y)}" for x, y in curve)
    return f"M{p}L{s}" if straight else f"M{p}C{q} {r} {s}"


def arrow_head(end: EdgeEnd, width: float) -> str:
    """SVG path data of the arrow head at an edge's end, for an edge of that stroke width."""
    x, y = end.tip
    dx, dy = end.direction
    length = _head_length(width)
    half = 2.5 + width
    left = f"{number(x - dx * length - dy * half)} {number(y - dy * length + dx * half)}"
    right = f"{number(x - dx * length + dy * half)} {number(y - dy * length - dx * half)}"
    return f"M{number(x)} {number(y)}L{left}L{right}Z"


def circle_centre(end: EdgeEnd) -> Point:
    """Centre of the hollow circle at an edge's end."""
    dx, dy = end.direction
    return (end.tip[0] - dx * CIRCLE_RADIUS, end.tip[1] - dy * CIRCLE_RADIUS)
