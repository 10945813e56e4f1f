"""A real JupyterLab and a real Chromium for the browser journeys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .jupyter_lab import Lab, running_lab, running_profile
from .notebook_page import NotebookPage
from .shared_page import SharedPage

PATIENCE_MS = 30_000
"""How long what is expected may take to appear; machines are busy at times."""


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on an empty folder."""
    home = tmp_path_factory.mktemp("lab-home")
    with running_lab(home, tmp_path_factory.mktemp("lab-work")) as running:
        yield running


@pytest.fixture(scope="session")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """A Chromium whose pages share what it has loaded and compiled."""
    expect.set_options(timeout=PATIENCE_MS)
    with running_profile(tmp_path_factory.mktemp("chromium")) as running:
        yield running


def patient(page: Page, width: int, height: int) -> Page:
    page.set_default_timeout(PATIENCE_MS)
    page.set_viewport_size({"width": width, "height": height})
    return page


@pytest.fixture
def new_page(context: BrowserContext) -> Iterator[Callable[..., Page]]:
    """Open pages that are closed after the test; with options, each in a context of its own."""
    opened: list[Page | BrowserContext] = []

    def open_page(*, width: int = 1280, height: int = 900, **options: Any) -> Page:
        if options:
            assert context.browser is not None
            apart = context.browser.new_context(**options)
            opened.append(apart)
            return patient(apart.new_page(), width, height)
        page = context.new_page()
        opened.append(page)
        return patient(page, width, height)

    yield open_page
    for one in opened:
        one.close()


@pytest.fixture(scope="session")
def page_of_all(context: BrowserContext) -> SharedPage:
    return SharedPage(lambda: patient(context.new_page(), 1280, 900))


@pytest.fixture
def shared_page(page_of_all: SharedPage) -> Iterator[Callable[..., Page]]:
    """Take the page that tests share, for those that open notebooks and listen to no events."""

    def take(*, width: int = 1280, height: int = 900) -> Page:
        return page_of_all.take(width, height)

    yield take
    page_of_all.give_back()


@pytest.fixture
def open_graph(
    lab: Lab,
    new_page: Callable[..., Page],
    shared_page: Callable[..., Page],
    request: pytest.FixtureRequest,
) -> Callable[..., NotebookPage]:
    """Open a notebook whose second cell shows a graph named g, and whose third prints it."""
    shown: list[NotebookPage] = []

    def opened(body: str, *, suffix: str = "", **options: Any) -> NotebookPage:
        cells = ["%load_ext causal_magics", f"%%causal graph -o g\n{body}", "print(g)"]
        name = request.node.name.split("[")[0]
        path = lab.add_notebook(f"{name}{suffix}.ipynb", cells)
        page = new_page(**options) if options or shown else shared_page()
        notebook = NotebookPage.open(page, lab.url, path)
        shown.append(notebook)
        notebook.run(0)
        notebook.run(1)
        expect(notebook.editor(1).root.locator("[data-node-name]").first).to_be_visible()
        return notebook

    return opened
