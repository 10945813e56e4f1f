"""Results as arrays in files (NumPy's npz), without pickles."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from causal_magics.errors import CausalMagicsError, StorageError, shorten
from causal_magics.whole_files import telling_why, whole_file

__all__ = [
    "Place", "expecting", "load_arrays", "load_with_header", "save_arrays", "save_with_header",
]  # fmt: skip

Place = str | PathLike[str] | BytesIO
"""A file by name, or what stands for one in memory."""


def save_arrays(path: Place, arrays: Mapping[str, Any]) -> None:
    """Write arrays to a file, which is replaced in one step.

    Raises
    ------
    StorageError
        Where it cannot be written; what stood there before stays.
    """
    with telling_why(path), _opened(path) as file:
        np.savez_compressed(file, **arrays)


def _opened(path: Place) -> AbstractContextManager[BinaryIO]:
    return nullcontext(path) if isinstance(path, BytesIO) else whole_file(path)


def save_with_header(
    path: Place, kind: str, header: Mapping[str, Any], arrays: Mapping[str, Any]
) -> None:
    """Write arrays to a file, with a header as JSON that says what kind of file it is.

    Raises
    ------
    StorageError
        Where it cannot be written; what stood there before stays.
    """
    told = json.dumps({"format": kind, **header})
    save_arrays(path, {**arrays, "header": np.array(told)})


def load_with_header(path: Place, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read the header and the arrays that `save_with_header` wrote.

    Raises
    ------
    ValueError
        Where the file is none of that kind, or cannot be read.
    """
    arrays = load_arrays(path)
    header = json.loads(str(arrays.pop("header", "{}")))
    if not isinstance(header, dict) or header.pop("format", None) != kind:
        raise ValueError(f"No {kind} in {path}")
    return header, arrays


@contextmanager
def expecting(
    what: str, path: Place, writer: str, refused: type[CausalMagicsError] = StorageError
) -> Iterator[None]:
    """Tell whatever fails while a file is read as one line: that it is not what was expected.

    Parameters
    ----------
    what : str
        Of which kind it should be: "a saved log".
    path : str, path or BytesIO
    writer : str
        What writes such files: "InterventionLog.save".
    refused : type
        Of the error.
    """
    try:
        yield
    except (LookupError, ValueError, TypeError, AttributeError, CausalMagicsError):
        raise refused(
            f"Expected {what}, but {shorten(str(path))} is none. Give a file that {writer} wrote."
        ) from None


_UNREADABLE = (
    OSError, EOFError, TypeError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What archives raise that are none, or of which a byte is another."""


def load_arrays(path: Place) -> dict[str, Any]:
    """Read what `save_arrays` wrote.

    Raises
    ------
    ValueError
        Where the file is none of that kind, or cannot be read.
    """
    try:
        content = path if isinstance(path, BytesIO) else BytesIO(Path(path).read_bytes())
        with np.load(content, allow_pickle=False) as stored:
            return dict(stored)
    except _UNREADABLE as error:
        raise ValueError(f"No arrays in {path}: {error}") from error
