"""A notebook in JupyterLab, driven as a person does: by mouse and keys."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

OPEN_IF_EMPTY = """async path => {
  const { commands, shell } = window.jupyterapp;
  if ([...shell.widgets("main")].length > 0) return false;
  await commands.execute("docmanager:open", { path });
  return true;
}"""
"""Opens a file on a page that shows none, and returns whether it did."""

WHEN_STILL = """element => new Promise(resolve => {
  const { dataset } = element.closest(".cmg") ?? document.body;
  let [before, still, looks] = ["", 0, 0];
  const look = () => {
    const { x, y, width, height } = element.getBoundingClientRect();
    const isKept = dataset.kept === undefined || dataset.kept === dataset.rev;
    const now = [x, y, width, height].join();
    still = isKept && now === before ? still + 1 : 0;
    before = now;
    looks += 1;
    if (still < 5 && looks < 150) setTimeout(look, 20);
    else resolve([x + width / 2, y + height / 2]);
  };
  look();
})"""
"""The middle of an element that has not moved for a tenth of a second.

Where the graph is kept in its cell, its text has been written: a line more moves what is below.
"""


@dataclass(frozen=True)
class NotebookPage:
    """A page that shows one notebook."""

    page: Page
    url: str
    path: Path

    @classmethod
    def open(cls, page: Page, url: str, path: Path) -> NotebookPage:
        """Open the notebook alone in the simple interface and wait until its kernel is ready."""
        shown = cls(page, url, path)
        if not (page.url.startswith(f"{url}/doc/") and page.evaluate(OPEN_IF_EMPTY, path.name)):
            page.goto(f"{url}/doc/tree/{path.name}?reset")
        shown.wait_for_kernel()
        return shown

    def wait_for_kernel(self) -> None:
        """Wait until the notebook is drawn and its kernel has answered."""
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        self.page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status"
            " === 'idle'",
            timeout=60_000,
        )

    def command(self, name: str) -> None:
        """Run one of JupyterLab's commands and wait until it is done."""
        self.page.evaluate("name => window.jupyterapp.commands.execute(name)", name)

    def cell(self, number: int) -> Locator:
        """Return a code cell, from 0."""
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(number)

    def run(self, number: int) -> Locator:
        """Run one cell, wait until it is done and return its output."""
        cell = self.cell(number)
        cell.locator(".jp-InputPrompt").click()
        self.command("notebook:run-cell")
        return cell.locator(".jp-OutputArea")

    def text_of(self, number: int) -> str:
        """Run one cell and return the text that it prints or returns."""
        output = self.run(number).locator("pre").last
        expect(output).not_to_be_empty()
        return output.inner_text().strip()

    def editor(self, number: int) -> EditorView:
        """Return the editor in the output of a cell."""
        return EditorView(self.page, self.cell(number).locator(".jp-OutputArea"))

    def save_when_stored(self, number: int, statement: str) -> None:
        """Save the notebook once a cell's stored graph has `statement`."""
        self.page.wait_for_function(
            "([cell, text]) => JSON.stringify(window.jupyterapp.shell.currentWidget.model.toJSON()"
            ".cells[cell].outputs.map(output => output.data['text/plain'])).includes(text)",
            arg=[number, statement],
        )
        self.command("docmanager:save")


@dataclass(frozen=True)
class EditorView:
    """The graph editor as it stands on the page."""

    page: Page
    root: Locator

    def node(self, name: str) -> Locator:
        """Return a node by its name."""
        return self.root.locator(f'[data-node-name="{name}"]').first

    def edge(self, source: str, target: str, mark: str = "->") -> Locator:
        """Return an edge by its ends."""
        return self.root.locator(f'[data-edge="{source} {mark} {target}"]').first

    def place(self, name: str) -> tuple[float, float]:
        """Return the centre of a node on the page, in px, once it stands still."""
        self.node(name).scroll_into_view_if_needed()
        x, y = self.node(name).evaluate(WHEN_STILL)
        return x, y

    def draw_edge(self, source: str, target: str) -> None:
        """Drag from the border of one node to the middle of another."""
        self.place(target)
        x, y = self.place(source)
        end_x, end_y = middle_of(self.node(target))
        self.page.mouse.move(x, y)
        grip = self.node(source).locator("[data-ring]").first.bounding_box()
        assert grip is not None
        self.page.mouse.move(x, grip["y"] + 3)
        self.page.mouse.down()
        self.page.mouse.move((x + end_x) / 2, (y + end_y) / 2, steps=4)
        self.page.mouse.move(end_x, end_y, steps=4)
        self.page.mouse.up()

    def click_edge(self, source: str, target: str, mark: str = "->") -> None:
        """Click the middle of an edge's line."""
        edge = self.edge(source, target, mark)
        edge.scroll_into_view_if_needed()
        edge.evaluate(WHEN_STILL)
        x, y = edge.evaluate(
            """group => {
              const path = group.querySelector("path");
              const middle = path.getPointAtLength(path.getTotalLength() / 2);
              const point = middle.matrixTransform(path.getScreenCTM());
              return [point.x, point.y];
            }"""
        )
        self.page.mouse.click(x, y)

    def press(self, keys: str) -> None:
        """Press keys where the focus is."""
        self.page.keyboard.press(keys)


def middle_of(drawn: Locator) -> tuple[float, float]:
    """Return the middle of what is drawn on the page now, in px."""
    box = drawn.bounding_box()
    assert box is not None, "it is not drawn"
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
