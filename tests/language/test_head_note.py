"""What a head map says of its marks, in words and in its picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from causal_magics.language.head_map_svg import head_map_png, head_map_svg
from causal_magics.language.head_note import OF_EARLIER, HeadFigure, HeadNote
from causal_magics.language.head_note_svg import note_height

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "head_notes.json").read_text())
FIGURE = HeadFigure("gender bias", 0.42, 0.16, -0.71, -0.52, "nats")
VALUES = {"z": np.array([[0.1, -0.4, 0.3], [0.4, 0.0, -0.2]])}
MUTED, TEXT, WARNING = "#6B6B6B", "#1F1F1F", "#C04F00"


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["label"])
def test_figures_are_written_as_on_the_screen(case: dict[str, Any]) -> None:
    given = {name: case[name] for name in case if name not in ("values", "change")}
    figure = HeadFigure(**given)
    assert (figure.values_text, figure.change_text) == (case["values"], case["change"])


def test_a_figure_is_read_in_one_line() -> None:
    assert str(FIGURE) == "gender bias 0.42 → 0.16 nats, −62 % [−71, −52]"
    assert str(HeadFigure("x", 0.0, 1.0)) == "x 0 → 1"


def test_figures_are_stale_beside_other_marks() -> None:
    note = HeadNote((FIGURE,), "held out", marks={(0, 1): "cut"})
    assert note.beside({(0, 1): "cut"}) is note
    other = note.beside({(0, 1): "kept"})
    assert (other.state, other.words, other.figures) == ("stale", OF_EARLIER, note.figures)
    working = HeadNote((FIGURE,), "is run", "working", {})
    assert working.beside({(0, 1): "cut"}) is working
    assert HeadNote((FIGURE,)).beside({(0, 1): "cut"}).state == "current"


def painted(note: HeadNote, **options: Any) -> dict[str, str | None]:
    """Return the colour of each text of a picture."""
    root = ET.fromstring(head_map_svg(VALUES, theme="light", note=note, **options))
    return {each.text or "": each.get("fill") for each in root.iter() if each.tag.endswith("}text")}


def test_the_picture_has_figures_which_are_grey_where_they_do_not_hold() -> None:
    note = HeadNote((FIGURE,), "1 head cut", marks={(0, 1): "cut"})
    found = painted(note, marks={(0, 1): "cut"})
    assert (found["gender bias"], found["−62 % [−71, −52]"], found["1 head cut"]) == (
        TEXT, TEXT, MUTED,
    )  # fmt: skip
    found = painted(note)
    assert (found["gender bias"], found["0.42 → 0.16 nats"], found[OF_EARLIER]) == (MUTED,) * 3
    found = painted(HeadNote((FIGURE,), "NaN", "failed"))
    assert (found["gender bias"], found["NaN"]) == (MUTED, WARNING)


def test_the_picture_grows_by_its_note_and_describes_it() -> None:
    note = HeadNote((FIGURE,) * 7, "7 biases")
    plain, with_note = (ET.fromstring(head_map_svg(VALUES, note=n)) for n in (None, note))
    grown = float(with_note.get("height", 0)) - float(plain.get("height", 0))
    assert grown == note_height(note, 290) > 7 * 12
    assert note_height(note, 800) < note_height(note, 290)
    described = with_note.findtext("{http://www.w3.org/2000/svg}desc") or ""
    assert described.startswith("gender bias 0.42 → 0.16 nats, −62 % [−71, −52]; gender")
    assert head_map_png(VALUES, note=note, zoom=1).startswith(b"\x89PNG")
