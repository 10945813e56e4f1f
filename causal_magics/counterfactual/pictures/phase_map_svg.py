"""Decisions over two weights, as a picture: regions, and the lines where decisions flip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.decisions.flip_lines import FlipLines, polylines
from causal_magics.counterfactual.decisions.payoff_weights import MovedWeight
from causal_magics.counterfactual.pictures.chart_svg import (
    VERDICT_COLOURS,
    Pen,
    Scale,
    check_canvas,
    small_width,
    spoken,
    written,
)
from causal_magics.graph.drawing_frame import framed
from causal_magics.graph.drawing_palette import Colour, Theme, paint
from causal_magics.graph.drawing_svg import element
from causal_magics.graph.geometry_curves import number
from causal_magics.graph.geometry_text import fit_label

if TYPE_CHECKING:
    from causal_magics.counterfactual.decisions.phase_map import PhaseMap

__all__ = ["phase_map_svg"]

_MARGIN = 14.0
_LEFT = 58.0
_TOP = 76.0
_BOTTOM = 40.0
_TALLEST = 420.0
_NAME = 190.0
_LEAST_SHARE = 0.02


def phase_map_svg(
    phase: PhaseMap,
    stratum: int | None = None,
    *,
    theme: Theme = "auto",
    width: float = 700.0,
    title: str | None = None,
) -> str:
    """Draw where to treat and where to refuse over two weights of the payoff.

    Parameters
    ----------
    phase : PhaseMap
    stratum : int, optional
        Of which stratum; of all units as one where left out.
    theme : {"auto", "light", "dark"}
        `auto` follows Jupyter's theme where the picture stands in it, else the system's.
    width : float
        In px, from 420.
    title : str, optional

    Returns
    -------
    str
        One `<svg>` element. The same input gives the same text.
    """
    check_canvas(width, theme)
    whose = "all units as one" if stratum is None else spoken(phase.bounds.label(stratum))
    worth = f"the worth of {_name(phase.x_weight)} and {_name(phase.y_weight)}"
    heading = title or f"{whose}: decisions by {worth}"
    lines = phase.lines(stratum)
    said = phase.verdicts(stratum)
    shares = {word: float((said == word).mean()) for word in VERDICT_COLOURS}
    described = ", ".join(f"{word} on {100 * share:.0f} %" for word, share in shares.items())
    plot = min(_TALLEST, max(160.0, 0.6 * (width - _LEFT - _MARGIN)))
    drawing = _Drawing(phase, lines, said, Pen(theme), width, plot)
    height = _TOP + plot + _BOTTOM
    return framed((width, height), theme, heading, described, drawing.parts(heading))


@dataclass(frozen=True, eq=False, slots=True)
class _Drawing:
    """The parts of the picture, the hindmost first."""

    phase: PhaseMap
    lines: FlipLines
    said: NDArray[np.str_]
    pen: Pen
    width: float
    plot: float

    def parts(self, heading: str) -> Iterator[str]:
        pen, phase = self.pen, self.phase
        x = Scale(phase.x[0], phase.x[-1], _LEFT, self.width - _MARGIN)
        y = Scale(phase.y[0], phase.y[-1], _TOP + self.plot, _TOP)
        shown = fit_label(heading, (self.width - 2 * _MARGIN) * 0.95)
        yield pen.text(shown, _MARGIN, 20, colour="text", **{"font-size": "13"})
        yield from self._legend()
        yield pen.box(x.start, y.end, x.end - x.start, self.plot, "muted", 0.14)
        yield pen.area(_placed(self.lines.treat, x, y), "outcome", 0.3)
        yield pen.area(_placed(self.lines.refuse, x, y), "warning", 0.3)
        yield from pen.x_axis(x, _TOP, _TOP + self.plot, f"worth of {_name(phase.x_weight)}")
        yield from pen.y_axis(y, x.start, x.end, f"worth of {_name(phase.y_weight)}")
        for name, colour, style in self._styles():
            for way in polylines(getattr(self.lines, name)):
                yield pen.line(_placed(way, x, y).tolist(), colour, 1.8, **style)
        yield from self._words(x, y)
        yield from self._current(x, y)

    def _styles(self) -> tuple[tuple[str, Colour, dict[str, str]], ...]:
        return (
            ("lower", "outcome", {}),
            ("upper", "warning", {}),
            ("midpoint", "text", {"stroke-dasharray": "5 4"}),
        )

    def _words(self, x: Scale, y: Scale) -> Iterator[str]:
        """Yield the verdict of each region that has room for it, where it is widest."""
        xs, ys = np.meshgrid(self.phase.x, self.phase.y)
        for word in VERDICT_COLOURS:
            inside = self.said == word
            if inside.mean() < _LEAST_SHARE:
                continue
            row, column = _deepest(inside)
            place = x.at(xs[row, column]), y.at(ys[row, column]) + 4
            half = small_width(word) * 13 / 11 / 2 + 9
            middle = min(max(place[0], x.start + half), x.end - half)
            yield self.pen.label(word, middle, place[1])

    def _current(self, x: Scale, y: Scale) -> Iterator[str]:
        now = self.phase.current
        if now[0] is None or now[1] is None:
            return
        if not (x.low <= now[0] <= x.high and y.low <= now[1] <= y.high):
            return
        left, top = x.at(now[0]), y.at(now[1])
        ring = {"cx": number(left), "cy": number(top), "r": "5", "stroke-width": "2"}
        yield element("circle", {**ring, **paint(self.pen.theme, fill="surface", stroke="text")})
        word = f"now ({written(now[0])}, {written(now[1])})"
        room = left + 10 + small_width(word) < x.end
        anchor, side = ("start", 10) if room else ("end", -10)
        below = top + 14 if top - 8 < y.end + 12 else top - 8
        yield self.pen.label(word, left + side, below, anchor, size=11)

    def _legend(self) -> Iterator[str]:
        pen, ends = self.pen, [(-8.0, 0.0), (8.0, 0.0)]
        words = {
            "lower": "lower bound is 0",
            "upper": "upper bound is 0",
            "midpoint": "midpoint is 0",
        }
        entries = [
            (pen.line(ends, colour, 1.8, **style), words[name])
            for name, colour, style in self._styles()
        ]
        yield from pen.legend(entries, _MARGIN, 40)


def _name(weight: MovedWeight) -> str:
    return fit_label(weight.name.replace("->", "→"), _NAME)


def _placed(points: Floats, x: Scale, y: Scale) -> Floats:
    """Return points in px."""
    if not len(points):
        return points
    return np.column_stack([
        x.start + (points[:, 0] - x.low) / (x.high - x.low) * (x.end - x.start),
        y.start + (points[:, 1] - y.low) / (y.high - y.low) * (y.end - y.start),
    ])  # fmt: skip


def _deepest(inside: NDArray[np.bool_]) -> tuple[int, int]:
    """Return the cell that is farthest from any cell outside, counted in cells."""
    left = np.pad(inside, 1)
    depth = np.zeros(left.shape)
    while left.any():
        depth += left
        around = (np.roll(left, step, axis) for axis in (0, 1) for step in (1, -1))
        left = left & np.logical_and.reduce(list(around))
    place = int(np.argmax(depth))
    row, column = divmod(place, left.shape[1])
    return row - 1, column - 1
