"""Counting of any table: libraries, parts, weights, gaps, small strata, properties."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from counterfactual.frames_of_units import units
from hypothesis import given
from hypothesis import strategies as st

from causal_magics import UnitBounds, bounds
from causal_magics.counterfactual.frames.coded_rows import Roles
from causal_magics.counterfactual.frames.reading import read_tally
from causal_magics.errors import CounterfactualError, StorageError

COLUMNS = ("treatment", "outcome")
ROLES = Roles("treatment", "outcome", ("stratum",), "source")


def counted(frame: Any) -> np.ndarray:
    return np.asarray(read_tally(frame, ROLES).counts)


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the same units with labels as texts."""
    return frame.assign(
        stratum=frame["stratum"].map({0: "a", 1: "b", 2: "c", 3: "d"}),
        outcome=frame["outcome"].map({0: "no", 1: "yes"}),
        treatment=frame["treatment"].map({0: "control", 1: "drug"}),
    )


def of_every_library(frame: pd.DataFrame) -> dict[str, Any]:
    import dask.dataframe as dd
    import polars as pl
    import pyarrow as pa
    import pyarrow.dataset as ds

    polars = pl.from_pandas(frame)
    objects = frame.astype({name: object for name in frame if frame[name].dtype != int})
    return {
        "objects": objects,
        "categories": frame.astype("category"),
        "arrow-backed": frame.convert_dtypes(dtype_backend="pyarrow"),
        "nullable": frame.convert_dtypes(),
        "polars": polars,
        "polars categories": polars.with_columns(pl.col(pl.String).cast(pl.Categorical)),
        "lazy": polars.lazy(),
        "pyarrow": pa.Table.from_pandas(frame),
        "dictionaries": pa.table({
            name: pa.array(frame[name].to_list()).dictionary_encode() for name in frame
        }),
        "arrays": {name: frame[name].to_numpy() for name in frame},
        "texts": {name: np.array(frame[name].to_list()) for name in frame},
        "parts": [frame.iloc[:1234], frame.iloc[1234:1240], polars.slice(1240)],
        "dataset": ds.dataset([pa.Table.from_pandas(frame.iloc[:700]),
                               pa.Table.from_pandas(frame.iloc[700:])]),
        "dask": dd.from_pandas(frame, npartitions=3),
    }  # fmt: skip


@pytest.mark.parametrize("texts", [False, True])
def test_every_library_counts_alike(texts: bool) -> None:
    frame = units(seed=1).drop(columns="complier")
    expected = counted(frame)
    reference = bounds(frame, *COLUMNS, "stratum", source="source")
    for name, other in of_every_library(labelled(frame) if texts else frame).items():
        assert np.array_equal(counted(other), expected), name
        found = bounds(other, *COLUMNS, "stratum", source="source")
        assert np.array_equal(found.benefit.lower, reference.benefit.lower), name
        assert found.overall_interval.upper == reference.overall_interval.upper, name
        assert found.label(1) == ("b" if texts else "1"), name


def test_counts_are_those_of_pandas() -> None:
    frame = units(seed=8)
    tally = read_tally(frame, ROLES)
    grouped = frame.groupby(["stratum", "source", "treatment", "outcome"]).size()
    for (stratum, source, arm, level), number in grouped.items():
        place = 0 if source == "experiment" else 1
        assert tally.counts[stratum, place, arm, level] == number
    assert tally.counts.sum() == len(frame)


@given(st.lists(st.tuples(*[st.integers(0, 2)] * 3, st.booleans(), st.booleans()), min_size=1),
       st.integers(0, 30), st.randoms())  # fmt: skip
def test_parts_add_up_and_order_does_not_matter(
    rows: list[tuple[Any, ...]], cut: int, random: Any
) -> None:
    names = ["one", "two", "treatment", "outcome", "source"]
    roles = Roles("treatment", "outcome", ("one", "two"), "source")
    frame = pd.DataFrame(rows, columns=names)
    whole = read_tally(frame, roles)
    parts = read_tally([frame.iloc[:cut], frame.iloc[cut:]], roles)
    random.shuffle(rows)
    shuffled = read_tally(pd.DataFrame(rows, columns=names), roles)
    for other in (parts, shuffled):
        told = [
            {
                tuple(labels.values[code] for labels, code in zip(t.by, codes, strict=True)): (
                    {(arm, level): cell for arm, row in zip(t.arms.values.tolist(), part[source],
                     strict=True) for level, cell in zip(t.levels.values.tolist(), row,
                     strict=True) if cell}
                )
                for codes, part in zip(t.strata.tolist(), t.counts, strict=True)
            }
            for t in (whole, other) for source in (0, 1)
        ]  # fmt: skip
        assert told[:2] == told[2:]


