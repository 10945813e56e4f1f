"""What networks read, against rows by hand."""

from __future__ import annotations

import numpy as np
from passive.learner.small_policies import episodes_of

from causal_magics.passive.learner.features import (
    FEATURES,
    GOAL_VALUE,
    IS_SET,
    NEXT_COUNTS,
    ROW_SETTING,
    SETTING,
    features,
)
from causal_magics.passive.worlds.episodes import Episodes


def test_rows_by_hand() -> None:
    values = np.array([[[1.0, -2.0, 4.0], [4.0, 6.0, -1.0], [0.0, -4.0, 8.0]]], dtype=np.float32)
    episodes = Episodes(values, np.array([[2, 3]]), np.array([2]), n_explore=1, value=4.0)
    read = features(episodes)
    assert read.shape == (1, 3, 3, FEATURES)
    assert read.dtype == np.float32
    # value, is set, setting, goal, goal's value, row's setting, next counts
    expected = [
        [[0.25, 0, 0, 0, 1, 0, 0], [-0.5, 0, 0, 0, 1, 0, 0], [1, 0, 0, 1, 1, 0, 0]],
        [[1, 1, 1, 0, -0.25, 1, 1], [1.5, 0, 0, 0, -0.25, 1, 1], [-0.25, 0, 0, 1, -0.25, 1, 1]],
        [[0, 0, 0, 0, 2, -1, 1], [-1, 1, -1, 0, 2, -1, 1], [2, 0, 0, 1, 2, -1, 1]],
    ]
    np.testing.assert_array_equal(read[0], np.array(expected, dtype=np.float32))


def test_nothing_set_reads_as_nothing() -> None:
    rows = np.ones((2, 4, 3), dtype=np.float32)
    read = features(Episodes(rows, np.zeros((2, 3), dtype=int), np.array([0, 1]), n_explore=3))
    assert not read[..., [IS_SET, SETTING, ROW_SETTING]].any()
    np.testing.assert_array_equal(read[0, :, 0, NEXT_COUNTS], [0, 0, 0, 1])


def test_the_goals_value_alone_is_hidden() -> None:
    episodes = episodes_of()
    whole, seen = features(episodes), features(episodes, "goal value")
    others = [place for place in range(FEATURES) if place != GOAL_VALUE]
    assert whole[..., GOAL_VALUE].any()
    assert not seen[..., GOAL_VALUE].any()
    np.testing.assert_array_equal(whole[..., others], seen[..., others])


def test_rows_are_read_alike_however_many_follow() -> None:
    whole = features(episodes_of())
    np.testing.assert_array_equal(features(episodes_of(steps=3)), whole[:, :4])
