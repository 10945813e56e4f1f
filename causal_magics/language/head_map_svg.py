"""The head map as a picture: what a notebook keeps of it, and what is seen without a screen."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from causal_magics.graph.drawing_frame import framed
from causal_magics.graph.drawing_palette import Colour, Theme, paint
from causal_magics.graph.drawing_svg import element, svg_to_png, text_element
from causal_magics.graph.geometry_curves import number
from causal_magics.graph.geometry_text import fit_label, label_width
from causal_magics.language.head_map_palette import STEPS, heat_paint, heat_rules, level_of
from causal_magics.language.head_note import HeadNote
from causal_magics.language.head_note_svg import note_height, note_parts
from causal_magics.language.head_panels import (
    Head,
    HeadMark,
    HeadPanel,
    checked_heads,
    checked_marks,
    head_panels,
    written,
)

__all__ = ["describe_head", "head_map_png", "head_map_svg"]

_SMALL = 11 / 13
_WIDTH = 820
_MARGIN = 12
_GUTTER, _TOP, _BOTTOM = 34, 34, 46
_GAP = 18
_CELLS = (4.0, 46.0)
_ROWS = (7.0, 26.0)
_EASY = 9.0
_HEIGHT = 440.0
_LEAST = 290.0
_BAR = 72.0
_STRIDES = (1, 2, 4, 5, 10, 20, 50, 100)
_LISTED = 3
_DESCRIBED = 10


def head_map_svg(
    values: object,
    *,
    theme: Theme = "auto",
    title: str | None = None,
    selected: Collection[Head] = (),
    marks: Mapping[Head, HeadMark] | None = None,
    note: HeadNote | None = None,
) -> str:
    """Draw a panel for each quantity: layers downwards, heads to the right.

    Values below 0 are blue and those above it orange; cells without a value are hatched. Where
    some values are exact and others estimates, the exact ones have a dot. Heads that are selected
    are outlined, those that are cut crossed, those that are kept ringed.

    Parameters
    ----------
    values : Mediation, HeadPanel, sequence of HeadPanel, or mapping of str to array_like
        What `head_panels` takes.
    theme : {"auto", "light", "dark"}
        `auto` follows Jupyter's theme where the picture stands in it, else the system's.
    title : str, optional
        Written above the panels, and the picture's accessible name.
    selected : collection of (layer, head)
    marks : mapping of (layer, head) to {"cut", "kept"}, optional
    note : HeadNote, optional
        Figures above the panels; grey where they are not of these marks.

    Returns
    -------
    str
        One `<svg>` element. The same input gives the same text.

    Raises
    ------
    LanguageModelError
        Where there is nothing to draw, or a head is not in the model.
    """
    panels = head_panels(values)
    chart = _Chart.of(panels)
    heads, marked = checked_heads(selected, panels), checked_marks(marks or {}, panels)
    drawn = [_Drawing(panel, chart, theme, frozenset(heads), marked) for panel in panels]
    said = (note or HeadNote()).beside(marked)
    columns, rows = chart.columns, math.ceil(len(panels) / chart.columns)
    width = 2 * _MARGIN + columns * chart.width + (columns - 1) * _GAP
    inner = width - 2 * _MARGIN
    above = 26.0 if title else 0.0
    head = above + note_height(said, inner)
    height = head + rows * chart.height + 2 * _MARGIN
    parts = [*_title(title, inner, theme)] if title else []
    place = {"transform": f"translate({number(_MARGIN)} {number(_MARGIN + above)})"}
    parts.append(element("g", place, note_parts(said, inner, theme)) if note else "")
    for index, drawing in enumerate(drawn):
        x = _MARGIN + index % columns * (chart.width + _GAP)
        y = _MARGIN + head + index // columns * chart.height
        place = {"transform": f"translate({number(x)} {number(y)})"}
        parts.append(element("g", place, drawing.parts()))
    described = " ".join([*_said(said), *map(_described, panels)])
    return framed(
        (width, height), theme, title or "Map of heads", described, parts,
        rules=heat_rules(_levels(drawn)),
    )  # fmt: skip


def _title(title: str, width: float, theme: Theme) -> list[str]:
    place = {"x": number(_MARGIN), "y": "24", "font-size": "14", "font-weight": "600"}
    shown = fit_label(title, width * 13 / 14)
    return [text_element("text", shown, {**place, **paint(theme, fill="text")})]


def head_map_png(
    values: object,
    *,
    theme: Theme = "light",
    title: str | None = None,
    selected: Collection[Head] = (),
    marks: Mapping[Head, HeadMark] | None = None,
    note: HeadNote | None = None,
    zoom: float = 2.0,
) -> bytes:
    """Draw a head map as PNG, `zoom` pixels for each pixel of `head_map_svg`.

    Raises
    ------
    MissingDependencyError
        Where `resvg-py` (the extra `png`) is not installed.
    """
    plain: Theme = "light" if theme == "auto" else theme
    svg = head_map_svg(values, theme=plain, title=title, selected=selected, marks=marks, note=note)
    return svg_to_png(svg, zoom)


def describe_head(panel: HeadPanel, head: Head) -> str:
    """Return the numbers of a head in words, such as ``"layer 3, head 5: 0.042 nats"``."""
    layer, place = head
    value = float(panel.values[head])
    words = written(value) if math.isfinite(value) else "no value"
    unit = f" {panel.unit}" if panel.unit and math.isfinite(value) else ""
    between = ""
    if panel.lower is not None and panel.upper is not None:
        ends = float(panel.lower[head]), float(panel.upper[head])
        if all(map(math.isfinite, ends)):
            between = f", {written(ends[0])} to {written(ends[1])}"
    return f"layer {layer}, head {place}: {words}{unit}{between}"


def _said(note: HeadNote) -> list[str]:
    return [f"{'; '.join(map(str, note.figures))}.", note.words] if note.figures else []


def _described(panel: HeadPanel) -> str:
    largest = "; ".join(describe_head(panel, head) for head in panel.largest(_DESCRIBED))
    size = f"{panel.n_layers} layers × {panel.n_heads} heads"
    return f"{panel.name}, {size}. Largest: {largest or 'none'}."


@dataclass(frozen=True, slots=True)
class _Chart:
    """Where everything in a panel stands, in px."""

    shape: tuple[int, int]
    columns: int
    cell: tuple[float, float]
    width: float

    @classmethod
    def of(cls, panels: Sequence[HeadPanel]) -> _Chart:
        layers, heads = panels[0].n_layers, panels[0].n_heads
        fitting = [count for count in range(1, len(panels) + 1) if _room(heads, count) >= _EASY]
        wide = max(1, int((_WIDTH + _GAP) // (_LEAST + _GAP)))
        columns = min(max(fitting, default=1), wide)
        across = _within(_CELLS, _room(heads, columns))
        down = _within(_ROWS, _HEIGHT / layers) if layers <= 64 else max(4.0, _HEIGHT / layers)
        down = min(down, max(_ROWS[0], 1.5 * across))
        return cls((layers, heads), columns, (across, down), max(_LEAST, _GUTTER + heads * across))

    @property
    def height(self) -> float:
        return _TOP + self.shape[0] * self.cell[1] + _BOTTOM

    def corner(self, head: Head) -> tuple[float, float]:
        return _GUTTER + head[1] * self.cell[0], _TOP + head[0] * self.cell[1]


def _room(heads: int, columns: int) -> float:
    """Return how wide a cell is where so many panels stand beside each other."""
    return ((_WIDTH - _GAP * (columns - 1)) / columns - _GUTTER) / heads


def _within(limits: tuple[float, float], value: float) -> float:
    return min(limits[1], max(limits[0], value))


def _levels(drawings: Sequence[_Drawing]) -> set[int]:
    return {level for drawing in drawings for level in (*drawing.cells(), *drawing.bar())}


@dataclass(frozen=True, slots=True)
class _Drawing:
    """The parts of one panel, the hindmost first."""

    panel: HeadPanel
    chart: _Chart
    theme: Theme
    selected: frozenset[Head]
    marks: Mapping[Head, HeadMark]

    def parts(self) -> Iterator[str]:
        yield from self._caption()
        yield from self._axes()
        for level, path in self.cells().items():
            yield element("path", {"d": path, **heat_paint(level, self.theme)})
        yield from self._signs()
        yield from self._chosen()

    def cells(self) -> dict[int, str]:
        """Return a path for each tone: around all cells that have it."""
        width, height = self.chart.cell
        gap = 1.0 if min(width, height) >= 7 else 0.4
        size = f"h{number(width - gap)}v{number(height - gap)}h{number(gap - width)}z"
        found: dict[int, list[str]] = {}
        for head, value in np.ndenumerate(self.panel.values):
            if math.isfinite(value):
                x, y = self.chart.corner((head[0], head[1]))
                step = f"M{number(x + gap / 2)} {number(y + gap / 2)}{size}"
                found.setdefault(level_of(float(value), self.panel.full), []).append(step)
        return {level: "".join(found[level]) for level in sorted(found)}

    def bar(self) -> list[int]:
        """Return the tones of the scale: of one side alone where no value is on the other."""
        finite = self.panel.values[np.isfinite(self.panel.values)]
        low, high = bool((finite < 0).any()), bool((finite > 0).any())
        first = -STEPS if low or not high else 0
        last = STEPS if high or not low else 0
        return list(range(first, last + 1))

    def _text(
        self, words: str, x: float, y: float, anchor: str, colour: Colour = "muted", **more: str
    ) -> str:
        place = {"x": number(x), "y": number(y), "text-anchor": anchor, **more}
        return text_element("text", words, {**place, **paint(self.theme, fill=colour)})

    def _caption(self) -> Iterator[str]:
        bar, full = self.bar(), self.panel.full
        ends = [written(full * level / STEPS) for level in (bar[0], bar[-1])]
        right = self.chart.width
        yield self._text(ends[1], right, 12, "end")
        right -= label_width(ends[1]) * _SMALL + 4 + _BAR
        step = _BAR / len(bar)
        for place, level in enumerate(bar):
            box = {"x": number(right + place * step), "y": "4", "height": "9"}
            tone = {**box, "width": number(step + 0.2), **heat_paint(level, self.theme)}
            yield element("rect", tone)
        zero = {"d": f"M{number(right + (bar.index(0) + 0.5) * step)} 2v13"}
        yield element("path", {**zero, **paint(self.theme, stroke="muted")})
        yield self._text(ends[0], right - 4, 12, "end")
        right -= label_width(ends[0]) * _SMALL + 14
        unit = f" ({self.panel.unit})" if self.panel.unit else ""
        name = fit_label(self.panel.name + unit, max(20.0, right) / _SMALL / 1.08)
        yield self._text(name, 0, 12, "start", "text", **{"font-weight": "600"})

    def _axes(self) -> Iterator[str]:
        (layers, heads), (width, height) = self.chart.shape, self.chart.cell
        bottom = _TOP + layers * height
        yield self._text("layer", _GUTTER - 6, _TOP - 6, "end")
        for layer in range(0, layers, _stride(layers, height, 12)):
            middle = _TOP + (layer + 0.5) * height + 4
            yield self._text(str(layer), _GUTTER - 6, middle, "end")
        for head in range(0, heads, _stride(heads, width, 18)):
            yield self._text(str(head), _GUTTER + (head + 0.5) * width, bottom + 13, "middle")
        yield self._text("head", _GUTTER - 6, bottom + 13, "end")
        yield self._text(f"largest: {self._largest()}", 0, bottom + 30, "start")
        if self._is_mixed():
            yield self._text("• exact", self.chart.width, bottom + 30, "end")

    def _is_mixed(self) -> bool:
        """Tell whether some values are exact and others estimates."""
        exact = self.panel.exact
        return exact is not None and len(set(exact[np.isfinite(self.panel.values)].tolist())) == 2

    def _largest(self) -> str:
        """Return as many of the largest heads as there is room for."""
        values = self.panel.values
        words = [f"{h[0]}.{h[1]} {written(float(values[h]))}" for h in self.panel.largest(_LISTED)]
        while len(words) > 1 and label_width(" · ".join(words)) * _SMALL > self.chart.width - 100:
            words.pop()
        return " · ".join(words) or "none"

    def _signs(self) -> Iterator[str]:
        width, height = self.chart.cell
        finite, exact = np.isfinite(self.panel.values), self.panel.exact
        missing = [self.chart.corner((at[0], at[1])) for at in np.argwhere(~finite).tolist()]
        hatching = [_hatching(x, y, width, height) for x, y in missing]
        if hatching:
            line = {"d": "".join(hatching), "stroke-width": "0.8", "stroke-opacity": "0.7"}
            yield element("path", {**line, **paint(self.theme, stroke="muted")})
        if exact is None or not self._is_mixed():
            return
        radius = number(_within((0.8, 2.0), min(width, height) / 6))
        for layer, head in np.argwhere(exact & finite).tolist():
            x, y = self.chart.corner((layer, head))
            dot = {"cx": number(x + width / 2), "cy": number(y + height / 2), "r": radius}
            yield element("circle", {**dot, **paint(self.theme, fill="text")})

    def _chosen(self) -> Iterator[str]:
        width, height = self.chart.cell
        around = []
        for layer, head in sorted(self.selected):
            x, y = (number(at) for at in self.chart.corner((layer, head)))
            right, below = (number(at) for at in self.chart.corner((layer + 1, head + 1)))
            sides = {
                (layer - 1, head): f"M{x} {y}h{number(width)}",
                (layer + 1, head): f"M{x} {below}h{number(width)}",
                (layer, head - 1): f"M{x} {y}v{number(height)}",
                (layer, head + 1): f"M{right} {y}v{number(height)}",
            }
            around += [side for beside, side in sides.items() if beside not in self.selected]
        colours: tuple[tuple[Colour, str], ...] = (("surface", "4.5"), ("text", "2"))
        for colour, thick in colours if around else ():
            line = {"d": "".join(around), "stroke-width": thick, "stroke-linecap": "square"}
            yield element("path", {**line, **paint(self.theme, stroke=colour)})
        size = max(1.5, min(width, height) / 2 - 2)
        lines: tuple[tuple[Colour, str], ...] = (("surface", "4.2"), ("text", "1.8"))
        for colour, thick in lines if self.marks else ():
            line = {"stroke-width": thick, "stroke-linecap": "round"}
            line |= paint(self.theme, stroke=colour)
            for marked, mark in self.marks.items():
                left, top = self.chart.corner(marked)
                yield _mark(mark, (left + width / 2, top + height / 2), size, line)


def _mark(mark: HeadMark, place: tuple[float, float], size: float, line: dict[str, str]) -> str:
    x, y = place
    if mark == "kept":
        return element("circle", {"cx": number(x), "cy": number(y), "r": number(size), **line})
    side, back = number(2 * size), number(-2 * size)
    cross = f"M{number(x - size)} {number(y - size)}l{side} {side}m0 {back}l{back} {side}"
    return element("path", {"d": cross, **line})


def _hatching(x: float, y: float, width: float, height: float) -> str:
    """Return strokes across a cell, from its upper right to its lower left."""
    step = _within((2.5, 6.0), min(width, height) / 2)
    strokes = []
    for place in range(1, math.ceil((width + height) / step)):
        along = place * step
        right, left = min(along, width), max(0.0, along - height)
        start = f"M{number(x + right)} {number(y + along - right)}"
        strokes.append(f"{start}L{number(x + left)} {number(y + along - left)}")
    return "".join(strokes)


def _stride(count: int, cell: float, room: float) -> int:
    """Return how many numbers lie between two that stand apart."""
    return next((each for each in _STRIDES if each * cell >= room), count)
