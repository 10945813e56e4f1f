"""A slice of `kill_kernels.py`: computations killed at random moments lose nothing finished."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("kill_kernels.py")


@pytest.mark.timeout(900)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")
def test_what_is_killed_loses_nothing_finished() -> None:
    jobs = ("learn batch by batch", "mediate", "prune", "ask, answers kept", "train",
            "convert a model")  # fmt: skip
    options = ["--kills", "6", "--kernels", "0", "--jobs", *jobs]
    told = subprocess.run(
        [sys.executable, str(SCRIPT), *options], capture_output=True, text=True, check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr
    assert all(f"| {job} | 1 | 0 |" in told.stdout for job in jobs), told.stdout
