"""What a head map and its screens send each other, and what its notebook keeps."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from causal_magics.errors import EditorError
from causal_magics.language.head_note import HeadFigure, HeadNote
from causal_magics.language.head_panels import Head, HeadMark, HeadPanel
from causal_magics.widgets.document import JsonObject


def grid_json(panels: Sequence[HeadPanel]) -> JsonObject:
    """Return the JSON form of panels: flat lists, layer by layer."""
    first = panels[0]
    return {
        "layers": first.n_layers,
        "heads": first.n_heads,
        "panels": [_panel(panel) for panel in panels],
    }


def _panel(panel: HeadPanel) -> JsonObject:
    return {
        "name": panel.name,
        "unit": panel.unit,
        "limit": panel.full,
        "values": _numbers(panel.values),
        "lower": _numbers(panel.lower),
        "upper": _numbers(panel.upper),
        "exact": None if panel.exact is None else panel.exact.ravel().astype(int).tolist(),
    }


def _numbers(array: NDArray[Any] | None) -> list[float | None] | None:
    """Return numbers as JSON has them, as exact as they are shown."""
    if array is None:
        return None
    return [_number(x) for x in array.ravel().tolist()]


def _number(value: float | None) -> float | None:
    return float(f"{value:.5g}") if value is not None and math.isfinite(value) else None


def note_json(note: HeadNote) -> JsonObject:
    """Return the JSON form of a note."""
    return {
        "state": note.state,
        "words": note.words,
        "figures": [_figure(figure) for figure in note.figures],
        "marks": None if note.marks is None else marks_json(note.marks),
    }


def _figure(figure: HeadFigure) -> JsonObject:
    return {
        "label": figure.label,
        "unit": figure.unit,
        "before": _number(figure.before),
        "after": _number(figure.after),
        "share": _number(figure.share),
        "lower": _number(figure.lower),
        "upper": _number(figure.upper),
    }


def marks_json(marks: Mapping[Head, HeadMark]) -> list[list[object]]:
    """Return the JSON form of marks: of each its layer, its head and what it is."""
    return [[*head, mark] for head, mark in marks.items()]


def heads_of_json(raw: object) -> list[tuple[Any, ...]]:
    """Return the pairs that a screen sent, whether or not there are such heads.

    Raises
    ------
    EditorError
    """
    if isinstance(raw, list) and all(_begins_with_pair(item) for item in raw):
        return [tuple(item) for item in raw]
    raise EditorError("Expected a list of pairs of layer and head.")


def _begins_with_pair(item: object) -> bool:
    return isinstance(item, list) and all(type(number) is int for number in item[:2])


def marks_of_json(raw: object) -> dict[tuple[Any, ...], Any]:
    """Return the marks that a screen sent, by head, whether or not there are such.

    Raises
    ------
    EditorError
    """
    items = heads_of_json(raw)
    if all(len(item) == 3 and isinstance(item[2], str) for item in items):
        return {item[:2]: item[2] for item in items}
    raise EditorError("Expected a list of layer, head and mark.")
