"""A policy experiments on the graph of an editor, anew after each edit."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from oracles.acting_policies import BestSeen, Silent

from causal_magics import CausalGraph
from causal_magics.errors import EditorError
from causal_magics.passive.acting.act import act
from causal_magics.passive.acting.experiments import Experiments, ExperimentStep
from causal_magics.widgets.experimenter import Experimenter, experimenter_of
from causal_magics.widgets.experiments_view import experiments_view, signed, step_words
from causal_magics.widgets.graph_editor import MIME_TYPE, GraphEditor
from causal_magics.widgets.opening import edit
from causal_magics.widgets.session import EditorSession, State

GRAPH = CausalGraph.parse("E [outcome]; A -> B -> E; C -> E; C -> D")


def told(found: Experiments, state: State) -> Any:
    return json.loads(json.dumps(experiments_view(found, state.document), allow_nan=False))


def ids_of(state: State) -> dict[str, str]:
    return {node.name: key for key, node in state.document.nodes.items()}


def said(editor: GraphEditor, seconds: float = 10.0) -> Any:
    """What the editor says once it says it of the graph that is shown."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        shown = editor.experiments
        if shown["rev"] == editor.session.state.revision:
            return shown
        time.sleep(0.01)
    raise AssertionError(editor.experiments)


def latest(editor: GraphEditor) -> Experiments:
    assert editor.experimenter is not None
    assert editor.experimenter.latest is not None
    return editor.experimenter.latest


@pytest.fixture
def editor() -> Iterator[GraphEditor]:
    made = edit(GRAPH, policy=BestSeen())
    yield made
    made.close()


def test_steps_are_told_in_the_ids_of_the_document() -> None:
    state, found = EditorSession(GRAPH).state, act(BestSeen(), GRAPH)
    view, ids = told(found, state), ids_of(state)
    assert view["nodes"] == [ids[name] for name in GRAPH.nodes]
    assert (view["goal"], view["conclusion"]) == (ids["E"], found.conclusion)
    assert len(view["steps"]) == len(found.steps) >= 12
    for step, shown in zip(found.steps, view["steps"], strict=True):
        assert shown["set"] == [ids[step.target or ""], step.setting]
        assert shown["values"] == pytest.approx([step.values[n] for n in GRAPH.nodes], rel=1e-3)
        assert shown["deviations"] == pytest.approx(
            [step.deviations[n] for n in GRAPH.nodes], rel=1e-3
        )
        assert shown["moved"] == [ids[name] for name in step.moved]


def test_the_likeliest_actions_come_first_and_what_they_come_to_once_outcomes_count() -> None:
    state, found = EditorSession(GRAPH).state, act(BestSeen(), GRAPH)
    ids = ids_of(state)
    for step, shown in zip(found.steps, told(found, state)["steps"], strict=True):
        (name, setting), p = max(step.preferences.items(), key=lambda item: item[1])
        assert shown["preferences"][0][:3] == [ids[name], setting, pytest.approx(p, rel=1e-3)]
        shares = [each[2] for each in shown["preferences"]]
        assert shares == sorted(shares, reverse=True)
        expected = shown["preferences"][0][3]
        if step.phase == "explore":
            assert expected is None
        else:
            assert expected == pytest.approx(found.expected[name, setting], rel=1e-3)


def test_what_is_believed_ends_as_the_belief_and_has_no_cycle() -> None:
    names = list(GRAPH.nodes)
    sure = np.zeros((len(names), len(names)))
    for cause, effect, p in [("A", "B", 0.9), ("B", "C", 0.8), ("C", "A", 0.7), ("A", "D", 0.4)]:
        sure[names.index(cause), names.index(effect)] = p
    state, found = EditorSession(GRAPH).state, act(BestSeen(believed=sure), GRAPH)
    ids = ids_of(state)
    expected = [[ids["A"], ids["B"], 0.9], [ids["B"], ids["C"], 0.8]]
    steps = told(found, state)["steps"]
    assert steps[0]["belief"] == steps[-1]["belief"] == expected
    assert [[ids[e.source], ids[e.target], e.confidence] for e in found.belief.edges] == expected


