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


BINARY = """import numpy as np, pandas as pd
r = np.random.default_rng(0)
age = r.integers(2, size=5_000)
drug = r.random(5_000) < 0.2 + 0.6 * age
well = r.random(5_000) < 0.1 + 0.4 * drug + 0.3 * age
frame = pd.DataFrame({"Age": age, "Drug": drug, "Well": well, "Cost": r.normal(size=5_000)})"""


def test_an_effect_is_chosen_read_and_adjusted_for(
    lab: Lab, shared_page: Callable[..., Page]
) -> None:
    page = shared_page()
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
    age = panel.get_by_role("button", name="Adjust for Age")
    expect(age).to_have_attribute("aria-pressed", "true")
    expect(editor.root.locator(".cmg-path-biasing")).to_have_count(0)
    assert notebook.text_of(2) == "('Age',) ('Treatment',)"
    age.click()
    expect(panel.locator(".cmg-paths-biasing")).to_contain_text("1 open biasing path")
    expect(age).to_have_attribute("aria-pressed", "false")
    editor.node("Gene").click()
    editor.press("a")
    expect(panel.locator(".cmg-adjusted-now")).to_contain_text("Gene: not enough without Age")
    editor.press("Control+z")
    expect(panel.locator(".cmg-adjusted-now")).to_have_count(0)


def test_one_path_is_lit_alone(lab: Lab, shared_page: Callable[..., Page]) -> None:
    body = "%%causal graph -o g\nX [exposure]; Y [outcome]\nX -> M -> Y; X <- A -> Y; X <- B -> Y"
    notebook = NotebookPage.open(
        shared_page(), lab.url, lab.add_notebook("paths.ipynb", ["%load_ext causal_magics", body])
    )
    notebook.run(0)
    notebook.run(1)
    root = notebook.editor(1).root
    expect(root.locator(".cmg-path")).to_have_count(6)
    through_b = root.get_by_role("button", name="open biasing path: X ← B → Y")
    through_b.hover()
    expect(root.locator(".cmg-path")).to_have_count(2)
    through_b.click()
    root.locator(".cmg-paths-causal summary").hover()
    expect(root.locator(".cmg-path")).to_have_count(2)
    expect(notebook.editor(1).edge("B", "Y")).to_have_class(re.compile("on-biasing"))
    through_b.click()
    root.locator(".cmg-paths-causal summary").hover()
    expect(root.locator(".cmg-path")).to_have_count(6)


def test_other_ways_and_the_reason_for_none_are_told(
    lab: Lab, shared_page: Callable[..., Page]
) -> None:
    hidden = "%%causal graph -o {}\nX [exposure]; Y [outcome]; U [latent]\nX <- U -> Y; {}"
    cells = [
        "%load_ext causal_magics",
        hidden.format("a", "X -> M -> Y; Z -> X; W -> Z; W -> Y"),
        hidden.format("b", "X -> Y"),
        "%%causal graph -o c\nX [exposure]; Y [outcome]\nX -- A -> Y; X -> Y",
    ]
    page = shared_page(height=2400)
    notebook = NotebookPage.open(page, lab.url, lab.add_notebook("ways.ipynb", cells))
    for number in range(4):
        notebook.run(number)
    panel = notebook.editor(1).root.locator(".cmg-reading")
    expect(panel).to_contain_text("no set will do")
    expect(panel).to_contain_text("Front door M")
    expect(panel).to_contain_text("Instrument Z given W")
    expect(panel.locator(".cmg-formula")).to_have_accessible_name(
        re.compile("front door through {M}")
    )
    for number, reason in ((2, "Measuring U would identify it"), (3, "between X and A is open")):
        told = notebook.editor(number).root.locator(".cmg-not-identified")
        expect(told).to_contain_text("is not identified")
        expect(told).to_contain_text(reason)


def test_data_answer_with_tests_and_bits(lab: Lab, shared_page: Callable[..., Page]) -> None:
    page = shared_page()
    cells = ["%load_ext causal_magics", DATA, "%%causal graph --data frame -o g\nA -> B\nC; D"]
    notebook = NotebookPage.open(page, lab.url, lab.add_notebook("answers.ipynb", cells))
    for number in (0, 1, 2):
        notebook.run(number)
    editor = notebook.editor(2)
    panel = editor.root.locator(".cmg-reading")
    tested = panel.locator(".cmg-implications li", has_text="B ⊥ C")
    expect(tested).to_contain_text(re.compile(r"\.\d+[✓✗] [<.\d]+$"))
    expect(panel).to_contain_text("partial correlation, 400 rows. Holm's correction over 2 tests")
    expect(panel.locator(".cmg-implications li", has_text="A ⊥ D")).to_contain_text("untested")
    expect(panel).to_contain_text("Not in the data: D")
    x, y = editor.place("B")
    page.mouse.move(x, y)
    grip = editor.node("B").locator("[data-ring]").first.bounding_box()
    assert grip is not None
    page.mouse.move(x, grip["y"] + 3)
    page.mouse.down()
    page.mouse.move(x + 40, y + 40, steps=4)
    prices = editor.root.locator(".cmg-price")
    expect(prices).to_have_count(2)
    expect(editor.root.locator(".cmg-price.is-best")).to_contain_text(re.compile(r"saves \d+ bits"))
    expect(editor.root.locator(".cmg-price.is-refused")).to_contain_text("⊘ saves")
    page.mouse.move(*editor.place("C"), steps=4)
    page.mouse.up()
    expect(editor.edge("B", "C").locator("title")).to_contain_text("bits (frame, 400 rows)")
    expect(editor.root.locator(".cmg-status")).to_contain_text("last edit saves")


