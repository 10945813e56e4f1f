"""What only a real notebook can show: kernels that stop or die, pages that go, and keys."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer

import pytest
from playwright.sync_api import Page, expect

from .jupyter_lab import Lab
from .notebook_page import EditorView, NotebookPage

SET_UP = "%load_ext causal_magics\nimport os, time; print(os.getpid())"
GRAPH = "%%causal graph -o g\nAge -> Tar -> Cancer\nGene"
PRINT = "print(g.nodes, sorted(g.directed_edges))"
KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"

Opened = Callable[..., NotebookPage]


@pytest.fixture
def opened(lab: Lab, shared_page: Callable[..., Page], request: pytest.FixtureRequest) -> Opened:
    """Open a notebook whose second cell shows a graph named g and whose third one prints it."""

    def open_notebook(*more: str) -> NotebookPage:
        name = request.node.name.replace("[", "-").replace("]", "")
        path = lab.add_notebook(f"{name}.ipynb", [SET_UP, GRAPH, PRINT, *more])
        notebook = NotebookPage.open(shared_page(), lab.url, path)
        notebook.run(0)
        notebook.run(1)
        expect(notebook.editor(1).node("Gene")).to_be_visible()
        return notebook

    return open_notebook


def pid_of(notebook: NotebookPage) -> int:
    """Return the process of the notebook's kernel, as the first cell printed it."""
    return int(notebook.cell(0).locator(".jp-OutputArea pre").inner_text())


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Hold a process still, as a computation does that lets nothing else run."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def add_node(editor: EditorView, name: str) -> None:
    """Type a new node's name beside a selected one."""
    editor.node("Gene").click()
    editor.press("n")
    editor.page.keyboard.type(name)
    editor.press("Enter")
    expect(editor.node(name)).to_be_visible()


def link(editor: EditorView, state: str) -> None:
    """Wait until the editor says this of its kernel."""
    expect(editor.root.locator(f'[data-link="{state}"]').first).to_be_visible()


def sources(notebook: NotebookPage) -> list[str]:
    """Return the text of all cells."""
    found: list[str] = notebook.page.evaluate(
        "() => [...window.jupyterapp.shell.currentWidget.content.model.cells]"
        ".map(cell => cell.sharedModel.getSource())"
    )
    return found


def test_keys_on_the_canvas_do_not_reach_the_notebook(opened: Opened) -> None:
    notebook = opened()
    editor = notebook.editor(1)
    for key in ["x", "d", "d", "c", "v", "z", "b", "m", "i", "i", "0", "0", "j", "Enter"]:
        editor.node("Tar").click()
        editor.press(key)
        assert sources(notebook)[::2] == [SET_UP, PRINT], key
    editor.press("Escape")
    editor.node("Gene").click()
    editor.press("Delete")
    expect(editor.node("Gene")).not_to_be_attached()
    editor.press("Control+z")
    expect(editor.node("Gene")).to_be_visible()
    assert len(sources(notebook)) == 3
    expect(notebook.page.locator(".jp-Dialog")).to_have_count(0)
    assert "Gene" in notebook.text_of(2)


def test_edits_reach_a_cell_that_runs_for_ten_seconds(opened: Opened) -> None:
    wait = "end = time.monotonic() + 10\nwhile time.monotonic() < end: time.sleep(0.1)\n"
    notebook = opened(wait + "print('Late' in g.nodes)")
    cell = notebook.cell(3)
    cell.locator(".jp-InputPrompt").click()
    notebook.page.evaluate("() => void window.jupyterapp.commands.execute('notebook:run-cell')")
    expect(cell.locator(".jp-InputPrompt")).to_contain_text("*")
    editor = notebook.editor(1)
    add_node(editor, "Late")
    link(editor, "saved")
    expect(cell.locator(".jp-InputPrompt")).to_contain_text("*")
    expect(cell.locator(".jp-OutputArea pre")).to_have_text("True")


