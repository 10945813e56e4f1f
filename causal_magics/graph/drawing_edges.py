"""Edges of a drawing: lines with their end marks, and badges for knowledge and differences."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from causal_magics.graph.drawing_palette import Colour, Theme, paint
from causal_magics.graph.drawing_svg import element, text_element
from causal_magics.graph.elements import Mark, Pair
from causal_magics.graph.geometry import edge_width
from causal_magics.graph.geometry_curves import (
    CIRCLE_RADIUS,
    EdgeEnd,
    Point,
    arrow_head,
    circle_centre,
    number,
)
from causal_magics.graph.geometry_routes import EdgeRoute, RouteEdge
from causal_magics.graph.geometry_text import label_width
from causal_magics.graph.model import CausalGraph

__all__ = ["Differences", "DrawnEdge", "badges_markup", "drawn_edges", "edge_markup", "legend"]

Badge = Literal["required", "forbidden", "added", "missing", "reversed", "changed"]


class Differences(Protocol):
    """How a graph differs from another, as sets of (source, target); a `Comparison` is one."""

    @property
    def added(self) -> Collection[Pair]:
        """Edges that the other graph lacks."""
        ...

    @property
    def missing(self) -> Collection[Pair]:
        """Edges that only the other graph has."""
        ...

    @property
    def reversed(self) -> Collection[Pair]:
        """Edges that point the other way there."""
        ...

    @property
    def changed(self) -> Collection[Pair]:
        """Edges that have another mark there."""
        ...


@dataclass(frozen=True, slots=True)
class DrawnEdge:
    """An edge as it is drawn: `badges` say what is known of it, `hover` says all of it in words."""

    source: str
    target: str
    mark: Mark
    width: float
    badges: tuple[Badge, ...]
    hover: str

    @property
    def routed(self) -> RouteEdge:
        """The edge as the router takes it."""
        return RouteEdge(self.source, self.target, self.mark, self.width)


_SIGNS: dict[Mark, str] = {"->": "→", "<->": "↔", "--": "—", "@->": "○→", "@-@": "○—○", "@--": "○—"}
_COLOURS: dict[Badge, Colour] = {
    "required": "line",
    "forbidden": "warning",
    "added": "outcome",
    "missing": "warning",
    "reversed": "adjusted",
    "changed": "adjusted",
}
_LEGEND: tuple[tuple[Badge, str], ...] = (
    ("added", "added"),
    ("missing", "removed"),
    ("reversed", "reversed"),
    ("changed", "another mark"),
)
_BADGE_RADIUS = 8

# Strokes of the badges' signs around (0, 0).
_STROKES: dict[Badge, str] = {
    "forbidden": "M-3.4 3.4L3.4 -3.4",
    "added": "M-4 0H4M0 -4V4",
    "missing": "M-3.2 -3.2L3.2 3.2M-3.2 3.2L3.2 -3.2",
    "reversed": "M-4.6 -2H4.4M2 -4.2L4.4 -2L2 0.2M4.6 2.4H-4.4M-2 0.2L-4.4 2.4L-2 4.6",
    "changed": "M-3.6 -1.7H3.6M-3.6 1.7H3.6M-2.2 4.2L2.2 -4.2",
}


def drawn_edges(graph: CausalGraph, comparison: Differences | None) -> list[DrawnEdge]:
    """List the edges, then the forbidden ones, then those that only the other graph has."""
    drawn = []
    for edge in graph.edges:
        pair = (edge.source, edge.target)
        badges: list[Badge] = []
        if edge.mark == "->" and pair in graph.knowledge.required:
            badges.append("required")
        badges += _differences(pair, comparison)
        facts = [_name(*pair, edge.mark)]
        if edge.confidence is not None:
            facts.append(f"confidence {edge.confidence:.3g}")
        if edge.bits is not None:
            facts.append(f"{edge.bits:.1f} bits")
        width = edge_width(edge.confidence)
        drawn.append(_drawn(*pair, edge.mark, width, badges, facts))
    names = set(graph.nodes)
    others: list[tuple[Pair, Badge]] = [
        (pair, "forbidden") for pair in sorted(graph.knowledge.forbidden)
    ]
    if comparison is not None:
        others += (
            (pair, "missing") for pair in sorted(comparison.missing) if names.issuperset(pair)
        )
    drawn += (_drawn(*pair, "->", 1.5, [badge], [_name(*pair, "->")]) for pair, badge in others)
    return drawn


def _name(source: str, target: str, mark: Mark) -> str:
    return f"{source} {_SIGNS[mark]} {target}"


def _differences(pair: Pair, comparison: Differences | None) -> Iterator[Badge]:
    if comparison is None:
        return
    if pair in comparison.added:
        yield "added"
    if pair in comparison.reversed:
        yield "reversed"
    if pair in comparison.changed:
        yield "changed"


def _drawn(
    source: str, target: str, mark: Mark, width: float, badges: Sequence[Badge], facts: list[str]
) -> DrawnEdge:
    words = dict(_LEGEND)
    hover = ", ".join([*facts, *(words.get(badge, badge) for badge in badges)])
    return DrawnEdge(source, target, mark, width, tuple(badges), hover)


def _colour(edge: DrawnEdge) -> Colour:
    return next((_COLOURS[badge] for badge in reversed(edge.badges)), "line")


def _dashes(edge: DrawnEdge) -> dict[str, str]:
    if "forbidden" in edge.badges:
        return {"stroke-dasharray": "0.1 5", "stroke-linecap": "round"}
    if "missing" in edge.badges:
        return {"stroke-dasharray": "8 4"}
    return {"stroke-dasharray": "5 4"} if edge.mark == "<->" else {}


def edge_markup(edge: DrawnEdge, route: EdgeRoute, theme: Theme) -> str:
    """Draw an edge with its marks; its title tells the evidence."""
    colour = _colour(edge)
    width = edge.width + 0.7 if "forbidden" in edge.badges else edge.width
    line = {**paint(theme, stroke=colour), "stroke-width": number(width), **_dashes(edge)}
    ends = [_end(end, edge.width, colour, theme) for end in (route.source, route.target)]
    return element(
        "g",
        {},
        [text_element("title", edge.hover), element("path", {"d": route.path, **line}), *ends],
    )


def _end(end: EdgeEnd, width: float, colour: Colour, theme: Theme) -> str:
    if end.mark == "arrow":
        return element("path", {"d": arrow_head(end, width), **paint(theme, fill=colour)})
    if end.mark == "none":
        return ""
    x, y = circle_centre(end)
    place = {"cx": number(x), "cy": number(y), "r": number(CIRCLE_RADIUS)}
    ring = {**paint(theme, fill="surface", stroke=colour), "stroke-width": "1.5"}
    return element("circle", {**place, **ring})


def badges_markup(edge: DrawnEdge, route: EdgeRoute, theme: Theme) -> str:
    """Draw an edge's badges side by side at its middle."""
    x, y = route.middle
    step = 2 * _BADGE_RADIUS + 2
    first = x - step * (len(edge.badges) - 1) / 2
    places = [(first + step * index, y) for index in range(len(edge.badges))]
    return "".join(
        _badge(badge, place, theme) for badge, place in zip(edge.badges, places, strict=True)
    )


