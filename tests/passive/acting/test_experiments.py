"""What experiments show of themselves: words, pictures, tables, files."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from oracles.acting_policies import BestSeen, Silent

from causal_magics.errors import OptionError, StorageError
from causal_magics.graph.model import CausalGraph
from causal_magics.passive.acting.act import act
from causal_magics.passive.acting.assembly import belief_graph
from causal_magics.passive.acting.experiments import Experiments
from causal_magics.passive.acting.experiments_report import truth_svg

GRAPH = CausalGraph.parse("Smoking -> Tar -> Cancer; Gene -> Cancer; Gene -> Smoking")
MECHANISMS = {
    "Smoking": lambda Gene: 0.25 * Gene,
    "Tar": lambda Smoking: 2.0 * Smoking,
    "Cancer": lambda Tar, Gene: Tar + Gene,
}
BELIEVED = {("Smoking", "Tar"): 0.9, ("Cancer", "Tar"): 0.6, ("Tar", "Cancer"): 0.4,
            ("Gene", "Tar"): 0.55}  # fmt: skip


def experiments(believed: dict[tuple[str, str], float] = BELIEVED) -> Experiments:
    matrix = np.zeros((4, 4))
    for (cause, effect), probability in believed.items():
        matrix[GRAPH.nodes.index(cause), GRAPH.nodes.index(effect)] = probability
    return act(BestSeen(believed=matrix), GRAPH, mechanisms=MECHANISMS, noise=0.01)


def test_the_conclusion_is_made_of_the_facts() -> None:
    assert experiments().conclusion == (
        "It set Smoking to +2 and kept to it: Cancer is expected at 4.00, the best of 6 actions; a "
        "random one brings 0.00. Of 4 edges it believes 1, and besides 1 the "
        "wrong way round and 1 too many."
    )
    assert experiments({("Cancer", "Tar"): 0.6}).conclusion.endswith(
        "Of 4 edges it believes none, and besides 1 the wrong way round."
    )
    assert experiments({("Smoking", "Tar"): 0.6}).conclusion.endswith("4 edges it believes 1.")


def test_what_would_have_been_better_is_told() -> None:
    found = act(BestSeen(careless=True), GRAPH, mechanisms=MECHANISMS, noise=0.01, exploit=3)
    assert found.conclusion.startswith(
        "It set Smoking to -2 in 1 of 3 steps: Cancer is expected at -4.00, the 6th best of 6 "
        "actions; a random one brings 0.00. The best is Smoking = +2, which brings 4.00."
    )
    assert found.score == pytest.approx((-4.0 + 4.0 - 2.0) / 3.0 / 4.0, abs=0.01)


def test_belief_and_truth_are_compared() -> None:
    found = experiments()
    assert found.belief.edge("Smoking", "Tar").confidence == pytest.approx(0.9)
    assert found.comparison.shared == {("Smoking", "Tar")}
    assert found.comparison.reversed == {("Cancer", "Tar")}
    assert found.comparison.added == {("Gene", "Tar")}
    assert found.comparison.truth is GRAPH


def test_of_a_cycle_of_beliefs_the_weakest_edge_goes() -> None:
    beliefs = {("a", "b"): 0.9, ("b", "c"): 0.6, ("c", "a"): 0.7, ("b", "a"): 0.8, ("a", "c"): 0.4}
    graph = belief_graph(CausalGraph([*"abc"]), beliefs)
    assert graph.directed_edges == {("a", "b"), ("c", "a")}
    everything = {(a, b): 1.0 for a in "abcdef" for b in "abcdef" if a != b}
    full = belief_graph(CausalGraph([*"abcdef"]), everything)
    assert len(full.edges) == 15
    assert belief_graph(full, {}).edges == ()
    assert belief_graph(full, dict.fromkeys(everything, 0.499)).edges == ()


def test_a_table_has_a_row_for_each_step() -> None:
    frame = experiments().to_frame()
    assert list(frame.columns[:5]) == ["step", "phase", "target", "setting", "moved"]
    assert list(frame.columns[5:]) == [f"value of {name}" for name in GRAPH.nodes]
    assert len(frame) == 10
    assert frame["moved"][0] == "Tar, Cancer"


def test_a_notebook_shows_both_graphs_and_every_step() -> None:
    found = experiments()
    shown = found._repr_html_()
    assert shown == experiments()._repr_html_()
    assert shown.count("<svg") == 2
    assert shown.count("<tr>") == 1 + len(found.steps)
    assert found.conclusion in shown
    assert "Smoking = -2" in shown
    assert repr(found) == (
        "<Experiments: 4 variables, 10 steps, Smoking = +2 for Cancer, score 1.00>"
    )


def places_of(svg: str) -> dict[str, str]:
    """Return where each node stands."""
    groups = ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}g")
    return {
        each[0].text: each.get("transform")
        for each in groups
        if each.get("transform") and each[0].tag.endswith("title")
    }


@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_pictures_keep_the_places_and_mark_goal_and_choice(theme: str) -> None:
    found = experiments()
    truth, belief = truth_svg(found, theme), found.to_svg(theme=theme)
    assert places_of(truth) == places_of(belief)
    assert places_of(truth).keys() == {"Cancer (outcome)", "Smoking (exposure)", "Tar", "Gene"}
    assert ("prefers-color-scheme" in truth) == (theme == "auto")


def test_pictures_hold_when_the_graph_has_places_and_roles_of_its_own() -> None:
    graph = GRAPH.set_roles("Gene", ["exposure", "adjusted"]).set_position("Tar", (9.0, 3.0))
    found = act(BestSeen(), graph, "Tar", mechanisms=MECHANISMS)
    assert found.graph.node("Gene").roles == {"exposure", "adjusted"}
    assert "Gene (adjusted)" in found.to_svg()
    assert found.to_svg().count("<svg") == 1


def test_a_plot_shows_the_goal_at_each_step() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    found = experiments()
    axes = found.plot()
    assert found.plot(axes) is axes
    assert axes.get_ylabel() == "Cancer"
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert labels[:2] == ["Smoking = -2", "Smoking = +2"]
    assert len(labels) == len(found.steps)
    axes.figure.canvas.draw()
    matplotlib.pyplot.close("all")


def test_what_is_no_axes_is_refused() -> None:
    pytest.importorskip("matplotlib")
    with pytest.raises(OptionError, match="Expected axes of matplotlib as ax, got int"):
        experiments().plot(ax=5)


def test_long_names_are_shown_without_their_middle() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    long, other = "cause " * 40 + "one", "effect " * 40 + "two"
    found = act(BestSeen(), CausalGraph([long, other], [(long, other)]))
    assert len(repr(found)) < 220
    text = re.sub("<svg.*?</svg>", "", found._repr_html_(), flags=re.DOTALL)
    assert "cau…ause cause cause one" in text
    assert long not in text
    assert other not in text
    axes = found.plot()
    assert max(len(label.get_text()) for label in axes.get_xticklabels()) < 40
    assert len(axes.get_ylabel()) == 30
    matplotlib.pyplot.close("all")


def test_experiments_come_back_from_a_file(tmp_path: Path) -> None:
    graph = CausalGraph(['<"é', "b"], [('<"é', "b")]).set_position("b", (1.0, 2.0))
    policy, quiet = BestSeen(), Silent()
    rng = np.random.default_rng(0)
    x = rng.standard_normal(50)
    data = {'<"é': x, "b": 3.0 - x + rng.standard_normal(50)}
    for found in (experiments(), act(policy, graph, data=data), act(quiet, graph, seed=2)):
        found.save(tmp_path / "found.npz")
        again = Experiments.load(tmp_path / "found.npz")
        for each in fields(Experiments):
            assert getattr(again, each.name) == getattr(found, each.name), each.name


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text.npz").write_text("none")
    np.savez(tmp_path / "other.npz", header=np.array("{}"))
    for name in ("text.npz", "other.npz", "missing.npz"):
        with pytest.raises(StorageError, match="Expected saved experiments"):
            Experiments.load(tmp_path / name)


def test_steps_without_an_action_are_told() -> None:
    found = experiments()
    watched = replace(found.steps[0], target=None, setting=None)
    shown = replace(found, steps=(watched, *found.steps[1:]))
    assert watched.action is None
    assert "<td>nothing</td>" in shown._repr_html_()
