"""How long a person waits for the answer to an edit, in a real JupyterLab and Chromium.

From the key press that deletes an edge, or takes that back, until the answer of the new revision is
complete on the screen (paths, sets, bounds, tests, bits and what the edit changed) and a frame was
drawn. With data and an effect attached; then with a language model besides, which is asked about
pairs all the while.

Run ``OMP_NUM_THREADS=1 python tests/benchmarks/bench_answers_screen.py [edits] [models ...]``;
models are `none` and names of `load_model`.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.bench_overlay import data_of, random_graph
from browser.jupyter_lab import Lab, running_chromium, running_lab
from browser.notebook_page import NotebookPage

SIZES = 20, 50
LONGEST_S = 20

TIME_EDIT = """([editor, key, held]) => new Promise((done) => {
  const reading = () => editor.querySelector(".cmg-reading");
  const isConfirmed = () => Number(editor.dataset.rev) > rev && editor.dataset.pending === "0";
  const isAnswered = () =>
    editor.dataset.overlay === "fresh" && reading()?.getAttribute("aria-busy") === "false";
  const rev = Number(editor.dataset.rev);
  const options = { key, ctrlKey: held, bubbles: true, composed: true, cancelable: true };
  const times = {};
  const start = performance.now();
  const watch = new MutationObserver(() => {
    const now = performance.now() - start;
    if (!isConfirmed()) return;
    times.confirmed ??= now;
    if (isAnswered()) times.answered ??= now;
    if (times.answered === undefined || editor.dataset.opinion !== "fresh") return;
    watch.disconnect();
    times.judged = now;
    requestAnimationFrame(() => done({ ...times, frame: performance.now() - start }));
  });
  watch.observe(editor, { attributes: true, childList: true, subtree: true, characterData: true });
  editor.querySelector(".cmg-svg").dispatchEvent(new KeyboardEvent("keydown", options));
  setTimeout(() => done(null), 20_000);
})"""


def opened(page: Page, lab: Lab, nodes: int, model: str) -> NotebookPage:
    """Open a notebook with a random graph, its data, an effect and perhaps a model."""
    graph = random_graph(nodes, 0)
    data_of(graph, 0).to_pickle(lab.folder / f"data{nodes}.pkl")
    name = f"answers-{nodes}-{model}"
    also = "" if model == "none" else f' --model {model} --domain "{name} at {time.time():.0f}"'
    cells = [
        f"%load_ext causal_magics\nimport pandas as pd\nframe = pd.read_pickle('data{nodes}.pkl')",
        f"%%causal graph -o g\n{graph}",
        f"%causal attach g --data frame{also}",
    ]
    notebook = NotebookPage.open(page, lab.url, lab.add_notebook(f"{name}.ipynb", cells))
    for number in range(3):
        notebook.run(number)
    root = notebook.editor(2).root
    expect(root.locator('.cmg[data-overlay="fresh"][data-opinion="fresh"]')).to_be_visible(
        timeout=60_000
    )
    if model != "none":
        expect(root.locator(".cmg-waiting")).to_contain_text("asking", timeout=120_000)
    # One view alone is timed.
    notebook.cell(1).locator(".jp-OutputArea").evaluate("output => output.replaceChildren()")
    return notebook


def timed(page: Page, notebook: NotebookPage, edits: int) -> list[dict[str, float]]:
    """Delete edges one after the other, each of them taken back; returns the times in ms."""
    editor = notebook.editor(2)
    root = editor.root.locator(".cmg")
    keys = root.locator("[data-edge]").evaluate_all("all => all.map(e => e.dataset.edge)")
    found = []
    for number in range(edits):
        if number % 2 == 0:
            source, *_ = keys[(number // 2) % len(keys)].split()
            editor.node(source).focus()
            page.keyboard.press("]")
        handle = root.element_handle()
        press, held = ("Delete", False) if number % 2 == 0 else ("z", True)
        times = page.evaluate(TIME_EDIT, [handle, press, held])
        assert times is not None, f"edit {number} was not answered in {LONGEST_S} s"
        found.append(times)
        page.wait_for_timeout(150)
    return found


def main(edits: int = 60, models: tuple[str, ...] = ("none", "smollm2")) -> None:
    print(f"{edits} edits; ms: median and p95")
    print("nodes model      confirmed       answered        judged          frame")
    with (
        tempfile.TemporaryDirectory() as home,
        tempfile.TemporaryDirectory() as folder,
        running_lab(Path(home), Path(folder)) as lab,
        running_chromium() as browser,
    ):
        for nodes in SIZES:
            for model in models:
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                notebook = opened(page, lab, nodes, model)
                times = timed(page, notebook, edits)
                left = notebook.editor(2).root.locator(".cmg-waiting").all_inner_texts()
                shown = "".join(
                    f"{np.median(part):>7.0f} {np.quantile(part, 0.95):>7.0f} "
                    for part in (
                        [each[name] for each in times]
                        for name in ("confirmed", "answered", "judged", "frame")
                    )
                )
                print(f"{nodes:>5} {model:<9}{shown} {' '.join(left)}", flush=True)
                page.close()
                lab.kill_kernels()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), *([tuple(sys.argv[2:])] if sys.argv[2:] else []))
