"""Text and canvas follow each other: in the cell that made a graph, and in files."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .jupyter_lab import Lab
from .notebook_page import EditorView, NotebookPage, middle_of

BODY = """%%causal graph -o g
# what Ann drew
A -> B -> C   # the chain

tiers: A | B"""


def source(notebook: NotebookPage, cell: int) -> str:
    return str(
        notebook.page.evaluate(
            "cell => window.jupyterapp.shell.currentWidget.content.model.cells.get(cell)"
            ".sharedModel.getSource()",
            cell,
        )
    )


def wait_for_source(notebook: NotebookPage, cell: int, holds: Callable[[str], bool]) -> str:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        if holds(source(notebook, cell)):
            break
        time.sleep(0.1)
    found = source(notebook, cell)
    assert holds(found), found
    return found


def test_edits_on_the_canvas_rewrite_the_cell(lab: Lab, shared_page: Callable[..., Page]) -> None:
    page = shared_page()
    path = lab.add_notebook("text.ipynb", ["%load_ext causal_magics", BODY, "print(g.edges)"])
    notebook = NotebookPage.open(page, lab.url, path)
    notebook.run(0)
    notebook.run(1)
    editor = notebook.editor(1)
    expect(editor.edge("A", "B")).to_be_visible()
    editor.draw_edge("A", "C")
    found = wait_for_source(notebook, 1, lambda text: "A -> C" in text)
    assert found == BODY + "\nA -> C"
    editor.click_edge("A", "B")
    editor.press("r")
    # A in the first tier, B in the second: the reversed edge is refused, and the text stays
    expect(editor.root.locator(".cmg-notice")).to_be_visible()
    editor.press("Escape")
    editor.click_edge("B", "C")
    editor.press("Delete")
    found = wait_for_source(notebook, 1, lambda text: "B -> C" not in text)
    assert found.startswith("%%causal graph -o g\n# what Ann drew\nA -> B   # the chain\n")
    before = editor.place("B")
    notebook.run(1)
    again = notebook.editor(1)
    expect(again.edge("A", "C")).to_be_visible()
    assert again.root.locator("[data-edge-id]").count() == 2
    after = again.place("B")
    assert abs(before[0] - after[0]) < 30


def test_the_canvas_stays_below_the_pointer_while_its_cell_grows(
    lab: Lab, shared_page: Callable[..., Page]
) -> None:
    below = ["\n".join(["# a long notebook"] * 30)] * 2
    path = lab.add_notebook("grows.ipynb", ["%load_ext causal_magics", BODY, *below])
    notebook = NotebookPage.open(shared_page(height=700), lab.url, path)
    notebook.run(0)
    notebook.run(1)
    editor = notebook.editor(1)
    editor.place("C")
    before = middle_of(editor.root.locator(".cmg-svg"))
    for name in ("New", "Newer"):
        editor.node("C").click()
        editor.press("n")
        notebook.page.keyboard.type(name)
        editor.press("Enter")
        wait_for_source(notebook, 1, lambda text, name=name: text.endswith(f"\n{name}"))
    editor.place("C")
    assert middle_of(editor.root.locator(".cmg-svg")) == pytest.approx(before, abs=1)


def test_what_python_did_stays_out_of_the_text(lab: Lab, shared_page: Callable[..., Page]) -> None:
    cells = ["%load_ext causal_magics", BODY, "g = g.add_edge('A', 'C').set_roles('B', 'latent')"]
    notebook = NotebookPage.open(shared_page(), lab.url, lab.add_notebook("python.ipynb", cells))
    for number in range(3):
        notebook.run(number)
    editor = notebook.editor(1)
    expect(editor.edge("A", "C")).to_be_visible()
    notebook.save_when_stored(1, "latent")
    assert source(notebook, 1) == BODY
    notebook = NotebookPage.open(notebook.page, notebook.url, notebook.path)
    editor = notebook.editor(1)
    expect(editor.root.get_by_text("saved to kernel")).to_be_visible()
    editor.click_edge("B", "C")
    editor.press("Delete")
    found = wait_for_source(notebook, 1, lambda text: "B -> C" not in text)
    assert "latent" not in found
    assert "A -> C" not in found


def open_file(page: Page, lab: Lab, name: str) -> EditorView:
    page.goto(f"{lab.url}/lab/tree/{name}?reset")
    root = page.locator(".jp-CausalGraphFile")
    expect(root).to_be_visible(timeout=30_000)
    return EditorView(page, root)


def test_a_file_opens_in_the_editor_and_saves_as_text(
    lab: Lab, shared_page: Callable[..., Page]
) -> None:
    page = shared_page()
    file = lab.folder / "model.dagitty"
    file.write_text("dag {\n  // from the paper\n  Age -> Income\n}\n")
    editor = open_file(page, lab, "model.dagitty")
    expect(editor.edge("Age", "Income")).to_be_visible()
    editor.node("Income").click()
    editor.press("n")
    page.keyboard.type("Health")
    editor.press("Enter")
    expect(editor.node("Health")).to_be_visible()
    editor.draw_edge("Income", "Health")
    expect(editor.edge("Income", "Health")).to_be_visible()
    editor.press("Control+s")
    deadline = time.monotonic() + 10
    while "Health" not in file.read_text() and time.monotonic() < deadline:
        time.sleep(0.1)
    saved = file.read_text()
    assert "// from the paper\n  Age -> Income\n" in saved
    assert "Income -> Health" in saved
    assert saved.rstrip().endswith("}")


def test_a_file_that_cannot_be_read_is_left_as_it_is(
    lab: Lab, shared_page: Callable[..., Page]
) -> None:
    page = shared_page()
    file = lab.folder / "broken.dagitty"
    file.write_text("dag { A -> }")
    editor = open_file(page, lab, "broken.dagitty")
    expect(editor.root.locator(".jp-CausalGraphFile-problem")).to_contain_text("Line 1")
    expect(editor.root.get_by_text("the text cannot be read")).to_be_visible()
    editor.root.get_by_role("button", name="Open as text").click()
    expect(page.locator(".jp-FileEditor")).to_be_visible(timeout=15_000)
    assert file.read_text() == "dag { A -> }"
