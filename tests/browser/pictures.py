"""Takes the pictures of the documentation: ``python tests/browser/pictures.py``.

Runs `notebooks/drawing.ipynb`, `notebooks/episodes.ipynb` and cells of `picture_heads.py`,
`picture_payoffs.py` and `picture_evidence.py` in a real JupyterLab and Chromium and writes
`docs/images/*.png`; with a word, `editor`, `evidence`, `timeline`, `head-map`, `by-hand`,
`explorer` or `experiments`, those pictures alone.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

sys.path.insert(0, str(Path(__file__).parents[1]))

from browser.jupyter_lab import Lab, running_chromium, running_lab
from browser.notebook_page import EditorView, NotebookPage
from browser.picture_evidence import ATTACHED
from browser.picture_heads import MEASURE, PRUNE, SHOW, SHOW_PRUNED
from browser.picture_payoffs import BOUGHT, LEARNED, SHOW_BOUGHT, SHOW_LEARNED

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
LIGHT, DARK = "JupyterLab Light", "JupyterLab Dark"
SETTLE = 1_200
KEY_HEADS = "25.2", "23.5"
"""Heads that are cut by hand."""
EXPLORING = 6
"""The step of a policy's experiments that is shown, of which the last is shown besides."""
CONDITIONS = 15
"""The code cell of `episodes.ipynb` that learns from the nine conditions."""


def shot(page: Page, name: str) -> None:
    page.wait_for_timeout(SETTLE)
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


def theme(page: Page, name: str) -> None:
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name
    )


def run_and_show(notebook: NotebookPage, numbers: range, shown: int) -> None:
    """Run cells, wait for the answer and bring one cell's editor to the top."""
    for number in numbers:
        notebook.run(number)
    editor = notebook.editor(shown)
    expect(editor.root.locator('.cmg[data-overlay="fresh"]')).to_be_attached(timeout=60_000)
    notebook.cell(shown).evaluate("cell => cell.scrollIntoView({block: 'start'})")


def in_a_cell(page: Page, lab: Lab, notebook: Path) -> None:
    """The editor in the output of a cell: light while an edge is dragged, dark at rest."""
    opened = NotebookPage.open(page, lab.url, notebook)
    run_and_show(opened, range(9), 8)
    editor = opened.editor(8)
    # As a person draws it larger by its corner.
    editor.root.locator(".cmg-body").evaluate("body => body.style.height = '520px'")
    theme(page, DARK)
    shot(page, "editor-dark")
    theme(page, LIGHT)
    page.wait_for_timeout(SETTLE)
    x, y = editor.place("motivation")
    page.mouse.move(x, y)
    ring = editor.node("motivation").locator("[data-ring]").first.bounding_box()
    assert ring is not None
    page.mouse.move(ring["x"] + 3, y)
    page.mouse.down()
    page.mouse.move(x - 120, y + 60, steps=4)
    page.mouse.move(x - 130, y + 150, steps=4)
    expect(editor.root.locator("[data-price]").first).to_be_visible()
    shot(page, "editor-light")
    page.mouse.up()


def narrow(page: Page, lab: Lab, notebook: Path) -> None:
    """The editor where the page is 700 px wide."""
    opened = NotebookPage.open(page, lab.url, notebook)
    run_and_show(opened, range(2), 1)
    shot(page, "editor-700px")


def in_a_tab(page: Page, lab: Lab, notebook: Path) -> None:
    """The live graphs beside a notebook, and one of them in a tab of its own."""
    page.goto(f"{lab.url}/lab/tree/{notebook.name}?reset")
    opened = NotebookPage(page, lab.url, notebook)
    opened.wait_for_kernel()
    run_and_show(opened, range(13), 8)
    opened.command("causal-magics:show-panel")
    panel = page.locator(".jp-CausalGraphs")
    panel.get_by_text("drawn", exact=True).first.dblclick()
    expect(page.locator(".jp-CausalGraphTab [data-node-name]").first).to_be_visible()
    shot(page, "editor-tab")


