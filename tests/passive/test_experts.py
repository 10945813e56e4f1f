"""Experts on episodes made by hand, under renaming, and against the numbers of the design."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causal_magics.errors import OptionError
from causal_magics.passive.experts import (
    EXPERTS,
    Correlational,
    EmpiricalBest,
    GoalChange,
    TotalChange,
    expert_named,
    exploration_action,
    random_action,
)
from causal_magics.passive.worlds.environment import CausalEnvironment, Tasks
from causal_magics.passive.worlds.episodes import WATCH, Episodes, run
from causal_magics.passive.worlds.scm_batch import ScmBatch

RNG = np.random.default_rng
BY_EPISODE_ALONE = ("empirical-best", "total-change", "goal-change", "correlational-explored")


def explored(tasks: Tasks, seed: int = 0) -> Episodes:
    return run(tasks, EXPERTS["empirical-best"], RNG(seed), n_exploit=0)


def chosen(expert: Any, episodes: Episodes, tasks: Tasks | None = None) -> np.ndarray:
    return expert.choose(episodes, tasks, RNG(0))


def by_hand(rows: list[list[float]], actions: list[int], goal: int) -> Episodes:
    """Return one episode, all of whose steps explored."""
    values = np.array([rows], dtype=np.float32)
    return Episodes(values, np.array([actions]), np.array([goal]), len(actions))


@given(st.integers(2, 9), st.integers(0, 2**20))
@settings(max_examples=25)
def test_exploring_sets_each_variable_but_the_goal_both_ways(n: int, seed: int) -> None:
    tasks = CausalEnvironment(n, held_out=None).tasks(9, seed=seed)
    episodes = explored(tasks, seed)
    for actions, goal in zip(episodes.actions, episodes.goals, strict=True):
        others = [v for v in range(n) if v != goal]
        assert sorted(actions) == sorted([1 + 2 * v + up for v in others for up in (0, 1)])


def test_the_order_of_exploring_is_drawn_for_each_episode() -> None:
    tasks = CausalEnvironment().tasks(4000)
    first = explored(tasks).actions[:, 0]
    allowed = 2 * (np.bincount(tasks.goals, minlength=5).sum() - np.bincount(tasks.goals))
    counts = np.bincount(first, minlength=11)[1:].reshape(5, 2)
    np.testing.assert_allclose(counts, np.repeat(allowed[:, None], 2, 1) / 16, rtol=0.2)


def test_exploring_takes_up_what_was_left_out() -> None:
    episodes = by_hand([[0, 0, 0]] * 6, [1, 1, 2, 3, 0], 2)
    assert exploration_action(episodes, RNG(0)) == [4]
    again = by_hand([[0, 0, 0]] * 6, [1, 2, 3, 4, 4], 2)
    assert {int(exploration_action(again, RNG(seed))[0]) for seed in range(30)} == {1, 2, 3}


def test_random_actions_are_all_that_set_something_else() -> None:
    values = np.zeros((40_000, 1, 4), dtype=np.float32)
    goals = np.repeat([0, 2], 20_000)
    episodes = Episodes(values, np.zeros((40_000, 0), dtype=int), goals, 3)
    for goal in (0, 2):
        counts = np.bincount(random_action(episodes, RNG(1))[goals == goal], minlength=9)
        assert (counts[[WATCH, 1 + 2 * goal, 2 + 2 * goal]] == 0).all()
        np.testing.assert_allclose(
            np.delete(counts[1:], [2 * goal, 2 * goal + 1]), 20_000 / 6, rtol=0.1
        )


def test_empirical_best_goes_by_the_mean_of_an_action() -> None:
    rows = [[0, 0, 9.0], [-2, 0, 1], [2, 0, 6], [2, 0, -3], [0, -2, 2], [0, 2, 0]]
    episodes = by_hand(rows, [1, 2, 2, 3, 4], 2)
    episodes = Episodes(episodes.values, episodes.actions, episodes.goals, 4)
    assert chosen(EmpiricalBest(), episodes) == [3]
    more = by_hand([*rows, [0, -2, -9]], [1, 2, 2, 3, 4, 3], 2)
    more = Episodes(more.values, more.actions, more.goals, 4)
    assert chosen(EmpiricalBest(), more) == [2]


def exploited(rows: list[list[float]], goal: int) -> Episodes:
    """Return an episode after exploring, in which A and B were set down and up."""
    return by_hand([[0] * len(rows[0]), *rows], [1, 2, 3, 4], goal)


def test_total_change_looks_at_all_and_goal_change_at_the_goal() -> None:
    # A moves C from 3 to -3 and D from 0 to 9; B moves C from -4 to 4: C is the goal.
    rows = [[-2, 0, 3, 0], [2, 0, -3, 9], [0, -2, -4, 0], [0, 2, 4, 0]]
    episodes = exploited([[float(x) for x in row] for row in rows], 2)
    assert chosen(TotalChange(), episodes) == [1]
    assert chosen(GoalChange(), episodes) == [4]


def test_what_a_variable_is_set_to_is_no_change_of_it() -> None:
    rows = [[-2, 0, 0.5], [2, 0, 0.0], [0, -2, 0.0], [0, 2, 1.0]]
    assert chosen(TotalChange(), exploited(rows, 2)) == [4]


def chain_tasks(weight: float, n: int = 1) -> Tasks:
    """Return A → B, C apart, with the goal B."""
    weights = np.zeros((n, 3, 3), dtype=np.float32)
    weights[:, 0, 1] = weight
    order = np.tile(np.arange(3), (n, 1))
    scales = np.ones((n, 3), dtype=np.float32)
    return Tasks(ScmBatch(weights, scales, order, "linear"), np.ones(n, dtype=int))


@pytest.mark.parametrize(("weight", "action"), [(1.5, 2), (-1.5, 1)])
def test_correlations_have_a_direction(weight: float, action: int) -> None:
    tasks = chain_tasks(weight, 5)
    values = np.zeros((5, 5, 3), dtype=np.float32)
    episodes = Episodes(values, np.zeros((5, 4), dtype=int), tasks.goals, 4)
    assert (chosen(Correlational(), episodes, tasks) == action).all()
    own = explored(tasks)
    actions = chosen(Correlational(n_natural_rows=0), own, tasks)
    assert (actions == action).mean() >= 0.8


def test_natural_rows_are_drawn_in_parts_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("causal_magics.passive.experts._AT_ONCE", 7000)
    tasks = chain_tasks(1.5, 5)
    values = np.zeros((5, 5, 3), dtype=np.float32)
    episodes = Episodes(values, np.zeros((5, 4), dtype=int), tasks.goals, 4)
    assert (chosen(Correlational(), episodes, tasks) == 2).all()


@given(st.sampled_from(BY_EPISODE_ALONE), st.integers(0, 2**20), st.permutations(range(5)))
@settings(max_examples=40)
def test_renaming_renames_what_is_chosen(name: str, seed: int, renamed: list[int]) -> None:
    tasks = CausalEnvironment().tasks(6, seed=seed)
    episodes = explored(tasks, seed)
    new_of = np.argsort(renamed)
    codes = np.concatenate([[0], (1 + 2 * new_of[:, None] + [0, 1]).reshape(-1)])
    other = Episodes(
        episodes.values[:, :, renamed], codes[episodes.actions], new_of[episodes.goals], 8
    )
    expected = codes[chosen(EXPERTS[name], episodes, tasks)]
    np.testing.assert_array_equal(chosen(EXPERTS[name], other, tasks), expected)


@pytest.mark.parametrize("name", EXPERTS)
@pytest.mark.parametrize("size", [2, 5])
def test_experts_do_what_is_allowed(name: str, size: int) -> None:
    tasks = CausalEnvironment(size, held_out=None).tasks(50)
    for watch_only in (False, True):
        episodes = run(tasks, EXPERTS[name], RNG(0), watch_only=watch_only)
        for step in range(0 if not watch_only else episodes.n_explore, episodes.n_steps):
            allowed = episodes.until(step).allowed
            assert allowed[np.arange(50), episodes.actions[:, step]].all()


def test_the_oracle_and_the_expert_end_with_the_best() -> None:
    tasks = CausalEnvironment().tasks(50)
    for name in ("oracle", "explore-then-exploit"):
        episodes = run(tasks, EXPERTS[name], RNG(0))
        assert tasks.score(episodes.actions[:, 8:]) == pytest.approx(1.0)
    assert (run(tasks, EXPERTS["oracle"], RNG(0)).actions == tasks.best[:, None]).all()


BASELINES = [
    # environment, split, expert, its score in the design, and by how much ours may differ
    ("flat", "held-out", "goal-change", 1.00, 0.05),
    ("flat", "held-out", "total-change", 0.77, 0.10),
    ("flat", "held-out", "correlational", 0.77, 0.10),
    ("flat", "held-out", "correlational-explored", 0.91, 0.10),
    ("flat", "trap", "correlational", 0.01, 0.12),
    ("flat", "trap", "total-change", 0.90, 0.10),
    ("axial", "held-out", "empirical-best", 0.84, 0.06),
    ("axial", "held-out", "random", 0.00, 0.06),
]


@cache
def drawn(kind: str, split: Any) -> Tasks:
    flat = CausalEnvironment(held_out="relation", noise=0.25)
    return (flat if kind == "flat" else CausalEnvironment()).tasks(400, split, seed=11)


@pytest.mark.parametrize(("kind", "split", "name", "expected", "margin"), BASELINES)
def test_baselines_score_as_in_the_design(
    kind: str, split: Any, name: str, expected: float, margin: float
) -> None:
    tasks = drawn(kind, split)
    episodes = run(tasks, EXPERTS[name], RNG(1))
    assert tasks.score(episodes.actions[:, 8:]) == pytest.approx(expected, abs=margin)


def test_experts_say_by_what_they_choose() -> None:
    know = {name for name, expert in EXPERTS.items() if expert.knows_model}
    assert know == {"explore-then-exploit", "oracle", "correlational"}
    assert {name for name, expert in EXPERTS.items() if not expert.explores} == {"oracle", "random"}


def test_experts_are_found_by_name() -> None:
    for name in EXPERTS:
        assert expert_named(name).name == name
    with pytest.raises(OptionError, match="Did you mean empirical-best"):
        expert_named("empirical best")
    with pytest.raises(OptionError, match="n_natural_rows"):
        Correlational(n_natural_rows=-1)
