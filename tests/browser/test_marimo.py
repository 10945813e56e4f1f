"""The editor in marimo: an app and a notebook, by mouse and keys, and cells that read the graph."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, Request, expect

from .jupyter_lab import free_port, serving
from .notebook_page import EditorView

HEAD = """import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo

    from causal_magics import CausalGraph, edit

    return CausalGraph, edit, mo
"""
SHOWN = (
    'editor = mo.ui.anywidget(edit(CausalGraph.parse("A -> B; C"), title="smoking"))\n    editor'
)
READ = 'mo.md(f"edges: {sorted(editor.graph.directed_edges)}")'
GROW = """count = len(editor.graph.nodes)
    editor.set_graph(editor.graph.add_node(f"made{count}"))"""
SLOW = """import time

    if ("B", "C") in editor.graph.directed_edges:
        time.sleep(5)"""
BIND = """try:
        edit(CausalGraph.parse("A -> B"), "g")
        said = ""
    except Exception as error:
        said = str(error)
    names = {}
    bound = edit(CausalGraph.parse("A -> B"), "g", namespace=names)
    bound.set_graph(CausalGraph.parse("A <- B"))
    mo.md(f"{said} {sorted(names['g'].directed_edges)}")"""


@dataclass(frozen=True)
class Cell:
    """A cell of a marimo notebook: the names that it reads, its body, and those that it defines."""

    reads: str
    body: str
    defines: str = ""

    def __str__(self) -> str:
        returned = f"({self.defines},)" if self.defines else ""
        return f"@app.cell\ndef _({self.reads}):\n    {self.body}\n    return {returned}\n"


EDITOR = Cell("CausalGraph, edit, mo", SHOWN, "editor")


@contextmanager
def marimo(folder: Path, how: Literal["run", "edit"], *cells: Cell) -> Iterator[str]:
    """Yield the address of a notebook, served as an app or to be edited."""
    path = folder / "notebook.py"
    path.write_text("\n\n".join([HEAD, *map(str, cells)]))
    (folder / "pyproject.toml").write_text("[tool.marimo.runtime]\nauto_instantiate = true\n")
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [
        sys.executable, "-m", "marimo", "--quiet", how, str(path), "--headless", "--no-token",
        "--host=127.0.0.1", f"--port={port}",
    ]  # fmt: skip
    alone = {"MARIMO_SKIP_UPDATE_CHECK": "1", "XDG_CONFIG_HOME": str(folder)}
    with serving(command, f"{url}/health", folder / "marimo.log", os.environ | alone):
        yield url


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Iterator[Page]:
    """A page that must ask nothing of the world and raise nothing."""
    shown = new_page()
    outside: list[str] = []
    errors: list[str] = []

    def hear(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            outside.append(request.url)

    shown.on("request", hear)
    shown.on("pageerror", lambda error: errors.append(error.stack or error.message))
    yield shown
    assert outside == []
    assert errors == []


def opened(page: Page, url: str) -> EditorView:
    """Open a notebook and wait until its editor is drawn."""
    page.goto(url)
    editor = EditorView(page, page.locator(".cmg"))
    editor.node("A").wait_for()
    return editor


def test_an_app_shows_the_editor_and_its_cells_follow_the_mouse(tmp_path: Path, page: Page) -> None:
    with marimo(tmp_path, "run", EDITOR, Cell("editor, mo", READ)) as url:
        editor = opened(page, url)
        page.get_by_text("edges: [('A', 'B')]").wait_for()
        editor.draw_edge("B", "C")
        page.get_by_text("edges: [('A', 'B'), ('B', 'C')]").wait_for()
        expect(editor.root.locator(".cmg-reading")).to_contain_text("A ⊥ C | B")
        editor.press("Control+z")
        page.get_by_text("edges: [('A', 'B')]").wait_for()


def test_a_notebook_keeps_the_graph_and_leaves_keys_to_the_editor(
    tmp_path: Path, page: Page
) -> None:
    with marimo(tmp_path, "edit", EDITOR, Cell("editor, mo", READ)) as url:
        editor = opened(page, url)
        editor.node("A").click()
        for key in ("x", "a", "j", "k", "b", "d", "h"):
            editor.press(key)
        editor.press("n")
        page.keyboard.type("Dust")
        editor.press("Enter")
        expect(editor.node("Dust")).to_be_focused()
        expect(page.locator("[data-cell-id]")).to_have_count(3)
        editor.draw_edge("Dust", "B")
        page.get_by_text("edges: [('A', 'B'), ('Dust', 'B')]").wait_for()
        page.reload()
        editor.edge("Dust", "B").wait_for()
        expect(editor.node("A")).to_have_attribute(
            "aria-label", "A, observed, exposure, adjusted; children: B"
        )


def test_a_cell_that_edits_does_not_run_itself_again(tmp_path: Path, page: Page) -> None:
    with marimo(tmp_path, "run", EDITOR, Cell("editor", GROW)) as url:
        editor = opened(page, url)
        expect(editor.node("made3")).to_be_visible()
        editor.draw_edge("B", "C")
        expect(editor.node("made4")).to_be_visible()
        page.wait_for_timeout(1_500)
        expect(editor.root.locator("[data-node-name]")).to_have_count(5)


def test_a_busy_marimo_is_not_taken_for_a_dead_one(tmp_path: Path, page: Page) -> None:
    with marimo(tmp_path, "run", EDITOR, Cell("editor", SLOW)) as url:
        editor = opened(page, url)
        editor.draw_edge("B", "C")
        expect(editor.root).to_have_attribute("data-link", "saved")
        page.wait_for_timeout(600)
        editor.node("C").click()
        editor.press("x")
        expect(editor.root).to_have_attribute("data-link", "busy")
        page.wait_for_timeout(1_500)
        expect(editor.root).to_have_attribute("data-link", "busy")
        expect(editor.root).to_have_attribute("data-link", "saved", timeout=15_000)


def test_the_editor_looks_as_elsewhere_and_follows_the_theme(tmp_path: Path, page: Page) -> None:
    with marimo(tmp_path, "run", EDITOR) as url:
        root = opened(page, url).root
        expect(root).to_have_attribute("data-theme", "light")
        expect(root).to_have_css("background-color", "rgb(247, 247, 247)")
        expect(root.locator(".cmg-button").first).to_have_css("height", "24px")
        page.evaluate("document.body.dataset.theme = 'dark'")
        expect(root).to_have_css("background-color", "rgb(28, 28, 28)")


def test_a_name_is_bound_where_it_is_said_to_live(tmp_path: Path, page: Page) -> None:
    with marimo(tmp_path, "run", Cell("CausalGraph, edit, mo", BIND)) as url:
        page.goto(url)
        page.get_by_text("Leave the name out and read .graph of the editor").wait_for()
        page.get_by_text("[('B', 'A')]").wait_for()
