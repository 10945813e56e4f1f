"""The editor by mouse and key: cycles, names, roles, and keys that must not reach the notebook."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .notebook_page import EditorView, NotebookPage

SNAP = 8


def statements(notebook: NotebookPage) -> list[str]:
    """Return what the next cell prints of g, without positions."""
    lines = notebook.text_of(2).splitlines()
    return [line for line in lines if "->" in line or "<->" in line]


def test_a_cycle_is_refused_and_its_path_named(open_graph: Callable[[str], NotebookPage]) -> None:
    notebook = open_graph("A -> B -> C")
    editor = notebook.editor(1)
    editor.draw_edge("C", "A")
    expect(editor.root.get_by_text("A → B → C").first).to_be_visible()
    expect(editor.edge("C", "A")).not_to_be_attached()
    editor.press("Escape")
    assert statements(notebook) == ["A -> B", "B -> C"]


def test_a_node_is_made_named_and_given_a_role_by_keys(
    open_graph: Callable[[str], NotebookPage],
) -> None:
    notebook = open_graph("A -> B")
    editor = notebook.editor(1)
    editor.node("A").click()
    editor.press("x")
    editor.press("n")
    notebook.page.keyboard.type("C")
    editor.press("Enter")
    expect(editor.node("C")).to_be_visible()
    editor.press("y")
    assert notebook.page.locator(".jp-Notebook .jp-CodeCell").count() == 3
    text = notebook.text_of(2)
    assert "A [exposure" in text
    assert "C [outcome" in text


def test_python_edits_appear_on_the_screen(open_graph: Callable[[str], NotebookPage]) -> None:
    notebook = open_graph("A -> B")
    cell = notebook.cell(2)
    cell.locator(".cm-content").click()
    notebook.page.keyboard.press("Control+a")
    notebook.page.keyboard.type("g = g.add_node('New').add_edge('B', 'New')")
    notebook.run(2)
    editor = notebook.editor(1)
    expect(editor.edge("B", "New")).to_be_attached()


def drag_by(page: Page, editor: EditorView, name: str, dx: int, dy: int) -> None:
    x, y = editor.place(name)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y + dy, steps=5)
    page.mouse.up()


def between(editor: EditorView, name: str, other: str) -> tuple[float, float]:
    """Return how far one node is from another, in px, wherever the page is scrolled to."""
    x, y = editor.place(name)
    other_x, other_y = editor.place(other)
    return other_x - x, other_y - y


def test_a_moved_node_keeps_its_place_in_the_value(
    open_graph: Callable[[str], NotebookPage],
) -> None:
    notebook = open_graph("A -> B")
    editor = notebook.editor(1)
    x, y = between(editor, "A", "B")
    drag_by(notebook.page, editor, "B", 80, 40)
    notebook.page.wait_for_timeout(300)
    moved_x, moved_y = between(editor, "A", "B")
    assert moved_x - x == pytest.approx(80, abs=SNAP)
    assert moved_y - y == pytest.approx(40, abs=SNAP)
    assert 'pos="' in notebook.text_of(2)
