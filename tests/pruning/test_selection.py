"""FASP and the baselines: which heads are chosen."""

from __future__ import annotations

from math import floor, inf, nan
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from language.tiny_models import tiny_network
from pruning.planted import planted
from pruning.tiny_workloads import tiny_workload

from causal_magics.errors import CausalMagicsError, OptionError, PruningError
from causal_magics.language.head_gradients import head_gradients
from causal_magics.pruning.baselines import BASELINES, baseline, weight_magnitudes
from causal_magics.pruning.selection import fasp, group_size_of

Z_BIAS = np.array([[5.0, 1.0, -1.0, 0.0, 2.0], [4.0, 3.0, -2.0, 0.5, 1.5]])
Z_PPL = np.array([[9.0, 0.0, 0.0, 0.0, 0.0], [0.0, 8.0, 0.0, 7.0, 0.0]])


def small_effects() -> Any:
    return planted(Z_BIAS, Z_PPL)


def test_it_takes_what_brings_bias_and_spares_what_perplexity_needs() -> None:
    assert fasp(small_effects(), alpha=0.2, gamma=0.0) == ((0, 0), (1, 0))
    assert fasp(small_effects(), alpha=0.3, gamma=0.2) == ((0, 4), (1, 0), (1, 4))
    assert fasp(small_effects(), alpha=0.0, gamma=0.5) == ()


def test_the_paper_prunes_as_many_whatever_the_sign() -> None:
    found = fasp(small_effects(), alpha=0.7, gamma=0.3)
    assert (len(found), (1, 2) in found) == (7, True)
    helpful = fasp(small_effects(), alpha=0.7, gamma=0.3, helpful_only=True)
    assert helpful == ((0, 1), (0, 4), (1, 0), (1, 4))


def test_kept_and_removed_heads_are_not_chosen() -> None:
    assert fasp(small_effects(), alpha=0.2, gamma=0.0, keep=[(0, 0)]) == ((1, 0), (1, 1))
    effects = planted(Z_BIAS, Z_PPL, removed=((0, 0),))
    assert fasp(effects, alpha=0.2, gamma=0.0) == ((1, 0), (1, 1))


def test_groups_stand_and_fall_together() -> None:
    z_bias = np.array([[5.0, -9.0, 2.0, 2.0], [3.0, 0.0, 1.0, 0.0]])
    z_ppl = np.array([[0.0, 0.0, 0.0, 0.0], [0.0, 9.0, 0.0, 0.0]])
    options: dict[str, Any] = {"alpha": 0.25, "group_size": 2}
    effects = planted(z_bias, z_ppl)
    assert fasp(effects, gamma=0.0, **options) == ((0, 2), (0, 3))
    assert fasp(effects, gamma=0.0, keep=[(0, 3)], **options) == ((1, 0), (1, 1))
    assert fasp(effects, gamma=0.25, keep=[(0, 3)], **options) == ((1, 2), (1, 3))
    half_gone = planted(z_bias, z_ppl, removed=((0, 2),))
    assert fasp(half_gone, gamma=0.0, **options) == ((0, 3),)
    assert [group_size_of(tiny_network(each)) for each in ("llama", "gpt2")] == [2, 1]


