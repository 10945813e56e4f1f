"""A policy experiments on a graph in the editor: step by step, anew after each edit, and kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from .jupyter_lab import Lab
from .notebook_page import EditorView, NotebookPage
from .test_keyboard import AXE, SERIOUS

TESTS = Path(__file__).parents[1]
LOAD = f"""%load_ext causal_magics
import sys; sys.path.insert(0, {str(TESTS)!r})
from oracles.acting_policies import BestSeen
from causal_magics import CausalGraph, edit
g = CausalGraph.parse("Yield [outcome]; Rain -> Moss -> Yield; Sun -> Yield; Sun -> Bees")"""
CELLS = [LOAD, "edit(g, 'g', policy=BestSeen())", "print(g)"]
KEPT = """words => JSON.stringify(window.jupyterapp.shell.currentWidget.model.toJSON().cells[1])
    .includes(words)"""


def opened(lab: Lab, page: Page, name: str) -> tuple[NotebookPage, EditorView, Locator]:
    """Open a notebook with an editor whose policy has experimented; returns its strip too."""
    notebook = NotebookPage.open(page, lab.url, lab.add_notebook(name, CELLS))
    notebook.run(0)
    notebook.run(1)
    editor = notebook.editor(1)
    strip = editor.root.get_by_role("region", name="Experiments")
    expect(strip).to_have_attribute("data-experiments", "fresh")
    return notebook, editor, strip


def test_steps_are_walked_through_and_the_belief_is_seen(
    lab: Lab, shared_page: Callable[..., Page]
) -> None:
    page = shared_page(width=700)
    _, editor, strip = opened(lab, page, "steps.ipynb")
    slider = strip.get_by_role("slider", name="Step of the experiments")
    expect(strip).to_contain_text("12 / 12 using 4 of 4")
    expect(strip.locator(".cmg-conclusion")).to_be_visible()
    height = strip.bounding_box()
    slider.focus()
    page.keyboard.press("Home")
    expect(strip).to_contain_text("1 / 12 exploring 1 of 8")
    expect(editor.root.locator(".cmg-live")).to_contain_text("Step 1 of 12, exploring 1 of 8. Set ")
    expect(strip.locator(".cmg-conclusion")).to_be_hidden()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(editor.root.locator('[data-mark="Sun"]')).to_contain_text(re.compile("set to"))
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    expect(editor.root.locator('[data-mark="Bees"] .cmg-do')).to_have_text("set to −2")
    expect(editor.edge("Sun", "Bees")).to_have_class(re.compile("is-cut"))
    expect(editor.root.locator(".cmg-gauge")).to_have_count(4)
    assert strip.bounding_box() == height, "nothing moves from step to step"
    belief = strip.get_by_role("button", name="Its belief")
    belief.click()
    expect(editor.root.locator(".cmg-drawing [data-viewed]").first).to_be_attached()
    expect(editor.root.locator("[data-edge]")).to_have_count(0)
    belief.click()
    expect(editor.root.locator("[data-edge]")).to_have_count(4)
    strip.get_by_role("button", name="Last step").click()
    strip.get_by_role("button", name="Play the steps").click()
    expect(strip).to_contain_text(re.compile(r"[23] / 12"))
    strip.get_by_role("button", name="Pause").click()


def test_every_edit_is_experimented_on_and_all_is_kept(
    lab: Lab, shared_page: Callable[..., Page]
) -> None:
    page = shared_page(width=1100)
    notebook, editor, strip = opened(lab, page, "anew.ipynb")
    first = strip.locator(".cmg-conclusion").inner_text()
    editor.node("Bees").click()
    editor.press("u")
    expect(strip).to_contain_text("No experiments on this graph: Expected variables that can be")
    expect(editor.root.locator(".cmg-marks")).to_have_count(0)
    editor.press("Control+z")
    expect(strip.locator(".cmg-conclusion")).to_have_text(first)
    editor.draw_edge("Rain", "Bees")
    expect(strip.locator(".cmg-conclusion")).to_contain_text("Of 5 edges")
    expect(strip).to_have_attribute("data-experiments", "fresh")
    expect(strip.locator(".cmg-belief")).to_be_visible()
    editor.node("Bees").click()
    editor.press("y")
    expect(strip).to_contain_text("Expected one goal")
    editor.press("Control+z")
    assert "Rain -> Bees" in notebook.text_of(2)
    page.wait_for_function(KEPT, arg="Of 5 edges")
    notebook.command("docmanager:save")
    lab.kill_kernels()
    page.reload()
    stored = notebook.editor(1)
    kept = stored.root.get_by_role("region", name="Experiments")
    expect(stored.root.locator(".cmg-link-state")).to_contain_text("stored graph")
    expect(kept).to_contain_text("Of 5 edges")
    kept.get_by_role("button", name="First step").click()
    expect(kept).to_contain_text("1 / 12 exploring 1 of 8")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_serious_in_experiments(
    lab: Lab, new_page: Callable[..., Page], theme: str
) -> None:
    page = new_page(width=1200)
    _, editor, strip = opened(lab, page, f"axe-experiments-{theme[11:]}.ipynb")
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme
    )
    root = editor.root.locator(".cmg")
    expect(root).to_have_attribute("data-theme", theme[11:].lower())
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert root.evaluate(SERIOUS) == []
    strip.get_by_role("button", name="One step back").click()
    strip.get_by_role("button", name="Its belief").click()
    assert root.evaluate(SERIOUS) == []
