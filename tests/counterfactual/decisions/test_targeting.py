"""Whom to treat: decisions, budgets, competing treatments, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from dask.dataframe import from_pandas
from oracles.known_strata import Known

from causal_magics.counterfactual.bounding.bounds import Bounds
from causal_magics.counterfactual.decisions.flips import flips
from causal_magics.counterfactual.decisions.targeting import target
from causal_magics.counterfactual.decisions.targeting_result import Targeting
from causal_magics.counterfactual.frames.bounds_of_frame import bounds
from causal_magics.errors import CausalMagicsError, CounterfactualError, OptionError, StorageError

mpl.use("agg")
from matplotlib import pyplot as plt

HUGE = 10**400
PAYOFF = [1.0, 0.2, 0.0, -2.0]
SHARE = [0.1, 0.2, 0.3, 0.25, 0.15]
KNOWN = Known.random(5, 2, seed=4)
BOUNDS = KNOWN.bounds(PAYOFF, share=SHARE)
LETTERS = pd.DataFrame({"t": ["no", "mail", "call"] * 120, "z": [*"aaaaaabbbccc"] * 30})
LETTERS["y"] = (np.arange(360) % 17 < LETTERS["t"].map({"no": 3, "mail": 8, "call": 12})) * 1
COMPETING = [
    bounds(LETTERS, "t", "y", "z", [1, 0, 0, -0.5], treated=arm, untreated="no", small="keep")
    for arm in ("mail", "call")
]


def units_treated(targeting: Targeting) -> float:
    return float(targeting.treated_share @ targeting.units)


def test_without_a_budget_whoever_gains_is_treated() -> None:
    found = target(BOUNDS)
    gains = BOUNDS.benefit.midpoint > 0
    assert gains.any()
    assert not gains.all()
    assert (found.decision == "treat").tolist() == gains.tolist()
    assert found.treated == pytest.approx(np.array(SHARE)[gains].sum())
    total = (BOUNDS.units * BOUNDS.benefit.lower)[gains].sum()
    assert found.total.lower == pytest.approx(total)
    assert len(found) == 5


@pytest.mark.parametrize("rule", ["midpoint", "certain", "hurwicz", "randomised"])
@pytest.mark.parametrize("seed", range(4))
def test_the_total_holds_the_truth(rule: Any, seed: int) -> None:
    known = Known.random(30, 2, seed=seed)
    found = target(known.bounds(PAYOFF), 11.5, rule=rule, population=30.0)
    truth = float(found.treated_share @ (found.units * known.benefit(PAYOFF)))
    assert found.total.lower - 1e-6 <= truth <= found.total.upper + 1e-6
    assert units_treated(found) <= 11.5 + 1e-9
    assert found.envelope.guaranteed.at(11.5) >= found.total.lower - 1e-9
    if rule == "certain":
        assert found.total.lower >= 0


def test_a_budget_of_units_ends_within_a_stratum() -> None:
    found = target(BOUNDS, 0.25, population=1)
    assert units_treated(found) == pytest.approx(0.25)
    best = np.argsort(-BOUNDS.benefit.midpoint)
    assert found.decision[best[0]] == "treat"
    assert set(found.decision.tolist()) <= {"treat", "in part", "refuse", "beyond budget"}
    assert (found.decision == "in part").sum() <= 1
    assert "of 0.25 units treated" in repr(found)


def test_costs_are_spent_in_the_order_of_benefit_by_cost() -> None:
    costs = [1.0, 5.0, 2.0, 1.0, 3.0]
    found = target(BOUNDS, 0.4, costs=costs, population=1)
    assert float(found.treated_share @ (found.units * costs)) <= 0.4 + 1e-9
    rate = BOUNDS.benefit.midpoint / costs
    first = int(np.argmax(rate))
    assert found.treated_share[first] > 0
    labelled = target(
        BOUNDS, 0.4, costs={str(place): cost for place, cost in enumerate(costs)}, population=1
    )
    np.testing.assert_array_equal(labelled.share, found.share)


def test_costs_in_the_units_of_the_payoff_come_off() -> None:
    found = target(BOUNDS, costs=0.1, deduct_costs=True)
    np.testing.assert_allclose(found.benefit.lower, BOUNDS.benefit.lower - 0.1)
    gains = BOUNDS.benefit.midpoint > 0.1
    assert (found.decision == "treat").tolist() == gains.tolist()
    other = flips(BOUNDS, costs=0.1)
    np.testing.assert_allclose(found.flips.at, other.at)


def test_the_rule_certain_says_what_is_undecided() -> None:
    found = target(BOUNDS, rule="certain")
    assert found.decision.tolist() == found.verdict.tolist()
    assert "undecided" in found.decision
    careful = target(BOUNDS, rule="certain", by_interval=True)
    np.testing.assert_array_equal(careful.interval.lower > 0, careful.decision == "treat")


def test_lots_split_a_stratum() -> None:
    found = target(BOUNDS, rule="randomised")
    low, high = BOUNDS.benefit
    between = (low < 0) & (high > 0)
    np.testing.assert_allclose(found.treated_share[between], (high / (high - low))[between])
    assert (found.decision[between] == "in part").all()
    midpoint = target(BOUNDS)
    assert (found.regret <= midpoint.regret + 1e-12).all()


def test_the_best_of_several_treatments_is_chosen_in_each_stratum() -> None:
    other = Known.random(5, 2, seed=8).bounds(PAYOFF, share=SHARE)
    found = target([BOUNDS, other])
    middles = np.stack([BOUNDS.benefit.midpoint, other.benefit.midpoint])
    best = middles.argmax(axis=0)
    treated = middles.max(axis=0) > 0
    np.testing.assert_array_equal(found.treatment[treated], best[treated])
    np.testing.assert_array_equal(found.decision == "treat", treated)
    assert found.share.sum(axis=0).max() <= 1
    alone = [target(each).total for each in (BOUNDS, other)]
    middle = found.total.midpoint
    assert middle >= max(total.midpoint for total in alone) - 1e-9
    assert "treatment" in found.to_frame().columns
    dear = target([BOUNDS, other], 0.3, costs=[1.0, 50.0], population=1)
    assert dear.costs[:, 0].tolist() == [1, 50]


@pytest.mark.parametrize("deduct", [False, True])
@pytest.mark.parametrize("budget", [0.0, 0.5, 0.9, 1.2, None])
def test_frames_add_up_to_the_totals(budget: float | None, deduct: bool) -> None:
    found = target(COMPETING, budget, costs=[0.1, 0.19], deduct_costs=deduct, population=8)
    frame = found.to_frame()
    treated = frame["units"] * frame["treated_share"]
    parts = frame[["treated_share_mail", "treated_share_call"]]
    np.testing.assert_allclose(parts.sum(axis=1), frame["treated_share"])
    assert (frame["lower"] * treated).sum() == pytest.approx(found.total.lower)
    assert (frame["upper"] * treated).sum() == pytest.approx(found.total.upper)
    assert (frame["cost"] * treated).sum() == pytest.approx(found.envelope.spent)
    split = (parts > 1e-9).all(axis=1)
    assert split.any() == (budget in {0.9, 1.2})
    assert (frame["treatment"] == "mail / call").tolist() == split.tolist()
    assert ("mail / call" in found.picture()) == split.any()
    np.testing.assert_array_equal(found.treatment[split], parts[split].to_numpy().argmax(axis=1))


def test_a_frame_has_a_row_for_each_stratum() -> None:
    frame = target(BOUNDS, 0.25, population=1).to_frame()
    assert list(frame.columns) == [
        "stratum", "share", "units", "lower", "upper", "interval_lower", "interval_upper",
        "criterion", "cost", "verdict", "decision", "treated_share", "regret",
    ]  # fmt: skip
    assert len(frame) == 5


def test_labels_and_what_is_said_of_them_stand_beside_each_other() -> None:
    rows = KNOWN.rows()
    rows["share"] = rows.pop("stratum")
    odd = bounds(rows, "x", "y", "share", PAYOFF, source="source", weights="weight", small="keep")
    frame = target(odd).to_frame()
    assert frame["share"].tolist() == [0, 1, 2, 3, 4]
    assert frame["share_"].sum() == pytest.approx(1)


def test_nothing_to_spend_treats_nobody() -> None:
    found = target(BOUNDS, 0)
    assert found.treated == 0
    assert tuple(found.total) == (0, 0)
    assert "beyond budget" in found.decision
    assert "<svg" in found.picture("budget")
    none = target(BOUNDS.with_payoff([0, 0, -1, -1]))
    assert set(none.decision.tolist()) == {"refuse"}
    assert "treat 0 strata of 5" in repr(none)
    assert "<svg" in none._repr_html_()
    assert "<svg" in none.picture("budget")


def test_safe_ratio_and_flips_are_at_hand() -> None:
    found = target(BOUNDS)
    assert found.safe_ratio is found.safe_ratio
    assert len(found.flips.nearest) > 0
    assert found.phase_map(size=4).lower.shape == (5, 4, 4)


def test_a_population_of_one_stratum() -> None:
    known = Known.random(1, 2, seed=1)
    rows = known.rows()
    rows.pop("stratum")
    one = bounds(rows, "x", "y", payoff=[1, 0, 0, 0], source="source", weights="weight")
    found = target(one)
    assert "1 stratum of 1" in repr(found)
    assert "<svg" in found._repr_html_()


def test_a_budget_below_one_unit_is_told() -> None:
    assert any("population=1" in note for note in target(BOUNDS, 0.2).notes)
    assert not any("population=1" in note for note in target(BOUNDS, 0.2, population=1).notes)


@pytest.mark.parametrize("rule", ["midpoint", "certain", "hurwicz", "randomised"])
def test_a_saved_targeting_comes_back(rule: Any, tmp_path: Path) -> None:
    costs = np.array([1.0, 5.0, 2.0, 1.0, 3.0])
    optimism = 0.3 if rule == "hurwicz" else 0.5
    found = target(BOUNDS, 0.4, rule=rule, costs=costs, optimism=optimism, population=1)
    found.save(tmp_path / "whom.npz")
    again = Targeting.load(tmp_path / "whom.npz")
    np.testing.assert_array_equal(again.share, found.share)
    assert again.decision.tolist() == found.decision.tolist()
    assert repr(again) == repr(found)
    other = Known.random(5, 2, seed=8).bounds(PAYOFF, share=SHARE)
    target([BOUNDS, other], costs=[costs, 2.0]).save(tmp_path / "both.npz")
    assert len(Targeting.load(tmp_path / "both.npz").bounds) == 2


def test_another_file_is_no_targeting(tmp_path: Path) -> None:
    (tmp_path / "text.npz").write_text("no")
    BOUNDS.save(tmp_path / "bounds.npz")
    for name in ("text.npz", "bounds.npz", "none.npz"):
        with pytest.raises(StorageError, match=r"Expected a saved targeting, but .* is none"):
            Targeting.load(tmp_path / name)


def test_plots_have_what_the_pictures_have() -> None:
    found = target(BOUNDS, 0.3, population=1)
    axes = found.plot()
    assert len(axes.get_yticklabels()) == 5
    assert found.plot("budget").get_ylabel() == "total benefit"
    with pytest.raises(CounterfactualError, match="forest or budget"):
        found.plot("phase")
    with pytest.raises(OptionError, match="Expected ax as axes of matplotlib, got int"):
        found.plot(ax=5)  # type: ignore[arg-type]
    plt.close("all")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"budget": -1}, "Expected a budget from 0"),
        ({"rule": "midpoin"}, "Did you mean midpoint"),
        ({"rule": "hurwicz", "optimism": 2}, "Expected optimism"),
        ({"optimism": 0.3}, "optimism with the rule hurwicz, .* got 0.3 with midpoint"),
        ({"rule": "hurwicz", "optimism": HUGE}, "Expected optimism"),
        ({"budget": -HUGE}, "Expected a budget from 0"),
        ({"costs": [1, 2, 3, 4, HUGE]}, "Expected costs as a number"),
        ({"population": HUGE}, "Expected a population above 0"),
        ({"costs": [1, 2]}, "one for each of 5 strata"),
        ({"costs": {"0": 1}}, "got none for '1' and 3 more"),
        ({"costs": dict.fromkeys(["0", "1", "2", "3", "4", "44"], 1)}, "'44', .* mean '4'"),
        ({"population": 0}, "Expected a population above 0"),
        ({"population": "all"}, "Expected a population above 0"),
        ({"population": 1e308}, "Expected a population above 0"),
        ({"costs": 1e308, "budget": 1}, "Expected costs above 0"),
        ({"costs": 1e-320}, "Expected costs above 0"),
        ({"deduct_costs": True}, "Give costs= in the units of the payoff"),
        ({"deduct_costs": "x", "costs": 1}, "Expected deduct_costs to be True or False, got 'x'"),
        ({"by_interval": "no"}, "Expected by_interval to be True or False, got 'no'"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(CausalMagicsError, match=says):
        target(BOUNDS, **options)


def test_a_budget_beyond_floating_point_is_none() -> None:
    found = target(BOUNDS, HUGE)
    assert found.share.tolist() == target(BOUNDS).share.tolist()
    assert tuple(found.envelope.at(HUGE)) == tuple(found.total)


def test_what_is_0_but_for_rounding_is_no_reason_to_treat() -> None:
    lower, upper = (
        np.array([1e-13, -0.4, -0.2, 1e-13, 0.1]),
        np.array([0.4, 0.4, -1e-13, 1e-13, 0.1]),
    )
    dusty = replace(BOUNDS, benefit=Bounds(lower, upper + 1e-14, "benefit"))
    sure = target(dusty, rule="certain")
    assert sure.verdict.tolist() == ["undecided", "undecided", "refuse", "undecided", "treat"]
    assert sure.treated_share.tolist() == [0, 0, 0, 0, 1]
    assert target(dusty).treated_share.tolist() == [1, 0, 0, 0, 1]
    net = target(dusty, costs=0.1, deduct_costs=True)
    assert net.treated_share.tolist() == [1, 0, 0, 0, 0]
    assert not np.signbit(net.benefit.lower[4])


def test_costs_go_by_the_labels_themselves_too() -> None:
    costs = [1.0, 5.0, 2.0, 1.0, 3.0]
    for named in (dict(enumerate(costs)), {np.int64(z): cost for z, cost in enumerate(costs)}):
        assert target(BOUNDS, costs=named).costs.tolist() == [costs]
    two = pd.DataFrame({"a": ["x", "y"] * 20, "b": [1, 1, 2, 2] * 10, "t": [0, 1, 1, 0] * 10})
    both = bounds(two.assign(out=[0, 1, 1, 1, 0] * 8), "t", "out", ["a", "b"], small="keep")
    named = {("y", 2): 4.0, ("x", 1): 1.0, ("x", 2): 2.0, ("y", 1): 3.0}
    series = pd.Series(named).rename_axis(["a", "b"])
    for given in (named, series, series.reorder_levels(["b", "a"])):
        assert target(both, costs=given).costs.tolist() == [[1, 2, 3, 4]]


def test_a_series_of_costs_goes_by_its_index() -> None:
    named = KNOWN.bounds(PAYOFF, share=SHARE, labels=["a", "b", "c", "d", "e"])
    costs = pd.Series([1.0, 5.0, 2.0, 1.0, 3.0], index=list("edcba"))
    lazy = from_pandas(costs, npartitions=2, sort=False)
    assert target(named, costs=lazy).costs[0].tolist() == [3, 1, 2, 5, 1]
    for each in (target(named, costs=costs), target([named, named], costs=[costs, 1.0])):
        assert each.costs[0].tolist() == [3, 1, 2, 5, 1]
    assert target(named, costs=costs.reset_index(drop=True)).costs[0].tolist() == costs.tolist()
    for wrong, says in (
        (costs.rename({"a": "f"}), "got none for 'a', but one for 'f'"),
        (costs[1:], "got none for 'e'"),
        (pd.concat([costs, costs[:1]]), "got several for 'e'"),
        (costs.reset_index(drop=True)[1:], "got none for 'a' and 4 more"),
    ):
        with pytest.raises(CounterfactualError, match=says):
            target(named, costs=wrong)
    turned = BOUNDS.take([1, 0])
    assert target(turned, costs=pd.Series([1.0, 5.0], [0, 1])).costs.tolist() == [[5, 1]]
    with pytest.raises(CounterfactualError, match="that can be either"):
        target(turned, costs=pd.Series([1.0, 5.0]))


def test_treatments_that_do_not_compete_are_refused() -> None:
    other = Known.random(4, 2, seed=8).bounds(PAYOFF)
    with pytest.raises(CounterfactualError, match="Expected the same strata"):
        target([BOUNDS, other])
    same = Known.random(5, 2, seed=8).bounds(PAYOFF, share=SHARE)
    with pytest.raises(CounterfactualError, match="one treatment for the rule randomised"):
        target([BOUNDS, same], rule="randomised")
    with pytest.raises(CounterfactualError, match="costs for each of 2 treatments, got 3"):
        target([BOUNDS, same], costs=[1, 2, 3])
    flipped = Known.random(5, 2, seed=8).bounds(PAYOFF, share=SHARE, untreated=1, treated=0)
    with pytest.raises(CounterfactualError, match="the same untreated arm, got '0' and '1'"):
        target([BOUNDS, flipped])
    for wrong in ("bounds", [], [BOUNDS, 3], None):
        with pytest.raises(CounterfactualError, match="Expected bounds of strata"):
            target(wrong)  # type: ignore[arg-type]
