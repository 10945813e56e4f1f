"""What the pictures of this room share: a frame, axes, text and marks, as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.errors import CounterfactualError, shorten
from causal_magics.graph.drawing_palette import Colour, Theme, paint
from causal_magics.graph.drawing_svg import element, text_element
from causal_magics.graph.geometry_curves import number
from causal_magics.graph.geometry_text import fit_label, label_width
from causal_magics.options import check_option, check_positive

__all__ = [
    "VERDICT_COLOURS",
    "Pen",
    "Scale",
    "check_canvas",
    "small_width",
    "spoken",
    "written",
]

_SMALL = 11 / 13
_SPOKEN = 400.0
NARROWEST = 420
WIDEST = 100_000
"""Widths of a picture, px."""
VERDICT_COLOURS: dict[str, Colour] = {
    "treat": "outcome", "undecided": "muted", "refuse": "warning",
}  # fmt: skip


def check_canvas(width: float, theme: Theme) -> None:
    """Refuse a width or a theme that no picture has.

    Raises
    ------
    CounterfactualError
        Where the picture is too narrow for its words.
    OptionError
        Where the width is no number, or the theme is none.
    """
    check_option("theme", theme, get_args(Theme))
    check_positive("width", width)
    if not NARROWEST <= width < WIDEST:
        raise CounterfactualError(
            f"Expected a picture from {NARROWEST} px in width, got {shorten(str(width))[1:-1]}. "
            "Where it is shown it shrinks to the room there is."
        )


def small_width(words: str) -> float:
    """Return how wide a small text is, px."""
    return label_width(words) * _SMALL


def spoken(label: str) -> str:
    """Return a label as titles and descriptions have it: where it is long, its beginning."""
    return fit_label(label, _SPOKEN)


def written(value: float) -> str:
    """Return a number of an axis or a label, with a true minus sign."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞"
    rounded = f"{value + 0.0:.3g}"
    size = abs(float(rounded))
    words = f"{float(rounded):,.0f}" if 1000 <= size < 1e12 else rounded
    return words.replace("-", "−")


