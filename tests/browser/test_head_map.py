"""A head map in a real page: heads are read, brushed, walked to, and outlive their kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from .jupyter_lab import Lab
from .notebook_page import NotebookPage

LOAD = """import numpy as np
from causal_magics.language.head_panels import HeadPanel
from causal_magics.widgets.head_map import HeadMap
v = np.arange(-20, 20).reshape(8, 5) / 100
exact = abs(v) > .1
p = HeadPanel("NIE", v, v - .01, v + .02, "nats", exact)"""
SHOW = "m = HeadMap([p, HeadPanel('z', -v[::-1])], title='heads', marks={}); m"
PATIENCE = 20
KEPT = """words => JSON.stringify(window.jupyterapp.shell.currentWidget.model.toJSON().cells[1])
    .includes(words)"""


@dataclass(frozen=True)
class Shown:
    """A notebook with a head map in its second cell; the third prints what is selected."""

    notebook: NotebookPage
    map: Locator

    def head(self, name: str, panel: int = 0) -> Locator:
        return self.map.locator(f'[data-panel="{panel}"] [data-head="{name}"]')

    def expect_printed(self, wanted: str) -> None:
        """Run the third cell until what the screen did last has come to the kernel."""
        for _ in range(PATIENCE):
            printed = self.notebook.text_of(2)
            if printed == wanted:
                break
            self.notebook.page.wait_for_timeout(250)
        assert printed == wanted

    def drag(self, start: str, end: str) -> None:
        mouse = self.notebook.page.mouse
        boxes = [self.head(name).bounding_box() for name in (start, end)]
        places = [(b["x"] + b["width"] / 2, b["y"] + b["height"] / 2) for b in boxes if b]
        mouse.move(*places[0])
        mouse.down()
        mouse.move(*places[1], steps=3)
        mouse.up()


@pytest.fixture
def shown(lab: Lab, shared_page: Callable[..., Page], request: pytest.FixtureRequest) -> Shown:
    cells = [LOAD, SHOW, "print(m.selected, m.marks)"]
    path = lab.add_notebook(f"{request.node.name}.ipynb", cells)
    notebook = NotebookPage.open(shared_page(width=900), lab.url, path)
    notebook.run(0)
    notebook.run(1)
    expect(notebook.cell(1).locator(".cmh [data-head]")).to_have_count(80)
    return Shown(notebook, notebook.cell(1).locator(".cmh"))


def test_heads_are_read_brushed_and_kept_without_their_kernel(shown: Shown, lab: Lab) -> None:
    notebook, page = shown.notebook, shown.notebook.page
    shown.head("7.4").hover()
    details = shown.map.locator(".cmv-details")
    expect(details).to_contain_text("Layer 7, head 4")
    expect(details).to_contain_text("NIE 0.19 nats")
    expect(details).to_contain_text("0.18 to 0.21 · exact · rank 3")
    expect(details).to_contain_text("z 0.16")
    shown.drag("1.1", "2.2")
    shown.expect_printed("((1, 1), (1, 2), (2, 1), (2, 2)) {}")
    shown.head("0.0", panel=1).click(modifiers=["Control"])
    expect(shown.map.locator("[data-selected]")).to_contain_text("5 heads selected: 0.0")
    expect(shown.map.locator("[aria-selected=true]")).to_have_count(10)
    page.wait_for_function(KEPT, arg="5 selected")
    notebook.command("docmanager:save")
    lab.kill_kernels()
    page.reload()
    expect(shown.map.locator("[data-link]")).to_have_attribute("data-link", "stored")
    expect(shown.map.locator("[aria-selected=true]")).to_have_count(10)
    shown.head("0.0").hover()
    expect(details).to_contain_text("NIE −0.2 nats")


def test_the_keyboard_selects_marks_and_undoes_and_python_is_heard(shown: Shown) -> None:
    notebook, keys = shown.notebook, shown.notebook.page.keyboard
    shown.map.locator('[data-panel="0"]').focus()
    for key in ("ArrowRight", "ArrowDown", " ", "Shift+ArrowRight", "c", "Escape"):
        keys.press(key)
    shown.expect_printed("() {(1, 1): 'cut', (1, 2): 'cut'}")
    shown.map.locator('[data-panel="0"]').focus()
    keys.press("Control+z")
    shown.expect_printed("((1, 1), (1, 2)) {(1, 1): 'cut', (1, 2): 'cut'}")
    notebook.cell(2).locator(".jp-InputArea-editor").click()
    keys.press("Control+a")
    keys.type("m.selected = [(7, 4)]; m.show({'a': v[:, :2]}); print(m.selected)")
    assert notebook.text_of(2) == "()"
    expect(shown.map.locator("[data-head]")).to_have_count(16)
