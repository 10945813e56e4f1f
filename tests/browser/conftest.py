"""A real JupyterLab and a real Chromium for the browser journeys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .jupyter_lab import Lab, running_chromium, running_lab
from .notebook_page import NotebookPage

PATIENCE_MS = 30_000
"""How long what is expected may take to appear; machines are busy at times."""


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on an empty folder."""
    home = tmp_path_factory.mktemp("lab-home")
    with running_lab(home, tmp_path_factory.mktemp("lab-work")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with running_chromium() as chromium:
        yield chromium


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open pages that are closed after the test, each in a context of its own."""
    contexts = []

    def open_page(*, width: int = 1280, height: int = 900, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def open_graph(
    lab: Lab, new_page: Callable[..., Page], request: pytest.FixtureRequest
) -> Callable[..., NotebookPage]:
    """Open a notebook whose second cell shows a graph named g, and whose third prints it."""

    def opened(body: str, *, suffix: str = "", **options: Any) -> NotebookPage:
        cells = ["%load_ext causal_magics", f"%%causal graph -o g\n{body}", "print(g)"]
        name = request.node.name.split("[")[0]
        path = lab.add_notebook(f"{name}{suffix}.ipynb", cells)
        notebook = NotebookPage.open(new_page(**options), lab.url, path)
        notebook.run(0)
        notebook.run(1)
        expect(notebook.editor(1).root.locator("[data-node-name]").first).to_be_visible()
        return notebook

    return opened
