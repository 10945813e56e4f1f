"""The editor in Notebook 7: drawn on by mouse, read in the next cell, there after its kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import nbformat
import pytest
from playwright.sync_api import Page, expect

from causal_magics.graph.model import CausalGraph

from .jupyter_lab import Lab, running_lab
from .notebook_page import EditorView, NotebookPage

CELLS = [
    "%load_ext causal_magics",
    "%%causal graph -o g\n# kept\nA -> B; C",
    "print(sorted(g.directed_edges))",
]
STORED = {
    "application/vnd.causal-magics.graph+json",
    "application/vnd.jupyter.widget-view+json",
    "image/svg+xml",
    "text/plain",
}


@pytest.fixture(scope="module")
def notebook7(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    home = tmp_path_factory.mktemp("notebook-home")
    with running_lab(home, tmp_path_factory.mktemp("notebook-work"), "notebook") as running:
        yield running


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Iterator[Page]:
    """A page on which nothing of ours may fail."""
    shown = new_page()
    errors: list[str] = []
    shown.on("pageerror", lambda error: errors.append(error.stack or ""))
    yield shown
    assert not [stack for stack in errors if "causal-magics" in stack]


def drawn(page: Page, server: Lab, name: str) -> NotebookPage:
    """Open a notebook and run the cell that shows the graph."""
    shown = NotebookPage(page, server.url, server.add_notebook(name, CELLS))
    page.goto(f"{server.url}/notebooks/{name}")
    shown.wait_for_kernel()
    shown.run(0)
    shown.run(1)
    shown.editor(1).edge("A", "B").wait_for()
    return shown


def test_an_edge_is_drawn_read_written_into_the_cell_and_kept(notebook7: Lab, page: Page) -> None:
    notebook = drawn(page, notebook7, "draw.ipynb")
    editor = notebook.editor(1)
    editor.draw_edge("B", "C")
    expect(editor.edge("B", "C")).to_be_visible()
    assert notebook.text_of(2) == "[('A', 'B'), ('B', 'C')]"
    expect(notebook.cell(1).locator(".cm-content")).to_contain_text("B -> C")
    expect(notebook.cell(1).locator(".cm-content")).to_contain_text("# kept")
    notebook.save_when_stored(1, "B -> C")
    (output,) = nbformat.read(notebook.path, 4).cells[1].outputs
    assert set(output.data) == STORED
    kept = CausalGraph.parse(output.data["text/plain"])
    assert kept.directed_edges == {("A", "B"), ("B", "C")}

    notebook7.kill_kernels()
    page.reload()
    stored = notebook.editor(1)
    stored.edge("B", "C").wait_for()
    expect(stored.root.get_by_text("stored graph · run the cell to edit")).to_be_visible()
    notebook.wait_for_kernel()
    notebook.run(0)
    notebook.run(1)
    expect(stored.root.get_by_text("saved to kernel")).to_be_visible()
    assert notebook.text_of(2) == "[('A', 'B'), ('B', 'C')]"


def test_keys_of_the_editor_do_not_reach_the_notebook(notebook7: Lab, page: Page) -> None:
    notebook = drawn(page, notebook7, "keys.ipynb")
    editor = notebook.editor(1)
    editor.node("A").click()
    for key in ("x", "a", "b", "m", "j", "d", "d", "Escape"):
        editor.press(key)
    editor.node("C").click()
    editor.press("e")
    page.keyboard.type("A")
    editor.press("Enter")
    expect(editor.edge("C", "A")).to_be_visible()
    expect(page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(3)
    assert notebook.text_of(2) == "[('A', 'B'), ('C', 'A')]"
    expect(notebook.cell(1).locator(".cm-content")).to_contain_text("A [exposure, adjusted")


def test_the_notation_is_coloured_there_too(notebook7: Lab, page: Page) -> None:
    notebook = drawn(page, notebook7, "colours.ipynb")
    tokens = notebook.cell(1).locator(".cm-line").nth(2).locator("span")
    expect(tokens.first).to_be_attached()


def test_the_toolbar_button_and_the_tab_are_there_too(notebook7: Lab, page: Page) -> None:
    notebook = drawn(page, notebook7, "around.ipynb")
    notebook.cell(2).locator(".jp-InputPrompt").click()
    page.get_by_role("button", name="Insert a causal graph below").click()
    expect(notebook.cell(3).locator(".cm-content")).to_have_text("%causal graph -o g2")
    expect(notebook.editor(3).root.locator('[role="application"]')).to_be_visible()
    notebook.command("causal-magics:show-panel")
    page.locator(".jp-CausalGraphs").get_by_text("g", exact=True).click()
    tab = EditorView(page, page.locator(".jp-CausalGraphTab"))
    tab.draw_edge("B", "C")
    expect(notebook.editor(1).edge("B", "C")).to_be_attached()
    assert notebook.text_of(2) == "[('A', 'B'), ('B', 'C')]"