def show_evidence(page: Page, lab: Lab, notebook: Path, height: int) -> EditorView:
    """Attach data and a model to a graph, wait until all is answered, and draw an edge."""
    opened = NotebookPage.open(page, lab.url, notebook)
    last = len(ATTACHED) - 1
    for number in range(last + 1):
        opened.run(number)
    editor = opened.editor(last)
    expect(editor.root.locator(".cmg-waiting")).to_have_count(0, timeout=600_000)
    editor.root.locator(".cmg-body").evaluate("(body, px) => body.style.height = `${px}px`", height)
    editor.node("Erk").click()
    page.keyboard.press("e")
    page.keyboard.type("Akt")
    page.keyboard.press("Enter")
    expect(editor.root.get_by_role("group", name="Last edit")).to_contain_text("Erk → Akt")
    expect(editor.root.locator(".cmg-waiting")).to_have_count(0, timeout=60_000)
    page.keyboard.press("Escape")
    page.mouse.move(0, 0)
    opened.cell(last).evaluate("cell => cell.scrollIntoView({block: 'start'})")
    return editor


def evidence(page: Page, lab: Lab, notebook: Path) -> None:
    """What an edit came to and what is disputed, light; a disputed edge, dark."""
    editor = show_evidence(page, lab, notebook, 640)
    theme(page, LIGHT)
    shot(page, "evidence-light")
    theme(page, DARK)
    disputed = editor.root.locator("[data-dispute]").first.get_attribute("data-edge")
    assert disputed is not None, "data and model agree on every edge"
    source, mark, target = disputed.split()
    editor.click_edge(source, target, mark)
    page.mouse.move(0, 0)
    shot(page, "evidence-dark")
    theme(page, LIGHT)


def evidence_narrow(page: Page, lab: Lab, notebook: Path) -> None:
    """The same where the page is 700 px wide."""
    show_evidence(page, lab, notebook, 600)
    shot(page, "evidence-700px")


def select_batch(notebook: NotebookPage, cell: int, batch: int) -> None:
    """Click a batch of a timeline, and wait until its graph is in the editor."""
    strip = notebook.cell(cell).locator(".cmt")
    strip.locator(f'[data-batch="{batch}"]').click()
    expect(strip.locator("[data-link]")).to_have_attribute("data-link", "shown")
    notebook.page.mouse.move(0, 0)
    notebook.cell(cell).evaluate("cell => cell.scrollIntoView({block: 'start'})")


def episodes(page: Page, lab: Lab, notebook: Path) -> None:
    """The timeline below the graph, light and dark; then the nine conditions of Sachs."""
    opened = NotebookPage.open(page, lab.url, notebook)
    run_and_show(opened, range(3), 2)
    expect(opened.cell(2).locator(".cmt")).to_be_visible()
    theme(page, LIGHT)
    select_batch(opened, 2, 5)
    shot(page, "timeline-light")
    theme(page, DARK)
    shot(page, "timeline-dark")
    theme(page, LIGHT)
    run_and_show(opened, range(CONDITIONS - 1, CONDITIONS + 1), CONDITIONS)
    expect(opened.cell(CONDITIONS).locator(".cmt")).to_be_visible(timeout=60_000)
    select_batch(opened, CONDITIONS, 2)
    shot(page, "timeline-sachs")


def episodes_narrow(page: Page, lab: Lab, notebook: Path) -> None:
    """The timeline where the page is 700 px wide."""
    opened = NotebookPage.open(page, lab.url, notebook)
    theme(page, LIGHT)
    run_and_show(opened, range(3), 2)
    select_batch(opened, 2, 4)
    shot(page, "timeline-700px")


def show_heads(page: Page, lab: Lab, notebook: Path, theme_name: str) -> None:
    """Show a head map in the theme, and point at one of its heads."""
    opened = NotebookPage.open(page, lab.url, notebook)
    theme(page, theme_name)
    opened.run(0)
    opened.run(1)
    drawn = opened.cell(1).locator(".cmh")
    expect(drawn.locator("[data-head]").first).to_be_visible(timeout=120_000)
    opened.cell(1).evaluate("cell => cell.scrollIntoView({block: 'start'})")
    page.wait_for_timeout(SETTLE)
    point_at_a_head(page)


