"""No name of a graph is taken for an expression when its text is a cell's body."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from causal_magics.graph.model import CausalGraph
from causal_magics.graph.notation import format_graph, parse_cell
from causal_magics.magics.grammar import expand

NAMES: list[str] = json.loads(
    (Path(__file__).parents[1] / "golden" / "hostile_names.json").read_text("utf-8")
)


@pytest.mark.parametrize("name", [*NAMES, "{{{{x}}}}", "\\{{x}}", "{\\{x}}"])
def test_a_name_is_never_evaluated(name: str) -> None:
    graph = CausalGraph([name], [("{{a", name), (name, "b}}")])
    evaluated: list[str] = []
    body = expand(format_graph(graph), evaluated.append)
    assert evaluated == []
    assert parse_cell(body).graph == graph
