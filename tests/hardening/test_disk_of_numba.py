"""What is compiled and kept on disk: discovery works where that disk is full or damaged."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .disk_places import full_disk

__all__ = ["full_disk"]

PROGRAM = """
import numpy as np
from causal_magics.discovery.compiled import largest
print(largest(np.array([1.0, 3.0, 2.0]), 0))
"""


def ran(folder: Path) -> str:
    """Run a compiled function in a process whose cache of compiled functions is in a folder."""
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM], capture_output=True, text=True, check=False,
        env={**os.environ, "NUMBA_CACHE_DIR": str(folder)},
    )  # fmt: skip
    return told.stdout + told.stderr


def test_a_full_disk_is_worked_without(full_disk: Path) -> None:
    assert ran(full_disk) == "1\n"


@pytest.mark.parametrize("suffix", ["nbi", "nbc"])
@pytest.mark.parametrize("content", [b"", b"xx\n"])
def test_damage_is_mended(suffix: str, content: bytes, tmp_path: Path) -> None:
    assert ran(tmp_path) == "1\n"
    (kept,) = tmp_path.rglob(f"*.{suffix}")
    kept.write_bytes(content)
    assert ran(tmp_path) == "1\n"
    assert kept.stat().st_size > 10
