"""Bounds out of data frames: published numbers, both sources, messages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from counterfactual.frames_of_units import rows_of, units

from causal_magics import CausalGraph, UnitBounds, bounds
from causal_magics.errors import ContradictionError, CounterfactualError, OptionError

COLUMNS = ("treatment", "outcome")


def golden_frame(case: dict[str, Any]) -> pd.DataFrame:
    """Return an experiment of 1,000 units in each arm and the observations of a golden case."""
    counts: dict[tuple[Any, ...], int] = {}
    for arm, share in ((1, case["a"]), (0, case["b"])):
        counts["experiment", arm, 1] = round(1000 * share)
        counts["experiment", arm, 0] = 1000 - round(1000 * share)
    for (arm, level), number in zip(((1, 1), (1, 0), (0, 1), (0, 0)), case["obs"], strict=True):
        counts["observation", arm, level] = int(number)
    return rows_of(counts, ("source", *COLUMNS))


CASES: dict[str, dict[str, Any]] = {  # Mueller & Pearl, "Personalized decision making"
    "female": {
        "a": 0.489, "b": 0.210, "obs": [378, 1022, 420, 180], "pns": 0.279, "benefit": 0.558,
    },
    "male": {
        "a": 0.490, "b": 0.210, "obs": [980, 420, 420, 180], "pns": 0.49, "benefit": -1.12,
    },
}  # fmt: skip


@pytest.mark.parametrize("sex", ["female", "male"])
def test_personalised_decisions(sex: str) -> None:
    case = CASES[sex]
    found = bounds(golden_frame(case), *COLUMNS, source="source")
    assert found.pns.lower == pytest.approx(case["pns"], abs=2e-3)
    assert found.pns.upper == pytest.approx(case["pns"], abs=2e-3)
    paid = found.with_payoff([2, 0, 0, -10])
    assert paid.overall.lower == pytest.approx(case["benefit"], abs=2e-2)
    assert paid.overall.upper == pytest.approx(case["benefit"], abs=2e-2)


def test_cash_incentives_of_thornton() -> None:
    samples = pytest.importorskip("causaldata")
    found = bounds(samples.thornton_hiv.load_pandas().data, "any", "got")
    assert tuple(found.overall) == pytest.approx((0.4506, 0.6613), abs=1e-4)
    assert found.overall_interval.lower < 0.4506
    assert found.overall_interval.upper > 0.6613
    assert int(found.units[0]) == 2834


def test_job_training_with_survey_controls_is_refused() -> None:
    samples = pytest.importorskip("causaldata")
    trial = samples.nsw_mixtape.load_pandas().data
    survey = samples.cps_mixtape.load_pandas().data
    observed = pd.concat([trial[trial["treat"] == 1], survey])
    trial, observed = (f.assign(works=(f["re78"] > 0).astype(int)) for f in (trial, observed))
    with pytest.raises(ContradictionError, match=r"P\(treat=0, works=1\) <= .* beyond chance"):
        bounds(trial, "treat", "works", observations=observed)
    projected = bounds(trial, "treat", "works", observations=observed, contradictions="project")
    assert projected.overall.lower <= projected.overall.upper
    assert any("beyond chance" in note for note in projected.notes)


def test_bounds_hold_the_truth_of_each_stratum() -> None:
    frame = units(80_000, strata=6)
    found = bounds(frame, *COLUMNS, "stratum", source="source")
    truth = frame.groupby("stratum")["complier"].mean().to_numpy()
    assert (found.interval.lower <= truth).all()
    assert (truth <= found.interval.upper).all()
    assert (found.interval.lower <= found.benefit.lower).all()
    alone = bounds(frame[frame["source"] == "experiment"], *COLUMNS, "stratum")
    assert found.benefit.width.mean() < alone.benefit.width.mean()


def test_one_frame_with_sources_is_two_frames() -> None:
    frame = units(seed=2)
    one = bounds(frame, *COLUMNS, "stratum", source="source")
    exp, obs = (frame[frame["source"] == word] for word in ("experiment", "observation"))
    two = bounds(exp, *COLUMNS, "stratum", observations=obs)
    assert np.array_equal(one.benefit.lower, two.benefit.lower)
    assert np.array_equal(one.counts.observational, two.counts.observational)
    flagged = frame.assign(source=frame["source"] == "experiment")
    three = bounds(flagged, *COLUMNS, "stratum", source="source")
    assert np.array_equal(one.benefit.upper, three.benefit.upper)


def test_observations_alone() -> None:
    frame = units(seed=3)
    found = bounds(frame, *COLUMNS, design="observations")
    assert found.sources == "observations"
    assert found.pns.lower[0] == 0
    assert "p_treated" not in found.to_frame()
    tried = bounds(frame, *COLUMNS).to_frame()
    assert tried["p_treated"][0] == frame[frame["treatment"] == 1]["outcome"].mean()
    joint = frame.groupby(["treatment", "outcome"]).size() / len(frame)
    assert found.pns.upper[0] == pytest.approx(joint[1, 1] + joint[0, 0])


def test_another_payoff_is_as_if_asked_for_at_first() -> None:
    frame = units(seed=4)
    found = bounds(frame, *COLUMNS, "stratum", source="source")
    weights = [100, -60, 0, -140]
    asked = bounds(frame, *COLUMNS, "stratum", weights, source="source")
    moved = found.with_payoff(weights)
    assert np.array_equal(moved.benefit.lower, asked.benefit.lower)
    assert tuple(moved.overall_interval) == tuple(asked.overall_interval)
    assert moved.benefit.quantity == "benefit"


def test_more_than_two_arms_and_levels() -> None:
    rng = np.random.default_rng(50)
    frame = units(9000, seed=5).assign(
        treatment=rng.choice(["none", "low", "high"], 9000),
        outcome=rng.choice(["worse", "same", "better"], 9000),
    )
    payoff = [[0, 1, 2], [-1, 0, 1], [-2, -1, 0]]
    with pytest.raises(CounterfactualError, match=r"which two of the 3 arms.*'high'.*'low'"):
        bounds(frame, *COLUMNS, (), payoff)
    with pytest.raises(CounterfactualError, match="a payoff for the 3 levels"):
        bounds(frame, *COLUMNS, treated="low", untreated="none")
    order = ["worse", "same", "better"]
    found = bounds(
        frame, *COLUMNS, "stratum", payoff, treated="low", untreated="none", levels=order,
        source="source",
    )  # fmt: skip
    assert found.arms == ("none", "low", "high")
    assert found.levels == ("worse", "same", "better")
    assert found.counts.shape == (4, 3, 3)
    two = frame[frame["treatment"] != "high"]
    alone = bounds(two[two["source"] == "experiment"], *COLUMNS, "stratum", payoff, treated="low",
                   untreated="none", levels=order)  # fmt: skip
    third = bounds(frame[frame["source"] == "experiment"], *COLUMNS, "stratum", payoff,
                   treated="low", untreated="none", levels=order)  # fmt: skip
    assert third.benefit.lower == pytest.approx(alone.benefit.lower)


def test_effects_that_are_monotone() -> None:
    frame = units(20_000, seed=6)
    with pytest.raises(ContradictionError, match="monotone=True"):
        bounds(frame.assign(outcome=1 - frame["outcome"]), *COLUMNS, source="source", monotone=True)
    better = frame.assign(outcome=frame["outcome"] | (frame["treatment"] & frame["complier"]))
    found = bounds(better[better["source"] == "experiment"], *COLUMNS, "stratum", monotone=True)
    assert found.pns.is_point.all()
    assert (found.benefit.lower >= 0).all()


def test_strata_by_what_the_treatment_affects_are_refused() -> None:
    graph = CausalGraph.parse("treatment -> stratum -> outcome")
    with pytest.raises(CounterfactualError, match="treatment -> stratum"):
        bounds(units(), *COLUMNS, "stratum", graph=graph)
    bounds(units(), *COLUMNS, "stratum", graph=CausalGraph.parse("stratum -> treatment -> outcome"))


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("treatment -> outcome", False),
        ("stratum -> treatment -> outcome", False),
        ("U -> treatment -> outcome <- U", True),
        ("treatment <-> outcome; treatment -> outcome", True),
    ],
)
def test_an_experiment_whose_treatment_has_causes_in_the_graph_is_doubted(
    text: str, warned: bool
) -> None:
    frame, graph = units(), CausalGraph.parse(f"{text}; stratum -> outcome")
    found = bounds(frame, *COLUMNS, "stratum", graph=graph)
    assert any("the graph draws causes" in note for note in found.notes) == warned
    seen = bounds(frame, *COLUMNS, "stratum", graph=graph, design="observations")
    assert not any("the graph draws causes" in note for note in seen.notes)


def test_the_line_says_what_rows_are_taken_for() -> None:
    frame = units()
    assert repr(bounds(frame, *COLUMNS)).endswith(", rows as an experiment>")
    seen = bounds(frame, *COLUMNS, design="observations")
    assert repr(seen).endswith(", rows as observations>")
    assert "rows as" not in repr(bounds(frame, *COLUMNS, source="source"))


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        ({}, {"outcome": "outcom"}, "no column 'outcom'. Did you mean 'outcome'"),
        ({"treatment": 1}, {}, "at least two arms in 'treatment', got '1' alone"),
        ({"outcome": 0}, {}, "at least two levels of 'outcome', got '0' alone"),
        ({"treatment": None}, {}, "got none among 4,000 rows"),
        ({}, {"by": "treatment"}, "each column in one role, got 'treatment' in two"),
        ({}, {"weights": "complier", "by": "complier"}, "in one role"),
        ({"w": -1.0}, {"weights": "w"}, "weights from 0 in 'w', got -1 in row 0"),
        ({"w": 0.0}, {"weights": "w"}, "all of weight 0"),
        ({"w": 1e-200}, {"weights": "w"}, "got 1e-200. Divide them by their mean"),
        ({"w": 1e160}, {"weights": "w"}, r"got 1e\+160. Divide them by their mean"),
        ({"w": "many"}, {"weights": "w"}, "numbers as weights in 'w'"),
        ({"source": "elsewhere"}, {"source": "source"}, "'experiment' or 'observation'"),
        ({}, {"treated": 2}, "treated to be an arm of 'treatment', got '2'"),
        ({}, {"treated": 1, "untreated": 1}, "two different arms"),
        ({}, {"levels": [1, 2]}, "each level of 'outcome' once"),
        ({}, {"payoff": [[0, 1, 2], [0, 0, 1], [0, 0, 0]]}, "payoff"),
        ({}, {"by": 3}, "name of a column"),
        ({}, {"levels": [0, 1, 1]}, "'outcome' once, lowest first, got '1' twice"),
        ({}, {"levels": 5}, "levels as a list, lowest first, got int"),
        ({}, {"payoff": [1e200, 0, 0, 0]}, r"weights no larger than 1e\+100, got 1e\+200"),
        ({}, {"observations": units()[:0]}, "In the observations: Expected rows to count"),
        ({}, {"observations": units()[["outcome"]]}, "In the observations: .* column 'treatment'"),
        (
            {"w": 1.0},
            {"observations": units().assign(w=-1.0), "weights": "w"},
            "In the observations: Expected finite weights",
        ),
        (
            {"stratum": "a"},
            {"observations": units(), "by": "stratum"},
            "numbers or labels throughout 'stratum'",
        ),
    ],
)
def test_bad_input_gets_one_readable_line(
    change: dict[str, Any], options: dict[str, Any], said: str
) -> None:
    asked = {"treatment": "treatment", "outcome": "outcome", **options}
    with pytest.raises(CounterfactualError, match=said) as error:
        bounds(units().assign(**change), **asked)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"design": "trial"}, "design among"),
        ({"confidence": 95}, "confidence between"),
        ({"small": "drop"}, "small among"),
        ({"min_units": 0}, "min_units to be a whole number"),
        ({"monotone": "no"}, "monotone to be True or False, got 'no'"),
        ({"graph": "treatment -> outcome"}, "CausalGraph as graph, got str. CausalGraph.parse"),
    ],
)
def test_bad_options(options: dict[str, Any], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        bounds(units(), *COLUMNS, **options)


def test_none_is_no_column_and_marks_may_stand_between_levels() -> None:
    plain = bounds(units(), *COLUMNS)
    found = bounds(units(), *COLUMNS, None, covariates=None, levels=["0", "|", "1"])
    assert found.benefit.lower == plain.benefit.lower
    assert found.by == ()


@pytest.mark.parametrize("strata", [[9], [-5], [0, 0], [], [0.5], "a", [[0]], [True]])
def test_strata_that_are_not_there(strata: Any) -> None:
    found = bounds(units(), *COLUMNS, "stratum")
    with pytest.raises(CounterfactualError, match=r"Expected (some|places of) strata"):
        found.take(strata)
    assert found.take(np.arange(4) > 1).label(-1) == "3"
    with pytest.raises(CounterfactualError, match="from 0 to 3"):
        found.label(4)
    with pytest.raises(OptionError, match="path for the bounds"):
        found.save(5)  # type: ignore[arg-type]


def test_a_continuous_outcome_is_refused() -> None:
    frame = units().assign(outcome=np.random.default_rng(0).normal(size=4000))
    with pytest.raises(CounterfactualError, match=r"few levels of the outcome in .*, got 4,000"):
        bounds(frame, *COLUMNS)


def test_a_payoff_that_looks_at_no_outcome_is_refused() -> None:
    with pytest.raises(CounterfactualError, match="weights that differ"):
        bounds(units(), *COLUMNS, "stratum", [3, 3, 3, 3])


def test_what_stands_for_treatment_is_noted() -> None:
    frame = units().replace({"treatment": {0: "placebo", 1: "drug"}})
    found = bounds(frame, *COLUMNS)
    assert (found.untreated, found.treated) == ("placebo", "drug")
    assert any("'drug' is held to be the treatment" in note for note in found.notes)
    assert any("randomised" in note for note in found.notes)
    assert isinstance(found, UnitBounds)