def _badge(badge: Badge, place: Point, theme: Theme) -> str:
    colour = _COLOURS[badge]
    disc = {"r": str(_BADGE_RADIUS), **paint(theme, fill="surface", stroke=colour)}
    if badge == "required":
        letter = {"y": "3.8", "text-anchor": "middle", "font-size": "10.5", "font-weight": "700"}
        sign = text_element("text", "R", {**letter, **paint(theme, fill="muted")})
    else:
        stroke = {"stroke-width": "1.7", "stroke-linecap": "round", "stroke-linejoin": "round"}
        sign = element("path", {"d": _STROKES[badge], **paint(theme, stroke=colour), **stroke})
        if badge == "forbidden":
            inner = {"r": "4.8", **paint(theme, stroke=colour), "stroke-width": "1.5"}
            sign += element("circle", inner)
    where = {"transform": f"translate({number(place[0])} {number(place[1])})"}
    return element("g", where, [element("circle", {**disc, "stroke-width": "1.3"}), sign])


def legend(
    comparison: Differences, caption: str, left: float, top: float, theme: Theme
) -> tuple[str, float]:
    """Explain the badges of a comparison in one line before the caption, and tell where it ends."""
    kinds: dict[Badge, Collection[Pair]] = {
        "added": comparison.added,
        "missing": comparison.missing,
        "reversed": comparison.reversed,
        "changed": comparison.changed,
    }
    parts = []
    x = left
    for badge, word in _LEGEND:
        count = len(kinds[badge])
        if count == 0:
            continue
        parts.append(_badge(badge, (x + _BADGE_RADIUS, top), theme))
        label = f"{count} {word}"
        place = {"x": number(x + 22), "y": number(top + 4), "font-size": "12"}
        parts.append(text_element("text", label, {**place, **paint(theme, fill="text")}))
        x += 34 + label_width(label)
    if caption:
        place = {"x": number(x), "y": number(top + 4), "font-size": "12"}
        parts.append(text_element("text", caption, {**place, **paint(theme, fill="text")}))
        x += label_width(caption)
    return "".join(parts), x
