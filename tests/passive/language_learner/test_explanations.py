"""Explanations, against sentences by hand, and that what they say is so."""

from __future__ import annotations

import re

import numpy as np
import pytest

from causal_magics.passive.experts import expert_named
from causal_magics.passive.language_learner.episode_text import Wording, drawn_names
from causal_magics.passive.language_learner.explanations import explain
from causal_magics.passive.worlds.environment import CausalEnvironment, Tasks
from causal_magics.passive.worlds.episodes import Episodes, run
from causal_magics.passive.worlds.scm_batch import ScmBatch
from causal_magics.passive.worlds.structural_models import ancestors

NAMES = (("A", "B", "C"),)
CHAIN = np.array([[[0, 2, 0], [0, 0, 1], [0, 0, 0]]], dtype=np.float32)
"""A → B → C."""


def chain(goal: int = 2) -> Tasks:
    scales, order = np.full((1, 3), 0.1, dtype=np.float32), np.array([[0, 1, 2]])
    return Tasks(ScmBatch(CHAIN, scales, order, "linear"), np.array([goal]))


def episode(goals: list[float], actions: list[int], n_explore: int, goal: int = 2) -> Episodes:
    values = np.zeros((1, len(goals), 3), dtype=np.float32)
    values[0, :, goal] = goals
    return Episodes(values, np.array([actions]), np.array([goal]), n_explore)


ALL_TRIED = [1, 2, 3, 4]
BY_WAY = "A is a cause of C by way of B"
OTHER = "Why: setting B to +2 raised C from 0.1 to"
RAISED = "Why: setting A to +2 raised C from 0.1 to"
CHANCE = "what another setting seemed to do was partly chance"


@pytest.mark.parametrize(
    ("goals", "last", "said"),
    [
        ([-4, 3.9, -2, 2], 2, f"{RAISED} 3.9, more than any other setting did, and {BY_WAY}."),
        ([-4, 1.9, -2, 2], 2, f"{RAISED} 1.9, and {BY_WAY}; {CHANCE}."),
        ([-4, 3.9, -2, 2], 4, f"{OTHER} 2.0, and B is a cause of C."),
        ([], 2, f"Why: {BY_WAY}, so setting A to +2 is chosen."),
        ([], 0, ""),
    ],
)  # fmt: skip
def test_by_hand(goals: list[float], last: int, said: str) -> None:
    tried = ALL_TRIED[: len(goals)]
    made = episode([0.1, *goals, 4.0], [*tried, last], n_explore=len(tried))
    assert explain(made, chain(), NAMES) == (said,)


def test_what_is_no_cause_is_called_none() -> None:
    made = episode([0.0, 0.5, 0.1, 0.2], [5, 6, 5], n_explore=2, goal=1)
    said = "setting C to -2 raised B from 0.0 to 0.5, more than any other setting did"
    assert explain(made, chain(goal=1), NAMES) == (f"Why: {said}, and C is no cause of B.",)


def test_what_is_said_of_an_experts_episodes_is_so() -> None:
    tasks = CausalEnvironment().tasks(200, seed=3)
    episodes = run(tasks, expert_named("empirical-best"), np.random.default_rng(0), n_exploit=1)
    names = drawn_names(200, 5)
    causes, parents = ancestors(tasks.models.parents), tasks.models.parents
    told = explain(episodes, tasks, names, Wording(digits=3))
    assert any("by way of" in text for text in told)
    for i, text in enumerate(told):
        target, goal = episodes.targets[i, -1], episodes.goals[i]
        assert ("is a cause of" in text) == causes[i, target, goal]
        assert "more than any other" in text
        between = re.search(r"by way of (\w)", text)
        if between:
            middle = names[i].index(between[1])
            assert causes[i, target, middle]
            assert parents[i, middle, goal]
        moved = re.search(r"from (\S+) to (\S+),", text)
        assert moved is not None
        first, last = episodes.goal_values[i, 0], episodes.goal_values[i, 1:9].max()
        np.testing.assert_allclose([float(moved[1]), float(moved[2])], [first, last], atol=6e-4)