def test_a_policy_that_tells_no_belief_has_none() -> None:
    found = act(Silent(), GRAPH)
    assert {step["belief"] for step in told(found, EditorSession(GRAPH).state)["steps"]} == {None}


def test_nodes_that_are_gone_and_steps_that_set_nothing_are_left_out() -> None:
    found = act(BestSeen(), GRAPH)
    watched = replace(found.steps[0], target=None, setting=None)
    found = replace(found, steps=(watched, *found.steps[1:]))
    view = told(found, EditorSession(GRAPH.remove_node("D")).state)
    assert view["steps"][0]["set"] is None
    assert len(view["nodes"]) == len(view["steps"][3]["values"]) == 4
    assert any(step["set"] is None for step in view["steps"][1:])
    assert all(step["set"] is None or step["set"][0] in view["nodes"] for step in view["steps"])


def test_each_step_has_its_words() -> None:
    phases = [
        step["phase"] for step in told(act(BestSeen(), GRAPH), EditorSession(GRAPH).state)["steps"]
    ]
    assert phases[6:9] == ["exploring 7 of 8", "exploring 8 of 8", f"using 1 of {len(phases) - 8}"]
    values = {"A": -2.0, "B": -2.9, "C": 0.1, "D": 0.2, "E": -14.11}
    step = ExperimentStep("A", -2.0, "explore", values, values, {}, {})
    assert step_words(step, "E") == (
        "Set A to −2: B ▼ 2.9 sd and E ▼ 14.1 sd moved; C and D did not."
    )
    using = replace(step, phase="exploit")
    assert step_words(using, "E") == (
        "Set A to −2: E is −14.1 (▼ 14.1 sd); B ▼ 2.9 sd moved; C and D did not."
    )
    assert step_words(using, "C") == (
        "Set A to −2: C is +0.1; B ▼ 2.9 sd and E ▼ 14.1 sd moved; D did not."
    )
    still = dict.fromkeys(values, 0.0)
    assert step_words(replace(step, deviations=still), "E") == "Set A to −2: nothing else moved."
    watched = replace(step, target=None, setting=None, deviations={**still, "B": 9.0})
    assert step_words(watched, "E") == "Watched: B ▲ 9.0 sd moved; A, C, D and E did not."


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0"), (2, "+2"), (-0.314, "−0.31"), (14.53, "+14.5"), (-123.4, "−123"), (0.004, "0"),
     (0.999, "+1"), (100, "+100"), (-0.001, "0")],
)  # fmt: skip
def test_numbers_are_short(value: float, words: str) -> None:
    assert signed(value) == words


def test_every_edit_is_answered_and_moves_are_not_asked_again(editor: GraphEditor) -> None:
    assert said(editor)["rev"] == 0
    first = latest(editor)
    assert first.graph == GRAPH
    editor.set_graph(GRAPH.add_edge("A", "E"))
    assert said(editor)["problem"] is None
    second = latest(editor)
    assert second.graph == editor.graph
    editor.set_graph(editor.graph.with_positions({"A": (9, 9)}))
    assert said(editor)["rev"] == 2
    assert latest(editor) is second


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        (GRAPH.add_edge("A", "C", "<->"), "got 'A' <-> 'C': a hidden common cause"),
        (GRAPH.set_roles("C", "latent"), "got the latent node 'C'"),
        (CausalGraph(("A",)), "Expected between 2 and 20 variables, got 1"),
        (CausalGraph("AB"), "got a graph without edges. Draw an arrow"),
        (GRAPH.set_roles("E", ()), "Expected one goal, got 'E', 'D'"),
        (GRAPH.set_roles("E", ()).set_roles("A", "outcome"), "nothing in the graph causes 'A'"),
    ],
)  # fmt: skip
def test_what_allows_no_experiments_is_told_and_can_be_mended(
    editor: GraphEditor, graph: CausalGraph, reason: str
) -> None:
    editor.set_graph(graph)
    shown = said(editor)
    assert list(shown) == ["rev", "problem"]
    assert reason in shown["problem"].replace('"', "'")
    editor.set_graph(GRAPH)
    assert len(said(editor)["steps"]) >= 12


