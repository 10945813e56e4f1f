"""Episodes as actors see them, and how they come about."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causal_magics.passive.experts import RandomActor
from causal_magics.passive.worlds.environment import CausalEnvironment, Tasks
from causal_magics.passive.worlds.episodes import WATCH, Episodes, action_names, run


class Noting:
    """Sets what it is told to at each step, and notes what it saw."""

    name = "noting"

    def __init__(self, actions: np.ndarray) -> None:
        self.actions = actions
        self.seen: list[Episodes] = []

    def choose(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> np.ndarray:
        self.seen.append(episodes)
        return self.actions[:, episodes.n_steps]


@given(st.integers(2, 8), st.integers(0, 2**20))
@settings(max_examples=25)
def test_rows_follow_their_actions(n_variables: int, seed: int) -> None:
    tasks = CausalEnvironment(n_variables, held_out=None).tasks(12, seed=seed)
    episodes = run(tasks, RandomActor(), np.random.default_rng(seed))
    assert episodes.n_explore == 2 * (n_variables - 1)
    assert episodes.values.shape == (12, episodes.n_explore + 5, n_variables)
    every, steps = np.arange(12)[:, None], np.arange(episodes.n_steps)
    set_to = episodes.values[every, steps + 1, episodes.targets]
    np.testing.assert_array_equal(set_to, episodes.settings)
    assert (episodes.targets != episodes.goals[:, None]).all()
    expected = episodes.values[every, np.arange(episodes.n_steps + 1), episodes.goals[:, None]]
    np.testing.assert_array_equal(episodes.goal_values, expected)


def test_actors_see_the_past_alone() -> None:
    tasks = CausalEnvironment(3, held_out=None).tasks(7)
    others = np.array([[v for v in range(3) if v != goal] for goal in tasks.goals])
    told = 1 + 2 * others[:, [0, 1, 0, 1, 0, 1]]
    actor = Noting(told)
    episodes = run(tasks, actor, np.random.default_rng(0), n_exploit=2)
    np.testing.assert_array_equal(episodes.actions, told)
    assert [seen.n_steps for seen in actor.seen] == list(range(6))
    assert [seen.is_exploring for seen in actor.seen] == [True] * 4 + [False] * 2
    for seen in actor.seen:
        np.testing.assert_array_equal(seen.values, episodes.values[:, : seen.n_steps + 1])
        for array in (seen.values, seen.actions, seen.goals):
            assert not array.flags.writeable
    for array in (episodes.values, episodes.actions, episodes.goals):
        assert array.flags.writeable


def test_watching_sets_nothing_while_exploring() -> None:
    tasks = CausalEnvironment(4).tasks(5)
    episodes = run(tasks, RandomActor(), np.random.default_rng(0), watch_only=True, n_explore=3)
    assert (episodes.actions[:, :3] == WATCH).all()
    assert (episodes.actions[:, 3:] != WATCH).all()


def test_runs_follow_their_generator() -> None:
    tasks = CausalEnvironment().tasks(5)
    first, again, other = (
        run(tasks, RandomActor(), np.random.default_rng(seed)) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first.values, again.values)
    assert (first.values != other.values).any()


def test_what_may_come_next() -> None:
    values = np.zeros((2, 3, 3), dtype=np.float32)
    episodes = Episodes(values, np.zeros((2, 2), dtype=int), np.array([0, 2]), 2)
    assert not episodes.is_exploring
    np.testing.assert_array_equal(episodes.allowed, [[0, 0, 0, 1, 1, 1, 1], [0, 1, 1, 1, 1, 0, 0]])
    assert episodes.until(1).allowed[:, WATCH].all()


def test_parts_of_episodes() -> None:
    tasks = CausalEnvironment().tasks(6)
    episodes = run(tasks, RandomActor(), np.random.default_rng(0))
    for which in ([4, 0], np.array([4, 0]), slice(1, 3), np.arange(6) % 2 == 0):
        part = episodes.take(which)
        np.testing.assert_array_equal(part.values, episodes.values[which])
        np.testing.assert_array_equal(part.goals, episodes.goals[which])
    assert repr(episodes) == "<Episodes: 6 of 12 steps, 5 variables>"


def test_actions_have_names() -> None:
    assert action_names(("A", "B"), 1.5) == (
        "watch",
        "A = -1.5",
        "A = +1.5",
        "B = -1.5",
        "B = +1.5",
    )


@pytest.mark.parametrize("n_exploit", [1, 7])
def test_so_many_steps_count(n_exploit: int) -> None:
    tasks = CausalEnvironment().tasks(3)
    episodes = run(tasks, RandomActor(), np.random.default_rng(0), n_exploit=n_exploit)
    assert episodes.n_steps == 8 + n_exploit
