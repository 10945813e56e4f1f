"""Episodes in a real page: batches are chosen by mouse and keys, and outlive their kernel."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from .jupyter_lab import Lab
from .notebook_page import NotebookPage

TESTS = Path(__file__).parents[1]
LOAD = f"""%load_ext causal_magics
import sys; sys.path.insert(0, {str(TESTS)!r})
from oracles.episodes import learned
from causal_magics import timeline
d = learned([0, 0, 1, 1, 0, 2], worlds=[0, 0, 1])"""
SHOW = "t = timeline(d, title='telemetry'); t"
MORE = "t.show(learned([0, 0, 1, 1, 0, 2, 2], worlds=[0, 0, 1])); print(t.selected)"
KEPT = """() => JSON.stringify(window.jupyterapp.shell.currentWidget.model.toJSON().cells[1])
    .includes('7 batches')"""


def sizes(*parts: Locator) -> list[tuple[float, float]]:
    boxes = [box for part in parts if (box := part.bounding_box())]
    return [(box["width"], box["height"]) for box in boxes]


def test_a_batch_is_chosen_its_graph_shown_and_all_of_it_kept(
    lab: Lab, shared_page: Callable[..., Page]
) -> None:
    page = shared_page(width=700)
    cells = [LOAD, SHOW, "print(t.selected, len(t.graph.edges))", MORE]
    notebook = NotebookPage.open(page, lab.url, lab.add_notebook("timeline.ipynb", cells))
    notebook.run(0)
    notebook.run(1)
    editor, strip = notebook.editor(1), notebook.cell(1).locator(".cmt")
    expect(strip.locator("[data-batch]")).to_have_count(6)
    before = sizes(editor.root, strip)
    strip.locator('[data-batch="2"]').click()
    expect(strip.locator("[data-link]")).to_have_attribute("data-link", "shown")
    expect(editor.root.locator(".cmg-view-bar")).to_contain_text("Batch 3 regime 1 of world 0")
    expect(editor.root.locator("[data-viewed]")).to_have_count(5)
    expect(editor.node("latency")).to_have_class(re.compile("has-changed"))
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(editor.root.locator(".cmg-view-bar")).to_contain_text("Batch 1 regime 0")
    expect(editor.root.locator("[data-viewed]")).to_have_count(6)
    assert sizes(editor.root, strip) == before, "nothing moves where something is selected"
    assert notebook.text_of(2) == "0 6"
    strip.locator('[data-batch="5"]').click()
    assert notebook.text_of(3) == "6"
    expect(strip.locator("[data-batch]")).to_have_count(7)
    page.wait_for_function(KEPT)
    notebook.command("docmanager:save")
    lab.kill_kernels()
    page.reload()
    stored = notebook.cell(1).locator(".cmt")
    expect(stored.locator("[data-link]")).to_have_attribute("data-link", "stored")
    expect(stored.locator("[data-batch]")).to_have_count(7)
    stored.locator('[data-batch="3"]').hover()
    expect(stored.locator(".cmv-details")).to_contain_text("load (14 % of cells)")
