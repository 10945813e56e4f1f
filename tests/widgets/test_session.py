from __future__ import annotations

import logging
from typing import Any

import pytest

from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.conversion import to_graph
from causal_magics.widgets.session import EditorSession

CHAIN = CausalGraph(edges=[("A", "B"), ("B", "C")])
PLAIN = {"mark": "->", "knowledge": None, "confidence": None, "bits": None}


class Wire:
    """A session and what it says."""

    def __init__(self, graph: CausalGraph = CHAIN) -> None:
        self.said: list[Any] = []
        self.session = EditorSession(graph, self.said.append)
        self.gids = 0

    @property
    def graph(self) -> CausalGraph:
        return self.session.graph

    def id_of(self, name: str) -> str:
        nodes = self.session.state.document.nodes.values()
        return next(node.id for node in nodes if node.name == name)

    def edge_id(self, source: str, target: str) -> str:
        ends = (self.id_of(source), self.id_of(target))
        edges = self.session.state.document.edges.values()
        return next(edge.id for edge in edges if (edge.source, edge.target) == ends)

    def edit(self, *ops: dict[str, Any], gid: str | None = None, base: int | None = None) -> Any:
        """Submit a group as a screen does; returns the last thing said."""
        self.gids += 1
        self.session.submit(
            {
                "kind": "ops",
                "gid": gid or f"g{self.gids}",
                "base_rev": self.session.state.revision if base is None else base,
                "origin": "screen",
                "ops": list(ops),
            }
        )
        return self.said[-1]

    def add_edge(self, source: str, target: str, key: str = "x", **how: Any) -> dict[str, Any]:
        ends = {"source": self.id_of(source), "target": self.id_of(target)}
        return {"op": "add_edge", "id": key, **ends, **PLAIN, **how}

    def add_node(self, name: str) -> dict[str, Any]:
        return {"op": "add_node", "id": name, "name": name, "roles": [], "x": 5, "y": 6}


def test_an_accepted_edit_is_a_commit_and_a_new_value() -> None:
    wire = Wire()
    said = wire.edit(wire.add_edge("A", "C"), gid="mine")
    assert said == {
        "kind": "commit", "rev": 1, "gid": "mine", "origin": "screen",
        "ops": [wire.add_edge("A", "C")],
    }  # fmt: skip
    assert wire.graph == CHAIN.add_edge("A", "C")
    assert CHAIN.edge("A", "C") is None


def test_a_cycle_is_refused_with_its_path() -> None:
    wire = Wire()
    said = wire.edit(wire.add_edge("C", "A"), gid="mine")
    assert (said["kind"], said["gid"], said["code"]) == ("reject", "mine", "cycle")
    assert said["cycle_path"] == ["C", "A", "B", "C"]
    assert "C -> A -> B -> C" in said["reason"]
    assert wire.session.graph is CHAIN
    assert wire.session.state.revision == 0


@pytest.mark.parametrize("kind", ["hello", "resync"])
def test_a_screen_that_asks_gets_the_whole_document(kind: str) -> None:
    wire = Wire()
    wire.edit(wire.add_edge("A", "C"), gid="mine")
    wire.session.submit({"kind": kind, "origin": "screen"})
    said = wire.said[-1]
    assert said["kind"] == "snapshot"
    assert said["document"] == wire.session.snapshot()
    assert said["document"]["rev"] == 1
    assert said["gids"] == ["mine"]


def test_a_gid_seen_twice_is_answered_again_and_not_applied_again() -> None:
    wire = Wire()
    first = wire.edit(wire.add_node("D"), gid="mine")
    wire.edit(wire.add_node("E"))
    assert wire.edit(wire.add_node("D"), gid="mine") == first
    refused = wire.edit(wire.add_edge("C", "A"), gid="other")
    wire.edit({"op": "delete_edge", "id": wire.edge_id("A", "B")})
    assert wire.edit(wire.add_edge("C", "A"), gid="other") == refused
    assert wire.graph.nodes == ("A", "B", "C", "D", "E")
    assert wire.session.state.revision == 3


