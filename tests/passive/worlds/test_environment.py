"""Tasks: closed forms of what is expected, and what each split holds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causal_magics.errors import OptionError, PassiveError
from causal_magics.passive.worlds.environment import (
    CausalEnvironment,
    Tasks,
    goal_correlations,
    natural_rows,
    targets_and_settings,
)
from causal_magics.passive.worlds.graph_prior import is_held_out_class
from causal_magics.passive.worlds.scm_batch import ScmBatch
from causal_magics.passive.worlds.structural_models import NOTHING, ancestors

FLAT = CausalEnvironment(held_out="relation", noise=0.25)


def chain(link: str = "linear", value: float = 2.0) -> Tasks:
    """Return A → B → C with weights 1.5 and -1, and C as goal."""
    weights = np.zeros((1, 3, 3), dtype=np.float32)
    weights[0, 0, 1], weights[0, 1, 2] = 1.5, -1.0
    scales = np.zeros((1, 3), dtype=np.float32)
    models = ScmBatch(weights, scales, np.array([[0, 1, 2]]), link)  # type: ignore[arg-type]
    return Tasks(models, np.array([2]), value)


@pytest.mark.parametrize("n_variables", [2, 5, 9])
def test_linear_expectations_are_total_effects(n_variables: int) -> None:
    tasks = CausalEnvironment(n_variables, "linear", value=3.0, held_out=None).tasks(30, seed=1)
    for place in range(30):
        weights = tasks.models.weights[place].astype(float)  # type: ignore[attr-defined]
        goal = tasks.goals[place]
        effects = np.linalg.inv(np.eye(n_variables) - weights)[:, goal]
        expected = np.concatenate([[0.0], np.outer(effects, [-3.0, 3.0]).reshape(-1)])
        expected[[1 + 2 * goal, 2 + 2 * goal]] = np.nan
        np.testing.assert_allclose(tasks.expected[place], expected, rtol=1e-3, atol=1e-3)


def test_expectations_of_a_leaky_chain_are_its_rows() -> None:
    found = chain("leaky-relu").expected[0]
    np.testing.assert_allclose(found[:5], [0, 0.3, -0.3, 2, -0.2], atol=1e-6)
    assert chain("leaky-relu").best[0] == 3


def test_expectations_are_the_mean_of_many_rows() -> None:
    tasks = CausalEnvironment().tasks(3, seed=2)
    rng = np.random.default_rng(0)
    for task in range(3):
        for action in (0, tasks.best[task]):
            many = tasks.models.take(np.full(20_000, task))
            rows = many.step(*targets_and_settings(np.full(20_000, action), 2.0), rng)
            mean = rows[:, tasks.goals[task]].mean()
            assert abs(mean - tasks.expected[task, action]) < 0.8


def test_actions_are_decoded() -> None:
    targets, chosen = targets_and_settings(np.array([[0, 1], [2, 7]]), 3.0)
    np.testing.assert_array_equal(targets, [[NOTHING, 0], [0, 3]])
    np.testing.assert_array_equal(chosen, [[0, -3], [3, -3]])


@given(st.integers(0, 2**20), st.sampled_from([2, 5, 8]))
@settings(max_examples=20)
def test_the_best_scores_one_and_chance_nothing(seed: int, n_variables: int) -> None:
    tasks = CausalEnvironment(n_variables).tasks(30, seed=seed)
    assert tasks.score(tasks.best) == pytest.approx(1.0)
    repeated = np.repeat(tasks.best[:, None], 4, axis=1)
    assert tasks.score(repeated) == pytest.approx(1.0)
    every = np.arange(2 * n_variables) + 1
    allowed = [[a for a in every if (a - 1) // 2 != goal] for goal in tasks.goals]
    assert tasks.score(np.array(allowed)) == pytest.approx(0.0, abs=1e-9)
    assert (tasks.goals[:, None] != (tasks.best[:, None] - 1) // 2).all()


def test_scores_go_with_tasks_that_are_taken() -> None:
    tasks = CausalEnvironment().tasks(40, seed=1)
    before = tasks.take([3, 1]).expected
    assert len(tasks.expected) == 40
    np.testing.assert_allclose(tasks.take([3, 1]).expected, tasks.expected[[3, 1]])
    assert np.abs(before - tasks.expected[[3, 1]])[~np.isnan(before)].max() < 2


@pytest.mark.parametrize("size", [4, 5, 6, 8])
def test_training_has_none_of_the_classes_held_out(size: int) -> None:
    environment = CausalEnvironment((4, 5, 6, 8))
    train = environment.tasks(2000, variables=size)
    assert not is_held_out_class(train.models.parents).any()
    assert is_held_out_class(
        environment.tasks(100, "held-out", variables=size).models.parents
    ).all()


def test_training_has_none_of_the_relation_held_out() -> None:
    assert not ancestors(FLAT.tasks(3000).models.parents)[:, 3, 4].any()
    tested = FLAT.tasks(200, "held-out")
    assert ancestors(tested.models.parents)[:, 3, 4].all()
    assert (tested.goals == 4).all()
    assert ((tested.best - 1) // 2 == 3).all()


@pytest.mark.parametrize("environment", [FLAT, CausalEnvironment()])
def test_in_traps_what_goes_most_with_the_goal_is_no_cause(environment: CausalEnvironment) -> None:
    tasks = environment.tasks(60, "trap", seed=3)
    rows = natural_rows(tasks.models, 4000, np.random.default_rng(9))
    most = np.abs(goal_correlations(rows, tasks.goals)).argmax(axis=1)
    causes = ancestors(tasks.models.parents)[np.arange(60), most, tasks.goals]
    assert causes.mean() < 0.25  # a few near ties turn with the rows that are drawn


def test_each_goal_has_a_cause() -> None:
    tasks = CausalEnvironment().tasks(1000)
    assert tasks.models.parents[np.arange(1000), :, tasks.goals].any(axis=1).all()


def test_correlations_are_those_of_numpy() -> None:
    rows = np.random.default_rng(0).normal(size=(3, 50, 4)).astype(np.float32)
    rows[:, :, 3] = 1.0
    found = goal_correlations(rows, np.array([0, 1, 2]))
    for task in range(3):
        expected = np.corrcoef(rows[task, :, :3].T.astype(float))[task]
        expected[task] = 0
        np.testing.assert_allclose(found[task], [*expected, 0], atol=1e-5)


def test_tasks_follow_their_seed() -> None:
    environment = CausalEnvironment((4, 5))
    first, again, other = (environment.tasks(20, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.models.weights, again.models.weights)  # type: ignore[attr-defined]
    assert (first.goals != other.goals).any()
    assert environment.tasks(3, variables=5).models.n_variables == 5
    assert repr(first) == "<Tasks: 20, 4 variables>"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"variables": 1}, "between 2 and 20"),
        ({"variables": 21}, "between 2 and 20"),
        ({"variables": True}, "between 2 and 20"),
        ({"variables": [4, 1]}, "between 2 and 20 variables, got 1"),
        ({"variables": []}, "a number of variables"),
        ({"variables": ()}, "a number of variables"),
        ({"variables": 4, "held_out": "relation"}, "five variables or more"),
    ],
)
def test_environments_that_cannot_be(options: dict[str, object], words: str) -> None:
    with pytest.raises(PassiveError, match=words) as caught:
        CausalEnvironment(**options)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"held_out": "class"}, "Did you mean classes"),
        ({"link": "leaky_relu"}, "Did you mean leaky-relu"),
        ({"noise": 0}, "noise above 0"),
        ({"noise": True}, "noise as a finite number above 0, got True"),
        ({"noise": "1"}, "noise as a finite number above 0, got '1'"),
        ({"value": float("nan")}, "value as a finite number above 0, got nan"),
        ({"max_weight": float("inf")}, "max_weight as a finite number above 0, got inf"),
        ({"n_exploit": 0}, "n_exploit"),
        ({"max_roots": 1.5}, "max_roots"),
    ],
)
def test_options_outside_what_they_can_be(options: dict[str, object], words: str) -> None:
    with pytest.raises(OptionError, match=words):
        CausalEnvironment(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize("several", [[2, 3], range(2, 4)])
def test_lists_are_tuples(several: object) -> None:
    assert CausalEnvironment(several) == CausalEnvironment((2, 3))  # type: ignore[arg-type]


def test_tasks_that_cannot_be() -> None:
    with pytest.raises(PassiveError, match="holds something out"):
        CausalEnvironment(held_out=None).tasks(3, "trap")
    for size in (2, 3):
        with pytest.raises(PassiveError, match=r'found 0\. With so few .* give splits="train"'):
            CausalEnvironment(size).tasks(3, "held-out")
    with pytest.raises(PassiveError, match="between 2 and 20"):
        CausalEnvironment().tasks(3, variables=1)
    with pytest.raises(PassiveError, match="five variables or more"):
        FLAT.tasks(3, "held-out", variables=4)
    with pytest.raises(OptionError, match="Did you mean held-out"):
        CausalEnvironment().tasks(3, "heldout")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="seed"):
        CausalEnvironment().tasks(3, seed=-1)
    with pytest.raises(OptionError, match="Expected n to be"):
        CausalEnvironment().tasks(0)


def test_links_that_leave_the_finite_are_refused() -> None:
    def broken(total: np.ndarray) -> np.ndarray:
        return np.full_like(total, np.nan)

    with pytest.raises(PassiveError, match=r"np\.tanh"):
        _ = CausalEnvironment(link=broken, held_out=None).tasks(3).expected
    assert np.isfinite(CausalEnvironment(link=np.tanh).tasks(3).best_reward).all()
