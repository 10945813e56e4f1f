"""What the extension adds around notebooks: toolbar button, palette, launcher, files, settings."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import nbformat
from playwright.sync_api import Locator, Page, expect

from .jupyter_lab import Lab
from .lab_page import LabPage
from .notebook_page import EditorView, NotebookPage


def button(page: Page) -> Locator:
    return page.get_by_role("button", name="Insert a causal graph below")


def draw_node(page: Page, editor: EditorView, name: str) -> None:
    """Make a node by keys."""
    editor.root.locator('[role="application"]').first.focus()
    page.keyboard.press("n")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(editor.node(name)).to_be_visible()


def wait_for_text(file: Path, part: str) -> str:
    """Wait until a file has a part of a text; return all of it."""
    deadline = time.monotonic() + 15
    while part not in file.read_text() and time.monotonic() < deadline:
        time.sleep(0.1)
    text = file.read_text()
    assert part in text
    return text


def test_the_toolbar_button_makes_a_graph_that_runs_from_top_to_bottom(
    lab: Lab, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    _, notebook = LabPage.with_notebook(page, lab, "inserted.ipynb", ["g = 9.81", ""])
    notebook.cell(1).locator(".jp-InputPrompt").click()
    button(page).click()
    expect(notebook.cell(1).locator(".cm-content")).to_have_text("%load_ext causal_magics")
    expect(notebook.cell(2).locator(".cm-content")).to_have_text("%causal graph -o g2")
    draw_node(page, notebook.editor(2), "Age")
    expect(notebook.cell(2).locator(".cm-line")).to_have_text(["%%causal graph -o g2", "Age"])
    expect(notebook.cell(3)).to_have_count(0)

    # In a kernel that has lost the extension the cell that loads it runs again.
    page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    )
    notebook.wait_for_kernel()
    notebook.cell(2).locator(".jp-InputPrompt").click()
    button(page).click()
    expect(notebook.cell(3).locator(".cm-content")).to_have_text("%causal graph -o g3")
    expect(notebook.editor(3).root.locator('[role="application"]')).to_be_visible()
    expect(notebook.cell(1).locator(".jp-InputPrompt")).to_have_text("[1]:")
    expect(page.locator('.jp-OutputArea [data-mime-type*="error"]')).to_have_count(0)

    # One step takes the new cell back.
    notebook.cell(3).locator(".jp-InputPrompt").click()
    page.keyboard.press("z")
    expect(notebook.cell(3)).to_have_count(0)


def test_a_notebook_without_a_kernel_is_asked_for_one(
    lab: Lab, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    plain = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("")])
    plain.metadata["kernelspec"] = {"name": "gone", "display_name": "No such kernel"}
    nbformat.write(plain, lab.folder / "kernelless.ipynb")
    page.goto(f"{lab.url}/lab/tree/kernelless.ipynb?reset")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="No Kernel").click()
    whole = LabPage(page, lab)
    notebook = NotebookPage(page, lab.url, lab.folder / "kernelless.ipynb")
    expect(whole.show_panel()).to_contain_text("This notebook has no running kernel")
    button(page).click()
    expect(notebook.cell(1).locator(".cm-content")).to_have_text("%causal graph -o g")
    dialog.get_by_role("combobox").select_option(label="Python 3 (ipykernel)")
    dialog.get_by_role("button", name="Select Kernel").click()
    expect(notebook.editor(1).root.locator('[role="application"]')).to_be_visible()
    expect(whole.show_panel().get_by_role("button", name="g 0 nodes")).to_be_visible()


def test_the_palette_has_every_command(lab: Lab, new_page: Callable[..., Page]) -> None:
    page = new_page(width=1500)
    cells = ["%load_ext causal_magics", "%%causal graph -o g\nA -> B", "%%causal graph -o h\nC"]
    whole, notebook = LabPage.with_notebook(page, lab, "palette.ipynb", cells)
    for number in (0, 1, 2):
        notebook.run(number)
    expect(notebook.editor(2).node("C")).to_be_visible()
    whole.run_from_palette("Show Live Graphs")
    expect(page.locator(".jp-CausalGraphs").get_by_role("button", name="h 1 node")).to_be_visible()
    notebook.cell(1).locator(".jp-InputPrompt").click()
    whole.run_from_palette("Open Graph in Its Own Tab")
    expect(whole.tab().edge("A", "B")).to_be_visible()
    notebook.editor(2).root.locator(".cmg-status").click(button="right")
    page.locator('.lm-Menu-item[data-command="causal-magics:open-graph"]').click()
    expect(whole.tab().node("C")).to_be_visible()
    page.evaluate("() => window.jupyterapp.shell.currentWidget.close()")
    expect(whole.title("h")).to_have_count(0)
    notebook.cell(0).locator(".jp-InputPrompt").click()
    whole.run_from_palette("Open Graph in Its Own Tab")
    choice = page.get_by_role("dialog")
    choice.get_by_role("combobox").select_option("h (1 node, 0 edges)")
    choice.get_by_role("button", name="Ok").click()
    expect(whole.tab().node("C")).to_be_visible()
    notebook.cell(2).locator(".jp-InputPrompt").click()
    whole.run_from_palette("New Graph Cell")
    expect(notebook.cell(3).locator(".cm-content")).to_have_text("%causal graph -o g2")
    whole.run_from_palette("New Causal Graph File")
    expect(page.locator(".jp-CausalGraphFile")).to_be_visible()
    whole.run_from_palette("Open Causal Graph File as Text")
    expect(page.locator(".jp-FileEditor")).to_be_visible()
    whole.run_from_palette("Open Text File in the Graph Editor")
    expect(page.locator(".jp-CausalGraphFile")).to_be_visible()


def test_the_launcher_and_the_menu_make_files_that_are_text(
    lab: Lab, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    whole = LabPage.open(page, lab)
    page.locator(".jp-LauncherCard", has_text="Causal Graph").click()
    editor = EditorView(page, page.locator(".jp-CausalGraphFile:visible"))
    draw_node(page, editor, "Age")
    page.keyboard.press("Control+s")
    file = lab.folder / page.locator(".jp-mod-current .lm-TabBar-tabLabel").inner_text()
    assert wait_for_text(file, "Age") == "Age\n"

    menu = page.get_by_role("menuitem", name="File", exact=True)
    menu.click()
    page.locator('.lm-Menu-item[data-type="submenu"]', has_text="New").first.hover()
    page.locator('.lm-Menu-item[data-command="causal-magics:new-file"]').click()
    expect(page.locator("#jp-main-dock-panel .lm-TabBar-tabLabel")).to_have_count(2)

    # A file is opened in the editor again when the page is.
    whole.open_again(f"causal-magics-files:{file.name}")
    expect(page.locator(".jp-CausalGraphFile").first).to_be_attached(timeout=60_000)


def test_settings_are_followed_at_once(lab: Lab, new_page: Callable[..., Page]) -> None:
    page = new_page(width=1500)
    cells = ["%%causal graph -o g\nA -> B\nB -> A"]
    whole, notebook = LabPage.with_notebook(page, lab, "settings.ipynb", cells)
    coloured = notebook.cell(0).locator(".cm-line").first.locator("span", has_text="%%causal")
    mistakes = notebook.cell(0).locator(".cm-lintRange-error")
    expect(coloured).to_be_attached()
    expect(mistakes).to_have_count(1)
    try:
        whole.run_from_palette("Causal Graph Settings")
        for label in (
            "Underline mistakes while a cell is written",
            "Colour the notation",
            "Side panel",
            "Edits on the canvas rewrite the cell",
            "Run a graph cell that the toolbar inserts",
        ):
            page.get_by_role("checkbox", name=label).uncheck()
        expect(whole.sidebar_tab()).to_have_count(0)
        whole.title("settings.ipynb").click()
        expect(mistakes).to_have_count(0)
        expect(coloured).to_have_count(0)
        button(page).click()
        expect(notebook.cell(2).locator(".cm-line")).to_have_text(["%%causal graph -o g2", ""])
        page.keyboard.type("Age")
        expect(notebook.cell(2).locator(".cm-line").last).to_have_text("Age")
        expect(notebook.cell(2).locator(".jp-OutputArea-output")).to_have_count(0)
        notebook.run(1)
        notebook.run(2)
        editor = notebook.editor(2)
        expect(editor.node("Age")).to_be_visible()
        draw_node(page, editor, "Tar")
        editor.root.locator(".cmg-status").get_by_text("saved to kernel").wait_for()
        page.wait_for_timeout(1_000)
        expect(notebook.cell(2).locator(".cm-line").last).to_have_text("Age")
    finally:
        whole.reset_settings()
