"""What a policy says, of weights that are drawn or known."""

from __future__ import annotations

import builtins
import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from passive.learner.small_policies import drawn_policy, episodes_of

from causal_magics.errors import MissingDependencyError, PassiveError
from causal_magics.passive.learner import policy as policy_module
from causal_magics.passive.learner.features import GOAL_VALUE
from causal_magics.passive.learner.policy import Policy
from causal_magics.passive.learner.settings import Network
from causal_magics.passive.worlds.environment import CausalEnvironment
from causal_magics.passive.worlds.episodes import Episodes, run

NETWORKS: tuple[Network, ...] = ("axial", "flat")
POLICIES = {network: drawn_policy(network) for network in NETWORKS}


@pytest.mark.parametrize("steps", [0, 3, 6, 7])
@pytest.mark.parametrize("network", NETWORKS)
def test_preferences_are_of_what_is_allowed(network: Network, steps: int) -> None:
    episodes = episodes_of(steps=steps)
    found = POLICIES[network].preferences(episodes)
    np.testing.assert_allclose(np.exp(found).sum(axis=1), 1.0, atol=1e-12)
    np.testing.assert_array_equal(np.isfinite(found), episodes.allowed)
    assert (found[~np.isfinite(found)] == -np.inf).all()
    chosen = POLICIES[network].choose(episodes, None, None)  # type: ignore[arg-type]
    np.testing.assert_array_equal(chosen, found.argmax(axis=1))


@pytest.mark.parametrize("network", NETWORKS)
def test_outcomes_are_linear_on_either_side(network: Network) -> None:
    policy = POLICIES[network]
    weights = dict(policy.weights)
    weights["outcome.weight"] = np.zeros_like(weights["outcome.weight"])
    variables = len(weights["outcome.bias"]) // 3
    weights["outcome.bias"] = np.tile(np.float32([0.5, 1.0, -2.0]), variables)
    episodes = replace(episodes_of(), value=4.0)
    found = replace(policy, weights=weights).outcomes(episodes)
    is_goal = (np.arange(1, 9) + 1) // 2 - 1 == episodes.goals[:, None]
    expected = np.where(is_goal, np.nan, np.tile([4 * (0.5 - 2.0), 4 * (0.5 + 1.0)], 4))
    np.testing.assert_allclose(found[:, 1:], expected)
    assert np.isnan(found[:, 0]).all()


@pytest.mark.parametrize("network", NETWORKS)
def test_beliefs_are_probabilities_without_loops(network: Network) -> None:
    found = POLICIES[network].beliefs(episodes_of())
    assert found.shape == (5, 4, 4)
    off = ~np.eye(4, dtype=bool)
    assert ((found[:, off] > 0) & (found[:, off] < 1)).all()
    assert not found[:, ~off].any()


def test_no_beliefs_where_graphs_were_unknown() -> None:
    with pytest.raises(PassiveError, match="read-out of edges") as error:
        drawn_policy(has_beliefs=False).beliefs(episodes_of())
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("network", NETWORKS)
def test_parts_are_as_the_whole(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    policy, episodes = POLICIES[network], episodes_of()
    whole = policy.preferences(episodes), policy.outcomes(episodes), policy.beliefs(episodes)
    monkeypatch.setattr(policy_module, "_NUMBERS_AT_ONCE", 1)
    parts = policy.preferences(episodes), policy.outcomes(episodes), policy.beliefs(episodes)
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    none = episodes.take(slice(0, 0))
    assert policy.preferences(none).shape == (0, 9)


def test_an_axial_policy_takes_any_number_of_variables() -> None:
    assert POLICIES["axial"].preferences(episodes_of(7)).shape == (5, 15)


@pytest.mark.parametrize(("variables", "steps"), [(5, 3), (3, 2)])
def test_a_flat_policy_has_its_places(variables: int, steps: int) -> None:
    with pytest.raises(PassiveError, match=rf"Expected 4 variables.*got {variables} and") as error:
        POLICIES["flat"].preferences(episodes_of(variables, steps=steps))
    assert "\n" not in str(error.value)


def test_a_flat_policy_has_rows_so_far() -> None:
    acted = episodes_of()
    longer = Episodes(
        np.concatenate([acted.values, acted.values[:, 1:3]], axis=1),
        np.concatenate([acted.actions, acted.actions[:, :2]], axis=1), acted.goals, 6,
    )  # fmt: skip
    with pytest.raises(PassiveError, match=r"at most 9 rows.*got 4 and 11"):
        POLICIES["flat"].preferences(longer)


def test_what_is_hidden_is_not_read() -> None:
    seen, unseen = (drawn_policy(hidden=hidden) for hidden in (None, "goal value"))
    column = unseen.weights["embedding.weight"].copy()
    column[:, GOAL_VALUE] += 1.0
    for policy, is_same in ((seen, False), (unseen, True)):
        heard = replace(policy, weights={**policy.weights, "embedding.weight": column})
        found, other = (each.preferences(episodes_of()) for each in (policy, heard))
        assert np.array_equal(found, other) is is_same
    assert unseen.name == "axial policy without goal value"


def test_names_tell_networks_apart() -> None:
    assert [POLICIES[network].name for network in NETWORKS] == ["axial policy", "flat policy"]
    assert "axial" in repr(POLICIES["axial"])
    assert POLICIES["axial"].n_weights == sum(
        array.size for array in POLICIES["axial"].weights.values()
    )


def test_acting_leaves_torch_as_it_is() -> None:
    policy = drawn_policy()
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    policy.preferences(episodes_of())
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == threads


def test_a_policy_acts_alone_and_alike() -> None:
    tasks = CausalEnvironment(4).tasks(6, seed=2)
    first, again = (
        run(tasks, policy, np.random.default_rng(1))
        for policy in (POLICIES["axial"], pickle.loads(pickle.dumps(POLICIES["axial"])))
    )
    np.testing.assert_array_equal(first.actions, again.actions)


def test_values_that_cannot_be_read() -> None:
    episodes = episodes_of()
    vast = replace(episodes, values=np.full_like(episodes.values, 3e38))
    with pytest.raises(PassiveError, match=r"got NaN from values of up to 3e\+38") as error:
        POLICIES["axial"].preferences(vast)
    assert "\n" not in str(error.value)


def test_weights_of_another_network() -> None:
    policy = replace(POLICIES["axial"], weights={"edge": np.float32(0)})
    with pytest.raises(PassiveError, match="got others, by name or shape") as error:
        policy.preferences(episodes_of())
    assert "\n" not in str(error.value)


def test_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    importing = builtins.__import__

    def without(name: str, *given: Any, **options: Any) -> Any:
        if name.partition(".")[0] == "torch":
            raise ImportError(name)
        return importing(name, *given, **options)

    policy: Policy = drawn_policy()
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingDependencyError, match=r"torch is needed for a policy"):
        policy.preferences(episodes_of())
