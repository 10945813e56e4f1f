"""Sources of rows: every kind reads alike, as often as it is asked, in parts or in one piece."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import dask.dataframe as dd
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import dataset, parquet

from causal_magics.data.rows import RowSource, TableRows, open_rows, reference
from causal_magics.data.table import DataWarning
from causal_magics.errors import DataError

ROWS = 25_000
RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "a": RNG.normal(size=ROWS),
        "b": np.where(RNG.random(ROWS) < 0.1, np.nan, RNG.normal(size=ROWS)),
        "kind": np.where(np.arange(ROWS) > 24_000, "late", RNG.choice(["u", "v"], ROWS)),
        "spare": 1.0,
    }
)
COLUMNS = ["kind", "a", "b"]
CUTS = [0, 1, 1, 9000, 9001, ROWS]
PARTS = [FRAME.iloc[start:stop] for start, stop in pairwise(CUTS)]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("rows") / "frame.parquet"
    parquet.write_table(pa.Table.from_pandas(FRAME), file, row_group_size=7000)
    return file


MAKERS: dict[str, Callable[[Path], Any]] = {
    "pandas": lambda _: FRAME,
    "parts": lambda _: PARTS,
    "polars parts": lambda _: tuple(pl.DataFrame(part.to_dict("list")) for part in PARTS),
    "mappings": lambda _: [{n: part[n].to_numpy() for n in FRAME} for part in PARTS],
    "query": lambda file: pl.scan_parquet(file).filter(pl.col("spare") == 1),
    "dataset": dataset.dataset,
    "file": parquet.ParquetFile,
    "dask": lambda _: dd.from_pandas(FRAME, npartitions=7, sort=False),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_every_kind_of_source_reads_alike(kind: str, path: Path) -> None:
    source = open_rows(MAKERS[kind](path), COLUMNS)
    whole = open_rows(FRAME, COLUMNS)
    assert isinstance(whole, TableRows)
    assert source.columns == ("kind", "a", "b")
    assert source.levels == (("late", "u", "v"), None, None)
    assert source.n_rows == ROWS
    for _ in range(2):
        np.testing.assert_array_equal(np.concatenate(list(source.chunks())), whole.table.values)
    np.testing.assert_array_equal(reference(source).values, reference(whole).values)
    assert len(reference(whole).values) == 20_000


def test_a_query_is_read_in_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("causal_magics.data.rows.BATCH_ROWS", 1000)
    for kind in ("query", "dataset", "file"):
        lengths = [len(values) for values in open_rows(MAKERS[kind](path), COLUMNS).chunks()]
        assert sum(lengths) == ROWS
        assert len(lengths) >= 4
        assert max(lengths) <= 7000


def test_names_that_are_no_texts_and_arrays_in_parts() -> None:
    values = RNG.normal(size=(40, 2))
    for source in (
        open_rows([values[:30], values[30:]]),
        open_rows([pd.DataFrame(values[:30]), pd.DataFrame(values[30:])]),
        open_rows(dd.from_pandas(pd.DataFrame(values), npartitions=2)),
    ):
        np.testing.assert_array_equal(np.concatenate(list(source.chunks())), values)
    assert source.columns == ("0", "1")


def test_a_part_may_lack_cells_of_a_kind() -> None:
    parts = [
        pd.DataFrame({"a": [1.0, 2.0], "kind": [None, None]}),
        pd.DataFrame({"a": [1.0, 3.0], "kind": ["u", "v"]}),
        pd.DataFrame({"a": pd.Series([None, None], dtype=object), "kind": ["u", "u"]}),
    ]
    source = open_rows(parts)
    assert source.levels == (None, ("u", "v"))
    nan = np.nan
    expected = [[1, nan], [2, nan], [1, 0], [3, 1], [nan, 0], [nan, 0]]
    np.testing.assert_array_equal(np.concatenate(list(source.chunks())), expected)


def test_ordered_types_keep_their_order() -> None:
    kind = pd.Categorical(["low", "high"] * 10, ["low", "mid", "high"], ordered=True)
    frame = pd.DataFrame({"a": np.arange(20.0), "kind": kind})
    assert open_rows([frame[:5], frame[5:]]).levels == (None, ("low", "high"))


def dates() -> list[pd.DataFrame]:
    return [pd.DataFrame({"a": [1, 2], "d": pd.date_range("2020", periods=2)})]


BAD: list[tuple[str, Callable[[], Any], str]] = [
    ("no part", list, "a data frame .* got list"),
    ("no table", lambda: [FRAME, 3], "a data frame .* got list"),
    ("no rows", lambda: [FRAME.head(0), FRAME.head(0)], "4 columns and 0 rows"),
    ("column", lambda: [FRAME, FRAME[["a", "b"]]], "no column 'kind'"),
    ("types", lambda: [FRAME, FRAME.assign(a="u")], "labels in another in 'a'"),
    ("date", dates, "numbers or labels in every column, got 'd'"),
    ("constant", lambda: PARTS, r"vary in 20,000 of 25,000 rows, got 'spare' \(always 1\)"),
    ("rare", lambda: FRAME.assign(spare=np.arange(ROWS) == 9), "got 'spare' .always 0"),
    ("equal", lambda: [p.assign(spare=p["a"]) for p in PARTS], "'a' and 'spare' are equal in 20"),
    ("dask", lambda: dd.from_pandas(FRAME.head(9), npartitions=2)[["spare"]], "always 1"),
]


@pytest.mark.parametrize(("make", "message"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_bad_sources_get_one_readable_line(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        reference(open_rows(make()))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", MAKERS)
def test_unknown_columns_get_a_hint(kind: str, path: Path) -> None:
    with pytest.raises(DataError, match=r"no column 'kinds'\. Did you mean 'kind'"):
        open_rows(MAKERS[kind](path), ["a", "kinds"])


def test_thin_columns_are_told() -> None:
    parts = [part.assign(spare=(part["a"] ** 2).where(part["a"] > 1)) for part in PARTS]
    source: RowSource = open_rows(parts)
    with pytest.warns(DataWarning, match=r"Most cells are missing in 'spare' \(8\d%\)"):
        reference(source)
