"""What data and a language model say of each edit and pair, side by side, and taking a side."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from .jupyter_lab import Lab
from .notebook_page import EditorView, NotebookPage
from .test_keyboard import AXE, RECORD, SERIOUS

DATA = """import numpy as np, pandas as pd
r = np.random.default_rng(0)
age = r.integers(2, size=5_000)
drug = r.random(5_000) < 0.2 + 0.6 * age
well = r.random(5_000) < 0.1 + 0.4 * drug + 0.3 * age
frame = pd.DataFrame({"Age": age, "Drug": drug, "Well": well, "Cost": r.normal(size=5_000)})"""
MODEL = """from itertools import permutations
from causal_magics.language.protocol import PairScorer
class Knowing(PairScorer):
    model_id = "knowing"
    known = {("Age", "Well"), ("Drug", "Well")}
    def score(self, pairs):
        return np.array([4.0 * self.belief(*pair) for pair in pairs])
    def belief(self, prompt, rest):
        said = f" {prompt.splitlines()[-1].casefold()} "
        for one, other in permutations(frame.columns, 2):
            if f" {one.casefold()} " in said and rest.strip(" .") == other:
                turned = " by " in said or " from " in said
                return 1 if ((other, one) if turned else (one, other)) in self.known else -1
        return 0
knowing = Knowing()"""
CELLS = [
    "%load_ext causal_magics",
    DATA,
    MODEL,
    "%%causal graph -o g\nDrug -> Well; Age; Cost",
    '%causal attach g --data frame --model knowing --effect "Drug -> Well"',
    "k = g.knowledge\nprint(sorted(g.directed_edges), *sorted([*k.required, *k.forbidden]))",
]
SHOWN = 4


def opened(lab: Lab, page: Page, name: str) -> NotebookPage:
    """Open a notebook in which data, a model and an effect are attached to a graph."""
    notebook = NotebookPage.open(page, lab.url, lab.add_notebook(f"{name}.ipynb", CELLS))
    for number in range(SHOWN + 1):
        notebook.run(number)
    root = notebook.editor(SHOWN).root
    expect(root.locator('.cmg[data-opinion="fresh"]')).to_be_visible()
    expect(root.locator(".cmg-waiting")).to_have_count(0)
    return notebook


def connect(editor: EditorView, source: str, target: str) -> None:
    """Draw an edge by keys, and wait until it is answered."""
    editor.node(source).click()
    editor.press("e")
    editor.page.keyboard.type(target)
    editor.press("Enter")
    expect(editor.edge(source, target)).to_be_visible()
    expect(editor.root.locator('.cmg[data-overlay="fresh"][data-opinion="fresh"]')).to_be_visible()


def last_edit(editor: EditorView) -> Locator:
    return editor.root.get_by_role("group", name="Last edit")


def test_an_edit_is_answered_side_by_side(lab: Lab, new_page: Callable[..., Page]) -> None:
    page = new_page(height=1300)
    editor = opened(lab, page, "answered").editor(SHOWN)
    editor.root.locator(".cmg").evaluate(RECORD)
    connect(editor, "Age", "Well")
    row = last_edit(editor).locator("tbody tr").first
    expect(row).to_contain_text("+ Age → Well")
    expect(row.locator(".cmg-yes")).to_have_text(re.compile(r"^saves \d+"))
    expect(row).to_contain_text(re.compile(r"→ \+[\d.]+edge \+[\d.]+agree [\d.]+"))
    expect(last_edit(editor).get_by_role("list", name="no longer implied")).to_contain_text(
        re.compile(r"×\s(Age ⊥ Well|Well ⊥ Age).*p <\.001")
    )
    connect(editor, "Age", "Drug")
    expect(last_edit(editor)).to_contain_text(re.compile(r"PNS (0\.\d\d[ –→]*){4}"))
    expect(last_edit(editor)).to_contain_text(re.compile(r"Adjust for \+ Age ?× nothing"))
    page.wait_for_function(
        "() => window.heard.some(words => /^Last edit: saves .* bits; knowing: log-odds .*;"
        " .* broken independences?; PNS .* → /.test(words))"
    )
    editor.press("Control+z")
    expect(last_edit(editor).locator("tbody tr").first).to_contain_text("× Age → Drug")


def test_a_side_is_taken_in_one_click(lab: Lab, new_page: Callable[..., Page]) -> None:
    page = new_page(height=1300)
    notebook = opened(lab, page, "sides")
    editor = notebook.editor(SHOWN)
    connect(editor, "Age", "Drug")
    disputed = editor.edge("Age", "Drug")
    expect(disputed).to_have_accessible_name(re.compile("data and knowing disagree$"))
    expect(disputed.locator(".cmg-dispute")).to_be_visible()
    pair = editor.root.get_by_role("group", name="Evidence", exact=True)
    expect(pair).to_contain_text("knowing says no edge")
    pair.get_by_role("button", name="take knowing: forbid both directions").click()
    expect(editor.root.locator('[data-knowledge="forbidden"]')).to_have_count(2)
    expect(editor.root.locator(".cmg-dispute")).to_have_count(0)
    assert notebook.text_of(5) == "[('Drug', 'Well')] ('Age', 'Drug') ('Drug', 'Age')"
    editor.node("Cost").click()
    editor.press("Control+z")
    expect(disputed.locator(".cmg-dispute")).to_be_visible()
    assert notebook.text_of(5) == "[('Age', 'Drug'), ('Drug', 'Well')]"
    editor.press("Escape")
    page.keyboard.press("Escape")
    disputed.click(button="right")
    page.get_by_role("menuitem", name="Take data: require Age → Drug").click()
    expect(disputed).to_have_attribute("data-knowledge", "required")
    assert notebook.text_of(5) == "[('Age', 'Drug'), ('Drug', 'Well')] ('Age', 'Drug')"


def test_two_selected_nodes_are_asked_about(lab: Lab, new_page: Callable[..., Page]) -> None:
    editor = opened(lab, new_page(), "asked").editor(SHOWN)
    editor.node("Age").click()
    editor.node("Cost").click(modifiers=["Shift"])
    pair = editor.root.get_by_role("group", name="Evidence", exact=True)
    expect(pair.locator("tbody tr").last).to_contain_text(re.compile(r"no edge0 ✓\d+% ✓"))


def test_axe_finds_nothing_serious_in_the_evidence(lab: Lab, new_page: Callable[..., Page]) -> None:
    page = new_page(width=1400, height=1300)
    editor = opened(lab, page, "axe-evidence").editor(SHOWN)
    root = editor.root.locator(".cmg")
    connect(editor, "Age", "Drug")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme
        )
        expect(root).to_have_attribute("data-theme", theme[11:].lower())
        editor.click_edge("Age", "Drug")
        expect(root.locator(".cmg-take")).to_have_count(2)
        assert root.evaluate(SERIOUS) == []
        page.keyboard.press("Escape")
        page.keyboard.press("o")
        expect(root.locator(".cmg-outline .cmg-disputes")).to_be_visible()
        assert root.evaluate(SERIOUS) == []
        page.keyboard.press("o")
