"""Heads are cut by hand in a real page: the kernel runs the model, and old figures are grey."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from .jupyter_lab import Lab
from .notebook_page import NotebookPage

LOAD = """import time
from dataclasses import dataclass, replace
from pathlib import Path
import numpy as np
from causal_magics import head_map
from causal_magics.language.head_note import HeadFigure
from causal_magics.language.head_panels import HeadPanel

@dataclass(frozen=True, eq=False)
class Planted:
    heads: tuple = ()
    kept: tuple = ()
    z = np.arange(-6, 6).reshape(4, 3) / 10

    def head_panels(self):
        return [HeadPanel("z_bias", self.z, unit="nats"), HeadPanel("z_ppl", -self.z)]

    def with_heads(self, heads, kept=None):
        while not Path("run").exists() or (3, 2) in heads:
            time.sleep(.05)
        return replace(self, heads=tuple(heads), kept=tuple(kept))

    def figures(self):
        return [HeadFigure("gender bias", .8, .8 - .2 * len(self.heads), -.5, .1, "nats")]"""
SHOW = "m = head_map(Planted()); m"
GREY = """figures => getComputedStyle(figures).color
    !== getComputedStyle(figures.closest('.cmh')).color"""
WIDTHS = "parts => parts.map(part => part.offsetWidth)"
STORED = """words => JSON.stringify(window.jupyterapp.shell.currentWidget.model.toJSON().cells[1])
    .includes(words)"""


def test_heads_are_cut_by_hand_and_the_kernel_tells_what_it_costs(
    lab: Lab, shared_page: Callable[..., Page]
) -> None:
    path = lab.add_notebook("by_hand.ipynb", [LOAD, SHOW, "print(m.pruning.heads, m.pruning.kept)"])
    notebook = NotebookPage.open(shared_page(width=900), lab.url, path)
    for number in (0, 1):
        notebook.run(number)
    shown, page = notebook.cell(1).locator(".cmh"), notebook.page
    note, figures = shown.locator("[data-note]"), shown.locator("[data-note] dl")
    expect(figures).to_contain_text("0.8 → 0.8 nats")
    assert all(width > 50 for width in figures.locator("dt, dd").evaluate_all(WIDTHS))
    assert not figures.evaluate(GREY)
    # By keys; while the model is run, by a click and a button.
    shown.locator('[data-panel="0"]').focus()
    for key in ("ArrowRight", " ", "c"):
        page.keyboard.press(key)
    expect(note).to_have_attribute("data-note", "working")
    assert figures.evaluate(GREY)
    shown.locator('[data-panel="1"] [data-head="2.0"]').click()
    shown.get_by_role("button", name="Cut", exact=True).click()
    expect(note).to_contain_text("to be run: 2 heads cut")
    (lab.folder / "run").touch()
    expect(figures).to_contain_text("0.8 → 0.4 nats−50 % [−50, +10]")
    expect(note).to_have_attribute("data-note", "current")
    expect(note).to_contain_text("2 heads cut, 0 kept")
    assert not figures.evaluate(GREY)
    page.wait_for_function(STORED, arg="0.8 → 0.4 nats")
    shown.get_by_role("button", name="Keep", exact=True).click()
    assert notebook.text_of(2) == "((0, 1),) ((2, 0),)"
    expect(figures).to_contain_text("0.8 → 0.6 nats")
    # An interrupt is heard between cells too, and leaves the marks.
    shown.locator('[data-panel="0"] [data-head="3.2"]').click()
    page.keyboard.press("c")
    expect(note).to_have_attribute("data-note", "working")
    notebook.command("notebook:interrupt-kernel")
    expect(note).to_contain_text("Interrupted.")
    expect(shown.locator('[data-panel="0"] .cmh-mark')).to_have_count(3)
    expect(figures).to_contain_text("0.8 → 0.6 nats")
    assert figures.evaluate(GREY)
