"""Causal cells while they are written: colours, mistakes and their remedies, completion."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from .jupyter_lab import Lab
from .notebook_page import NotebookPage

LOAD = "%load_ext causal_magics"
NAMES = """import pandas as pd
from causal_magics import CausalGraph
frame = pd.DataFrame({'Raf': [1.0, 2.0], 'Mek': [2.0, 1.0]})
g = CausalGraph.parse('A -> B')"""
STATEMENT = "Age [exposure]; Age -> {Tar Gene}"


def write(notebook: NotebookPage, number: int, text: str) -> None:
    """Put a text into a cell in place of what it says, with the cursor at its end."""
    notebook.cell(number).locator(".cm-content").click()
    notebook.page.keyboard.press("Control+a")
    notebook.page.keyboard.insert_text(text)


def colours(cell: Locator, line: int) -> list[str]:
    """Return the colour of every coloured piece of a line."""
    pieces = cell.locator(".cm-line").nth(line).locator("span:not(:has(span))")
    return [
        str(colour)
        for colour in pieces.evaluate_all(
            "pieces => pieces.map(piece => `${piece.textContent} ${getComputedStyle(piece).color}`)"
        )
    ]


def test_only_causal_cells_are_coloured_as_notation(
    lab: Lab, shared_page: Callable[..., Page]
) -> None:
    cells = [f"%%causal graph -o g\n{STATEMENT}", f"# a comment\n{STATEMENT}", "%causal graph -o h"]
    notebook = NotebookPage.open(shared_page(), lab.url, lab.add_notebook("coloured.ipynb", cells))
    causal, python = notebook.cell(0), notebook.cell(1)
    expect(causal.locator(".cm-line").nth(1).locator("span").first).to_be_attached()
    expect(python.locator(".cm-line").nth(1).locator("span").first).to_be_attached()
    as_notation, as_python = colours(causal, 1), colours(python, 1)
    assert as_notation != as_python
    assert any(piece.startswith("exposure ") for piece in as_notation)
    assert any(piece.startswith("%causal ") for piece in colours(notebook.cell(2), 0))
    write(notebook, 0, f"# a comment\n{STATEMENT}")
    assert colours(causal, 1) == as_python
    write(notebook, 1, f"%%causal graph -o g\n{STATEMENT}")
    assert colours(python, 1) == as_notation


MISTAKES = [
    LOAD,
    NAMES,
    "%%causal graph\nA -> B\nB -> A",
    "%%causal graph\nA -> B [required]\nA -> B [forbidden]",
    "%%causal discover frame\nRaf -> Mekk",
    "%causal identify g --exposure AA --outcome B",
    "%%causal graph\nX [exposure]; Y [outcome]\nX -> Y; X <-> Y",
    "print('B -> A', 'Mekk [forbidden]')",
]


def underlined(notebook: NotebookPage, number: int, severity: str = "error") -> Locator:
    return notebook.cell(number).locator(f".cm-lintRange-{severity}")


def test_mistakes_are_underlined_explained_and_put_right(
    lab: Lab, shared_page: Callable[..., Page]
) -> None:
    page = shared_page(height=1200)
    notebook = NotebookPage.open(page, lab.url, lab.add_notebook("mistakes.ipynb", MISTAKES))
    # Without the extension in the kernel the page itself finds what is in the text alone.
    expect(underlined(notebook, 2)).to_have_text("B -> A")
    notebook.run(0)
    notebook.run(1)

    expect(underlined(notebook, 4, "warning")).to_have_text("Mekk")
    underlined(notebook, 4, "warning").hover()
    tip = page.locator(".cm-tooltip .cm-diagnostic")
    expect(tip).to_contain_text("The data have no column 'Mekk'")
    tip.get_by_role("button", name="Use Mek").click()
    expect(notebook.cell(4).locator(".cm-line").nth(1)).to_have_text("Raf -> Mek")
    expect(underlined(notebook, 4, "warning")).to_have_count(0)

    expect(underlined(notebook, 2)).to_have_text("B -> A")
    underlined(notebook, 2).click()
    page.keyboard.press("Control+.")
    expect(notebook.cell(2).locator(".cm-line").nth(2)).to_have_text("B <- A")
    expect(underlined(notebook, 2)).to_have_count(0)

    expect(underlined(notebook, 3)).to_have_text(" [forbidden]")
    underlined(notebook, 3).click()
    page.keyboard.press("Control+.")
    expect(notebook.cell(3).locator(".cm-line").nth(2)).to_have_text("A -> B")
    expect(underlined(notebook, 3)).to_have_count(0)

    expect(underlined(notebook, 5)).to_have_text("AA")
    underlined(notebook, 5).click()
    page.keyboard.press("Control+.")
    expect(notebook.cell(5).locator(".cm-line")).to_contain_text("--exposure A --outcome B")
    expect(underlined(notebook, 5)).to_have_count(0)

    expect(underlined(notebook, 6, "warning")).to_have_text("X")
    underlined(notebook, 6, "warning").hover()
    expect(page.locator(".cm-tooltip .cm-diagnostic")).to_contain_text("is not identified")
    assert notebook.cell(7).locator("[class*=cm-lintRange]").count() == 0


def test_verbs_options_columns_and_nodes_are_completed(
    lab: Lab, shared_page: Callable[..., Page]
) -> None:
    page = shared_page()
    cells = [LOAD, NAMES, ""]
    notebook = NotebookPage.open(page, lab.url, lab.add_notebook("completed.ipynb", cells))
    notebook.run(0)
    notebook.run(1)
    expect(notebook.cell(1).locator(".jp-InputPrompt")).to_contain_text("2")

    offered = page.locator(".jp-Completer-item:visible")

    def completed(text: str, expected: str) -> None:
        write(notebook, 2, text)
        page.keyboard.press("Tab")
        expect(offered).to_have_count(1)
        page.keyboard.press("Enter")
        expect(notebook.cell(2).locator(".cm-line").last).to_have_text(expected)
        expect(offered).to_have_count(0)

    completed("%%causal disc", "%%causal discover")
    completed("%%causal graph --refer", "%%causal graph --reference")
    completed("%%causal discover fra", "%%causal discover frame")
    completed("%%causal discover frame\nRaf -> Me", "Raf -> Mek")
    completed("%%causal graph\nSmoking -> Tar\nTar -> Smo", "Tar -> Smoking")
    completed("%%causal graph\nSmoking [expo", "Smoking [exposure")
    write(notebook, 2, "%%causal ")
    page.keyboard.press("Tab")
    expect(offered.filter(has_text="identify")).to_be_visible()
    expect(offered.filter(has_text="print")).to_have_count(0)
