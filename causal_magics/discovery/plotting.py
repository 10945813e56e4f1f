"""Drawing a result with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causal_magics.errors import MissingDependencyError
from causal_magics.graph.canvas import canvas_positions
from causal_magics.graph.geometry import node_shape

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

    from causal_magics.discovery.discover import Discovery

_PIXELS_PER_INCH = 90.0
_MARGIN = 60.0
_WIDTHS = (0.8, 3.0)


def plot_discovery(discovery: Discovery, ax: Axes | None) -> Axes:
    """Draw the graph; the width of an edge grows with its bits."""
    graph = discovery.graph
    positions = canvas_positions(graph)
    axes = _axes(list(positions.values())) if ax is None else ax
    nodes: dict[str, Annotation] = {}
    for name, (x, y) in positions.items():
        nodes[name] = axes.annotate(
            node_shape(name).label, (x, y), ha="center", va="center", parse_math=False,
            bbox={"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": "0.3"},
            zorder=2,
        )  # fmt: skip
    strongest = max((edge.bits or 0.0 for edge in graph.edges), default=0.0)
    for edge in graph.edges:
        share = max(0.0, edge.bits or 0.0) / strongest if strongest > 0.0 else 0.0
        axes.annotate(
            "", xy=positions[edge.target], xytext=positions[edge.source], zorder=1,
            arrowprops={
                "arrowstyle": "-|>", "color": "0.35", "shrinkA": 0, "shrinkB": 0,
                "patchA": nodes[edge.source].get_bbox_patch(),
                "patchB": nodes[edge.target].get_bbox_patch(),
                "linewidth": _WIDTHS[0] + share * (_WIDTHS[1] - _WIDTHS[0]),
                "connectionstyle": "arc3,rad=0.08",
            },
        )  # fmt: skip
    _frame(axes, list(positions.values()))
    axes.set_title(f"{len(graph.edges)} edges, {discovery.bits_saved:,.0f} bits saved")
    return axes


def _axes(points: list[tuple[float, float]]) -> Axes:
    try:
        from matplotlib.figure import Figure
        from matplotlib.pyplot import figure
    except ImportError:
        raise MissingDependencyError("matplotlib", "plot", "plot()") from None
    spans = [max(values) - min(values) for values in zip(*points, strict=True)]
    size = [min(16.0, max(3.0, (span + 2 * _MARGIN) / _PIXELS_PER_INCH)) for span in spans]
    drawing: Figure = figure(figsize=(size[0], size[1]), layout="constrained")
    return drawing.add_subplot()


def _frame(axes: Axes, points: list[tuple[float, float]]) -> None:
    x, y = ([min(values), max(values)] for values in zip(*points, strict=True))
    axes.set_xlim(x[0] - _MARGIN, x[1] + _MARGIN)
    axes.set_ylim(y[1] + _MARGIN, y[0] - _MARGIN)
    axes.set_axis_off()