def test_an_edge_that_is_typed_has_its_prices_too(
    lab: Lab, shared_page: Callable[..., Page]
) -> None:
    cells = ["%load_ext causal_magics", DATA, "%%causal graph --data frame -o g\nA -> B\nC"]
    page = shared_page()
    notebook = NotebookPage.open(page, lab.url, lab.add_notebook("typed.ipynb", cells))
    for number in (0, 1, 2):
        notebook.run(number)
    editor = notebook.editor(2)
    expect(editor.root.locator(".cmg-reading")).to_contain_text("Bits saved")
    editor.node("B").click()
    editor.press("e")
    offers = editor.root.get_by_role("list", name="Bits by target").get_by_role("button")
    expect(offers).to_have_count(2)
    expect(offers.first).to_contain_text(re.compile(r"C saves \d+ bits"))
    expect(offers.last).to_contain_text("⊘ A saves")
    expect(offers.last).to_be_disabled()
    offers.first.click()
    expect(editor.edge("B", "C")).to_be_visible()


def test_a_million_rows_and_a_slow_test_keep_no_edit_waiting(
    lab: Lab, shared_page: Callable[..., Page]
) -> None:
    data = """import numpy as np, pandas as pd
r = np.random.default_rng(0)
frame = pd.DataFrame(r.normal(size=(1_000_000, 6)), columns=list("ABCDEF"))"""
    graph = "%%causal graph --data frame --test 'gradient boosting' -o g\n{}\nA -> B -> C; D; E; F"
    cells = [
        "%load_ext causal_magics",
        data,
        graph.format("A [exposure]; C [outcome]"),
        "len(g.edges)",
    ]
    page = shared_page()
    notebook = NotebookPage.open(page, lab.url, lab.add_notebook("million.ipynb", cells))
    for number in (0, 1, 2):
        notebook.run(number)
    editor = notebook.editor(2)
    panel = editor.root.locator(".cmg-reading")
    expect(panel).to_contain_text("1 causal path")
    expect(panel.locator(".cmg-waiting")).to_be_visible()
    editor.click_edge("B", "C")
    editor.press("Delete")
    expect(panel).to_contain_text("no causal path")
    assert notebook.text_of(3) == "1"
    expect(panel).to_contain_text("100,000 of 1,000,000 rows")
    expect(panel.locator(".cmg-waiting")).to_have_count(0, timeout=60_000)
    expect(panel).to_contain_text("gradient boosting, 5,000 of 1,000,000 rows")


def test_bounds_change_as_edges_are_drawn(lab: Lab, shared_page: Callable[..., Page]) -> None:
    graph = (
        "%%causal graph --data frame -o g\nDrug [exposure]; Well [outcome]\nDrug -> Well; Age; Cost"
    )
    page = shared_page()
    cells = ["%load_ext causal_magics", BINARY, graph]
    notebook = NotebookPage.open(page, lab.url, lab.add_notebook("bounds.ipynb", cells))
    for number in (0, 1, 2):
        notebook.run(number)
    editor = notebook.editor(2)
    bounds = editor.root.locator(".cmg-bounds")
    now = bounds.locator(".cmg-bounds-now")
    expect(now).to_have_text(re.compile(r"^0\.\d\d – 0\.\d\d$"))
    expect(bounds.locator("li", has_text="no confounding")).to_have_text(re.compile(r"−0\.\d\d$"))
    expect(bounds.locator(".cmg-bounds-before")).to_have_count(0)
    first = now.inner_text()
    editor.draw_edge("Age", "Drug")
    editor.draw_edge("Age", "Well")
    expect(bounds.locator("li", has_text="back-door {Age}")).to_be_visible()
    expect(bounds.locator(".cmg-bounds-before")).to_have_text(f"{first} →")
    expect(now).not_to_have_text(first)
    panel = editor.root.locator(".cmg-reading")
    panel.get_by_label("exposure", exact=True).select_option(label="Cost")
    expect(bounds).to_have_count(0)
    expect(panel.locator(".cmg-no-bounds")).to_contain_text("at most 10 distinct numbers in 'Cost'")


def test_two_graphs_on_one_canvas(lab: Lab, shared_page: Callable[..., Page]) -> None:
    truth = "A -> B -> C; A -> D; C -> E"
    cells = [
        "%load_ext causal_magics",
        "%%causal graph -o g\nA -> B; C -> B; B -> D",
        f"from causal_magics import CausalGraph\ntruth = CausalGraph.parse({truth!r})",
        "%causal compare g truth",
    ]
    page = shared_page()
    notebook = NotebookPage.open(page, lab.url, lab.add_notebook("two.ipynb", cells))
    for number in range(4):
        notebook.run(number)
    compared = notebook.editor(3)
    told = compared.root.locator(".cmg-differences")
    expect(told).to_contain_text("Against truth")
    expect(told).to_contain_text(re.compile(r"SHD 4\s*SID \d+\s*F1 0\.\d+"))
    for words in ("shared 1", "added 1", "reversed 1", "missing 2", "only the second has 'E'"):
        expect(told).to_contain_text(words)
    expect(compared.edge("C", "B")).to_have_attribute("data-difference", "reversed")
    expect(compared.edge("B", "D")).to_have_attribute("data-difference", "added")
    expect(compared.root.locator('[data-ghost="A -> D"]')).to_be_visible()
    compared.click_edge("C", "B")
    compared.press("r")
    expect(told).to_contain_text("SHD 3")
    expect(compared.edge("B", "C")).not_to_have_attribute("data-difference", "reversed")
    expect(notebook.editor(1).edge("B", "C")).to_have_count(1)
    compared.root.get_by_role("button", name="What is shown").click()
    page.get_by_role("menuitemcheckbox", name="Differences").click()
    expect(told).to_have_count(0)
    expect(compared.root.locator(".cmg-ghost")).to_have_count(0)
