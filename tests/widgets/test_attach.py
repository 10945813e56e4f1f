"""Evidence that is attached to a graph whose editor is open, or that opens one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from widgets.opinionated import Counted, by_names, chain_frame, settled, until

from causal_magics import CausalGraph, attach, edit
from causal_magics.errors import CausalMagicsError, DataError, EditorError
from causal_magics.widgets.effects import with_effect
from causal_magics.widgets.graph_editor import live_editors

from .test_graph_editor import FrontEnd, front_end

__all__ = ["front_end"]
CHAIN = CausalGraph.parse("A -> B -> C; D")


@pytest.fixture(autouse=True)
def closed(front_end: FrontEnd) -> Iterator[None]:
    yield
    for editor in live_editors():
        editor.close()


def test_the_open_editor_of_a_name_gets_the_evidence() -> None:
    names: dict[str, Any] = {}
    editor = edit(CHAIN, "g", namespace=names)
    assert attach(names["g"], "g", namespace=names, data=chain_frame()) is editor
    told: Any = (settled(editor), editor.overlay)[1]
    assert told["bits"]["source"] == "400 rows"
    assert list(editor.columns) == ["A", "B", "C", "D"]
    assert attach(CHAIN, namespace=names, effect="A -> C") is editor
    settled(editor)
    assert editor.overlay["bits"] is not None, "what is not given stays"
    assert (names["g"].exposures, names["g"].outcomes) == (("A",), ("C",))
    editor.undo()
    assert names["g"].exposures == ()


def test_otherwise_an_editor_is_opened() -> None:
    names: dict[str, Any] = {"g": CHAIN}
    first = attach(CHAIN, "g", namespace=names, data=chain_frame(), effect="A -> C")
    assert (first.name, names["g"].outcomes) == ("g", ("C",))
    first.undo()
    assert names["g"].outcomes == ("C",), "it opened with the effect"
    assert attach(names["g"], "h", namespace=names, domain="x") is not first
    assert attach(CHAIN.add_node("E"), "g", namespace=names, domain="x") is not first
    assert attach(CHAIN, data=chain_frame()).name is None


def test_a_name_of_another_namespace_is_another() -> None:
    one: dict[str, Any] = {}
    editor = edit(CHAIN, "g", namespace=one)
    assert attach(CHAIN, "g", namespace={}, domain="x") is not editor
    editor.close()
    assert attach(CHAIN, "g", namespace=one, domain="x") is not editor


def test_a_name_that_holds_another_graph_by_now_is_looked_at_first() -> None:
    names: dict[str, Any] = {}
    editor = edit(CHAIN, "g", namespace=names)
    names["g"] = CHAIN.add_edge("A", "D")
    assert attach(names["g"], "g", namespace=names, domain="x") is editor
    assert editor.graph is names["g"]


def test_more_evidence_leaves_what_was_attached() -> None:
    frame, model = chain_frame(), Counted("ABCD", [("A", "B"), ("B", "C")])
    editor = edit(CHAIN, data=frame, test="kernel")
    columns, tester = editor.evidence.columns, editor.evidence.tester
    settled(editor)
    editor.attach(model=model)
    settled(editor)
    assert by_names(editor)["AB"]["model"] is not None
    assert (editor.evidence.columns, editor.evidence.tester) == (columns, tester)
    editor.attach(reference=CausalGraph.parse("A -> B"))
    settled(editor)
    assert editor.overlay["comparison"]["shd"] >= 1
    assert editor.evidence.test == "kernel"
    editor.attach(test="partial correlation")
    assert (editor.evidence.test, editor.evidence.columns) == ("partial correlation", columns)
    editor.attach(data=chain_frame(100))
    settled(editor)
    assert editor.overlay["bits"]["source"] == "100 rows"
    assert editor.overlay["comparison"] is not None
    assert by_names(editor)["AB"]["model"] is not None
    assert len(model.calls) == 2


def test_detaching_leaves_the_graph_to_itself() -> None:
    editor = edit(CHAIN, data=chain_frame(), model=Counted("ABCD"), effect="A -> C")
    settled(editor)
    editor.detach()
    assert settled(editor) == {}
    assert editor.overlay["bits"] is editor.overlay["tests"] is None
    assert (list(editor.columns), editor.graph.exposures) == ([], ("A",))


def test_nothing_to_attach_is_said_in_a_line() -> None:
    editor = edit(CHAIN, "g", namespace={})
    for how in (lambda: attach(CHAIN), editor.attach):
        with pytest.raises(EditorError, match="Give data, discovery, test, reference, model"):
            how()
    assert live_editors() == [editor]


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"data": 7}, DataError, "data frame|table"),
        ({"model": 7}, EditorError, "language model"),
        ({"goal": "A"}, EditorError, "policy"),
        ({"effect": "A -> Q"}, CausalMagicsError, "no node 'Q'"),
    ],
)
def test_what_cannot_be_attached_leaves_all_as_it_was(
    given: Any, error: type[Exception], message: str
) -> None:
    editor = edit(CHAIN, data=chain_frame())
    before = editor.evidence
    with pytest.raises(error, match=message):
        editor.attach(**given)
    assert (editor.evidence, editor.graph) == (before, CHAIN)


@pytest.mark.parametrize(
    ("effect", "exposures", "outcomes"),
    [
        ("A -> C", ("A",), ("C",)), ("{A B} -> C", ("A", "B"), ("C",)),
        ("C <- A", ("A",), ("C",)), ("A -> {B C}", ("A",), ("B", "C")),
        ('"blood pressure" -> C', ("blood pressure",), ("C",)),
    ],
)  # fmt: skip
def test_an_effect_sets_exposures_and_outcomes(effect: str, exposures: Any, outcomes: Any) -> None:
    graph = CHAIN.add_node("blood pressure").set_roles("D", "exposure").set_roles("A", "adjusted")
    found = with_effect(graph, effect)
    assert (found.exposures, found.outcomes) == (exposures, outcomes)
    assert ("A" in found.adjusted) == ("A" not in (*exposures, *outcomes))
    assert with_effect(found, effect) is found
    assert with_effect(graph, None) is graph


@pytest.mark.parametrize(
    "effect", ["", "A", "A -- B", "A <-> B", "A -> B -> C", "A -> B; C", "A -> B [required]", 3]
)
def test_what_is_no_effect_is_refused(effect: Any) -> None:
    with pytest.raises(CausalMagicsError, match="Expected an effect"):
        with_effect(CHAIN, effect)


def test_names_of_an_effect_are_matched() -> None:
    with pytest.raises(CausalMagicsError, match="Did you mean 'Smoking'"):
        with_effect(CausalGraph.parse("Smoking -> Cancer"), "Smokin -> Cancer")


def test_an_edit_stops_the_answer_to_the_edit_before(monkeypatch: pytest.MonkeyPatch) -> None:
    editor = edit(CHAIN, data=chain_frame())
    settled(editor)
    tester = editor.evidence.tester
    assert tester is not None
    tested: list[object] = []
    monkeypatch.setattr(tester, "_answers", {})
    original = type(tester).__call__

    def slowly(self: Any, statement: Any) -> Any:
        tested.append(statement)
        if len(tested) == 2:
            editor.set_graph(CHAIN.add_edge("A", "D").add_edge("B", "D"))
        return original(self, statement)

    monkeypatch.setattr(type(tester), "__call__", slowly)
    shown: list[int] = []
    editor.observe(lambda change: shown.append(change["new"]["rev"]), "overlay")
    editor.set_graph(CHAIN.remove_edge("A", "B"))
    settled(editor)
    last = len(editor.overlay["independences"])
    assert len(tested) <= 2 + last, "the first answer went no further than the test it was at"
    assert shown == sorted(shown)
    edges = editor.overlay["change"]["edges"]
    assert {(each["source"] + each["target"], each["what"]) for each in edges} == {
        ("AD", "added"), ("BD", "added"),
    }, "a burst is one change, from what was answered last"  # fmt: skip


def test_what_the_last_edit_changed_stays_until_the_next() -> None:
    editor = edit(CHAIN, data=chain_frame())
    settled(editor)
    assert editor.overlay["change"] is None
    editor.set_graph(CHAIN.remove_edge("B", "C"))
    settled(editor)
    first = editor.overlay["change"]
    assert [each["what"] for each in first["edges"]] == ["removed"]
    editor.set_graph(editor.graph.with_positions({"A": (3.0, 4.0)}))
    settled(editor)
    until(lambda: editor.overlay["change"] == first)
    editor.set_graph(editor.graph.rename_node("D", "E"))
    settled(editor)
    assert [each["what"] for each in editor.overlay["change"]["edges"]] == ["removed"]
    editor.attach(reference=CHAIN)
    settled(editor)
    assert [each["what"] for each in editor.overlay["change"]["edges"]] == ["removed"]
    editor.set_graph(editor.graph.add_edge("B", "C"))
    settled(editor)
    assert [each["what"] for each in editor.overlay["change"]["edges"]] == ["added"]
    assert editor.overlay["change"]["bits"] == pytest.approx(-first["bits"])
