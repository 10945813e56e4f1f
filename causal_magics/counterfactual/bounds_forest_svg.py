"""Bounds by stratum as a picture: an interval in each row, and what it says of treating."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounds import Bounds, Floats
from causal_magics.counterfactual.chart_svg import (
    VERDICT_COLOURS,
    Pen,
    Scale,
    chart_svg,
    small_width,
    written,
)
from causal_magics.counterfactual.decisions import verdicts
from causal_magics.errors import CounterfactualError
from causal_magics.graph.drawing_palette import Theme
from causal_magics.graph.geometry_text import fit_label

if TYPE_CHECKING:
    from causal_magics.counterfactual.targeting_result import Targeting
    from causal_magics.counterfactual.unit_bounds import UnitBounds

__all__ = ["Forest", "bounds_forest_svg"]

_ROW = 20.0
_TOP = 38.0
_BOTTOM = 62.0
_MARGIN = 14.0
_WIDEST_LABEL = 0.3
_DESCRIBED = 20


@dataclass(frozen=True, eq=False, slots=True)
class Forest:
    """What is drawn of each stratum.

    Attributes
    ----------
    labels : tuple of str
    lower, upper : ndarray of shape (strata,)
        The bounds.
    below, above : ndarray of shape (strata,)
        Their confidence interval.
    verdict : ndarray of str
        treat, undecided or refuse: the colour and sign.
    decision : tuple of str
        What stands at the end of the row.
    quantity : str
        What is bounded.
    confidence : float
    """

    labels: tuple[str, ...]
    lower: Floats
    upper: Floats
    below: Floats
    above: Floats
    verdict: NDArray[Any]
    decision: tuple[str, ...]
    quantity: str
    confidence: float

    @classmethod
    def of_bounds(cls, bounds: UnitBounds) -> Forest:
        """Return bounds with their verdicts."""
        lower, upper = bounds.benefit
        said = verdicts(lower, upper)
        labels = tuple(bounds.label(stratum) for stratum in range(len(bounds)))
        return cls(
            labels, lower, upper, *_known(bounds.interval, bounds.benefit), said,
            tuple(said.tolist()), bounds.benefit.quantity or "benefit", bounds.confidence,
        )  # fmt: skip

    @classmethod
    def of_targeting(cls, targeting: Targeting) -> Forest:
        """Return bounds with what is decided."""
        first, benefit, interval = targeting.first, targeting.benefit, targeting.interval
        several = len(targeting.bounds) > 1
        decided = []
        for stratum, word in enumerate(targeting.decision.tolist()):
            arm = str(targeting.bounds[targeting.treatment[stratum]].treated)
            said = f"treat: {arm}" if several and word == "treat" else word
            share = targeting.treated_share[stratum]
            decided.append(f"treat {100 * share:.3g} %" if word == "in part" else said)
        labels = tuple(first.label(stratum) for stratum in range(len(first)))
        return cls(
            labels, benefit.lower, benefit.upper, *_known(interval, benefit),
            targeting.verdict, tuple(decided), first.benefit.quantity or "benefit",
            first.confidence,
        )  # fmt: skip

    @property
    def order(self) -> NDArray[np.intp]:
        """The strata by their midpoints, the greatest first."""
        return np.argsort(-(self.lower + self.upper) / 2, kind="stable")

    def describe(self, stratum: int) -> str:
        """Return a stratum in words: its label, bounds, verdict and decision."""
        ends = f"{written(self.lower[stratum])} to {written(self.upper[stratum])}"
        verdict, decision = str(self.verdict[stratum]), self.decision[stratum]
        said = verdict if verdict == decision else f"{verdict}; decision: {decision}"
        return f"{self.labels[stratum]}: {ends}, {said}"


def _known(interval: Bounds, benefit: Bounds) -> tuple[Floats, Floats]:
    """Return the ends of an interval, those of the bounds where it is not known."""
    below = np.where(np.isnan(interval.lower), benefit.lower, interval.lower)
    return below, np.where(np.isnan(interval.upper), benefit.upper, interval.upper)


def bounds_forest_svg(
    forest: Forest,
    *,
    theme: Theme = "auto",
    width: float = 700.0,
    most: int = 30,
    title: str | None = None,
) -> str:
    """Draw the bounds of each stratum, the best first.

    A bar is the bounds and a thin line their confidence interval; a disc, diamond or square, and
    the colour, say whether treating is right for certain, undecided, or wrong.

    Parameters
    ----------
    forest : Forest
    theme : {"auto", "light", "dark"}
        `auto` follows Jupyter's theme where the picture stands in it, else the system's.
    width : float
        In px, from 420.
    most : int
        How many strata are drawn; the others are counted below.
    title : str, optional

    Returns
    -------
    str
        One `<svg>` element. The same input gives the same text.

    Raises
    ------
    CounterfactualError
        Where the width or number is too small.
    """
    if most < 1:
        raise CounterfactualError(f"Expected to draw one stratum at least, got most={most}.")
    order = forest.order
    drawn, rest = order[:most], order[most:]
    height = _TOP + _ROW * (len(drawn) + bool(len(rest))) + _BOTTOM
    tally = Counter(forest.verdict.tolist())
    heading = (
        title
        or ", ".join(f"{word} {tally[word]:,}" for word in ("treat", "undecided", "refuse"))
        + f" of {len(order):,} {'stratum' if len(order) == 1 else 'strata'}"
    )
    said = "; ".join(forest.describe(stratum) for stratum in drawn[:_DESCRIBED].tolist())
    drawing = _Drawing(forest, Pen(theme), width, drawn, rest)
    return chart_svg((width, height), theme, heading, said, drawing.parts(heading))


@dataclass(frozen=True, eq=False, slots=True)
class _Drawing:
    """The parts of the picture, the hindmost first."""

    forest: Forest
    pen: Pen
    width: float
    drawn: NDArray[np.intp]
    rest: NDArray[np.intp]

    def parts(self, heading: str) -> Iterator[str]:
        forest, pen = self.forest, self.pen
        bottom = _TOP + _ROW * (len(self.drawn) + bool(len(self.rest)))
        shown = fit_label(heading, (self.width - 2 * _MARGIN) * 0.95)
        yield pen.text(shown, _MARGIN, 20, colour="text", **{"font-size": "13"})
        scale = self._scale()
        unit = f"{forest.quantity} of treating a unit"
        yield from pen.x_axis(scale, _TOP, bottom, unit)
        zero = scale.at(0.0)
        yield pen.line([(zero, _TOP - 4), (zero, bottom)], "line", 1.2)
        for row, stratum in enumerate(self.drawn.tolist()):
            yield from self._row(stratum, _TOP + (row + 0.5) * _ROW, scale)
        if len(self.rest):
            yield self._others(_TOP + (len(self.drawn) + 0.5) * _ROW)
        yield from self._legend(bottom + 50)

    def _scale(self) -> Scale:
        forest, places = self.forest, self.drawn
        widest = max(small_width(forest.labels[place]) for place in places.tolist())
        left = _MARGIN + min(widest, _WIDEST_LABEL * self.width) + 12
        words = max(small_width(forest.decision[place]) for place in places.tolist())
        right = self.width - _MARGIN - max(words, 56.0) - 12
        ends = np.concatenate([forest.below[places], forest.above[places], [0.0]])
        return Scale.around(ends.tolist(), left, right)

    def _row(self, stratum: int, y: float, scale: Scale) -> Iterator[str]:
        forest, pen = self.forest, self.pen
        verdict = str(forest.verdict[stratum])
        colour = VERDICT_COLOURS[verdict]
        room = (scale.start - 12 - _MARGIN) * 13 / 11 + 0.5
        yield pen.text(
            fit_label(forest.labels[stratum], room), scale.start - 12, y + 4, "end", "text"
        )
        ends = (forest.below, forest.lower, forest.upper, forest.above)
        below, lower, upper, above = (scale.at(float(each[stratum])) for each in ends)
        for x in (below, above):
            yield pen.line([(x, y - 3), (x, y + 3)], colour, 1.2)
        yield pen.line([(below, y), (above, y)], colour, 1.2)
        middle = max(upper - lower, 1.5)
        yield pen.box((lower + upper - middle) / 2, y - 4, middle, 8, "surface")
        yield pen.box((lower + upper - middle) / 2, y - 4, middle, 8, colour, 0.45)
        yield pen.mark(verdict, (lower + upper) / 2, y)
        yield pen.text(forest.decision[stratum], self.width - _MARGIN, y + 4, "end", "text")

    def _others(self, y: float) -> str:
        tally = Counter(self.forest.verdict[self.rest].tolist())
        parts = [f"{tally[word]:,} {word}" for word in VERDICT_COLOURS if tally[word]]
        words = f"and {len(self.rest):,} more: {', '.join(parts)}"
        return self.pen.label(words, self.width / 2, y + 4, size=11)

    def _legend(self, y: float) -> Iterator[str]:
        pen = self.pen
        bar = pen.box(-8, -4, 16, 8, "muted", 0.45)
        whisker = pen.line([(-8, 0), (8, 0)], "muted", 1.2)
        entries = [
            (pen.mark("treat", 0, 0), "treat"),
            (pen.mark("undecided", 0, 0), "undecided"),
            (pen.mark("refuse", 0, 0), "refuse"),
            (bar, "bounds"),
            (whisker, f"{100 * self.forest.confidence:g} % interval"),
        ]
        yield from pen.legend(entries, _MARGIN, y)
