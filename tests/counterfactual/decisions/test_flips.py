"""Where decisions flip, against dense grids and closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from oracles.known_strata import Known

from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.decisions.benefit_function import (
    AnyBenefit,
    ProgramBenefit,
    TransportBenefit,
    benefit_function,
)
from causal_magics.counterfactual.decisions.flips import flips, safe_ratio
from causal_magics.counterfactual.decisions.payoff_weights import (
    MovedWeight,
    all_weights,
    payoffs_along,
    weight_of,
)
from causal_magics.counterfactual.decisions.supporting_types import programs_of
from causal_magics.counterfactual.decisions.weight_breaks import crossings
from causal_magics.counterfactual.frames.bounds_of_frame import bounds
from causal_magics.counterfactual.frames.unit_bounds import UnitBounds
from causal_magics.errors import CounterfactualError, OptionError

EV = [[0.0, -1.0, 2.0], [0.0, 0.0, 1.0], [-10.0, -2.0, 0.0]]
TWO = [[0.3, 1.0], [-2.0, 0.5]]


def signs_between(known: UnitBounds, weight: MovedWeight, at: np.ndarray) -> np.ndarray:
    """Whether lower, upper and midpoint are above 0 at weights, shape (3, strata, weights)."""
    ends = [
        known.with_payoff(row.reshape(known.payoff.values.shape)).benefit
        for row in payoffs_along(known.payoff, weight, at)
    ]
    lower = np.array([end.lower for end in ends]).T
    upper = np.array([end.upper for end in ends]).T
    return np.stack([lower, upper, (lower + upper) / 2])


@pytest.mark.parametrize("sources", ["both", "experiment", "observations"])
@pytest.mark.parametrize(("levels", "payoff"), [(2, TWO), (3, EV)])
def test_between_two_flips_no_sign_changes_and_at_a_flip_the_bound_is_0(
    sources: str, levels: int, payoff: list[list[float]]
) -> None:
    known = Known.random(5, levels, seed=levels).bounds(payoff, sources=sources)
    found = flips(known)
    for which, weight in enumerate(found.weights):
        grid = np.linspace(-40, 40, 161) + 0.123
        values = signs_between(known, weight, grid)
        for stratum in range(len(known)):
            for place, bound in enumerate(("lower", "upper", "rule")):
                mine = found.of(stratum, bound)
                at = mine.at[mine.moved == which]
                inside = np.searchsorted(np.sort(at), grid)
                holds = values[place, stratum] * (-1 if bound == "upper" else 1) > 0
                for piece in np.unique(inside):
                    assert len(set(holds[inside == piece].tolist())) == 1
                near = signs_between(known, weight, at)[place, stratum] if len(at) else at
                assert np.abs(near).max(initial=0.0) < 1e-8 * max(1, np.abs(at).max(initial=0))


def test_flips_say_what_is_decided_on_each_side() -> None:
    known = Known.random(6, 2, seed=4).bounds(TWO)
    for name in ("complier", "defier"):
        found = flips(known, name)
        for place in range(len(found)):
            stratum, step = int(found.stratum[place]), 1e-5 * max(1.0, abs(found.at[place]))
            for side, word in ((-step, found.before[place]), (step, found.after[place])):
                values = signs_between(known, found.weights[0], np.array([found.at[place] + side]))[
                    :, stratum, 0
                ]
                lower, upper, middle = values
                truth = {
                    "lower": "treat" if lower > 0 else "undecided",
                    "upper": "refuse" if upper < 0 else "undecided",
                    "rule": "treat" if middle > 0 else "refuse",
                }
                assert truth[str(found.bound[place])] == word


def closed_ratios(known: UnitBounds, a: np.ndarray, b: np.ndarray) -> tuple[Any, Any, Any]:
    """Design of the safe ratio: PNS - r (PNS - ATE) of PNS in [L, U] is above 0."""
    low, high, effect = known.pns.lower, known.pns.upper, a - b

    def ratio(pns: np.ndarray) -> np.ndarray:
        harmed = pns - effect
        return np.where(harmed > 1e-12, pns / np.maximum(harmed, 1e-12), np.inf)

    ends = np.stack([ratio(low), ratio(high)])
    return ends.min(axis=0), ratio((low + high) / 2), ends.max(axis=0)


@pytest.mark.parametrize("sources", ["both", "observations"])
def test_safe_ratios_of_two_outcomes_are_those_of_the_closed_form(sources: str) -> None:
    drawn = Known.random(40, 2, seed=9)
    known = drawn.bounds(TWO, sources=sources)
    ratio = safe_ratio(known)
    if sources == "both":
        effects = drawn.distributions.experimental[:, :, 1]  # type: ignore[index]
        treat, middle, refuse = closed_ratios(known, effects[:, 1], effects[:, 0])
        np.testing.assert_allclose(ratio.treat_below, treat, rtol=1e-6)
        np.testing.assert_allclose(ratio.midpoint, middle, rtol=1e-6)
        np.testing.assert_allclose(ratio.refuse_above, refuse, rtol=1e-6)
    assert (ratio.treat_below <= ratio.midpoint + 1e-9).all()
    assert (ratio.midpoint <= ratio.refuse_above + 1e-9).all()


def test_the_formulas_of_the_design_for_a_positive_effect() -> None:
    drawn = Known.random(60, 2, seed=2)
    known = drawn.bounds(TWO)
    effect = np.diff(drawn.distributions.experimental[:, :, 1])[:, 0]  # type: ignore[index]
    good = effect > 0.02
    low, high = known.pns.lower[good], known.pns.upper[good]
    ratio = safe_ratio(known)
    np.testing.assert_allclose(ratio.treat_below[good], high / (high - effect[good]), rtol=1e-6)
    with np.errstate(divide="ignore"):
        refuse = np.where(low > effect[good] + 1e-9, low / (low - effect[good]), np.inf)
    finite = np.isfinite(refuse)
    np.testing.assert_allclose(ratio.refuse_above[good][finite], refuse[finite], rtol=1e-5)
    assert finite.any()


def test_an_experiment_alone_never_certifies_a_refusal_of_what_helps_on_average() -> None:
    drawn = Known.random(60, 2, seed=5)
    known = drawn.bounds(TWO, sources="experiment")
    effect = np.diff(drawn.distributions.experimental[:, :, 1])[:, 0]  # type: ignore[index]
    assert np.isinf(safe_ratio(known).refuse_above[effect > 0]).all()


def test_safe_ratios_of_three_levels_are_where_verdicts_change() -> None:
    known = Known.random(6, 3, seed=1).bounds(EV)
    ratio = safe_ratio(known)
    rises = np.triu(np.ones((3, 3)), 1)
    for stratum in range(len(known)):
        for at, side in ((ratio.treat_below[stratum], "lower"),
                         (ratio.refuse_above[stratum], "upper")):  # fmt: skip
            if not np.isfinite(at) or at == 0:
                continue
            for step in (-1e-6, 1e-6):
                moved = known.with_payoff(Payoff(rises - (at + step) * rises.T)).benefit
                assert (getattr(moved, side)[stratum] > 0) == (step < 0)


def test_harm_that_cannot_be_is_safe_at_any_price() -> None:
    types = np.zeros((2, 2, 2, 2))
    types[0, :, 0, 1] = 0.5
    types[1, :, 1, 0] = 0.5
    ratio = safe_ratio(Known(types).bounds(TWO))
    assert ratio.treat_below.tolist() == [np.inf, 0.0]
    assert ratio.refuse_above.tolist() == [np.inf, 0.0]
    assert "SafeRatio of 2 strata" in repr(ratio)


def as_programs(known: UnitBounds) -> ProgramBenefit:
    return ProgramBenefit(programs_of(known.distributions, monotone=known.monotone))


def as_anything(known: UnitBounds) -> AnyBenefit:
    return AnyBenefit(lambda payoff: tuple(known.with_payoff(payoff).benefit), len(known))


@pytest.mark.parametrize("sources", ["both", "experiment", "observations"])
@pytest.mark.parametrize("other", [as_programs, as_anything])
def test_every_way_to_follow_a_weight_finds_the_same(sources: str, other: Any) -> None:
    known = Known.random(4, 3, seed=3).bounds(EV, sources=sources)
    exact, searched = benefit_function(known), other(known)
    assert isinstance(exact, TransportBenefit)
    for name in ("harm", "0 -> 2"):
        weight = weight_of(name, known.levels)
        line, mine = exact.along(known.payoff, weight), searched.along(known.payoff, weight)
        assert line.is_whole
        assert not mine.is_whole
        truth = exact.evaluate(payoffs_along(known.payoff, weight, mine.points))
        near = np.abs(mine.points) < 500
        np.testing.assert_allclose(mine.lower[:, near], truth[0][:, near], atol=1e-6)
        np.testing.assert_allclose(mine.upper[:, near], truth[1][:, near], atol=1e-6)
        for side in ("lower", "upper"):
            roots = [crossings(each.points, getattr(each, side)).weight for each in (line, mine)]
            inner = [np.sort(each[np.abs(each) < 500]) for each in roots]
            np.testing.assert_allclose(*inner, atol=1e-4)


def test_few_and_many_strata_are_followed_alike() -> None:
    known = Known.random(3, 3, seed=5).bounds(EV)
    function = benefit_function(known)
    assert isinstance(function, TransportBenefit)
    payoffs = np.random.default_rng(0).normal(size=(4, 9))
    for mine, theirs in zip(
        function.evaluate(payoffs), function.couplings.evaluate(payoffs), strict=True
    ):
        np.testing.assert_allclose(mine, theirs, atol=1e-9)


@pytest.mark.parametrize("monotone", [False, True])
def test_strata_of_different_sources_are_followed_together(monotone: bool) -> None:
    types = Known.random(3, 2, seed=4).types
    if monotone:
        types = np.triu(types) / np.triu(types).sum(axis=(1, 2, 3), keepdims=True)
    rows = Known(types).rows()
    trial = rows["source"] == "experiment"
    kept = ~(trial & (rows["stratum"] == 1)) & ~(~trial & (rows["stratum"] == 2))
    rows = {name: column[kept] for name, column in rows.items()}
    known = bounds(
        rows, "x", "y", "stratum", [1, 0.2, 0, -2], source="source", weights="weight",
        small="keep", monotone=monotone,
    )  # fmt: skip
    assert len(known.groups) == 3
    function = benefit_function(known)
    assert isinstance(function, TransportBenefit)
    for ends in (function.evaluate, function.couplings.evaluate):
        for mine, theirs in zip(
            ends(known.payoff.values.reshape(1, -1)), known.benefit, strict=True
        ):
            np.testing.assert_allclose(mine[:, 0], theirs, atol=1e-7)
    found = flips(known, ["complier", "harm"])
    for place in range(len(found)):
        if found.bound[place] != "rule":
            moved = found.weights[found.moved[place]].at(known.payoff, float(found.at[place]))
            end = getattr(known.with_payoff(moved).benefit, str(found.bound[place]))
            assert end[found.stratum[place]] == pytest.approx(0, abs=1e-7)


def test_five_levels_are_followed_by_programs() -> None:
    payoff = np.round(np.random.default_rng(1).normal(size=(5, 5)) * 3)
    known = Known.random(2, 5, seed=2).bounds(Payoff(payoff))
    found = flips(known, "harm")
    for stratum in (0, 1):
        for bound, place in (("lower", 0), ("upper", 1)):
            at = found.of(stratum, bound).at
            if len(at):
                values = signs_between(known, found.weights[0], at)[place, stratum]
                np.testing.assert_allclose(values, 0, atol=1e-6 * max(1, np.abs(at).max()))
    ratio = safe_ratio(known)
    assert (ratio.treat_below <= ratio.refuse_above).all()


def test_three_arms_of_two_sources_are_followed_by_programs() -> None:
    rng = np.random.default_rng(0)
    arm, stratum = rng.integers(3, size=4000), rng.integers(2, size=4000)
    rows = {
        "z": stratum,
        "x": arm,
        "y": (rng.random(4000) < 0.2 + 0.2 * arm + 0.1 * stratum).astype(int),
        "source": np.where(rng.random(4000) < 0.5, "experiment", "observations"),
    }
    known = bounds(rows, "x", "y", "z", [1, 0.2, 0, -1.5], source="source", untreated=0, treated=2)
    function = benefit_function(known)
    assert isinstance(function, ProgramBenefit)
    surface = function.over(np.eye(4)[[1, 2, 3]], np.array([-1.0, 1.0]), np.array([-2.0, 2.0]))
    for row, y in enumerate((-2.0, 2.0)):
        for column, x in enumerate((-1.0, 1.0)):
            benefit = known.with_payoff([[0.0, 1.0], [x, y]]).benefit
            np.testing.assert_allclose(surface.lower[:, row, column], benefit.lower, atol=1e-7)
            np.testing.assert_allclose(surface.upper[:, row, column], benefit.upper, atol=1e-7)
    assert len(flips(known, "defier")) > 0


def test_crossings_by_hand() -> None:
    points = np.array([0.0, 1.0, 3.0, 4.0])
    values = np.array([[-1.0, 1.0, 1.0, -1.0], [0.0, 0.0, 0.0, 2.0], [1.0, 0.0, 0.0, 1.0]])
    found = crossings(points, values)
    assert found.stratum.tolist() == [0, 0, 1, 2, 2]
    assert found.weight.tolist() == [0.5, 3.5, 3.0, 1.0, 3.0]
    assert found.rises.tolist() == [True, False, True, False, True]
    beyond = crossings(np.array([0.0, 1.0]), np.array([[1.0, 3.0]]), side=-1)
    assert beyond.weight.tolist() == [-0.5]
    assert beyond.rises.tolist() == [False]


def test_the_nearest_flip_is_one_for_each_stratum_that_has_any() -> None:
    known = Known.random(7, 3, seed=6).bounds(EV)
    found = flips(known)
    near = found.nearest
    assert len(set(near.stratum.tolist())) == len(near)
    frame = found.to_frame()
    assert list(frame.columns) == [
        "stratum", "weight", "current", "flips_at", "bound", "before", "after",
    ]  # fmt: skip
    assert len(frame) == len(found)
    assert f"{len(found):,} in 7 strata" in repr(found)


def test_costs_shift_where_decisions_flip() -> None:
    known = Known.random(3, 2, seed=8).bounds(TWO)
    found = flips(known, "always-taker", costs=np.array([0.1, 0.2, 0.3]))
    weight = found.weights[0]
    for stratum, cost in enumerate((0.1, 0.2, 0.3)):
        at = found.of(stratum, "lower").at
        values = signs_between(known, weight, at)[0, stratum] if len(at) else at
        np.testing.assert_allclose(values, cost, atol=1e-8)


def test_weights_are_named_as_in_a_payoff() -> None:
    levels = ["none", "low", "high"]
    assert weight_of(("none", "high"), levels).direction[0, 2] == 1
    assert weight_of((2, 0), levels).name == "high -> none"
    assert weight_of("none -> low", levels).direction.tolist()[0] == [0, 1, 0]
    assert weight_of("harm", levels).direction.sum() == 3
    assert weight_of(np.eye(3), levels).name == "matrix"
    assert [each.name for each in all_weights([0, 1])] == [
        "never-taker", "complier", "defier", "always-taker",
    ]  # fmt: skip
    harm = weight_of("harm", levels)
    assert harm.current(Payoff(EV)) is None
    assert harm.at(Payoff(EV), -4).values.tolist() == [[0, -1, 2], [-4, 0, 1], [-4, -4, 0]]


@pytest.mark.parametrize(
    ("weight", "says"),
    [
        ("deifer", "defier"),
        (("none", "high"), "Expected an outcome among"),
        (np.zeros((2, 2)), "not all 0"),
        (np.eye(3), "matrix of shape"),
        (3.0, "Expected a weight"),
        (None, "Expected a weight"),
    ],
)
def test_what_is_no_weight_is_refused(weight: object, says: str) -> None:
    with pytest.raises(CounterfactualError, match=says):
        weight_of(weight, [0, 1])


def test_tables_show_the_first_rows_of_many() -> None:
    labels = [f"<{z}>" for z in range(32)] + ["<" + "x" * 900]
    known = Known.random(33, 2, seed=4).bounds(TWO, labels=labels)
    found, ratios = flips(known), safe_ratio(known)
    for page, number in ((found._repr_html_(), len(found)), (ratios._repr_html_(), 33)):
        assert f"the first 30 of {number}" in page
        assert page.count("<tr>") == 31
        assert "&lt;" in page
        assert "x" * 100 not in page
    assert not np.signbit(found.at[found.at == 0]).any()


@pytest.mark.parametrize("of", [flips, safe_ratio])
def test_what_has_no_bounds_is_refused(of: Any) -> None:
    with pytest.raises(OptionError, match="Expected bounds of strata, got NoneType"):
        of(None)
