"""Choices of actors: taken as whole numbers, or refused in a line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from causal_magics.errors import PassiveError
from causal_magics.passive.worlds.choices import CheckedActor
from causal_magics.passive.worlds.episodes import WATCH, Episodes

# Two episodes over A, B and C that no longer explore, whose goals are A and C.
EPISODES = Episodes(np.zeros((2, 1, 3), np.float32), np.zeros((2, 0), int), np.array([0, 2]), 0)


class Chooses:
    """Chooses what it is told to."""

    name = "mine"

    def __init__(self, chosen: Any) -> None:
        self.chosen = chosen

    def choose(self, *given: object) -> Any:
        del given
        return self.chosen


def choice_of(chosen: Any, **options: bool) -> Any:
    actor = CheckedActor(Chooses(chosen), **options)
    assert actor.name == "mine"
    return actor.choose(EPISODES, None, None)  # type: ignore[arg-type]


@pytest.mark.parametrize("chosen", [[3, 1], (3, 1), np.array([3, 1], dtype=np.int8)])
def test_whole_numbers_are_taken(chosen: Any) -> None:
    found = choice_of(chosen)
    assert found.dtype == np.int64
    assert found.tolist() == [3, 1]


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ([3.7, 1.2], "array of float64 and shape"),
        ([3, 1, 1], r"of int64 and shape \(3,\)"),
        (3, r"of int64 and shape \(\)"),
        ([np.nan, 1], "array of float64"),
        (None, "array of object"),
        (["a", "b"], "array of <U1"),
        ([[1], [1, 2]], r"got \[\[1\], \[1, 2\]\]"),
        ([1, 1], "got 1 at step 0 of an episode whose goal is variable 0"),
        ([3, 7], "got 7 at step 0"),
        ([-1, 1], "got -1 at step 0"),
        ([3, WATCH], "got 0 at step 0"),
    ],
)
def test_what_is_no_choice_is_refused(chosen: Any, words: str) -> None:
    with pytest.raises(PassiveError, match=f"Expected 'mine' to choose .*{words}") as caught:
        choice_of(chosen)
    assert "\n" not in str(caught.value)


def test_who_may_watch_leaves_the_goal_alone_too() -> None:
    assert choice_of([WATCH, WATCH], may_watch=True).tolist() == [0, 0]
    with pytest.raises(PassiveError, match="goal is variable 2"):
        choice_of([WATCH, 5], may_watch=True)
