"""Bounds by stratum as a picture: an interval in each row, and what it says of treating."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Bounds, Floats
from causal_magics.counterfactual.decisions.payoff_weights import largest_weight
from causal_magics.counterfactual.decisions.rules import verdicts
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
from causal_magics.graph.drawing_palette import Theme
from causal_magics.graph.geometry_text import fit_label, label_width
from causal_magics.options import check_count

if TYPE_CHECKING:
    from causal_magics.counterfactual.decisions.targeting_result import Targeting
    from causal_magics.counterfactual.frames.unit_bounds import UnitBounds

__all__ = ["Forest", "bounds_forest_svg"]

MOST = 30
"""How many strata are drawn; the others are counted."""
_ROW = 20.0
_TOP = 38.0
_BOTTOM = 62.0
_MARGIN = 14.0
_WIDEST_LABEL = 0.3
_ARM = 90.0
_LEAST_SKIPPED = 8
_DESCRIBED = 20


@dataclass(frozen=True, eq=False, slots=True)
class Forest:
    """What is drawn: the strata with the greatest midpoints, these first.

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
    tally : mapping of str to int
        How many of all strata have each verdict, those that are not drawn too.
    is_judged : bool
        Whether 0 divides treating from refusing; it does not for a quantity that has one sign, such
        as the PNS.
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
    tally: Mapping[str, int]
    is_judged: bool = True

    @classmethod
    def of_bounds(cls, bounds: UnitBounds, most: int = MOST) -> Forest:
        """Return the first strata with their verdicts; with their bounds where 0 says nothing."""
        said = verdicts(*bounds.benefit, scale=largest_weight(bounds.payoff))
        drawn = cls._of(bounds, bounds.benefit, bounds.interval, said, most)
        if bounds.payoff.values.min() < 0 < bounds.payoff.values.max():
            return drawn
        ends = zip(drawn.lower, drawn.upper, strict=True)
        decision = tuple(f"{written(lower)} to {written(upper)}" for lower, upper in ends)
        alike = np.full(len(decision), "treat")
        tally = {"treat": len(said)}
        return replace(drawn, verdict=alike, decision=decision, tally=tally, is_judged=False)

    @classmethod
    def of_targeting(cls, targeting: Targeting, most: int = MOST) -> Forest:
        """Return the first strata with what is decided."""
        first = targeting.first
        drawn = cls._of(first, targeting.benefit, targeting.interval, targeting.verdict, most)
        order = _greatest(targeting.benefit, most)
        words, share, arms = targeting.decision, targeting.treated_share, targeting.treatment_names
        several = len(targeting.bounds) > 1
        decided = []
        for stratum in order.tolist():
            word = str(words[stratum])
            arm = f": {fit_label(arms[stratum], _ARM)}"
            if word == "in part":
                word = f"treat {100 * share[stratum]:.3g} %"
            decided.append(word + arm if several and word.startswith("treat") else word)
        return replace(drawn, decision=tuple(decided))

    @classmethod
    def _of(
        cls,
        bounds: UnitBounds,
        benefit: Bounds,
        interval: Bounds,
        said: NDArray[np.str_],
        most: int,
    ) -> Forest:
        check_count("most", most)
        order = _greatest(benefit, most)
        lower, upper, below, above = (
            np.asarray(end)[order] for end in (*benefit, *interval)
        )  # fmt: skip
        tally = {word: int((said == word).sum()) for word in VERDICT_COLOURS}
        return cls(
            tuple(bounds.label(stratum) for stratum in order.tolist()), lower, upper,
            np.where(np.isnan(below), lower, below), np.where(np.isnan(above), upper, above),
            said[order], tuple(said[order].tolist()), bounds.benefit.quantity or "benefit",
            bounds.confidence, tally,
        )  # fmt: skip

    @property
    def rest(self) -> dict[str, int]:
        """How many strata with each verdict are not drawn; without those of which none is left."""
        drawn = Counter(self.verdict.tolist())
        left = {word: number - drawn[word] for word, number in self.tally.items()}
        return {word: number for word, number in left.items() if number}

    def describe(self, stratum: int) -> str:
        """Return a stratum in words: its label, bounds, verdict and decision."""
        ends = f"{written(self.lower[stratum])} to {written(self.upper[stratum])}"
        label = spoken(self.labels[stratum])
        if not self.is_judged:
            return f"{label}: {ends}"
        verdict, decision = str(self.verdict[stratum]), self.decision[stratum]
        said = verdict if verdict == decision else f"{verdict}; decision: {decision}"
        return f"{label}: {ends}, {said}"


