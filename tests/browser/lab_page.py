"""JupyterLab's whole interface around a notebook: sidebars, tabs, palette, menus and settings."""

from __future__ import annotations

import json
import time
import urllib.request
from dataclasses import dataclass, field
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

from .jupyter_lab import Lab
from .notebook_page import EditorView, NotebookPage

SETTINGS = "causal-magics:settings"


@dataclass(frozen=True)
class LabPage:
    """A page with JupyterLab's sidebars and main area.

    Its workspace is its own: JupyterLab gives a workspace that another page shows to nobody else.
    """

    page: Page
    lab: Lab
    workspace: str = field(default_factory=lambda: uuid4().hex)

    @classmethod
    def open(cls, page: Page, lab: Lab) -> LabPage:
        """Open JupyterLab with nothing but its launcher."""
        whole = cls(page, lab)
        page.goto(f"{whole.url}?reset")
        expect(page.locator(".jp-Launcher")).to_be_visible(timeout=60_000)
        return whole

    @classmethod
    def with_notebook(
        cls, page: Page, lab: Lab, name: str, cells: list[str]
    ) -> tuple[LabPage, NotebookPage]:
        """Open JupyterLab on a new notebook, and wait until its kernel is ready."""
        whole = cls(page, lab)
        notebook = NotebookPage(page, lab.url, lab.add_notebook(name, cells))
        page.goto(f"{whole.url}/tree/{name}?reset")
        notebook.wait_for_kernel()
        return whole, notebook

    @property
    def url(self) -> str:
        """Where JupyterLab shows the page's workspace."""
        return f"{self.lab.url}/lab/workspaces/{self.workspace}"

    def open_again(self, part: str) -> None:
        """Leave the page and open it again, once JupyterLab has stored that it shows a part."""
        deadline = time.monotonic() + 20
        while part not in self._workspace() and time.monotonic() < deadline:
            self.page.wait_for_timeout(200)
        assert part in self._workspace()
        self.page.goto(self.url)

    def _workspace(self) -> str:
        with urllib.request.urlopen(f"{self.lab.url}/lab/api/workspaces", timeout=10) as answer:
            return str(answer.read().decode())

    def sidebar_tab(self) -> Locator:
        """Return the tab of the panel of live graphs in the sidebar."""
        return self.page.locator('.lm-TabBar-tab[data-id="causal-magics-live-graphs"]')

    def show_panel(self) -> Locator:
        """Show the panel of live graphs and return it."""
        panel = self.page.locator(".jp-CausalGraphs")
        if not panel.is_visible():
            self.sidebar_tab().click()
        return panel

    def tab(self) -> EditorView:
        """Return the editor in the tab that is shown."""
        return EditorView(self.page, self.page.locator(".jp-CausalGraphTab:visible"))

    def title(self, label: str) -> Locator:
        """Return the title of a tab in the main area."""
        tabs = self.page.locator("#jp-main-dock-panel .lm-TabBar-tabLabel")
        return tabs.get_by_text(label, exact=True)

    def run_from_palette(self, label: str) -> None:
        """Run a command as it stands in the command palette."""
        self.page.keyboard.press("Control+Shift+c")
        field = self.page.locator(".lm-CommandPalette-input")
        field.fill(label)
        items = self.page.locator(".lm-CommandPalette-item")
        item = items.filter(has=self.page.get_by_text(label, exact=True)).first
        expect(item).to_be_visible()
        item.click()

    def restart_kernel(self) -> None:
        """Restart the kernel of the notebook, and wait until it is ready."""
        self.page.evaluate(
            "() => [...window.jupyterapp.shell.widgets('main')]"
            ".find(widget => widget.sessionContext).sessionContext.restartKernel()"
        )

    def reset_settings(self) -> None:
        """Take back every setting of ours."""
        request = urllib.request.Request(
            f"{self.lab.url}/lab/api/settings/{SETTINGS}",
            data=json.dumps({"raw": "{}"}).encode(),
            method="PUT",
        )
        urllib.request.urlopen(request, timeout=10).close()
