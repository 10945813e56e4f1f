"""Kills computations at random moments and runs them again: is anything finished lost, or torn?

Run ``python tests/hardening/kill_kernels.py --kills 50``. Every fifth kill is of a real Jupyter
kernel, the others of forked processes. Each computation is killed at a moment drawn from the time
it takes; then its files are read, and a new process goes on. Editors are killed by
``tests/browser/test_faults.py``.
"""

from __future__ import annotations

import argparse
import os
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty

import numpy as np

TESTS = Path(__file__).parents[1]
PATIENCE = 120.0
LITTER_IS_REMOVED_AFTER = 1.05


@dataclass(frozen=True)
class Kill:
    """What became of one kill."""

    job: str
    how: str
    moment: float
    finished: int
    finished_after: int
    problem: str = ""


Start = Callable[[str, Path], "Running"]


class Running:
    """A job in a process of its own."""

    def __init__(self, pid: int, answer: Callable[[float], str | None]) -> None:
        self.pid = pid
        self.answer = answer

    def kill(self) -> None:
        """End the process at once."""
        os.kill(self.pid, signal.SIGKILL)


@contextmanager
def forked(name: str, folder: Path) -> Iterator[Running]:
    """Run a job in a fork of this process."""
    from hardening.kill_jobs import run

    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(write, run(name, folder).encode())
        finally:
            os._exit(0)
    os.close(write)

    def answer(seconds: float) -> str | None:
        if not select.select([read], [], [], seconds)[0]:
            return None
        return os.read(read, 10_000).decode()

    try:
        yield Running(pid, answer)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(read)


@contextmanager
def in_kernel(name: str, folder: Path) -> Iterator[Running]:
    """Run a job in a cell of a Jupyter kernel, which has imported what it needs."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3")
    set_up = (
        f"import os, sys; sys.path.insert(0, {str(TESTS)!r})\n"
        "from pathlib import Path\nfrom tempfile import TemporaryDirectory\n"
        "from hardening.kill_jobs import run\n"
        "with TemporaryDirectory() as place: run(NAME, Path(place))\nprint(os.getpid())"
    )
    printed: list[str] = []

    def keep(message: dict[str, dict[str, str]]) -> None:
        if message["msg_type"] == "stream":  # type: ignore[comparison-overlap]
            printed.append(message["content"]["text"])

    try:
        client.execute_interactive(f"NAME = {name!r}\n{set_up}", output_hook=keep, timeout=PATIENCE)
        pid = int("".join(printed).split()[-1])
        client.execute(f"print('ends', run(NAME, Path({str(folder)!r})))")

        def answer(seconds: float) -> str | None:
            deadline = time.monotonic() + seconds
            while (left := deadline - time.monotonic()) > 0:
                try:
                    message = client.get_iopub_msg(timeout=left)
                except Empty:
                    return None
                text = str(message["content"].get("text", message["content"].get("traceback", "")))
                if message["msg_type"] == "error":
                    return text
                if text.startswith("ends "):
                    return text.split()[1]
            return None

        yield Running(pid, answer)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def uninterrupted(name: str, folder: Path) -> tuple[str, float]:
    """Return what a job gives and how long it takes."""
    with forked(name, folder) as running:
        start = time.monotonic()
        result = running.answer(PATIENCE)
        seconds = time.monotonic() - start
    if not result:
        raise RuntimeError(f"{name!r} did not end.")
    return result, seconds


def litter(folder: Path) -> list[str]:
    """Return the names of files that nobody asked for."""
    return [
        each.name for each in folder.rglob("*")
        if each.name.endswith("part") or each.name.startswith((".", "tmp"))
    ]  # fmt: skip


def kill(name: str, expected: str, moment: float, *, real: bool = False) -> Kill:
    """Kill a job after so many seconds, look at its files, and run it again."""
    from hardening.kill_jobs import JOBS

    start = in_kernel if real else forked
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with start(name, folder) as running:
            ended = running.answer(moment) is not None
            running.kill()
        how = ("kernel" if real else "process") + (", ended before" if ended else "")
        problem, before, after = "", frozenset(), frozenset()
        try:
            before = JOBS[name].finished(folder)
            if litter(folder):
                time.sleep(LITTER_IS_REMOVED_AFTER)
            with forked(name, folder) as running:
                result = running.answer(PATIENCE)
            after = JOBS[name].finished(folder)
            problem = _problem(result, expected, before <= after, litter(folder))
        except Exception as error:  # noqa: BLE001  (whatever is torn is told in the table)
            problem = f"{type(error).__name__}: {error}"
        return Kill(name, how, moment, len(before), len(after), problem)


def _problem(result: str | None, expected: str, kept: bool, left: list[str]) -> str:
    if result is None:
        return "what was run again did not end"
    if not kept:
        return "something finished was lost"
    if result != expected:
        return "the result is another one"
    return f"left behind: {', '.join(left)}" if left else ""


def kill_many(kills: int, seed: int, names: list[str], real_every: int = 5) -> Iterator[Kill]:
    """Kill jobs in turn, at moments that a seed decides."""
    from hardening.kill_jobs import run

    rng, known = np.random.default_rng(seed), {}
    for number in range(kills):
        name = names[number % len(names)]
        if name not in known:
            with tempfile.TemporaryDirectory() as folder:
                run(name, Path(folder))
            with tempfile.TemporaryDirectory() as folder:
                known[name] = uninterrupted(name, Path(folder))
        expected, seconds = known[name]
        real = bool(real_every) and number % real_every == real_every - 1
        yield kill(name, expected, float(rng.uniform(0, seconds)), real=real)


def main() -> int:
    """Print what became of each kill, and a table by kind."""
    from hardening.kill_jobs import JOBS

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kernels", type=int, default=5, help="one kill of so many is of a kernel")
    parser.add_argument("--jobs", nargs="*", default=list(JOBS))
    options = parser.parse_args()
    done = []
    for each in kill_many(options.kills, options.seed, options.jobs, options.kernels):
        done.append(each)
        parts = f"{each.finished:4} -> {each.finished_after:4}"
        print(f"{len(done):3} {each.job:22} {each.how:24} at {each.moment:6.3f} s", end=" ")
        print(f"finished {parts} {each.problem}", flush=True)
    print("\n| computation | kills | of kernels | with parts finished | problems |")
    print("|---|---|---|---|---|")
    for name in options.jobs:
        of_kind = [each for each in done if each.job == name]
        kernels = sum(each.how.startswith("kernel") for each in of_kind)
        begun = sum(bool(each.finished) for each in of_kind)
        bad = sum(bool(each.problem) for each in of_kind)
        print(f"| {name} | {len(of_kind)} | {kernels} | {begun} | {bad} |")
    return int(any(each.problem for each in done))


if __name__ == "__main__":
    sys.path.insert(0, str(TESTS))
    sys.exit(main())
