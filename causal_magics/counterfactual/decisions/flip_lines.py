"""Where decisions flip over two weights of a payoff: zero lines of piecewise linear functions.

Over two weights the worth of a vertex is a plane, and the lower bound the lower envelope of planes,
a sum of one for each group of units. Cut along where one plane passes under another, the map falls
into convex pieces on which both bounds are linear; on each, the zero line is one segment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats

__all__ = ["Box", "FlipLines", "exact_lines", "grid_lines", "polylines"]

Box = tuple[float, float, float, float]
"""Least and greatest x, least and greatest y."""
_Piece = tuple[Floats, Floats]
"""Corners of a convex polygon, shape (corners, 2), and the plane over it, shape (3,)."""


@dataclass(frozen=True, eq=False, slots=True)
class FlipLines:
    """Where decisions flip over two weights.

    Attributes
    ----------
    treat, refuse : ndarray of shape (corners, 2)
        The convex regions, as polygons, in which treating is right or wrong for certain; empty
        where there is none.
    lower, upper, midpoint : ndarray of shape (segments, 2, 2)
        Segments along which the lower bound, the upper bound and the midpoint are 0, each from one
        point (x, y) to another.
    exact : bool
        Whether they are exact; else they are straight within the cells of the grid.
    """

    treat: Floats
    refuse: Floats
    lower: Floats
    upper: Floats
    midpoint: Floats
    exact: bool


def exact_lines(groups: Sequence[Floats], box: Box) -> FlipLines:
    """Return the flip lines of one stratum.

    Parameters
    ----------
    groups : sequence of ndarray of shape (vertices, 3)
        Of each group of units and vertex the worth with both weights 0, and what it gains by each
        weight.
    box : Box
    """
    low = pieces([_once(-planes) for planes in groups], box)
    high = pieces([_once(planes) for planes in groups], box)
    lower = [(corners, -plane) for corners, plane in low]
    return FlipLines(
        treat=_hull([_cut(corners, plane) for corners, plane in lower]),
        refuse=_hull([_cut(corners, -plane) for corners, plane in high]),
        lower=_zero_lines(lower),
        upper=_zero_lines(high),
        midpoint=_zero_lines(_overlaid(lower, high)),
        exact=True,
    )


def pieces(groups: Sequence[Floats], box: Box) -> list[_Piece]:
    """Return the convex pieces on which a sum of upper envelopes of planes is linear.

    Parameters
    ----------
    groups : sequence of ndarray of shape (planes, 3)
        The planes of each envelope.
    box : Box
    """
    left, right, bottom, top = box
    corners = np.array([[left, bottom], [right, bottom], [right, top], [left, top]])
    found: list[_Piece] = [(corners, np.zeros(3))]
    for planes in groups:
        refined = []
        for corners, below in found:
            near = planes[_reaching(planes, corners)]
            for plane in near:
                part = corners
                for other in near:
                    if other is not plane:
                        part = _cut(part, plane - other)
                if len(part) >= 3:
                    refined.append((part, below + plane))
        found = refined
    return found


def _reaching(planes: Floats, corners: Floats) -> NDArray[np.bool_]:
    """Tell which planes are not below another one all over a polygon."""
    heights = planes[:, :1] + planes[:, 1:] @ corners.T
    under = np.asarray((heights[:, None] <= heights[None] + 1e-12).all(axis=2))
    strictly = under & ~under.T
    same = np.triu(under & under.T, 1).any(axis=0)
    return np.asarray(~(strictly.any(axis=1) | same))


def _once(planes: Floats) -> Floats:
    """Return planes without repetitions."""
    return planes[np.unique(np.round(planes, 11), axis=0, return_index=True)[1]]


def _cut(corners: Floats, plane: Floats) -> Floats:
    """Return the part of a convex polygon over which a plane is not below 0."""
    if len(corners) < 3:
        return np.zeros((0, 2))
    heights = plane[0] + corners @ plane[1:]
    if heights.min() >= 0:
        return corners
    if heights.max() <= 0:
        return np.zeros((0, 2))
    after, over = np.roll(corners, -1, axis=0), np.roll(heights, -1)
    kept = []
    for here, there, a, b in zip(corners, after, heights, over, strict=True):
        if a >= 0:
            kept.append(here)
        if (a < 0 < b) or (b < 0 < a):
            kept.append(here + (there - here) * (a / (a - b)))
    return np.array(kept) if len(kept) >= 3 else np.zeros((0, 2))


def _overlaid(lower: Sequence[_Piece], upper: Sequence[_Piece]) -> list[_Piece]:
    """Return the pieces on which the mean of both functions is linear."""
    found = []
    for corners, below in lower:
        for others, above in upper:
            part = corners
            for start, end in zip(others, np.roll(others, -1, axis=0), strict=True):
                dx, dy = end - start
                part = _cut(part, np.array([dy * start[0] - dx * start[1], -dy, dx]))
            if len(part) >= 3:
                found.append((part, (below + above) / 2))
    return found


def _zero_lines(found: Sequence[_Piece]) -> Floats:
    """Return the segments on which the plane over each piece is 0."""
    segments = []
    for corners, plane in found:
        heights = plane[0] + corners @ plane[1:]
        points = []
        over = np.roll(heights, -1)
        for here, there, a, b in zip(
            corners, np.roll(corners, -1, axis=0), heights, over, strict=True
        ):
            if a == 0:
                points.append(here)
            elif (a < 0 < b) or (b < 0 < a):
                points.append(here + (there - here) * (a / (a - b)))
        if len(points) == 2 and np.abs(points[1] - points[0]).max() > 0:
            segments.append(points)
    return np.array(segments).reshape(-1, 2, 2)


def polylines(segments: Floats) -> list[Floats]:
    """Return segments that meet as lines through their points, each of shape (points, 2)."""
    scale = float(np.abs(segments).max(initial=0.0)) or 1.0
    ends = [tuple(map(tuple, np.round(each / scale, 9))) for each in segments]
    meeting: dict[tuple[float, ...], list[int]] = {}
    for place, pair in enumerate(ends):
        for end in pair:
            meeting.setdefault(end, []).append(place)
    left, found = set(range(len(ends))), []
    # Lines begin where one segment alone ends; what is left then are closed ones.
    starts = [place for place, pair in enumerate(ends) if any(len(meeting[e]) == 1 for e in pair)]
    for first in [*starts, *range(len(ends))]:
        if first not in left:
            continue
        turned = len(meeting[ends[first][0]]) > 1
        place, side, line = first, int(turned), [segments[first][int(turned)]]
        while True:
            left.discard(place)
            line.append(segments[place][1 - side])
            end = ends[place][1 - side]
            onward = [other for other in meeting[end] if other in left]
            if not onward:
                break
            place = onward[0]
            side = int(ends[place][1] == end)
        found.append(np.array(line))
    return found


def _hull(parts: Sequence[Floats]) -> Floats:
    """Return the convex hull of polygons whose union is convex, counterclockwise."""
    points = np.concatenate([np.zeros((0, 2)), *parts])
    if len(points) < 3:
        return np.zeros((0, 2))
    ordered = points[np.lexsort((points[:, 1], points[:, 0]))]
    chains = [_chain(ordered), _chain(ordered[::-1])]
    return np.array([*chains[0][:-1], *chains[1][:-1]])


def _chain(points: Floats) -> list[Floats]:
    kept: list[Floats] = []
    for point in points:
        while len(kept) >= 2 and _turn(kept[-2], kept[-1], point) <= 1e-12:
            kept.pop()
        kept.append(point)
    return kept


def _turn(a: Floats, b: Floats, c: Floats) -> float:
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))


def grid_lines(x: Floats, y: Floats, lower: Floats, upper: Floats) -> FlipLines:
    """Return flip lines read off a grid, straight within each of its cells.

    Parameters
    ----------
    x, y : ndarray of shape (columns,) and (rows,)
    lower, upper : ndarray of shape (rows, columns)
    """
    cells = _triangles(x, y)
    sides = {"lower": lower, "upper": upper, "midpoint": (lower + upper) / 2}
    found = {name: _traced(cells, values.reshape(-1)) for name, values in sides.items()}
    at = np.stack(np.meshgrid(x, y), axis=-1)
    return FlipLines(
        treat=_hull([at[lower > 0], found["lower"].reshape(-1, 2)]),
        refuse=_hull([at[upper < 0], found["upper"].reshape(-1, 2)]),
        **found,
        exact=False,
    )


def _traced(cells: Sequence[tuple[NDArray[np.intp], Floats]], values: Floats) -> Floats:
    """Return the segments on which values at the corners of triangles are 0."""
    crossed = [
        (corners, _plane(corners, values[places]))
        for places, corners in cells
        if np.ptp(np.sign(values[places]))
    ]
    return _zero_lines(crossed)


def _triangles(x: Floats, y: Floats) -> list[tuple[NDArray[np.intp], Floats]]:
    """Return the places of the corners of each triangle of a grid, and the corners."""
    columns = len(x)
    first = (np.arange(len(y) - 1)[:, None] * columns + np.arange(columns - 1)).reshape(-1, 1)
    shapes = ([0, 1, columns + 1], [0, columns + 1, columns])
    places = np.concatenate([first + np.array(shape) for shape in shapes])
    corners = np.stack([x[places % columns], y[places // columns]], axis=-1)
    return list(zip(places, corners, strict=True))


def _plane(corners: Floats, heights: Floats) -> Floats:
    """Return the plane through three points."""
    return np.asarray(np.linalg.solve(np.column_stack([np.ones(3), corners]), heights), dtype=float)
