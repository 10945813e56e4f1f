"""The golden cases of the notation, which vitest reads as well."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from causal_magics.errors import CycleError, EdgeError, GraphError, KnowledgeError, NotationError
from causal_magics.graph.model import CausalGraph, Edge, Knowledge, Node
from causal_magics.graph.notation import format_graph, parse_cell, parse_graph

CASES = json.loads((Path(__file__).parent.parent / "golden" / "notation.json").read_text("utf-8"))
ERRORS = {
    "notation": NotationError,
    "edge": EdgeError,
    "cycle": CycleError,
    "knowledge": KnowledgeError,
}


def graph_of(spec: dict[str, Any]) -> CausalGraph:
    nodes = [
        Node(node) if isinstance(node, str) else Node(
            node["name"], frozenset(node.get("roles", ())), node.get("position")
        )
        for node in spec["nodes"]
    ]  # fmt: skip
    edges = [Edge(a, b, mark, **(rest[0] if rest else {})) for a, mark, b, *rest in spec["edges"]]
    knowledge = Knowledge(
        frozenset(map(tuple, spec.get("required", ()))),
        frozenset(map(tuple, spec.get("forbidden", ()))),
        tuple(map(tuple, spec.get("tiers", ()))),
    )
    return CausalGraph(nodes, edges, knowledge)


@pytest.mark.parametrize("case", CASES["valid"], ids=lambda case: case["name"])
def test_a_text_says_its_graph(case: dict[str, Any]) -> None:
    cell = parse_cell(case["text"])
    expected = graph_of(case["graph"])
    assert cell.graph == expected
    assert cell.graph.nodes == expected.nodes
    assert {
        key: {"values": list(setting.values), "line": setting.line}
        for key, setting in cell.settings.items()
    } == case.get("settings", {})
    assert set(cell.places) == set(expected.nodes)


@pytest.mark.parametrize("case", CASES["valid"], ids=lambda case: case["name"])
def test_a_graph_has_its_canonical_text(case: dict[str, Any]) -> None:
    canonical = "\n".join(case["canonical"])
    assert format_graph(parse_cell(case["text"]).graph) == canonical
    assert parse_graph(canonical) == graph_of(case["graph"])


@pytest.mark.parametrize("case", CASES["errors"], ids=lambda case: case["name"])
def test_a_mistake_is_answered_with_its_place(case: dict[str, Any]) -> None:
    read = parse_graph if case.get("graph_only") else parse_cell
    with pytest.raises(ERRORS[case["error"]]) as caught:
        read(case["text"])
    error = caught.value
    if isinstance(error, NotationError):
        assert (error.line, error.column) == (case["line"], case["column"])
        assert error.suggestion == case.get("suggestion")
        assert case.get("message", error.message) == error.message
        assert case.get("expected", error.expected) == error.expected
    else:
        assert isinstance(error, GraphError)
        place = re.match(r"Line (\d+), column (\d+): ", error.__notes__[0])
        assert place is not None
        assert tuple(map(int, place.groups())) == (case["line"], case["column"])
    if isinstance(error, CycleError):
        assert set(error.path) == set(case["path"])
