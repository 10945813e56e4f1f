"""Messages as no kernel sends them: none breaks a screen, changes its graph or is answered."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import islice
from random import Random
from typing import Any

import pytest

from causal_magics.errors import OperationError
from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.document import Document
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.messages import gid_of
from causal_magics.widgets.operations import parse_group
from causal_magics.widgets.overlay import overlay
from causal_magics.widgets.session import EditorSession

from .mutations import JSON_KEYS, JSON_ODD, Mutator
from .screen_process import HARNESS, ROOT, ScreenProcess

NODE = shutil.which("node")
MESSAGES, SEEDS, BATCH = 100_000, 10, 200
LARGEST_WHOLE = 2**53 - 1

pytestmark = pytest.mark.skipif(
    NODE is None or not (ROOT / "node_modules" / "esbuild").is_dir(),
    reason="needs node and the packages of `jlpm install`",
)


@pytest.fixture(scope="module")
def process() -> Iterator[ScreenProcess]:
    assert NODE is not None
    with ScreenProcess([NODE, str(HARNESS)]) as started:
        yield started


class Bench:
    """A kernel's side and one screen, which has an edit that was not answered yet."""

    def __init__(self, process: ScreenProcess, name: str) -> None:
        self.process, self.name = process, name
        graph = CausalGraph.parse("tiers: A | B C\nA -> B -> C <-> D\nE -> B [required]")
        self.said: list[Any] = []
        self.session = EditorSession(graph, self.said.append)
        self.do(cmd="start", title=name, snapshot=self.session.snapshot())
        self.do(cmd="ask", source="n1")
        self.sent = self.do(cmd="edit", seed=1)["sent"]

    def do(self, **command: Any) -> Any:
        return self.process.ask([{"screen": self.name, **command}])[0]

    def hear_all(self, commands: list[dict[str, Any]], before: Any) -> None:
        """Let the screen obey commands, none of which may change it or make it say anything."""
        look = {"screen": self.name, "cmd": "state"}
        for start in range(0, len(commands), BATCH):
            some = commands[start : start + BATCH]
            asked = [each for command in some for each in ({"screen": self.name, **command}, look)]
            replies = self.process.ask(asked)
            for number, command in enumerate(some):
                assert replies[2 * number]["sent"] == [], command
                assert replies[2 * number + 1] == before, command

    def templates(self) -> list[Any]:
        """Return one message of each kind, with one operation of each kind."""
        nodes, edges = self.session.snapshot()["nodes"], self.session.snapshot()["edges"]
        assert isinstance(nodes, list)
        assert isinstance(edges, list)
        operations: list[dict[str, Any]] = [
            {"op": "add_node", **nodes[0], "id": "z1", "name": "New"},
            {"op": "set_node", "id": "n1", "name": "Other", "roles": ["exposure"]},
            {"op": "delete_node", "id": nodes[1]["id"]},
            {"op": "add_edge", **edges[0], "id": "z2", "source": "n3", "target": "n5"},
            {"op": "set_edge", "id": edges[0]["id"], "mark": "<->", "knowledge": None},
            {"op": "delete_edge", "id": edges[1]["id"]},
            {"op": "move", "positions": {"n1": [8, 8], "n2": [16, 16]}},
            {"op": "set_tiers", "tiers": [["n1"], ["n2", "n3"]]},
        ]
        commit = {"kind": "commit", "rev": 1, "gid": "python-1", "origin": "python"}
        snapshot = {"kind": "snapshot", "document": self.session.snapshot(), "gids": ["g1"]}
        return [
            *({**commit, "ops": [operation]} for operation in operations),
            {**commit, "ops": operations},
            snapshot,
            {**snapshot, "document": {**self.session.snapshot(), "rev": 7}},
            {
                "kind": "reject", "gid": self.sent[0]["message"]["gid"], "reason": "no",
                "code": "cycle", "cycle_path": ["A", "B", "A"],
            },
            {"kind": "answer", "id": "q1", "rev": 0, "result": {"bits": {"n1": 3}}, "error": None},
        ]  # fmt: skip


def is_revision(value: object) -> bool:
    """Whether a value counts revisions to a screen, which tells 4.0 from 4 as little as JSON."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 <= value <= LARGEST_WHOLE and value == int(value)


def is_news(message: Any) -> bool:
    """Whether a message tells of a change, or answers an edit, as the kernel would."""
    kind = message.get("kind") if isinstance(message, dict) else None
    try:
        if kind == "snapshot":
            return is_document(message.get("document"))
        if kind == "commit":
            parse_group(message.get("ops"))
            told = isinstance(message.get("origin"), str) and is_revision(message.get("rev"))
            return told and gid_of(message) is not None
    except OperationError:
        return False
    return kind == "reject" and gid_of(message) is not None


def is_document(value: Any) -> bool:
    """Whether a value is a document with a revision."""
    try:
        Document.from_json(value)
    except OperationError:
        return False
    return is_revision(value.get("rev"))


def malformed(seed: int, templates: list[Any]) -> Iterator[Any]:
    """Yield messages that tell of no change, as JSON can carry them."""
    mutator = Mutator(Random(seed), JSON_ODD, JSON_KEYS, longest=50)
    return mutator.messages(templates, is_news)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_malformed_messages_change_nothing(seed: int, process: ScreenProcess) -> None:
    bench = Bench(process, f"messages-{seed}")
    before = bench.do(cmd="state")
    assert len(before["pending"]) == 1
    messages = islice(malformed(seed, bench.templates()), MESSAGES // SEEDS)
    bench.hear_all([{"cmd": "receive", "message": message} for message in messages], before)
    bench.session.submit(bench.sent[0]["message"])
    for message in bench.said:
        bench.do(cmd="receive", message=message)
    state = bench.do(cmd="state")
    assert state["pending"] == []
    assert Document.from_json(state["document"]) == bench.session.state.document


@pytest.mark.parametrize("name", ["snapshot", "overlay", "title", "columns"])
def test_malformed_traits_change_nothing(name: str, process: ScreenProcess) -> None:
    bench = Bench(process, f"trait-{name}")
    before = bench.do(cmd="state")
    state = bench.session.state
    told: dict[str, Any] = {
        "snapshot": {**bench.session.snapshot(), "rev": 7},
        "overlay": overlay(state, Evidence()),
        "title": "title",
        "columns": ["A", "B"],
    }
    mutator = Mutator(Random(name), JSON_ODD, JSON_KEYS, longest=50)
    values = islice(mutator.messages([told[name]], is_document), 2_000)
    bench.hear_all([{"cmd": "trait", "name": name, "value": value} for value in values], before)
