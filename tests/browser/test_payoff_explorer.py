"""The payoff explorer in a real page: sliders move the forest, and the kernel hears of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from .jupyter_lab import Lab
from .notebook_page import NotebookPage
from .test_marimo import Cell, marimo

LOAD = """import numpy as np, polars as pl
from causal_magics.counterfactual.frames.bounds_of_frame import bounds
from causal_magics.widgets.payoff_explorer import explore
rng = np.random.default_rng(3)
n = 6000
z, x = rng.integers(0, 40, n), rng.integers(0, 2, n)
y = (rng.random(n) < 0.2 + 0.5 * x * z / 40 + 0.2 * (1 - x) * (z > 30)).astype(int)
b = bounds(pl.DataFrame({"z": z, "x": x, "y": y}), "x", "y", "z", payoff=(1, 0, 0, -2))"""
SHOW = "e = explore(b, title='whom'); e"
READ = "print(e.weights, e.selected, e.rule, len(e.targeting))"
SET = "e.weights = (1, 0, 0, 0); print(e.payoff)"
PATIENCE = 20
KEPT = """words => JSON.stringify(window.jupyterapp.shell.currentWidget.model.toJSON().cells[1])
    .includes(words)"""


def expect_printed(notebook: NotebookPage, cell: int, wanted: str) -> None:
    """Run a cell until what the screen did last has come to the kernel."""
    for _ in range(PATIENCE):
        printed = notebook.text_of(cell)
        if wanted in printed:
            break
        notebook.page.wait_for_timeout(250)
    assert wanted in printed


def share_of(shown: Locator, call: str) -> str:
    return shown.locator(f'[data-call="{call}"] b').inner_text()


def test_a_slider_moves_the_forest_and_the_kernel_and_all_of_it_is_kept(
    lab: Lab, shared_page: Callable[..., Page]
) -> None:
    page = shared_page(width=1200)
    cells = [LOAD, SHOW, READ, SET]
    notebook = NotebookPage.open(page, lab.url, lab.add_notebook("explorer.ipynb", cells))
    notebook.run(0)
    notebook.run(1)
    shown = notebook.cell(1).locator(".cmx")
    expect(shown.locator("[data-stratum]").first).to_be_visible()
    assert shown.locator("[data-stratum]").count() < 40, "rows are drawn where they are seen"
    before = share_of(shown, "treat")
    shown.locator('[data-weight="defier"]').focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    expect(shown.locator('[data-number="defier"]')).to_have_value("-1")
    expect(shown.locator('[data-call="treat"] b')).not_to_have_text(before)
    expect_printed(notebook, 2, "((0.0, 1.0), (-1.0, 0.0)) None midpoint 40")
    expect(shown.locator(".cmx-whisker").first).to_be_visible()
    shown.locator('[role="listbox"]').focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(shown.locator('[aria-selected="true"]')).to_have_count(1)
    place = shown.locator('[aria-selected="true"]').get_attribute("data-stratum")
    expect_printed(notebook, 2, f"((0.0, 1.0), (-1.0, 0.0)) {place} midpoint 40")
    plane = shown.locator(".cmx-plane canvas").bounding_box()
    assert plane is not None
    page.mouse.move(plane["x"] + 0.5 * plane["width"], plane["y"] + 0.5 * plane["height"])
    page.mouse.down()
    page.mouse.move(plane["x"] + 0.75 * plane["width"], plane["y"] + 0.9 * plane["height"])
    page.mouse.up()
    expect(shown.locator('[data-number="complier"]')).not_to_have_value("1")
    assert "complier 1, always-taker 0, never-taker 0, defier 0" in notebook.text_of(3)
    expect(shown.locator('[data-number="defier"]')).to_have_value("0")
    expect(shown.locator('[data-full="true"]')).to_be_visible()
    page.wait_for_function(KEPT, arg="never-taker 0, defier 0, 40 strata")
    notebook.command("docmanager:save")
    lab.kill_kernels()
    page.reload()
    stored = notebook.cell(1).locator(".cmx")
    expect(stored.locator("[data-link]")).to_have_attribute("data-link", "stored")
    expect(stored.locator('[data-number="defier"]')).to_have_value("0")
    expect(stored.locator('[aria-selected="true"]')).to_have_attribute("data-stratum", str(place))
    stored.locator('[data-weight="defier"]').focus()
    treated = share_of(stored, "treat")
    page.keyboard.press("Home")
    expect(stored.locator('[data-call="treat"] b')).not_to_have_text(treated)


EXPLORER = """import polars as pl

    from causal_magics.counterfactual.frames.bounds_of_frame import bounds
    from causal_magics.widgets.payoff_explorer import explore

    frame = pl.DataFrame({
        "z": [0, 1] * 100, "x": [0, 0, 1, 1] * 50, "y": [0, 1, 1, 1, 0, 1, 1, 0] * 25,
    })
    explorer = mo.ui.anywidget(explore(bounds(frame, "x", "y", "z")))
    explorer"""
WEIGHTS = 'mo.md(f"weights: {explorer.widget.weights}")'


def test_cells_of_marimo_follow_a_slider(tmp_path: Path, new_page: Callable[..., Page]) -> None:
    cells = Cell("mo", EXPLORER, "explorer"), Cell("explorer, mo", WEIGHTS)
    page = new_page(width=1200)
    with marimo(tmp_path, "run", *cells) as url:
        page.goto(url)
        shown = page.locator(".cmx")
        expect(shown.locator("[data-stratum]")).to_have_count(2)
        page.get_by_text("weights: ((0.0, 1.0), (0.0, 0.0))").wait_for()
        shown.locator('[data-weight="defier"]').focus()
        page.keyboard.press("ArrowLeft")
        page.get_by_text("weights: ((0.0, 1.0), (-0.02, 0.0))").wait_for()
        page.keyboard.press("ArrowLeft")
        page.get_by_text("weights: ((0.0, 1.0), (-0.04, 0.0))").wait_for()
        expect(shown.locator("[data-stratum]")).to_have_count(2)
