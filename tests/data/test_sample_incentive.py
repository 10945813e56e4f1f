"""The simulated incentive: its means, its true bounds, and what the draws tend to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from causal_magics.data.known_responses import KnownResponses
from causal_magics.data.samples import sample
from causal_magics.errors import DataError

GOLDEN = json.loads(
    (Path(__file__).parents[1] / "golden" / "counterfactual.json").read_text(encoding="utf-8")
)["three_levels"][0]
PAYOFF = np.array(GOLDEN["payoff_rows_are_outcome_untreated"], dtype=float)


def truth_of(**given: int) -> KnownResponses:
    truth = sample("electric_vehicles", **given).truth
    assert truth is not None
    return truth


def bounds(joint: np.ndarray, payoff: np.ndarray = PAYOFF) -> tuple[float, float]:
    """Bound the benefit by a linear program over all response types, shape (2, levels, levels)."""
    joint = joint / joint.sum()
    place = np.arange(joint.size).reshape(joint.shape)
    groups: list[Any] = [place[0, level] for level in range(3)]
    groups += [place[1, :, level] for level in range(3)]
    groups += [place[:, level] for level in range(3)]
    groups += [place[:, :, level] for level in range(3)]
    rows = np.array([np.isin(place.ravel(), group) for group in groups], dtype=float)
    weights = np.tile(payoff, (2, 1, 1)).ravel()
    seen = rows @ joint.ravel()
    least = linprog(weights, A_eq=rows, b_eq=seen)
    most = linprog(-weights, A_eq=rows, b_eq=seen)
    return least.fun, -most.fun


def test_the_means_are_those_of_the_worked_example() -> None:
    truth = truth_of(rows=100)
    everyone = truth.joint.sum(axis=0)
    assert everyone.sum() == pytest.approx(1)
    untreated, treated = np.average(truth.experimental, axis=0, weights=truth.shares)
    assert untreated == pytest.approx(GOLDEN["do_untreated"], abs=1e-12)
    assert treated == pytest.approx(GOLDEN["do_treated"], abs=1e-12)
    without, having = np.average(truth.observational, axis=0, weights=truth.shares)
    assert without == pytest.approx(GOLDEN["obs_untreated"], abs=1e-12)
    assert having == pytest.approx(GOLDEN["obs_treated"], abs=1e-12)
    assert bounds(everyone) == pytest.approx(GOLDEN["benefit"], abs=GOLDEN["tolerance"])


def test_strata_narrow_the_bounds_and_hold_the_truth() -> None:
    truth = truth_of(rows=100)
    each = np.array([bounds(joint) for joint in truth.joint])
    benefit = truth.benefit(PAYOFF)
    assert (each[:, 0] <= benefit + 1e-9).all()
    assert (benefit <= each[:, 1] + 1e-9).all()
    narrow = np.average(each, axis=0, weights=truth.shares)
    assert narrow == pytest.approx([-1.235, 0.117], abs=1e-3)
    assert np.average(benefit, weights=truth.shares) == pytest.approx(-0.1634, abs=1e-4)


@pytest.mark.parametrize(
    ("harm", "treated", "refused"), [(-10, {0}, {5, 6, 7}), (-4, {0, 4}, {6}), (-2, {0, 4}, {6})]
)
def test_whom_to_treat_moves_with_the_weights(
    harm: float, treated: set[int], refused: set[int]
) -> None:
    payoff = PAYOFF.copy()
    payoff[2, :2] *= harm / payoff[2, 0]
    each = np.array([bounds(joint, payoff) for joint in truth_of(rows=100).joint])
    assert set(np.flatnonzero(each[:, 0] > 0)) == treated
    assert set(np.flatnonzero(each[:, 1] < 0)) == refused


def test_households_answer_by_their_type() -> None:
    data = sample("electric_vehicles", rows=400_000, seed=1)
    truth, frame = data.truth, data.frame
    assert truth is not None
    incentive = frame["incentive"].to_numpy()
    assert (truth.potential[np.arange(len(frame)), incentive] == frame["use"]).all()
    labels = list(frame[list(truth.covariates)].itertuples(index=False, name=None))
    assert labels[:50] == [truth.strata[place] for place in truth.stratum[:50]]
    drawn = np.bincount(truth.stratum, minlength=8) / len(frame)
    assert drawn == pytest.approx(truth.shares, abs=0.004)
    tried = frame[frame["source"] == "experiment"]
    assert len(tried) == len(frame) // 2
    means = tried.groupby("incentive")["use"].value_counts(normalize=True).unstack()
    assert means.loc[0].to_numpy() == pytest.approx(GOLDEN["do_untreated"], abs=0.005)
    assert means.loc[1].to_numpy() == pytest.approx(GOLDEN["do_treated"], abs=0.005)
    seen = frame[frame["source"] == "observation"].value_counts(["incentive", "use"])
    chances = (seen / seen.sum()).sort_index().unstack()
    assert chances.loc[0].to_numpy() == pytest.approx(GOLDEN["obs_untreated"], abs=0.005)
    assert chances.loc[1].to_numpy() == pytest.approx(GOLDEN["obs_treated"], abs=0.005)


def test_the_same_seed_gives_the_same_households() -> None:
    first = sample("electric_vehicles", rows=300, seed=4).frame
    assert first.equals(sample("electric_vehicles", rows=300, seed=4).frame)
    assert not first.equals(sample("electric_vehicles", rows=300, seed=5).frame)


def test_a_payoff_of_another_shape_is_refused() -> None:
    truth = truth_of(rows=10)
    assert repr(truth) == "<KnownResponses: 8 strata, 3 levels, 10 rows>"
    with pytest.raises(DataError, match=r"payoff of shape \(3, 3\), got \(2, 2\)"):
        truth.benefit(np.eye(2))
