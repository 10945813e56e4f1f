"""Results as arrays in files (NumPy's npz), without pickles."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from causal_magics.data.whole_files import whole_file
from causal_magics.errors import StorageError, shorten

__all__ = ["load_arrays", "save_arrays"]


def save_arrays(path: str | PathLike[str], arrays: Mapping[str, Any]) -> None:
    """Write arrays to a file, which is replaced in one step.

    Raises
    ------
    StorageError
        Where it cannot be written; what stood there before stays.
    """
    try:
        with whole_file(path) as file:
            np.savez_compressed(file, **arrays)
    except (OSError, ValueError) as error:
        raise StorageError(
            f"Expected a place to write {shorten(str(path))}, got "
            f"{getattr(error, 'strerror', None) or error}. What stood there before is as it was: "
            "choose another folder, or make room."
        ) from error


def load_arrays(path: str | PathLike[str]) -> dict[str, Any]:
    """Read what `save_arrays` wrote.

    Raises
    ------
    ValueError
        Where the file is none of that kind, or cannot be read.
    """
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return dict(stored)
    except (OSError, EOFError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"No arrays in {path}: {error}") from error
