"""Codes of residuals: they pay for what they learn, and save where noise has another shape."""

from __future__ import annotations

import numpy as np
import pytest

from causal_magics.discovery.noise import histogram_gain, scale_gain, shape_gain


def standardised(values: np.ndarray) -> np.ndarray:
    return (values - values.mean()) / values.std()


@pytest.mark.parametrize("rows", [1, 2])
def test_a_histogram_is_a_density_that_sums_to_at_most_one(rows: int) -> None:
    middles = (np.arange(32) + 0.5) / 32
    grid = np.array(np.meshgrid(*[middles] * rows)).reshape(rows, -1).T
    assert np.mean([np.exp(histogram_gain(shares)) for shares in grid]) <= 1.0


@pytest.mark.parametrize("seed", range(5))
def test_only_noise_of_another_shape_saves(seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert shape_gain(standardised(rng.normal(size=1000))) < 3.0
    assert shape_gain(standardised(rng.uniform(size=1000))) > 50.0
    assert shape_gain(standardised(rng.laplace(size=1000))) > 20.0


@pytest.mark.parametrize("seed", range(5))
def test_noise_that_widens_saves_as_much_as_its_true_width(seed: int) -> None:
    rng = np.random.default_rng(seed)
    parent = rng.normal(size=(2000, 1))
    residual = rng.normal(size=2000) * np.exp(0.5 * parent[:, 0])
    residual /= np.sqrt(np.mean(residual**2))
    log_width = 0.5 * parent[:, 0] - 0.25
    truth = 0.5 * np.sum(residual**2 - residual**2 * np.exp(-2 * log_width)) - log_width.sum()
    saved, found = scale_gain(residual, parent)
    assert saved == pytest.approx(truth, abs=10.0)
    np.testing.assert_allclose(np.polyfit(parent[:, 0], found, 1)[0], 0.5, atol=0.1)
    assert scale_gain(standardised(rng.normal(size=2000)), parent)[0] < 5.0
