"""What an edit changed, in the ids of the document."""

from __future__ import annotations

from typing import Any

import pytest
from widgets.opinionated import chain_frame

from causal_magics import CausalGraph
from causal_magics.widgets.changes import Answered, Drawn, alike
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.overlay import overlays
from causal_magics.widgets.session import EditorSession

PLAIN = Evidence()


def answered(
    session: EditorSession, before: Answered | None = None, evidence: Evidence = PLAIN
) -> Answered:
    state = session.state
    evidence.take(state.graph)
    *_, told = overlays(state, evidence, before)
    return Answered(Drawn(state.document, state.graph), evidence, told)


def changed(text: str, after: str, evidence: Evidence = PLAIN) -> tuple[Any, Any]:
    """The change between two graphs, and the whole overlay, with names for ids."""
    session = EditorSession(CausalGraph.parse(text))
    before = answered(session, evidence=evidence)
    session.set_graph(CausalGraph.parse(after))
    told: Any = answered(session, before, evidence).told
    return told["change"], told


def listed(change: Any) -> list[str]:
    return [
        f"{each['what']} {each['source']} {each['was']}{'⇄' * each['was_reversed']}"
        f"{each['mark']} {each['target']}"
        for each in change["edges"]
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("A; B", "A -> B", ["added A None-> B"]),
        ("A -> B", "A; B", ["removed A ->None B"]),
        ("A -> B", "B -> A", ["reversed B ->⇄-> A"]),
        ("A -> B", "A <-> B", ["changed A -><-> B"]),
        ("A -- B", "A -> B", ["changed A ---> B"]),
        ("A -> B", "A -> B; A <-> B", ["added A None<-> B"]),
        ("A -> B; A <-> B", "B -> A; A <-> B", ["reversed B ->⇄-> A"]),
        ("A -> B", "A -> B [required]", ["changed A ->-> B"]),
        ("A; B", "A -> B [forbidden]", ["changed A NoneNone B"]),
        ("A -> B", "A -> B [forbidden]", ["removed A ->None B"]),
        ("A <-> B", "B <-> A", []),
        ("A -> B", "A -> B; C", []),
        ("A -> B -> C", "A -> B", ["removed B ->None C"]),
        ("A -> B; C -> D", "A; B; C -> D -> A", ["added D None-> A", "removed A ->None B"]),
    ],
)
def test_each_edge_that_changed_is_told(before: str, after: str, expected: list[str]) -> None:
    assert listed(changed(before, after)[0]) == expected


def test_a_node_that_is_gone_has_a_name_and_no_id() -> None:
    (entry,) = changed("A -> B -> C", "A -> B")[0]["edges"]
    assert (entry["source"], entry["target"], entry["target_id"]) == ("B", "C", None)
    assert entry["source_id"] is not None


def test_a_rename_changes_no_edge_and_keeps_what_changed_before() -> None:
    session = EditorSession(CausalGraph.parse("A -> B -> C"))
    first = answered(session)
    session.set_graph(session.graph.remove_edge("B", "C"))
    second = answered(session, first)
    session.set_graph(session.graph.rename_node("B", "Beta"))
    assert alike(second.drawn.document, session.state.document)
    assert listed(answered(session, first).told["change"]) == ["removed Beta ->None C"]
    assert answered(session, second).told["change"] == {
        "edges": [], "bits": None, "broken": [], "estimand": None, "sets": None,
    }  # fmt: skip


def test_new_and_broken_independences_are_those_of_separation() -> None:
    change, told = changed("A -> B -> C; D", "A -> B; A -> C; D")
    new = [each for each in told["independences"] if each["new"]]
    (one,) = new
    assert one["given"], "B and C are apart given A"
    (broken,) = change["broken"]
    assert {*broken["x"], *broken["y"]} != {*one["x"], *one["y"]}
    first, again = changed("A -> B -> C", "A -> B -> C -> D")
    assert {len(each["given"]) for each in again["independences"] if each["new"]} == {1}
    assert first["broken"] == []


def test_a_statement_listed_otherwise_is_not_new() -> None:
    # Without W, A and C are apart given B as before, though another set was listed.
    change, told = changed("W -> A -> B -> C; W -> D", "A -> B -> C; W -> D")
    assert any(each["new"] for each in told["independences"]), "A and W are apart now"
    ids = {each["x"][0] + each["y"][0]: each for each in told["independences"]}
    assert not all(each["new"] for each in ids.values())
    assert change["broken"] == []