@dataclass(frozen=True, slots=True)
class Scale:
    """Where values stand along an axis: linear from `low` at `start` to `high` at `end`, px."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def around(cls, values: Sequence[float], start: float, end: float, pad: float = 0.04) -> Scale:
        """Return a scale on which all finite values have room."""
        finite = [value for value in values if math.isfinite(value)] or [0.0]
        low, high = min(finite), max(finite)
        spare = pad * (high - low) or 0.5 * max(abs(high), 1e-3)
        return cls(low - spare, high + spare, start, end)

    def at(self, value: float) -> float:
        """Return where a value stands, px."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, room: float = 80.0) -> list[float]:
        """Return round figures that stand at least so far apart, px."""
        most = max(2.0, abs(self.end - self.start) / room)
        span = self.high - self.low
        unit = 10.0 ** math.floor(math.log10(span / most))
        step = next(unit * factor for factor in (1, 2, 5, 10) if span / (unit * factor) <= most)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [round(place * step, 12) for place in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws in the colours of a theme."""

    theme: Theme

    def text(
        self,
        words: str,
        x: float,
        y: float,
        anchor: str = "start",
        colour: Colour = "muted",
        **more: str,
    ) -> str:
        """Return text whose baseline is at y."""
        place = {"x": number(x), "y": number(y), "text-anchor": anchor, **more}
        return text_element("text", words, {**place, **paint(self.theme, fill=colour)})

    def label(self, words: str, x: float, y: float, anchor: str = "middle", size: int = 13) -> str:
        """Return text that is read over lines and areas: strong, with a rim."""
        style = {
            "font-size": str(size), "font-weight": "600", "paint-order": "stroke",
            "stroke-width": "3", "stroke-linejoin": "round", "stroke-opacity": "0.85",
        }  # fmt: skip
        place = {"x": number(x), "y": number(y), "text-anchor": anchor, **style}
        return text_element(
            "text", words, {**place, **paint(self.theme, fill="text", stroke="surface")}
        )

    def line(
        self, points: Iterable[Sequence[float]], colour: Colour, width: float = 1.0, **more: str
    ) -> str:
        """Return a line through points; nothing where there are none."""
        path = "L".join(f"{number(x)} {number(y)}" for x, y in points)
        style = {"d": f"M{path}", "stroke-width": number(width), "stroke-linejoin": "round", **more}
        return element("path", {**style, **paint(self.theme, stroke=colour)}) if path else ""

    def area(self, points: Floats, colour: Colour, opacity: float) -> str:
        """Return a filled polygon; nothing where it has no corners."""
        if len(points) < 3:
            return ""
        path = "L".join(f"{number(x)} {number(y)}" for x, y in points.tolist())
        style = {"d": f"M{path}z", "fill-opacity": number(opacity)}
        return element("path", {**style, **paint(self.theme, fill=colour)})

    def box(
        self, x: float, y: float, width: float, height: float, colour: Colour, opacity: float = 1.0
    ) -> str:
        """Return a filled box."""
        place = {"x": number(x), "y": number(y), "width": number(max(0.0, width))}
        shape = {**place, "height": number(height), "rx": "1", "fill-opacity": number(opacity)}
        return element("rect", {**shape, **paint(self.theme, fill=colour)})

    def mark(self, verdict: str, x: float, y: float, radius: float = 4.0) -> str:
        """Return the sign of a verdict: disc to treat, square to refuse, else an open diamond."""
        colour = VERDICT_COLOURS[verdict]
        rim = {"stroke-width": "1.2"}
        if verdict == "treat":
            place = {"cx": number(x), "cy": number(y), "r": number(radius), **rim}
            return element("circle", {**place, **paint(self.theme, fill=colour, stroke="surface")})
        if verdict == "refuse":
            side, half = number(1.8 * radius), 0.9 * radius
            place = {"x": number(x - half), "y": number(y - half), "width": side, "height": side}
            filled = paint(self.theme, fill=colour, stroke="surface")
            return element("rect", {**place, **rim, **filled})
        r = 1.15 * radius
        steps = f"l{number(r)} {number(r)}l{number(-r)} {number(r)}l{number(-r)} {number(-r)}z"
        place = {"d": f"M{number(x)} {number(y - r)}{steps}", "stroke-width": "1.4"}
        return element("path", {**place, **paint(self.theme, fill="surface", stroke=colour)})

    def x_axis(self, scale: Scale, top: float, bottom: float, name: str) -> Iterator[str]:
        """Yield lines across the plot at round figures, these below it, and the axis' name."""
        for tick in scale.ticks():
            x = scale.at(tick)
            yield self._grid([(x, top), (x, bottom)])
            words = written(tick)
            middle = min(x, scale.end + 10 - small_width(words) / 2)
            yield self.text(words, middle, bottom + 14, "middle")
        yield self.text(name, (scale.start + scale.end) / 2, bottom + 30, "middle")

    def y_axis(self, scale: Scale, left: float, right: float, name: str) -> Iterator[str]:
        """Yield lines across the plot at round figures, these left of it, and the axis' name."""
        for tick in scale.ticks(50.0):
            y = scale.at(tick)
            yield self._grid([(left, y), (right, y)])
            yield self.text(written(tick), left - 6, y + 4, "end")
        yield self.text(name, left, min(scale.start, scale.end) - 8)

    def _grid(self, points: Sequence[Sequence[float]]) -> str:
        return self.line(points, "muted", 1.0, **{"stroke-opacity": "0.22"})

    def legend(self, entries: Iterable[tuple[str, str]], x: float, y: float) -> Iterator[str]:
        """Yield signs, drawn about the point (0, 0) with 8 px to each side, and their words."""
        for sign, words in entries:
            place = {"transform": f"translate({number(x + 8)} {number(y - 4)})"}
            yield element("g", place, [sign])
            yield self.text(words, x + 21, y)
            x += 21 + small_width(words) + 14
