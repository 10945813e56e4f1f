"""The head map: what its screens get, and what they and Python select."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from causal_magics.errors import CausalMagicsError, EditorError, LanguageModelError
from causal_magics.language.head_panels import HeadPanel
from causal_magics.widgets.head_map import MIME_TYPE, HeadMap
from causal_magics.widgets.head_maps import head_map

VALUES = np.array([[0.1, -0.4, np.nan], [0.4, 0.0, -0.2]])
PANEL = HeadPanel("NIE", VALUES, VALUES - 0.1, VALUES + 0.1, "nats", VALUES > 0)


@pytest.fixture
def made() -> Iterator[HeadMap]:
    shown = HeadMap([PANEL, HeadPanel("NDE", -VALUES)], title="heads")
    yield shown
    shown.close()


@pytest.fixture
def sent(made: HeadMap, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return the state that the screens are told."""
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(made, "_send", lambda message, buffers=None: told.append(message))
    return told


def test_screens_get_numbers_as_json_has_them(made: HeadMap) -> None:
    state = json.loads(json.dumps(made.get_state(), allow_nan=False))
    assert (state["title"], state["top"], state["markable"]) == ("heads", 10, False)
    assert (state["selected"], state["marks"]) == ([], [])
    first, second = state["grid"]["panels"]
    assert (state["grid"]["layers"], state["grid"]["heads"]) == (2, 3)
    assert first["values"] == [0.1, -0.4, None, 0.4, 0.0, -0.2]
    assert first["lower"] == [0.0, -0.5, None, 0.3, -0.1, -0.3]
    assert (first["exact"], first["unit"], first["limit"]) == ([1, 0, 0, 1, 0, 0], "nats", 0.4)
    assert (second["name"], second["upper"], second["exact"]) == ("NDE", None, None)


def test_python_selects_and_hears_of_it(made: HeadMap) -> None:
    heard: list[Any] = []
    made.observe(lambda change: heard.append(change["new"]), "selected")
    made.selected = [(1, 2), (0, 1), (1, 2)]
    made.selected = ((0, 1), (1, 2))
    made.clear()
    assert heard == [((0, 1), (1, 2)), ()]
    made.selected = np.argwhere(VALUES > 0.3)
    assert made.selected == ((1, 0),)
    with pytest.raises(LanguageModelError, match="2 layers × 3 heads, both from 0"):
        made.selected = [(2, 0)]
    assert made.selected == ((1, 0),)


def test_a_screen_selects_heads_that_there_are_and_writes_nothing_else(made: HeadMap) -> None:
    made.set_state({"selected": [[1, 2], [0, 1]]})
    assert made.selected == ((0, 1), (1, 2))
    for odd in ([[9, 9]], [[0]], [[0, 1.5]], [[0, True]], "0.1", None, {"a": 1}, [5]):
        made.set_state({"selected": odd})
    made.set_state({"title": "x", "grid": {}, "top": 3, "markable": True, "stored": {}})
    made.set_state({"marks": [[0, 0, "cut"]]})
    assert made.selected == ((0, 1), (1, 2))
    assert (made.title, made.top, made.markable, made.marks) == ("heads", 10, False, {})
    assert made.grid["layers"] == 2


def test_what_a_screen_said_is_not_said_back_to_it(
    made: HeadMap, sent: list[dict[str, Any]]
) -> None:
    made.set_state({"selected": [[0, 1]]})
    assert [each for each in sent if each["method"] == "update"] == []
    made.selected = ((1, 1),)
    assert [each["state"] for each in sent if each["method"] == "update"] == [
        {"selected": [[1, 1]]}
    ]


def test_marks_are_synchronised_where_they_are_asked_for() -> None:
    made = HeadMap(PANEL, marks={(1, 0): "kept"}, selected=[(0, 0)])
    assert made.markable
    assert made.get_state()["marks"] == [[1, 0, "kept"]]
    made.set_state({"marks": [[0, 0, "cut"], [1, 0, "kept"]]})
    assert made.marks == {(0, 0): "cut", (1, 0): "kept"}
    for odd in ([[0, 0, "burnt"]], [[0, 0]], [[0, 0, 1]], [[9, 0, "cut"]], "x"):
        made.set_state({"marks": odd})
    assert made.marks == {(0, 0): "cut", (1, 0): "kept"}
    with pytest.raises(LanguageModelError, match="'cut' or 'kept'"):
        made.marks = {(0, 0): "burnt"}
    made.close()


def test_other_numbers_are_shown_in_place(made: HeadMap) -> None:
    made.selected = [(0, 0), (1, 2)]
    made.show({"z": VALUES[:, :2]})
    assert (made.selected, made.grid["heads"]) == (((0, 0),), 2)
    assert [panel.name for panel in made.panels] == ["z"]
    assert made.stored == made._kept()
    with pytest.raises(LanguageModelError, match="at least one quantity"):
        made.show({})
    assert [panel.name for panel in made.panels] == ["z"]


def test_the_notebook_keeps_a_picture_and_all_numbers(made: HeadMap) -> None:
    made.selected = [(0, 1)]
    found = made._repr_mimebundle_()
    assert found is not None
    data, _ = found
    stored = data[MIME_TYPE]
    assert (stored["version"], stored["selected"], stored["title"]) == (1, [[0, 1]], "heads")
    assert stored["grid"] == made.grid
    assert data["image/svg+xml"] == made.to_svg()
    words = "<HeadMap of NIE, NDE: 2 layers × 3 heads, 1 selected>"
    assert data["text/plain"] == repr(made) == words
    made._store.now()
    assert made.stored == made._kept()
    assert made.to_png(zoom=1).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("selected", None, "Expected pairs (layer, head), got a value of type NoneType"),
        ("selected", 3, "Expected pairs (layer, head), got a value of type int"),
        ("marks", None, "Expected marks by head, as in {(0, 3): 'cut'}, got NoneType"),
        ("marks", [(0, 0)], "Expected marks by head"),
        ("title", 3, "Expected a title as text, got 3."),
        ("title", None, "Expected a title as text, got None."),
        ("top", None, "Expected a top of 0 to 50 heads, got None."),
        ("top", 1.5, "Expected a top of 0 to 50 heads, got 1.5."),
        ("top", True, "Expected a top of 0 to 50 heads, got True."),
    ],
)
def test_what_is_set_to_something_else_is_one_line(
    made: HeadMap, name: str, value: Any, message: str
) -> None:
    before = getattr(made, name)
    with pytest.raises(CausalMagicsError) as error:
        setattr(made, name, value)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert getattr(made, name) == before


def test_what_cannot_be_shown_is_refused() -> None:
    with pytest.raises(LanguageModelError, match="a value of type int"):
        HeadMap(3)
    with pytest.raises(LanguageModelError, match="2 layers × 3 heads"):
        HeadMap(PANEL, selected=[(0, 3)])
    with pytest.raises(EditorError, match="a top of 0 to 50 heads, got 51"):
        HeadMap(PANEL, top=51)
    for title in (3, ["heads"]):
        with pytest.raises(EditorError, match="Expected a title as text"):
            head_map({"z": VALUES}, title=title)  # type: ignore[arg-type]
