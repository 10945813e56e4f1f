"""Notebooks as they are stored: their cells, and the outputs that a page can show."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]

_FENCED = re.compile(r"^```\w*\n(?P<text>%%?causal.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(?P<text>%causal [^`]+)`")
_LIVE = "application/vnd."
_LANGUAGE = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}


def read_notebook(path: Path) -> Notebook:
    """Read a notebook file."""
    notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def source(cell: dict[str, Any]) -> str:
    """Return the text of a cell."""
    text = cell["source"]
    return text if isinstance(text, str) else "".join(text)


def code_cells(notebook: Notebook) -> list[str]:
    """Return the texts of the code cells."""
    return [source(cell) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def prose(notebook: Notebook) -> str:
    """Return the texts of the Markdown cells, one after another."""
    cells = (cell for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    return "\n\n".join(map(source, cells))


def shown_cells(text: str) -> Iterator[str]:
    """Yield the cells that a Markdown text shows: those in fences, then those in a sentence."""
    yield from (match["text"] for match in _FENCED.finditer(text))
    yield from (match["text"] for match in _INLINE.finditer(text))


def turned_notebook(notebook: Notebook, turn: Callable[[str], str]) -> Notebook:
    """Return a notebook with its prose turned, and of each output only what needs no kernel.

    Parameters
    ----------
    notebook : dict
    turn : callable
        Gives the Markdown of a cell as it is to be.
    """
    cells = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cells.append(cell | {"source": turn(source(cell))})
        else:
            outputs = [_still(output) for output in cell.get("outputs", ())]
            cells.append(cell | {"outputs": outputs})
    return notebook | {"cells": cells, "metadata": notebook["metadata"] | _LANGUAGE}


def _still(output: dict[str, Any]) -> dict[str, Any]:
    if "data" not in output:
        return output
    data = {kind: value for kind, value in output["data"].items() if not kind.startswith(_LIVE)}
    return output | {"data": data}