def _greatest(benefit: Bounds, most: int) -> NDArray[np.intp]:
    """Return the places of the strata with the greatest midpoints, these first."""
    return np.argsort(-np.asarray(benefit.midpoint), kind="stable")[:most]


def bounds_forest_svg(
    forest: Forest,
    *,
    theme: Theme = "auto",
    width: float = 700.0,
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
    title : str, optional

    Returns
    -------
    str
        One `<svg>` element. The same input gives the same text.

    Raises
    ------
    CounterfactualError
        Where the picture is too narrow for its words.
    """
    check_canvas(width, theme)
    height = _TOP + _ROW * (len(forest.labels) + bool(forest.rest)) + _BOTTOM
    total = sum(forest.tally.values())
    counts = ", ".join(f"{word} {number:,}" for word, number in forest.tally.items())
    heading = title or f"{counts} of {total:,} {'stratum' if total == 1 else 'strata'}"
    said = "; ".join(map(forest.describe, range(min(len(forest.labels), _DESCRIBED))))
    drawing = _Drawing(forest, Pen(theme), width)
    return framed((width, height), theme, heading, said, drawing.parts(heading))


@dataclass(frozen=True, eq=False, slots=True)
class _Drawing:
    """The parts of the picture, the hindmost first."""

    forest: Forest
    pen: Pen
    width: float

    def parts(self, heading: str) -> Iterator[str]:
        forest, pen = self.forest, self.pen
        rows = len(forest.labels)
        bottom = _TOP + _ROW * (rows + bool(forest.rest))
        shown = fit_label(heading, (self.width - 2 * _MARGIN) * 0.95)
        yield pen.text(shown, _MARGIN, 20, colour="text", **{"font-size": "13"})
        scale = self._scale()
        unit = f"{forest.quantity} of treating a unit" if forest.is_judged else forest.quantity
        yield from pen.x_axis(scale, _TOP, bottom, unit)
        zero = scale.at(0.0)
        yield pen.line([(zero, _TOP - 4), (zero, bottom)], "line", 1.2)
        for row in range(rows):
            yield from self._row(row, _TOP + (row + 0.5) * _ROW, scale)
        if forest.rest:
            yield self._others(_TOP + (rows + 0.5) * _ROW)
        yield from self._legend(bottom + 50)

    def _scale(self) -> Scale:
        forest = self.forest
        widest = max(map(small_width, forest.labels))
        left = _MARGIN + min(widest, _WIDEST_LABEL * self.width) + 12
        words = max(map(small_width, forest.decision))
        right = self.width - _MARGIN - max(words, 56.0) - 12
        return Scale.around([*forest.below.tolist(), *forest.above.tolist(), 0.0], left, right)

    def _row(self, stratum: int, y: float, scale: Scale) -> Iterator[str]:
        forest, pen = self.forest, self.pen
        verdict = str(forest.verdict[stratum])
        colour = VERDICT_COLOURS[verdict]
        room = (scale.start - 12 - _MARGIN) * 13 / 11 + 0.5
        label = fit_label(self._without_start(forest.labels[stratum], room), room)
        yield pen.text(label, scale.start - 12, y + 4, "end", "text")
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

    def _without_start(self, label: str, room: float) -> str:
        """Return a label without the words that all begin with, where there is no room for them."""
        labels = self.forest.labels
        if len(labels) == 1 or max(map(label_width, labels)) <= room:
            return label
        pairs = zip(min(labels), max(labels), strict=False)
        alike = takewhile(lambda pair: pair[0] == pair[1], pairs)
        shared = "".join(letter for letter, _ in alike).rfind(" ") + 1
        return f"…{label[shared:]}" if shared >= _LEAST_SKIPPED else label

    def _others(self, y: float) -> str:
        rest = self.forest.rest
        parts = ", ".join(f"{number:,} {word}" for word, number in rest.items())
        words = f"and {sum(rest.values()):,} more" + (f": {parts}" if self.forest.is_judged else "")
        return self.pen.label(words, self.width / 2, y + 4, size=11)

    def _legend(self, y: float) -> Iterator[str]:
        pen = self.pen
        bar = pen.box(-8, -4, 16, 8, "muted", 0.45)
        whisker = pen.line([(-8, 0), (8, 0)], "muted", 1.2)
        judged = VERDICT_COLOURS if self.forest.is_judged else ()
        entries = [
            *((pen.mark(word, 0, 0), word) for word in judged),
            (bar, "bounds"),
            (whisker, f"{100 * self.forest.confidence:g} % interval"),
        ]
        yield from pen.legend(entries, _MARGIN, y)
