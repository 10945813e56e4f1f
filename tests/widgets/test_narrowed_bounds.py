"""What an editor tells of the PNS, from the data and the graph that is drawn."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import pandas as pd
import pytest

from causal_magics import CausalGraph
from causal_magics.counterfactual.graphs.narrowing import narrow
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.graph_editor import GraphEditor
from causal_magics.widgets.overlay import overlay, overlays
from causal_magics.widgets.session import EditorSession

TEXT = "X [exposure]; Y [outcome]; X -> Y"
GRAPH = CausalGraph.parse(TEXT)


def data(rows: int = 4_000, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    age = rng.integers(3, size=rows)
    x = rng.random(rows) < 0.2 + 0.3 * age
    y = rng.random(rows) < 0.1 + 0.4 * x + 0.2 * (age == 2)
    return pd.DataFrame({"Age": age, "X": x, "Y": y, "Cost": rng.normal(size=rows)})


def told(graph: CausalGraph, evidence: Evidence) -> Any:
    found = overlay(EditorSession(graph).state, evidence)
    return json.loads(json.dumps(found, allow_nan=False))["bounds"]


def test_bounds_are_those_of_the_narrowing() -> None:
    frame, graph = data(), CausalGraph.parse(f"{TEXT}; X <- Age -> Y")
    expected = narrow(graph, frame)
    found = told(graph, Evidence(frame))
    assert found["now"] == pytest.approx([expected.bounds.lower, expected.bounds.upper], abs=1e-6)
    assert found["start"] == pytest.approx([expected.start.lower, expected.start.upper], abs=1e-6)
    gains = [(step.words, step.gain) for step in expected.steps if step.gain >= 0.005]
    assert [(each["words"], each["gain"]) for each in found["steps"]] == [
        (words, pytest.approx(gain, abs=1e-6)) for words, gain in gains
    ]
    assert found["steps"][0]["words"] == "back-door {Age}"
    assert found["steps"][0]["reason"].startswith("Age blocks every back-door path from X to Y")
    assert (found["sharp"], found["problem"]) == (True, None)
    assert found["summary"].startswith("The PNS of X (True against False) on Y is between")


def test_bounds_follow_the_edges() -> None:
    evidence = Evidence(data())
    loose = CausalGraph.parse(f"{TEXT}; X <-> Y; Age")
    confounded = told(loose, evidence)
    unconfounded = told(loose.remove_edge("X", "Y", "<->"), evidence)
    assert confounded["now"] == confounded["start"]
    assert (confounded["steps"], unconfounded["steps"][0]["words"]) == ([], "no confounding")
    assert told(loose.remove_edge("X", "Y", "->"), evidence)["now"] == [0, 0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Cost [exposure]; Y [outcome]", "at most 10 distinct numbers in 'Cost'"),
        ("Age [exposure]; Y [outcome]", "Expected a treatment with two levels, got 3 in 'Age'"),
        ("X [exposure]; Age [outcome]", "Expected an outcome with 2 levels for the PNS, got 3"),
        ("X [exposure]; Gone [outcome]", "no column 'Gone'"),
        ("X [exposure]; Age [exposure]; Y [outcome]", "Expected one treatment, got 'X', 'Age'"),
    ],
)  # fmt: skip
def test_where_there_are_none_the_reason_is_told(text: str, problem: str) -> None:
    found = told(CausalGraph.parse(text), Evidence(data()))
    assert list(found) == ["problem"]
    assert problem in found["problem"]


def test_nothing_is_told_without_data_or_without_a_question() -> None:
    assert told(GRAPH, Evidence()) is None
    assert told(CausalGraph.parse("X -> Y"), Evidence(data())) is None


def test_what_is_not_in_the_data_or_not_discrete_is_taken_as_hidden() -> None:
    graph = CausalGraph.parse(f"{TEXT}; X <- Cost -> Y; X <- Wealth -> Y")
    found = told(graph, Evidence(data()))
    assert found["now"] == found["start"]
    assert found["notes"] == [
        "Not in the data, so taken as hidden: Wealth.",
        "Not discrete, so taken as hidden: Cost.",
        "Plug-in: frequencies in the data, without sampling error.",
    ]


def test_data_are_counted_apart_and_once() -> None:
    evidence, state = Evidence(data()), EditorSession(GRAPH).state
    first, *_, last = overlays(state, evidence)
    assert (first["waiting"], first["bounds"]) == ("reading the data", None)
    assert last["bounds"]
    evidence.take(GRAPH)
    assert evidence.is_at_hand(GRAPH)
    assert evidence.is_at_hand(GRAPH.add_edge("X", "Y", "<->"))
    wider = GRAPH.add_node("Age")
    assert not evidence.is_at_hand(wider)
    evidence.take(wider)
    assert evidence.is_at_hand(wider)
    assert evidence.is_at_hand(GRAPH)


def test_what_cannot_be_counted_is_not_asked_for_again() -> None:
    frame = data().assign(X=np.nan)
    evidence = Evidence(frame)
    evidence.take(GRAPH)
    assert evidence.bounds is not None
    assert evidence.bounds.is_at_hand(GRAPH)


def test_an_editor_tells_bounds_of_every_edit() -> None:
    editor = GraphEditor(CausalGraph.parse(f"{TEXT}; X <-> Y; Age"), evidence=Evidence(data()))
    editor.evidence.take(editor.graph)
    before: Any = editor.answer_now()["bounds"]
    editor.set_graph(editor.graph.remove_edge("X", "Y", "<->").add_edge("Age", "X"))
    editor.set_graph(editor.graph.add_edge("Age", "Y"))
    after: Any = editor.answer_now()["bounds"]
    assert before["now"][1] - before["now"][0] > after["now"][1] - after["now"][0]
    editor.close()


def test_an_edit_of_eight_nodes_and_many_rows_is_answered_at_once() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.integers(2, size=(100_000, 8)), columns=list("ABCDMNXY"))
    graph = CausalGraph.parse(f"{TEXT}; A -> X; A -> Y; B -> Y; C -> B; D; X -> M -> N -> Y")
    evidence = Evidence(frame)
    evidence.take(graph)
    assert evidence.bounds is not None
    times = []
    for extra in ("B", "C", "D"):
        start = time.perf_counter()
        evidence.bounds.told(graph.add_edge(extra, "X"))
        times.append(time.perf_counter() - start)
    assert min(times) < 0.05
