"""Tables in: every kind of frame gives the same values, every bad one gets one readable line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from causal_magics.data.samples import sample
from causal_magics.data.table import DataWarning, read_table
from causal_magics.errors import DataError

RNG = np.random.default_rng(0)
A, B, C = RNG.normal(size=(3, 50))
PLAIN = {"a": A, "b": B}


@pytest.mark.parametrize(
    "make",
    [
        dict,
        pd.DataFrame,
        pl.DataFrame,
        pl.LazyFrame,
        pa.table,
        lambda columns: np.rec.fromarrays(list(columns.values()), names=list(columns)),
        lambda columns: {name: list(values) for name, values in columns.items()},
    ],
)
def test_every_kind_of_frame_reads_alike(make: Callable[[dict[str, Any]], Any]) -> None:
    table = read_table(make(PLAIN))
    assert table.columns == ("a", "b")
    assert table.n_rows == 50
    np.testing.assert_array_equal(table.values, np.column_stack((A, B)))


def test_arrays_take_names_and_frames_a_selection() -> None:
    assert read_table(np.column_stack((A, B))).columns == ("x1", "x2")
    named = read_table(np.column_stack((A, B)), ["u", "v"])
    assert named.columns == ("u", "v")
    chosen = read_table(pd.DataFrame({"a": A, "t": ["x"] * 50, "b": B}), ["b", "a"])
    assert chosen.columns == ("b", "a")
    np.testing.assert_array_equal(chosen.values, np.column_stack((B, A)))


def test_booleans_integers_and_nullable_types_are_numbers() -> None:
    frame = pd.DataFrame(
        {
            "flag": A > 0,
            "count": np.arange(50),
            "nullable": pd.array(range(0, 100, 2), dtype="Int64") * pd.array([1, 3] * 25, "Int64"),
            7: B,
        }
    )
    table = read_table(frame)
    assert table.columns == ("flag", "count", "nullable", "7")
    assert set(table.values[:, 0]) == {0.0, 1.0}
    np.testing.assert_array_equal(table.values[:, 3], B)


@pytest.mark.parametrize(
    "name", ["blood pressure", 'it\'s "x"', "Größe ✓", "<b>&amp;</b>", "n" * 300, "$x_1$"]
)
def test_odd_names_are_kept(name: str) -> None:
    assert read_table({name: A, "b": B}).columns == (name, "b")


def _repeated() -> pd.DataFrame:
    return pd.DataFrame(np.column_stack((A, B, C)), columns=["a", "b", "a"])


def _missing() -> pd.DataFrame:
    return pd.DataFrame({"a": np.where(A > 1, np.nan, A), "b": B})


BAD: list[tuple[str, Callable[[], Any], str]] = [
    ("text", lambda: {"a": A, "b": ["u"] * 50}, r"numbers in every column, got 'b' \("),
    ("category", lambda: pd.DataFrame({"a": A, "b": pd.Categorical(["u"] * 50)}), "Categorical"),
    ("date", lambda: pl.DataFrame({"a": A, "b": pd.date_range("2020", periods=50)}), "Datetime"),
    ("complex", lambda: {"a": A, "b": B + 1j}, "complex128"),
    ("nan", _missing, rf"missing values in 'a' \({int((A > 1).sum())}\).* of 50 rows"),
    ("null", lambda: pl.DataFrame({"a": [None, *A[1:]], "b": B}), r"missing values in 'a' \(1\)"),
    ("masked", lambda: {"a": np.ma.masked_greater(A, 1), "b": B}, "missing values in 'a'"),
    ("infinite", lambda: {"a": [np.inf, *A[1:]], "b": B}, "infinite or huge ones in 'a'"),
    ("huge", lambda: {"a": A * 1e200, "b": B}, "infinite or huge ones in 'a'"),
    ("constant", lambda: {"a": A, "b": [2] * 50}, r"columns that vary, got 'b' \(always 2\)"),
    ("equal", lambda: {"a": A, "b": B, "c": A}, "'a' and 'c' are equal"),
    ("rescaled", lambda: {"a": A, "c": 3 - 2 * A}, "'a' and 'c' are the same up to unit"),
    ("no columns", pd.DataFrame, "0 columns and 0 rows"),
    ("nothing", dict, "0 columns and 0 rows"),
    ("no rows", lambda: pd.DataFrame({"a": [], "b": []}), "2 columns and 0 rows"),
    ("one row", lambda: {"a": [1.0], "b": [2.0]}, "at least three rows, got 1"),
    ("twice", _repeated, "found twice 'a'"),
    ("twice as text", lambda: {1: A, "1": B}, "found twice '1'"),
    ("blank", lambda: {" ": A, "b": B}, "Column 1 cannot be a node.*blank"),
    ("long", lambda: {"n" * 301: A, "b": B}, "at most 300 characters"),
    ("control", lambda: {"a\nb": A, "b": B}, "control"),
    ("lengths", lambda: {"a": A, "b": B[:3]}, "one length"),
    ("flat", lambda: A, "two axes"),
    ("list", lambda: [1, 2], "a data frame .* got list"),
    ("sample", lambda: sample("sachs"), "got SampleData. Give its .frame"),
    ("path", lambda: "data.csv", "a data frame .* got str"),
]


@pytest.mark.parametrize(("make", "message"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_bad_tables_get_one_readable_line(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read_table(make())
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith((".", "it first."))


def test_columns_that_share_an_outlier_differ() -> None:
    table = read_table({"a": [1e9, *A[1:]], "b": [1e9, *B[1:]], "c": C})
    assert np.corrcoef(table.values[:, 0], table.values[:, 1])[0, 1] > 1 - 1e-12
    flags = np.repeat([0.0, 1.0], [40, 10])
    with pytest.raises(DataError, match="'a' and 'b' are the same up to unit"):
        read_table({"a": flags, "b": 5 - 2 * flags, "c": C})


def test_unknown_columns_get_a_hint() -> None:
    frame = pd.DataFrame({"pressure": A, "weight": B})
    with pytest.raises(DataError, match="Did you mean 'pressure'"):
        read_table(frame, ["presure"])
    with pytest.raises(DataError, match="It has 'pressure', 'weight'"):
        read_table(frame, "zzz")
    with pytest.raises(DataError, match="a name for each of the 2 columns"):
        read_table(np.column_stack((A, B)), ["only"])


def test_fewer_rows_than_columns_warns() -> None:
    with pytest.warns(DataWarning, match=r"Fewer rows \(4\) than columns \(6\)"):
        table = read_table(np.random.default_rng(1).normal(size=(4, 6)))
    assert table.values.shape == (4, 6)


def test_the_mask_of_an_array_marks_missing_values() -> None:
    values = np.ma.masked_array(np.column_stack((A, B)), mask=False)
    values[3, 1] = np.ma.masked
    with pytest.raises(DataError, match=r"missing values in 'x2' \(1\)"):
        read_table(values)


def test_two_rows_are_too_few_and_not_equal_columns() -> None:
    with pytest.raises(DataError, match="at least three rows, got 2"):
        read_table({"a": A[:2], "b": B[:2]})


def test_values_whose_squares_vanish_get_one_line() -> None:
    with pytest.raises(DataError, match="vary by 1e-150 or more, got 'a'"):
        read_table({"a": A * 1e-200, "b": B})
