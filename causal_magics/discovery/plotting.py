"""Drawing a result with matplotlib."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from causal_magics.data.new_axes import new_axes
from causal_magics.graph.canvas import canvas_positions
from causal_magics.graph.geometry import node_shape
from causal_magics.graph.geometry_curves import Point

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

    from causal_magics.discovery.discover import Discovery

_PIXELS_PER_INCH = 90.0
_MARGIN = 60.0
_WIDTHS = (0.8, 3.0)
_BOW = 0.08
_PLACES = (0.5, 0.4, 0.6, 0.3, 0.7)
"""Shares of an edge at which its confidence may stand."""


def plot_discovery(discovery: Discovery, ax: Axes | None) -> Axes:
    """Draw the graph; the width of an edge is its confidence, or grows with its bits."""
    graph = discovery.graph
    positions = canvas_positions(graph)
    axes = _new_axes(list(positions.values())) if ax is None else ax
    nodes: dict[str, Annotation] = {}
    for name, (x, y) in positions.items():
        nodes[name] = axes.annotate(
            node_shape(name).label, (x, y), ha="center", va="center", parse_math=False,
            bbox={"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": "0.3"},
            zorder=2,
        )  # fmt: skip
    strongest = max((edge.bits or 0.0 for edge in graph.edges), default=0.0)
    taken = list(positions.values())
    for edge in graph.edges:
        share = max(0.0, edge.bits or 0.0) / strongest if strongest > 0.0 else 0.0
        if edge.confidence is not None:
            share = edge.confidence
            ends = positions[edge.source], positions[edge.target]
            _write(axes, f"{edge.confidence:.2f}", ends, taken)
        axes.annotate(
            "", xy=positions[edge.target], xytext=positions[edge.source], zorder=1,
            arrowprops={
                "arrowstyle": "-|>" if edge.mark == "->" else "-", "color": "0.35",
                "shrinkA": 0, "shrinkB": 0,
                "patchA": nodes[edge.source].get_bbox_patch(),
                "patchB": nodes[edge.target].get_bbox_patch(),
                "linewidth": _WIDTHS[0] + share * (_WIDTHS[1] - _WIDTHS[0]),
                "connectionstyle": f"arc3,rad={_BOW}",
            },
        )  # fmt: skip
    _frame(axes, list(positions.values()))
    axes.set_title(f"{len(graph.edges)} edges, {discovery.bits_saved:,.0f} bits saved")
    return axes


def _write(axes: Axes, words: str, edge: tuple[Point, Point], taken: list[Point]) -> None:
    """Write on an edge, at the place along it that is furthest from what is taken."""
    (ax, ay), (bx, by) = edge
    # y grows downwards in these axes, so that the bow is on the other side than matplotlib's.
    over = ((ax + bx) / 2 - _BOW * (by - ay), (ay + by) / 2 + _BOW * (bx - ax))
    along = [
        tuple(
            (1 - t) ** 2 * a + 2 * t * (1 - t) * c + t**2 * b
            for a, c, b in zip(edge[0], over, edge[1], strict=True)
        )
        for t in _PLACES
    ]
    x, y = max(along, key=lambda place: min(math.dist(place, other) for other in taken))
    taken.append((x, y))
    axes.text(
        x, y, words, ha="center", va="center", fontsize=7, color="0.25",
        bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none"}, zorder=1.5,
    )  # fmt: skip


def _new_axes(points: list[tuple[float, float]]) -> Axes:
    spans = [max(values) - min(values) for values in zip(*points, strict=True)]
    size = [min(16.0, max(3.0, (span + 2 * _MARGIN) / _PIXELS_PER_INCH)) for span in spans]
    return new_axes(size[0], size[1])


def _frame(axes: Axes, points: list[tuple[float, float]]) -> None:
    x, y = ([min(values), max(values)] for values in zip(*points, strict=True))
    axes.set_xlim(x[0] - _MARGIN, x[1] + _MARGIN)
    axes.set_ylim(y[1] + _MARGIN, y[0] - _MARGIN)
    axes.set_axis_off()
