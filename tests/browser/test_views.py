"""Other graphs in place of the drawn one, asked of the kernel again after each edit."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from .jupyter_lab import Lab
from .notebook_page import NotebookPage


def test_views_follow_edits_and_lead_back(lab: Lab, shared_page: Callable[..., Page]) -> None:
    cells = ["%load_ext causal_magics", "%%causal graph -o g\nA -> B -> C"]
    notebook = NotebookPage.open(shared_page(), lab.url, lab.add_notebook("views.ipynb", cells))
    notebook.run(0)
    notebook.run(1)
    editor = notebook.editor(1)
    menu = editor.root.get_by_role("button", name="What is shown")
    bar = editor.root.get_by_role("group", name="View")
    viewed = editor.root.locator("[data-viewed]")
    menu.click()
    editor.root.get_by_role("menuitemcheckbox", name="Equivalence class").click()
    expect(bar).to_contain_text("2 of 2 directions are left open")
    expect(editor.root.locator('[data-viewed="A -- B"]')).to_be_attached()
    expect(editor.root.locator("[data-edge]")).to_have_count(0)
    editor.draw_edge("A", "C")
    expect(bar).to_contain_text("3 of 3 directions are left open")
    editor.node("B").click()
    editor.press("u")
    menu.click()
    editor.root.get_by_role("menuitemcheckbox", name="Observed nodes only").click()
    expect(viewed).to_have_count(1)
    expect(editor.root.locator('[data-viewed="A -> C"]')).to_be_attached()
    bar.get_by_role("button", name="Back to the graph").click()
    expect(editor.edge("A", "C")).to_be_attached()
    expect(viewed).to_have_count(0)
    editor.press("t")
    menu.click()
    editor.root.get_by_role("menuitemcheckbox", name="Moral graph").click()
    expect(bar).to_contain_text("joined besides")
    editor.node("A").click()
    editor.press("Escape")
    expect(bar).to_have_count(0)
