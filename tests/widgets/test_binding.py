from __future__ import annotations

import gc
from typing import Any

import pytest

from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.binding import NameBinding, check
from causal_magics.widgets.session import EditorSession

CHAIN = CausalGraph(edges=[("A", "B"), ("B", "C")])


class Bound:
    def __init__(self, names: dict[str, Any] | None = None, name: str = "g") -> None:
        self.names = {} if names is None else names
        self.said: list[Any] = []
        self.session = EditorSession(self.names.get(name, CHAIN), self.said.append)
        self.binding = NameBinding(self.session, self.names, name)

    def add(self, name: str) -> None:
        """Add a node on the screen."""
        node = {"op": "add_node", "id": name, "name": name, "roles": [], "x": 0, "y": 0}
        revision = self.session.state.revision
        self.session.submit(
            {"kind": "ops", "gid": name, "base_rev": revision, "origin": "s", "ops": [node]}
        )


@pytest.fixture
def bound() -> Bound:
    return Bound()


def test_the_name_holds_the_graph_at_once(bound: Bound) -> None:
    assert bound.names["g"] is CHAIN


def test_each_accepted_edit_rebinds_the_name_to_a_new_value(bound: Bound) -> None:
    bound.add("D")
    assert bound.names["g"] == bound.session.graph
    assert bound.names["g"].nodes == ("A", "B", "C", "D")
    assert CHAIN.nodes == ("A", "B", "C")


def test_a_refused_edit_leaves_the_name(bound: Bound) -> None:
    bound.add("A")
    assert bound.names["g"] is CHAIN


@pytest.mark.parametrize("other", [1, None, "text", object()])
def test_a_name_put_to_another_use_is_left_alone(bound: Bound, other: object) -> None:
    bound.names["g"] = other
    bound.add("D")
    check()
    bound.add("E")
    assert bound.names["g"] is other
    assert bound.session.graph.nodes == ("A", "B", "C", "D", "E")


def test_a_deleted_name_stays_deleted(bound: Bound) -> None:
    del bound.names["g"]
    bound.add("D")
    check()
    assert "g" not in bound.names


def test_a_deleted_name_that_holds_a_graph_again_is_followed_again(bound: Bound) -> None:
    del bound.names["g"]
    check()
    bound.names["g"] = CHAIN.remove_node("C")
    check()
    assert bound.session.graph.nodes == ("A", "B")
    bound.add("D")
    assert bound.names["g"].nodes == ("A", "B", "D")


def test_after_a_cell_the_editor_shows_what_the_name_holds(bound: Bound) -> None:
    value = CHAIN.add_edge("A", "C")
    bound.names["g"] = value
    check()
    assert bound.session.graph is value
    assert bound.names["g"] is value
    assert [message["origin"] for message in bound.said] == ["python"]
    bound.session.undo()
    assert bound.names["g"] == CHAIN


def test_an_edit_while_a_cell_has_rebound_the_name_waits_for_the_cell(bound: Bound) -> None:
    bound.names["g"] = CHAIN.remove_node("C")
    bound.add("D")
    assert bound.names["g"].nodes == ("A", "B")
    check()
    assert bound.session.graph.nodes == ("A", "B")
    bound.add("E")
    assert bound.names["g"].nodes == ("A", "B", "E")


def test_an_equal_graph_is_taken_over_without_a_change(bound: Bound) -> None:
    bound.names["g"] = CausalGraph(edges=[("A", "B"), ("B", "C")])
    check()
    assert bound.said == []
    bound.add("D")
    assert bound.names["g"].nodes == ("A", "B", "C", "D")


def test_another_name_for_the_value_keeps_the_value(bound: Bound) -> None:
    bound.names["h"] = bound.names["g"]
    bound.add("D")
    assert bound.names["h"] is CHAIN


def test_a_cell_without_a_change_says_nothing(bound: Bound) -> None:
    bound.add("D")
    bound.said.clear()
    check()
    assert bound.said == []


def test_two_editors_of_one_name_show_the_same(bound: Bound) -> None:
    other = Bound(bound.names)
    bound.add("D")
    assert other.session.graph is bound.session.graph is bound.names["g"]
    other.add("E")
    assert bound.session.graph is other.session.graph is bound.names["g"]
    assert bound.names["g"].nodes == ("A", "B", "C", "D", "E")


def test_editors_of_other_names_and_notebooks_are_not_touched(bound: Bound) -> None:
    elsewhere, other = Bound(), Bound(bound.names, "h")
    bound.add("D")
    check()
    assert elsewhere.session.graph is CHAIN
    assert other.session.graph is CHAIN


def test_a_released_name_is_left_alone(bound: Bound) -> None:
    bound.binding.release()
    bound.add("D")
    assert bound.names["g"] is CHAIN
    bound.names["g"] = CHAIN.remove_node("A")
    check()
    assert bound.session.graph.nodes == ("A", "B", "C", "D")


def test_a_dead_editor_is_dropped() -> None:
    names: dict[str, Any] = {}
    bound = Bound(names)
    bound.add("D")
    del bound
    gc.collect()
    names["g"] = CHAIN
    check()
    assert names["g"] is CHAIN
