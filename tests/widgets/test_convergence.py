"""Real editors without a page against the real kernel side, over a wire that fails in many ways.

Each run is driven by one seed: two screens, Python, undo, cells that rebind the name, questions and
overlays between the edits; messages that are lost, doubled and out of order; pages that are loaded
again; kernels that are restarted, noticed or not, with edits that nobody has yet. All runs of a
batch go on in step, so that one line to one node process carries a command of each.
"""

from __future__ import annotations

import os
import shutil
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from causal_magics.widgets.binding import NameBinding
from causal_magics.widgets.document import Document
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.overlay import overlay
from causal_magics.widgets.questions import answer, read_question
from causal_magics.widgets.session import EditorSession

from .screen_process import HARNESS, ROOT, ScreenProcess

NODE = shutil.which("node")
RUNS = int(os.environ.get("CONVERGENCE_RUNS", "1000"))
BATCH, STEPS = 100, 45
RESYNC_MS = 6_000
ONE_SEED = "CONVERGENCE_SEED"

pytestmark = pytest.mark.skipif(
    NODE is None or not (ROOT / "node_modules" / "esbuild").is_dir(),
    reason="needs node and the packages of `jlpm install`",
)

Commands = Generator[dict[str, Any], Any, None]


class Screen:
    """One end of the wire, and what is under way to and from it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.inbox: deque[Any] = deque()
        self.outbox: deque[Any] = deque()
        self.connected = True

    def do(self, **command: Any) -> Generator[dict[str, Any], Any, Any]:
        reply = yield {"screen": self.name, **command}
        if self.connected:
            self.outbox.extend(reply["sent"])
        return reply


class World:
    """A kernel, its screens and Python."""

    def __init__(self, seed: int, random_graph: Any) -> None:
        self.rng = Random(seed)
        self.title = f"w{seed}"
        self.random_graph = random_graph
        self.loss = self.rng.choice([0.0, 0.0, 0.05, 0.3])
        self.mixing = self.rng.choice([0.0, 0.0, 0.1])
        self.opened = 0
        self.screens: list[Screen] = []
        self.ghosts: deque[Any] = deque()
        self.cell = random_graph(self.rng)
        self.commits = self.restarts = 0
        self.applied_twice: list[str] = []
        self._new_kernel()

    def _new_kernel(self) -> None:
        self.revision_of: dict[str, int] = {}
        self.names: dict[str, Any] = {}
        self.session = EditorSession(self.cell, self._broadcast)
        self.binding = NameBinding(self.session, self.names, "g")

    def _broadcast(self, message: Any) -> None:
        if message["kind"] == "commit":
            if self.revision_of.setdefault(message["gid"], message["rev"]) != message["rev"]:
                self.applied_twice.append(message["gid"])
            self.commits += 1
        for screen in self.screens:
            if screen.connected and self.rng.random() >= self.loss:
                again = self.rng.random() < self.loss / 2
                screen.inbox.extend([message] * (2 if again else 1))

    def play(self) -> Commands:
        for _ in range(2):
            yield from self._open()
        for _ in range(STEPS):
            yield from self._step()
            self.session.graph.topological_order()
        yield from self._settle()
        yield from self._check()
        for screen in self.screens:
            yield from screen.do(cmd="close", kindly=True)
        self.binding.release()

    def _open(self) -> Commands:
        self.opened += 1
        screen = Screen(f"{self.title}-{self.opened}")
        self.screens.append(screen)
        snapshot = self.session.snapshot() if self.rng.random() < 0.5 else None
        yield from screen.do(cmd="start", title=self.title, snapshot=snapshot)

    # ------------------------------------------------------------------ what may happen

    def _step(self) -> Commands:
        rng, chance = self.rng, self.rng.random()
        screen = rng.choice(self.screens)
        if chance < 0.3:
            yield from screen.do(cmd="edit", seed=rng.randrange(2**31))
        elif chance < 0.38:
            yield from screen.do(cmd=rng.choice(["undo", "undo", "redo"]))
        elif chance < 0.8:
            yield from self._deliver(screen)
        elif chance < 0.83:
            yield from screen.do(cmd="tick", ms=rng.choice([1_500, RESYNC_MS]))
        elif chance < 0.85:
            yield from screen.do(cmd="ask", source=rng.choice(["n1", "", "__proto__"]))
        elif chance < 0.87:
            yield from self._say_overlay(screen)
        elif chance < 0.9:
            self._run_cell()
        elif chance < 0.95:
            rng.choice([self.session.undo, self.session.redo])()
        elif chance < 0.97:
            yield from screen.do(cmd="press", label=rng.choice(["Send", "Drop"]))
        elif chance < 0.985:
            yield from self._reload(screen)
        else:
            yield from self._restart()

    def _run_cell(self) -> None:
        graph = self.names["g"]
        small = graph.nodes and self.rng.random() < 0.6
        node = self.rng.choice(graph.nodes) if graph.nodes else ""
        self.names["g"] = graph.remove_node(node) if small else self.random_graph(self.rng)
        self.binding.look()

    def _say_overlay(self, screen: Screen) -> Commands:
        if screen.connected:
            said = overlay(self.session.state, Evidence())
            reply = yield from screen.do(cmd="trait", name="overlay", value=said)
            assert reply["read"]

    def _deliver(self, screen: Screen) -> Commands:
        for queue in (screen.inbox, screen.outbox):
            if len(queue) > 1 and self.rng.random() < self.mixing:
                queue[0], queue[1] = queue[1], queue[0]
        if self.ghosts:
            self._hear(self.ghosts.popleft()["message"])
        elif screen.outbox and (not screen.inbox or self.rng.random() < 0.5):
            sent = screen.outbox.popleft()
            if self.rng.random() >= self.loss:
                self._hear(sent["message"])
                screen.inbox.append({"handled": sent["n"]})
        elif screen.inbox:
            message = screen.inbox.popleft()
            if "handled" in message:
                yield from screen.do(cmd="handled", n=message["handled"])
            else:
                yield from screen.do(cmd="receive", message=message)

    def _hear(self, message: Any) -> None:
        question = read_question(message)
        if question is None:
            self.session.submit(message)
        else:
            self._broadcast(answer(question, self.session.state, Evidence()))

    def _reload(self, screen: Screen) -> Commands:
        """The page is gone without a farewell; what it had sent still arrives."""
        self.screens.remove(screen)
        yield {"screen": screen.name, "cmd": "close", "kindly": False}
        if screen.connected:
            self.ghosts.extend(screen.outbox)
        yield from self._open()

    def _restart(self) -> Commands:
        """The kernel is gone, noticed or not; edits go on; the next one runs the cell again."""
        self.restarts += 1
        self.binding.release()
        noticed = self.rng.random() < 0.5
        self.ghosts.clear()
        for screen in self.screens:
            screen.inbox.clear()
            if noticed:
                screen.connected = False
                screen.outbox.clear()
                yield from screen.do(cmd="gone")
        for _ in range(self.rng.randrange(4)):
            screen = self.rng.choice(self.screens)
            yield from screen.do(cmd="edit", seed=self.rng.randrange(2**31))
        for screen in self.screens:
            if not noticed:
                yield from self._talk_to_nobody(screen)
            state = yield from screen.do(cmd="state")
            assert state["link"] == "disconnected" or not state["pending"]
            kindly = self.rng.random() < 0.5
            yield {"screen": screen.name, "cmd": "close", "kindly": kindly}
        if self.rng.random() < 0.3:
            self.cell = self.random_graph(self.rng)
        self.screens = []
        self._new_kernel()
        for _ in range(2):
            yield from self._open()

    def _talk_to_nobody(self, screen: Screen) -> Commands:
        """Another kernel handles what is sent, and knows none of it."""
        for _ in range(3):
            while screen.outbox:
                yield from screen.do(cmd="handled", n=screen.outbox.popleft()["n"])
            yield from screen.do(cmd="tick", ms=11 * RESYNC_MS)

    # ------------------------------------------------------------------ how it ends

    def _settle(self) -> Commands:
        """Nothing is lost any more; the kernel writes its trait, and patience runs out."""
        self.loss = self.mixing = 0.0
        for round_ in range(5):
            while self.ghosts or any(screen.inbox or screen.outbox for screen in self.screens):
                for screen in self.screens:
                    yield from self._deliver(screen)
            for screen in self.screens:
                if round_ in (1, 2):
                    yield from screen.do(cmd="press", label=self.rng.choice(["Send", "Drop"]))
                if round_ > 2:
                    snapshot = self.session.snapshot()
                    yield from screen.do(cmd="trait", name="snapshot", value=snapshot)
                yield from screen.do(cmd="tick", ms=11 * RESYNC_MS)
        while any(screen.inbox or screen.outbox for screen in self.screens):
            for screen in self.screens:
                yield from self._deliver(screen)

    def _check(self) -> Commands:
        kernel = self.session.state
        assert self.applied_twice == []
        assert self.names["g"] is kernel.graph
        assert self.session.snapshot() == kernel.document.to_json(kernel.revision)
        for screen in self.screens:
            state = yield from screen.do(cmd="state")
            assert state["pending"] == []
            assert state["link"] == "saved"
            assert state["rev"] == kernel.revision
            assert Document.from_json(state["document"]) == kernel.document
            assert state["kept"] == 0


@pytest.fixture(scope="module")
def process() -> Iterator[ScreenProcess]:
    assert NODE is not None
    with ScreenProcess([NODE, str(HARNESS)]) as started:
        yield started


def play_together(worlds: dict[int, World], process: ScreenProcess) -> dict[int, str]:
    """Run worlds in step; returns what went wrong, by seed."""
    failures: dict[int, str] = {}
    running = {seed: world.play() for seed, world in worlds.items()}
    replies: dict[int, Any] = dict.fromkeys(running)
    while running:
        asked = {}
        for seed, commands in list(running.items()):
            try:
                asked[seed] = commands.send(replies[seed])
            except StopIteration:
                del running[seed]
            except AssertionError as error:
                failures[seed] = str(error)
                del running[seed]
        if asked:
            answers = process.ask(list(asked.values()))
            replies = dict(zip(asked, answers, strict=True))
    return failures


def seeds_by_part() -> list[Sequence[int]]:
    """Return all seeds in ten parts, or the one that is to be played again."""
    only = os.environ.get(ONE_SEED)
    return [range(part, RUNS, 10) for part in range(10)] if only is None else [[int(only)]]


@pytest.mark.parametrize("seeds", seeds_by_part(), ids=lambda seeds: f"from {seeds[0]}")
def test_every_screen_ends_at_the_graph_of_the_kernel(
    seeds: Sequence[int], process: ScreenProcess, random_graph: Any
) -> None:
    failures: dict[int, str] = {}
    commits = restarts = 0
    for start in range(0, len(seeds), BATCH):
        worlds = {seed: World(seed, random_graph) for seed in seeds[start : start + BATCH]}
        failures |= play_together(worlds, process)
        commits += sum(world.commits for world in worlds.values())
        restarts += sum(world.restarts for world in worlds.values())
    replay = f"python -m pytest {Path(__file__).relative_to(ROOT)}"
    told = [f"{ONE_SEED}={seed} {replay}\n{why}" for seed, why in list(failures.items())[:5]]
    assert not failures, f"{len(failures)} of {len(seeds)} runs failed; replay with\n" + "\n".join(
        told
    )
    if len(seeds) > 1:
        assert commits > len(seeds) * STEPS / 10
        assert restarts > len(seeds) / 10
