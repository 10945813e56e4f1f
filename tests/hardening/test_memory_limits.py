"""A slice of `memory_limits.py`: what needs too much memory is told, and the session lives."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from causal_magics.widgets.timing import Worker

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


def test_answers_go_on_after_a_thread_that_could_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    answered: list[int] = []
    worker = Worker(lambda: answered.append(1), 0)

    def refused(_: object) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refused)
        with pytest.raises(RuntimeError, match="new thread"):
            worker()
    worker()
    assert worker.wait(10)
    assert answered
