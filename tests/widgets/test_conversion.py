from __future__ import annotations

import json
from itertools import count
from random import Random
from typing import Any

from hypothesis import given, settings
from oracles.graph_strategies import graphs

from causal_magics.graph.model import CausalGraph, Knowledge
from causal_magics.widgets.conversion import difference, from_graph, to_graph
from causal_magics.widgets.document import Document


def test_there_and_back_is_the_identity(random_graph: Any) -> None:
    rng = Random(1)
    for _ in range(400):
        graph = random_graph(rng)
        document, anchors = from_graph(graph)
        assert to_graph(document, anchors) == graph


def test_the_difference_turns_one_document_into_another(random_graph: Any) -> None:
    rng, fresh = Random(2), count(1)
    for _ in range(600):
        first, second = random_graph(rng), random_graph(rng)
        before, _ = from_graph(first, fresh=fresh)
        after, anchors = from_graph(second, before, first, fresh)
        group = difference(before, after)
        assert before.apply(group) == after
        assert to_graph(after, anchors) == second
        assert (not group) == (before == after)


def test_what_keeps_its_name_keeps_its_id_and_place() -> None:
    graph = CausalGraph(edges=[("A", "B"), ("B", "C", "<->")])
    before, _ = from_graph(graph)
    after, _ = from_graph(graph.add_node("D").add_edge("A", "D"), before, graph)
    for key, node in before.nodes.items():
        assert after.nodes[key] == node
    assert set(before.edges) < set(after.edges)


def test_a_rename_in_python_keeps_the_id() -> None:
    graph = CausalGraph(
        ["A", "B"], [("A", "B")], Knowledge(frozenset({("A", "B")}), tiers=(("A",), ("B",)))
    ).set_position("A", (1, 2))
    before, _ = from_graph(graph)
    after, _ = from_graph(graph.rename_node("A", "Age"), before, graph)
    assert difference(before, after) == [{"op": "set_node", "id": "n1", "name": "Age"}]


def test_another_node_in_place_of_one_is_no_rename() -> None:
    graph = CausalGraph(edges=[("A", "B")])
    before, _ = from_graph(graph)
    after, _ = from_graph(graph.remove_node("A").add_node("D"), before, graph)
    kinds = [operation["op"] for operation in difference(before, after)]
    assert kinds == ["delete_edge", "delete_node", "add_node"]


def test_positions_stay_unset_until_a_node_is_moved() -> None:
    graph = CausalGraph(edges=[("A", "B"), ("B", "C")])
    document, anchors = from_graph(graph)
    edge = {"op": "delete_edge", "id": next(iter(document.edges))}
    assert to_graph(document.apply([edge]), anchors).positions == {}
    moved = to_graph(document.apply([{"op": "move", "positions": {"n1": [50, 70]}}]), anchors)
    assert set(moved.positions) == {"A", "B", "C"}
    assert moved.positions["A"] == (0.5, 0.7)


def test_a_position_set_in_python_moves_the_node_and_no_other() -> None:
    graph = CausalGraph(edges=[("A", "B"), ("B", "C")]).with_positions(
        {"A": (0, 0), "B": (2, 1), "C": (4, 2)}
    )
    before, _ = from_graph(graph)
    after, _ = from_graph(graph.set_position("B", (2, 3)), before, graph)
    (operation,) = difference(before, after)
    assert operation["op"] == "move"
    assert set(operation["positions"]) == {"n2"}


def test_a_symmetric_edge_drawn_either_way_is_the_same_edge() -> None:
    graph = CausalGraph(edges=[("A", "B")])
    document, _ = from_graph(graph)
    drawn = document.apply(
        [{"op": "add_edge", "id": "x", "source": "n2", "target": "n1", "mark": "<->",
          "knowledge": None, "confidence": None, "bits": None}]
    )  # fmt: skip
    value = to_graph(drawn)
    again, _ = from_graph(value, drawn, value)
    assert again.edges == drawn.edges


def test_ids_are_never_used_again() -> None:
    fresh = count(1)
    graph = CausalGraph(edges=[("A", "B")])
    first, _ = from_graph(graph, fresh=fresh)
    smaller = graph.remove_node("B")
    second, _ = from_graph(smaller, first, graph, fresh)
    third, _ = from_graph(graph, second, smaller, fresh)
    new_ids = set(third.nodes) - set(second.nodes)
    assert new_ids.isdisjoint(first.nodes)


def test_an_empty_graph() -> None:
    document, anchors = from_graph(CausalGraph())
    assert not document.nodes
    assert to_graph(document, anchors) == CausalGraph()


@given(graphs(max_nodes=6))
@settings(deadline=None)
def test_the_document_of_any_graph_can_be_read_again(graph: CausalGraph) -> None:
    document, _ = from_graph(graph)
    assert Document.from_json(json.loads(json.dumps(document.to_json()))) == document
