"""Decisions as a column of frames of each library."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from oracles.known_strata import Known

from causal_magics.counterfactual.decisions import targeting_join
from causal_magics.counterfactual.decisions.targeting import target
from causal_magics.counterfactual.frames.bounds_of_frame import bounds
from causal_magics.errors import CounterfactualError, OptionError

LABELS = ["a, b", "<c>", "d"]
BOUNDS = Known.random(3, 2, seed=3).bounds([1.0, 0.2, 0.0, -2.0], labels=LABELS)
ROWS = {"stratum": ["<c>", "d", "a, b", None, "new", "d"], "age": [1, 2, 3, 4, 5, 6]}


def expected() -> list[str | None]:
    said = dict(
        zip(BOUNDS.strata["stratum"].tolist(), target(BOUNDS).decision.tolist(), strict=True)
    )
    return [said.get(label) if label else None for label in ROWS["stratum"]]  # type: ignore[call-overload]


def column(frame: Any, name: str = "decision") -> list[str | None]:
    values = frame[name].to_pylist() if isinstance(frame, pa.Table) else frame[name].to_list()
    return [value if isinstance(value, str) else None for value in values]


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, pa.table])
def test_a_frame_comes_back_with_the_decision_on_each_row(library: Any) -> None:
    frame = library(ROWS)
    joined = target(BOUNDS).join(frame)
    assert type(joined) is type(frame)
    assert column(joined) == expected()
    assert column(target(BOUNDS).join(frame, "who"), "who") == expected()
    assert list(joined["age"].to_pylist() if isinstance(joined, pa.Table) else joined["age"]) == [
        1, 2, 3, 4, 5, 6,
    ]  # fmt: skip


def test_an_index_and_a_lazy_frame_stay_what_they_are() -> None:
    frame = pd.DataFrame(ROWS, index=[10, 10, 7, 8, 9, 1])
    joined = target(BOUNDS).join(frame)
    assert joined.index.tolist() == [10, 10, 7, 8, 9, 1]
    assert column(joined) == expected()
    assert "decision" not in frame.columns
    lazy = target(BOUNDS).join(pl.LazyFrame(ROWS))
    assert isinstance(lazy, pl.LazyFrame)
    assert column(lazy.collect()) == expected()


def test_categories_and_numbers_are_known_by_their_labels() -> None:
    frame = pd.DataFrame({"stratum": pd.Categorical(["d", "<c>"])})
    assert column(target(BOUNDS).join(frame)) == [expected()[1], expected()[0]]
    numbered = Known.random(3, 2, seed=3).bounds([1.0, 0.2, 0.0, -2.0])
    said = target(numbered).decision.tolist()
    for labels in ([2, 0], [2.0, 0.0], ["2", "0"]):
        joined = target(numbered).join(pl.DataFrame({"stratum": labels}))
        assert column(joined) == [said[2], said[0]]


def test_strata_in_part_are_treated_by_lot_to_the_nearest_row() -> None:
    found = target(BOUNDS, rule="randomised")
    frame = pl.DataFrame({"stratum": LABELS * 1000})
    said = np.array(column(found.join(frame)))
    for place, label in enumerate(BOUNDS.strata["stratum"].tolist()):
        rows = said[np.array(LABELS * 1000) == label]
        assert (rows == "treat").sum() == round(1000 * found.treated_share[place])
    again = np.array(column(found.join(frame)))
    other = np.array(column(found.join(frame, seed=1)))
    assert (said == again).all()
    assert (said != other).any()


def test_several_treatments_are_named() -> None:
    known = [Known.random(3, 2, seed=seed) for seed in (3, 8)]
    each = [one.bounds([1.0, 0.2, 0.0, -2.0]) for one in known]
    found = target(each)
    said = column(found.join(pd.DataFrame({"stratum": [0, 1, 2]})))
    for place, word in enumerate(said):
        assert (word == "treat: 1") == (found.decision[place] == "treat")


def test_pooled_and_missing_labels_find_their_strata() -> None:
    rng = np.random.default_rng(0)
    big = pd.DataFrame({"a": rng.choice(["x", "y"], 4000), "b": rng.choice(["p", "q"], 4000)})
    few = pd.DataFrame({"a": ["x", "y"] * 80, "b": np.repeat([*map(str, range(20))], 8)})
    gaps = pd.DataFrame({"a": ["x"] * 400, "b": [None] * 400})
    frame = pd.concat([big, few, gaps], ignore_index=True)
    frame["t"], frame["out"] = rng.integers(2, size=(2, len(frame)))
    known = bounds(frame, "t", "out", ["a", "b"])
    assert "pooled" in known.strata["b"].tolist()
    assert "missing" in known.strata["b"].tolist()
    joined = target(known).join(frame)
    assert joined["decision"].notna().all()
    told = {known.label(place): word for place, word in enumerate(target(known).decision.tolist())}
    assert set(joined["decision"][joined["b"].isna()]) == {told["x, missing"]}
    new = target(known).join(pd.DataFrame({"a": ["z"], "b": ["p"]}))
    assert column(new) == [None]


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (pd.DataFrame({"strata": [1]}), "no column 'stratum', by which the strata are. Did you"),
        (pd.DataFrame({"stratum": [1], "decision": [0]}), "Expected a new name"),
        ([1, 2], "Expected a data frame"),
    ],
)
def test_what_cannot_be_joined_is_refused(frame: Any, says: str) -> None:
    with pytest.raises(CounterfactualError, match=says):
        target(BOUNDS).join(frame)


@pytest.mark.parametrize("options", [{"seed": -1}, {"seed": "x"}, {"seed": True}, {"name": 3}])
def test_an_odd_name_or_seed_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=f"Expected .*{next(iter(options))}"):
        target(BOUNDS).join(pd.DataFrame(ROWS), **options)


def test_a_frame_of_dask_is_gathered() -> None:
    import dask.dataframe as dd

    known = Known.random(3, 2, seed=3).bounds([1.0, 0.2, 0.0, -2.0])
    frame = pd.DataFrame({"stratum": [2, 0, 1, 2]})
    joined = target(known).join(dd.from_pandas(frame, npartitions=2))
    assert column(joined) == column(target(known).join(frame))


def test_many_combinations_are_found_in_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    frame = pl.DataFrame({name: rng.integers(0, 30, 3000) for name in "abc"})
    frame = frame.with_columns(t=rng.integers(0, 2, 3000), out=rng.integers(0, 2, 3000))
    found = target(bounds(frame, "t", "out", ["a", "b", "c"], small="keep"), rule="randomised")
    by_table = column(found.join(frame))
    monkeypatch.setattr(targeting_join, "_WIDEST", 100)
    assert column(found.join(frame)) == by_table
    assert None not in by_table


def test_without_columns_all_rows_are_one_stratum() -> None:
    rows = Known.random(1, 2, seed=1).rows()
    rows.pop("stratum")
    one = bounds(rows, "x", "y", payoff=[1, 0, 0, 0], source="source", weights="weight")
    joined = target(one).join(pl.DataFrame({"age": [1, 2]}))
    assert column(joined) == ["treat", "treat"]
