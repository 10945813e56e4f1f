"""Models of one graph of the user obey the protocol of worlds, and its closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from causal_magics.data.structural_model import StructuralModel
from causal_magics.graph.model import CausalGraph
from causal_magics.passive.experts import expert_named
from causal_magics.passive.worlds.environment import Tasks, expected_goals, natural_rows
from causal_magics.passive.worlds.episodes import run
from causal_magics.passive.worlds.graph_models import GraphModels, drawn_models, parent_matrix
from causal_magics.passive.worlds.graph_prior import ScmPrior

GRAPH = CausalGraph.parse("X -> Z -> Y; X -> Y")
MODEL = StructuralModel(GRAPH, {"Z": lambda X: 2.0 * X, "Y": lambda X, Z: Z - X}, noise=0.5)


def models(n_models: int = 4, centre: float = 0.0, spread: float = 1.0) -> GraphModels:
    return GraphModels(MODEL, np.full(3, centre), np.full(3, spread), n_models)


def test_parents_are_in_the_order_of_the_nodes() -> None:
    assert GRAPH.nodes == ("X", "Z", "Y")
    expected = [[0, 1, 1], [0, 0, 1], [0, 0, 0]]
    assert parent_matrix(GRAPH).astype(int).tolist() == expected
    assert models().parents.astype(int).tolist() == [expected] * 4


def test_the_same_noise_makes_rows_that_differ_by_the_action_alone() -> None:
    many = models()
    noise = many.noise(np.random.default_rng(0))
    natural = many.respond(noise, np.full(4, -1), np.zeros(4, dtype=np.float32))
    acted = many.respond(noise, np.array([-1, 0, 1, 2]), np.full(4, 2.0, dtype=np.float32))
    assert (acted[0] == natural[0]).all()
    assert acted[1] - natural[1] == pytest.approx((2.0 - natural[1, 0]) * np.array([1.0, 2.0, 1.0]))
    assert acted[2, 1:] - natural[2, 1:] == pytest.approx(2.0 - natural[2, 1])
    assert acted[3].tolist() == [*natural[3, :2], 2.0]


def test_rows_and_settings_are_standardised() -> None:
    many = models(20_000, centre=1.0, spread=4.0)
    rows = many.step(
        np.full(20_000, 0), np.full(20_000, 2.0, dtype=np.float32), np.random.default_rng(1)
    )
    assert (rows[:, 0] == 2.0).all()
    # X is set to 1 + 4·2 = 9, Z is 18 on average.
    assert rows[:, 1].mean() == pytest.approx((18.0 - 1.0) / 4.0, abs=0.01)


def test_worlds_and_experts_take_them() -> None:
    many = models(500)
    rng = np.random.default_rng(2)
    rows = natural_rows(many, 20, rng)
    assert rows.shape == (500, 20, 3)
    assert rows[..., 1].var() == pytest.approx(4 * 0.25 + 0.25, rel=0.1)
    goals = np.full(500, 2)
    expected = expected_goals(many, goals, 2.0).mean(axis=0)
    assert expected[[0, 1, 2, 3, 4]] == pytest.approx([0.0, -2.0, 2.0, -2.0, 2.0], abs=0.05)
    tasks = Tasks(many.take(range(5)), goals[:5])
    episodes = run(tasks, expert_named("oracle"), rng)
    assert episodes.values.shape == (5, 9, 3)
    assert tasks.score(episodes.actions) > 0.9
    assert repr(many) == "<GraphModels: 500 times <StructuralModel: 3 variables, 3 edges>>"


def test_mechanisms_are_drawn_as_the_prior_draws_them() -> None:
    prior = ScmPrior(noise=0.5, max_weight=1.5)
    drawn = [drawn_models(GRAPH, prior, np.random.default_rng(seed)) for seed in range(400)]
    weights = np.concatenate([each.weights for each in drawn])
    edges = parent_matrix(GRAPH)
    assert (weights[:, ~edges] == 0.0).all()
    assert np.abs(weights).max() == pytest.approx(1.5, abs=0.02)
    assert weights[:, edges].var() == pytest.approx(1.5**2 / 3, rel=0.1)
    variances = np.concatenate([each.noise_scales for each in drawn]) ** 2
    assert variances.min() == pytest.approx(0.3 / 4, abs=0.002)
    assert variances.max() == pytest.approx(0.7 / 4, abs=0.002)
    assert drawn[0].order.tolist() == [[0, 1, 2]]
    assert drawn[0].link == prior.link


def test_functional_nodes_with_parents_have_no_noise() -> None:
    graph = GRAPH.set_roles("Y", "functional").set_roles("X", "functional")
    drawn = drawn_models(graph, ScmPrior(link="linear"), np.random.default_rng(0))
    assert drawn.noise_scales[0, 2] == 0.0
    assert drawn.noise_scales[0, 0] > 0.5


def test_an_edge_more_leaves_the_other_mechanisms_as_they_were_drawn() -> None:
    before = drawn_models(GRAPH, ScmPrior(), np.random.default_rng(3))
    graph = GRAPH.remove_edge("X", "Y")
    after = drawn_models(graph, ScmPrior(), np.random.default_rng(3))
    kept = parent_matrix(graph)
    assert (before.weights[0][kept] == after.weights[0][kept]).all()
    assert (before.noise_scales == after.noise_scales).all()
