"""Whatever comes over the wire: answered or ignored, never raised, never a changed graph."""

from __future__ import annotations

import json
from copy import deepcopy
from random import Random
from typing import Any

import pytest

from causal_magics.errors import OperationError
from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.operations import parse_group
from causal_magics.widgets.session import EditorSession

JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 1e308, 10**400, float("nan"), float("inf"), "", "n1", "e3",
    "\x00", "\ud800", "x" * 400, "__proto__", "<b>", [], [[]], {}, {"op": "move"}, [None], ["n1"],
    "->", "<-", "python", "required", ["latent", "latent"], {"n1": [1, 2]}, {"n1": [1]}, b"bytes",
    (1, 2), {1: 2},
)  # fmt: skip


def _message(rng: Random, session: EditorSession, operation: Any, number: int) -> dict[str, Any]:
    document = session.state.document
    ops = [operation(rng, document, f"x{number}-{i}") for i in range(rng.randint(1, 3))]
    return {
        "kind": "ops",
        "gid": f"g{number}",
        "base_rev": rng.randint(0, session.state.revision),
        "origin": "screen",
        "ops": ops,
    }


def _spoil(rng: Random, value: Any) -> Any:
    """Replace, drop or add something, at a random depth."""
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = rng.choice(list(value))
        match rng.randint(0, 5):
            case 0:
                del value[key]
            case 1:
                value[rng.choice(["id", "op", "x", "extra", "__class__"])] = rng.choice(JUNK)
            case _:
                value[key] = _spoil(rng, value[key])
        return value
    if isinstance(value, list) and value and rng.random() < 0.8:
        index = rng.randrange(len(value))
        value[index] = _spoil(rng, value[index])
        return value
    return deepcopy(rng.choice(JUNK))


def test_twenty_thousand_spoilt_messages(random_graph: Any, random_operation: Any) -> None:
    rng = Random(20_000)
    said: list[Any] = []
    session = EditorSession(random_graph(rng), said.append)
    kinds = dict.fromkeys(("commit", "reject", "snapshot"), 0)
    for number in range(20_000):
        if number % 200 == 0:
            session = EditorSession(random_graph(rng), said.append)
        before = session.state
        said.clear()
        session.submit(_spoil(rng, _message(rng, session, random_operation, number)))
        committed = [message for message in said if message["kind"] == "commit"]
        fresh = [message for message in committed if message["rev"] > before.revision]
        assert (session.state is before) == (not fresh)
        for message in said:
            kinds[message["kind"]] += 1
            json.dumps(message, allow_nan=False)
    assert min(kinds.values()) > 50


def test_a_valid_message_is_not_kept_by_reference() -> None:
    session = EditorSession(CausalGraph())
    roles = ["latent"]
    node = {"op": "add_node", "id": "a", "name": "A", "roles": roles, "x": 0, "y": 0}
    message = {"kind": "ops", "gid": "g", "base_rev": 0, "origin": "s", "ops": [node]}
    session.submit(message)
    node["name"] = "B"
    roles.append("outcome")
    session.submit(message)
    assert session.graph == CausalGraph().add_node("A", ["latent"], (0, 0))


@pytest.mark.parametrize(
    "message",
    [None, 1, "ops", [], {}, {"kind": "ops"}, {"kind": "paint"}, {"kind": ["ops"]}, {1: 2}],
)
def test_what_is_no_message_is_ignored(message: object) -> None:
    said: list[object] = []
    session = EditorSession(CausalGraph(["A"]), said.append)
    session.submit(message)
    assert said == []


@pytest.mark.parametrize(
    "broken",
    [{"ops": None}, {"ops": []}, {"base_rev": -1}, {"base_rev": True}, {"base_rev": "0"},
     {"origin": "python"}, {"origin": ""}, {"origin": None}, {"kind": "draw"}],
)  # fmt: skip
def test_a_malformed_group_is_refused_by_its_gid(broken: dict[str, object]) -> None:
    said: list[Any] = []
    session = EditorSession(CausalGraph(["A"]), said.append)
    ops = [{"op": "delete_node", "id": "n1"}]
    session.submit({"kind": "ops", "gid": "g", "base_rev": 0, "origin": "s", "ops": ops} | broken)
    (answer,) = said
    assert (answer["kind"], answer["gid"], answer["code"]) == ("reject", "g", "malformed")
    assert "\n" not in answer["reason"]
    assert session.graph.nodes == ("A",)


def test_a_message_says_which_field_is_wrong() -> None:
    with pytest.raises(OperationError, match=r"add_node\.x: Expected a number, got null"):
        parse_group([{"op": "add_node", "id": "a", "name": "A", "roles": [], "x": None, "y": 0}])
    with pytest.raises(OperationError, match="lacks its field 'name'"):
        parse_group([{"op": "add_node", "id": "a"}])


def test_a_group_of_too_many_operations_is_refused() -> None:
    with pytest.raises(OperationError, match="20000"):
        parse_group([{"op": "delete_node", "id": "a"}] * 20_001)
