"""Codes of residuals pay for what they learn, and tell directions by what they save."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from causal_magics.data.simulation import Mechanism, Noise, Simulation, simulate
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.discover import discover
from causal_magics.discovery.noise import (
    NoiseScore,
    Residuals,
    histogram_gain,
    notable_residuals,
    scale_gain,
    shape_gain,
)
from causal_magics.discovery.score import EDGE_FLOOR, Score
from causal_magics.discovery.statistics import GramStatistic

Floats = NDArray[np.float64]
NONE = np.empty(0, dtype=np.int64)


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


def scored(values: Floats) -> tuple[Score, Basis]:
    basis = Basis.fit(values)
    return Score.from_statistic(GramStatistic.from_values(basis, values), EDGE_FLOOR), basis


def residuals_of(values: Floats) -> Residuals:
    return Residuals(*scored(values), values)


def pair(seed: int, shape: str, rows: int = 1000) -> Floats:
    rng = np.random.default_rng(seed)
    drawn = {
        "normal": rng.normal(size=(rows, 2)),
        "uniform": rng.uniform(-1.7, 1.7, size=(rows, 2)),
        "laplace": rng.laplace(scale=0.7, size=(rows, 2)),
    }[shape]
    return np.column_stack((drawn[:, 0], 0.8 * drawn[:, 0] + drawn[:, 1]))


def frame_of(values: Floats) -> pd.DataFrame:
    return pd.DataFrame(values, columns=["cause", "effect"])


@pytest.mark.parametrize("seed", range(5))
def test_with_what_residuals_save_the_right_direction_is_shorter(seed: int) -> None:
    values = pair(seed, "uniform", rows=3000)
    score, basis = scored(values)
    coded = NoiseScore(score, Residuals(score, basis, values))
    right = coded.cost(0, NONE) + coded.cost(1, np.array([0]))
    wrong = coded.cost(1, NONE) + coded.cost(0, np.array([1]))
    assert right < wrong - 10.0


def test_gains_are_computed_once_whatever_the_order_of_parents(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    simulation = simulate("linear", 4, 500, 1, noise="uniform")
    residuals = residuals_of(simulation.values)
    known = residuals.gain(2, np.array([0, 3]))
    asked: list[int] = []

    def counted(node: int, parents: NDArray[np.int64]) -> float:
        asked.append(node)
        return 0.0

    monkeypatch.setattr(residuals, "_gain", counted)
    assert residuals.gain(2, np.array([3, 0])) == known
    assert asked == []
    assert residuals.gain(2, np.array([3])) == residuals.gain(2, np.array([3])) == 0.0
    assert asked == [2]


def test_rows_without_the_column_are_left_out() -> None:
    values = pair(3, "uniform", rows=1500)[:, ::-1]
    gone = values.copy()
    gone[1000:, 1] = np.nan
    basis = Basis.fit(values)
    whole = Score.from_statistic(GramStatistic.from_values(basis, values[:1000]))
    gaps = Score.from_statistic(GramStatistic.from_values(basis, gone))
    assert gaps.blocks.rows[1] == 1000.0
    without = Residuals(whole, basis, values[:1000]).gain(1, NONE)
    assert Residuals(gaps, basis, gone).gain(1, NONE) == pytest.approx(without, rel=1e-2)
    assert without > 10.0


def test_what_a_sample_saves_is_scaled_to_all_rows() -> None:
    values = pair(4, "uniform", rows=1000)
    twice = np.concatenate((values, values))
    basis = Basis.fit(values)
    score = Score.from_statistic(GramStatistic.from_values(basis, twice))
    seen, all_rows = Residuals(score, basis, values), Residuals(score, basis, twice)
    assert 0.0 < seen.gain(0, NONE) <= all_rows.gain(0, NONE)
    assert seen.gain(0, NONE) == pytest.approx(all_rows.gain(0, NONE), rel=0.1)


def test_columns_with_few_distinct_values_save_nothing() -> None:
    rng = np.random.default_rng(5)
    values = np.column_stack((rng.integers(0, 99, 3000), rng.integers(0, 101, 3000))).astype(float)
    residuals = residuals_of(values)
    assert residuals.coded.tolist() == [False, True]
    assert residuals.gain(0, NONE) == 0.0
    assert residuals.gain(1, NONE) > 50.0


def notable(simulation: Simulation) -> Residuals | None:
    score, basis = scored(simulation.values)
    index = {name: place for place, name in enumerate(simulation.graph.nodes)}
    adjacency = np.zeros((len(index), len(index)), dtype=bool)
    for cause, effect in simulation.graph.directed_edges:
        adjacency[index[cause], index[effect]] = True
    return notable_residuals(score, basis, simulation.values, adjacency, adjacency)


@pytest.mark.parametrize("mechanism", ["linear", "gp"])
def test_gaussian_noise_is_not_notable(mechanism: Mechanism) -> None:
    assert [notable(simulate(mechanism, 6, 1000, seed)) for seed in range(5)] == [None] * 5


@pytest.mark.parametrize("noise", ["uniform", "laplace"])
def test_noise_of_another_shape_is_notable(noise: Noise) -> None:
    for seed in range(5):
        found = notable(simulate("linear", 6, 1000, seed, noise=noise))
        assert found is not None
        assert found.coded.any()


def test_moves_are_worth_what_the_codes_differ_by() -> None:
    simulation = simulate("linear", 4, 800, 2, noise="laplace")
    plain, basis = scored(simulation.values)
    score = NoiseScore(plain, Residuals(plain, basis, simulation.values))
    parents, others = np.array([0, 3]), np.array([1])
    now = score.cost(2, parents)
    gained = now - score.cost(2, np.array([0, 1, 3]))
    np.testing.assert_allclose(score.add_gains(2, parents, others), [gained], atol=1e-6)
    dropped = [now - score.cost(2, np.array([kept])) for kept in (3, 0)]
    np.testing.assert_allclose(score.drop_gains(2, parents), dropped, atol=1e-6)
    assert now < plain.cost(2, parents)


@pytest.mark.parametrize("shape", ["uniform", "laplace"])
def test_linear_pairs_get_their_direction_from_noise(shape: str) -> None:
    found = [discover(frame_of(pair(seed, shape, 4000))).graph for seed in range(10)]
    assert sum(graph.directed_edges == {("cause", "effect")} for graph in found) >= 9


@pytest.mark.parametrize("seed", range(5))
def test_noise_that_grows_with_a_number_tells_the_cause(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cause = rng.normal(size=1000)
    effect = cause + np.exp(0.5 * cause) * rng.normal(size=1000)
    learned = discover(frame_of(np.column_stack((cause, effect))))
    assert learned.graph.directed_edges == {("cause", "effect")}


@pytest.mark.parametrize("seed", range(5))
def test_gaussian_linear_pairs_stay_undirected(seed: int) -> None:
    for noise in ("gaussian", "any"):
        graph = discover(frame_of(pair(seed, "normal")), noise=noise).graph
        assert graph.undirected_edges == {("cause", "effect")}


@pytest.mark.parametrize("shape", ["uniform", "laplace"])
def test_if_noise_shall_be_gaussian_residuals_are_not_coded(shape: str) -> None:
    frame = frame_of(pair(0, shape, 4000))
    for noise, coded in (("any", True), ("gaussian", False)):
        codebook = discover(frame, noise=noise).codebook
        assert codebook is not None
        assert (codebook.residuals is not None) is coded
