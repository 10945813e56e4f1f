"""Later batches: read for the columns and labels of the table that came first."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from causal_magics.data.table import DataWarning, Table, read_batch
from causal_magics.errors import DataError

COLUMNS = ("pressure", "weight", "kind")
LEVELS = (None, None, ("a", "b"))
BATCH: dict[str, Any] = {"kind": ["b", "a"], "weight": [1.0, 2.0], "pressure": [3, 4]}
Labels = Sequence[tuple[str, ...] | None]
VALUES = np.array([[3.0, 1.0, 1.0], [4.0, 2.0, 0.0]])


def read(batch: Any, columns: Sequence[str] = COLUMNS, levels: Labels = LEVELS) -> Table:
    return read_batch(batch, columns, levels)


@pytest.mark.parametrize("make", [dict, pd.DataFrame, pl.DataFrame])
def test_the_order_of_columns_does_not_matter(make: Any) -> None:
    table = read(make(BATCH))
    assert (table.columns, table.levels) == (COLUMNS, LEVELS)
    np.testing.assert_array_equal(table.values, VALUES)


def test_one_row_constants_equal_rows_and_gaps_are_fine() -> None:
    one = read(pd.DataFrame(BATCH).head(1))
    np.testing.assert_array_equal(one.values, VALUES[:1])
    equal = read({name: [cells[0]] * 5 for name, cells in BATCH.items()})
    np.testing.assert_array_equal(equal.values, np.repeat(VALUES[:1], 5, axis=0))
    holed = pd.DataFrame(BATCH | {"weight": [None, None], "kind": [None, "a"]})
    np.testing.assert_array_equal(read(holed).values, [[3.0, np.nan, np.nan], [4.0, np.nan, 0.0]])


def test_arrays_come_in_the_known_order() -> None:
    values = np.array([[1.0, 2.0]])
    np.testing.assert_array_equal(read(values, ("u", "v"), (None, None)).values, values)
    with pytest.raises(DataError, match="3 columns of the array, got 2 names"):
        read(np.zeros((4, 3)), ("u", "v"), (None, None))


def test_truths_and_numbers_fit_the_labels_they_were() -> None:
    truths = pd.DataFrame({"flag": pd.Series([True, None], dtype=object), "u": [1, 2]})
    values = read(truths, ("flag", "u"), (None, None)).values
    np.testing.assert_array_equal(values, [[1.0, 1.0], [np.nan, 2.0]])
    table = read({"flag": [True, False]}, ("flag",), (("False", "True"),))
    np.testing.assert_array_equal(table.values, [[1.0], [0.0]])
    numbers = read({"code": [8.0, 7.0]}, ("code",), (("7", "8"),))
    np.testing.assert_array_equal(numbers.values, [[1.0], [0.0]])


def test_further_columns_are_left_out_with_a_warning() -> None:
    with pytest.warns(DataWarning, match="further columns, left out 'colour'") as caught:
        table = read(BATCH | {"colour": ["red", "blue"]})
    np.testing.assert_array_equal(table.values, VALUES)
    assert [warning.filename for warning in caught] == [__file__]


def test_an_unknown_label_is_a_gap() -> None:
    with pytest.warns(DataWarning, match="never seen before: 'c' in 'kind'"):
        table = read(BATCH | {"kind": ["c", "a"]})
    np.testing.assert_array_equal(table.values[:, 2], [np.nan, 0.0])


def test_rows_without_a_cell_are_dropped() -> None:
    frame = pd.DataFrame({"u": [1.0, None], "v": [2.0, None]})
    with pytest.warns(DataWarning, match="Dropped 1 row without"):
        assert read(frame, ("u", "v"), (None, None)).n_rows == 1


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        ({"kind": ["a"], "presure": [1.0], "weight": [1]}, "missing 'pressure'. Did you mean 'pre"),
        ({"u": [1.0]}, "missing 'pressure', 'weight', 'kind'. It has 'u'"),
        (BATCH | {"weight": [np.inf, 1.0]}, "infinite or huge ones in 'weight'"),
        (BATCH | {"weight": [1e200, 1e3]}, "infinite or huge ones in 'weight'"),
        (BATCH | {"weight": ["much", "little"]}, r"numbers in every column, got 'weight'"),
        (pd.DataFrame(BATCH).head(0), "a batch with rows, got none"),
        ("batch.csv", "a data frame .* got str"),
        (pd.DataFrame([[1, 2, 3]], columns=["weight", "kind", "weight"]), "found twice 'weight'"),
    ],
)
def test_a_bad_batch_gets_one_readable_line(batch: Any, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read(batch)
    assert "\n" not in str(caught.value)


def test_only_missing_cells_are_no_batch() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        with pytest.raises(DataError, match="got only missing ones"):
            read({"u": [np.nan, np.nan]}, ("u",), (None,))
