"""Draw a graph in the oldest and the newest JupyterLab and Notebook that the package is for.

Run ``python tests/release/try_front_ends.py [--wheel FILE] [--only TEXT]``. Each is installed with
the wheel into a clean environment and driven in a headless Chromium: the extension is loaded, the
editor opened, a node and an edge drawn, and both read in the next cell.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from clean_environment import CONSTRAINTS, CleanEnvironment, built_wheel, clean_environment
from playwright.sync_api import Browser, Error, expect

sys.path.insert(0, str(Path(__file__).parents[1]))

from browser.jupyter_lab import Application, running_chromium, running_lab
from browser.notebook_page import NotebookPage

CELLS = [
    "%load_ext causal_magics",
    "%%causal graph -o g\nSmoking -> Tar; Cancer",
    "print(list(g.nodes), sorted(g.directed_edges))",
]
DRAWN = "['Smoking', 'Tar', 'Cancer', 'Age'] [('Smoking', 'Tar'), ('Tar', 'Cancer')]"
PATIENCE_MS = 60_000
WITH_FRONT_ENDS = "jupyter", "notebook"


@dataclass(frozen=True)
class FrontEnd:
    """A range of versions of a front-end."""

    application: Application
    requirement: str
    address: str


FRONT_ENDS = (
    FrontEnd("lab", "jupyterlab==4.4.*", "lab/tree"),
    FrontEnd("lab", "jupyterlab>=4.4,<5", "lab/tree"),
    FrontEnd("notebook", "notebook==7.4.*", "notebooks"),
    FrontEnd("notebook", "notebook>=7.4,<8", "notebooks"),
)


def without_front_ends(folder: Path) -> Path:
    """Write the pins of all packages but those of the front-ends, and return their file."""
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    kept = folder / "constraints.txt"
    kept.write_text("\n".join(line for line in lines if not line.startswith(WITH_FRONT_ENDS)))
    return kept


def installed(environment: CleanEnvironment) -> str:
    """Return the versions of the front-ends of an environment."""
    told = (
        "from importlib.metadata import distributions as d; print(*sorted({f'{x.name} {x.version}'"
        " for x in d() if x.name in ('jupyterlab', 'notebook', 'ipykernel')}), sep=', ')"
    )
    return environment.run("-c", told).strip()


def drawn(chromium: Browser, environment: CleanEnvironment, front_end: FrontEnd) -> str:
    """Draw a node and an edge on a graph, and return what the next cell prints."""
    home, work = environment.folder / "home", environment.folder / "work"
    work.mkdir()
    with running_lab(home, work, front_end.application, environment.python) as server:
        page = chromium.new_page()
        page.set_default_timeout(PATIENCE_MS)
        path = server.add_notebook("drawing.ipynb", CELLS)
        page.goto(f"{server.url}/{front_end.address}/{path.name}")
        notebook = NotebookPage(page, server.url, path)
        notebook.wait_for_kernel()
        notebook.run(0)
        notebook.run(1)
        editor = notebook.editor(1)
        editor.draw_edge("Tar", "Cancer")
        expect(editor.edge("Tar", "Cancer")).to_be_attached()
        editor.node("Tar").click()
        editor.press("n")
        page.keyboard.type("Age")
        editor.press("Enter")
        expect(editor.node("Age")).to_be_visible()
        expect(notebook.cell(1).locator(".cm-content")).to_contain_text("Age")
        told = notebook.text_of(2)
        page.close()
        return told


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheel", type=Path)
    parser.add_argument("--only", default="", help="try the requirements with this text")
    asked = parser.parse_args()
    expect.set_options(timeout=PATIENCE_MS)
    failed = 0
    with tempfile.TemporaryDirectory() as folder, running_chromium() as chromium:
        wheel = asked.wheel or built_wheel(Path(folder))
        pins = without_front_ends(Path(folder))
        for front_end in FRONT_ENDS:
            if asked.only not in front_end.requirement:
                continue
            with clean_environment() as environment:
                needed = front_end.requirement, "ipykernel", str(wheel)
                environment.install(*needed, constraints=pins)
                try:
                    told = drawn(chromium, environment, front_end)
                except (AssertionError, Error, RuntimeError) as error:
                    told = str(error)
                failed += told != DRAWN
                word = "works" if told == DRAWN else f"FAILED: {told}"
                versions = installed(environment)
                print(f"{front_end.requirement:<20} {versions:<60} {word}", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
