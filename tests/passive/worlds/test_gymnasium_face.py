"""The Gymnasium faces, by Gymnasium's own checker and against each other."""

from __future__ import annotations

import sys
import warnings
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import (
    check_env,
    check_reset_options,
    check_reset_seed_determinism,
    check_returned_data_not_reused,
    data_equivalence,
)
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from gymnasium.wrappers import FlattenObservation
from gymnasium.wrappers.vector import RecordEpisodeStatistics

from causal_magics.errors import MissingDependencyError, OptionError, PassiveError
from causal_magics.passive.worlds import gymnasium_face
from causal_magics.passive.worlds.environment import CausalEnvironment, Tasks
from causal_magics.passive.worlds.episodes import Episodes, run
from causal_magics.passive.worlds.gymnasium_face import (
    ENVIRONMENT_ID,
    CausalEnv,
    CausalVectorEnv,
    register_environments,
)

UNBOUNDED = "A Box observation space m(in|ax)imum value is -?infinity"
"""Of noise that is Gaussian the checker says that it has no bounds, which is so."""

SMALL = CausalEnvironment(3, held_out=None, n_exploit=2)


@pytest.mark.filterwarnings(f"ignore:.*{UNBOUNDED}")
@pytest.mark.parametrize(
    "options", [{}, {"environment": CausalEnvironment((4, 6)), "variables": 6}, {"split": "trap"}]
)
def test_gymnasium_checks_the_environment(options: dict[str, Any]) -> None:
    register_environments()
    register_environments()
    check_env(gymnasium.make(ENVIRONMENT_ID, **options).unwrapped)


def test_vectors_are_made_by_name() -> None:
    register_environments()
    many = gymnasium.make_vec(ENVIRONMENT_ID, num_envs=3, environment=SMALL)
    assert isinstance(many.unwrapped, CausalVectorEnv)
    observations, told = many.reset(seed=0)
    assert many.observation_space.contains(observations)
    assert told["action_mask"].shape == (3, 7)
    many.close()


def test_vectors_pass_those_checks_that_apply_to_them() -> None:
    """Gymnasium has no checker of vectors; these parts of that of single environments fit."""
    register_environments()
    many = gymnasium.make_vec(ENVIRONMENT_ID, num_envs=4)
    assert many.spec is not None
    check_reset_seed_determinism(many)  # type: ignore[arg-type]
    check_reset_options(many)  # type: ignore[arg-type]
    check_returned_data_not_reused(CausalVectorEnv(1, SMALL))  # type: ignore[arg-type]
    many.action_space.seed(0)
    actions = [many.action_space.sample() for _ in range(30)]
    runs = []
    for _ in range(2):
        many.reset(seed=5)
        runs.append([many.step(each) for each in actions])
    assert data_equivalence(*runs, exact=True)


def test_one_in_a_vector_is_the_single_one() -> None:
    single, vector = CausalEnv(SMALL), CausalVectorEnv(1, SMALL)
    assert data_equivalence(first(vector.reset(seed=7)[0]), single.reset(seed=7)[0], exact=True)
    rng = np.random.default_rng(0)
    for _ in range(3):
        terminated = False
        while not terminated:
            action = rng.integers(7)
            observation, reward, terminated, truncated, told = single.step(action)
            seen, rewards, ended, cut, infos = vector.step(np.array([action]))
            assert data_equivalence(first(seen), observation, exact=True)
            assert (rewards[0], ended[0], cut[0]) == (reward, terminated, truncated)
            np.testing.assert_array_equal(infos["action_mask"][0], told["action_mask"])
        seen, rewards, ended, _, _ = vector.step(np.array([0]))
        assert data_equivalence(first(seen), single.reset()[0], exact=True)
        assert (rewards[0], ended[0]) == (0, False)


def first(observations: dict[str, Any]) -> dict[str, Any]:
    return {name: array[0] for name, array in observations.items()}


def test_a_vector_runs_as_gymnasium_s_vector_of_single_ones() -> None:
    ours = CausalVectorEnv(4, SMALL)
    theirs = SyncVectorEnv([lambda: CausalEnv(SMALL) for _ in range(4)])
    assert ours.metadata["autoreset_mode"] == theirs.metadata["autoreset_mode"]
    assert ours.metadata["autoreset_mode"] == AutoresetMode.NEXT_STEP
    for name in ("observation_space", "action_space"):
        assert getattr(ours, name) == getattr(theirs, name)
        assert getattr(ours, f"single_{name}") == getattr(theirs, f"single_{name}")
    found, expected = ours.reset(seed=1), theirs.reset(seed=1)
    ours.action_space.seed(2)
    for _ in range(17):
        assert found[0].keys() == expected[0].keys()
        for name, array in expected[0].items():
            assert found[0][name].shape == array.shape
            assert found[0][name].dtype == array.dtype
        np.testing.assert_array_equal(found[0]["steps_left"], expected[0]["steps_left"])
        assert found[-1].keys() == expected[-1].keys()
        assert ours.observation_space.contains(found[0])
        actions = ours.action_space.sample()
        found, expected = ours.step(actions), theirs.step(actions)
        for mine, other in zip(found[1:4], expected[1:4], strict=True):
            assert mine.dtype == other.dtype
        np.testing.assert_array_equal(found[2], expected[2])
        np.testing.assert_array_equal(found[3], expected[3])


