"""The payoff explorer: what its screens get, what they and Python choose, and what is kept."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose

from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.frames.bounds_of_frame import bounds
from causal_magics.counterfactual.frames.unit_bounds import UnitBounds
from causal_magics.errors import CausalMagicsError, CounterfactualError, EditorError
from causal_magics.widgets.explorer_document import (
    MOST_STRATA,
    check_study,
    checked_axes,
    is_on_screen,
)
from causal_magics.widgets.payoff_explorer import MIME_TYPE, PayoffExplorer, explore

GOLDEN = Path(__file__).parents[1] / "golden"


def bounded(levels: int = 2, arms: int = 2, **options: Any) -> UnitBounds:
    """Bound strata of a simulated experiment."""
    rng = np.random.default_rng(levels + arms)
    n = 4_000
    arm, place = rng.integers(0, arms, n), rng.integers(0, 6, n)
    outcome = np.minimum(levels - 1, (rng.random(n) * (1 + arm / 3 + place / 9) * levels) // 2)
    names = np.array(["female", "male"])[place % 2], np.array(["a", "b", "c"])[place // 2]
    frame = pl.DataFrame({
        "sex": names[0], "region": names[1], "x": arm, "y": outcome.astype(int),
    })  # fmt: skip
    return bounds(frame, "x", "y", ["sex", "region"], **options)


BOUNDS = bounded()


@pytest.fixture
def made() -> Iterator[PayoffExplorer]:
    shown = explore(BOUNDS, title="whom")
    yield shown
    shown.close()


@pytest.fixture
def sent(made: PayoffExplorer, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return the state that the screens are told."""
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(made, "_send", lambda message, buffers=None: told.append(message))
    return told


def test_screens_get_the_strata_and_what_is_known_of_each(made: PayoffExplorer) -> None:
    state = json.loads(json.dumps(made.get_state(), allow_nan=False))
    study = state["study"]
    assert study["strata"] == [BOUNDS.label(z) for z in range(6)]
    assert (study["levels"], study["sources"]) == (["0", "1"], ["experiment"])
    assert (study["untreated"], study["treated"], study["outcome"]) == ("0", "1", "y")
    cells = BOUNDS.groups[0].distributions.cells
    assert_allclose(np.reshape(study["groups"][0]["cells"], cells.shape), cells, atol=1e-12)
    assert study["cost"] == [1.0] * 6
    assert_allclose(study["units"], BOUNDS.units)
    assert (state["weights"], state["axes"]) == ([[0, 1], [0, 0]], [[0, 1], [1, 0]])
    assert_allclose(state["answer"]["interval_lower"], BOUNDS.interval.lower)
    assert "lower" not in state["answer"], "a screen computes the bounds itself"


def test_the_weights_of_a_screen_are_read_in_the_kernel(made: PayoffExplorer) -> None:
    heard: list[Any] = []
    made.observe(lambda change: heard.append(change["new"]), "weights")
    made.set_state({"weights": [[0, 1], [-2.5, 0]]})
    assert made.weights == ((0.0, 1.0), (-2.5, 0.0))
    assert heard == [made.weights]
    assert made.payoff == Payoff.of_types(complier=1, defier=-2.5)
    assert_allclose(made.bounds.benefit.lower, BOUNDS.with_payoff(made.payoff).benefit.lower)
    assert made.bounds is made.bounds
    made.set_state({"rule": "hurwicz", "optimism": 0.2, "budget": 900, "selected": 2})
    assert made.targeting.rule == "hurwicz"
    assert made.targeting.envelope.budget == 900
    made.rule = "certain"
    assert made.targeting.rule == "certain", "optimism waits for its rule"
    made.set_state({"budget": None, "axes": [[0, 0], [1, 1]]})
    assert (made.budget, made.axes, made.selected) == (None, ((0, 0), (1, 1)), 2)


def test_costs_go_by_the_index_of_a_series() -> None:
    index = pd.MultiIndex.from_product([["a", "b", "c"], ["male", "female"]])
    costs = pd.Series(np.arange(1.0, 7.0), index.set_names(["region", "sex"]))
    shown = explore(BOUNDS, costs=costs)
    by_label = dict(zip(shown.study["strata"], shown.study["cost"], strict=True))
    assert by_label == {f"{sex}, {region}": cost for (region, sex), cost in costs.items()}
    assert shown.targeting.costs[0].tolist() == shown.study["cost"]
    shown.close()


