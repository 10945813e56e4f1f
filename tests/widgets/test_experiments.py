"""A policy experiments on the graph of an editor, anew after each edit."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from oracles.scripted_policy import Found, ScriptedPolicy

from causal_magics import CausalGraph
from causal_magics.widgets.experimenter import Experimenter, experimenter_of
from causal_magics.widgets.experiments_view import experiments_view, signed, step_words
from causal_magics.widgets.graph_editor import MIME_TYPE, GraphEditor
from causal_magics.widgets.opening import edit
from causal_magics.widgets.session import EditorSession, State

GRAPH = CausalGraph.parse("E [outcome]; A -> B -> E; C -> E; C -> D")


def told(found: Found, state: State) -> dict[str, Any]:
    view = experiments_view(found, state.document)  # type: ignore[arg-type]
    return json.loads(json.dumps(view, allow_nan=False))  # type: ignore[no-any-return]


def said(editor: GraphEditor, seconds: float = 5.0) -> dict[str, Any]:
    """What the editor says once it says it of the graph that is shown."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        shown: dict[str, Any] = editor.experiments
        if shown["rev"] == editor.session.state.revision:
            return shown
        time.sleep(0.01)
    raise AssertionError(editor.experiments)


@pytest.fixture
def policy() -> ScriptedPolicy:
    return ScriptedPolicy()


@pytest.fixture
def editor(policy: ScriptedPolicy) -> Iterator[GraphEditor]:
    made = edit(GRAPH, policy=policy)  # type: ignore[arg-type]
    yield made
    made.close()


def test_steps_are_told_in_the_ids_of_the_document() -> None:
    state = EditorSession(GRAPH).state
    found = ScriptedPolicy().act(GRAPH)
    view = told(found, state)
    names = {key: node.name for key, node in state.document.nodes.items()}
    assert [names[key] for key in view["nodes"]] == list(GRAPH.nodes)
    assert (names[view["goal"]], view["conclusion"]) == ("E", found.conclusion)
    assert len(view["steps"]) == len(found.steps) == 12
    for step, shown in zip(found.steps, view["steps"], strict=True):
        assert [names[shown["set"][0]], shown["set"][1]] == [step.target, step.setting]
        assert shown["values"] == pytest.approx([*step.values.values()], rel=1e-3)
        assert [names[key] for key in shown["moved"]] == list(step.moved)
        *_, first = sorted(step.preferences.items(), key=lambda item: item[1])
        key, setting, p, expected = shown["preferences"][0]
        assert ((names[key], setting), p) == first
        told_now = found.expected[first[0]] if step.phase == "exploit" else None
        assert expected == (told_now and pytest.approx(told_now, rel=1e-3))


def test_each_step_has_its_words() -> None:
    found = ScriptedPolicy().act(GRAPH)
    steps = told(found, EditorSession(GRAPH).state)["steps"]
    assert [step["phase"] for step in steps[6:10]] == [
        "exploring 7 of 8", "exploring 8 of 8", "using 1 of 4", "using 2 of 4",
    ]  # fmt: skip
    assert steps[0]["words"] == ("Set A to −2: E ▼ 4.1 sd and B ▼ 2.9 sd moved; C and D did not.")
    assert steps[7]["words"] == "Set D to +2: nothing else moved."
    assert steps[8]["words"].startswith("Set A to +2: E is +4.9; E ▲ 4.9 sd and B ▲ 3.1 sd moved")
    watched = replace(found.steps[0], target=None, setting=None, values={"A": 0.0, "B": 9.0},
                      deviations={"A": 0.0, "B": 9.0})  # fmt: skip
    assert step_words(watched, "B") == "Watched: B ▲ 9.0 sd moved; A did not."  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0"), (2, "+2"), (-0.314, "−0.31"), (14.53, "+14.5"), (-123.4, "−123"), (0.004, "0"),
     (0.999, "+1"), (100, "+100"), (-0.001, "0")],
)  # fmt: skip
def test_numbers_are_short(value: float, words: str) -> None:
    assert signed(value) == words


def test_what_is_believed_grows_and_ends_as_the_belief() -> None:
    state = EditorSession(GRAPH).state
    found = ScriptedPolicy(doubts=1).act(GRAPH)
    ids = {node.name: key for key, node in state.document.nodes.items()}
    steps = told(found, state)["steps"]
    assert steps[0]["belief"] == []
    last = {(source, target): p for source, target, p in steps[-1]["belief"]}
    assert last == {
        (ids[edge.source], ids[edge.target]): edge.confidence for edge in found.belief.edges
    }
    assert (ids["D"], ids["C"]) in last


