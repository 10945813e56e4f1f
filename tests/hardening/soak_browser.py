"""Thousands of edits on one page: what the page holds after each few hundred of them.

Run ``python tests/hardening/soak_browser.py [--edits 4000]``. The editor stands in a plain page of
a real Chromium; half of the edits come by keys, half from the kernel's side. Rubbish is collected
before each look, so that what is counted is what is held.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from browser.jupyter_lab import running_chromium
from playwright.sync_api import CDPSession, Page

ROOT = Path(__file__).parents[2]
EVERY = 250
BUNDLING = (
    "tests/ts/harness/soak.ts", "--bundle", "--format=iife", "--target=es2022", "--jsx=automatic",
    "--jsx-import-source=preact", "--loader:.css=text", "--log-level=error",
)  # fmt: skip
COUNTED = ("JSHeapUsedSize", "Nodes", "JSEventListeners", "LayoutObjects")


def bundled() -> str:
    """Return the page's script."""
    command = [str(ROOT / "node_modules" / ".bin" / "esbuild"), *BUNDLING]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def held(session: CDPSession) -> dict[str, float]:
    """Collect rubbish and return what is left."""
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
    found: Any = session.send("Performance.getMetrics")
    told = {each["name"]: float(each["value"]) for each in found["metrics"]}
    return {name: told[name] for name in COUNTED}


def soak(page: Page, edits: int) -> list[dict[str, float]]:
    """Edit, and return what is held after each few hundred edits."""
    page.set_default_timeout(600_000)
    page.set_content("<!doctype html><meta charset=utf-8><title>soak</title><body></body>")
    page.add_script_tag(content=bundled())
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    rows = []
    print("  edits  nodes  heap, MB  DOM nodes  listeners  layout objects")
    for _ in range(0, edits, EVERY):
        done: Any = page.evaluate(f"window.soak.edit({EVERY})")
        row = {**done, **held(session)}
        rows.append(row)
        heap, *others = (row[name] for name in COUNTED)
        counts = "".join(f"{count:>11,.0f}" for count in others)
        print(f"{row['edits']:>7,}{row['nodes']:>7}{heap / 1e6:>10.2f}{counts}", flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--edits", type=int, default=4_000)
    chosen = parser.parse_args()
    with running_chromium() as browser:
        soak(browser.new_page(viewport={"width": 900, "height": 700}), chosen.edits)


if __name__ == "__main__":
    main()
