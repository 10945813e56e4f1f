from __future__ import annotations

from random import Random
from typing import Any

from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.session import EditorSession

CHAIN = CausalGraph(edges=[("A", "B"), ("B", "C")])


def submit(session: EditorSession, *ops: dict[str, Any]) -> None:
    revision = session.state.revision
    session.submit(
        {"kind": "ops", "gid": f"s{revision}", "base_rev": revision, "origin": "s", "ops": [*ops]}
    )
    assert session.state.revision == revision + 1


def test_undo_and_redo_of_what_python_did() -> None:
    session = EditorSession(CHAIN)
    second = CHAIN.remove_node("B").add_edge("A", "C", bits=3)
    session.set_graph(second)
    assert repr(session.undo()) == "<Undo: 4 changes.>"
    assert session.graph == CHAIN
    session.redo()
    assert session.graph == second
    session.undo()
    assert repr(session.undo()) == "<Undo: nothing that Python did is left.>"


def test_undo_leaves_what_the_screen_did() -> None:
    session = EditorSession(CHAIN)
    session.set_graph(CHAIN.add_node("D"))
    submit(session, {"op": "delete_edge", "id": next(iter(session.state.document.edges))})
    session.undo()
    assert session.graph.nodes == ("A", "B", "C")
    assert session.graph.directed_edges == {("B", "C")}


def test_undo_after_the_screen_deleted_the_node_skips_and_says_so() -> None:
    session = EditorSession(CHAIN)
    session.set_graph(CHAIN.set_roles("A", ["exposure"]).set_roles("B", ["adjusted"]))
    submit(session, {"op": "delete_node", "id": "n1"})
    undone = session.undo()
    assert (undone.applied, len(undone.skipped)) == (1, 1)
    assert "n1" in repr(undone)
    assert session.graph.node("B").roles == frozenset()


def test_undo_does_not_overwrite_what_the_screen_changed_since() -> None:
    session = EditorSession(CHAIN)
    session.set_graph(CHAIN.rename_node("A", "Age").set_roles("Age", ["exposure"]))
    session.set_graph(session.graph.rename_node("B", "Beta"))
    submit(session, {"op": "set_node", "id": "n2", "name": "Mine"})
    undone = session.undo()
    assert undone.applied == 0
    assert "changed since" in undone.skipped[0]
    assert "Mine" in session.graph.nodes


def test_undo_of_a_removal_where_the_name_was_taken_since() -> None:
    session = EditorSession(CHAIN)
    session.set_graph(CHAIN.remove_node("C"))
    node = {"op": "add_node", "id": "mine", "name": "C", "roles": [], "x": 0, "y": 0}
    submit(session, node)
    undone = session.undo()
    assert undone.applied == 0
    assert len(undone.skipped) == 2
    assert session.graph.directed_edges == {("A", "B")}


def test_a_new_change_forgets_what_could_be_redone() -> None:
    session = EditorSession(CHAIN)
    session.set_graph(CHAIN.add_node("D"))
    session.undo()
    session.set_graph(CHAIN.add_node("E"))
    assert session.redo().applied == 0


def test_history_is_bounded() -> None:
    session = EditorSession(CHAIN)
    for number in range(450):
        session.set_graph(session.graph.set_position("A", (number, 1)))
    steps = 0
    while session.undo().applied:
        steps += 1
    assert steps == 200


def test_undo_and_redo_walk_any_history_back_and_forth(random_graph: Any) -> None:
    rng = Random(5)
    for _ in range(40):
        session = EditorSession(random_graph(rng))
        documents = [session.state.document]
        for _ in range(6):
            session.set_graph(random_graph(rng))
            if session.state.document != documents[-1]:
                documents.append(session.state.document)
        for expected in reversed(documents[:-1]):
            assert not session.undo().skipped
            assert session.state.document == expected
        for expected in documents[1:]:
            assert not session.redo().skipped
            assert session.state.document == expected
