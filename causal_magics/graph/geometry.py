"""Sizes of nodes, marks at the ends of edges and the box around a drawing (px; y points down)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from causal_magics.graph.elements import ROLES, Mark, Role
from causal_magics.graph.geometry_curves import Box, EndMark, Point
from causal_magics.graph.geometry_text import fit_label, label_width

__all__ = [
    "GLYPH_WIDTH", "MAX_NODE_WIDTH", "MIN_NODE_WIDTH", "NODE_HEIGHT", "NODE_PADDING", "RING",
    "NodeShape", "bounding_box", "edge_width", "mark_ends", "node_box", "node_shape",
]  # fmt: skip

NODE_HEIGHT = 30
MIN_NODE_WIDTH = 64
MAX_NODE_WIDTH = 220
NODE_PADDING = 28
GLYPH_WIDTH = 16
RING = 4

_MARK_ENDS: dict[Mark, tuple[EndMark, EndMark]] = {
    "->": ("none", "arrow"),
    "<->": ("arrow", "arrow"),
    "--": ("none", "none"),
    "@->": ("circle", "arrow"),
    "@-@": ("circle", "circle"),
    "@--": ("circle", "none"),
}


@dataclass(frozen=True, slots=True)
class NodeShape:
    """What is drawn of a node, around its centre (0, 0).

    `ring` is the distance of a selection node's outer ring, else 0. `label` is the name, or its
    beginning with an ellipsis, around `label_x`; `glyphs` has the middle of each role's glyph.
    """

    width: float
    height: float
    radius: float
    ring: float
    label: str
    label_x: float
    glyphs: tuple[tuple[Role, float], ...]


def node_shape(name: str, roles: Iterable[Role] = ()) -> NodeShape:
    """Size and contents of a node's box."""
    held = frozenset(roles)
    drawn = [role for role in ROLES if role in held]
    glyph_room = GLYPH_WIDTH * len(drawn)
    label = fit_label(name, MAX_NODE_WIDTH - NODE_PADDING - glyph_room)
    content = label_width(label) + glyph_room
    left = -content / 2
    return NodeShape(
        width=min(MAX_NODE_WIDTH, max(MIN_NODE_WIDTH, math.ceil(content + NODE_PADDING))),
        height=NODE_HEIGHT,
        radius=4 if "adjusted" in held else NODE_HEIGHT / 2,
        ring=RING if "selection" in held else 0,
        label=label,
        label_x=left + glyph_room + label_width(label) / 2,
        glyphs=tuple((role, left + GLYPH_WIDTH * index + 6) for index, role in enumerate(drawn)),
    )


def node_box(shape: NodeShape, x: float, y: float) -> Box:
    """Outline that edges end at: the shape with its ring, around (x, y)."""
    both = 2 * shape.ring
    return Box(x, y, shape.width + both, shape.height + both, shape.radius + shape.ring)


def mark_ends(mark: Mark) -> tuple[EndMark, EndMark]:
    """Tell the marks at source and target."""
    return _MARK_ENDS[mark]


def edge_width(confidence: float | None) -> float:
    """Stroke width of an edge, 1 to 4 px for a confidence of 0 to 1; 1.5 px where there is none."""
    return 1.5 if confidence is None else 1 + 3 * min(1.0, max(0.0, confidence))


def bounding_box(
    boxes: Iterable[Box], hulls: Iterable[Iterable[Point]] = (), margin: float = 20
) -> tuple[int, int, int, int]:
    """(left, top, width, height) around all nodes and edges, with a margin.

    Parameters
    ----------
    hulls : iterable of iterables of points
        The `hull` of each edge's route.
    """
    xs: list[float] = []
    ys: list[float] = []
    for box in boxes:
        xs += (box.x - box.width / 2, box.x + box.width / 2)
        ys += (box.y - box.height / 2, box.y + box.height / 2)
    for hull in hulls:
        for x, y in hull:
            xs.append(x)
            ys.append(y)
    if not xs:
        xs, ys = [0.0], [0.0]
    left = math.floor(min(xs) - margin)
    top = math.floor(min(ys) - margin)
    return left, top, math.ceil(max(xs) + margin) - left, math.ceil(max(ys) + margin) - top
