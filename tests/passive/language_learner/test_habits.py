"""Kinds of actions, counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from causal_magics.passive.experts import most_correlated
from causal_magics.passive.language_learner.habits import habits_of
from causal_magics.passive.worlds.environment import Tasks
from causal_magics.passive.worlds.episodes import Episodes
from causal_magics.passive.worlds.scm_batch import ScmBatch

FORK = np.zeros((2, 3, 3), dtype=np.float32)
FORK[:, 0, 1] = 1.0
FORK[:, 0, 2] = 2.0
"""B ← A → C, where B goes with C and is none of its causes."""


def fork() -> Tasks:
    scales = np.tile(np.array([2.0, 0.1, 1.0], dtype=np.float32), (2, 1))
    models = ScmBatch(FORK, scales, np.array([[0, 1, 2]] * 2), "linear")
    return Tasks(models, np.array([2, 2]))


def seen() -> Episodes:
    values = np.zeros((2, 4, 3), dtype=np.float32)
    values[:, 1:, 2] = [[-4, 4, 0], [5, 4, 0]]
    return Episodes(values, np.array([[1, 2, 4], [3, 2, 1]]), np.array([2, 2]), 3)


def test_shares_by_hand() -> None:
    words = [("", "a", "b", "c", "d", "e", "f"), ("", "b", "a", "d", "b2", "f", "e")]
    habits = habits_of(
        np.array([2, 3]), seen(), fork(), np.array([0, 1]), words=words, last_words=["b", "c"]
    )
    assert fork().best.tolist() == [2, 2]
    assert (habits.optimal, habits.cause, habits.correlated) == (0.5, 0.5, 1.0)
    assert (habits.best_seen, habits.last_tried, habits.copied) == (1.0, 0.0, 0.5)
    assert habits.favourite == 0.5
    # "b" is A = +2 in the first task, worth 4, and A = -2 in the second, worth -4.
    assert habits.favourite_score == pytest.approx(0.0)


def test_who_uses_no_words_copies_none() -> None:
    habits = habits_of(np.array([4, 1]), seen(), fork(), np.array([1, 1]))
    assert (habits.optimal, habits.last_tried) == (0.0, 1.0)
    assert math.isnan(habits.copied)
    assert math.isnan(habits.favourite)


def test_what_goes_most_with_the_goal() -> None:
    tasks = fork()
    assert most_correlated(tasks, 300, seed=0).tolist() in ([0, 0], [1, 0], [0, 1], [1, 1])
    assert 2 not in most_correlated(tasks, 300, seed=0)
