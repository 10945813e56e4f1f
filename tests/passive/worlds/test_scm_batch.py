"""Batches of models against closed forms, and NumPy against torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from causal_magics.errors import MissingDependencyError, OptionError, PassiveError
from causal_magics.passive.worlds.graph_prior import ScmPrior
from causal_magics.passive.worlds.scm_batch import LEAK, ScmBatch
from causal_magics.passive.worlds.structural_models import NOTHING, ancestors

ORDER = np.array([[0, 1]])


def two(weight: float = 1.5, link: object = "leaky-relu", scale: float = 0.0) -> ScmBatch:
    """Return one model A → B."""
    weights = np.array([[[0.0, weight], [0.0, 0.0]]], dtype=np.float32)
    scales = np.full((1, 2), scale, dtype=np.float32)
    return ScmBatch(weights, scales, ORDER, link)  # type: ignore[arg-type]


def drawn(n_models: int, n_variables: int, seed: int, link: object = "leaky-relu") -> ScmBatch:
    prior = ScmPrior(link=link)  # type: ignore[arg-type]
    return prior.draw(n_models, n_variables, np.random.default_rng(seed))


def actions(models: ScmBatch, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    targets = rng.integers(-1, models.n_variables, models.n_models)
    return targets, rng.choice([-2.0, 2.0], models.n_models).astype(np.float32)


@pytest.mark.parametrize("n_variables", [2, 5, 20])
def test_linear_rows_are_those_of_the_total_effects(n_variables: int) -> None:
    models = drawn(40, n_variables, 1, "linear")
    targets, settings = np.full(40, NOTHING), np.zeros(40, dtype=np.float32)
    noise = models.noise(np.random.default_rng(2))
    rows = models.respond(noise, targets, settings)
    for model in range(40):
        order = models.order[model]
        deviations = np.empty(n_variables)
        deviations[order] = noise[:, model] * models.noise_scales[model, order]
        total = np.linalg.inv(np.eye(n_variables) - models.weights[model].astype(float))
        np.testing.assert_allclose(rows[model], deviations @ total, rtol=2e-3, atol=1e-3)


@given(st.integers(2, 8), st.integers(0, 2**20))
def test_setting_a_variable_moves_its_descendants_alone(n_variables: int, seed: int) -> None:
    models = drawn(16, n_variables, seed)
    targets, settings = actions(models, seed)
    noise = models.noise(np.random.default_rng(seed))
    natural = models.respond(noise, np.full(16, NOTHING), settings)
    acted = models.respond(noise, targets, settings)
    every = np.arange(16)
    is_set = targets != NOTHING
    reached = ancestors(models.parents)[every, targets] & is_set[:, None]
    np.testing.assert_array_equal(acted[every, targets][is_set], settings[is_set])
    reached[every, targets] |= is_set
    np.testing.assert_array_equal(acted[~reached], natural[~reached])


@pytest.mark.parametrize(
    ("link", "below", "above"),
    [("linear", -3.0, 3.0), ("leaky-relu", -3.0 * LEAK, 3.0), (np.tanh, np.tanh(-3), np.tanh(3))],
)
def test_a_link_is_applied_to_the_weighted_sum(link: object, below: float, above: float) -> None:
    models = two(1.5, link)
    for setting, expected in ((-2.0, below), (2.0, above)):
        row = models.respond(np.ones((2, 1), np.float32), np.array([0]), np.float32([setting]))
        np.testing.assert_allclose(row, [[setting, expected]], rtol=1e-6)


def test_noise_has_its_scales() -> None:
    models = two(0.0, scale=0.5).take(np.zeros(20_000, dtype=int))
    rows = models.step(np.full(20_000, NOTHING), np.zeros(20_000), np.random.default_rng(0))
    np.testing.assert_allclose(rows.std(axis=0), [0.5, 0.5], rtol=0.03)
    assert abs(np.corrcoef(rows.T)[0, 1]) < 0.03


@pytest.mark.parametrize("link", ["linear", "leaky-relu", (np.tanh, torch.tanh)])
@pytest.mark.parametrize("n_variables", [2, 5, 12])
def test_torch_makes_the_rows_of_numpy(link: object, n_variables: int) -> None:
    here, there = link if isinstance(link, tuple) else (link, link)
    models = drawn(64, n_variables, 3, here)
    tensors = drawn(64, n_variables, 3, there).to_torch()
    targets, settings = actions(models, 4)
    noise = models.noise(np.random.default_rng(5))
    rows = tensors.respond(*(torch.as_tensor(each) for each in (noise, targets, settings)))
    expected = models.respond(noise, targets, settings)
    np.testing.assert_allclose(rows.numpy(), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(tensors.parents, models.parents)
    fresh = tensors.step(
        torch.as_tensor(targets), torch.as_tensor(settings), torch.Generator().manual_seed(0)
    )
    assert fresh.shape == expected.shape


def test_models_are_taken_in_any_order() -> None:
    models = drawn(6, 4, 0)
    which = [4, 0, 4]
    taken = models.take(which)
    noise = models.noise(np.random.default_rng(0))
    targets, settings = actions(models, 1)
    rows = models.respond(noise, targets, settings)
    found = taken.respond(noise[:, which], targets[which], settings[which])
    np.testing.assert_array_equal(found, rows[which])
    assert repr(taken) == "<ScmBatch: 3 models, 4 variables, leaky-relu>"


def test_what_is_no_batch_is_refused() -> None:
    good = two()
    weights, scales = good.weights, good.noise_scales
    bad = {
        "two variables": (np.zeros((1, 1, 1), np.float32), scales[:, :1], ORDER[:, :1]),
        "noise scales of shape": (weights, scales[:, :1], ORDER),
        "an order of shape": (weights, scales, ORDER[0]),
        "weights that are finite": (weights * np.nan, scales, ORDER),
        "noise scales that are finite": (weights, scales + np.inf, ORDER),
        "noise scales from 0": (weights, scales - 1, ORDER),
        "weights as floating-point": (weights.astype(int), scales, ORDER),
    }
    for words, (first, second, third) in bad.items():
        with pytest.raises(PassiveError, match=words) as caught:
            ScmBatch(first, second, third)
        assert "\n" not in str(caught.value)
    with pytest.raises(OptionError, match="Did you mean leaky-relu"):
        ScmBatch(weights, scales, ORDER, "leaky_relu")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("order", "words"), [([[1, 0]], "causes come before"), ([[0, 0]], "each variable of a model")]
)
def test_an_order_that_is_none_is_refused_at_the_first_row(
    order: list[list[int]], words: str
) -> None:
    good = two()
    models = ScmBatch(good.weights, good.noise_scales, np.array(order))
    for batch, source in ((models, np.random.default_rng(0)), (models.to_torch(), None)):
        with pytest.raises(PassiveError, match=words):
            batch.step(batch.order[:, 0] * 0, batch.noise_scales[:, 0], source)


def test_torch_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(MissingDependencyError, match=r"causal-magics\[language\]"):
        two().to_torch()