class Replay:
    """Sets what a vector of environments was told at each step."""

    name = "replay"

    def __init__(self, actions: np.ndarray) -> None:
        self.actions = actions

    def choose(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> np.ndarray:
        return self.actions[:, episodes.n_steps]


def test_rows_and_rewards_are_those_of_an_episode() -> None:
    many = CausalVectorEnv(50, SMALL)
    observations, told = many.reset(seed=3)
    seed = int(np.random.default_rng(3).integers(1 << 62))
    tasks = SMALL.tasks(50, seed=seed)
    np.testing.assert_array_equal(many.tasks.goals, tasks.goals)
    np.testing.assert_array_equal(observations["goal"].argmax(axis=1), tasks.goals)
    actions, rows, rewards = [], [observations["values"]], []
    for _ in range(6):
        mask = told["action_mask"]
        actions.append(np.array([np.flatnonzero(each)[-1] for each in mask]))
        observations, reward, terminated, _, told = many.step(actions[-1])
        rows.append(observations["values"])
        rewards.append(reward)
    assert terminated.all()
    rng = np.random.default_rng(3)
    rng.integers(1 << 62)
    episodes = run(tasks, Replay(np.stack(actions, 1)), rng, n_exploit=2)
    np.testing.assert_array_equal(np.stack(rows, 1), episodes.values)
    np.testing.assert_array_equal(np.stack(rewards, 1)[:, :4], 0)
    np.testing.assert_allclose(np.stack(rewards, 1)[:, 4:], episodes.goal_values[:, 5:])


def test_setting_the_goal_sets_nothing() -> None:
    environment = CausalEnv(SMALL)
    environment.reset(seed=0)
    goal = int(environment.tasks.goals[0])
    values = [environment.step(np.int64(2 + 2 * goal))[0]["values"] for _ in range(6)]
    assert not np.isin(values, [-2.0, 2.0]).any()


def test_masks_say_what_may_be_done() -> None:
    environment = CausalEnv(SMALL)
    _, told = environment.reset(seed=0)
    goal = int(environment.tasks.goals[0])
    for left in range(6, 0, -1):
        mask = told["action_mask"]
        assert mask.dtype == np.int8
        assert not mask[[1 + 2 * goal, 2 + 2 * goal]].any()
        assert mask[0] == (left > 2)
        assert mask.sum() == 4 + (left > 2)
        told = environment.step(environment.action_space.sample(mask))[-1]


def test_wrappers_of_gymnasium_apply() -> None:
    flat = FlattenObservation(CausalEnv(SMALL))
    assert flat.reset(seed=0)[0].shape == (3 + 2 + 3,)
    counted = RecordEpisodeStatistics(CausalVectorEnv(5, SMALL))
    counted.reset(seed=0)
    for _ in range(6):
        told = counted.step(counted.action_space.sample())[-1]
    assert (told["episode"]["l"] == 6).all()


def test_what_cannot_be_done_is_refused() -> None:
    environment, many = CausalEnv(SMALL), CausalVectorEnv(2, SMALL)
    with pytest.raises(PassiveError, match=r"Call reset\(\)"):
        environment.step(np.int64(0))
    environment.reset(seed=0)
    many.reset(seed=0)
    for action in (-1, 7, 0.5):
        with pytest.raises(PassiveError, match="whole numbers from 0 to 6") as caught:
            environment.step(action)  # type: ignore[arg-type]
        assert "\n" not in str(caught.value)
    for actions in ([0], [0, 7], [[0, 0]]):
        with pytest.raises(PassiveError, match="Expected 2 whole numbers"):
            many.step(np.array(actions))
    for _ in range(6):
        over = environment.step(np.int64(0))[2]
    assert over
    with pytest.raises(PassiveError, match=r"Call reset\(\)"):
        environment.step(np.int64(0))
    with pytest.raises(PassiveError, match="begin and end together"):
        many.reset(options={"reset_mask": np.array([True, False])})
    with pytest.raises(OptionError, match="num_envs"):
        CausalVectorEnv(0)
    with pytest.raises(OptionError, match="Expected a CausalEnvironment, got int"):
        CausalEnv(3)  # type: ignore[arg-type]
    with pytest.raises(PassiveError, match="holds something out"):
        CausalEnv(SMALL, "trap")


@pytest.mark.parametrize("made", [CausalEnv(SMALL), CausalVectorEnv(2, SMALL)])
def test_seeds_are_whole_numbers(made: Any) -> None:
    for seed in (-1, 0.5, True, "one"):
        with pytest.raises(OptionError, match="Expected seed to be a whole number from 0, got"):
            made.reset(seed=seed)
    plain, of_numpy = made.reset(seed=3)[0], made.reset(seed=np.int64(3))[0]
    assert data_equivalence(plain, of_numpy, exact=True)


def test_gymnasium_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    spec = spec_from_file_location("without_gymnasium", gymnasium_face.__file__)
    assert spec is not None
    assert spec.loader is not None
    with pytest.raises(MissingDependencyError, match=r"causal-magics\[gymnasium\]"):
        spec.loader.exec_module(module_from_spec(spec))


def test_checks_warn_of_nothing_else() -> None:
    register_environments()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        check_env(gymnasium.make(ENVIRONMENT_ID).unwrapped)
    assert {("imum value" in str(each.message)) for each in caught} == {True}
