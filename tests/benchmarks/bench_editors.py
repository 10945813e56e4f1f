"""First paint, dragging and zooming: our editor beside Cytoscape.js and React Flow, in one browser.

All show the same graph at the same places, in one headless run, one after the other, several times.
Below a zoom of 0.35, which is from about 200 nodes on in this window, ours leaves out names and
arrowheads (a name would be 4 px high); the others draw them at every size.

First paint is the time from mounting to the first task after a frame with every node and edge in
it. A drag moves the hub of the graph (8 edges or more) by real input events; its figure is the time
that the page's main thread is busy for each step (tasks, style, layout and paint, from Chromium's
own `Performance.getMetrics`). A zoom step is the time until the next frame is done.

Run ``python tests/benchmarks/bench_editors.py [repetitions]``.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median

from playwright.sync_api import CDPSession, Page

sys.path.insert(0, str(Path(__file__).parents[1]))
from browser.jupyter_lab import running_chromium

ROOT = Path(__file__).parents[2]
EDITORS = ("ours", "cytoscape", "react flow")
SIZES = (20, 100, 500, 1_000)
STEPS = 40
Times = dict[tuple[str, str, int], list[float]]
BUNDLE = """
import { build } from "esbuild";
import { readFileSync } from "node:fs";
const css = { name: "css", setup: (b) => {
  b.onLoad({ filter: /src.*\\.css$/ }, ({ path }) =>
    ({ contents: readFileSync(path, "utf8"), loader: "text" })); } };
await build({ entryPoints: ["tests/benchmarks/editors/page.tsx"], outfile: process.argv[1],
  bundle: true, format: "esm", target: "es2022", minify: true, jsx: "automatic",
  jsxImportSource: "preact", plugins: [css],
  define: { "process.env.NODE_ENV": '"production"' } });
"""


def bundled(folder: Path) -> Path:
    script = folder / "page.js"
    command = ["node", "--input-type=module", "-e", BUNDLE, str(script)]
    subprocess.run(command, cwd=ROOT, check=True)
    style = script.with_suffix(".css").read_text()
    code = script.read_text().replace("</script", "<\\/script")
    html = folder / "page.html"
    html.write_text(
        f"<!doctype html><meta charset=utf-8><style>html,body{{height:100%}}{style}</style>"
        f"<body><script type=module>{code}</script>"
    )
    return html


def busy(session: CDPSession) -> float:
    """Return the milliseconds for which the main thread has been busy so far."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1e3 * next(each["value"] for each in metrics if each["name"] == "TaskDuration")


def drag(page: Page, session: CDPSession) -> float:
    """Return the milliseconds of main thread that one step of a drag takes."""
    x, y = page.evaluate("() => comparison.place('V0')")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 12, y + 6)
    before = busy(session)
    for step in range(STEPS):
        page.mouse.move(x + 12 + 4 * (step % 20), y + 6 + 3 * (step % 15))
        page.evaluate("() => new Promise(requestAnimationFrame)")
    spent = busy(session) - before
    page.mouse.up()
    return spent / STEPS


def idle(page: Page, session: CDPSession) -> float:
    """Return what a step costs in which nothing is done: the instrument's own share."""
    before = busy(session)
    for _ in range(STEPS):
        page.evaluate("() => new Promise(requestAnimationFrame)")
    return (busy(session) - before) / STEPS


def measure(page: Page, session: CDPSession, repetitions: int) -> Times:
    found: Times = defaultdict(list)
    for size in SIZES:
        for repetition in range(repetitions + 1):
            for name in EDITORS:
                paint = page.evaluate("([name, size]) => comparison.open(name, size)", [name, size])
                page.wait_for_timeout(150)
                own = idle(page, session)
                step = max(0.0, drag(page, session) - own)
                factors = (1.1, 1.1, 1 / 1.1, 1 / 1.1)
                zooms = [page.evaluate("f => comparison.zoom(f)", factor) for factor in factors]
                if repetition:  # the first one warms up
                    found["first paint", name, size].append(paint)
                    found["drag step", name, size].append(step)
                    found["zoom step", name, size].append(median(zooms))
        print(f"· {size} nodes done", file=sys.stderr, flush=True)
    return found


def p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, round(0.95 * len(values)))]


def main(repetitions: int = 7) -> None:
    with tempfile.TemporaryDirectory() as folder, running_chromium() as chromium:
        page = chromium.new_page(viewport={"width": 1200, "height": 800})
        page.set_default_timeout(120_000)
        page.goto(bundled(Path(folder)).as_uri())
        page.wait_for_function("() => window.comparison !== undefined")
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        found = measure(page, session, repetitions)
    print(f"median (p95) of {repetitions} in ms; ratio: ours to each")
    print(f"{'what':<12} {'nodes':>5} " + "".join(f"{name:>18}" for name in EDITORS) + "   ratios")
    for what in ("first paint", "drag step", "zoom step"):
        for size in SIZES:
            cells = [found[what, name, size] for name in EDITORS]
            middle = [median(values) for values in cells]
            shown = "".join(
                f"{f'{m:.1f} ({p95(v):.1f})':>18}" for m, v in zip(middle, cells, strict=True)
            )
            ratios = "  ".join(f"{middle[0] / other:.2f}" for other in middle[1:])
            print(f"{what:<12} {size:>5} {shown}   {ratios}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
