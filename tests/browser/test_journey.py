"""The main job by mouse: draw, read, undo, lose the kernel, and still see the graph."""

from __future__ import annotations

import json
from collections.abc import Callable

from playwright.sync_api import Page, expect

from .jupyter_lab import Lab
from .notebook_page import NotebookPage

CELLS = [
    "%load_ext causal_magics",
    "%%causal graph -o g\nSmoking -> Tar -> Cancer\nGene",
    "print(sorted(g.directed_edges))",
]


def open_journey(lab: Lab, page: Page, name: str) -> NotebookPage:
    notebook = NotebookPage.open(page, lab.url, lab.add_notebook(name, CELLS))
    notebook.run(0)
    notebook.run(1)
    expect(notebook.editor(1).node("Tar")).to_be_visible()
    return notebook


def test_an_edge_is_drawn_read_undone_and_outlives_its_kernel(
    lab: Lab, shared_page: Callable[..., Page]
) -> None:
    notebook = open_journey(lab, shared_page(), "journey.ipynb")
    editor = notebook.editor(1)

    editor.draw_edge("Gene", "Cancer")
    expect(editor.edge("Gene", "Cancer")).to_be_attached()
    assert "('Gene', 'Cancer')" in notebook.text_of(2)

    editor.node("Gene").click()
    editor.press("Control+z")
    expect(editor.edge("Gene", "Cancer")).not_to_be_attached()
    assert "Gene" not in notebook.text_of(2)

    editor.node("Gene").click()
    editor.press("Control+Shift+z")
    expect(editor.edge("Gene", "Cancer")).to_be_attached()
    assert "('Gene', 'Cancer')" in notebook.text_of(2)

    notebook.save_when_stored(1, "Gene -> Cancer")
    lab.kill_kernels()
    notebook.page.reload()
    notebook.page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    expect(notebook.editor(1).edge("Gene", "Cancer")).to_be_attached(timeout=30_000)
    expect(notebook.editor(1).node("Smoking")).to_be_visible()
    stored = json.loads(notebook.path.read_text())["cells"][1]["outputs"][-1]["data"]
    assert "Gene -> Cancer" in "".join(stored["text/plain"])
    assert "Gene" in "".join(stored["image/svg+xml"])