def test_a_cycle_is_never_believed() -> None:
    found = ScriptedPolicy().act(GRAPH)
    sure = {("A", "B"): 0.9, ("B", "C"): 0.8, ("C", "A"): 0.7, ("A", "D"): 0.4}
    object.__setattr__(found.steps[0], "beliefs", sure)
    state = EditorSession(GRAPH).state
    ids = {node.name: key for key, node in state.document.nodes.items()}
    belief = told(found, state)["steps"][0]["belief"]
    assert belief == [[ids["A"], ids["B"], 0.9], [ids["B"], ids["C"], 0.8]]


def test_a_step_that_sets_nothing_and_nodes_that_are_gone_are_left_out() -> None:
    found = ScriptedPolicy().act(GRAPH)
    object.__setattr__(found.steps[0], "target", None)
    view = told(found, EditorSession(GRAPH.remove_node("D")).state)
    assert view["steps"][0]["set"] is None
    assert len(view["nodes"]) == len(view["steps"][3]["values"]) == 4
    assert all(step["set"] is None or step["set"][0] in view["nodes"] for step in view["steps"])


def test_every_edit_is_answered_and_moves_are_not_asked_again(
    editor: GraphEditor, policy: ScriptedPolicy
) -> None:
    first = said(editor)
    assert (first["rev"], len(policy.asked)) == (0, 1)
    editor.set_graph(GRAPH.add_edge("A", "E"))
    second = said(editor)
    assert second["problem"] is None
    assert len(policy.asked) == 2
    editor.set_graph(editor.graph.with_positions({"A": (9, 9)}))
    assert said(editor)["rev"] == 2
    assert len(policy.asked) == 2
    assert editor.experimenter is not None
    assert editor.experimenter.latest is not None


def test_what_allows_no_experiments_is_told_and_can_be_mended(editor: GraphEditor) -> None:
    editor.set_graph(GRAPH.add_edge("A", "C", "<->"))
    assert said(editor) == {
        "rev": 1,
        "problem": "Expected a graph without <->. Draw the common cause as a node.",
    }
    editor.set_graph(GRAPH)
    assert len(said(editor)["steps"]) == 12


def test_the_goal_keeps_to_its_node_until_the_graph_says_another(policy: ScriptedPolicy) -> None:
    session = EditorSession(GRAPH.set_roles("E", ()))
    experimenter = experimenter_of(policy, "D")  # type: ignore[arg-type]
    for graph, goal in [
        (session.graph, "D"),
        (session.graph.rename_node("D", "Z"), "Z"),
        (session.graph.remove_node("D"), None),
        (GRAPH, None),
    ]:
        session.set_graph(graph)
        experimenter.told(session.state)
        assert policy.asked[-1][1] == goal


def test_a_goal_that_is_no_node_is_refused_by_the_policy(policy: ScriptedPolicy) -> None:
    experimenter = experimenter_of(policy, "Nobody")  # type: ignore[arg-type]
    assert experimenter.told(EditorSession(GRAPH).state)["problem"]
    assert policy.asked[-1][1] == "Nobody"


def test_what_was_found_before_is_shown_without_another_run(policy: ScriptedPolicy) -> None:
    found = policy.act(GRAPH)
    experimenter = Experimenter(policy.act, latest=found)  # type: ignore[arg-type]
    made = GraphEditor(GRAPH, experimenter=experimenter)
    assert made.experiments["conclusion"] == found.conclusion
    assert len(policy.asked) == 1
    bundle = made._repr_mimebundle_()
    assert bundle is not None
    assert bundle[0][MIME_TYPE]["experiments"]["conclusion"] == found.conclusion
    made.set_graph(GRAPH.add_edge("A", "E"))
    said(made)
    assert len(policy.asked) == 2
    made._write_stored()
    assert made.stored["experiments"]["rev"] == 1
    made.close()


def test_an_editor_without_a_policy_keeps_nothing_of_experiments() -> None:
    made = edit(GRAPH)
    bundle = made._repr_mimebundle_()
    assert bundle is not None
    assert (made.experiments, "experiments" in bundle[0][MIME_TYPE]) == ({}, False)
    made.close()


def test_a_policy_is_attached_and_taken_away(policy: ScriptedPolicy) -> None:
    made = edit(GRAPH)
    made.experiment(policy, "D")  # type: ignore[arg-type]
    assert said(made)["goal"]
    assert policy.asked == [(GRAPH, "D")]
    made.experiment(None)
    assert made.experiments == {}
    made.close()


def test_a_screen_cannot_write_experiments(editor: GraphEditor) -> None:
    before = said(editor)
    editor.set_state({"experiments": {"rev": 99}})
    assert editor.experiments == before
