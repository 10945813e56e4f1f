"""How much wild rows blow up likelihood ratios, against closed forms and their own spread."""

from __future__ import annotations

import numpy as np
import pytest

from causal_magics.discovery.basis import Basis
from causal_magics.discovery.score import Score
from causal_magics.discovery.spread import shares, spread_of
from causal_magics.discovery.statistics import GramStatistic

RNG = np.random.default_rng(0)
ROWS = 40_000
NONE = np.empty(0, dtype=np.int64)


def spread(values: np.ndarray, node: int, parents: np.ndarray) -> float:
    basis = Basis.fit(values)
    score = Score.from_statistic(GramStatistic.from_values(basis, values))
    return spread_of(score, basis.design(values), node, parents)


def test_gaussian_rows_count_in_full() -> None:
    values = RNG.normal(size=(ROWS, 2))
    values[:, 1] += np.sin(2.0 * values[:, 0])
    for node, parents in ((0, NONE), (1, np.array([0]))):
        assert spread(values, node, parents) == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5])
def test_the_factor_of_a_column_alone_is_half_its_fourth_moment_less_one(share: float) -> None:
    width = np.where(RNG.random(ROWS) < share, 4.0, 1.0)
    values = np.column_stack((RNG.normal(size=ROWS), width * RNG.normal(size=ROWS)))
    basis = Basis.fit(values)
    response = basis.design(values)[:, 1 + basis.layout.responses[1]]
    fourth = (response**4).mean() / (response**2).mean() ** 2
    assert spread(values, 1, NONE) == pytest.approx(max(1.0, 0.5 * (fourth - 1.0)), rel=0.05)


def test_uneven_noise_is_seen_in_the_coefficients() -> None:
    cause = RNG.normal(size=ROWS)
    effect = cause + np.exp(0.6 * np.abs(cause)) * RNG.normal(size=ROWS)
    assert spread(np.column_stack((cause, effect)), 1, np.array([0])) > 2.0


def test_shares_are_powers_of_two_and_few_rows_say_nothing() -> None:
    assert shares(np.array([1.0, 1.9, 2.0, 5.0, 64.0])).tolist() == [1.0, 1.0, 0.5, 0.25, 1 / 64]
    values = RNG.standard_t(2.1, size=(20, 2))
    assert spread(values, 0, NONE) == 1.0
