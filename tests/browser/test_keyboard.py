"""The editor without a mouse: a graph built by keys and heard, and what axe says of every panel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .jupyter_lab import Lab
from .notebook_page import EditorView, NotebookPage

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RECORD = """root => {
  const live = root.querySelector("[aria-live=polite].cmg-live");
  window.heard = [];
  new MutationObserver(() => window.heard.push(live.textContent.trim()))
    .observe(live, { childList: true, characterData: true, subtree: true });
}"""
SERIOUS = """root => axe.run(root, { resultTypes: ["violations"] }).then(({ violations }) =>
  violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html} ${node.failureSummary}`)))"""
DATA = """import numpy as np, pandas as pd
from causal_magics import CausalGraph
r = np.random.default_rng(0)
Z = r.normal(size=300)
X = Z + r.normal(size=300)
frame = pd.DataFrame({"Z": Z, "X": X, "Y": X - Z + r.normal(size=300), "W": r.normal(size=300)})
truth = CausalGraph.parse("X -> Y; Z -> {X Y}; W -> Y")"""
GRAPH = """%%causal graph --data frame --reference truth -o g
X [exposure]; Y [outcome]; U [latent]; S [selection]
Z -> X -> Y -> S; X <-> U; X -> W [required]; W -> S [forbidden]
tiers: Z | X W"""
M_BIAS = [("U1", "X"), ("U1", "M"), ("U2", "M"), ("U2", "Y"), ("X", "Y")]


class Keys:
    """Somebody who has keys and a screen reader."""

    def __init__(self, page: Page, editor: EditorView) -> None:
        self.page = page
        self.editor = editor
        editor.root.locator(".cmg").evaluate(RECORD)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.press("Enter")

    def hears(self, text: str) -> None:
        """Wait until something is announced, and forget what was said before it."""
        self.page.wait_for_function(
            "text => { const place = window.heard.findIndex(said => said.includes(text));"
            " return place >= 0 && window.heard.splice(0, place + 1) }",
            arg=text,
        )

    def go_to(self, name: str) -> None:
        self.press("/")
        self.write(name)
        expect(self.editor.node(name)).to_be_focused()

    def tab_until(self, condition: str, *, most: int = 60, key: str = "Tab") -> None:
        """Press Tab until what has the keyboard meets a condition."""
        for _ in range(most):
            self.press(key)
            if self.page.evaluate(f"(({condition}))(document.activeElement)"):
                return
        raise AssertionError(f"{key} never reached {condition}")


def opened(lab: Lab, page: Page, name: str, cells: list[str]) -> NotebookPage:
    """Open a notebook and run all its cells but the last."""
    notebook = NotebookPage.open(page, lab.url, lab.add_notebook(name, cells))
    for number in range(len(cells) - 1):
        notebook.run(number)
    return notebook


def test_m_bias_is_drawn_and_its_adjustment_sets_read_by_keys_alone(
    lab: Lab, shared_page: Callable[..., Page]
) -> None:
    page = shared_page(height=1000)
    cells = [
        "%load_ext causal_magics",
        "%causal graph -o g",
        "print(sorted(g.directed_edges), g.exposures, g.outcomes, g.latents, g.adjusted)",
    ]
    notebook = opened(lab, page, "m-bias.ipynb", cells)
    editor = notebook.editor(1)
    editor.root.locator(".cmg-svg").wait_for()
    keys = Keys(page, editor)
    keys.tab_until("element => element.matches('.cmg-svg')")
    for name in ("X", "Y", "M", "U1", "U2"):
        keys.press("n")
        keys.write(name)
        keys.hears(f"Node {name} added.")
        expect(editor.node(name)).to_be_focused()
    for source, target in M_BIAS:
        keys.go_to(source)
        keys.press("e")
        keys.write(target)
        keys.hears(f"Edge {source} → {target} added.")
    for name, key, role in (
        ("X", "x", "exposure"),
        ("Y", "y", "outcome"),
        ("U1", "u", "latent"),
        ("U2", "u", "latent"),
    ):
        keys.go_to(name)
        keys.press(key)
        keys.hears(f"{name}: {role} on.")
        if role == "outcome":  # said once, as the latent nodes do not change it
            keys.hears(
                "Effect of X on Y: 1 causal path, 0 open biasing paths. Adjustment sets: nothing."
            )
    keys.go_to("M")
    keys.press("a")
    keys.hears("M: adjusted on.")
    keys.hears("Effect of X on Y: 1 causal path, 1 open biasing path.")
    expect(editor.node("M")).to_have_accessible_name("M, observed, adjusted; parents: U1, U2")
    keys.tab_until("element => element.getAttribute('aria-label') === 'Adjust for nothing'")
    keys.press("Enter")
    keys.hears("Adjusted for nothing.")
    keys.hears("Effect of X on Y: 1 causal path, 0 open biasing paths. Adjustment sets: nothing.")
    keys.tab_until("element => !element.closest('.cmg')")
    held = "('X',) ('Y',) ('U1', 'U2') ()"
    assert notebook.text_of(2) == f"{sorted(M_BIAS)} {held}"


def test_each_action_is_announced(lab: Lab, shared_page: Callable[..., Page]) -> None:
    page = shared_page()
    cells = ["%load_ext causal_magics", "%%causal graph -o g\nA -> B; C", "g"]
    editor = opened(lab, page, "announced.ipynb", cells).editor(1)
    editor.node("A").wait_for()
    keys = Keys(page, editor)
    keys.tab_until("element => element.dataset.nodeName === 'A'")
    spoken: list[tuple[tuple[str, ...], str]] = [
        (("]",), "A → B"),
        (("t",), "A"),
        (("Control+z",), "Undone: "),
        (("Control+Shift+z",), "Redone: "),
        (("Control+z",), "Undone: "),
        (("r",), "Edge A → B reversed."),
        (("k",), "Edge B → A is required."),
        (("Delete",), "edge B → A deleted."),
        (("l",), "aid out"),
        (("r",), "No edge is selected."),
        (("Control+a",), "3 nodes selected."),
        (("Alt+ArrowRight",), "3 nodes moved."),
        (("Control+c",), "3 nodes copied as text."),
        (("s",), "3 nodes: selection on."),
        (("Delete",), "3 nodes deleted."),
        (("x",), "No node is selected."),
        (("Control+z",), "Undone: 3 nodes deleted."),
    ]
    for pressed, words in spoken:
        keys.press(*pressed)
        keys.hears(words)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_serious_with_every_panel_open(
    lab: Lab, new_page: Callable[..., Page], theme: str
) -> None:
    page = new_page(width=1400, height=1300)
    cells = ["%load_ext causal_magics", DATA, GRAPH, "g"]
    notebook = opened(lab, page, f"axe-{theme[11:]}.ipynb", cells)
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme
    )
    editor = notebook.editor(2)
    root = editor.root.locator(".cmg")
    expect(root).to_have_attribute("data-theme", theme[11:].lower())
    expect(root.locator(".cmg-implications").first).to_be_visible()
    page.evaluate(AXE.read_text(encoding="utf-8"))

    def check(what: str) -> None:
        found: Any = root.evaluate(SERIOUS)
        assert found == [], what

    check("graph")
    editor.node("X").click()
    editor.press("o")
    expect(root.locator(".cmg-outline")).to_be_visible()
    for summary in root.locator("details:not([open]) > summary").all():
        summary.click()
    check("inspector, reading and outline")
    for menu in ("Export", "What is shown", "Type of the edges that are drawn"):
        root.get_by_role("button", name=menu).click()
        expect(root.get_by_role("menu")).to_be_visible()
        check(menu)
        page.keyboard.press("Escape")
    editor.node("X").click(button="right")
    expect(root.get_by_role("menu")).to_be_visible()
    check("context menu")
    page.keyboard.press("Escape")
    for key, shown in (
        ("e", ".cmg-connect"),
        ("F2", ".cmg-name-field"),
        ("/", "[role=search]"),
        ("?", "[role=dialog]"),
    ):
        editor.node("X").click()
        editor.press(key)
        expect(root.locator(shown)).to_be_visible()
        check(shown)
        page.keyboard.press("Escape")
    editor.draw_edge("Y", "Z")
    expect(root.locator(".cmg-notice")).to_be_visible()
    check("refused edge")
    editor.click_edge("X", "Y")
    check("edge")
