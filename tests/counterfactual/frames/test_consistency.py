"""Samples that break consistency or order: tested, and replaced by the likeliest that do not."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from counterfactual.frames_of_units import rows_of
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize

from causal_magics import bounds
from causal_magics.counterfactual.bounding.payoff_terms import check_monotone
from causal_magics.counterfactual.frames.consistency import Names, reconciled
from causal_magics.counterfactual.frames.consistent_fit import consistent_fit
from causal_magics.counterfactual.frames.counts import Counts
from causal_magics.counterfactual.frames.monotone_fit import monotone_fit
from causal_magics.errors import ContradictionError

NAMES = Names(str, ("0", "1"), ("0", "1"), "x", "y")
CELLS = arrays(float, (2, 2, 2), elements=st.integers(0, 40).map(float))


def log_likelihood(counts: np.ndarray, cells: np.ndarray) -> float:
    return float((counts * np.log(np.maximum(cells, 1e-300)))[counts > 0].sum())


@pytest.mark.filterwarnings("ignore:Values in x were outside bounds")
@pytest.mark.parametrize("seed", range(12))
def test_the_fit_is_the_likeliest(seed: int) -> None:
    rng = np.random.default_rng(seed)
    arms, levels = 2 + seed % 2, 2 + seed // 6
    size = arms * levels
    e = rng.integers(0, 12, (arms, levels)) + 1.0
    o = rng.integers(0, 30, (arms, levels)) * (rng.random((arms, levels)) < 0.7) + 0.0
    e[0, 0] += 12
    o[0, 1] += o.sum() + 1
    assert (o / o.sum() > e / e.sum(axis=1, keepdims=True)).any()
    exp, obs = (part[0] for part in consistent_fit(e[None], o[None]))

    def cost(cells: np.ndarray) -> float:
        return -log_likelihood(e, cells[:size].reshape(e.shape)) - log_likelihood(
            o, cells[size:].reshape(o.shape)
        )

    limits = [
        {"type": "ineq", "fun": lambda cells: cells[:size] - cells[size:]},
        {"type": "eq", "fun": lambda cells: cells[:size].reshape(e.shape).sum(axis=1) - 1},
        {"type": "eq", "fun": lambda cells: cells[size:].sum() - 1},
    ]
    start = np.concatenate([np.full(size, 1 / levels), np.full(size, 1 / size)])
    best = minimize(
        cost, start, bounds=[(1e-9, 1)] * (2 * size), constraints=limits, method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-12},
    )  # fmt: skip
    assert log_likelihood(e, exp) + log_likelihood(o, obs) >= -best.fun - 1e-4


@pytest.mark.parametrize("levels", [2, 3])
def test_what_nobody_was_seen_in_stays_empty_and_ties_are_exact(levels: int) -> None:
    rng = np.random.default_rng(levels)
    e = rng.integers(1, 200, (300, 2, levels)).astype(float)
    o = rng.integers(0, 200, (300, 2, levels)) * (rng.random((300, 2, levels)) < 0.6) + 0.0
    o[:, 1] = 0
    o[:, 0, 1] += 60
    exp, obs = consistent_fit(e, o)
    assert not obs[:, 1].any()
    assert np.array_equal(exp[:, 0], obs[:, 0])


def test_rounding_of_a_projection_decides_nothing() -> None:
    rng = np.random.default_rng(0)
    for counts in rng.integers(10, 200, (20, 6)):
        cells = [("exp", 1, 1), ("exp", 1, 0), ("exp", 0, 1), ("exp", 0, 0), ("obs", 0, 1),
                 ("obs", 0, 0)]  # fmt: skip
        frame = rows_of(dict(zip(cells, counts.tolist(), strict=True)), ("s", "x", "y"))
        found = bounds(frame, "x", "y", source="s", contradictions="project")
        ends = np.array([found.benefit.lower, found.benefit.upper])
        assert not ((ends != 0) & (np.abs(ends) < 1e-9)).any()
        assert np.isnan(found.pn.lower).all()


@given(CELLS, CELLS)
def test_what_is_fitted_is_consistent(experimental: np.ndarray, observational: np.ndarray) -> None:
    experimental[:, :, 0] += 1
    observational[:, 0, 0] += 1
    exp, obs = consistent_fit(experimental, observational)
    assert exp.sum(axis=2) == pytest.approx(1)
    assert obs.sum(axis=(1, 2)) == pytest.approx(1)
    assert (obs <= exp + 1e-9).all()
    assert min(exp.min(), obs.min()) >= 0
    raw = experimental / experimental.sum(axis=2, keepdims=True)
    seen = observational / observational.sum(axis=(1, 2), keepdims=True)
    fine = (seen <= raw).all(axis=(1, 2))
    assert exp[fine] == pytest.approx(raw[fine])


def in_order(exp: np.ndarray, obs: np.ndarray | None) -> bool:
    """Whether no level is reached less often treated than observed, or observed than untreated."""
    parts = [exp[:, 0], exp[:, 1]] if obs is None else [exp[:, 0], obs.sum(axis=1), exp[:, 1]]
    below = [part.cumsum(axis=1) for part in parts]
    return all((after <= before + 1e-10).all() for before, after in pairwise(below))


@given(CELLS, CELLS)
def test_what_is_put_in_order_is_monotone(exp_counts: np.ndarray, obs_counts: np.ndarray) -> None:
    exp_counts += 1
    obs_counts += 1
    exp, obs = consistent_fit(exp_counts, obs_counts)
    sizes = exp_counts.sum(axis=2), obs_counts.sum(axis=(1, 2))
    fitted = monotone_fit(exp, obs, *sizes)
    assert fitted[1] is not None
    assert (fitted[1] <= fitted[0] + 1e-7).all()
    assert in_order(*fitted)
    alone, _ = monotone_fit(exp, None, sizes[0], None)
    assert in_order(alone, None)


def drawn(rng: np.random.Generator, strata: int, units: int, shift: float = 0.0) -> Counts:
    """Return counts of a population in which the inequality is near equality."""
    a = rng.uniform(0.3, 0.6, strata)
    exp = np.stack([rng.binomial(units, a), rng.binomial(units, a)], axis=1)
    cells = np.stack([a * 0.02, (1 - a) * 0.02, np.minimum(a * 0.98 + shift, 1)], axis=1)
    cells = np.concatenate([cells, 1 - cells.sum(axis=1, keepdims=True)], axis=1)
    obs = np.stack([rng.multinomial(units, p) for p in cells])
    order = obs.reshape(strata, 2, 2)[:, :, ::-1]
    return Counts(np.stack([units - exp, exp], axis=2).astype(float), order.astype(float))


@pytest.mark.parametrize("units", [20, 400])
def test_chance_is_not_refused(units: int) -> None:
    rng = np.random.default_rng(units)
    refused = 0
    for _ in range(100):
        try:
            known, notes = reconciled(drawn(rng, 50, units), NAMES)
        except ContradictionError:
            refused += 1
            continue
        known.check_consistent()
        assert any("by no more than chance" in note for note in notes)
    assert refused <= 10


def test_a_bias_that_is_small_in_each_stratum_is_seen_over_all() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(ContradictionError, match="over all strata together") as error:
        reconciled(drawn(rng, 400, 300, shift=0.04), NAMES)
    assert 0.01 < error.value.excess < 0.06
    assert error.value.inequality.startswith("P(x=1, y=1) <= ")


def test_a_contradiction_is_told_with_its_stratum() -> None:
    exp = np.array([[[50.0, 50.0]] * 2, [[90.0, 10.0]] * 2])
    obs = np.array([[[25.0, 25.0]] * 2, [[10.0, 5.0], [20.0, 65.0]]])
    with pytest.raises(ContradictionError, match=r"in stratum 1: 0.65 > 0.1, by 0.55") as error:
        reconciled(Counts(exp, obs), NAMES)
    assert error.value.inequality == "P(x=1, y=1) <= P(y=1 | do(x=1))"
    known, notes = reconciled(Counts(exp, obs), NAMES, "project")
    known.check_consistent()
    assert len(notes) == 2


def test_monotone_distributions_pass_the_check_by_linear_programs() -> None:
    rng = np.random.default_rng(2)
    exp_counts = rng.integers(5, 40, (20, 2, 3)).astype(float)
    obs_counts = rng.integers(5, 40, (20, 2, 3)).astype(float)
    exp, obs = consistent_fit(exp_counts, obs_counts)
    exp, seen = monotone_fit(exp, obs, exp_counts.sum(axis=2), obs_counts.sum(axis=(1, 2)))
    from causal_magics.counterfactual.bounding.distributions import Distributions

    check_monotone(Distributions(exp, seen))
