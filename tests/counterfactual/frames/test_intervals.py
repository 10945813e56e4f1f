"""Intervals of bounds cover, against simulation; their variances, against draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from counterfactual.sampling_cases import CASES, draws, of_sources

from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.terms import Terms
from causal_magics.counterfactual.bounding.transport import transport_terms
from causal_magics.counterfactual.frames.bounds_of_frame import bounds
from causal_magics.counterfactual.frames.intervals import (
    SampledStrata,
    interval_of,
    overall_interval,
)
from causal_magics.counterfactual.frames.sampled_cells import SampledCells

# P(x, y) in the cells of "both": what PN is conditioned on.
TREATED_AND_HAPPENED = np.array([0, 0, 0, 0, 0, 0, 0, 1.0])
PN = Terms(
    np.array([[0.0] * 8, [0, -1, 0, 0, 0, 1, 0, 1]]),
    np.array([TREATED_AND_HAPPENED, [1, 0, 0, 0, -1, 0, 0, 0]]),
)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("units", [100, 1000])
def test_both_bounds_are_covered_as_often_as_asked(name: str, units: int) -> None:
    payoff, experimental, observational = CASES[name]
    generator = np.random.default_rng(units)
    for sources, arms, seen, truth in of_sources(experimental, observational):
        terms = transport_terms(payoff, sources)  # type: ignore[arg-type]
        lower, upper = terms.evaluate(truth)
        low, high = interval_of(terms, draws(arms, seen, units, 2000, generator))
        assert np.mean((low <= lower + 1e-12) & (high >= upper - 1e-12)) >= 0.925, sources


def test_less_confidence_is_narrower_and_covers_less() -> None:
    payoff, experimental, observational = CASES["tie"]
    generator = np.random.default_rng(0)
    terms = transport_terms(payoff, "both")
    sample = draws(experimental, observational, 1000, 2000, generator)
    low, high = interval_of(terms, sample, 0.5)
    wide_low, wide_high = interval_of(terms, sample)
    assert (wide_low <= low).all()
    assert (wide_high > high).all()
    assert 0.4 < np.mean((low <= 0) & (high >= 0.5)) < 0.85


def test_a_plug_in_would_not_do() -> None:
    payoff, experimental, observational = CASES["tie"]
    terms = transport_terms(payoff, "both")
    sample = draws(experimental, observational, 1000, 500, np.random.default_rng(0))
    low, high = terms.evaluate(sample.cells)
    assert np.mean((low <= 0) & (high >= 0.5)) < 0.05


def test_probability_of_necessity_is_covered() -> None:
    _, experimental, observational = CASES["asymmetric"]
    truth = np.concatenate([experimental.ravel(), observational.ravel()])
    given = truth @ TREATED_AND_HAPPENED
    lower, upper = (PN.lower @ truth).max() / given, (PN.upper @ truth).min() / given
    sample = draws(experimental, observational, 1000, 2000, np.random.default_rng(4))
    low, high = interval_of(PN, sample, given=TREATED_AND_HAPPENED)
    assert np.mean((low <= lower + 1e-12) & (high >= upper - 1e-12)) >= 0.93


def test_variances_are_those_of_draws() -> None:
    payoff, experimental, observational = CASES["three levels"]
    terms = transport_terms(payoff, "both")
    sample = draws(experimental, observational, 500, 20_000, np.random.default_rng(5))
    drawn = (sample.cells @ terms.upper.T).var(axis=0)
    stated = sample.variance(terms.upper).mean(axis=0)
    assert stated == pytest.approx(drawn, rel=0.05, abs=1e-6)
    each = np.broadcast_to(terms.upper, (len(sample.cells), *terms.upper.shape))[:7]
    few = draws(experimental, observational, 500, 7, np.random.default_rng(6))
    assert few.variance(each) == pytest.approx(few.variance(terms.upper))


def test_variances_of_weighted_units() -> None:
    generator = np.random.default_rng(7)
    repeats, units = 4000, 200
    levels = generator.random((repeats, units)) < 0.3
    weights = generator.gamma(1.0, size=(repeats, units))
    counts, squares = np.zeros((2, repeats, 1, 2))
    for power, into in ((1, counts), (2, squares)):
        into[:, 0, 1] = (weights**power * levels).sum(axis=1)
        into[:, 0, 0] = (weights**power * ~levels).sum(axis=1)
    sample = SampledCells.of(counts, None, squares)
    stated = sample.variance(np.array([[0.0, 1.0]])).mean()
    assert stated == pytest.approx(sample.cells[:, 1].var(), rel=0.1)
    plain = SampledCells.of(counts, None).variance(np.array([[0.0, 1.0]])).mean()
    assert plain < 0.6 * stated


def test_scaled_weights_change_nothing() -> None:
    generator = np.random.default_rng(8)
    counts = generator.integers(1, 50, (20, 2, 2)).astype(float)
    terms = transport_terms(Payoff.pns(), "both")
    plain = interval_of(terms, SampledCells.of(counts, counts))
    scaled = interval_of(terms, SampledCells.of(7 * counts, 7 * counts, 49 * counts, 49 * counts))
    assert scaled[0] == pytest.approx(plain[0])
    assert scaled[1] == pytest.approx(plain[1])


def _population(strata: int, generator: np.random.Generator) -> tuple[Any, Any, Any]:
    """Return shares, P(y_x) and P(x, y) of strata with random response types."""
    never, complier, defier, always = generator.dirichlet(np.ones(4), size=strata).T
    takes = generator.uniform(0.1, 0.9, (4, strata))
    treated, untreated = complier + always, defier + always
    happened = takes[1] * complier + takes[3] * always
    otherwise = (1 - takes[2]) * defier + (1 - takes[3]) * always
    taken = (takes * [never, complier, defier, always]).sum(axis=0)
    seen = [[1 - taken - otherwise, otherwise], [taken - happened, happened]]
    arms = [[1 - untreated, untreated], [1 - treated, treated]]
    shares = generator.dirichlet(np.full(strata, 5.0))
    return shares, np.array(arms).transpose(2, 0, 1), np.array(seen).transpose(2, 0, 1)


@pytest.mark.parametrize("strata", [1, 30, 300])
def test_the_mean_over_strata_is_covered(strata: int) -> None:
    generator = np.random.default_rng(strata)
    shares, arms, seen = _population(strata, generator)
    terms = transport_terms(Payoff.pns(), "both")
    truth = np.concatenate([arms.reshape(strata, -1), seen.reshape(strata, -1)], axis=1)
    lower, upper = (shares @ end for end in terms.evaluate(truth))
    covered = plugged = 0
    for seed in range(100):
        units = np.maximum(generator.multinomial(40 * strata, shares), 4)
        half = units // 2
        drawn = np.stack([generator.multinomial(half, arms[:, x]) for x in (0, 1)], axis=1).astype(
            float
        )
        watched = generator.multinomial(units, seen.reshape(strata, -1)).reshape(seen.shape)
        sample, share = SampledCells.of(drawn, watched.astype(float)), units / units.sum()
        part = SampledStrata(np.arange(strata), terms, sample)
        low, high = overall_interval([part], share, share / units.sum(), seed=seed)
        covered += low <= lower and high >= upper
        below, above = terms.evaluate(sample.cells)
        plugged += share @ below <= lower and share @ above >= upper
    assert covered >= 90
    assert plugged < 50


def test_an_overall_interval_is_the_same_for_the_same_seed() -> None:
    counts = np.random.default_rng(1).integers(0, 9, (40, 2, 2)).astype(float) + 1
    sample, share = SampledCells.of(counts, counts), np.full(40, 1 / 40)
    terms = transport_terms(Payoff.pns(), "both")
    parts = [SampledStrata(np.arange(40), terms, sample)]
    first = overall_interval(parts, share, share / 400)
    assert overall_interval(parts, share, share / 400) == first
    assert overall_interval(parts, share, share / 400, seed=1) != first


def test_shares_of_strata_with_other_sources_vary_too() -> None:
    generator = np.random.default_rng(3)
    covered = 0
    for _ in range(200):
        z, x = generator.integers(0, 2, (2, 400))
        chance = np.where(z == x, 0.98, 0.02)  # all but compliers where z is 1
        y = (generator.random(400) < np.where(z == 1, chance, 1 - chance)).astype(int)
        frame = {"x": x, "y": y, "z": z, "s": z == 1}
        found = bounds(frame, "x", "y", "z", source="s", small="keep").overall_interval
        # P(z) is a half; there the experiment's PNS is in [.96, .98], elsewhere in [0, .02].
        covered += found.lower <= 0.48 and found.upper >= 0.5
    assert covered >= 185


def test_an_overall_interval_does_not_depend_on_the_unit_of_weights() -> None:
    generator = np.random.default_rng(5)
    z, x, y = generator.integers(0, 2, (3, 300))
    frame = {"x": x, "y": y, "z": z, "w": generator.gamma(1.0, size=300)}
    found = [
        bounds({**frame, "w": scale * frame["w"]}, "x", "y", "z", weights="w").overall_interval
        for scale in (1, 1000, 1 / 300)
    ]
    for other in found[1:]:
        assert [*other] == pytest.approx([*found[0]])
