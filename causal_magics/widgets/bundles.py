"""The front end's modules, as widgets hand them to the page."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parents[1] / "static"


def read_bundle(path: Path) -> str:
    """Return the text of a module; where it is not built yet, of one that says so."""
    try:
        return _read(path)
    except FileNotFoundError:
        line = json.dumps("The bundle of this widget is not built yet: run `make build`.")
        return f"export default {{ render({{ el }}) {{ el.textContent = {line}; }} }};"


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
