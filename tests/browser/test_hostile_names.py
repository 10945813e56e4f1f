"""Names that would like to be markup or script, all at once, in every place that shows names."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from causal_magics.graph.model import CausalGraph, Node
from causal_magics.graph.notation import format_graph

from .jupyter_lab import Lab
from .notebook_page import NotebookPage

NAMES: list[str] = json.loads(
    (Path(__file__).parents[1] / "golden" / "hostile_names.json").read_text("utf-8")
)
CAUSE, EFFECT, CONFOUNDER = NAMES[0], NAMES[2], NAMES[3]
COMPARE = """from causal_magics import compare
compare(g, g.remove_edge(*sorted(g.directed_edges)[0]))"""
STRANGERS = "img, script, iframe, foreignObject, image, use, object, embed, [onload], [onerror]"


def notation() -> str:
    """Return a graph of all names, with an effect that takes an adjustment."""
    roles = {CAUSE: frozenset({"exposure"}), EFFECT: frozenset({"outcome"})}
    nodes = [Node(name, roles.get(name, frozenset())) for name in NAMES]
    edges = [(CAUSE, EFFECT), (CONFOUNDER, CAUSE), (CONFOUNDER, EFFECT)]
    return format_graph(CausalGraph(nodes, edges))


def test_hostile_names_stay_text(lab: Lab, shared_page: Callable[..., Page]) -> None:
    cells = [
        "%load_ext causal_magics",
        f"%%causal graph -o g\n{notation()}",
        "%causal identify g",
        COMPARE,
        "print(len(g.nodes))",
    ]
    notebook = NotebookPage.open(shared_page(), lab.url, lab.add_notebook("hostile.ipynb", cells))
    notebook.run(0)
    notebook.run(1)
    editor = notebook.editor(1)
    page = notebook.page
    nodes = editor.root.locator("[data-node-name]")
    expect(nodes).to_have_count(len(NAMES))
    names = nodes.evaluate_all("nodes => nodes.map(node => node.dataset.nodeName)")
    assert sorted(names) == sorted(NAMES)
    expect(editor.root.locator(".cmg-reading")).to_contain_text(CONFOUNDER, timeout=30_000)
    editor.root.get_by_role("button", name="Outline").click()
    expect(editor.root.get_by_role("table", name="Nodes")).to_be_visible()
    for number in range(0, len(NAMES), 8):
        nodes.nth(number).click(force=True)
        nodes.nth(number).click(button="right", force=True)
        editor.press("Escape")
    editor.press("?")
    for number in (2, 3):
        notebook.run(number)
        page.wait_for_timeout(500)
    expect(notebook.cell(2).locator(".cm-identify")).to_contain_text(CAUSE)
    assert page.locator(".jp-OutputArea-output").locator(STRANGERS).count() == 0
    assert page.locator("b, a").get_by_text("bold", exact=True).count() == 0
    assert page.evaluate("window.hacked") is None
    assert notebook.text_of(4) == str(len(NAMES))
