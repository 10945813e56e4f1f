"""Bounds from what a learner says of each unit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from counterfactual.frames_of_units import units
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from causal_magics import CausalGraph, UnitBounds, bounds
from causal_magics.counterfactual.frames.column_codes import code_column
from causal_magics.counterfactual.frames.learner import cross_fitted, features_of
from causal_magics.errors import ContradictionError, CounterfactualError

COLUMNS = ("treatment", "outcome")


def with_covariates(rows: int = 6000, seed: int = 0) -> pd.DataFrame:
    """Return units whose response depends on a number and a label."""
    rng = np.random.default_rng(seed)
    number, label = rng.normal(size=rows), rng.choice(["f", "m"], rows)
    untreated = rng.random(rows) < 1 / (1 + np.exp(0.5 - 2 * number))
    helped = rng.random(rows) < np.where(label == "f", 0.6, 0.1)
    treated = untreated | helped
    source = rng.integers(0, 2, rows)
    inclined = np.where(treated & ~untreated, 0.5, np.where(treated, 0.15, 0.85))
    treatment = np.where(source == 1, rng.integers(0, 2, rows), rng.random(rows) < inclined)
    return pd.DataFrame({
        "number": number, "label": label, "source": source, "treatment": treatment,
        "outcome": np.where(treatment == 1, treated, untreated).astype(int),
        "complier": treated & ~untreated,
    })  # fmt: skip


def learned(frame: pd.DataFrame, learner: Any, **options: Any) -> UnitBounds:
    asked = {"source": "source", "covariates": ["number", "label"], **options}
    return bounds(frame, *COLUMNS, learner=learner, **asked)


def test_units_have_bounds_of_their_own_and_the_interval_holds_the_truth() -> None:
    frame = with_covariates()
    plain = bounds(frame, *COLUMNS, source="source")
    for learner in (LogisticRegression(), DecisionTreeClassifier(max_depth=4), DummyClassifier()):
        found = learned(frame, learner)
        assert len(found) == len(frame)
        assert found.by == ("number", "label")
        found.distributions.check_consistent(1e-7)
        truth = frame["complier"].mean()
        assert found.overall_interval.lower <= truth <= found.overall_interval.upper
        assert np.isnan(found.interval.lower).all()
        assert any(type(learner).__name__ in note for note in found.notes)
    informed = learned(frame, LogisticRegression())
    assert informed.overall.width < plain.overall.width - 0.02


def test_predictions_are_averaged_within_strata() -> None:
    frame = with_covariates(seed=1)
    found = learned(frame, LogisticRegression(), by="label")
    counted = bounds(frame, *COLUMNS, "label", source="source")
    assert found.strata["label"].tolist() == ["f", "m"]
    assert found.benefit.lower == pytest.approx(counted.benefit.lower, abs=0.06)
    assert found.units.tolist() == counted.units.tolist()
    assert (found.interval.lower <= counted.interval.lower + 1e-9).all()


def test_two_frames_and_weights() -> None:
    frame = with_covariates(seed=2).assign(weight=2.0)
    exp, obs = frame[frame["source"] == 1], frame[frame["source"] == 0]
    both = pd.concat([exp, obs])
    one = learned(both, LogisticRegression())
    two = learned(exp, LogisticRegression(), source=None, observations=obs)
    assert two.benefit.lower == pytest.approx(one.benefit.lower, abs=1e-6)
    for unit in (1e-3, 1.0, 1e6):
        weighed = both.assign(weight=both["weight"] * unit)
        weighted = learned(weighed, LogisticRegression(C=1e-3), weights="weight")
        plain = learned(both, LogisticRegression(C=1e-3))
        assert weighted.benefit.lower == pytest.approx(plain.benefit.lower, abs=1e-6)
        assert tuple(weighted.overall_interval) == pytest.approx(tuple(plain.overall_interval))
    none = pd.concat([both, both.assign(weight=0.0, outcome=1)])
    without = learned(none, LogisticRegression(), weights="weight")
    assert without.benefit.lower == pytest.approx(one.benefit.lower, abs=1e-6)


def test_the_order_of_rows_changes_nothing() -> None:
    frame = with_covariates(1000, seed=6).round({"number": 1})
    learner = DecisionTreeClassifier(max_depth=4, random_state=0)
    one, two = learned(frame, learner), learned(frame.sample(frac=1, random_state=0), learner)
    assert one.benefit.lower == pytest.approx(two.benefit.lower, abs=1e-12)
    assert tuple(one.overall_interval) == pytest.approx(tuple(two.overall_interval), abs=1e-12)


def test_one_source_alone() -> None:
    frame = with_covariates(seed=3)
    exp, obs = frame[frame["source"] == 1], frame[frame["source"] == 0]
    trial = learned(exp, LogisticRegression(), source=None)
    seen = learned(obs, LogisticRegression(), source=None, design="observations")
    assert trial.sources == "experiment"
    assert seen.sources == "observations"
    truth = frame["complier"].mean()
    for found in (trial, seen):
        assert found.overall_interval.lower <= truth <= found.overall_interval.upper
        assert found.overall_interval.lower <= found.overall.lower


def test_it_is_kept_in_a_file_and_takes_other_payoffs(tmp_path: Path) -> None:
    found = learned(with_covariates(800, seed=4), LogisticRegression())
    paid = found.with_payoff([1, -1, 0, -2])
    assert paid.overall_interval.lower <= paid.overall.lower <= paid.overall.upper
    paid.save(tmp_path / "bounds.npz")
    loaded = UnitBounds.load(tmp_path / "bounds.npz")
    assert tuple(loaded.overall_interval) == tuple(paid.overall_interval)
    assert loaded.label(3) == paid.label(3)
    assert "nan" not in found._repr_html_()
    assert np.isnan(found.take([0, 1]).overall_interval.lower)


def test_the_coverage_of_the_interval() -> None:
    held = 0
    for seed in range(25):
        frame = with_covariates(1000, seed=100 + seed)
        found = learned(frame, DecisionTreeClassifier(max_depth=6))
        held += found.overall_interval.lower <= 0.197 <= found.overall_interval.upper
    assert held >= 22


def test_monotone_predictions() -> None:
    found = learned(with_covariates(seed=5), LogisticRegression(), monotone=True)
    assert (found.benefit.upper - found.benefit.lower <= 1e-6).all()
    truth = with_covariates(seed=5)["complier"].mean()
    assert found.overall.lower == pytest.approx(truth, abs=0.05)


def test_gaps_and_labels_are_features() -> None:
    columns = {
        "number": np.array([1.0, np.nan, 3.0]),
        "label": np.array(["b", "a", "b"], dtype=object),
        "truth": np.array([True, False, True]),
    }
    coded = [code_column(name, column) for name, column in columns.items()]
    assert features_of(tuple(columns), coded).tolist() == [
        [0, 1, 0, 1, 1], [1, 2, 1, 0, 0], [0, 3, 0, 1, 1],
    ]  # fmt: skip


def test_no_unit_is_predicted_by_what_has_seen_it() -> None:
    rng = np.random.default_rng(0)
    features, target = rng.normal(size=(300, 1)), rng.integers(0, 2, 300)
    every = np.ones(300, dtype=bool)
    chances = cross_fitted(DecisionTreeClassifier(), features, target, every, 2, np.arange(300) % 5)
    hits = (chances.argmax(axis=1) == target).mean()
    assert 0.35 < hits < 0.65  # a tree knows by heart what it has seen


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"learner": None}, "a learner and the covariates"),
        ({"covariates": ()}, "a learner and the covariates"),
        ({"covariates": ["number", "outcome"]}, "besides the treatment, outcome"),
        ({"learner": SVC}, "is not made yet: call it"),
        ({"learner": "forest"}, "has no fit"),
        ({"covariates": ["nmber"]}, "no column 'nmber'. Did you mean 'number'"),
        ({"covariates": ["name"]}, "few labels, got 600 labels in 'name'"),
        ({"learner": LogisticRegression(C=-1)}, "to learn the outcome .* but it fails"),
    ],
)
def test_bad_input(options: dict[str, Any], said: str) -> None:
    frame = with_covariates(600).assign(name=[f"n{i}" for i in range(600)])
    asked: dict[str, Any] = {
        "learner": LogisticRegression(), "covariates": ["number"], "source": "source", **options,
    }  # fmt: skip
    with pytest.raises(CounterfactualError, match=said) as error:
        bounds(frame, *COLUMNS, **asked)
    assert "\n" not in str(error.value)


def test_covariates_that_the_treatment_affects_are_refused() -> None:
    graph = CausalGraph.parse("treatment -> number -> outcome; label -> outcome")
    with pytest.raises(CounterfactualError, match="treatment -> number"):
        learned(with_covariates(600), LogisticRegression(), graph=graph)


def test_frames_that_are_not_in_memory_and_other_populations_are_refused() -> None:
    import dask.dataframe as dd

    frame = with_covariates(600)
    with pytest.raises(CounterfactualError, match="in memory for a learner"):
        learned(dd.from_pandas(frame, npartitions=2), LogisticRegression())
    other = with_covariates(6000)
    seen = other["source"] == 0
    other.loc[seen, "outcome"] = 1
    with pytest.raises(ContradictionError, match="beyond chance"):
        learned(other, LogisticRegression())
    three = units().assign(treatment=np.arange(4000) % 3, number=0.5)
    with pytest.raises(CounterfactualError, match="two arms for a learner, got 3"):
        bounds(
            three, *COLUMNS, learner=LogisticRegression(), covariates="number", treated=1,
            untreated=0,
        )  # fmt: skip
