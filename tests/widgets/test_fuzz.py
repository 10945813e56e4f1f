"""Messages as no screen sends them: none breaks the kernel's side, changes the graph or is kept."""

from __future__ import annotations

import gc
import json
import tracemalloc
from itertools import islice
from random import Random
from typing import Any

import pytest

from causal_magics.errors import OperationError
from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.graph_editor import GraphEditor
from causal_magics.widgets.messages import Submission, read_message
from causal_magics.widgets.operations import parse_group
from causal_magics.widgets.questions import answer, read_question
from causal_magics.widgets.session import EditorSession

from .mutations import ODD, Mutator

MESSAGES = 100_000
KEPT_BYTES = 2_000_000
LONGEST_REASON = 1_000


def templates() -> list[Any]:
    """Return one message of each kind with one operation of each kind."""
    edge = {"mark": "->", "knowledge": None, "confidence": 0.5, "bits": 3.0}
    operations: list[dict[str, Any]] = [
        {"op": "add_node", "id": "z1", "name": "New", "roles": ["latent"], "x": 8, "y": 8},
        {"op": "set_node", "id": "n1", "name": "Other", "roles": ["exposure"]},
        {"op": "delete_node", "id": "n1"},
        {"op": "add_edge", "id": "z2", "source": "n3", "target": "n4", **edge},
        {"op": "set_edge", "id": "e5", **edge},
        {"op": "delete_edge", "id": "e5"},
        {"op": "move", "positions": {"n1": [8, 8], "n2": [16, 16]}},
        {"op": "set_tiers", "tiers": [["n1"], ["n2", "n3"]]},
    ]
    screen = {"kind": "ops", "gid": "g1", "base_rev": 0, "origin": "s"}
    return [
        *({**screen, "ops": [operation]} for operation in operations),
        {**screen, "ops": operations},
        {"kind": "hello", "origin": "s"},
        {"kind": "resync"},
        {"kind": "ask", "id": "q1", "question": "candidate_bits", "source": "n1"},
        {"kind": "ask", "id": "q2", "question": "view", "view": "dependences"},
    ]


def malformed(seed: int, count: int) -> list[Any]:
    """Return mutated messages that hold no well-formed group."""
    return list(islice(Mutator(Random(seed)).messages(templates(), is_group), count))


def is_group(message: Any) -> bool:
    """Whether a message holds a group that could be read, and might so be accepted."""
    try:
        request = read_message(message)
        if isinstance(request, Submission):
            parse_group(request.operations)
            return True
    except OperationError:
        pass
    return False


@pytest.fixture
def graph() -> CausalGraph:
    return CausalGraph.parse("A -> B -> C <-> D\nE -> B")


@pytest.mark.parametrize("seed", range(10))
def test_malformed_messages_change_nothing(seed: int, graph: CausalGraph) -> None:
    said: list[Any] = []
    session = EditorSession(graph, said.append)
    before = session.state
    for message in malformed(seed, MESSAGES // 10):
        question = read_question(message)
        if question is None:
            session.submit(message)
        else:
            said.append(answer(question, session.state, Evidence()))
    assert session.state is before
    assert {message["kind"] for message in said} <= {"snapshot", "reject", "answer"}
    for message in said:
        told = message.get("reason") or message.get("error") or ""
        assert "Traceback" not in told
        assert 'File "' not in told
        assert len(told) < LONGEST_REASON
    json.dumps(said, allow_nan=False, ensure_ascii=False).encode()
    edit = {"op": "delete_node", "id": next(iter(before.document.nodes))}
    session.submit({"kind": "ops", "gid": "fine", "base_rev": 0, "origin": "s", "ops": [edit]})
    assert said[-1]["kind"] == "commit"


def test_malformed_messages_leave_nothing_behind(graph: CausalGraph) -> None:
    session = EditorSession(graph, lambda message: None)
    messages = malformed(99, 4_000)
    for number, message in enumerate(messages):
        if isinstance(message, dict) and "gid" in message:
            message["gid"] = f"warm-{number}"
        session.submit(message)
    gc.collect()
    tracemalloc.start()
    for again in range(3):
        for number, message in enumerate(messages):
            if isinstance(message, dict) and "gid" in message:
                message["gid"] = f"g-{again}-{number}"
            session.submit(message)
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < KEPT_BYTES


def test_a_widget_passes_malformed_messages_over(graph: CausalGraph) -> None:
    editor = GraphEditor(graph)
    for message in malformed(7, 2_000):
        editor._receive(editor, message, None)
    assert editor._answers.questions.wait(30)
    assert editor.graph is graph
    assert len(editor._answers._asked) == 0
    editor.close()


def test_traits_that_a_screen_sends_change_nothing(graph: CausalGraph) -> None:
    editor = GraphEditor(graph, title="g")
    before = editor.session.state
    rng = Random(1)
    for _ in range(500):
        names = ["snapshot", "overlay", "title", "read_only", "columns", "_esm", "stored"]
        editor.set_state({rng.choice(names): rng.choice(ODD)})
    assert editor.session.state is before
    assert editor.title == "g"
    assert editor.read_only is False
    editor.close()
