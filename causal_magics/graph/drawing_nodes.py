"""Nodes of a drawing: box, glyphs of the roles and label."""

from __future__ import annotations

from collections.abc import Iterator

from causal_magics.graph.drawing_palette import Colour, Theme, paint
from causal_magics.graph.drawing_svg import element, text_element
from causal_magics.graph.elements import ROLES, Node, Role
from causal_magics.graph.geometry import NodeShape
from causal_magics.graph.geometry_curves import Point, number

__all__ = ["node_markup", "role_colour"]

# The first of a node's roles in this order colours its box.
_COLOURS: dict[Role, tuple[Colour, Colour]] = {
    "exposure": ("exposure", "exposure-tint"),
    "outcome": ("outcome", "outcome-tint"),
    "adjusted": ("adjusted", "adjusted-tint"),
    "selection": ("selection", "selection-tint"),
}
_LETTERS: dict[Role, str] = {"latent": "U", "selection": "S", "functional": "F"}


def role_colour(node: Node) -> Colour | None:
    """Tell the colour of a node's box and dots; None for a node without a coloured role."""
    return next((line for role, (line, _) in _COLOURS.items() if role in node.roles), None)


def node_markup(node: Node, shape: NodeShape, centre: Point, theme: Theme) -> str:
    """Draw a node around its centre."""
    latent = "latent" in node.roles
    label = {
        "x": number(shape.label_x),
        "y": "4.5",
        "text-anchor": "middle",
        **paint(theme, fill="text"),
    }
    if latent:
        label["font-style"] = "italic"
    place = f"translate({number(centre[0])} {number(centre[1])})"
    roles = [role for role in ROLES if role in node.roles]
    hover = f"{node.name} ({', '.join(roles)})" if roles else node.name
    return element(
        "g",
        {"transform": place},
        [
            text_element("title", hover),
            *_boxes(node, shape, theme),
            *(_glyph(role, x, theme) for role, x in shape.glyphs),
            text_element("text", shape.label, label),
        ],
    )


def _boxes(node: Node, shape: NodeShape, theme: Theme) -> Iterator[str]:
    if shape.ring:
        outline = {**paint(theme, fill="surface", stroke="selection"), "stroke-width": "1.5"}
        yield element("rect", {**_rectangle(shape, shape.ring), **outline})
    line = role_colour(node)
    role = next((role for role in _COLOURS if role in node.roles), None)
    latent = "latent" in node.roles
    fill = _COLOURS[role][1] if role else "surface"
    box = paint(theme, fill=fill, stroke=line or ("muted" if latent else "line"))
    box["stroke-width"] = "1.5" if role in (None, "selection") else "2.5"
    if latent:
        box["stroke-dasharray"] = "5 3"
    yield element("rect", {**_rectangle(shape, 0), **box})


def _rectangle(shape: NodeShape, margin: float) -> dict[str, str]:
    width, height = shape.width + 2 * margin, shape.height + 2 * margin
    return {
        "x": number(-width / 2),
        "y": number(-height / 2),
        "width": number(width),
        "height": number(height),
        "rx": number(shape.radius + margin),
    }


def _glyph(role: Role, x: float, theme: Theme) -> str:
    if role == "exposure":
        path = f"M{number(x - 4)} -4.5L{number(x + 4)} 0L{number(x - 4)} 4.5Z"
        return element("path", {"d": path, **paint(theme, fill="exposure")})
    if role == "outcome":
        bar = {"x": number(x - 1.5), "y": "-6", "width": "3", "height": "12", "rx": "1"}
        return element("rect", {**bar, **paint(theme, fill="outcome")})
    if role == "adjusted":
        square = {"x": number(x - 4), "y": "-4", "width": "8", "height": "8"}
        outline = {**paint(theme, stroke="adjusted"), "stroke-width": "1.5"}
        return element("rect", {**square, **outline})
    letter = {"x": number(x), "y": "4.5", "text-anchor": "middle", "font-weight": "700"}
    if role == "latent":
        letter["font-style"] = "italic"
    colour: Colour = "selection" if role == "selection" else "muted"
    return text_element("text", _LETTERS[role], {**letter, **paint(theme, fill=colour)})
