"""A policy that learned a little acts and plans better than chance."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from passive.learner.small_policies import QUICK, SMALL, natural_log

from causal_magics.data.warning import DataWarning
from causal_magics.errors import PassiveError
from causal_magics.passive.evaluation.ideal_observer import IdealObserver
from causal_magics.passive.experts import RandomActor
from causal_magics.passive.learner.planner import Planner
from causal_magics.passive.learner.policy import Policy
from causal_magics.passive.learner.train import train
from causal_magics.passive.worlds.environment import CausalEnvironment
from causal_magics.passive.worlds.episodes import Actor, run

WORLD = CausalEnvironment(noise=0.25)
TASKS = WORLD.tasks(200, "held-out", seed=5)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return train(WORLD, episodes=2000, steps=150, batch=16, width=32, seed=1, progress=False)


def score_of(actor: Actor) -> float:
    acted = run(TASKS, actor, np.random.default_rng(0))
    return TASKS.score(acted.actions[:, acted.n_explore :])


def test_a_short_training_is_far_from_chance(policy: Policy) -> None:
    assert abs(score_of(RandomActor())) < 0.15
    assert score_of(policy) > 0.5
    assert policy.record.losses[-1][1] < 0.7 * policy.record.losses[0][1]


def test_a_planner_explores_then_takes_what_it_expects_most_of(policy: Policy) -> None:
    planner = Planner(policy)
    acted = run(TASKS, planner, np.random.default_rng(0))
    exploring = np.sort(acted.actions[:, :8], axis=1)
    assert all(len(set(row)) == 8 for row in exploring.tolist()), "each variable both ways"
    before = acted.until(10)
    expected = policy.outcomes(before)
    expected[np.isnan(expected)] = -np.inf
    np.testing.assert_array_equal(acted.actions[:, 10], expected.argmax(axis=1))
    assert (planner.knows_model, planner.explores) == (False, True)


def test_a_planner_takes_a_name_or_a_file_and_is_named_after_its_policy(
    policy: Policy, tmp_path: Path
) -> None:
    policy.save(tmp_path / "small.npz")
    for given in ("axial", policy, tmp_path / "small.npz", str(tmp_path / "small.npz")):
        planner = Planner(given)
        assert planner.name == "axial policy, planning"
        assert isinstance(planner.policy, Policy)
    assert score_of(planner) == score_of(Planner(policy))
    assert Planner(policy, "mine").name == "mine"
    assert (
        Planner(policy, on_schedule=False).name == "axial policy, planning from the first step on"
    )
    without = Planner(replace(policy, hidden="goal")).name
    assert without == "axial policy without goal, planning"


@pytest.mark.parametrize("given", [5, None, "axail", Policy, IdealObserver])
def test_what_is_no_policy_does_not_plan(given: Any) -> None:
    with pytest.raises(PassiveError, match=r"Expected (a policy|the name of a policy)") as caught:
        Planner(given)
    assert "\n" not in str(caught.value)


def test_a_planner_scores_above_chance(policy: Policy) -> None:
    assert score_of(Planner(policy)) > 0.3


def test_planning_on_natural_rows_is_possible() -> None:
    with pytest.warns(DataWarning, match="Planner"):
        planner = Planner(train(natural_log(), **QUICK), name="natural planner")
    tasks = SMALL.tasks(20, seed=1)
    acted = run(tasks, planner, np.random.default_rng(0), n_exploit=SMALL.n_exploit)
    exploited = acted.actions[:, acted.n_explore :]
    assert exploited.all()
    assert ((exploited + 1) // 2 - 1 != acted.goals[:, None]).all()


def test_off_schedule_it_takes_what_it_expects_most_of_from_the_first_step_on() -> None:
    environment = CausalEnvironment(variables=4, noise=0.25)
    policy = train(environment, episodes=200, steps=2, progress=False)
    tasks = environment.tasks(20, seed=5)
    assert not Planner(policy, on_schedule=False).explores
    acted = run(tasks, Planner(policy, on_schedule=False), np.random.default_rng(0))
    for step in (0, acted.n_explore, acted.n_steps - 1):
        seen = acted.until(step)
        expected = np.nanargmax(policy.outcomes(seen)[:, 1:], axis=1) + 1
        assert (acted.actions[:, step] == expected).all()
