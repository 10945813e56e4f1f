"""How long an edit waits for its answer: the overlay, and the prices of an edge that is dragged.

The overlay is everything that the kernel says of a graph: paths, adjustment sets, formula, implied
independences with their tests, bits of every edge. First it is timed in Python alone, then the
prices from the key press that asks for them to their list on the screen, in a real JupyterLab.

Run ``OMP_NUM_THREADS=1 python tests/benchmarks/bench_overlay.py [repetitions]``.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import Page

from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.overlay import overlay
from causal_magics.widgets.questions import answer, read_question
from causal_magics.widgets.session import EditorSession

sys.path.insert(0, str(Path(__file__).parents[1]))

from browser.jupyter_lab import Lab, running_chromium, running_lab
from browser.notebook_page import NotebookPage

ROWS = 2_000
PRESSES = 20

TIME_PRICES = """editor => new Promise((done) => {
  const start = performance.now();
  const watch = new MutationObserver(() => {
    if (!editor.querySelector(".cmg-offers")) return;
    watch.disconnect();
    requestAnimationFrame(() => done(performance.now() - start));
  });
  watch.observe(editor, { childList: true, subtree: true });
  const { activeElement } = document;
  activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "e", bubbles: true }));
})"""


def random_graph(nodes: int, seed: int) -> CausalGraph:
    rng = random.Random(seed)
    names = [f"V{i}" for i in range(nodes)]
    edges = {tuple(sorted(rng.sample(range(nodes), 2))) for _ in range(int(1.3 * nodes))}
    graph = CausalGraph(names, [(names[a], names[b]) for a, b in sorted(edges)])
    acting = [(x, y) for x in graph.nodes for y in sorted(graph.descendants(x))]
    exposure, outcome = rng.choice(acting)
    return graph.set_roles(exposure, ("exposure",)).set_roles(outcome, ("outcome",))


def data_of(graph: CausalGraph, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    columns: dict[str, np.ndarray] = {}
    for name in graph.topological_order():
        noise = rng.normal(size=ROWS)
        columns[name] = noise + sum(np.sin(columns[parent]) for parent in graph.parents(name))
    return pd.DataFrame(columns)


def milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - start)


def shown(times: list[float]) -> str:
    return f"{np.median(times):>9.1f} {np.quantile(times, 0.95):>8.1f}"


def rows(nodes: int, repetitions: int) -> list[str]:
    plain, tested, priced = [], [], []
    for seed in range(repetitions):
        graph = random_graph(nodes, seed)
        state = EditorSession(graph).state
        plain.append(milliseconds(lambda state=state: overlay(state, Evidence())))
        evidence = Evidence(data_of(graph, seed))
        overlay(state, evidence)  # the statistic is taken once, when the data are attached
        edited = EditorSession(graph.remove_edge(*min(graph.directed_edges))).state
        tested.append(milliseconds(lambda s=edited, e=evidence: overlay(s, e)))
        source = next(iter(state.document.nodes))
        question = read_question(
            {"kind": "ask", "id": "q", "question": "candidate_bits", "source": source}
        )
        assert question is not None
        priced.append(milliseconds(lambda q=question, s=state, e=evidence: answer(q, s, e)))
    return [
        f"{nodes:>5} graph alone             {shown(plain)}",
        f"{nodes:>5} with {ROWS:,} rows of data  {shown(tested)}",
        f"{nodes:>5} prices of a dragged edge{shown(priced)}",
    ]


def round_trips(page: Page, lab: Lab, nodes: int) -> list[float]:
    """Milliseconds from pressing E at a node until the prices of others are on the screen."""
    graph = random_graph(nodes, 0)
    data_of(graph, 0).to_pickle(lab.folder / "data.pkl")
    cells = [
        "%load_ext causal_magics\nimport pandas as pd\nframe = pd.read_pickle('data.pkl')",
        f"%%causal graph --data frame -o g\n{graph}",
    ]
    notebook = NotebookPage.open(page, lab.url, lab.add_notebook(f"prices{nodes}.ipynb", cells))
    notebook.run(0)
    notebook.run(1)
    editor = notebook.editor(1)
    editor.root.get_by_text("Bits saved").wait_for()
    source = next(name for name in graph.nodes if graph.parents(name))
    times = []
    for _ in range(PRESSES):
        editor.node(source).focus()
        times.append(editor.root.locator(".cmg").evaluate(TIME_PRICES))
        page.keyboard.press("Escape")
    return times


def main(repetitions: int = 10) -> None:
    print("nodes what                      median, ms  p95, ms")
    for nodes in (20, 50, 100, 200):
        print("\n".join(rows(nodes, repetitions)), flush=True)
    with (
        tempfile.TemporaryDirectory() as home,
        tempfile.TemporaryDirectory() as folder,
        running_lab(Path(home), Path(folder)) as lab,
        running_chromium() as browser,
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        for nodes in (50, 200):
            times = round_trips(page, lab, nodes)
            print(f"{nodes:>5} prices, key to screen   {shown(times)}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
