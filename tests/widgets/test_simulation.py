"""Two screens, Python, undo and a wire that loses and repeats: all end at the kernel's graph."""

from __future__ import annotations

from collections import deque
from random import Random
from typing import Any

import pytest

from causal_magics.errors import OperationError
from causal_magics.widgets.document import Document
from causal_magics.widgets.operations import parse_group
from causal_magics.widgets.session import EditorSession

RUNS, STEPS = 60, 60


class Screen:
    """What a screen must do: a confirmed document, pending groups, questions on gaps."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.confirmed = Document()
        self.revision = -1
        self.pending: dict[str, list[Any]] = {}
        self.inbox: deque[Any] = deque()
        self.outbox: deque[Any] = deque([{"kind": "hello", "origin": origin}])
        self._gids = 0

    def shown(self) -> Document:
        document = self.confirmed
        for ops in self.pending.values():
            try:
                document = document.apply(ops)
            except OperationError:
                continue
        return document

    def edit(self, rng: Random, random_operation: Any) -> None:
        self._gids += 1
        fresh = f"{self.origin}{self._gids}"
        ops = parse_group([random_operation(rng, self.shown(), fresh)])
        try:
            self.shown().apply(ops)
        except OperationError:
            return
        self.pending[f"{fresh}-group"] = ops
        self.send(f"{fresh}-group")

    def send(self, gid: str) -> None:
        self.outbox.append(
            {
                "kind": "ops",
                "gid": gid,
                "base_rev": max(self.revision, 0),
                "origin": self.origin,
                "ops": self.pending[gid],
            }
        )

    def receive(self) -> None:
        message = self.inbox.popleft()
        if message["kind"] == "reject":
            self.pending.pop(message["gid"], None)
        elif message["kind"] == "snapshot":
            if message["document"]["rev"] >= self.revision:
                self.confirmed = Document.from_json(message["document"])
                self.revision = message["document"]["rev"]
                for gid in message["gids"]:
                    self.pending.pop(gid, None)
        elif message["rev"] <= self.revision:
            self.pending.pop(message["gid"], None)
        elif message["rev"] == self.revision + 1:
            self.pending.pop(message["gid"], None)
            self.confirmed = self.confirmed.apply(parse_group(message["ops"]))
            self.revision += 1
        else:
            self.outbox.append({"kind": "resync", "origin": self.origin})


class World:
    def __init__(self, seed: int, random_graph: Any, random_operation: Any) -> None:
        self.rng = Random(seed)
        self.random_graph, self.random_operation = random_graph, random_operation
        self.screens = [Screen("a"), Screen("b")]
        self.revision_of: dict[str, int] = {}
        self.applied_twice: list[str] = []
        self.session = EditorSession(random_graph(self.rng), self.broadcast)
        self.loss = self.rng.choice([0.0, 0.1, 0.4])

    def broadcast(self, message: Any) -> None:
        gid, revision = message.get("gid"), message.get("rev")
        if revision is not None and self.revision_of.setdefault(gid, revision) != revision:
            self.applied_twice.append(gid)
        for screen in self.screens:
            self._put(screen.inbox, message)

    def _put(self, queue: deque[Any], message: Any) -> None:
        if self.rng.random() >= self.loss:
            queue.extend([message] * (2 if self.rng.random() < self.loss / 2 else 1))

    def deliver(self, screen: Screen) -> None:
        if screen.outbox and self.rng.random() < 0.5:
            message = screen.outbox.popleft()
            if self.rng.random() >= self.loss:
                self.session.submit(message)
        elif screen.inbox:
            screen.receive()

    def step(self) -> None:
        screen, chance = self.rng.choice(self.screens), self.rng.random()
        if chance < 0.35:
            screen.edit(self.rng, self.random_operation)
        elif chance < 0.9:
            self.deliver(screen)
        elif chance < 0.94:
            self.session.set_graph(self.random_graph(self.rng))
        elif chance < 0.97:
            self.session.undo()
        else:
            self.session.redo()

    def settle(self) -> None:
        """Let everything through, and let the screens ask and send again."""
        self.loss = 0.0
        for _ in range(3):
            for screen in self.screens:
                screen.outbox.append({"kind": "resync", "origin": screen.origin})
                for gid in screen.pending:
                    screen.send(gid)
            while any(screen.inbox or screen.outbox for screen in self.screens):
                for screen in self.screens:
                    self.deliver(screen)


@pytest.mark.parametrize("seed", range(RUNS))
def test_all_end_at_the_graph_of_the_kernel(
    seed: int, random_graph: Any, random_operation: Any
) -> None:
    world = World(seed, random_graph, random_operation)
    for _ in range(STEPS):
        world.step()
        world.session.graph.topological_order()
    world.settle()
    state = world.session.state
    assert world.applied_twice == []
    for screen in world.screens:
        assert not screen.pending
        assert screen.shown() == state.document
        assert screen.revision == state.revision