def test_a_gid_of_long_ago_is_answered_with_the_document() -> None:
    wire = Wire()
    wire.edit(wire.add_node("D"), gid="old")
    for number in range(300):
        wire.edit({"op": "move", "positions": {"D": [number, 0]}})
    said = wire.edit(wire.add_node("D"), gid="old")
    assert said["kind"] == "snapshot"
    assert "old" in said["gids"]
    assert wire.session.state.revision == 301


def test_an_edit_for_an_earlier_kernel_is_stale_and_may_come_again() -> None:
    wire = Wire()
    wire.edit(wire.add_node("D"), gid="mine", base=57)
    reject, snapshot = wire.said[-2:]
    assert (reject["kind"], reject["code"]) == ("reject", "stale")
    assert snapshot["kind"] == "snapshot"
    assert wire.edit(wire.add_node("D"), gid="mine")["kind"] == "commit"


def test_two_screens_add_the_same_and_the_opposite_edge() -> None:
    wire = Wire(CausalGraph(["A", "B"]))
    assert wire.edit(wire.add_edge("A", "B", "x"))["kind"] == "commit"
    assert wire.edit(wire.add_edge("A", "B", "y"), base=0)["code"] == "duplicate_edge"
    said = wire.edit(wire.add_edge("B", "A", "z"), base=0)
    assert (said["code"], said["cycle_path"]) == ("cycle", ["B", "A", "B"])


def test_python_deletes_what_a_screen_drags_or_renames() -> None:
    wire = Wire()
    key = wire.id_of("B")
    wire.session.set_graph(CHAIN.remove_node("B"))
    assert wire.edit({"op": "move", "positions": {key: [1, 2]}}, base=0)["code"] == "unknown_node"
    assert wire.edit({"op": "set_node", "id": key, "name": "X"}, base=0)["code"] == "unknown_node"


def test_python_renames_what_a_screen_drags_and_both_hold() -> None:
    wire = Wire()
    key = wire.id_of("B")
    wire.session.set_graph(CHAIN.rename_node("B", "Beta"))
    assert wire.edit({"op": "move", "positions": {key: [300, 200]}}, base=0)["kind"] == "commit"
    assert wire.graph.node("Beta").position == (3, 2)


def test_a_reject_and_the_edits_that_depend_on_it() -> None:
    wire = Wire()
    node = {**wire.add_node("D"), "name": "A"}
    assert wire.edit(node)["code"] == "duplicate_node"
    edge = {"op": "add_edge", "id": "x", "source": wire.id_of("A"), "target": "D", **PLAIN}
    assert wire.edit(edge)["code"] == "unknown_node"
    assert wire.graph is CHAIN


def test_a_group_is_one_revision_and_all_or_nothing() -> None:
    wire = Wire()
    bad = [wire.add_node("D"), wire.add_edge("C", "A")]
    assert wire.edit(*bad)["kind"] == "reject"
    assert wire.graph is CHAIN
    key = wire.edge_id("A", "B")
    assert wire.edit({"op": "delete_edge", "id": key}, wire.add_edge("B", "A"))["rev"] == 1
    assert wire.graph.directed_edges == {("B", "A"), ("B", "C")}


def test_read_only_takes_nothing_from_a_screen_but_all_from_python() -> None:
    wire = Wire()
    wire.session.read_only = True
    assert wire.edit(wire.add_node("D"))["code"] == "read_only"
    wire.session.set_graph(CHAIN.add_node("D"))
    assert wire.graph.nodes == ("A", "B", "C", "D")


def test_a_paste_of_500_nodes_is_one_group() -> None:
    wire = Wire(CausalGraph())
    nodes = [{**wire.add_node(f"v{i}"), "x": i * 10} for i in range(500)]
    edges = [
        {"op": "add_edge", "id": f"e{i}", "source": f"v{i // 2}", "target": f"v{i}", **PLAIN}
        for i in range(1, 500)
    ]
    assert wire.edit(*nodes, *edges)["rev"] == 1
    assert len(wire.graph.nodes) == 500
    assert len(wire.graph.edges) == 499


@pytest.mark.parametrize(
    "name", ['a "b"', "<script>alert(1)</script>", "因果 🎲", "a'b\\c", "$x$", "{{x}}", "x" * 300]
)
def test_names_are_only_names(name: str) -> None:
    wire = Wire()
    assert wire.edit({**wire.add_node("D"), "name": name})["kind"] == "commit"
    assert wire.graph.nodes[-1] == name
    assert wire.session.snapshot()["nodes"][-1]["name"] == name


