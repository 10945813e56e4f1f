from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import comm
import pytest
from comm.base_comm import BaseComm

from causal_magics import errors
from causal_magics.graph.model import CausalGraph
from causal_magics.widgets import graph_editor, opening
from causal_magics.widgets.binding import check
from causal_magics.widgets.graph_editor import MIME_TYPE, GraphEditor, live_editors
from causal_magics.widgets.opening import attach, edit

CHAIN = CausalGraph(edges=[("A", "B"), ("B", "C")])
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class FrontEnd:
    """The other end of every comm: what it hears, and what it says to a widget."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.opened: list[dict[str, Any]] = []

    def create_comm(self, *args: Any, **kwargs: Any) -> BaseComm:
        front_end = self

        class Comm(BaseComm):  # type: ignore[misc]
            def publish_msg(self, msg_type: str, data: Any = None, **_: Any) -> None:
                data = json.loads(json.dumps(data, allow_nan=False))
                if msg_type == "comm_open":
                    front_end.opened.append(data)
                elif msg_type == "comm_msg":
                    front_end.heard.append(data)

        return Comm(*args, **kwargs)

    def custom(self) -> list[Any]:
        return [data["content"] for data in self.heard if data["method"] == "custom"]

    def updates(self) -> list[Any]:
        return [data["state"] for data in self.heard if data["method"] == "update"]

    def say(self, editor: GraphEditor, data: dict[str, Any]) -> None:
        editor.comm.handle_msg({"content": {"data": data}, "buffers": []})

    def draw(self, editor: GraphEditor, name: str) -> None:
        node = {"op": "add_node", "id": name, "name": name, "roles": [], "x": 0, "y": 0}
        message = {"kind": "ops", "gid": name, "base_rev": 0, "origin": "s", "ops": [node]}
        self.say(editor, {"method": "custom", "content": message})


@pytest.fixture
def front_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[FrontEnd]:
    made = FrontEnd()
    monkeypatch.setattr(comm, "create_comm", made.create_comm)
    yield made
    for editor in live_editors():
        editor.close()


def _bundle(editor: GraphEditor) -> dict[str, Any]:
    shown = editor._repr_mimebundle_(include=None, exclude=None)
    assert shown is not None
    return shown[0]


def test_a_screen_that_opens_gets_the_whole_document(front_end: FrontEnd) -> None:
    editor = edit(CHAIN, title="Chain", columns=["A", "D"])
    state = front_end.opened[-1]["state"]
    assert state["snapshot"] == editor.session.snapshot()
    assert (state["title"], state["read_only"], state["columns"]) == ("Chain", False, ["A", "D"])
    assert "export" in state["_esm"]


def test_an_edit_on_the_screen_is_answered_and_read_in_python(front_end: FrontEnd) -> None:
    names: dict[str, Any] = {}
    editor = edit(CHAIN, "g", namespace=names)
    front_end.draw(editor, "D")
    (said,) = front_end.custom()
    assert (said["kind"], said["rev"], said["gid"]) == ("commit", 1, "D")
    assert editor.graph.nodes == ("A", "B", "C", "D")
    assert names["g"] is editor.graph


def test_hello_is_answered_with_a_snapshot(front_end: FrontEnd) -> None:
    editor = edit(CHAIN)
    hello = {"kind": "hello", "origin": "s"}
    front_end.say(editor, {"method": "custom", "content": hello})
    assert front_end.custom()[0]["document"] == editor.session.snapshot()


def test_the_snapshot_trait_follows_a_burst_of_edits_once(
    front_end: FrontEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph_editor, "SNAPSHOT_DELAY", 0.05)
    editor = edit(CHAIN)
    for number in range(20):
        front_end.draw(editor, f"v{number}")
    deadline = time.monotonic() + 10
    while not front_end.updates() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.1)
    revisions = [state["snapshot"]["rev"] for state in front_end.updates() if "snapshot" in state]
    assert revisions[-1] == 20
    assert len(revisions) <= 2


def test_what_the_notebook_keeps_follows_the_edits(
    front_end: FrontEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph_editor, "STORED_DELAY", 0.05)
    editor = edit(CHAIN, "g", namespace={})
    assert editor.stored == {}
    front_end.draw(editor, "D")
    deadline = time.monotonic() + 10
    while not editor.stored and time.monotonic() < deadline:
        time.sleep(0.01)
    bundle = _bundle(editor)
    assert editor.stored == {
        "document": bundle[MIME_TYPE]["document"],
        "drawn": None,
        "name": "g",
        "svg": bundle["image/svg+xml"],
        "text": bundle["text/plain"],
    }


@pytest.mark.parametrize(
    "state", [{"snapshot": {}}, {"snapshot": 7}, {"read_only": True}, {"title": "x", "_esm": "y"}]
)
def test_a_screen_cannot_write_what_is_the_kernels(
    front_end: FrontEnd, state: dict[str, Any]
) -> None:
    editor = edit(CHAIN, title="Chain")
    before = {key: getattr(editor, key) for key in state}
    front_end.say(editor, {"method": "update", "state": state, "buffer_paths": []})
    assert {key: getattr(editor, key) for key in state} == before
    front_end.draw(editor, "D")
    assert editor.graph.nodes[-1] == "D"


@pytest.mark.parametrize("content", [None, 1, "x", [], {}, {"kind": "ops", "gid": "g"}])
def test_nonsense_on_the_wire_changes_nothing(front_end: FrontEnd, content: object) -> None:
    editor = edit(CHAIN)
    front_end.say(editor, {"method": "custom", "content": content})
    assert editor.graph is CHAIN


def test_read_only_can_be_switched(front_end: FrontEnd) -> None:
    editor = edit(CHAIN, read_only=True)
    front_end.draw(editor, "D")
    assert editor.graph is CHAIN
    editor.read_only = False
    front_end.draw(editor, "E")
    assert editor.graph.nodes[-1] == "E"


def test_python_edits_and_undoes(front_end: FrontEnd) -> None:
    editor = edit(CHAIN)
    editor.set_graph(CHAIN.add_edge("A", "C"))
    front_end.draw(editor, "D")
    editor.undo()
    assert editor.graph.nodes == ("A", "B", "C", "D")
    assert editor.graph.directed_edges == CHAIN.directed_edges
    editor.redo()
    assert ("A", "C") in editor.graph.directed_edges
    assert [said["kind"] for said in front_end.custom()] == ["commit"] * 4


def test_on_change_as_a_decorator(front_end: FrontEnd) -> None:
    editor, seen = edit(CHAIN), []

    @editor.on_change
    def note(graph: CausalGraph) -> None:
        seen.append(graph)

    front_end.draw(editor, "D")
    editor.on_change(note, remove=True)
    front_end.draw(editor, "E")
    assert [graph.nodes[-1] for graph in seen] == ["D"]


def test_the_display_has_every_form_and_is_current(front_end: FrontEnd) -> None:
    names: dict[str, Any] = {}
    editor = edit(CHAIN, "g", namespace=names)
    front_end.draw(editor, "D")
    data = _bundle(editor)
    assert set(data) == {MIME_TYPE, WIDGET_VIEW, "image/svg+xml", "text/plain"}
    assert data["text/plain"] == str(editor.graph)
    own = data[MIME_TYPE]
    assert own["document"] == editor.session.snapshot()
    assert own["document"]["rev"] == 1
    assert (own["version"], own["name"], own["comparison"]) == (1, "g", None)
    assert own["model_id"] is None
    assert data[WIDGET_VIEW]["model_id"] == editor.model_id
    assert data["image/svg+xml"].startswith("<svg")
    assert editor.snapshot["rev"] == 1
    json.dumps(data)


def test_the_plain_text_is_the_same_for_the_same_graph(front_end: FrontEnd) -> None:
    first, second = edit(CHAIN), edit(CHAIN)
    assert _bundle(first)["text/plain"] == _bundle(second)["text/plain"]
    assert repr(first) == repr(second) == "<GraphEditor: 3 nodes, 2 edges>"


def test_repr_has_the_name(front_end: FrontEnd) -> None:
    assert repr(edit(CHAIN, "g", namespace={})) == "<GraphEditor bound to g: 3 nodes, 2 edges>"


def test_a_closed_editor_leaves_screen_and_name(front_end: FrontEnd) -> None:
    names: dict[str, Any] = {}
    editor = edit(CHAIN, "g", namespace=names)
    assert editor in live_editors()
    editor.close()
    assert editor not in live_editors()
    editor.set_graph(CHAIN.add_node("D"))
    assert names["g"] is CHAIN
    names["g"] = CHAIN.remove_node("A")
    check()
    assert editor.graph.nodes == ("A", "B", "C", "D")
    assert editor.name is None


def test_live_editors_are_listed_oldest_first(front_end: FrontEnd) -> None:
    editors = [edit(CHAIN) for _ in range(3)]
    editors[1].close()
    assert live_editors() == [editors[0], editors[2]]


def test_a_rerun_of_the_cell_closes_its_earlier_editor(
    front_end: FrontEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ("cell", "first")
    monkeypatch.setattr(opening, "_running_cell", lambda: run)
    names: dict[str, Any] = {}
    first, other = edit(CHAIN, "g", namespace=names), edit(CHAIN)
    second = edit(CHAIN, "g", namespace=names)
    assert live_editors() == [first, other, second]
    run = ("cell", "second")
    third = edit(CHAIN, "g", namespace=names)
    assert live_editors() == [other, third]
    front_end.draw(third, "D")
    assert names["g"] is third.graph


def test_a_rerun_that_opens_other_names_leaves_no_editor_of_the_run_before(
    front_end: FrontEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ("cell", "first")
    monkeypatch.setattr(opening, "_running_cell", lambda: run)
    before, elsewhere = edit(CHAIN, "g", namespace={}), edit(CHAIN)
    elsewhere.cells = {"other": "first"}
    opening.after_cell(None)
    assert live_editors() == [before, elsewhere]
    run = ("cell", "second")
    after = edit(CHAIN, "h", namespace={})
    assert live_editors() == [before, elsewhere, after]
    opening.after_cell(None)
    assert live_editors() == [elsewhere, after]


def test_an_editor_lives_as_long_as_any_cell_shows_it(
    front_end: FrontEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ("drawn", "1")
    monkeypatch.setattr(opening, "_running_cell", lambda: run)
    names: dict[str, Any] = {}
    first = edit(CHAIN, "g", namespace=names)
    opening.after_cell(None)
    for number in "234":
        run = ("attached", number)
        assert attach(names["g"], "g", namespace=names, effect="A -> C") is first
        opening.after_cell(None)
        assert live_editors() == [first]
    run = ("drawn", "5")
    again = edit(CHAIN.add_node("D"), "g", namespace=names)
    opening.after_cell(None)
    assert live_editors() == [first, again]
    assert first.graph is names["g"] is again.graph
    run = ("attached", "6")
    assert attach(names["g"], "g", namespace=names, effect="A -> C") is again
    opening.after_cell(None)
    assert live_editors() == [again]


@pytest.mark.parametrize("graph", [None, "A -> B", {"A": "B"}, 3])
def test_only_graphs_can_be_edited(front_end: FrontEnd, graph: Any) -> None:
    with pytest.raises(errors.EditorError, match="Expected a CausalGraph"):
        edit(graph)
    editor = edit(CHAIN)
    with pytest.raises(errors.EditorError, match="Expected a CausalGraph"):
        editor.set_graph(graph)
    assert editor.graph is CHAIN


@pytest.mark.parametrize("name", ["", "a b", "1x", "g.h", "class", 3])
def test_only_python_names_can_be_bound(front_end: FrontEnd, name: Any) -> None:
    with pytest.raises(errors.EditorError, match="Expected a Python name"):
        edit(CHAIN, name, namespace={})
    assert not front_end.opened


def test_a_name_needs_a_notebook(front_end: FrontEnd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_shell", lambda: None)
    with pytest.raises(errors.EditorError, match="namespace"):
        edit(CHAIN, "g")


def test_a_missing_bundle_is_said_in_the_editors_place(
    front_end: FrontEnd, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr(graph_editor, "BUNDLE", tmp_path / "missing.js")
    edit(CHAIN)
    assert "make build" in front_end.opened[-1]["state"]["_esm"]


def test_an_editor_without_nodes(front_end: FrontEnd) -> None:
    editor = edit(CausalGraph())
    assert _bundle(editor)[MIME_TYPE]["document"]["nodes"] == []
    front_end.draw(editor, "A")
    assert editor.graph.nodes == ("A",)


def test_a_rerun_keeps_the_places_of_nodes_whose_text_gives_none(
    front_end: FrontEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ("cell", "first")
    monkeypatch.setattr(opening, "_running_cell", lambda: run)
    names: dict[str, Any] = {}
    first = edit(CHAIN, "g", namespace=names)
    moved = first.session.state.document
    key = next(key for key, node in moved.nodes.items() if node.name == "B")
    operation = {"op": "move", "positions": {key: [480.0, 240.0]}}
    message = {"kind": "ops", "gid": "m", "base_rev": 0, "origin": "s", "ops": [operation]}
    front_end.say(first, {"method": "custom", "content": message})
    run = ("cell", "second")
    second = edit(CHAIN.add_node("D").add_edge("C", "D"), "g", namespace=names)
    places = {node.name: (node.x, node.y) for node in second.session.state.document.nodes.values()}
    before = {node.name: (node.x, node.y) for node in first.session.state.document.nodes.values()}
    assert places["B"] == (480.0, 240.0)
    assert {name: places[name] for name in before} == before
    assert second.session.state.document.nodes[key].name == "B"


def test_the_kept_picture_shows_the_differences_that_the_screen_shows() -> None:
    graph, reference = CausalGraph.parse("A -> B"), CausalGraph.parse("A -> B -> C")
    editor = edit(graph.add_node("C"), reference=reference)
    data, _ = editor._repr_mimebundle_()
    assert "B → C" in data["image/svg+xml"]
    assert "SHD 1 · SID 2" in data["image/svg+xml"]
    editor.set_graph(reference)
    editor._write_stored()
    assert "SHD 0" in editor.stored["svg"]
    editor.close()
