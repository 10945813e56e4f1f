"""What each head does: exactly, to first order, and mixed."""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pruning.planted import planted
from pruning.tiny_workloads import tiny_workload

from causal_magics.errors import CausalMagicsError, StorageError
from causal_magics.language.head_sweep import HeadSweep
from causal_magics.pruning import sweep
from causal_magics.pruning.caution import PruningWarning
from causal_magics.pruning.head_effects import HeadEffects
from causal_magics.pruning.sweep import head_effects

WORKLOAD = tiny_workload()
HEADS = [(layer, head) for layer in range(3) for head in range(4)]


@cache
def effects(method: Any, **options: Any) -> HeadEffects:
    return head_effects(WORKLOAD, method=method, **options)


def test_exact_effects_are_those_of_cutting_heads_one_by_one() -> None:
    found = effects("exact")
    assert found.exact.all()
    assert found.shape == (3, 4)
    for head in HEADS:
        alone = WORKLOAD.evaluate([head])
        assert found.scores[(slice(None), *head)] == pytest.approx(alone.scores, abs=2e-5)
        assert found.losses[(slice(None), *head)] == pytest.approx(alone.losses, abs=2e-4)
        assert found.z_bias[head] == pytest.approx(WORKLOAD.base.bias - alone.bias, abs=2e-5)
        risen = alone.perplexity - WORKLOAD.base.perplexity
        assert found.z_perplexity[head] == pytest.approx(risen, rel=1e-3, abs=0.01)
    assert np.abs(found.z_bias).max() > 0.01


def test_gradients_are_exact_for_small_changes() -> None:
    found = effects("gradient")
    assert not found.exact.any()
    step = 1e-2
    for layer, head in [(0, 1), (2, 3)]:
        ends = [_scaled(layer, head, 1 + sign * step)
                for sign in (1, -1)]  # fmt: skip
        slope = (ends[0] - ends[1]) / (2 * step)
        assert WORKLOAD.base.scores - found.scores[:, layer, head] == pytest.approx(
            slope, rel=0.02, abs=2e-3
        )


def _scaled(layer: int, head: int, factor: float) -> Any:
    import torch

    out = WORKLOAD.model.network.model.layers[layer].self_attn.o_proj
    columns = slice(head * 8, head * 8 + 8)
    before = out.weight.detach().clone()
    with torch.no_grad():
        out.weight[:, columns] *= factor
        try:
            return WORKLOAD.evaluate().scores
        finally:
            out.weight.copy_(before)


def test_the_hybrid_cuts_the_first_layers_and_the_largest() -> None:
    mixed, exact, guessed = effects("hybrid", n_exact=1), effects("exact"), effects("gradient")
    assert mixed.exact[:2].all()
    assert mixed.exact[2].sum() == 1
    assert mixed.exact[2, guessed.z_bias[2].argmax()]
    cut = mixed.exact
    assert mixed.z_bias[cut] == pytest.approx(exact.z_bias[cut], abs=1e-5)
    assert mixed.z_bias[~cut] == pytest.approx(guessed.z_bias[~cut], abs=1e-5)
    assert effects("hybrid").exact.sum() == 8 + 3


def sizes_of_slopes(guessed: HeadEffects) -> Any:
    """Return the sizes of slopes, of which losses get a share more than the slopes themselves."""
    rises = guessed.losses - guessed.base.losses[:, None, None]
    return np.abs(rises) / np.where(rises > 0.0, 1.0 + sweep.CURVATURE, 1.0 - sweep.CURVATURE)


def test_the_hybrid_mends_the_losses_of_heads_that_are_not_cut() -> None:
    mixed, exact, guessed = effects("hybrid"), effects("exact"), effects("gradient")
    cut = mixed.exact_losses
    assert cut is not None
    assert cut.sum() == 2
    assert cut.flat[mixed.z_bias.argmax()]
    assert mixed.n_estimated == 10
    sizes = sizes_of_slopes(guessed)
    assert mixed.losses[:, cut] == pytest.approx(exact.losses[:, cut], abs=1e-4)
    factors = (mixed.losses[:, ~cut] - guessed.losses[:, ~cut]) / sizes[:, ~cut]
    assert factors == pytest.approx(factors[0, 0], rel=1e-6)
    above = (exact.losses - guessed.losses)[:, cut].sum(axis=0)
    ratios = above / sizes[:, cut].sum(axis=0)
    assert ratios.min() - 1e-4 <= factors[0, 0] <= ratios.max() + 1e-4
    assert abs(factors[0, 0]) > 1e-3
    panels = mixed.head_panels()
    assert (panels[0].exact == mixed.exact).all()
    assert (panels[1].exact == cut).all()


@pytest.mark.parametrize("method", ["exact", "gradient"])
def test_removed_heads_have_no_effect(method: Any) -> None:
    found = effects(method, removed=((0, 1), (2, 2)))
    assert found.removed == ((0, 1), (2, 2))
    assert found.base.bias == pytest.approx(WORKLOAD.evaluate([(0, 1), (2, 2)]).bias, abs=1e-6)
    for head in found.removed:
        assert found.z_bias[head] == pytest.approx(0.0, abs=1e-9)
        assert found.z_perplexity[head] == pytest.approx(0.0, abs=1e-9)
    if method == "exact":
        both = WORKLOAD.evaluate([(0, 1), (2, 2), (1, 0)])
        assert found.z_bias[1, 0] == pytest.approx(found.base.bias - both.bias, abs=2e-5)