def point_at_a_head(page: Page) -> None:
    page.locator('.cmh [data-panel="0"] [data-head="27.5"]').hover()


def heads(page: Page, lab: Lab, notebook: Path) -> None:
    """The map of heads, light and dark."""
    show_heads(page, lab, notebook, LIGHT)
    shot(page, "head-map-light")
    theme(page, DARK)
    page.mouse.move(0, 0)
    page.wait_for_timeout(SETTLE)
    point_at_a_head(page)
    shot(page, "head-map-dark")


def heads_narrow(page: Page, lab: Lab, notebook: Path) -> None:
    """The map of heads where the page is 700 px wide."""
    show_heads(page, lab, notebook, LIGHT)
    shot(page, "head-map-700px")


def cut_more(page: Page, head: str) -> None:
    """Cut one head more by hand."""
    page.locator(f'.cmh [data-panel="0"] [data-head="{head}"]').click()
    page.keyboard.press("c")
    page.keyboard.press("Escape")
    expect(page.locator('.cmh [data-note="working"]')).to_be_visible()


def by_hand(page: Page, lab: Lab, notebook: Path) -> None:
    """Heads that are cut by hand: in light their figures, in dark while the model is run."""
    opened = NotebookPage.open(page, lab.url, notebook)
    theme(page, LIGHT)
    opened.run(0)
    opened.run(1)
    current = page.locator('.cmh [data-note="current"]')
    expect(current).to_be_visible(timeout=1_200_000)
    opened.cell(1).evaluate("cell => cell.scrollIntoView({block: 'start'})")
    cut_more(page, KEY_HEADS[0])
    expect(current).to_be_visible(timeout=300_000)
    shot(page, "by-hand-light")
    page.set_viewport_size({"width": 700, "height": 960})
    opened.cell(1).evaluate("cell => cell.scrollIntoView({block: 'start'})")
    shot(page, "by-hand-700px")
    page.set_viewport_size({"width": 1100, "height": 760})
    opened.cell(1).evaluate("cell => cell.scrollIntoView({block: 'start'})")
    theme(page, DARK)
    page.wait_for_timeout(SETTLE)
    cut_more(page, KEY_HEADS[1])
    shot(page, "by-hand-dark")


def show_explorer(page: Page, lab: Lab, notebook: Path, theme_name: str) -> NotebookPage:
    """Show a payoff explorer in the theme, its phase map in full."""
    opened = NotebookPage.open(page, lab.url, notebook)
    theme(page, theme_name)
    opened.run(0)
    opened.run(1)
    expect(opened.cell(1).locator('.cmx [data-full="true"]')).to_be_visible(timeout=60_000)
    opened.cell(1).evaluate("cell => cell.scrollIntoView({block: 'start'})")
    return opened


def explorer(page: Page, lab: Lab, notebook: Path) -> None:
    """The payoff explorer of all strata, as a slider has moved."""
    opened = show_explorer(page, lab, notebook, LIGHT)
    slider = opened.cell(1).locator('[data-weight="defier"]')
    slider.focus()
    for _ in range(25):
        page.keyboard.press("ArrowLeft")
    expect(opened.cell(1).locator(".cmx-whisker").first).to_be_visible()
    shot(page, "explorer-light")


def explorer_of_levels(page: Page, lab: Lab, notebook: Path) -> None:
    """The payoff explorer of three outcome levels, and one of its strata."""
    show_explorer(page, lab, notebook, DARK)
    shot(page, "explorer-dark")


def explorer_narrow(page: Page, lab: Lab, notebook: Path) -> None:
    """The payoff explorer where the page is 700 px wide, and one of its strata."""
    opened = show_explorer(page, lab, notebook, LIGHT)
    opened.cell(1).locator("[data-stratum]").nth(6).click()
    shot(page, "explorer-700px")