@pytest.mark.parametrize("text", ["A @-> B @-@ C; D", "A -- B -- C; D", "A -- B -> C -- D -- A"])
def test_graphs_of_other_kinds_have_changes_too(text: str) -> None:
    change, told = changed(text, f"{text}; E -> D")
    assert "E" in {entry["source"] for entry in change["edges"]}
    assert all(isinstance(each["new"], bool) for each in told["independences"])
    back, _ = changed(f"{text}; E -> D", text)
    assert [entry["what"] for entry in back["edges"]] == ["removed"]


def test_bits_of_a_change_are_those_of_whole_graphs() -> None:
    evidence = Evidence(chain_frame())
    change, told = changed("A -> B; C; D", "A -> B -> C; D", evidence)
    prices = evidence.prices(CausalGraph("ABCD"))
    assert prices is not None
    assert prices.edges is not None
    saved = [prices.edges.bits_saved(CausalGraph.parse(t)) for t in ("A -> B; C; D", "A->B->C; D")]
    assert change["bits"] == pytest.approx(saved[0] - saved[1], rel=1e-4)
    (entry,) = change["edges"]
    assert entry["bits"] == pytest.approx(change["bits"]), "one edge changed"
    assert change["bits"] < -50
    assert told["bits"]["saved"] == pytest.approx(saved[1], rel=1e-4)


def test_each_of_several_edges_has_its_own_price() -> None:
    change, _ = changed("A -> B; C -> D", "A; B; B -> C; D", Evidence(chain_frame()))
    by_edge = {entry["source"] + entry["target"]: entry["bits"] for entry in change["edges"]}
    assert by_edge["AB"] > 50, "a true edge that goes makes the code longer"
    assert by_edge["BC"] < -50
    assert by_edge["CD"] < 5
    assert change["bits"] == pytest.approx(sum(by_edge.values()), abs=1e-2)
    settled, _ = changed("A -> B", "A -> B [required]", Evidence(chain_frame()))
    assert settled["edges"][0]["bits"] is None
    assert settled["bits"] == 0


def test_what_became_of_the_effect_is_told_for_the_same_question() -> None:
    roles = "X [exposure]; Y [outcome]; "
    change, told = changed(f"{roles} X -> Y; Z", f"{roles} X -> Y; X <- Z -> Y")
    assert change["estimand"]["was"] != change["estimand"]["now"] == told["effect"]["summary"]
    assert [len(each) for each in change["sets"]["gone"]] == [0]
    assert [len(each) for each in change["sets"]["new"]] == [1]
    same, _ = changed(f"{roles} X -> Y; Z", f"{roles} X -> Y -> Z")
    assert (same["estimand"], same["sets"]) == (None, None)
    other, _ = changed(f"{roles} X -> Y; Z", "X [exposure]; Z [outcome]; X -> Y; X <- Z -> Y")
    assert (other["estimand"], other["sets"]) == (None, None)


def test_sets_with_a_node_that_is_gone_are_left_out() -> None:
    roles = "X [exposure]; Y [outcome]; X -> Y"
    change, _ = changed(f"{roles}; X <- Z -> Y", roles)
    assert change["sets"] == {"gone": [], "new": [[]]}


def test_the_first_answer_has_no_change() -> None:
    assert answered(EditorSession(CausalGraph.parse("A -> B"))).told["change"] is None


@pytest.mark.parametrize(
    ("before", "after", "prices"),
    [
        ("A; B; C", "A <-> B; C", [False]),
        ("A -> B; C", "A -> B; A <-> B; C", [False]),
        ("A <-> B; C", "A; B; C", [False]),
        ("A -> B; C", "A <-> B; C", [True]),
        ("A; B; C", "A <-> B; A -> B; C", [False, True]),
        ("A; B; C", "A -> B; A <-> B; C", [True, False]),
        ("A; B; C", "A -> B -> C", [True, True]),
    ],
)
def test_a_hidden_common_cause_has_no_bits(before: str, after: str, prices: list[bool]) -> None:
    change, _ = changed(before, after, Evidence(chain_frame()))
    assert [each["bits"] is not None for each in change["edges"]] == prices
    assert isinstance(change["bits"], float)
    if not any(prices):
        assert change["bits"] == 0.0
