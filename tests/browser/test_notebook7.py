"""The editor in Notebook 7: drawn on by mouse, read in the next cell, there after its kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from .jupyter_lab import Lab, running_lab
from .notebook_page import NotebookPage

CELLS = [
    "%load_ext causal_magics",
    "%%causal graph -o g\n# kept\nA -> B; C",
    "print(sorted(g.directed_edges))",
]


@pytest.fixture(scope="module")
def notebook7(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    home = tmp_path_factory.mktemp("notebook-home")
    with running_lab(home, tmp_path_factory.mktemp("notebook-work"), "notebook") as running:
        yield running


def opened(page: Page, server: Lab, name: str) -> NotebookPage:
    shown = NotebookPage(page, server.url, server.folder / name)
    page.goto(f"{server.url}/notebooks/{name}")
    shown.wait_for_kernel()
    return shown


def test_an_edge_is_drawn_read_written_into_the_cell_and_kept(
    notebook7: Lab, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(error.stack or ""))
    notebook7.add_notebook("draw.ipynb", CELLS)
    notebook = opened(page, notebook7, "draw.ipynb")
    notebook.run(0)
    notebook.run(1)
    editor = notebook.editor(1)
    expect(editor.edge("A", "B")).to_be_visible()
    editor.draw_edge("B", "C")
    expect(editor.edge("B", "C")).to_be_visible()
    assert notebook.text_of(2) == "[('A', 'B'), ('B', 'C')]"
    expect(notebook.cell(1).locator(".cm-content")).to_contain_text("B -> C")
    notebook.save_when_stored(1, "B -> C")
    notebook7.kill_kernels()
    page.reload()
    again = notebook.editor(1)
    expect(again.edge("B", "C")).to_be_visible()
    assert not [stack for stack in errors if "causal-magics" in stack]


def test_the_notation_is_coloured_there_too(notebook7: Lab, new_page: Callable[..., Page]) -> None:
    page = new_page()
    notebook7.add_notebook("colours.ipynb", CELLS)
    notebook = opened(page, notebook7, "colours.ipynb")
    tokens = notebook.cell(1).locator(".cm-line").nth(2).locator("span")
    expect(tokens.first).to_be_attached()
