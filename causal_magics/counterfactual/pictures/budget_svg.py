"""What a budget brings, as a picture: the bounds on the total benefit as it grows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.decisions.budget import Curve, Envelope
from causal_magics.counterfactual.pictures.chart_svg import (
    Pen,
    Scale,
    check_canvas,
    small_width,
    written,
)
from causal_magics.graph.drawing_frame import framed
from causal_magics.graph.drawing_palette import Colour, Theme

__all__ = ["budget_svg"]

_MARGIN = 14.0
_RIGHT = 26.0
_LEFT = 64.0
_TOP = 76.0
_PLOT = 220.0
_BOTTOM = 40.0


def budget_svg(
    envelope: Envelope,
    *,
    theme: Theme = "auto",
    width: float = 700.0,
    title: str | None = None,
) -> str:
    """Draw the bounds on the total benefit over the budget.

    The band is the plan's; the lines are the most that any plan is certain to bring, and the most
    that any may bring.

    Parameters
    ----------
    envelope : Envelope
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
    total = envelope.at(envelope.spent)
    spent = f"{written(envelope.spent)} {_unit(envelope)}"
    heading = title or f"{spent}: benefit {written(total.lower)} to {written(total.upper)}"
    ends = [(curve.spent[-1], curve.total[-1]) for curve in (envelope.lower, envelope.upper)]
    said = f"With all that the rule would treat, {written(ends[0][0])} {_unit(envelope)}: "
    said += f"{written(ends[0][1])} to {written(ends[1][1])}."
    drawing = _Drawing(envelope, Pen(theme), width)
    height = _TOP + _PLOT + _BOTTOM
    return framed((width, height), theme, heading, said, drawing.parts(heading))


def _unit(envelope: Envelope) -> str:
    return "spent" if envelope.unit == "cost" else envelope.unit


@dataclass(frozen=True, eq=False, slots=True)
class _Drawing:
    """The parts of the picture, the hindmost first."""

    envelope: Envelope
    pen: Pen
    width: float

    def parts(self, heading: str) -> Iterator[str]:
        pen, envelope = self.pen, self.envelope
        x, y = self._scales()
        yield pen.text(heading, _MARGIN, 20, colour="text", **{"font-size": "13"})
        yield from self._legend()
        name = "budget" if envelope.unit == "cost" else f"budget, {envelope.unit}"
        yield from pen.x_axis(x, _TOP, _TOP + _PLOT, name)
        yield from pen.y_axis(y, x.start, x.end, "total benefit")
        yield pen.line([(x.start, y.at(0.0)), (x.end, y.at(0.0))], "line", 1.0)
        band = np.concatenate(
            [self._points(envelope.upper, x, y), self._points(envelope.lower, x, y)[::-1]]
        )
        yield pen.area(band, "outcome", 0.22)
        curves: tuple[tuple[Curve, Colour, dict[str, str]], ...] = (
            (envelope.possible, "muted", {"stroke-dasharray": "2 3"}),
            (envelope.guaranteed, "muted", {"stroke-dasharray": "7 4"}),
            (envelope.upper, "outcome", {}),
            (envelope.lower, "outcome", {}),
        )
        for curve, colour, style in curves:
            yield pen.line(self._points(curve, x, y).tolist(), colour, 1.6, **style)
        yield from self._spent(x, y)

    def _scales(self) -> tuple[Scale, Scale]:
        envelope = self.envelope
        curves = (envelope.lower, envelope.upper, envelope.guaranteed, envelope.possible)
        totals = np.concatenate([curve.total for curve in curves])
        far = max(float(curve.spent[-1]) for curve in curves) or 1.0
        if math.isfinite(envelope.budget):
            far = max(far, min(envelope.budget, 1.25 * far))
        across = Scale(0.0, far, _LEFT, self.width - _RIGHT)
        return across, Scale.around([0.0, *totals.tolist()], _TOP + _PLOT, _TOP, 0.05)

    def _points(self, curve: Curve, x: Scale, y: Scale) -> Floats:
        spent = np.append(curve.spent, max(float(curve.spent[-1]), x.high))
        total = np.append(curve.total, curve.total[-1])
        return np.array([
            (x.at(a), y.at(b)) for a, b in zip(spent, total, strict=True)
        ])  # fmt: skip

    def _spent(self, x: Scale, y: Scale) -> Iterator[str]:
        pen, envelope = self.pen, self.envelope
        total = envelope.at(envelope.spent)
        place = x.at(envelope.spent)
        yield pen.line([(place, _TOP), (place, _TOP + _PLOT)], "text", 1.2)
        for end in (total.lower, total.upper):
            yield pen.mark("treat", place, y.at(end), 3.5)
        word = "budget" if math.isfinite(envelope.budget) and envelope.is_short else "all treated"
        half = small_width(word) / 2
        beside = x.start + small_width("total benefit") + 10
        middle = min(max(place, beside + half), self.width - 4 - half)
        yield pen.text(word, middle, _TOP - 6, "middle", "text")

    def _legend(self) -> Iterator[str]:
        pen = self.pen
        band = pen.box(-8, -5, 16, 10, "outcome", 0.22) + pen.line(
            [(-8, -5), (8, -5)], "outcome", 1.6
        )
        band += pen.line([(-8, 5), (8, 5)], "outcome", 1.6)
        ends = [(-8.0, 0.0), (8.0, 0.0)]
        entries = [
            (band, "this plan, bounds"),
            (pen.line(ends, "muted", 1.6, **{"stroke-dasharray": "7 4"}), "most that is certain"),
            (pen.line(ends, "muted", 1.6, **{"stroke-dasharray": "2 3"}), "most that may be"),
        ]
        yield from pen.legend(entries, _MARGIN, 40)