def test_a_kernel_that_is_busy_for_ten_seconds_gets_every_edit(opened: Opened) -> None:
    notebook = opened()
    editor = notebook.editor(1)
    with stopped(pid_of(notebook)):
        add_node(editor, "One")
        add_node(editor, "Two")
        expect(editor.root.get_by_text("kernel busy, 2 edits queued")).to_be_visible()
        time.sleep(10)
        add_node(editor, "Three")
        expect(editor.root.get_by_text("kernel busy, 3 edits queued")).to_be_visible()
    link(editor, "saved")
    assert "'One', 'Two', 'Three'" in notebook.text_of(2)


def restart(notebook: NotebookPage) -> None:
    """Restart the kernel as the menu does, once its question is answered."""
    notebook.page.evaluate(f"() => {KERNEL}.restart()")


def crash(notebook: NotebookPage) -> None:
    """Let the kernel die; the server starts another one, and JupyterLab says so."""
    os.kill(pid_of(notebook), signal.SIGKILL)
    dialog = notebook.page.locator(".jp-Dialog")
    expect(dialog).to_contain_text("Kernel Restarting")
    dialog.get_by_role("button", name="Ok").click()


@pytest.mark.parametrize("end", [restart, crash], ids=["restart", "crash"])
def test_edits_after_a_kernel_ended_are_kept_and_sent_to_the_next(
    opened: Opened, end: Callable[[NotebookPage], None]
) -> None:
    notebook = opened()
    editor = notebook.editor(1)
    end(notebook)
    link(editor, "disconnected")
    add_node(editor, "Late")
    expect(editor.root.get_by_text("disconnected · 1 edit kept")).to_be_visible()
    notebook.wait_for_kernel()
    notebook.run(0)
    notebook.run(1)
    editor = notebook.editor(1)
    expect(editor.root.locator(".cmg-notice")).to_contain_text("never got your last 1 edit")
    assert "Late" not in notebook.text_of(2)
    editor.root.get_by_role("button", name="Send them").click()
    expect(editor.node("Late")).to_be_visible()
    link(editor, "saved")
    assert "Late" in notebook.text_of(2)


def test_a_page_loaded_again_with_edits_pending_loses_none(opened: Opened) -> None:
    notebook = opened()
    notebook.command("docmanager:save")
    with stopped(pid_of(notebook)):
        add_node(notebook.editor(1), "Late")
        notebook.page.reload(wait_until="commit")
        time.sleep(2)
    notebook.wait_for_kernel()
    editor = notebook.editor(1)
    expect(editor.node("Late")).to_be_visible()
    link(editor, "saved")
    expect(editor.root.locator(".cmg-notice")).to_have_count(0)
    text = notebook.text_of(2)
    assert text.count("'Late'") == 1


def test_a_page_loaded_again_after_the_kernel_died_offers_what_was_pending(opened: Opened) -> None:
    notebook = opened()
    notebook.command("docmanager:save")
    pid = pid_of(notebook)
    os.kill(pid, signal.SIGSTOP)
    add_node(notebook.editor(1), "Late")
    notebook.page.goto("about:blank")
    os.kill(pid, signal.SIGKILL)
    notebook = NotebookPage.open(notebook.page, notebook.url, notebook.path)
    expect(notebook.editor(1).node("Gene")).to_be_visible()
    expect(notebook.editor(1).node("Late")).not_to_be_attached()
    notebook.run(0)
    notebook.run(1)
    notebook.editor(1).root.get_by_role("button", name="Send them").click()
    expect(notebook.editor(1).node("Late")).to_be_visible()
    assert "Late" in notebook.text_of(2)


def test_the_output_has_what_a_kernel_confirmed_just_before_it_died(opened: Opened) -> None:
    notebook = opened()
    add_node(notebook.editor(1), "Last")
    link(notebook.editor(1), "saved")
    crash(notebook)
    notebook.save_when_stored(1, "Last")
    assert "Last" in notebook.path.read_text()


def test_the_output_has_what_was_confirmed_just_before_the_page_closed(opened: Opened) -> None:
    notebook = opened()
    notebook.command("docmanager:save")
    add_node(notebook.editor(1), "Last")
    link(notebook.editor(1), "saved")
    notebook.page.goto("about:blank")
    assert "Last" not in notebook.path.read_text()
    notebook = NotebookPage.open(notebook.page, notebook.url, notebook.path)
    expect(notebook.editor(1).node("Last")).to_be_visible()
    notebook.save_when_stored(1, "Last")
    assert "Last" in notebook.path.read_text()


