"""Gaps and labels, where they are asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from causal_magics.data.checks import check_distinct
from causal_magics.data.extent import Extent, chunks
from causal_magics.data.table import DataWarning, Table, read_table
from causal_magics.errors import DataError

RNG = np.random.default_rng(0)
A, B, C = RNG.normal(size=(3, 60))
HOLED = np.where(A > 1, np.nan, A)
KINDS = ["low", "mid", "high"] * 20
KINDS_WITH_GAP: list[str | None] = [None, *KINDS[1:]]


def read(data: Any) -> Table:
    return read_table(data, gaps=True, categories=True)


@pytest.mark.parametrize(
    "data",
    [
        {"a": HOLED, "b": B},
        {"a": np.ma.masked_greater(A, 1), "b": B},
        {"a": [None if np.isnan(v) else v for v in HOLED.tolist()], "b": B},
        pd.DataFrame({"a": HOLED, "b": B}),
        pd.DataFrame({"a": pd.array(HOLED, dtype="Float64"), "b": B}),
        pl.DataFrame({"a": [None if np.isnan(v) else v for v in HOLED.tolist()], "b": B}),
        pa.table({"a": pa.array(HOLED, from_pandas=True), "b": B}),
    ],
)
def test_gaps_become_nan_in_every_kind_of_frame(data: Any) -> None:
    table = read(data)
    np.testing.assert_array_equal(table.values, np.column_stack((HOLED, B)))
    assert table.levels == (None, None)


@pytest.mark.parametrize(
    ("column", "levels"),
    [
        (KINDS_WITH_GAP, ("high", "low", "mid")),
        (pd.Series(KINDS_WITH_GAP), ("high", "low", "mid")),
        (pd.Series(KINDS_WITH_GAP, dtype=object), ("high", "low", "mid")),
        (pd.Series(pd.Categorical(KINDS_WITH_GAP)), ("high", "low", "mid")),
        (
            pd.Series(pd.Categorical(KINDS_WITH_GAP, ["low", "mid", "high", "no"], ordered=True)),
            ("low", "mid", "high"),
        ),
        (pl.Series(KINDS_WITH_GAP), ("high", "low", "mid")),
        (pl.Series(KINDS_WITH_GAP, dtype=pl.Categorical), ("high", "low", "mid")),
        (
            pl.Series(KINDS_WITH_GAP, dtype=pl.Enum(["low", "mid", "high", "no"])),
            ("low", "mid", "high"),
        ),
        (pa.array(KINDS_WITH_GAP).dictionary_encode(), ("high", "low", "mid")),
    ],
)
def test_labels_become_codes(column: Any, levels: tuple[str, ...]) -> None:
    if isinstance(column, pd.Series):
        frame: Any = pd.DataFrame({"a": A, "kind": column})
    elif isinstance(column, pl.Series):
        frame = pl.DataFrame({"a": A, "kind": column})
    elif isinstance(column, pa.Array):
        frame = pa.table({"a": A, "kind": column})
    else:
        frame = {"a": A, "kind": column}
    table = read(frame)
    assert table.levels == (None, levels)
    codes = table.values[:, 1]
    assert np.isnan(codes[0])
    assert [levels[int(code)] for code in codes[1:]] == KINDS[1:]


def test_truths_numbers_and_mixed_objects() -> None:
    truths = [None, *[True, False, True] * 20][:60]
    frame = pd.DataFrame(
        {
            "flag": A > 0,
            "truth": pd.Series(truths, dtype=object),
            "number": pd.Series([None, *B[1:]], dtype=object),
            "mixed": pd.Series([1, "u", 2.0] * 20, dtype=object),
            "code": pd.Series(pd.Categorical([7, 8, 9] * 19 + [9, 8, 7])),
        }
    )
    table = read(frame)
    truth = ("False", "True")
    assert table.levels == (None, truth, None, ("1", "2", "u"), ("7", "8", "9"))
    np.testing.assert_array_equal(table.values[1:, 2], B[1:])
    assert np.isnan(table.values[0, 1:3]).all()


def test_callers_that_do_not_ask_get_neither() -> None:
    with pytest.raises(DataError, match=r"missing values in 'a'"):
        read_table({"a": HOLED, "b": B}, categories=True)
    with pytest.raises(DataError, match=r"numbers in every column, got 'kind'"):
        read_table({"a": A, "kind": KINDS}, gaps=True)


DATES = pl.DataFrame({"a": A, "b": pd.date_range("2020", periods=60)})
BAD: list[tuple[str, Callable[[], Any], str]] = [
    ("no cell", lambda: {"a": A, "b": [None] * 60}, "values in every column, got none in 'b'"),
    ("no label", lambda: pd.DataFrame({"a": A, "b": pd.Series([None] * 60)}), "none in 'b'"),
    ("null", lambda: pl.DataFrame({"a": A, "b": [None] * 60}), "none in 'b'"),
    ("constant", lambda: {"a": A, "b": [np.nan, *[2.0] * 59]}, r"got 'b' \(always 2\)"),
    ("one level", lambda: {"a": A, "b": ["u", None] * 30}, r"got 'b' \(always 'u'\)"),
    ("identifier", lambda: {"a": A, "b": [f"row {i}" for i in range(60)]}, "'b' .60 in 60 rows"),
    ("levels", lambda: {"a": A, "b": [f"{i % 55}!" for i in range(60)]}, r"50 levels.*'b' \(55\)"),
    ("date", lambda: DATES, "numbers or labels in every column, got 'b' .Datetime"),
    ("lists", lambda: pd.DataFrame({"a": A, "b": [[1]] * 60}), "numbers or labels"),
    ("infinite", lambda: {"a": [np.inf, np.nan, *A[2:]], "b": B}, "infinite or huge ones in 'a'"),
    ("equal", lambda: {"a": HOLED, "b": B, "c": HOLED}, "'a' and 'c' are equal"),
    ("same", lambda: {"a": HOLED, "b": 3 - 2 * A, "c": C}, "'a' and 'b' are the same up to unit"),
    (
        "renamed",
        lambda: {"a": A, "b": KINDS, "c": [k.replace("low", "z") for k in KINDS]},
        "'b' and 'c' are the same up to names of levels",
    ),
    ("empty rows", lambda: {"a": [1.0, 2.0, np.nan], "b": [2.0, 1.0, np.nan]}, "three rows, got 2"),
]


@pytest.mark.filterwarnings("ignore:Dropped")
@pytest.mark.parametrize(("make", "message"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_bad_cells_get_one_readable_line(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read(make())
    assert "\n" not in str(caught.value)


def test_rows_without_a_cell_are_dropped_and_thin_columns_told() -> None:
    a, b = A.copy(), B.copy()
    a[:3] = b[:3] = np.nan
    b[:40] = np.nan
    with pytest.warns(DataWarning) as caught:
        table = read({"a": a, "b": b})
    np.testing.assert_array_equal(table.values, np.column_stack((a, b))[3:])
    told = " ".join(str(warning.message) for warning in caught)
    assert "Dropped 3 rows" in told
    assert "Most cells are missing in 'b' (65%)" in told
    assert all(warning.filename == __file__ for warning in caught)


def test_columns_that_share_few_rows_or_a_constant_there_differ() -> None:
    a, b, c = A.copy(), A.copy(), C.copy()
    a[:28], b[28:46], b[57:] = np.nan, np.nan, np.nan
    b[:28] = B[:28]
    c[0] = np.nan
    rare, sparse = np.zeros(60), np.full(60, np.nan)
    rare[:2], sparse[10:50] = 1.0, 0.0
    sparse[0] = 1.0
    assert read({"a": a, "b": b, "c": c, "rare": rare}).n_rows == 60
    assert read({"rare": rare, "sparse": np.roll(sparse, 5), "c": c}).n_rows == 60


def test_many_rows_are_compared_by_a_few_first() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(5000, 30))
    values[:, 5] = np.arange(5000) == 17
    values[:, 6] = np.arange(5000) == 18
    names = [f"x{index}" for index in range(30)]
    levels = (None,) * 30

    def check() -> None:
        check_distinct(names, values, levels, Extent.of(values))

    check()
    values[:, 6] = 4.0 - values[:, 5]
    with pytest.raises(DataError, match="'x5' and 'x6' are the same"):
        check()
    values[:, 6] = values[:, 3] + np.where(np.arange(5000) == 3, 1.0, 0.0)
    check()
    values[:, 6] = values[:, 3] * -2.0
    with pytest.raises(DataError, match="'x3' and 'x6' are the same"):
        check()


def test_a_thousand_columns_are_checked_at_once() -> None:
    values = np.random.default_rng(2).normal(size=(2000, 1000))
    values[::7, ::3] = np.nan
    start = time.perf_counter()
    assert read(values).n_rows == 2000
    assert time.perf_counter() - start < 10.0  # half a second on an idle machine


def test_extents_add_over_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.column_stack((HOLED, B + 1e6, np.full(60, np.nan)))
    whole = Extent.of(values)
    monkeypatch.setattr("causal_magics.data.extent.CHUNK_VALUES", 21)
    assert len(list(chunks(values))) == 9
    for extent in (whole, Extent.of(values)):
        assert extent.rows == 60
        assert extent.cells.tolist() == [int((~np.isnan(HOLED)).sum()), 60, 0]
        np.testing.assert_allclose(extent.mean[:2], np.nanmean(values[:, :2], axis=0))
        np.testing.assert_allclose(extent.deviation[:2], np.nanstd(values[:, :2], axis=0))
        np.testing.assert_array_equal(extent.low[:2], np.nanmin(values[:, :2], axis=0))
        np.testing.assert_array_equal(extent.high[:2], np.nanmax(values[:, :2], axis=0))