def drawn(wire: Wire) -> set[tuple[str, str]]:
    """Check that no role was drawn, and return the edges that were."""
    graph = to_graph(wire.session.state.drawn)
    assert not any(graph.node(name).roles for name in graph.nodes)
    return set(graph.directed_edges)


def test_what_python_did_is_not_drawn() -> None:
    wire = Wire()
    chain = set(CHAIN.directed_edges)
    more = wire.graph.add_node("D").add_edge("C", "D")
    wire.session.set_graph(more.set_roles("A", "latent"))
    assert drawn(wire) == chain
    wire.edit(wire.add_edge("A", "C"))
    assert drawn(wire) == chain | {("A", "C")}
    wire.edit({"op": "move", "positions": {wire.id_of("A"): [1, 2], wire.id_of("D"): [3, 4]}})
    wire.edit({"op": "delete_edge", "id": wire.edge_id("C", "D")})
    wire.session.undo()
    assert drawn(wire) == chain | {("A", "C")}


def test_what_is_drawn_on_what_python_did_is_drawn_with_it() -> None:
    wire = Wire()
    wire.session.set_graph(wire.graph.add_node("D").add_edge("C", "D"))
    wire.edit(wire.add_edge("A", "D"))
    assert drawn(wire) == {("A", "B"), ("B", "C"), ("C", "D"), ("A", "D")}
    wire.session.set_graph(wire.graph.remove_edge("A", "B"))
    wire.edit(wire.add_edge("B", "A", "y"))
    assert drawn(wire) == {("B", "A"), ("B", "C"), ("C", "D"), ("A", "D")}


def test_set_graph_sends_only_what_differs() -> None:
    wire = Wire()
    wire.session.set_graph(CHAIN.add_edge("A", "C"))
    (said,) = wire.said
    assert (said["origin"], [op["op"] for op in said["ops"]]) == ("python", ["add_edge"])
    wire.session.set_graph(CausalGraph(edges=[("B", "C"), ("A", "C"), ("A", "B")]))
    assert len(wire.said) == 1


def test_the_value_that_python_sets_is_the_value_that_is_shown() -> None:
    wire = Wire()
    value = CausalGraph(edges=[("C", "D")]).set_position("D", (0.123456789, 1e3))
    wire.session.set_graph(value)
    assert wire.graph is value


def test_an_observer_that_fails_is_reported_once_and_breaks_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    wire, seen = Wire(), []

    def fail(_: CausalGraph) -> None:
        raise ZeroDivisionError

    wire.session.observers.add(fail)
    wire.session.observers.add(seen.append)
    with caplog.at_level(logging.ERROR):
        wire.edit(wire.add_node("D"))
        wire.edit(wire.add_node("E"))
    assert [graph.nodes[-1] for graph in seen] == ["D", "E"]
    assert len(caplog.records) == 1
    assert "ZeroDivisionError" in caplog.text


def test_an_observer_may_edit_and_all_hear_in_order() -> None:
    wire, seen = Wire(), []

    def add(graph: CausalGraph) -> None:
        if "E" not in graph.nodes:
            wire.session.set_graph(graph.add_node("E"))

    wire.session.observers.add(add)
    wire.session.observers.add(seen.append)
    wire.edit(wire.add_node("D"))
    assert [graph.nodes for graph in seen] == [
        ("A", "B", "C", "D"),
        ("A", "B", "C", "D", "E"),
    ]


def test_an_observer_that_was_removed_hears_nothing() -> None:
    wire, seen = Wire(), []
    wire.session.observers.add(seen.append)
    wire.session.observers.remove(seen.append)
    wire.edit(wire.add_node("D"))
    assert seen == []


def test_a_wire_that_is_cut_does_not_undo_the_edit(caplog: pytest.LogCaptureFixture) -> None:
    def cut(_: object) -> None:
        raise OSError("gone")

    session = EditorSession(CHAIN, cut)
    with caplog.at_level(logging.ERROR):
        session.set_graph(CHAIN.add_node("D"))
    assert session.graph.nodes[-1] == "D"
    assert "could not be sent" in caplog.text
