"""How long the payoff explorer takes from a slider's move to the redrawn page.

In a real Chromium, before a model in the page: ``python tests/benchmarks/bench_explorer.py``. A
slider is dragged by the mouse in 60 moves; each is timed from its input event to the end of the
frame after it. `map` is a weight on an axis of the phase map, `other` one that changes the map.
"""

from __future__ import annotations

import gzip
import os
import statistics
import sys
from pathlib import Path

import numpy as np
from playwright.sync_api import Page

from causal_magics.widgets.payoff_explorer import BUNDLE

sys.path.insert(0, str(Path(__file__).parents[1]))

from browser.jupyter_lab import running_chromium
from oracles.explorer_studies import study_json

MOVES = 60
GOAL = 100
CASES = (
    (1_000, 2, "experiment"), (1_000, 2, "both"), (1_000, 3, "both"), (1_000, 4, "both"),
    (10_000, 2, "both"),
)  # fmt: skip

OPEN = """async ([source, study]) => {
  document.body.innerHTML = '<main style="width:1000px"></main>';
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const widget = (await import(url)).default;
  const last = study.levels.length - 1;
  const traits = {
    study, title: "", weights: study.payoff, rule: "midpoint", optimism: 0.5, budget: null,
    selected: null, axes: [[0, last], [last, 0]], answer: {}, stored: {},
  };
  const model = {
    get: (key) => traits[key], set: (key, value) => { traits[key] = value; },
    save_changes: () => {}, send: () => {}, on: () => {}, off: () => {}, widget_manager: {},
  };
  const start = performance.now();
  await widget.render({ model, el: document.querySelector("main"), experimental: {} });
  while (!document.querySelector("[data-stratum]")) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  window.spent = [];
  document.addEventListener("input", () => {
    const begun = performance.now();
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.spent.push(performance.now() - begun);
      channel.port2.postMessage(null);
    });
  }, true);
  return performance.now() - start;
}"""


def drag(page: Page, place: int) -> list[float]:
    """Drag a slider to and fro; return the milliseconds of each move that it heard."""
    box = page.locator("input[data-weight]").nth(place).bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.evaluate("() => { window.spent = []; }")
    page.mouse.move(box["x"] + 0.5 * box["width"], middle)
    page.mouse.down()
    for move in range(MOVES):
        share = 0.5 + 0.45 * np.sin(move / 5)
        page.mouse.move(box["x"] + share * box["width"], middle)
        page.wait_for_timeout(25)
    page.mouse.up()
    page.wait_for_timeout(2_500)
    return list(page.evaluate("() => window.spent"))


def row(name: str, values: list[float]) -> str:
    """Return one line of the table."""
    ordered = sorted(values)
    p95 = ordered[round(0.95 * (len(ordered) - 1))]
    median = statistics.median(values)
    return f"{name:<34}{len(values):>6}{median:>10.1f}{p95:>8.1f}{ordered[-1]:>8.1f}{GOAL:>8}"


def main() -> None:
    """Print the table."""
    source = BUNDLE.read_text(encoding="utf-8")
    zipped = len(gzip.compress(source.encode())) / 1024
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the start")
    print(f"bundle {len(source.encode()) / 1024:.1f} KiB (goal 100), {zipped:.1f} KiB gzip\n")
    print(f"{'':<34}{'moves':>6}{'median ms':>10}{'p95 ms':>8}{'most':>8}{'goal':>8}")
    with running_chromium() as browser:
        for strata, levels, sources in CASES:
            page = browser.new_page(viewport={"width": 1100, "height": 900})
            page.goto("about:blank")
            first = page.evaluate(OPEN, [source, study_json(strata, levels, sources)])
            page.wait_for_timeout(3_000)
            name = f"{strata:,} × {levels} levels, {sources}"
            slider = {"map": 0 if levels == 2 else levels - 1, "other": 1}
            for which, place in slider.items():
                print(row(f"{name}, {which}", drag(page, place)))
            print(f"{'':<34}first paint {first:.0f} ms")
            page.close()


if __name__ == "__main__":
    main()
