"""What is said of files that are not there, or damaged."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from causal_magics.errors import StorageError, shorten

__all__ = ["expect_file", "without_stop"]


def expect_file(path: str | PathLike[str], what: str, advice: str) -> None:
    """Raise `StorageError` where there is no file; what is no path is left to who reads it.

    Parameters
    ----------
    path : str or path
    what : str
        Of which kind it should be: "a saved log".
    advice : str
    """
    try:
        is_there = Path(path).exists()
    except (OSError, ValueError, TypeError):
        return
    if not is_there:
        raise StorageError(f"Expected {what}, but there is no file {shorten(str(path))}. {advice}")


def without_stop(error: Exception) -> str:
    """Return what an error says, to stand within a sentence."""
    return str(error).removesuffix(".")
