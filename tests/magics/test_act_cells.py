"""`act` in cells: its experiments are shown in the editor of the graph that they were made on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from causal_magics.passive.acting.act import act
from causal_magics.passive.acting.experiments import Experiments
from causal_magics.passive.learner.policy import Policy
from causal_magics.passive.learner.train import train
from causal_magics.passive.worlds.environment import CausalEnvironment
from causal_magics.widgets.graph_editor import MIME_TYPE, live_editors

from .test_graph_cells import kernel, shown

__all__ = ["kernel"]

GRAPH = "g = CausalGraph.parse('A -> B -> C; C [outcome]')"


@pytest.fixture(scope="module")
def policy() -> Policy:
    """Return one that has hardly learned anything."""
    return train(CausalEnvironment(), episodes=64, steps=2, width=8, layers=1, progress=False)


@pytest.fixture
def acting(kernel: InteractiveShell, policy: Policy) -> InteractiveShell:
    kernel.run_cell(f"from causal_magics import CausalGraph\n{GRAPH}").raise_error()
    kernel.user_ns["policy"] = policy
    return kernel


def test_the_editor_of_a_named_graph_shows_what_was_found(acting: InteractiveShell) -> None:
    data, _ = shown(acting, "act policy --graph g --seed 3 -o e")
    found, editor = acting.user_ns["e"], live_editors()[-1]
    assert isinstance(found, Experiments)
    assert (editor.name, editor.read_only) == ("g", False)
    assert editor.experiments["conclusion"] == found.conclusion
    assert data[MIME_TYPE]["experiments"]["steps"] == editor.experiments["steps"]
    assert data["text/plain"] == repr(found)
    assert "text/html" not in data
    assert editor.experimenter is not None
    assert editor.experimenter.latest is found


def test_an_edit_is_experimented_on_as_the_cell_was(acting: InteractiveShell) -> None:
    shown(acting, "act policy --graph g --seed 3 --exploit 2 -o e")
    editor = live_editors()[-1]
    graph = editor.graph.add_edge("A", "C")
    editor.set_graph(graph)
    assert editor.experimenter is not None
    editor.experimenter.told(editor.session.state)
    found, expected = (
        editor.experimenter.latest,
        act(acting.user_ns["policy"], graph, seed=3, exploit=2),
    )
    assert found is not None
    assert found.steps == expected.steps
    assert acting.user_ns["g"] == graph
    assert acting.user_ns["e"] is not found


def test_the_goal_of_the_cell_holds(acting: InteractiveShell) -> None:
    shown(acting, "act policy --graph g --goal B -o e")
    editor: Any = live_editors()[-1]
    names = {key: node.name for key, node in editor.session.state.document.nodes.items()}
    assert names[editor.experiments["goal"]] == "B"
    editor.set_graph(editor.graph.add_edge("A", "C"))
    editor.experimenter.told(editor.session.state)
    assert editor.experimenter.latest.goal == "B"


def test_the_graph_may_be_the_body(acting: InteractiveShell) -> None:
    shown(acting, "act policy -o e", "X -> Y")
    assert live_editors()[-1].graph.nodes == ("X", "Y")
    assert live_editors()[-1].name is None
    assert isinstance(acting.user_ns["e"], Experiments)


def test_the_policy_may_be_a_name(acting: InteractiveShell) -> None:
    result = acting.run_cell("%causal act nobody --graph g")
    assert "Expected a policy among axial or its file" in str(result.error_in_exec)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("act policy", "Write it below %%causal act, or give --graph GRAPH."),
        ("act seven --graph g", "Expected a policy, its name or its file for POLICY, got 'seven'"),
    ],
)
def test_what_is_missing_or_of_another_kind_is_told(
    acting: InteractiveShell, line: str, told: str
) -> None:
    acting.user_ns["seven"] = 7
    assert told in str(acting.run_cell(f"%causal {line}").error_in_exec)


def test_a_drawn_graph_may_be_given_a_policy(acting: InteractiveShell) -> None:
    shown(acting, "graph --policy {{policy}} --goal B -o h", "A -> B -> C; D -> C")
    editor = live_editors()[-1]
    assert editor.experimenter is not None
    told = editor.experimenter.told(editor.session.state)
    assert told["problem"] is None
    assert editor.experimenter.latest is not None
    assert editor.experimenter.latest.goal == "B"


def test_the_python_of_the_cell_acts_likewise(acting: InteractiveShell) -> None:
    acting.run_cell("%causal act policy --graph g --seed 3 -o e").raise_error()
    python = acting.run_line_magic("causal", "code e")
    assert "e = act(policy, g, seed=3)" in str(python)


def test_the_python_of_a_cell_shows_what_was_experimented_on(
    acting: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("causal_magics.widgets.opening._notebook", lambda: acting.user_ns)
    acting.user_ns["frame"] = pd.DataFrame(
        np.random.default_rng(0).normal(size=(60, 3)), None, ["A", "B", "C"]
    )
    shown(acting, 'act policy --graph g --seed 3 --data frame --effect "A -> C" -o e')
    python = str(acting.run_cell("%causal code e").result)
    assert "edit(e.graph, 'g', data=frame, effect='A -> C', policy=policy)" in python
    before, first = live_editors(), acting.user_ns["e"]
    acting.run_cell(python).raise_error()
    (editor,) = [each for each in live_editors() if each not in before]
    assert (editor.name, editor.graph.exposures) == ("g", ("A",))
    assert acting.user_ns["e"].conclusion == first.conclusion
    shown(acting, "target << act policy --effect 'A -> C'", "A -> B -> C")
    python = str(acting.run_cell("%causal code target").result)
    assert python.endswith("edit(target.graph, effect='A -> C', policy=policy)")
    acting.run_cell(python).raise_error()


def test_a_policy_that_is_none_is_refused_in_cells_that_show_a_graph(
    acting: InteractiveShell,
) -> None:
    result = acting.run_cell("%%causal graph --policy axail -o h\nA -> B")
    assert "Did you mean axial?" in str(result.error_in_exec)