def test_weights_count_as_often_as_they_say() -> None:
    frame = units(3000, seed=9).assign(weight=lambda f: 1 + f["stratum"] % 3)
    repeated = frame.loc[frame.index.repeat(frame["weight"])]
    options: dict[str, Any] = {"by": "stratum", "source": "source"}
    weighted = bounds(frame, *COLUMNS, weights="weight", **options)
    again = bounds(repeated, *COLUMNS, **options)
    assert weighted.benefit.lower == pytest.approx(again.benefit.lower)
    assert weighted.share == pytest.approx(again.share)
    assert (weighted.interval.upper >= again.interval.upper - 1e-12).all()
    doubled = bounds(frame.assign(weight=2.5), *COLUMNS, weights="weight", **options)
    plain = bounds(frame, *COLUMNS, **options)
    assert doubled.interval.lower == pytest.approx(plain.interval.lower)
    assert doubled.overall_interval.lower == pytest.approx(plain.overall_interval.lower, abs=0.01)


def test_gaps_are_told_and_strata_without_label_are_kept() -> None:
    frame = units(seed=10)
    frame = frame.astype({"treatment": float, "outcome": "Int64", "stratum": object})
    frame.loc[:9, "treatment"] = np.nan
    frame.loc[5:24, "outcome"] = pd.NA
    frame.loc[100:899, "stratum"] = None
    found = bounds(frame, *COLUMNS, "stratum", source="source")
    assert "10 rows without 'treatment' are left out." in found.notes
    assert "20 rows without 'outcome' are left out." in found.notes
    assert "800 units without 'stratum' are strata of their own." in found.notes
    assert found.label(len(found) - 1) == "missing"
    assert found.units.sum() == len(frame) - 25
    named = frame.assign(stratum=frame["stratum"].map(lambda s: "missing" if s == 0 else str(s)))
    named.loc[100:899, "stratum"] = None
    labels = bounds(named, *COLUMNS, "stratum", source="source").strata["stratum"].tolist()
    assert sorted(labels) == ["(missing)", "1", "2", "3", "missing"]


def test_small_strata_are_pooled_and_units_stay() -> None:
    frame = units(6000, seed=11).assign(region=lambda f: f.index % 3)
    frame["town"] = np.where(frame.index < 5400, frame.index % 4, frame.index)
    options: dict[str, Any] = {"by": ["region", "town"], "source": "source"}
    pooled = bounds(frame, *COLUMNS, **options)
    kept = bounds(frame, *COLUMNS, small="keep", **options)
    assert pooled.units.sum() == kept.units.sum() == len(frame)
    assert pooled.counts.experimental is not None
    assert kept.counts.experimental is not None
    assert np.array_equal(
        pooled.counts.experimental.sum(axis=0), kept.counts.experimental.sum(axis=0)
    )
    assert len(pooled) == 12 + 3
    assert [pooled.label(z) for z in range(12, 15)] == [f"{r}, pooled" for r in range(3)]
    assert any("600 strata with fewer than 5" in note for note in pooled.notes)
    assert len(kept) == 612
    assert any("600 of 612 strata have fewer" in note for note in kept.notes)
    assert np.isfinite(kept.benefit.lower).all()
    assert np.isfinite(kept.interval.upper).all()


def test_strata_of_one_source_are_bounded_by_it() -> None:
    frame = units(seed=12)
    exp, obs = (frame[frame["source"] == word] for word in ("experiment", "observation"))
    found = bounds(exp[exp["stratum"] != 0], *COLUMNS, "stratum",
                   observations=obs[obs["stratum"] != 3])  # fmt: skip
    assert [group.sources for group in found.groups] == ["both", "experiment", "observations"]
    assert len(found) == 4
    alone = bounds(obs, *COLUMNS, "stratum", design="observations")
    assert found.benefit.upper[0] == alone.benefit.upper[0]
    trial = bounds(exp, *COLUMNS, "stratum")
    assert found.benefit.lower[3] == trial.benefit.lower[3]
    assert any("1 stratum is without observations" in note for note in found.notes)
    with pytest.raises(CounterfactualError, match="same sources"):
        _ = found.terms
    assert np.isfinite([*found.overall_interval]).all()
    assert (found.interval.lower <= found.benefit.lower).all()


