"""One notebook and one kernel in two browsers at once: both draw, and neither loses anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from .jupyter_lab import Lab
from .notebook_page import EditorView, NotebookPage
from .test_faults import GRAPH, PRINT, SET_UP, add_node, link, pid_of, restart, stopped

SAVED = "saved"
RUN_AGAIN = "stored graph · run the cell to edit"


@dataclass(frozen=True)
class Two:
    """The same notebook in two browsers, the graph in its second cell."""

    first: NotebookPage
    second: NotebookPage

    @property
    def editors(self) -> tuple[EditorView, EditorView]:
        """The editor as each of them shows it."""
        return self.first.editor(1), self.second.editor(1)

    def both_show(self, name: str) -> None:
        """Wait until a node is in both."""
        for editor in self.editors:
            expect(editor.node(name)).to_be_visible()
            link(editor, SAVED)

    def kernel(self) -> str:
        """Return what the kernel's graph is, as the first browser prints it."""
        return self.first.text_of(2)


Opened = Callable[[], Two]


@pytest.fixture
def opened(lab: Lab, new_page: Callable[..., Page], request: pytest.FixtureRequest) -> Opened:
    """Open a notebook, draw its graph and save it; then open it in a browser of other settings."""

    def open_both() -> Two:
        name = f"{request.node.name}.ipynb"
        path = lab.add_notebook(name, [SET_UP, GRAPH, PRINT])
        first = NotebookPage.open(new_page(), lab.url, path)
        first.run(0)
        first.run(1)
        expect(first.editor(1).node("Gene")).to_be_visible()
        link(first.editor(1), SAVED)
        first.command("docmanager:save")
        second = NotebookPage.open(new_page(color_scheme="dark"), lab.url, path)
        expect(second.editor(1).node("Gene")).to_be_visible()
        link(second.editor(1), SAVED)
        return Two(first, second)

    return open_both


def test_what_either_draws_is_in_both_and_in_the_kernel(opened: Opened) -> None:
    two = opened()
    one, other = two.editors
    add_node(one, "Ours")
    two.both_show("Ours")
    add_node(other, "Theirs")
    two.both_show("Theirs")
    one.draw_edge("Gene", "Cancer")
    expect(other.edge("Gene", "Cancer")).to_be_attached()
    link(other, SAVED)
    other.click_edge("Age", "Tar")
    other.press("Delete")
    expect(one.edge("Age", "Tar")).to_have_count(0)
    assert "('Age', 'Tar', 'Cancer', 'Gene', 'Ours', 'Theirs')" in two.kernel()
    for notebook in (two.first, two.second):
        expect(notebook.cell(1).locator(".cm-content")).to_contain_text("Theirs")


def test_of_two_opposite_edges_one_is_taken_back_with_the_reason(opened: Opened) -> None:
    two = opened()
    one, other = two.editors
    with stopped(pid_of(two.first)):
        one.draw_edge("Gene", "Cancer")
        expect(one.edge("Gene", "Cancer")).to_be_attached()
        other.draw_edge("Cancer", "Gene")
        expect(other.edge("Cancer", "Gene")).to_be_attached()
    for editor in two.editors:
        link(editor, SAVED)
    assert "('Gene', 'Cancer')" in two.kernel()
    notice = other.root.locator(".cmg-notice")
    expect(notice).to_contain_text("Taken back")
    for editor in two.editors:
        expect(editor.edge("Gene", "Cancer")).to_be_attached()
        expect(editor.edge("Cancer", "Gene")).to_have_count(0)


def test_each_undoes_what_it_did_itself(opened: Opened) -> None:
    two = opened()
    one, other = two.editors
    add_node(one, "Ours")
    two.both_show("Ours")
    add_node(other, "Theirs")
    two.both_show("Theirs")
    one.node("Gene").click()
    one.press("Control+z")
    for editor in two.editors:
        expect(editor.node("Ours")).to_have_count(0)
        expect(editor.node("Theirs")).to_be_visible()
    other.node("Gene").click()
    other.press("Control+z")
    expect(one.node("Theirs")).to_have_count(0)
    one.node("Gene").click()
    one.press("Control+Shift+z")
    two.both_show("Ours")
    assert "('Age', 'Tar', 'Cancer', 'Gene', 'Ours')" in two.kernel()


def test_one_that_is_closed_while_it_drags_leaves_the_other_as_it_was(opened: Opened) -> None:
    two = opened()
    one, other = two.editors
    before = one.place("Gene")
    x, y = other.place("Gene")
    page = two.second.page
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 80, y + 40, steps=4)
    page.close()
    add_node(one, "After")
    link(one, SAVED)
    assert one.place("Gene") == pytest.approx(before, abs=1)
    assert "'After'" in two.kernel()


def test_one_that_is_loaded_again_shows_what_the_other_drew_meanwhile(opened: Opened) -> None:
    two = opened()
    one, _ = two.editors
    two.second.page.goto("about:blank")
    add_node(one, "Meanwhile")
    link(one, SAVED)
    again = NotebookPage.open(two.second.page, two.second.url, two.second.path)
    editor = again.editor(1)
    expect(editor.node("Meanwhile")).to_be_visible()
    link(editor, SAVED)
    add_node(editor, "Later")
    two.both_show("Later")
    assert "'Meanwhile', 'Later'" in two.kernel()


def test_both_see_that_the_kernel_restarts_and_one_run_serves_both(opened: Opened) -> None:
    two = opened()
    one, other = two.editors
    restart(two.first)
    for editor, name in ((one, "Kept"), (other, "Theirs")):
        link(editor, "disconnected")
        expect(editor.node("Gene")).to_be_visible()
        add_node(editor, name)
        expect(editor.root.get_by_text("disconnected · 1 edit kept")).to_be_visible()
    two.first.wait_for_kernel()
    two.first.run(0)
    two.first.run(1)
    one.root.get_by_role("button", name="Send them").click()
    link(one, SAVED)
    two.first.save_when_stored(1, "Kept")
    again = NotebookPage.open(two.second.page, two.second.url, two.second.path)
    link(again.editor(1), SAVED)
    two.both_show("Kept")
    assert "'Kept'" in two.kernel()


def test_a_cell_that_runs_in_the_other_takes_the_graph_there_and_says_so_here(
    opened: Opened,
) -> None:
    two = opened()
    one, other = two.editors
    add_node(one, "Ours")
    two.both_show("Ours")
    expect(two.second.cell(1).locator(".cm-content")).to_contain_text("Ours")
    two.second.run(1)
    link(other, SAVED)
    expect(other.node("Ours")).to_be_visible()
    expect(one.root.get_by_text(RUN_AGAIN)).to_be_visible()
    expect(one.node("Ours")).to_be_visible()
