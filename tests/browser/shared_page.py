"""One page of JupyterLab for many notebooks: loading it anew costs more than most tests do."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Error, Page

EMPTY = """async () => {
  const { shell } = window.jupyterapp;
  for (const widget of [...shell.widgets("main")]) {
    await widget.sessionContext?.shutdown();
    widget.dispose();
  }
  localStorage.clear();
  return [...shell.widgets("main")].length === 0 && !document.querySelector(".jp-Dialog");
}"""


class SharedPage:
    """A page that is lent to one test after another, emptied in between.

    Parameters
    ----------
    make
        Opens the page, and another one in place of one that does not come back empty.
    """

    def __init__(self, make: Callable[[], Page]) -> None:
        self._make = make
        self._page: Page | None = None

    def take(self, width: int, height: int) -> Page:
        """Return the page in this size; what it shows is opened with `NotebookPage.open`."""
        if self._page is None:
            self._page = self._make()
        self._page.set_viewport_size({"width": width, "height": height})
        self._page.mouse.move(0, 0)
        return self._page

    def give_back(self) -> None:
        """End what the page shows, with its kernels; close it where that does not work."""
        if self._page is not None and not self._is_emptied(self._page):
            self._page.close()
            self._page = None

    def _is_emptied(self, page: Page) -> bool:
        try:
            return bool(page.evaluate(EMPTY))
        except Error:
            return False