def test_the_goal_keeps_to_its_node_until_the_graph_says_another() -> None:
    session = EditorSession(GRAPH.set_roles("E", ()))
    experimenter = experimenter_of(BestSeen(), "B")
    for graph, goal in [
        (session.graph, "B"),
        (session.graph.rename_node("B", "Z"), "Z"),
        (GRAPH, "E"),
        (session.graph.remove_node("B").remove_node("D"), "E"),
    ]:
        session.set_graph(graph)
        experimenter.told(session.state)
        assert experimenter.latest is not None
        assert experimenter.latest.goal == goal


def test_a_goal_that_is_no_node_is_refused_by_name() -> None:
    experimenter = experimenter_of(BestSeen(), "Nobody")
    assert "Nobody" in str(experimenter.told(EditorSession(GRAPH).state)["problem"])


def test_what_was_found_before_is_shown_without_another_run() -> None:
    found, policy = act(BestSeen(), GRAPH), BestSeen()
    made = GraphEditor(GRAPH, experimenter=Experimenter(partial(act, policy), latest=found))
    bundle = made._repr_mimebundle_()
    assert bundle is not None
    kept = bundle[0][MIME_TYPE]["experiments"]
    assert (
        kept
        == made.experiments
        == {"rev": 0, **experiments_view(found, made.session.state.document)}
    )
    assert policy.seen == []
    made.set_graph(GRAPH.add_edge("A", "E"))
    said(made)
    assert len(policy.seen) > 0
    made._write_stored()
    assert made.stored["experiments"]["rev"] == 1
    made.close()


def test_an_editor_without_a_policy_keeps_nothing_of_experiments() -> None:
    made = edit(GRAPH)
    bundle = made._repr_mimebundle_()
    assert bundle is not None
    assert (made.experiments, "experiments" in bundle[0][MIME_TYPE]) == ({}, False)
    made.close()


def test_a_policy_is_attached_and_taken_away() -> None:
    made = edit(GRAPH)
    made.experiment(BestSeen(), "B")
    assert said(made)["goal"] == ids_of(made.session.state)["B"]
    made.experiment(None)
    assert made.experiments == {}
    made.close()


def test_options_of_act_hold_for_every_edit(editor: GraphEditor) -> None:
    experimenter = experimenter_of(BestSeen(), options={"seed": 3, "exploit": 2})
    session = EditorSession(GRAPH)
    experimenter.told(session.state)
    expected = act(BestSeen(), GRAPH, seed=3, exploit=2)
    assert experimenter.latest is not None
    assert experimenter.latest.steps == expected.steps
    assert math.isclose(experimenter.latest.score, expected.score)


def test_a_screen_cannot_write_experiments(editor: GraphEditor) -> None:
    before = said(editor)
    editor.set_state({"experiments": {"rev": 99}})
    assert editor.experiments == before


def test_the_kept_picture_shows_the_last_step_and_what_is_believed(editor: GraphEditor) -> None:
    assert said(editor)["rev"] == 0
    editor._write_stored()
    svg, found = editor.stored["svg"], latest(editor)
    last = found.steps[-1]
    assert f"set to {signed(last.setting or 0)}" in svg
    assert f"goal ▲ {signed(last.values['E'])}" in svg
    assert f"{len(found.comparison.missing)} removed" in svg
    editor._answers.experimenter = experimenter_of(Silent())
    editor.experimenter.told(editor.session.state)
    editor._write_stored()
    assert "removed" not in editor.stored["svg"]
    assert "goal" in editor.stored["svg"]


def test_the_kept_picture_is_the_drawing_where_there_are_no_experiments(
    editor: GraphEditor,
) -> None:
    editor.set_graph(CausalGraph("AB"))
    assert said(editor)["problem"]
    editor._write_stored()
    assert "set to" not in editor.stored["svg"]


def test_a_goal_needs_a_policy() -> None:
    with pytest.raises(EditorError, match="Expected a policy that makes the goal 'B' large"):
        edit(GRAPH, goal="B")