@settings(max_examples=40)
@given(
    values=hnp.arrays(float, (2, 3, 4), elements=st.integers(-9, 9).map(float)),
    alpha=st.floats(0, 1),
    gamma=st.floats(0, 1),
)
def test_what_holds_for_all_effects(
    values: np.ndarray[Any, Any], alpha: float, gamma: float
) -> None:
    if alpha + gamma > 1:
        alpha, gamma = 1 - alpha, 1 - gamma
    z_bias, z_ppl = values
    found = fasp(planted(z_bias, z_ppl), alpha=alpha, gamma=gamma)
    n_protected = floor(gamma * 12 + 1e-9)
    assert len(found) == len(set(found)) == floor(alpha * 12 + 1e-9)
    needed = np.sort(z_ppl, axis=None)[::-1][n_protected:]
    assert all(z_ppl[head] <= needed[0] for head in found)
    left = [z_bias[head] for head in np.ndindex(3, 4) if head not in found]
    worse = sum(value > min((z_bias[head] for head in found), default=inf) for value in left)
    assert worse <= n_protected
    assert fasp(planted(z_bias / 2, z_ppl / 3), alpha=alpha, gamma=gamma) == found
    more = fasp(planted(z_bias, z_ppl), alpha=alpha / 2, gamma=gamma)
    assert set(more) <= set(found)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alpha": 0.6, "gamma": 0.5}, "at most 1 together, got 0.6 + 0.5"),
        ({"alpha": -0.1, "gamma": 0.5}, "Expected alpha from 0 to 1, got '-0.1'"),
        ({"alpha": 0.1, "gamma": nan}, "Expected gamma from 0 to 1, got 'nan'"),
        ({"alpha": True, "gamma": 0.0}, "Expected alpha from 0 to 1, got 'True'"),
        ({"alpha": 0.1, "gamma": 0.1, "keep": [(2, 0)]}, "2 layers × 5 heads"),
        ({"alpha": 0.1, "gamma": 0.1, "group_size": 2}, "groups of 2"),
        ({"alpha": 0.9, "gamma": 0.0, "keep": [(0, 0), (0, 1)]}, "8 are free"),
    ],
)
def test_bad_input_is_told(options: Any, message: str) -> None:
    with pytest.raises(CausalMagicsError) as error:
        fasp(small_effects(), **options)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_effects_that_are_no_numbers_are_told() -> None:
    with pytest.raises(PruningError, match="effect of each head on bias to be a number, got NaN"):
        fasp(planted(np.full((2, 2), nan), np.zeros((2, 2))), alpha=0.5, gamma=0.0)


def test_baselines_take_what_their_names_say() -> None:
    workload, effects = tiny_workload(), planted_like_tiny()
    assert baseline("bias only", workload, effects, alpha=0.2) == fasp(
        effects, alpha=0.2, gamma=0.0
    )
    least = np.argsort(effects.z_perplexity, axis=None)[:2]
    expected = sorted(divmod(int(place), 4) for place in least)
    assert list(baseline("perplexity only", workload, effects, alpha=0.2)) == expected
    drawn = {baseline("random", workload, effects, alpha=0.2, seed=seed) for seed in range(8)}
    assert len(drawn) > 4
    assert all(len(each) == 2 for each in drawn)
    kept = [(layer, head) for layer in range(3) for head in range(4)][:10]
    for name in BASELINES:
        assert baseline(name, workload, effects, alpha=0.2, keep=kept) == ((2, 2), (2, 3))


def test_gradient_magnitude_is_the_mean_size_over_windows() -> None:
    workload, effects = tiny_workload(), planted_like_tiny()
    windows = workload.windows
    slopes = np.abs(head_gradients(workload.model, windows, [[1.0]] * len(windows))).mean(axis=0)
    least = sorted(divmod(int(place), 4) for place in np.argsort(slopes, axis=None)[:3])
    assert list(baseline("gradient magnitude", workload, effects, alpha=0.25)) == least


@pytest.mark.parametrize("family", ["llama", "gpt2", "neox", "falcon"])
def test_magnitude_is_of_all_weights_of_a_head(family: str) -> None:
    network = tiny_network(family)
    before = weight_magnitudes(network)
    assert before.shape == (3, 4)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if any(part in name for part in ("attn", "attention")) and parameter.ndim == 2:
                parameter.mul_(2.0)
    np.testing.assert_allclose(weight_magnitudes(network), 2 * before)


def test_magnitude_of_a_head_counts_the_keys_and_values_it_reads() -> None:
    network = tiny_network("llama")
    attention = network.model.layers[1].self_attn
    parts = [attention.q_proj.weight[8:16], attention.k_proj.weight[:8],
             attention.v_proj.weight[:8], attention.o_proj.weight[:, 8:16]]  # fmt: skip
    expected = torch.cat([part.detach().abs().flatten() for part in parts]).mean()
    assert weight_magnitudes(network)[1, 1] == pytest.approx(float(expected), rel=1e-5)


def test_an_unknown_baseline_is_told() -> None:
    with pytest.raises(OptionError, match="Did you mean magnitude"):
        baseline("magnitud", tiny_workload(), planted_like_tiny(), alpha=0.1)  # type: ignore[arg-type]


def planted_like_tiny() -> Any:
    rng = np.random.default_rng(0)
    return planted(rng.normal(size=(3, 4)), rng.normal(size=(3, 4)))
