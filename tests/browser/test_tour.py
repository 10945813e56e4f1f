"""The tour as its reader takes it: learn, take a side, correct by mouse, learn again, decide."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
from playwright.sync_api import Page, expect

from .jupyter_lab import Lab
from .notebook_page import NotebookPage

ASKED = 120_000
"""Milliseconds in which the language model has answered."""
TOUR = Path(__file__).parents[2] / "notebooks" / "tour.ipynb"


def code_cells() -> list[str]:
    notebook = nbformat.read(TOUR, 4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_the_tour_by_mouse(lab: Lab, shared_page: Callable[..., Page]) -> None:
    sources = code_cells()
    held = next(i for i, source in enumerate(sources) if "<< attach" in source)
    knowledge = next(i for i, source in enumerate(sources) if source.endswith("knowledge"))
    shutil.copy(TOUR, lab.folder / "tour.ipynb")
    notebook = NotebookPage.open(shared_page(), lab.url, lab.folder / "tour.ipynb")
    for number in range(held + 1):
        notebook.run(number)
    editor = notebook.editor(held)
    expect(editor.node("Mek")).to_be_visible()

    taken = editor.root.get_by_role("button", name="take data: require PKA → Erk")
    taken.click(timeout=ASKED)
    expect(editor.edge("PKA", "Erk")).to_have_attribute("data-knowledge", "required")
    editor.draw_edge("Mek", "Erk")
    expect(editor.edge("Mek", "Erk")).to_be_attached()
    editor.click_edge("PIP3", "Plcg")
    editor.press("Delete")
    expect(editor.edge("PIP3", "Plcg")).not_to_be_attached()
    editor.click_edge("PIP2", "Plcg")
    editor.press("r")
    expect(editor.edge("Plcg", "PIP2")).to_be_attached()

    for number in range(held + 1, knowledge):
        notebook.run(number)
    assert notebook.text_of(knowledge) == (
        "Knowledge(required={('Mek', 'Erk'), ('PKA', 'Erk'), ('Plcg', 'PIP2')}, "
        "forbidden={('PIP3', 'Plcg')})"
    )
    for number in range(knowledge + 1, len(sources)):
        notebook.run(number)
    again = next(i for i, source in enumerate(sources) if "again << discover" in source)
    expect(notebook.editor(again).edge("Plcg", "PIP2")).to_be_attached()
    expect(notebook.page.locator(".jp-OutputArea-output[data-mime-type*=stderr]")).to_have_count(0)
