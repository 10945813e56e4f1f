"""The map of a pruning: marks by hand, and figures that are never of other marks.

A kernel is a loop, which is idle where a journey awaits.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest

from causal_magics.data.bars import bars_are_off
from causal_magics.errors import LanguageModelError, PruningError
from causal_magics.language.head_panels import Head
from causal_magics.widgets import pruning_map
from causal_magics.widgets.head_map import MIME_TYPE, HeadMap
from causal_magics.widgets.head_maps import head_map
from causal_magics.widgets.pruning_map import INTERRUPTED, PruningMap

from .hand_pruned import Planted

Heads = tuple[Head, ...]


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning_map, "DELAY", 0.03)


async def until(condition: Callable[[], object]) -> None:
    for _ in range(200):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("what was waited for did not come")


def after(shown: HeadMap) -> float:
    return shown.note.figures[0].after


def cut_on_screen(shown: HeadMap, *heads: Head) -> None:
    """Mark heads as a front-end does: on another thread than cells."""
    state = {"marks": [[*head, "cut"] for head in heads]}
    caller = Thread(target=shown.set_state, args=(state,))
    caller.start()
    caller.join()


def test_it_opens_with_the_marks_and_figures_of_its_result() -> None:
    shown = PruningMap(Planted(((1, 0),), ((0, 2),)), title="by hand")
    assert shown.marks == {(0, 2): "kept", (1, 0): "cut"}
    assert (shown.markable, shown.note.state) == (True, "current")
    note = shown.get_state()["note"]
    assert note["marks"] == [[0, 2, "kept"], [1, 0, "cut"]]
    assert note["figures"][0] == {
        "label": "gender bias", "unit": "nats", "before": 0.8, "after": 0.6, "share": -0.25,
        "lower": -0.35, "upper": -0.15,
    }  # fmt: skip
    assert note["words"] == "1 head cut, 1 kept; by prompts and text that were held out."
    shown.close()


def test_marks_of_a_screen_run_the_model_once_hands_rest() -> None:
    runs: list[Heads] = []
    heard: list[Any] = []

    async def journey() -> None:
        shown = PruningMap(Planted(run=runs.append))
        shown.observe(lambda change: heard.append(change["new"].heads), "pruning")
        cut_on_screen(shown, (0, 1))
        assert (shown.note.state, after(shown)) == ("stale", 0.8)
        cut_on_screen(shown, (0, 1), (1, 0))
        await until(lambda: shown.note.state == "current")
        assert runs == heard == [((0, 1), (1, 0))]
        assert after(shown) == pytest.approx(0.4)
        cut_on_screen(shown, (0, 1))
        cut_on_screen(shown, (0, 1), (1, 0))
        assert shown.note.state == "current"
        await asyncio.sleep(0.1)
        assert len(runs) == 1
        shown.close()

    asyncio.run(journey())


def test_an_answer_of_other_marks_is_never_shown() -> None:
    seen: list[tuple[str, float]] = []
    runs: list[Heads] = []

    async def journey() -> None:
        def run(heads: Heads) -> None:
            runs.append(heads)
            if len(runs) == 1:  # while the model is run, hands go on
                seen.append((shown.note.state, after(shown)))
                cut_on_screen(shown, (0, 0), (0, 1), (0, 2))

        shown = PruningMap(Planted(run=run))
        shown.observe(lambda change: seen.append((change["new"].state, after(shown))), "note")
        cut_on_screen(shown, (0, 1))
        await until(lambda: shown.note.state == "current")
        assert runs == [((0, 1),), ((0, 0), (0, 1), (0, 2))]
        assert [state for state, _ in seen].count("current") == 1
        assert {figure for state, figure in seen if state != "current"} == {0.8}
        assert shown.pruning.heads == ((0, 0), (0, 1), (0, 2))
        shown.close()

    asyncio.run(journey())


def test_what_is_read_in_a_cell_is_of_the_marks_as_they_are() -> None:
    runs: list[Heads] = []
    shown = PruningMap(Planted(run=runs.append))
    shown.marks = {(0, 1): "cut", (1, 1): "kept"}
    assert shown.note.state == "stale"
    found = shown.pruning
    assert (found.heads, found.kept) == (((0, 1),), ((1, 1),))
    assert shown.pruning is found
    assert (shown.note.state, len(runs)) == ("current", 1)
    elsewhere: list[Heads] = []
    shown.marks = {}
    other = Thread(target=lambda: elsewhere.append(shown.pruning.heads))
    other.start()
    other.join()
    assert (elsewhere, len(runs)) == ([((0, 1),)], 1)  # the model is run on one thread alone
    shown.close()


def test_bars_of_progress_stand_below_cells_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    off: list[bool] = []

    async def journey() -> None:
        shown = PruningMap(Planted(run=lambda _: off.append(bars_are_off())))
        cut_on_screen(shown, (0, 1))
        await until(lambda: shown.note.state == "current")
        shown.marks = {}
        _ = shown.pruning
        shown.close()

    asyncio.run(journey())
    assert off == [True, False]


def test_what_goes_wrong_is_one_line_on_the_map_and_raised_where_it_is_asked_for() -> None:
    def run(heads: Heads) -> None:
        if heads == ((0, 0),):
            raise LanguageModelError("Expected log-probabilities, but x gives NaN.\nAnd more.")
        if heads == ((0, 1),):
            raise ZeroDivisionError("by zero")

    async def journey() -> None:
        shown = PruningMap(Planted(run=run))
        cut_on_screen(shown, (0, 0))
        await until(lambda: shown.note.state == "failed")
        assert shown.note.words == "Expected log-probabilities, but x gives NaN."
        assert (after(shown), shown.marks) == (0.8, {(0, 0): "cut"})
        with pytest.raises(LanguageModelError, match="gives NaN"):
            _ = shown.pruning
        cut_on_screen(shown, (0, 1))
        await until(lambda: "Zero" in shown.note.words)
        assert shown.note.words == "ZeroDivisionError: by zero"
        cut_on_screen(shown)
        assert shown.note.state == "current"
        shown.close()

    asyncio.run(journey())


def test_an_interrupt_leaves_the_marks_also_where_the_kernel_ignores_it_between_cells() -> None:
    def run(heads: Heads) -> None:
        if heads == ((0, 0),):
            signal.raise_signal(signal.SIGINT)

    async def journey() -> None:
        shown = PruningMap(Planted(run=run))
        cut_on_screen(shown, (0, 0))
        await until(lambda: shown.note.state == "failed")
        assert (shown.note.words, shown.marks) == (INTERRUPTED, {(0, 0): "cut"})
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        cut_on_screen(shown, (0, 0), (0, 1))
        await until(lambda: shown.note.state == "current")
        shown.close()

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        asyncio.run(journey())
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_observer_that_fails_is_told_of_beside_figures_that_hold() -> None:
    def fail(_change: object) -> None:
        raise ValueError("mine")

    shown = PruningMap(Planted())
    shown.observe(fail, "pruning")
    shown.marks = {(0, 1): "cut"}
    with pytest.raises(ValueError, match="mine"):
        _ = shown.pruning
    assert (shown.note.state, shown.note.words) == ("current", "ValueError: mine")
    assert after(shown) == pytest.approx(0.6)
    shown.close()


def test_the_map_of_a_pruning_is_one_until_it_is_closed() -> None:
    result = Planted(((0, 0),))
    shown = head_map(result, title="by hand")
    assert isinstance(shown, PruningMap)
    assert head_map(result) is shown
    assert shown.title == "by hand"
    shown.close()
    again = head_map(result)
    assert again is not shown
    assert again.comm is not None
    again.close()


def test_a_result_that_is_set_is_shown_and_heard_of_once() -> None:
    heard: list[Heads] = []
    shown = PruningMap(Planted())
    shown.observe(lambda change: heard.append(change["new"].heads), "pruning")
    shown.pruning = Planted(((0, 1),))
    assert (shown.marks, shown.note.state) == ({(0, 1): "cut"}, "current")
    assert (shown.pruning.heads, heard) == (((0, 1),), [((0, 1),)])
    assert after(shown) == pytest.approx(0.6)
    shown.close()


def test_another_result_is_shown_in_place_and_the_notebook_keeps_the_note() -> None:
    shown = PruningMap(Planted())
    other = Planted(((0, 0), (1, 2)))
    shown.show(other)
    assert shown.pruning is other
    assert (shown.marks, shown.note.state) == ({(0, 0): "cut", (1, 2): "cut"}, "current")
    with pytest.raises(PruningError, match="a value of type dict"):
        shown.show({"z": [[1.0]]})
    for odd in (3, None):
        with pytest.raises(PruningError, match=f"Expected a Pruning, got .* {type(odd).__name__}"):
            shown.pruning = odd
    assert shown.pruning is other
    kept = shown._kept()
    assert kept[MIME_TYPE]["note"]["figures"][0]["after"] == 0.4
    assert "0.8 → 0.4 nats" in kept["image/svg+xml"]
    shown.close()
