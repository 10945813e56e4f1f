from __future__ import annotations

from random import Random
from typing import Any

import pytest

from causal_magics.errors import OperationError
from causal_magics.widgets.conversion import from_graph
from causal_magics.widgets.document import Document
from causal_magics.widgets.operations import parse_group


def test_the_inverse_of_every_group_restores_the_document(
    random_graph: Any, random_operation: Any
) -> None:
    rng, applied = Random(1), 0
    for trial in range(1_500):
        document, _ = from_graph(random_graph(rng))
        group, current = [], document
        for number in range(rng.randint(1, 6)):
            operation = parse_group([random_operation(rng, current, f"x{trial}-{number}")])
            try:
                current = current.apply(operation)
            except OperationError:
                continue
            group += operation
        if not group:
            continue
        applied += 1
        assert document.apply(group) == current
        undo = document.inverse(group)
        assert current.apply(undo) == document
        assert document.apply(current.inverse(undo)) == current
    assert applied > 1_000


def test_a_group_that_fails_changes_nothing(random_graph: Any, random_operation: Any) -> None:
    rng = Random(2)
    for trial in range(300):
        document, _ = from_graph(random_graph(rng))
        before = document.to_json()
        group = [random_operation(rng, document, f"x{number}") for number in range(3)]
        with pytest.raises(OperationError):
            document.apply(parse_group([*group, {"op": "delete_node", "id": f"missing{trial}"}]))
        assert document.to_json() == before


def test_json_round_trip(random_graph: Any) -> None:
    rng = Random(3)
    for _ in range(200):
        document, _ = from_graph(random_graph(rng))
        assert Document.from_json(document.to_json(7)) == document


@pytest.mark.parametrize(
    "raw",
    [
        None, [], {}, {"version": 2}, {"version": 1, "nodes": [], "edges": []},
        {"version": 1, "nodes": [1], "edges": [], "tiers": []},
        {"version": 1, "nodes": {}, "edges": [], "tiers": []},
        {"version": 1, "nodes": [], "edges": [{"id": "e"}], "tiers": []},
        {"version": 1, "nodes": [], "edges": [], "tiers": [["n1"]]},
    ],
)  # fmt: skip
def test_a_wrong_document_is_refused(raw: object) -> None:
    with pytest.raises(OperationError):
        Document.from_json(raw)


def test_an_empty_document() -> None:
    assert Document.from_json(Document().to_json()) == Document()
