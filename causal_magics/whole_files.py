"""Files and folders that are there whole or not at all, whenever their writer is killed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from os import PathLike
from pathlib import Path
from secrets import token_hex
from time import time
from typing import Any, BinaryIO

from causal_magics.errors import CausalMagicsError, StorageError, shorten

__all__ = ["folder_beside", "telling_why", "whole_file"]

_BEGIN, _END = ".", ".causal-magics-part"
_ABANDONED = 86_400.0
"""Seconds after which a part is nobody's, where a system does not tell whether it is written."""
_NEW = 1.0
"""Seconds in which a part may not be locked yet."""


@contextmanager
def whole_file(path: str | PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file to write; what stood there before stays until the new one is whole.

    What writers that were killed have left in the folder is removed.

    Parameters
    ----------
    path : path

    Raises
    ------
    OSError
        Where it cannot be written; what stood there before is as it was.
    """
    target = Path(path)
    _clear_abandoned(target.parent)
    part = _part_beside(target)
    try:
        with part.open("xb") as file:
            _hold(file.fileno())
            yield file
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


@contextmanager
def telling_why(
    path: str | PathLike[str] | BinaryIO, refused: type[CausalMagicsError] = StorageError
) -> Iterator[None]:
    """Tell in one line why a file cannot be written: `refused`, in place of what a system raises.

    Parameters
    ----------
    path : path, or what stands for one in memory
    refused : type
        Of the error.
    """
    try:
        yield
    except (OSError, ValueError) as error:
        raise refused(
            f"Expected a place to write {shorten(str(path))}, got "
            f"{getattr(error, 'strerror', None) or error}. What stood there before is as it was: "
            "choose another folder, or make room."
        ) from error


@contextmanager
def folder_beside(path: str | PathLike[str]) -> Iterator[Path]:
    """Make a folder in which something is written before it is moved to its place.

    It is removed in the end, with what is still in it; so is what writers that were killed left.

    Parameters
    ----------
    path : path
        The place; the folder above it is made.

    Raises
    ------
    OSError
        Where it cannot be made.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    _clear_abandoned(target.parent)
    part = _part_beside(target)
    part.mkdir()
    handle = None
    try:
        with suppress(OSError):
            handle = os.open(part, os.O_RDONLY)
            _hold(handle)
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def _part_beside(target: Path) -> Path:
    return target.with_name(f"{_BEGIN}{target.name[:80]}-{token_hex(4)}{_END}")


def _clear_abandoned(folder: Path) -> None:
    """Remove parts that nobody writes any more."""
    with suppress(OSError):
        for part in folder.glob(f"{_BEGIN}*{_END}"):
            if _is_abandoned(part):
                _remove(part)


def _remove(part: Path) -> None:
    if part.is_dir():
        shutil.rmtree(part, ignore_errors=True)
    else:
        part.unlink(missing_ok=True)


def _is_abandoned(part: Path) -> bool:
    """Return whether no process holds a part: locks end with their process, however it ends."""
    locks, age = _locks(), time() - part.stat().st_mtime
    if locks is None or age < _NEW:
        return age > _ABANDONED
    handle = os.open(part, os.O_RDONLY)
    try:
        locks.flock(handle, locks.LOCK_EX | locks.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return age > _ABANDONED
    finally:
        os.close(handle)
    return True


def _hold(handle: int) -> None:
    """Lock a part for as long as it is open, where the file system can."""
    locks = _locks()
    if locks is not None:
        with suppress(OSError):
            locks.flock(handle, locks.LOCK_EX | locks.LOCK_NB)


def _locks() -> Any:
    try:
        return import_module("fcntl")
    except ImportError:
        return None
