"""How long an edit takes from the screen to the value in the kernel, and a graph to appear.

In a real JupyterLab with a real Chromium: ``python tests/benchmarks/bench_roundtrip.py``.
An edit is a key press that toggles the role of a node, four of them a second; it ends when the
name in the notebook holds the new value. First paint is from the widget's `render` to the frame
after the graph is drawn.
"""

from __future__ import annotations

import gzip
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from playwright.sync_api import Page

from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.graph_editor import BUNDLE
from causal_magics.widgets.session import EditorSession

sys.path.insert(0, str(Path(__file__).parents[1]))

from browser.jupyter_lab import Lab, running_chromium, running_lab

EDITS = 200
GOALS_ROUNDTRIP = {20: 50, 500: 120}
GOALS_PAINT = {20: 60, 100: 120, 500: 250}
PAUSE = 250
PAINTS = 7

OPEN = """
import json, time
from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.opening import edit
g = CausalGraph.parse({text!r})
editor = edit(g, "g")
stamps = []

@editor.on_change
def note(graph):
    stamps.append(time.time() * 1e3)
    if len(stamps) == {edits}:
        assert editor.graph is g
        with open("stamps.json", "w") as file:
            json.dump(stamps, file)

editor
"""
NODE = ".jp-OutputArea-output .cmg-node"

LISTEN = """() => {
  window.presses = [];
  document.addEventListener("keydown", (event) => {
    if (event.key === "x") window.presses.push(performance.timeOrigin + event.timeStamp);
  }, true);
}"""

PAINT = """async ([source, snapshot]) => {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const widget = (await import(url)).default;
  const traits = {
    snapshot, overlay: { rev: 0 }, title: "", read_only: false, columns: [], stored: {},
  };
  const model = {
    get: (key) => traits[key], set: () => {}, save_changes: () => {}, send: () => {},
    on: () => {}, off: () => {}, widget_manager: {},
  };
  const frame = () => new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(null);
  }));
  const host = document.createElement("div");
  host.style.cssText = "position:fixed;inset:0;z-index:9999;background:white;width:900px";
  document.body.append(host);
  await frame();
  const start = performance.now();
  const end = await widget.render({ model, el: host, experimental: {} });
  while (!host.querySelector(".cmg-node")) await frame();
  await frame();
  const spent = performance.now() - start;
  if (typeof end === "function") end();
  host.remove();
  URL.revokeObjectURL(url);
  return spent;
}"""


def sparse_graph(size: int) -> CausalGraph:
    """Return a random DAG with 1.5 edges for each node."""
    rng = Random(size)
    names = [f"v{number}" for number in range(size)]
    edges: set[tuple[str, str]] = set()
    while len(edges) < 1.5 * size:
        cause, effect = sorted(rng.sample(range(size), 2))
        edges.add((names[cause], names[effect]))
    return CausalGraph(names, sorted(edges))


def roundtrips(page: Page, lab: Lab, size: int) -> list[float]:
    """Return the milliseconds of each edit."""
    opening = OPEN.format(text=str(sparse_graph(size)), edits=EDITS)
    lab.add_notebook(f"graph{size}.ipynb", [opening])
    stamps = lab.folder / "stamps.json"
    stamps.unlink(missing_ok=True)
    page.goto(f"{lab.url}/lab/workspaces/w{size}/tree/graph{size}.ipynb?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status"
        " === 'idle'"
    )
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.locator(NODE).first.focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(1_500)
    page.evaluate(LISTEN)
    for _ in range(EDITS):
        page.keyboard.press("x")
        page.wait_for_timeout(PAUSE)
    deadline = time.monotonic() + 120
    while not stamps.exists() and time.monotonic() < deadline:
        page.wait_for_timeout(200)
    page.wait_for_timeout(300)
    presses = page.evaluate("() => window.presses")
    ends = json.loads(stamps.read_text())
    return [end - press for end, press in zip(ends, presses, strict=True)]


def paints(page: Page, size: int) -> list[float]:
    """Return the milliseconds until the graph is seen, each time in a new element."""
    snapshot = EditorSession(sparse_graph(size)).snapshot()
    source = BUNDLE.read_text(encoding="utf-8")
    return [page.evaluate(PAINT, [source, snapshot]) for _ in range(PAINTS)]


def row(name: str, size: int, values: list[float], goal: int) -> str:
    """Return one line of the table."""
    ordered = sorted(values)
    p95 = ordered[round(0.95 * (len(ordered) - 1))]
    median = statistics.median(values)
    return f"{name:<12}{size:>6}{len(values):>6}{median:>10.1f}{p95:>8.1f}{goal:>8}"


def main() -> None:
    """Print the table."""
    bundle = BUNDLE.read_bytes()
    zipped = len(gzip.compress(bundle)) / 1024
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the start")
    print(f"bundle {len(bundle) / 1024:.1f} KiB (goal 130), {zipped:.1f} KiB gzip (goal 45)\n")
    print(f"{'':<12}{'nodes':>6}{'runs':>6}{'median ms':>10}{'p95 ms':>8}{'goal':>8}")
    with (
        tempfile.TemporaryDirectory() as home,
        tempfile.TemporaryDirectory() as folder,
        running_lab(Path(home), Path(folder)) as lab,
        running_chromium() as browser,
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(60_000)
        for size, goal in GOALS_ROUNDTRIP.items():
            print(row("round trip", size, roundtrips(page, lab, size), goal))
        for size, goal in GOALS_PAINT.items():
            print(row("first paint", size, paints(page, size), goal))


if __name__ == "__main__":
    main()
