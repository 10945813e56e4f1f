"""Places where nothing can be written: a full disk, a limit on files, a file system to be read."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

__all__ = ["empty", "fill", "full_disk", "limited_files", "mounted", "read_only"]

FILLER = "filler"


@contextmanager
def mounted(folder: Path, size: str = "4m") -> Iterator[Path]:
    """Put a small file system at a folder, where that is permitted."""
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # files may be mapped


def fill(folder: Path) -> None:
    """Leave no room on the file system of a folder."""
    with (folder / FILLER).open("ab", buffering=0) as file:
        for size in (65_536, 1_024, 1):
            with suppress(OSError):
                while True:
                    file.write(b"x" * size)


def empty(folder: Path) -> None:
    """Make room again."""
    (folder / FILLER).unlink()


@contextmanager
def read_only(folder: Path, *, only: bool = True) -> Iterator[None]:
    """Let the file system that is mounted at a folder only be read meanwhile."""
    if not only:
        yield
        return
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)


@contextmanager
def limited_files(size: int) -> Iterator[None]:
    """Let no file grow beyond a size meanwhile."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk without any room."""
    with mounted(tmp_path / "full") as folder:
        fill(folder)
        yield folder