def test_odd_values_of_a_screen_are_passed_over(made: PayoffExplorer) -> None:
    before = made.get_state()
    nan = float("nan")
    for weights in ([[0, 1]], [[0, 1], [nan, 0]], [[0, "1"], [0, 0]], [[True, 1], [0, 0]], "x", 3):
        made.set_state({"weights": weights})
    for rule in ("guess", None, 3):
        made.set_state({"rule": rule})
    made.set_state({"weights": [[0, 10**400], [0, 0]]})
    for number in (-1, nan, "3", [1], -(10**400)):
        made.set_state({"budget": number, "optimism": number})
    for place in (6, -1, 1.0, True, "2"):
        made.set_state({"selected": place})
    for axes in ([[0, 1], [0, 1]], [[0, 1]], [[0, 2], [1, 0]], "ab", [[0, True], [1, 0]]):
        made.set_state({"axes": axes})
    made.set_state({"study": {}, "title": "x", "answer": {}, "stored": {}})
    assert made.get_state() == before


def test_python_sets_weights_and_screens_hear_of_it(
    made: PayoffExplorer, sent: list[dict[str, Any]]
) -> None:
    made.weights = Payoff.pns()
    assert [each for each in sent if each["method"] == "update"] == []
    made.weights = ["complier 1, always-taker 0.5", "defier -2"]
    made.axes = "always-taker", "defier"
    updates = [each["state"] for each in sent if each["method"] == "update"]
    assert updates[:2] == [{"weights": [[0, 1], [-2, 0.5]]}, {"axes": [[1, 1], [1, 0]]}]
    made._ask.wait(5)
    assert made.answer["weights"] == [[0, 1], [-2, 0.5]]
    assert_allclose(made.answer["interval_upper"], made.bounds.interval.upper)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("weights", "guess", "guess"),
        ("weights", np.eye(3), "2 levels of 'y' ('0', '1')"),
        ("weights", [[0, float("inf")], [0, 0]], "Expected finite numbers in a payoff"),
        ("weights", [10**400, 0, 0, 0], "Expected weights no larger than 1e+100"),
        ("optimism", 10**400, "Expected optimism between 0"),
        ("rule", "guess", "Expected rule among midpoint, certain, randomised, hurwicz"),
        ("optimism", 2, "Expected optimism between 0"),
        ("budget", -1, "Expected a budget from 0"),
        ("budget", "all", "Expected a budget from 0"),
        ("selected", 6, "one of 6 strata, from 0, as selected; got 6."),
        ("selected", "2", "one of 6 strata"),
        ("axes", ("complier", "complier"), "Expected two different entries of the payoff"),
        ("axes", ("complier", "whatever"), "whatever"),
        ("axes", 3, "Expected two different entries of the payoff"),
        ("axes", ("harm", (0, 0), "defier"), "Expected two different entries"),
        ("title", 3, "Expected a title as text, got 3."),
    ],
)
def test_what_is_set_to_something_else_is_one_line(
    made: PayoffExplorer, name: str, value: Any, message: str
) -> None:
    before = getattr(made, name)
    with pytest.raises(CausalMagicsError) as error:
        setattr(made, name, value)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert getattr(made, name) == before


def test_axes_are_places_also_where_levels_are_numbers() -> None:
    assert checked_axes([(0, 1), [2, 0]], (1, 2, 3)) == ((0, 1), (2, 0))
    assert checked_axes(("1 -> 2", "3 -> 1"), (1, 2, 3)) == ((0, 1), (2, 0))


def test_costs_and_a_budget_are_those_of_targeting() -> None:
    costs = {BOUNDS.label(z): 1.0 + z for z in range(6)}
    made = explore(BOUNDS, costs=costs, budget=500, rule="certain", axes=("defier", "complier"))
    assert made.study["cost"] == [1, 2, 3, 4, 5, 6]
    assert made.targeting.envelope.unit == "cost"
    assert made.targeting.envelope.spent <= 500 + 1e-9
    assert made.axes == ((1, 0), (0, 1))
    made.close()