def show_experiments(page: Page, lab: Lab, notebook: Path, theme_name: str) -> Locator:
    """Let the shipped policy experiment on a graph in the theme; returns the strip of its steps."""
    opened = NotebookPage.open(page, lab.url, notebook)
    theme(page, theme_name)
    for number in range(3):
        opened.run(number)
    strip = opened.editor(2).root.locator('.cmg-strip[data-experiments="fresh"]')
    expect(strip).to_be_visible(timeout=120_000)
    opened.cell(2).evaluate("cell => cell.scrollIntoView({block: 'start'})")
    return strip


def experiments(page: Page, lab: Lab, notebook: Path) -> None:
    """What a policy set last and what it concludes; light."""
    show_experiments(page, lab, notebook, LIGHT)
    shot(page, "experiments-light")


def experiments_exploring(page: Page, lab: Lab, notebook: Path) -> None:
    """An experiment among the first, an edge of its node cut; dark."""
    strip = show_experiments(page, lab, notebook, DARK)
    strip.get_by_role("slider").focus()
    page.keyboard.press("Home")
    for _ in range(EXPLORING - 1):
        page.keyboard.press("ArrowRight")
    shot(page, "experiments-dark")


def experiments_narrow(page: Page, lab: Lab, notebook: Path) -> None:
    """What the policy believes, on the canvas of a page that is 700 px wide."""
    strip = show_experiments(page, lab, notebook, LIGHT)
    strip.get_by_role("button", name="Its belief").click()
    shot(page, "experiments-700px")


def copied(work: Path, lab: Lab, name: str, source: str | list[str]) -> Path:
    """Put a notebook of the project, or one of these cells, where JupyterLab serves it."""
    if isinstance(source, str):
        return Path(shutil.copy(ROOT / "notebooks" / source, work))
    return lab.add_notebook(f"{name}.ipynb", source)


HEADS = [MEASURE, SHOW]
PRUNED = [PRUNE, SHOW_PRUNED]
ACTED = [
    "%load_ext causal_magics",
    "%%causal graph -o g\nYield [outcome]; Rain -> Moss -> Yield; Sun -> Yield; Sun -> Bees",
    "%causal act axial --graph g -o e",
]
INCENTIVE = [LEARNED, SHOW_LEARNED]
TAKEN = (
    ("editor", "drawing.ipynb", 1100, 800, in_a_cell),
    ("editor", "drawing.ipynb", 700, 760, narrow),
    ("editor", "drawing.ipynb", 1500, 860, in_a_tab),
    ("evidence", ATTACHED, 1100, 860, evidence),
    ("evidence", ATTACHED, 700, 820, evidence_narrow),
    ("timeline", "episodes.ipynb", 1100, 1040, episodes),
    ("timeline", "episodes.ipynb", 700, 1080, episodes_narrow),
    ("head-map", HEADS, 1100, 760, heads),
    ("head-map", HEADS, 700, 960, heads_narrow),
    ("by-hand", PRUNED, 1100, 760, by_hand),
    ("explorer", INCENTIVE, 1100, 710, explorer),
    ("explorer", [BOUGHT, SHOW_BOUGHT], 1100, 750, explorer_of_levels),
    ("explorer", INCENTIVE, 700, 900, explorer_narrow),
    ("experiments", ACTED, 1100, 760, experiments),
    ("experiments", ACTED, 1100, 760, experiments_exploring),
    ("experiments", ACTED, 700, 860, experiments_narrow),
)


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder, running_chromium() as chromium:
        work = Path(folder) / "work"
        work.mkdir()
        with running_lab(Path(folder) / "home", work) as lab:
            for name, source, width, height, take in TAKEN:
                if wanted and name not in wanted:
                    continue
                notebook = copied(work, lab, name, source)
                context = chromium.new_context(viewport={"width": width, "height": height})
                take(context.new_page(), lab, notebook)
                context.close()


if __name__ == "__main__":
    main()
