"""A slice of `memory_limits.py`: what needs too much memory is told, and the session lives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("memory_limits.py")


@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs the limits of Linux")
def test_the_session_lives() -> None:
    calls = ("discover, many columns", "bounds, many units", "evaluate, many tasks")
    told = subprocess.run(
        [sys.executable, "-W", "ignore", str(SCRIPT), *calls], capture_output=True, text=True,
        check=False, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr
    lines = dict(zip(calls, told.stdout.splitlines(), strict=True))
    assert "lives, MemoryError: Unable to allocate 2.98 GiB" in lines["discover, many columns"]
