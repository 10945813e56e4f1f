"""The note of a head map in its picture: a line on its figures, and each of them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from causal_magics.graph.drawing_palette import Colour, Theme, paint
from causal_magics.graph.drawing_svg import text_element
from causal_magics.graph.geometry_curves import number
from causal_magics.graph.geometry_text import fit_label, label_width
from causal_magics.language.head_note import HeadFigure, HeadNote

__all__ = ["note_height", "note_parts"]

_SMALL = 11 / 13
_LINE = 16
_LEAST = 330.0
_GAP = 24.0
_CHANGE = 116.0
"""How wide the column of changes is."""
_BELOW = 8.0


def _columns(note: HeadNote, width: float) -> int:
    fitting = int((width + _GAP) // (_LEAST + _GAP))
    return max(1, min(fitting, len(note.figures)))


def note_height(note: HeadNote, width: float) -> float:
    """Return how high a note is that is so wide, in px."""
    lines = math.ceil(len(note.figures) / _columns(note, width)) + bool(note.words)
    return lines * _LINE + _BELOW if lines else 0.0


def note_parts(note: HeadNote, width: float, theme: Theme) -> Iterator[str]:
    """Draw a note: figures that are not current are grey, and its words say why."""
    columns = _columns(note, width)
    each = (width - _GAP * (columns - 1)) / columns
    top = _LINE - 4
    if note.words:
        colour: Colour = "warning" if note.state == "failed" else "muted"
        yield _text(fit_label(note.words, width / _SMALL), 0, top, paint(theme, fill=colour))
        top += _LINE
    for place, figure in enumerate(note.figures):
        x, y = place % columns * (each + _GAP), top + place // columns * _LINE
        yield from _figure(figure, (x, y, each), theme, is_current=note.state == "current")


def _figure(
    figure: HeadFigure, place: tuple[float, float, float], theme: Theme, *, is_current: bool
) -> Iterator[str]:
    x, y, width = place
    right = x + width
    values, change = figure.values_text, figure.change_text
    colour = paint(theme, fill="text" if is_current else "muted")
    if change:
        yield _text(change, right, y, {"text-anchor": "end", **colour})
        right -= max(_CHANGE, label_width(change) * _SMALL + 8)
    yield _text(values, right, y, {"text-anchor": "end", **colour})
    room = right - x - label_width(values) * _SMALL - 10
    label = fit_label(figure.label, max(20.0, room) / _SMALL / 1.08)
    yield _text(label, x, y, {"font-weight": "600", **colour})


def _text(words: str, x: float, y: float, more: dict[str, str]) -> str:
    return text_element("text", words, {"x": number(x), "y": number(y), **more})
