"""The real screen store against the real session, over a wire that loses, repeats and delays."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from causal_magics.widgets.document import Document
from causal_magics.widgets.session import EditorSession

ROOT = Path(__file__).parents[2]
HARNESS = Path("tests") / "ts" / "harness" / "run.mjs"
NODE = shutil.which("node")
RUNS, STEPS = 300, 40
RESYNC_MS = 6_000

pytestmark = pytest.mark.skipif(
    NODE is None or not (ROOT / "node_modules" / "esbuild").is_dir(),
    reason="needs node and the packages of `jlpm install`",
)


class ScreenProcess:
    """A screen that runs in node; one command a line, one answer a line."""

    def __init__(self, node: str) -> None:
        self._process = subprocess.Popen(
            [node, str(HARNESS)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def ask(self, **command: Any) -> Any:
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(command) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        assert line, f"The screen ended after {command}."
        return json.loads(line)

    def close(self) -> None:
        self._process.communicate(timeout=30)


@pytest.fixture(scope="module")
def processes() -> Iterator[list[ScreenProcess]]:
    assert NODE is not None
    started = [ScreenProcess(NODE), ScreenProcess(NODE)]
    yield started
    for process in started:
        process.close()


class Screen:
    """One end of the wire: a screen of this run, and what is under way to and from it."""

    def __init__(self, process: ScreenProcess, origin: str, snapshot: Any) -> None:
        self._process = process
        self.inbox: deque[Any] = deque()
        self.outbox: deque[Any] = deque()
        self.do(cmd="start", origin=origin, snapshot=snapshot)

    def do(self, **command: Any) -> Any:
        answer = self._process.ask(**command)
        self.outbox.extend(answer["sent"])
        return answer

    def state(self) -> Any:
        return self.do(cmd="state")


class World:
    """A kernel, its screens and Python, all driven by one seed."""

    def __init__(self, seed: int, processes: list[ScreenProcess], random_graph: Any) -> None:
        self.rng = Random(seed)
        self.random_graph = random_graph
        self.loss = self.rng.choice([0.0, 0.05, 0.3])
        self.screens: list[Screen] = []
        self.revision_of: dict[str, int] = {}
        self.session = EditorSession(random_graph(self.rng), self._broadcast)
        for number, process in enumerate(processes):
            snapshot = self.session.snapshot() if self.rng.random() < 0.5 else None
            self.screens.append(Screen(process, f"s{seed}-{number}", snapshot))

    def _broadcast(self, message: Any) -> None:
        if message["kind"] == "commit":
            assert self.revision_of.setdefault(message["gid"], message["rev"]) == message["rev"]
        for screen in self.screens:
            if self.rng.random() >= self.loss:
                again = self.rng.random() < self.loss / 2
                screen.inbox.extend([message] * (2 if again else 1))

    def step(self) -> None:
        screen, chance = self.rng.choice(self.screens), self.rng.random()
        if chance < 0.3:
            screen.do(cmd="edit", seed=self.rng.randrange(2**31))
        elif chance < 0.4:
            screen.do(cmd=self.rng.choice(["undo", "undo", "redo"]))
        elif chance < 0.9:
            self._deliver(screen)
        elif chance < 0.93:
            screen.do(cmd="tick", ms=RESYNC_MS)
        elif chance < 0.96:
            self.session.set_graph(self.random_graph(self.rng))
        else:
            self.rng.choice([self.session.undo, self.session.redo])()

    def _deliver(self, screen: Screen) -> None:
        if screen.outbox and (not screen.inbox or self.rng.random() < 0.5):
            message = screen.outbox.popleft()
            if self.rng.random() >= self.loss:
                self.session.submit(message)
        elif screen.inbox:
            screen.do(cmd="receive", message=screen.inbox.popleft())

    def settle(self) -> None:
        """Lose nothing more, and give the screens the time to notice what they miss.

        The last commit of Python stands for the snapshot trait, from which a screen with nothing
        pending learns of a last commit that was lost.
        """
        self.loss = 0.0
        self.session.set_graph(self.random_graph(self.rng))
        for _ in range(4):
            for screen in self.screens:
                screen.do(cmd="tick", ms=RESYNC_MS)
            while any(screen.inbox or screen.outbox for screen in self.screens):
                for screen in self.screens:
                    self._deliver(screen)


def test_every_screen_ends_at_the_graph_of_the_kernel(
    processes: list[ScreenProcess], random_graph: Any
) -> None:
    commits = 0
    for seed in range(RUNS):
        world = World(seed, processes, random_graph)
        for _ in range(STEPS):
            world.step()
            world.session.graph.topological_order()
        world.settle()
        kernel = world.session.state
        commits += kernel.revision
        for screen in world.screens:
            state = screen.state()
            assert state["pending"] == [], seed
            assert state["rev"] == kernel.revision, seed
            assert Document.from_json(state["document"]) == kernel.document, seed
    assert commits > RUNS * STEPS / 10