def test_more_levels_and_arms_than_a_screen_computes_are_left_to_the_kernel() -> None:
    payoff = np.subtract.outer(np.arange(5), np.arange(5)) * -1.0
    for many in (bounded(5, payoff=payoff), bounded(2, 3, untreated=0, treated=2)):
        assert not is_on_screen(many)
        made = explore(many)
        assert made.study["groups"] == []
        assert_allclose(made.answer["lower"], many.benefit.lower)
        rows = (2 * np.array(made.weights)).tolist()
        made.set_state({"weights": rows})
        words = "complier 2" if len(rows) == 2 else "5 × 5 weights from -8 to 8, 6 strata>"
        assert words in repr(made)
        made._ask.wait(20)
        assert made.answer["weights"] == rows
        assert_allclose(made.answer["upper"], 2 * many.benefit.upper, atol=1e-7)
        assert "Phase" not in made.to_svg()
        made.close()


def test_other_bounds_are_shown_in_place(made: PayoffExplorer) -> None:
    made.weights, made.selected = (2, 0, 0, -1), 3
    made.show(bounded(monotone=False))
    assert (made.weights, made.selected) == (((0, 2), (-1, 0)), None)
    three = bounded(3, payoff=np.eye(3))
    made.show(three)
    assert made.weights == ((1, 0, 0), (0, 1, 0), (0, 0, 1))
    assert (made.axes, made.study["levels"]) == (((0, 2), (2, 0)), ["0", "1", "2"])
    assert made.bounds.levels == three.levels
    assert made.stored == made._kept()
    with pytest.raises(EditorError, match="Expected bounds of strata"):
        made.show(Payoff.pns())  # type: ignore[arg-type]
    assert made.bounds.levels == three.levels


def test_the_notebook_keeps_a_picture_and_all_numbers(made: PayoffExplorer) -> None:
    made.weights, made.selected = (1, 0, 0, -2), 1
    found = made._repr_mimebundle_()
    assert found is not None
    data, _ = found
    stored = json.loads(json.dumps(data[MIME_TYPE], allow_nan=False))
    assert (stored["version"], stored["title"], stored["selected"]) == (1, "whom", 1)
    assert stored["weights"] == [[0, 1], [-2, 0]]
    assert stored["study"] == made.study
    picture = data["image/svg+xml"]
    assert picture.startswith("<svg")
    assert picture.count("<svg") == 4
    assert all(word in picture for word in (BOUNDS.label(0), "worth of defier", "total benefit"))
    words = "<PayoffExplorer: complier 1, always-taker 0, never-taker 0, defier -2, 6 strata>"
    assert data["text/plain"] == repr(made) == words
    made._store.now()
    assert made.stored == made._kept()
    assert made.to_png(zoom=1).startswith(b"\x89PNG")


def test_what_cannot_be_explored_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EditorError, match="got a value of type int"):
        explore(3)  # type: ignore[arg-type]
    with pytest.raises(CounterfactualError, match="Expected costs above 0"):
        explore(BOUNDS, costs=0)
    monkeypatch.setattr(UnitBounds, "__len__", lambda _: MOST_STRATA + 1)
    with pytest.raises(EditorError, match="Expected 1 to 20,000 strata to explore, got 20,001"):
        check_study(BOUNDS)


def test_the_golden_files_of_both_languages_are_the_kernels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(GOLDEN)
    sys.modules.pop("write_explorer", None)
    import write_explorer  # type: ignore[import-not-found]

    for name, cases in (
        ("transport", write_explorer.transport_cases()),
        ("decisions", write_explorer.decision_cases()),
    ):
        written = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
        assert len(written) == len(cases)
        for one, other in zip(written, json.loads(json.dumps(cases)), strict=True):
            assert one.keys() == other.keys()
            assert_close(one, other)


def assert_close(one: Any, other: Any) -> None:
    """Compare nested lists and mappings, numbers up to rounding."""
    if isinstance(one, dict):
        for key in one:
            assert_close(one[key], other[key])
    elif isinstance(one, list):
        for each, rest in zip(one, other, strict=True):
            assert_close(each, rest)
    elif isinstance(one, float | int):
        assert one == pytest.approx(other, abs=2e-9)
    else:
        assert one == other
