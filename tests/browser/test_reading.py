"""Every edit is answered: paths, sets, tests and bits are read beside the canvas."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from .jupyter_lab import Lab
from .notebook_page import NotebookPage

BACK_DOOR = """%%causal graph -o g
Age -> Treatment -> Tar -> Outcome
Age -> Outcome
Gene -> Age"""
DATA = """import numpy as np, pandas as pd
r = np.random.default_rng(0)
A = r.normal(size=400)
B = np.sin(2 * A) + 0.3 * r.normal(size=400)
frame = pd.DataFrame({"A": A, "B": B, "C": B**2 + 0.3 * r.normal(size=400)})"""


def test_an_effect_is_chosen_read_and_adjusted_for(lab: Lab, new_page: Callable[..., Page]) -> None:
    page = new_page()
    cells = ["%load_ext causal_magics", BACK_DOOR, "print(g.adjusted, g.exposures)"]
    notebook = NotebookPage.open(page, lab.url, lab.add_notebook("reading.ipynb", cells))
    notebook.run(0)
    notebook.run(1)
    editor = notebook.editor(1)
    panel = editor.root.locator(".cmg-reading")
    panel.get_by_label("exposure", exact=True).select_option(label="Treatment")
    panel.get_by_label("outcome", exact=True).select_option(label="Outcome")
    expect(panel.locator(".cmg-paths-biasing")).to_contain_text("1 open biasing path")
    expect(editor.root.locator(".cmg-path-biasing")).to_have_count(2)
    expect(editor.root.locator(".cmg-path-causal")).to_have_count(2)
    expect(panel.locator("math").first).to_be_attached()
    panel.get_by_role("button", name="Adjust for Age").click()
    expect(panel.locator(".cmg-paths-biasing")).to_have_count(0)
    expect(panel.get_by_role("button", name="Adjust for Age")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(editor.root.locator(".cmg-path-biasing")).to_have_count(0)
    assert notebook.text_of(2) == "('Age',) ('Treatment',)"
    editor.node("Gene").click()
    editor.press("Control+z")
    expect(panel.locator(".cmg-paths-biasing")).to_contain_text("1 open biasing path")


def test_data_answer_with_tests_and_bits(lab: Lab, new_page: Callable[..., Page]) -> None:
    page = new_page()
    cells = [
        "%load_ext causal_magics",
        DATA,
        "%%causal graph --data frame -o g\nA -> B\nC",
        "%causal compare g truth",
        "from causal_magics import CausalGraph\ntruth = CausalGraph.parse('A -> B -> C')",
    ]
    notebook = NotebookPage.open(page, lab.url, lab.add_notebook("answers.ipynb", cells))
    for number in (0, 1, 2):
        notebook.run(number)
    editor = notebook.editor(2)
    panel = editor.root.locator(".cmg-reading")
    expect(panel.locator(".cmg-implications")).to_contain_text("B ⊥ C")
    expect(panel.locator(".cmg-no, .cmg-yes").first).to_contain_text(re.compile(r"[✓✗] p"))
    x, y = editor.place("B")
    page.mouse.move(x, y)
    grip = editor.node("B").locator("[data-ring]").first.bounding_box()
    assert grip is not None
    page.mouse.move(x, grip["y"] + 3)
    page.mouse.down()
    page.mouse.move(x + 40, y + 40, steps=4)
    price = editor.root.locator(".cmg-price")
    expect(price.first).to_contain_text(re.compile(r"(saves|costs) [\d.,]+ bits"))
    expect(editor.root.locator(".cmg-price.is-best")).to_have_count(1)
    page.mouse.move(*editor.place("C"), steps=4)
    page.mouse.up()
    expect(editor.edge("B", "C").locator("title")).to_contain_text("bits (frame, 400 rows)")
    expect(editor.root.locator(".cmg-status")).to_contain_text("last edit saves")
    notebook.run(4)
    notebook.run(3)
    compared = notebook.editor(3)
    expect(compared.root.locator(".cmg-differences")).to_contain_text("SHD 0")
    compared.click_edge("B", "C")
    compared.press("Delete")
    expect(compared.root.locator(".cmg-differences")).to_contain_text("SHD 1")
    expect(compared.root.locator('[data-ghost="B -> C"]')).to_be_visible()
    expect(editor.edge("B", "C")).to_have_count(0)
