"""Live graphs beside their notebook: the side panel, tabs of their own, and what survives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from .jupyter_lab import Lab
from .lab_page import LabPage
from .test_faults import link
from .test_keyboard import AXE, SERIOUS

CELLS = [
    "%load_ext causal_magics",
    "%%causal graph -o g\n# drawn by Ann\nSmoking -> Tar -> Cancer",
    "%%causal graph -o h\nA -> B",
    "print(sorted(g.directed_edges))",
]


def test_the_panel_lists_graphs_and_opens_them_beside_the_notebook_in_sync(
    lab: Lab, new_page: Callable[..., Page]
) -> None:
    page = new_page(width=1500)
    whole, notebook = LabPage.with_notebook(page, lab, "beside.ipynb", CELLS)
    panel = whole.show_panel()
    expect(panel).to_contain_text("No graph is open in this notebook yet")
    for number in (0, 1, 2):
        notebook.run(number)
    entries = panel.get_by_role("list", name="Live graphs").get_by_role("button")
    expect(entries).to_have_text(["g3 nodes, 2 edges", "h2 nodes, 1 edge"])

    entries.first.focus()
    page.keyboard.press("ArrowDown")
    expect(entries.nth(1)).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    tab, cell = whole.tab(), notebook.editor(1)
    expect(tab.edge("Smoking", "Tar")).to_be_visible()
    notebook_box = page.locator(".jp-NotebookPanel").bounding_box()
    tab_box = tab.root.bounding_box()
    assert notebook_box is not None
    assert tab_box is not None
    assert notebook_box["x"] + notebook_box["width"] <= tab_box["x"] + 1

    # The keyboard is in the tab at once; what is drawn there is in the cell and the kernel.
    expect(tab.root.locator("svg:focus-within")).to_be_attached()
    tab.draw_edge("Smoking", "Cancer")
    expect(cell.edge("Smoking", "Cancer")).to_be_attached()
    expect(notebook.cell(1).locator(".cm-content")).to_contain_text("Smoking -> Cancer")
    expect(notebook.cell(1).locator(".cm-content")).to_contain_text("# drawn by Ann")
    expect(entries.first).to_contain_text("3 nodes, 3 edges")
    cell.click_edge("Smoking", "Tar")
    cell.press("Delete")
    expect(tab.edge("Smoking", "Tar")).to_have_count(0)
    notebook.page.locator(".jp-NotebookPanel .jp-InputPrompt").nth(3).click()
    page.keyboard.press("Control+Enter")
    expect(notebook.cell(3).locator("pre").last).to_contain_text("('Smoking', 'Cancer')")

    # The same graph is not opened twice, another one comes into the same place.
    entries.first.click()
    entries.nth(1).click()
    expect(whole.tab().node("A")).to_be_visible()
    expect(whole.title("g")).to_have_count(1)
    expect(whole.title("h")).to_have_count(1)


def test_a_tab_follows_names_reruns_restarts_reloads_and_closed_notebooks(
    lab: Lab, new_page: Callable[..., Page]
) -> None:
    page = new_page(width=1500)
    whole, notebook = LabPage.with_notebook(page, lab, "followed.ipynb", CELLS[:2])
    notebook.run(0)
    notebook.run(1)
    panel = whole.show_panel()
    panel.get_by_role("button", name="g 3 nodes").click()
    tab = whole.tab()
    expect(tab.node("Tar")).to_be_visible()
    link(tab, "saved")

    content = notebook.cell(1).locator(".cm-content")
    content.click()
    expect(content).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("%%causal graph -o model\nSmoking -> Tar")
    page.keyboard.press("Control+Enter")
    expect(whole.title("model")).to_have_count(1)
    expect(tab.node("Cancer")).to_have_count(0)
    expect(tab.edge("Smoking", "Tar")).to_be_visible()

    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save-all')")
    whole.open_again('"name": "model"')
    tab = whole.tab()
    notice = page.locator(".jp-CausalGraph-notice")
    expect(tab.edge("Smoking", "Tar")).to_be_visible(timeout=60_000)
    expect(notice).to_be_hidden(timeout=30_000)
    tab.node("Tar").click()
    tab.press("r")
    tab.press("n")
    page.keyboard.type("New")
    page.keyboard.press("Enter")
    expect(notebook.cell(1).locator(".cm-content")).to_contain_text("New")

    whole.restart_kernel()
    expect(notice).to_contain_text("model is no longer open in the kernel", timeout=30_000)
    expect(tab.node("New")).to_be_visible()
    notice.get_by_role("button", name="Run the cell").click()
    expect(notice).to_be_hidden(timeout=30_000)
    expect(tab.root.locator(".cmg-status")).to_contain_text("saved")

    lab.kill_kernels()
    expect(notice).to_contain_text("The kernel of followed.ipynb is not running", timeout=30_000)
    expect(panel).to_contain_text("no running kernel")

    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save-all')")
    page.locator(".lm-TabBar-tab", has_text="followed.ipynb").locator(
        ".lm-TabBar-tabCloseIcon"
    ).click()
    expect(notice).to_contain_text("followed.ipynb is closed")
    notice.get_by_role("button", name="Open the notebook").click()
    expect(page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible()
    expect(notice).not_to_contain_text("is closed")


def test_axe_finds_nothing_serious_beside_notebooks(
    lab: Lab, new_page: Callable[..., Page]
) -> None:
    page = new_page(width=1500)
    whole, notebook = LabPage.with_notebook(page, lab, "axe-panel.ipynb", CELLS)
    panel, tab = whole.show_panel(), whole.tab()
    page.evaluate(AXE.read_text(encoding="utf-8"))

    def check(*parts: Locator) -> None:
        for theme in ("JupyterLab Dark", "JupyterLab Light"):
            page.evaluate(
                "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })",
                theme,
            )
            expect(page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
            for part in parts:
                found: Any = part.evaluate(SERIOUS)
                assert found == []

    check(panel)
    notebook.run(0)
    notebook.run(1)
    panel.get_by_role("button", name="g 3 nodes").click()
    expect(tab.node("Tar")).to_be_visible()
    check(panel, tab.root)
    whole.restart_kernel()
    expect(tab.root.get_by_role("button", name="Run the cell")).to_be_visible(timeout=30_000)
    check(panel, tab.root)