@pytest.mark.parametrize("seed", range(int(os.environ.get("KILLS", "2"))))
def test_a_kernel_killed_in_a_run_of_edits_loses_none(opened: Opened, seed: int) -> None:
    notebook = opened()
    editor, dialog = notebook.editor(1), notebook.page.locator(".jp-Dialog")
    moment = random.Random(seed).uniform(0.0, 3.0)
    end = Timer(moment, os.kill, (pid_of(notebook), signal.SIGKILL))
    end.start()
    drawn = [f"New{number}" for number in range(60)]
    for number, name in enumerate(drawn):
        add_node(editor, name)
        if not end.is_alive():
            del drawn[number + 1 :]
    expect(dialog).to_contain_text("Kernel Restarting")
    dialog.get_by_role("button", name="Ok").click()
    link(editor, "disconnected")
    for name in drawn:
        expect(editor.node(name)).to_be_attached()
    notebook.wait_for_kernel()
    notebook.run(0)
    notebook.run(1)
    editor = notebook.editor(1)
    expect(editor.node("Gene")).to_be_visible()
    notebook.page.wait_for_timeout(500)
    send = editor.root.get_by_role("button", name="Send them")
    if send.is_visible():
        send.click()
    expect(editor.node(drawn[-1])).to_be_attached()
    link(editor, "saved")
    text = notebook.text_of(2)
    assert not [name for name in drawn if f"'{name}'" not in text]


def test_a_cell_that_runs_again_replaces_its_editor(opened: Opened) -> None:
    notebook = opened("from causal_magics.widgets.graph_editor import live_editors\n"
                      "print([each.name for each in live_editors()])")  # fmt: skip
    add_node(notebook.editor(1), "Late")
    link(notebook.editor(1), "saved")
    notebook.page.wait_for_timeout(1_000)
    notebook.run(1)
    expect(notebook.editor(1).root.locator(".cmg")).to_have_count(1)
    expect(notebook.editor(1).node("Gene")).to_be_visible()
    assert notebook.text_of(3) == "['g']"
    notebook.editor(1).draw_edge("Gene", "Cancer")
    link(notebook.editor(1), "saved")
    assert "('Gene', 'Cancer')" in notebook.text_of(2)


def test_an_observer_that_fails_is_told_once_and_stops_nothing(opened: Opened) -> None:
    notebook = opened(
        "from causal_magics.widgets.graph_editor import live_editors\nheard = []\n"
        "@live_editors()[0].on_change\ndef fail(graph):\n    heard.append(graph)\n    1 / 0",
        "print(len(heard))",
    )
    notebook.run(3)
    editor = notebook.editor(1)
    add_node(editor, "One")
    add_node(editor, "Two")
    link(editor, "saved")
    assert "'One', 'Two'" in notebook.text_of(2)
    assert notebook.text_of(4) == "2"


def test_five_hundred_nodes_are_pasted_as_one_edit(opened: Opened) -> None:
    notebook = opened("print(len(g.nodes))")
    editor = notebook.editor(1)
    editor.node("Gene").click()
    text = "dag { " + "; ".join(f"v{i} -> v{i + 1}" for i in range(499)) + " }"
    notebook.page.evaluate(
        """text => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          const paste = { clipboardData: data, bubbles: true, cancelable: true, composed: true };
          document.activeElement.dispatchEvent(new ClipboardEvent("paste", paste));
        }""",
        text,
    )
    expect(editor.root.locator('.cmg[data-node-count="504"]')).to_be_attached()
    editor.press("Control+z")
    expect(editor.root.locator('.cmg[data-node-count="4"]')).to_be_attached()
    editor.press("Control+Shift+z")
    expect(editor.root.locator('.cmg[data-node-count="504"]')).to_be_attached()
    link(editor, "saved")
    assert notebook.text_of(3) == "504"
