"""Scores and their intervals, over tasks and over training seeds."""

from __future__ import annotations

import numpy as np
import pytest

from causal_magics.passive.evaluation.scores import difference_of, score_of

REPEATS = 600
ENOUGH = 0.92, 0.98
"""What coverage of 95 % may be in so many repeats: more than three standard errors away."""


def drawn(
    rng: np.random.Generator, policies: int, tasks: int, spread: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rewards of policies that get .8 of what there is on average, chance and the best."""
    room = np.abs(rng.standard_t(5, tasks)) + 0.3
    chance = rng.normal(size=tasks)
    shares = (
        0.8 + spread * rng.normal(size=(policies, 1)) + 0.3 * rng.normal(size=tasks)
        + 0.4 * rng.normal(size=(policies, tasks))
    )  # fmt: skip
    return chance + shares * room, chance, chance + room


def test_the_best_actions_score_one_and_leave_no_doubt() -> None:
    _, chance, best = drawn(np.random.default_rng(0), 1, 50, 0.0)
    found = score_of(best[None], chance, best)
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)
    assert str(found) == "1.00 [1.00, 1.00]"


def test_a_score_is_a_ratio_of_means() -> None:
    rewards, chance, best = drawn(np.random.default_rng(1), 3, 40, 0.2)
    found = score_of(rewards, chance, best)
    by_hand = [(each - chance).mean() / (best - chance).mean() for each in rewards]
    assert found.by_policy == pytest.approx(by_hand)
    assert found.value == pytest.approx(np.mean(by_hand))
    assert found.spread == pytest.approx(np.std(by_hand, ddof=1))
    assert np.isnan(score_of(rewards[:1], chance, best).spread)


def test_over_tasks_it_is_the_interval_of_a_mean_where_all_have_the_same_room() -> None:
    rng = np.random.default_rng(2)
    rewards = rng.normal(0.4, 1.0, 30)
    found = score_of(rewards[None], np.zeros(30), np.full(30, 2.0))
    t = 2.045230  # of 29 degrees of freedom
    margin = t * rewards.std(ddof=1) / np.sqrt(30) / 2.0
    assert found.value - found.low == pytest.approx(margin, rel=1e-5)


def test_over_seeds_it_is_the_interval_of_their_mean_where_tasks_do_not_differ() -> None:
    shares = np.array([0.6, 0.7, 0.9, 0.95])
    rewards = np.repeat(shares[:, None], 20, axis=1)
    found = score_of(rewards, np.zeros(20), np.ones(20))
    t = 3.182446  # of 3 degrees of freedom
    assert found.value - found.low == pytest.approx(t * shares.std(ddof=1) / 2.0, rel=1e-5)
    assert found.high == 1.0, "no policy can be above"


@pytest.mark.parametrize(
    ("policies", "tasks", "spread"), [(1, 100, 0.0), (5, 200, 0.0), (5, 200, 0.05), (8, 100, 0.3)]
)
def test_intervals_cover_the_truth(policies: int, tasks: int, spread: float) -> None:
    rng = np.random.default_rng(policies)
    covered = covered_differences = 0
    for _ in range(REPEATS):
        rewards, chance, best = drawn(rng, 2 * policies, tasks, spread)
        found = score_of(rewards[:policies], chance, best)
        covered += found.low <= 0.8 <= 2 * found.value - found.low
        halves = rewards[:policies], rewards[policies:]
        covered_differences += difference_of(*halves, chance, best).covers(0.0)
    assert ENOUGH[0] < covered / REPEATS < ENOUGH[1]
    assert ENOUGH[0] < covered_differences / REPEATS < 0.99


def test_seeds_that_differ_more_make_intervals_wider() -> None:
    widths = []
    for spread in (0.0, 0.05, 0.2, 0.5):
        rewards, chance, best = drawn(np.random.default_rng(4), 5, 400, spread)
        found = score_of(rewards, chance, best)
        widths.append(found.value - found.low)
    assert widths == sorted(widths)
    assert widths[-1] > 5 * widths[0]


def test_two_seeds_leave_one_degree_of_freedom_at_least() -> None:
    rng = np.random.default_rng(6)
    for _ in range(200):
        rewards, chance, best = drawn(rng, 2, 30, 0.0)
        found = score_of(rewards, chance, best)
        between = np.std(found.by_policy, ddof=1) / np.sqrt(2)
        within = np.std([(r - chance - found.value * (best - chance)) for r in rewards], axis=1)
        error = np.hypot(between, max(within) / (best - chance).mean() / np.sqrt(29))
        assert found.value - found.low < 12.71 * error


def test_a_difference_is_surer_than_its_sides_on_the_same_tasks() -> None:
    rewards, chance, best = drawn(np.random.default_rng(5), 1, 400, 0.0)
    better = rewards + 0.05 * (best - chance)
    gained = difference_of(better, rewards, chance, best)
    assert gained.value == pytest.approx(0.05)
    assert gained.high - gained.low < 1e-6
    assert gained.by_policy == ()


def test_one_task_has_no_interval() -> None:
    found = score_of(np.array([[1.0]]), np.array([0.0]), np.array([2.0]))
    assert (found.value, str(found)) == (0.5, "0.50")
    assert not found.covers(0.5)
