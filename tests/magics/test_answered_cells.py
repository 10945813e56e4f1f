"""Cells whose editor is held against data or another graph, and what the editor then says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.graph_editor import GraphEditor, live_editors

from .test_graph_cells import kernel, shown

Run = Callable[[str], Any]
__all__ = ["kernel"]


@pytest.fixture
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    a = rng.normal(size=300)
    return pd.DataFrame({"A": a, "B": a + rng.normal(size=300), "C": rng.normal(size=300)})


def said(editor: GraphEditor) -> dict[str, Any]:
    return editor.answer_now()


def test_a_drawn_graph_is_tested_on_the_data_that_the_cell_names(
    kernel: InteractiveShell, frame: pd.DataFrame
) -> None:
    kernel.user_ns["table"] = frame
    shown(kernel, "graph --data table -o g", "A -> B; C")
    editor = live_editors()[-1]
    overlay = said(editor)
    assert overlay["bits"]["source"] == "table, 300 rows"
    assert overlay["tests"]["method"] == "partial correlation"
    assert list(editor.columns) == ["A", "B", "C"]


def test_the_test_is_chosen_by_name(kernel: InteractiveShell, frame: pd.DataFrame) -> None:
    kernel.user_ns["table"] = frame
    shown(kernel, "graph --data table --test kernel -o g", "A -> B; C")
    assert said(live_editors()[-1])["tests"]["method"] == "kernel"


def test_a_learned_graph_is_held_against_what_it_was_learned_from(
    kernel: InteractiveShell, frame: pd.DataFrame
) -> None:
    kernel.user_ns["table"] = frame
    shown(kernel, "learned << discover table -o g")
    overlay = said(live_editors()[-1])
    learned = kernel.user_ns["learned"]
    assert overlay["bits"]["saved"] == pytest.approx(learned.bits_saved, rel=1e-4)
    assert overlay["bits"]["source"] == "table, 300 rows"


def test_a_comparison_is_live_on_the_graph_that_is_compared(kernel: InteractiveShell) -> None:
    kernel.run_cell("from causal_magics import CausalGraph\ng = CausalGraph.parse('A -> B -> C')")
    kernel.run_cell("truth = CausalGraph.parse('A -> B <- C')").raise_error()
    shown(kernel, "compare g truth")
    editor = live_editors()[-1]
    assert (editor.name, editor.read_only) == ("g", False)
    assert said(editor)["comparison"]["shd"] == 1
    assert said(editor)["comparison"]["reference"] == "truth"
    kernel.user_ns["g"] = kernel.user_ns["g"].reverse_edge("B", "C")
    editor.set_graph(kernel.user_ns["g"])
    assert said(editor)["comparison"]["shd"] == 0


def test_a_comparison_of_what_has_no_name_is_read_only(kernel: InteractiveShell) -> None:
    kernel.run_cell("from causal_magics import CausalGraph\np = [CausalGraph.parse('A -> B')]")
    kernel.run_cell("class R:\n graph = p[0]\nr = R()")
    shown(kernel, "compare r r.graph")
    assert live_editors()[-1].read_only


def test_the_python_of_a_cell_opens_the_editor_likewise(
    run: Run, shell: InteractiveShell, frame: pd.DataFrame
) -> None:
    shell.user_ns["table"] = frame
    run("%%causal graph --data table -o g\nA -> B\n")
    python = str(run("%causal code g"))
    assert "edit(g, 'g', data=table)" in python
    assert "from causal_magics import edit" in python


def test_a_table_that_is_none_is_refused_in_one_line(kernel: InteractiveShell) -> None:
    result = kernel.run_cell("%causal graph --data nobody")
    assert result.error_in_exec is not None
    assert "nobody" in str(result.error_in_exec)


def test_attach_takes_what_the_nodes_are_from_its_body(shell: InteractiveShell) -> None:
    shell.user_ns["g"] = CausalGraph.parse("Rain -> Mud")
    head = "%%causal attach g --model none-such --effect 'Rain -> Mud'\n"
    assert shell.run_cell(f"{head}Rain: water\ndomain: weather").success
    graph = shell.user_ns["g"]
    assert (graph.exposures, graph.outcomes) == (("Rain",), ("Mud",))
    wrong = str(shell.run_cell(f"{head}Rian: water").error_in_exec)
    assert "Rian" in wrong
    assert "Rain" in wrong


@pytest.mark.parametrize("body", ["Rain", "Rain -> Mud", "tiers: Rain | Mud"])
def test_attach_says_what_its_body_takes(shell: InteractiveShell, body: str) -> None:
    shell.user_ns["g"] = CausalGraph.parse("Rain -> Mud")
    told = str(shell.run_cell(f"%%causal attach g --model none-such\n{body}").error_in_exec)
    assert "attach takes no graph in its body." in told
    assert "NODE: what it is, as in Rain: VALUE." in told


def test_attach_gives_evidence_to_the_editor_that_is_open(
    kernel: InteractiveShell, frame: pd.DataFrame
) -> None:
    kernel.user_ns["table"] = frame
    shown(kernel, "graph -o g", "A -> B; C")
    editor = live_editors()[-1]
    assert kernel.run_cell('%causal attach g --data table --effect "A -> B"').result is editor
    assert said(editor)["bits"]["source"] == "300 rows"
    assert kernel.user_ns["g"] is editor.graph
    assert editor.graph.outcomes == ("B",)
    other = kernel.run_cell("%causal attach g --data table -o h").result
    assert (other.name, editor.name) == ("h", "g")


def test_a_cell_says_whom_to_ask_and_about_which_effect(kernel: InteractiveShell) -> None:
    shown(kernel, 'graph --model none-such --domain weather --effect "A -> C" -o g', "A -> B -> C")
    editor = live_editors()[-1]
    assert (editor.evidence.opinions.model, editor.evidence.opinions.domain) == (
        "none-such", "weather",
    )  # fmt: skip
    assert kernel.user_ns["g"].outcomes == ("C",)


def test_the_prior_that_a_discovery_weighed_has_its_say(
    kernel: InteractiveShell, frame: pd.DataFrame
) -> None:
    kernel.user_ns["table"] = frame
    kernel.run_cell("from causal_magics import EdgePrior")
    kernel.run_cell("p = EdgePrior.from_probabilities({('B', 'A'): 0.9})").raise_error()
    shown(kernel, "discover table --prior p -o g")
    opinions = live_editors()[-1].evidence.opinions
    assert opinions.prior is kernel.user_ns["p"]
    assert opinions.of("B", "A") is not None


@pytest.mark.parametrize("verb", ["graph -o g", "attach h"])
def test_an_effect_of_no_node_is_refused_in_one_line(kernel: InteractiveShell, verb: str) -> None:
    kernel.run_cell("from causal_magics import CausalGraph\nh = CausalGraph.parse('A -> B')")
    head = f'%%causal {verb} --effect "A -> Bee"' if "graph" in verb else ""
    cell = f"{head}\nA -> B" if head else f'%causal {verb} --effect "A -> Bee"'
    result = kernel.run_cell(cell)
    assert "no node 'Bee'" in str(result.error_in_exec)
