"""Labels of columns: times as people write them, values of different types."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from counterfactual.frames_of_units import units

from causal_magics import bounds
from causal_magics.counterfactual.frames.column_codes import code_column

DAYS = [datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2021-01-01"), None]
MOMENTS = [DAYS[0], datetime.fromisoformat("2020-01-01 06:30"), None]
SPANS = [timedelta(days=1), timedelta(days=1, hours=6), timedelta(minutes=30)]


@pytest.mark.parametrize("library", [pd.Series, pl.Series, "object"])
@pytest.mark.parametrize(
    ("cells", "labels"),
    [
        (DAYS, ["2020-01-01", "2021-01-01"]),
        (MOMENTS, ["2020-01-01 00:00:00", "2020-01-01 06:30:00"]),
        (SPANS, ["0:30:00", "1 day", "1 day, 6:00:00"]),
    ],
)
def test_times_are_labels_as_people_write_them(
    library: Any, cells: list[Any], labels: list[str]
) -> None:
    native = pd.Series(cells, dtype=object) if library == "object" else library(cells)
    coded = code_column("when", nw.from_native(native, series_only=True))
    assert sorted(coded.labels.values.tolist()) == labels
    assert coded.has_gaps == (None in cells)


def test_values_finer_than_their_text_stay_apart() -> None:
    cells = np.array([0, 1], dtype="datetime64[ns]")
    assert len(set(code_column("when", cells).labels.values)) == 2


@pytest.mark.parametrize(
    ("cells", "mixed"),
    [
        ([1, "1"], "1 and '1'"),
        ([True, 1], "True and 1"),
        ([1, 1.0, None], ""),
        (["1", None, "2"], ""),
        ([True, "1"], ""),
    ],
)
def test_values_of_different_types_that_count_as_one_are_noted(
    cells: list[Any], mixed: str
) -> None:
    assert code_column("z", np.array(cells, dtype=object)).labels.mixed == mixed
    strata = np.resize(np.array([*cells, 7], dtype=object), 4000)
    found = bounds(units().assign(stratum=strata), "treatment", "outcome", "stratum")
    notes = [note for note in found.notes if "different types" in note]
    said = f"In 'stratum', values of different types such as {mixed} count as one."
    assert notes == ([said] if mixed else [])


def test_hours_that_a_clock_repeats_are_strata_of_their_own_in_each_library() -> None:
    hours = pl.Series(["2024-10-27 00:30", "2024-10-27 01:30", None, "2024-10-27 01:30"])
    column = hours.str.to_datetime(time_zone="UTC").dt.convert_time_zone("Europe/Berlin")
    for native in (column, column.to_arrow(), column.to_pandas()):
        if isinstance(native, pl.Series | pd.Series):
            series = nw.from_native(native, series_only=True)
        else:
            import pyarrow as pa

            series = nw.from_native(pa.chunked_array([native]), series_only=True)
        coded = code_column("hour", series)
        labels = [None if code < 0 else coded.labels.values[code] for code in coded.values]
        first, second = "2024-10-27 00:30:00+00:00", "2024-10-27 01:30:00+00:00"
        assert labels == [first, second, None, second]


def test_nanoseconds_tell_strata_apart() -> None:
    column = pl.Series([0, 1, 1]).cast(pl.Datetime("ns"))
    coded = code_column("t", nw.from_native(column, series_only=True))
    assert coded.values.tolist() == [0, 1, 1]