def test_an_arm_without_units_leaves_bounds_as_wide_as_that() -> None:
    frame = units(seed=13)
    frame = frame[(frame["source"] == "experiment")]
    cut = frame[(frame["stratum"] != 2) | (frame["treatment"] == 1)]
    found = bounds(cut, *COLUMNS, "stratum", small="keep")
    share = cut[cut["stratum"] == 2]["outcome"].mean()
    assert found.benefit.lower[2] == 0
    assert found.benefit.upper[2] == pytest.approx(share)
    assert any("without units in one of the arms" in note for note in found.notes)


def test_ten_times_the_data_are_the_same_bounds() -> None:
    frame = units(seed=14)
    once = bounds(frame, *COLUMNS, "stratum", source="source")
    tenfold = bounds(pd.concat([frame] * 10), *COLUMNS, "stratum", source="source")
    assert tenfold.benefit.lower == pytest.approx(once.benefit.lower)
    assert (tenfold.interval.width < once.interval.width).all()


HOSTILE = ["<b>&'\"</b>", "$x^2$", "a\nb", "λ → μ", " ", "share", "lower"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_and_labels(name: str, tmp_path: Path) -> None:
    frame = units(seed=15).rename(columns={"stratum": name})
    frame[name] = frame[name].map(dict(enumerate(HOSTILE)))
    found = bounds(frame, *COLUMNS, name, source="source")
    assert "<b>&'" not in found._repr_html_()
    assert len(found.to_frame()) == 4
    found.save(tmp_path / "bounds.npz")
    loaded = UnitBounds.load(tmp_path / "bounds.npz")
    assert [loaded.label(z) for z in range(4)] == [found.label(z) for z in range(4)]
    assert sorted(loaded.strata[name].tolist()) == sorted(HOSTILE[:4])


def test_results_are_kept_in_files_and_drawn(tmp_path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    frame = units(seed=16).assign(weight=1.5)
    frame.loc[:400, "stratum"] = 9
    found = bounds(frame, *COLUMNS, "stratum", [1, 2, 0, -3], source="source", weights="weight")
    found.save(tmp_path / "bounds.npz")
    loaded = UnitBounds.load(tmp_path / "bounds.npz")
    assert repr(loaded) == repr(found)
    assert loaded.notes == found.notes
    assert np.array_equal(loaded.interval.lower, found.interval.lower)
    assert tuple(loaded.overall_interval) == tuple(found.overall_interval)
    assert np.array_equal(loaded.pn.lower, found.pn.lower)
    assert loaded.strata["stratum"].dtype == found.strata["stratum"].dtype
    table = found.to_frame()
    assert table["upper"].to_numpy() == pytest.approx(found.benefit.upper)
    assert table["units"].sum() == pytest.approx(1.5 * len(frame))
    axes = found.plot()
    assert len(axes.get_yticklabels()) == len(found)
    (tmp_path / "other.npz").write_bytes(b"nothing")
    with pytest.raises(StorageError, match="Expected saved bounds"):
        UnitBounds.load(tmp_path / "other.npz")


def test_some_strata_are_taken() -> None:
    found = bounds(units(seed=17), *COLUMNS, "stratum", source="source")
    some = found.take([3, 1])
    assert [some.label(z) for z in range(2)] == ["3", "1"]
    assert some.share.sum() == pytest.approx(1)
    assert some.benefit.lower.tolist() == found.benefit.lower[[3, 1]].tolist()
    assert some.interval.lower.tolist() == found.interval.lower[[3, 1]].tolist()
    again = some.with_payoff([0, 1, 2, 3]).benefit.lower
    assert again == pytest.approx(found.with_payoff([0, 1, 2, 3]).benefit.lower[[3, 1]])


def test_orders_of_levels() -> None:
    frame = units(seed=18)
    grades = pd.Categorical(frame["outcome"].map({0: "poor", 1: "fair"}), ["poor", "fair"],
                            ordered=True)  # fmt: skip
    assert bounds(frame.assign(outcome=grades), *COLUMNS).levels == ("poor", "fair")
    texts = frame.assign(outcome=frame["outcome"].map({0: "9", 1: "10"}))
    assert bounds(texts, *COLUMNS).levels == ("9", "10")
    truths = frame.assign(outcome=frame["outcome"] == 1)
    assert bounds(truths, *COLUMNS).levels == (False, True)
    turned = bounds(frame, *COLUMNS, levels=[1, 0])
    assert turned.levels == (1, 0)
    assert any("happened where it is 0" in note for note in turned.notes)


def test_numbers_and_labels_do_not_mix() -> None:
    frame = units(seed=19)
    other = labelled(frame)
    with pytest.raises(CounterfactualError, match="numbers or labels throughout the treatment"):
        bounds(frame, *COLUMNS, observations=other)
