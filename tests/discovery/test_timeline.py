"""Pictures of episodes, and what is read off their prices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest
from oracles.episodes import Learned, learned, random_learned

from causal_magics.discovery.timeline import (
    best_other,
    bits_per_row,
    describe_batch,
    describe_episodes,
    describe_place,
    taken,
)
from causal_magics.discovery.timeline_palette import TONES
from causal_magics.discovery.timeline_plot import plot_timeline
from causal_magics.discovery.timeline_svg import timeline_svg

mpl.use("agg")
from matplotlib import pyplot as plt

SVG = "{http://www.w3.org/2000/svg}"
ORDER = [0, 0, 1, 1, 0, 2]
EPISODES = learned(ORDER, worlds=[0, 0, 1])


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def test_a_batch_went_where_its_code_was_booked_and_the_best_other_place_is_the_next() -> None:
    places = [describe_place(chosen) for b in EPISODES.batches if (chosen := taken(b))]
    assert places == [
        "new world", "regime 0", "new regime in world 0", "regime 1", "regime 0", "new world",
    ]  # fmt: skip
    others = [best_other(batch) for batch in EPISODES.batches]
    assert others[0] is None
    differences = [o.bits - b.bits for o, b in zip(others[1:], EPISODES.batches[1:], strict=True)]
    assert differences == [100, 500, 100, 100, 100]
    assert taken(replace(EPISODES.batches[0], alternatives=())) is None


def test_a_place_that_was_not_the_cheapest_is_told_by_its_bits() -> None:
    batch = EPISODES.batches[3]
    moved = replace(batch, bits=batch.alternatives[1].bits)
    assert taken(moved) is batch.alternatives[1]
    assert best_other(moved) is batch.alternatives[0]


def test_episodes_and_batches_in_words() -> None:
    assert describe_episodes(EPISODES) == "6 batches in 3 regimes of 2 worlds, 3,000 rows"
    assert describe_episodes(learned([0])) == "1 batch in 1 regime, 500 rows"
    assert describe_episodes(Learned()) == "No batches yet."
    words = "3: 500 rows, regime 1, 11 bits a row; changed: latency"
    assert describe_batch(EPISODES.batches[2]) == words
    assert describe_batch(EPISODES.batches[3]).endswith("; beyond what was known: load")
    empty = replace(EPISODES.batches[0], n_rows=0)
    assert describe_batch(empty) == "1: 0 rows, regime 0"
    assert bits_per_row(1.0, empty) != bits_per_row(1.0, empty)


def drawn(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def titles(root: ET.Element) -> list[str]:
    return [each.findtext(f"{SVG}title") or "" for each in root.iter(f"{SVG}g")]


def test_the_picture_has_each_batch_in_the_row_and_colour_of_its_regime() -> None:
    root = drawn(timeline_svg(EPISODES, theme="light"))
    assert titles(root) == [describe_batch(batch) for batch in EPISODES.batches]
    marks = [group.find(f"{SVG}circle") for group in root.iter(f"{SVG}g")]
    colours = [mark.get("fill") for mark in marks if mark is not None]
    assert colours == [TONES[regime] for regime in ORDER]
    rows = [mark.get("cy") for mark in marks if mark is not None]
    assert len(set(rows)) == 3
    assert [rows.index(row) for row in rows] == [ORDER.index(regime) for regime in ORDER]
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert {"world 0", "world 1", "regime 2", "bits a row"} <= set(texts)


def test_the_picture_fits_its_frame_whatever_it_shows() -> None:
    for episodes in (Learned(), learned([0]), EPISODES, random_learned(1, 200, 12)):
        root = drawn(timeline_svg(episodes))
        _, _, width, height = (float(part) for part in (root.get("viewBox") or "").split())
        assert len(titles(root)) == len(episodes.batches)
        assert width < 1_000
        for name, most in (("x", width), ("cx", width), ("y", height), ("cy", height)):
            places = [float(value) for e in root.iter() if (value := e.get(name)) is not None]
            assert all(0 <= place <= most for place in places)
        for path in root.iter(f"{SVG}path"):
            assert re.fullmatch(r"[MLHhlvz0-9. \-]+", path.get("d") or "")


def test_nothing_in_a_label_is_markup_and_long_ones_are_clipped() -> None:
    evil = '<script>alert("x")</script>' * 5
    svg = timeline_svg(learned([0, 0], labels=[evil, "&amp;"]), title=evil)
    root = drawn(svg)
    assert "<script" not in svg
    assert root.findtext(f"{SVG}title") == evil
    shown = [text.text or "" for text in root.iter(f"{SVG}text")]
    assert "&amp;" in shown
    assert any(text.startswith("<script") and text.endswith("…") for text in shown)


def test_the_picture_follows_the_page_and_says_the_same_twice() -> None:
    assert timeline_svg(EPISODES) == timeline_svg(EPISODES)
    assert "data-jp-theme-light=false" in timeline_svg(EPISODES)
    assert "<style>" not in timeline_svg(EPISODES, theme="dark")


def test_the_plot_has_both_curves_a_mark_a_batch_and_a_flag_a_change() -> None:
    axes = plot_timeline(EPISODES)
    axes.figure.canvas.draw()
    other, added = (line.get_ydata() for line in axes.lines)
    assert list(added) == [11, 10, 11, 10, 10, 11]
    assert [round(value, 6) for value in other[1:]] == [10.2, 12, 10.2, 10.2, 11.2]
    *marks, flags = axes.collections
    assert [len(each.get_offsets()) for each in marks] == [3, 2, 1]
    assert [place for place, _ in flags.get_offsets().tolist()] == [2, 4, 5]
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == [
        "best other place", "regime 0, world 0", "regime 1, world 0", "regime 2, world 1",
        "mechanisms changed",
    ]  # fmt: skip


def test_the_plot_takes_given_axes_and_any_number_of_batches() -> None:
    _, ax = plt.subplots()
    assert plot_timeline(random_learned(2, 200, 12), ax) is ax
    assert len(ax.get_xticks()) <= 24
    odd = learned([0, 0], labels=[r"$\frac{1}$", "100 %"])
    for episodes in (Learned(), learned([0]), odd):
        axes = plot_timeline(episodes)
        axes.figure.canvas.draw()
        assert axes.get_title() == describe_episodes(episodes)
