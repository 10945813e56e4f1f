"""The timeline as SVG: what a notebook keeps of it, and what is seen where no screen is live."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from causal_magics.discovery.regimes import Batch
from causal_magics.discovery.timeline import (
    Episodic,
    best_other,
    bits_per_row,
    describe_batch,
    describe_episodes,
)
from causal_magics.discovery.timeline_palette import regime_paint, regime_rules, shape_of
from causal_magics.graph.drawing_frame import framed
from causal_magics.graph.drawing_palette import Theme, paint
from causal_magics.graph.drawing_svg import element, text_element
from causal_magics.graph.geometry_curves import number
from causal_magics.graph.geometry_text import fit_label, label_width

__all__ = ["timeline_svg"]

_SMALL = 11 / 13
_PLOT = 700
_GUTTER = 140
_STEPS = (3.0, 92.0)
_ROWS = (11.0, 24.0)
_TOP = 48
_GAP = 26
_CURVE = 96
_BOTTOM = 30
_MARGIN = 14
_LABEL = 84
_DESCRIBED = 40


def timeline_svg(episodes: Episodic, *, theme: Theme = "auto", title: str | None = None) -> str:
    """Draw batches in the rows of their regimes, and below them the code that each added.

    Parameters
    ----------
    episodes : Discovery
        What has `batches` and `regimes`.
    theme : {"auto", "light", "dark"}
        `auto` follows Jupyter's theme where the picture stands in it, else the system's.
    title : str, optional
        The picture's accessible name.

    Returns
    -------
    str
        One `<svg>` element. The same input gives the same text.
    """
    chart = _Chart.of(episodes)
    width, height = _GUTTER + chart.width + _MARGIN, chart.curve[1] + _BOTTOM
    drawing = _Drawing(episodes, chart, theme)
    said = [describe_batch(batch) for batch in episodes.batches]
    more = f"; and {len(said) - _DESCRIBED} more" if len(said) > _DESCRIBED else ""
    described = "; ".join(said[:_DESCRIBED]) + more
    return framed(
        (width, height), theme, title or "Timeline of episodes", described, drawing.parts(),
        rules=regime_rules(),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Chart:
    """Where everything stands, in px."""

    step: float
    row: float
    middles: dict[int, float]
    bands: tuple[tuple[int, float, float], ...]
    curve: tuple[float, float]
    range: tuple[float, float]
    width: float

    @classmethod
    def of(cls, episodes: Episodic) -> _Chart:
        count, regimes = len(episodes.batches), episodes.regimes
        step = _within(_STEPS, _PLOT / max(1, count))
        row = _within(_ROWS, 250 / max(1, len(regimes)))
        middles: dict[int, float] = {}
        bands = []
        for world in dict.fromkeys(regime.world for regime in regimes):
            members = [i for i, regime in enumerate(regimes) if regime.world == world]
            bands.append((world, _TOP + len(middles) * row, len(members) * row))
            for index in members:
                middles[index] = _TOP + (len(middles) + 0.5) * row
        top = _TOP + len(regimes) * row + _GAP
        values = [v for batch in episodes.batches for v in _both(batch) if v is not None]
        least, most = (min(values), max(values)) if values else (0.0, 1.0)
        pad = 0.08 * (most - least) or 0.05 * max(abs(most), 1.0)
        return cls(
            step, row, middles, tuple(bands), (top, top + _CURVE), (least - pad, most + pad),
            max(_PLOT, step * count),
        )  # fmt: skip

    def x(self, index: int) -> float:
        return _GUTTER + (index + 0.5) * self.step

    def y(self, bits: float) -> float:
        low, high = self.range
        return self.curve[1] - (bits - low) / (high - low) * _CURVE

    @property
    def ticks(self) -> list[float]:
        """Two to four round figures within the range."""
        low, high = self.range
        unit = 10.0 ** math.floor(math.log10((high - low) / 2))
        step = next(f * unit for f in (1, 2, 5, 10) if (high - low) / (f * unit) <= 4)
        return [tick * step for tick in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _within(limits: tuple[float, float], value: float) -> float:
    return min(limits[1], max(limits[0], value))


def _both(batch: Batch) -> tuple[float | None, float | None]:
    """Return the bits a row of a batch and of its best other place; None where there are none."""
    other = best_other(batch)
    return _per_row(batch.bits, batch), None if other is None else _per_row(other.bits, batch)


def _per_row(bits: float, batch: Batch) -> float | None:
    value = bits_per_row(bits, batch)
    return value if math.isfinite(value) else None


@dataclass(frozen=True, slots=True)
class _Drawing:
    """The parts of the picture, the hindmost first."""

    episodes: Episodic
    chart: _Chart
    theme: Theme

    def parts(self) -> Iterator[str]:
        yield self._text(describe_episodes(self.episodes), _MARGIN, 18, "start", size=13)
        if not self.episodes.batches:
            return
        yield from self._legend()
        yield from self._rows()
        yield from self._axes()
        for dashed, which in ((True, 1), (False, 0)):
            yield self._line([_both(batch)[which] for batch in self.episodes.batches], dashed)
        for index, batch in enumerate(self.episodes.batches):
            yield self._batch(index, batch)

    def _text(
        self, words: str, x: float, y: float, anchor: str, *, muted: bool = False, size: int = 11
    ) -> str:
        place = {"x": number(x), "y": number(y), "text-anchor": anchor, "font-size": str(size)}
        return text_element(
            "text", words, {**place, **paint(self.theme, fill="muted" if muted else "text")}
        )

    def _legend(self) -> Iterator[str]:
        right = _GUTTER + self.chart.width
        entries: list[tuple[str, Callable[[float], str]]] = [
            ("best other place", lambda x: self._stroke(f"M{number(x)} 14h18", dashed=True)),
            ("bits a row, when it came", lambda x: self._stroke(f"M{number(x)} 14h18")),
            ("mechanisms changed", lambda x: self._flag(x + 10, 14, 4.5)),
        ]
        for words, sign in entries:
            right -= label_width(words) * _SMALL
            yield self._text(words, right, 18, "start", muted=True)
            yield sign(right - 24)
            right -= 38

    def _rows(self) -> Iterator[str]:
        chart = self.chart
        for place, (world, y, height) in enumerate(chart.bands):
            box = {"x": number(_MARGIN), "y": number(y), "height": number(height)}
            box["width"] = number(_GUTTER + chart.width - _MARGIN)
            box["fill-opacity"] = "0.14" if place % 2 else "0.06"
            yield element("rect", {**box, **paint(self.theme, fill="muted")})
            if len(chart.bands) > 1:
                middle = y + chart.row / 2 + 4
                yield self._text(f"world {world}", _MARGIN + 4, middle, "start", muted=True)
        for regime, y in chart.middles.items():
            size = 11 if chart.row >= 13 else 9
            yield self._text(f"regime {regime}", _GUTTER - 22, y + 4, "end", size=size)
            yield self._mark(regime, _GUTTER - 11, y, 4)
        way = "".join(
            f"{'L' if index else 'M'}{number(chart.x(index))} {number(chart.middles[batch.regime])}"
            for index, batch in enumerate(self.episodes.batches)
        )
        yield element(
            "path", {"d": way, **paint(self.theme, stroke="muted"), "stroke-opacity": "0.45"}
        )

    def _axes(self) -> Iterator[str]:
        chart = self.chart
        yield self._text("bits a row", _MARGIN + 4, chart.curve[0] - 8, "start", muted=True)
        for tick in chart.ticks:
            y = chart.y(tick)
            path = f"M{_GUTTER} {number(y)}H{number(_GUTTER + chart.width)}"
            line = {"d": path, "stroke-opacity": "0.25", **paint(self.theme, stroke="muted")}
            yield element("path", line)
            yield self._text(f"{tick:.4g}", _GUTTER - 6, y + 4, "end", muted=True)
        labels = [batch.label for batch in self.episodes.batches]
        widest = max(label_width(label) * _SMALL for label in labels)
        room = min(_LABEL, max(widest, chart.step - 8))
        stride = max(1, math.ceil((min(widest, room) + 8) / chart.step))
        for index in range(0, len(labels), stride):
            shown = fit_label(labels[index], room / _SMALL)
            yield self._text(shown, chart.x(index), chart.curve[1] + 18, "middle", muted=True)

    def _line(self, values: Sequence[float | None], dashed: bool) -> str:
        path, broken = [], True
        for index, value in enumerate(values):
            if value is not None:
                point = f"{number(self.chart.x(index))} {number(self.chart.y(value))}"
                path.append(f"{'M' if broken else 'L'}{point}")
            broken = value is None
        return self._stroke("".join(path), dashed=dashed) if path else ""

    def _stroke(self, path: str, *, dashed: bool = False) -> str:
        style = {"stroke-width": "1", "stroke-dasharray": "3 3"} if dashed else {}
        line = {"d": path, "stroke-width": "1.5", **style}
        return element("path", {**line, **paint(self.theme, stroke="muted" if dashed else "line")})

    def _flag(self, x: float, y: float, half: float) -> str:
        path = (
            f"M{number(x - half)} {number(y + 4)}h{number(2 * half)}L{number(x)} {number(y - 4)}z"
        )
        return element("path", {"d": path, **paint(self.theme, fill="warning")})

    def _batch(self, index: int, batch: Batch) -> str:
        chart = self.chart
        x, y = chart.x(index), chart.middles[batch.regime]
        parts = [text_element("title", describe_batch(batch))]
        if batch.changed:
            parts.append(self._flag(x, _TOP - 8, 4.5 if chart.step >= 9 else 2.5))
        radius = min(9.0, chart.row / 2 - 2, chart.step / 2 - 1)
        if chart.step >= 16 and chart.row >= 16:
            parts.append(self._mark(batch.regime, x, y, radius))
            if radius >= 7:
                middle = {"x": number(x), "y": number(y + 3.8), "text-anchor": "middle"}
                own = {**middle, "font-weight": "600", **paint(self.theme, fill="surface")}
                parts.append(text_element("text", str(batch.regime), own))
        else:
            width, height = max(2.0, chart.step - 1.5), chart.row - 4
            bar = {"x": number(x - width / 2), "y": number(y - height / 2), "rx": "1"}
            bar |= {"width": number(width), "height": number(height)}
            parts.append(element("rect", {**bar, **regime_paint(batch.regime, self.theme)}))
        added = _both(batch)[0]
        if added is not None and chart.step >= 7:
            parts.append(self._mark(batch.regime, x, chart.y(added), 3))
        return element("g", {}, parts)

    def _mark(self, regime: int, x: float, y: float, radius: float) -> str:
        colour = regime_paint(regime, self.theme)
        shape, r = shape_of(regime), radius
        if shape == "circle":
            place = {"cx": number(x), "cy": number(y), "r": number(r)}
            return element("circle", {**place, **colour})
        if shape == "square":
            side = {"width": number(1.8 * r), "height": number(1.8 * r)}
            corner = {"x": number(x - 0.9 * r), "y": number(y - 0.9 * r)}
            return element("rect", {**corner, **side, **colour})
        steps = f"l{number(r)} {number(r)}l{number(-r)} {number(r)}l{number(-r)} {number(-r)}z"
        return element("path", {"d": f"M{number(x)} {number(y - r)}{steps}", **colour})
