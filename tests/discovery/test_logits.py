"""Labels given numbers: the code against integration and finite differences, and directions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from causal_magics.discovery.basis import Basis
from causal_magics.discovery.discover import discover
from causal_magics.discovery.logits import Logits, _posterior, evidence

Floats = NDArray[np.float64]


def normal_density(weight: Floats, precision: float) -> Floats:
    density: Floats = np.sqrt(precision / (2 * np.pi)) * np.exp(-0.5 * precision * weight**2)
    return density


@pytest.mark.parametrize("slope", [0.0, 1.0, 3.0])
@pytest.mark.parametrize("times", [1.0, 2.5])
def test_evidence_is_the_integral_over_both_coefficients(slope: float, times: float) -> None:
    rng = np.random.default_rng(1)
    function = rng.normal(size=60)
    label = (rng.logistic(size=60) < 0.5 + slope * function).astype(float)
    start, steep = np.meshgrid(np.linspace(-15, 15, 401), np.linspace(-15, 15, 401))
    odds = start[..., None] + steep[..., None] * function
    log_likelihood = times * (label * odds - np.logaddexp(0.0, odds)).sum(axis=-1)
    height = log_likelihood.max()
    mass = np.exp(log_likelihood - height) * normal_density(start, 0.05)
    mass *= normal_density(steep, 0.5)
    expected = -height - np.log(mass.sum() * (30 / 400) ** 2)
    design = np.column_stack((np.ones(60), function))
    found = evidence(design, label[:, None], np.array([0.05, 0.5]), times)
    assert found == pytest.approx(expected, rel=0.02)


def three_labels(rows: int, seed: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    functions = rng.normal(size=(rows, 2))
    odds = np.column_stack((np.zeros(rows), functions[:, 0], -0.5 - functions[:, 0]))
    return functions, (odds + rng.gumbel(size=(rows, 3))).argmax(axis=1).astype(float)


def test_slope_and_curvature_are_those_of_the_nats() -> None:
    functions, labels = three_labels(80, 2)
    design = np.column_stack((np.ones(80), functions))
    indicators = np.eye(3)[labels.astype(int)][:, 1:]
    penalty = np.array([0.1, 0.5, 2.0, 0.3, 1.0, 0.7])
    weights = np.random.default_rng(3).normal(size=6)

    def at(moved: Floats) -> tuple[float, Floats, Floats]:
        return _posterior(design, indicators, penalty, 1.5, moved)

    _, slope, curvature = at(weights)
    for place, step in enumerate(1e-5 * np.eye(6)):
        above, below = at(weights + step), at(weights - step)
        assert slope[place] == pytest.approx((above[0] - below[0]) / 2e-5, rel=1e-5)
        numeric = (above[1] - below[1]) / 2e-5
        np.testing.assert_allclose(curvature[place], numeric, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_nats_fall_with_a_parent_and_rise_with_another_number(seed: int) -> None:
    numbers, labels = three_labels(600, seed)
    values = np.column_stack((numbers, labels))
    basis = Basis.fit(values, [None, None, ("a", "b", "c")])
    logits = Logits(basis, values, np.full(3, 600.0))
    none, cause, other, both = (
        logits.nats(2, np.array(parents, dtype=np.int64)) for parents in ([], [0], [1], [1, 0])
    )
    shares = np.bincount(labels.astype(int)) / 600
    assert none == pytest.approx(-600 * (shares * np.log(shares)).sum(), rel=0.02)
    assert cause < none - 50.0
    assert other > none
    assert both > cause
    twice = Logits(basis, values, np.full(3, 1200.0)).nats(2, np.array([0]))
    assert cause < twice < 2 * cause


def test_order_of_parents_and_gaps_in_the_label_do_not_matter() -> None:
    numbers, labels = three_labels(400, 6)
    values = np.column_stack((numbers, labels))
    levels = [None, None, ("a", "b", "c")]
    basis = Basis.fit(values, levels)
    logits = Logits(basis, values, np.full(3, 400.0))
    assert logits.nats(2, np.array([0, 1])) == logits.nats(2, np.array([1, 0]))
    gone = values.copy()
    gone[300:, 2] = np.nan
    with_gaps = Logits(basis, gone, np.full(3, 300.0)).nats(2, np.array([0]))
    without = Logits(basis, values[:300], np.full(3, 300.0)).nats(2, np.array([0]))
    assert with_gaps == pytest.approx(without, rel=1e-9)


def cut(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    number = rng.normal(size=1500)
    level = np.searchsorted([-0.6, 0.6], number + 0.5 * rng.normal(size=1500))
    return pd.DataFrame({"label": np.array(["low", "middle", "high"])[level], "number": number})


def shifted(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    level = rng.choice(3, 1500, p=[0.5, 0.3, 0.2])
    number = np.array([0.0, 2.0, -1.5])[level] + rng.normal(size=1500)
    return pd.DataFrame({"label": np.array(["low", "middle", "high"])[level], "number": number})


@pytest.mark.parametrize("seed", range(5))
def test_a_number_that_is_cut_is_the_cause(seed: int) -> None:
    assert discover(cut(seed)).graph.directed_edges == {("number", "label")}


@pytest.mark.parametrize("seed", range(5))
def test_a_label_that_shifts_a_number_is_the_cause(seed: int) -> None:
    assert discover(shifted(seed)).graph.directed_edges == {("label", "number")}
