"""Interrupts of a real kernel at random moments: what follows works, and nothing is held."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel

TESTS = Path(__file__).parents[1]
SECONDS = 150
SET_UP = f"""
import os, sys, threading, warnings
sys.path.insert(0, {str(TESTS)!r})
warnings.simplefilter("ignore")
from pathlib import Path
from tempfile import mkdtemp
from hardening.interrupted_calls import CALLS, held_locks
for name in CALLS: CALLS[name]()
expected = {{name: CALLS[name]() for name in CALLS}}
"""


class Notebook:
    """A kernel that is interrupted."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self.manager = manager
        self.client = client

    def run(self, code: str, interrupt_after: float | None = None) -> tuple[str, str]:
        """Run a cell, interrupt it meanwhile; return what it prints and the name of its error."""
        message = self.client.execute(code)
        if interrupt_after is not None:
            time.sleep(interrupt_after)
            self.manager.interrupt_kernel()
        printed, failed = "", ""
        while True:
            told = self.client.get_iopub_msg(timeout=SECONDS)
            if told["parent_header"].get("msg_id") != message:
                printed += told["content"].get("text", "")  # what threads print later
                continue
            if told["msg_type"] == "stream":
                printed += told["content"]["text"]
            if told["msg_type"] == "error":
                failed = told["content"]["ename"]
            if told["content"].get("execution_state") == "idle":
                return printed, failed


@pytest.fixture(scope="module")
def notebook() -> Iterator[Notebook]:
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        yield Notebook(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


@pytest.mark.timeout(900)
def test_what_follows_an_interrupt_works(notebook: Notebook) -> None:
    assert notebook.run(SET_UP) == ("", "")
    chance = random.Random(0)
    names = notebook.run("print(','.join(CALLS))")[0].strip().split(",")
    outcomes = set()
    for name in names:
        for _ in range(2):
            cell = f"found = CALLS[{name!r}]()\nprint('ended')"
            printed, failed = notebook.run(cell, chance.uniform(0.0, 0.6))
            assert failed in ("", "KeyboardInterrupt"), (name, failed, printed)
            outcomes.add(failed)
            assert notebook.run("print(held_locks())") == ("[]\n", ""), name
            again = f"print(CALLS[{name!r}]() == expected[{name!r}])"
            assert notebook.run(again) == ("True\n", ""), name
    assert outcomes
    assert notebook.run("import time; time.sleep(1.0)") == ("", "")