def test_a_checkpoint_is_gone_on_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = head_effects(WORKLOAD, checkpoint=tmp_path)

    def stop(*_: Any) -> Any:
        raise AssertionError("computed again")

    monkeypatch.setattr(HeadSweep, "log_probs", stop)
    monkeypatch.setattr(sweep, "head_gradients", stop)
    again = head_effects(WORKLOAD, checkpoint=tmp_path)
    assert (again.scores == first.scores).all()
    assert (again.losses == first.losses).all()
    assert (again.exact == first.exact).all()


def test_the_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    head_effects(WORKLOAD, method="gradient", checkpoint=tmp_path)
    with pytest.raises(StorageError, match="of a run with other model"):
        head_effects(tiny_workload(seed=1), method="gradient", checkpoint=tmp_path)
    with pytest.raises(StorageError, match="of a run with other removed heads"):
        head_effects(WORKLOAD, method="gradient", removed=[(0, 0)], checkpoint=tmp_path)


def interrupted(monkeypatch: pytest.MonkeyPatch, after: int = 1) -> None:
    whole = HeadSweep.log_probs
    calls = []

    def log_probs(self: HeadSweep, *args: Any) -> Any:
        calls.append(args)
        if len(calls) > after:
            raise KeyboardInterrupt
        return whole(self, *args)

    monkeypatch.setattr(HeadSweep, "log_probs", log_probs)


@pytest.mark.parametrize("after", [1, 2])
def test_an_interrupt_keeps_what_is_estimated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Prompts are two blocks, and windows one."""
    with monkeypatch.context() as patch:
        interrupted(patch, after)
        with pytest.warns(PruningWarning, match="estimated by gradients.*in the checkpoint"):
            found = head_effects(WORKLOAD, checkpoint=tmp_path)
    assert found.exact_losses is not None
    assert not found.exact_losses.any()
    assert found.exact.any() == (after == 2)
    as_if = effects("hybrid" if after == 2 else "gradient")
    assert found.z_bias == pytest.approx(as_if.z_bias, abs=1e-6)
    assert found.losses == pytest.approx(effects("gradient").losses)
    again = head_effects(WORKLOAD, checkpoint=tmp_path)
    assert again.z_bias == pytest.approx(effects("hybrid").z_bias, abs=1e-6)


def test_an_interrupt_without_estimates_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        head_effects(WORKLOAD, method="exact")
    assert WORKLOAD.evaluate().bias == pytest.approx(WORKLOAD.base.bias, abs=1e-9)


def test_intervals_hold_the_values() -> None:
    found = effects("exact")
    for (lower, upper), values in (
        (found.bias_interval, found.z_bias), (found.perplexity_interval, found.z_perplexity),
    ):  # fmt: skip
        assert (lower <= upper).all()
        assert ((lower <= values) & (values <= upper)).mean() > 0.8
    panels = found.head_panels()
    assert [panel.name for panel in panels] == ["z_bias", "z_ppl"]
    assert (panels[0].values == found.z_bias).all()
    assert panels[0].unit == "nats"


def test_reliability_is_high_where_items_agree_and_low_where_they_do_not() -> None:
    rng = np.random.default_rng(0)
    agreeing = planted(rng.normal(size=(3, 4)), np.zeros((3, 4)))
    assert agreeing.bias_reliability.value == pytest.approx(1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        agreeing.warn_if_noisy()
    noise = 10.0 - rng.normal(size=agreeing.scores.shape)
    noisy = replace(agreeing, scores=noise)
    reliability = noisy.bias_reliability
    assert reliability.lower <= reliability.value <= reliability.upper
    assert reliability.value < 0.6
    with pytest.warns(PruningWarning, match="planted is too noisy to prune by.*Use more prompts"):
        noisy.warn_if_noisy()
    same = planted(np.zeros((3, 4)), np.zeros((3, 4)))
    assert np.isnan(same.bias_reliability.value)
    assert np.isnan(same.perplexity_reliability.value)


def test_halves_of_windows_agree_as_far_as_they_are_alike() -> None:
    found = effects("exact").perplexity_reliability
    assert -1.0 <= found.lower <= found.value + 1e-9
    assert found.value - 1e-9 <= found.upper <= 1.0
    assert found.value == pytest.approx(
        2 * found.half / (1 + found.half) if found.half > 0 else found.half
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "fast"}, "Expected method"),
        ({"n_exact": 0}, "Expected n_exact to be a whole number"),
        ({"removed": [(3, 0)]}, "3 layers × 4 heads"),
        ({"removed": ["L0H1"]}, "L0H1"),
        ({"checkpoint": ""}, "Expected the name of a folder"),
    ],
)
def test_bad_options_are_told(options: dict[str, Any], message: str) -> None:
    with pytest.raises(CausalMagicsError) as error:
        head_effects(WORKLOAD, **options)
    assert message in str(error.value)
