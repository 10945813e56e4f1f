"""What holds of the networks whatever their weights, and of their first ones."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from passive.learner.small_policies import drawn_network, episodes_of, settings_of
from torch import Tensor

from causal_magics.errors import OptionError
from causal_magics.passive.learner.features import (
    GOAL,
    GOAL_VALUE,
    IS_SET,
    NEXT_COUNTS,
    ROW_SETTING,
    SETTING,
    VALUE,
    features,
)
from causal_magics.passive.learner.networks import PolicyNetwork, network_of
from causal_magics.passive.learner.settings import Network, NetworkSettings

NETWORKS: tuple[Network, ...] = ("axial", "flat")
READ = torch.from_numpy(features(episodes_of()))
TOLERANCE = {"atol": 1e-5, "rtol": 1e-4}
AXIAL = drawn_network("axial")


def read_outs(network: PolicyNetwork, read: Tensor) -> list[Tensor]:
    """Return logits of actions, coefficients and logits of edges after each row."""
    with torch.inference_mode():
        states = network.states(read)
        return [network.actions(states, read), network.outcomes(states), network.beliefs(states)]


@settings(max_examples=15)
@given(st.permutations(range(4)))
def test_renaming_variables_renames_what_the_axial_network_says(order: list[int]) -> None:
    actions, outcomes, beliefs = read_outs(AXIAL, READ)
    renamed = read_outs(AXIAL, READ[:, :, order])
    codes = [0, *(1 + 2 * v + side for v in order for side in (0, 1))]
    torch.testing.assert_close(renamed[0], actions[:, :, codes], **TOLERANCE)
    torch.testing.assert_close(renamed[1], outcomes[:, :, order], **TOLERANCE)
    torch.testing.assert_close(renamed[2], beliefs[:, :, order][..., order], **TOLERANCE)


def test_the_flat_network_knows_places() -> None:
    flat = drawn_network("flat")
    order = [1, 0, 2, 3]
    outcomes, renamed = (read_outs(flat, read)[1] for read in (READ, READ[:, :, order]))
    assert not torch.allclose(renamed, outcomes[:, :, order], atol=0.1)


@pytest.mark.parametrize("network", NETWORKS)
def test_later_rows_change_nothing_before(network: Network) -> None:
    made = drawn_network(network)
    changed = READ.clone()
    changed[:, 4:] = torch.randn(changed[:, 4:].shape, generator=torch.Generator().manual_seed(1))
    for before, after in zip(read_outs(made, READ), read_outs(made, changed), strict=True):
        torch.testing.assert_close(after[:, :4], before[:, :4], **TOLERANCE)
        assert not torch.allclose(after[:, 4:], before[:, 4:], atol=1e-2)


@pytest.mark.parametrize("network", NETWORKS)
def test_earlier_rows_are_remembered(network: Network) -> None:
    made = drawn_network(network)
    changed = READ.clone()
    changed[:, 0, :, VALUE] += 1.0
    before, after = (read_outs(made, read)[1][:, -1] for read in (READ, changed))
    assert (after - before).abs().max() > 1e-3


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("network", NETWORKS)
def test_the_last_state_alone_is_that_of_all(network: Network, layers: int) -> None:
    torch.manual_seed(0)
    made = network_of(NetworkSettings(network, 4, 9, width=16, layers=layers))
    with torch.inference_mode():
        for rows in (1, 2, 9):
            whole, last = (made.states(READ[:, :rows], last=last) for last in (False, True))
            torch.testing.assert_close(last, whole[:, -1:], atol=1e-5, rtol=0)


@pytest.mark.parametrize("network", NETWORKS)
def test_neither_the_goal_is_set_nor_watched_what_counts(network: Network) -> None:
    logits = read_outs(drawn_network(network), READ)[0]
    is_masked = logits < -1e8
    is_goal = READ[..., GOAL].repeat_interleave(2, dim=2) > 0
    assert torch.equal(is_masked[..., 1:], is_goal)
    assert torch.equal(is_masked[..., 0], READ[:, :, 0, NEXT_COUNTS] > 0)


@pytest.mark.parametrize("network", NETWORKS)
def test_nothing_is_learned_from_edges_but_their_read_out(network: Network) -> None:
    made = drawn_network(network)
    made.beliefs(made.states(READ)).square().sum().backward()
    with_gradient = {
        name.split(".")[0] for name, each in made.named_parameters() if each.grad is not None
    }
    assert with_gradient <= {"cause", "effect", "edge"}


def test_interventions_are_silent_at_first_in_a_flat_network() -> None:
    torch.manual_seed(0)
    made = network_of(settings_of("flat"))
    with_others = READ.clone()
    with_others[..., [IS_SET, SETTING, ROW_SETTING]] += 3.0
    for before, after in zip(read_outs(made, READ), read_outs(made, with_others), strict=True):
        assert torch.equal(before, after)
    for feature in (VALUE, GOAL, GOAL_VALUE, NEXT_COUNTS):
        heard = READ.clone()
        heard[..., feature] += 3.0
        assert not torch.equal(made.states(heard), made.states(READ))


def test_interventions_are_silent_at_first_in_the_embedding_of_an_axial_one() -> None:
    torch.manual_seed(0)
    made = network_of(settings_of("axial"))
    unheard = [
        feature
        for feature, column in enumerate(made.embedding.weight.detach().T)  # type: ignore[union-attr]
        if not column.any()
    ]
    assert unheard == [IS_SET, SETTING, ROW_SETTING]


def test_sizes_that_are_none() -> None:
    for options, line in (
        ({"width": 10}, "multiple of the 4 heads, got 10"),
        ({"layers": 0}, "layers to be a whole number from 1"),
        ({"network": "axia"}, "Did you mean axial?"),
    ):
        with pytest.raises(OptionError, match=line) as error:
            NetworkSettings(**options)
        assert "\n" not in str(error.value)
    assert type(NetworkSettings(width=np.int64(8)).width) is int  # type: ignore[arg-type]
