"""Slopes, and whether their intervals hold what they should."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from causal_magics.probing.slopes import slope

RANKS = np.arange(20.0)


def test_slopes_are_those_of_scipy() -> None:
    rng = np.random.default_rng(0)
    curves = rng.normal(size=(5, 20))
    found = slope("she", curves, RANKS)
    for curve, step in zip(curves, found.by_template, strict=True):
        assert step == pytest.approx(stats.linregress(RANKS, curve).slope)
    line = stats.linregress(RANKS, curves.mean(axis=0))
    assert (found.per_step, found.r) == (pytest.approx(line.slope), pytest.approx(line.rvalue))
    assert found.spread == pytest.approx(np.std(found.by_template, ddof=1))


def test_one_template_over_three_even_values_has_the_classical_interval() -> None:
    curve, scale = np.array([1.0, 3.0, 2.5]), np.arange(3.0)
    found = slope("she", curve[None], scale)
    line = stats.linregress(scale, curve)
    reach = stats.t.ppf(0.975, 1) * line.stderr
    assert (found.low, found.high) == (
        pytest.approx(line.slope - reach), pytest.approx(line.slope + reach),
    )  # fmt: skip


def test_two_values_leave_the_interval_over_templates() -> None:
    ends = np.array([[0.0, 1.0], [0.0, 2.0], [0.0, 4.5]])
    found = slope("she", ends, np.arange(2.0))
    expected = stats.t.interval(0.95, 2, loc=2.5, scale=stats.sem([1.0, 2.0, 4.5]))
    assert (found.low, found.high) == (pytest.approx(expected[0]), pytest.approx(expected[1]))


def test_too_little_for_an_interval() -> None:
    found = slope("she", np.array([[0.0, 1.0]]), np.arange(2.0))
    assert math.isnan(found.low)
    assert math.isnan(found.spread)
    assert found.is_flat is None


def test_flat_curves_are_flat() -> None:
    found = slope("she", np.full((4, 20), 50.0), RANKS)
    assert (found.per_step, found.low, found.high) == (0.0, 0.0, 0.0)
    assert found.is_flat
    assert math.isnan(found.r)
    rising = slope("she", np.tile(2.0 * RANKS, (4, 1)), RANKS)
    assert rising.is_flat is False
    assert rising.r == pytest.approx(1.0)


@given(st.integers(0, 10_000), st.floats(0.01, 100.0), st.booleans())
def test_intervals_follow_the_units(seed: int, unit: float, turned: bool) -> None:
    curves = np.random.default_rng(seed).normal(size=(4, 6))
    scale = np.arange(6.0)
    one = slope("she", curves, scale)
    other = slope("she", curves, -unit * scale if turned else unit * scale)
    ends = (-one.high, -one.low) if turned else (one.low, one.high)
    assert (other.low * unit, other.high * unit) == (
        pytest.approx(ends[0], rel=1e-6), pytest.approx(ends[1], rel=1e-6),
    )  # fmt: skip
    assert one.low <= one.per_step <= one.high


@pytest.mark.parametrize(
    ("by_template", "by_value", "noise", "templates", "values"),
    [
        (1.0, 0.0, 1.0, 60, 30),
        (0.0, 1.0, 1.0, 60, 20),
        (1.0, 1.0, 0.3, 10, 20),
        (0.2, 1.0, 0.0, 5, 8),
        (0.0, 0.0, 1.0, 6, 6),
    ],
)
def test_intervals_hold_the_slope_as_often_as_they_say(
    by_template: float, by_value: float, noise: float, templates: int, values: int
) -> None:
    rng = np.random.default_rng(0)
    scale = np.linspace(-1.0, 1.0, values)
    held, rounds = 0, 600
    for _ in range(rounds):
        curves = 0.7 * scale + by_value * rng.normal(size=values)
        curves = curves + by_template * rng.normal(size=(templates, 1)) * scale
        curves = curves + noise * rng.normal(size=(templates, values))
        found = slope("she", curves, scale)
        held += found.low <= 0.7 <= found.high
    assert 0.92 <= held / rounds <= 0.99
