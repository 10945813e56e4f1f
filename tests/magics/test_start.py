"""What a notebook loads before anything is computed."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    "accelerate", "causallearn", "dask", "dowhy", "gadjid", "gymnasium", "highspy", "matplotlib",
    "networkx", "numba", "openai", "pandas", "pgmpy", "profanity_check", "pyarrow", "resvg_py",
    "scipy", "sklearn", "torch", "transformers",
)  # fmt: skip
"""Packages that take long to load, and optional ones: none is needed to draw a graph."""

SHELL = """
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "causal_magics")
"""
GRAPH = SHELL + 'shell.run_cell("%%causal graph -o g\\nA -> B -> C\\n").raise_error()\n'
EDITOR = GRAPH + "from causal_magics import edit\n\nedit(shell.user_ns['g']).get_state()\n"


def loaded_by(code: str) -> set[str]:
    """Return the heavy packages that a fresh interpreter has loaded after `code`."""
    told = f"{code}\nimport sys\nprint('loaded:', *({set(HEAVY)!r} & sys.modules.keys()))\n"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (line,) = (row for row in done.stdout.splitlines() if row.startswith("loaded:"))
    return set(line.split()[1:])


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded_by("import causal_magics") == set()


def test_loading_the_extension_loads_nothing_heavy() -> None:
    assert loaded_by(SHELL) == set()


def test_a_graph_in_the_editor_needs_nothing_heavy() -> None:
    assert loaded_by(EDITOR) == set()


def test_heavy_packages_are_noticed() -> None:
    assert loaded_by("import networkx") >= {"networkx"}
