"""Rows that never have to be held at once.

A source yields its rows in runs, as often as it is asked. What is fitted beforehand, such as knots,
is fitted on reference rows at even distances, so that a table in parts and the same table in one
piece are learned from alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import narwhals as nw
import numpy as np

from causal_magics.data.categories import Floats, Levels, encode
from causal_magics.data.checks import Rows, evenly
from causal_magics.data.columns import columns_of
from causal_magics.data.extent import chunks
from causal_magics.data.kinds import Kinds
from causal_magics.data.table import Table, check_table, read_table
from causal_magics.data.wording import advice_on
from causal_magics.errors import DataError, shorten

REFERENCE_ROWS = 20_000
"""Rows on which a basis is fitted."""
BATCH_ROWS = 65_536
"""Rows that are read at once from a file or a query."""


class RowSource(Protocol):
    """Rows of known columns, read in runs."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names."""

    @property
    def levels(self) -> tuple[Levels, ...]:
        """Labels of each column whose values are codes, None for numeric columns."""

    @property
    def n_rows(self) -> int:
        """Number of rows."""

    def chunks(self) -> Iterator[Floats]:
        """Read the rows in order; each time from the first."""

    def sampled(self, most: int) -> Floats:
        """Return rows at even distances, at most so many, shape ``(rows, columns)``."""


@dataclass(frozen=True, eq=False, slots=True)
class TableRows:
    """The rows of a table in memory."""

    table: Table

    @property
    def columns(self) -> tuple[str, ...]:
        """Names."""
        return self.table.columns

    @property
    def levels(self) -> tuple[Levels, ...]:
        """Labels."""
        return self.table.levels

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.table.n_rows

    def chunks(self) -> Iterator[Floats]:
        """Read the rows in order."""
        return chunks(self.table.values)

    def sampled(self, most: int) -> Floats:
        """Return rows at even distances."""
        return self.table.values[evenly(self.n_rows, most)]


Frames = Callable[[Sequence[str] | None], Iterator[Any]]
"""Reads the frames that make up a table, each time from the first; of certain columns alone."""


@dataclass(frozen=True, eq=False, slots=True)
class FrameRows:
    """The rows of frames that follow each other.

    Attributes
    ----------
    columns, levels, n_rows
        As of any source.
    frames
        Reads the frames.
    """

    columns: tuple[str, ...]
    levels: tuple[Levels, ...]
    n_rows: int
    frames: Frames = field(repr=False)

    def chunks(self) -> Iterator[Floats]:
        """Read the rows in order."""
        for frame in self.frames(self.columns):
            yield from chunks(encoded(frame, self.columns, self.levels))

    def sampled(self, most: int) -> Floats:
        """Return rows at even distances."""
        positions, start = evenly(self.n_rows, most), 0
        picked = []
        for values in self.chunks():
            picked.append(values[within(positions, start, len(values))])
            start += len(values)
        return np.concatenate(picked)


def open_rows(data: Any, columns: str | Sequence[str] | None = None) -> RowSource:
    """Open any table for reading in runs.

    Parameters
    ----------
    data
        What `read_table` takes, which is read as a whole; or what is read in runs: a Dask data
        frame, a `pyarrow.dataset.Dataset` or `pyarrow.parquet.ParquetFile`, a polars lazy frame,
        or a list of frames, the parts of one table.
    columns
        Which columns, in which order; all where left out.

    Raises
    ------
    DataError
        Where there is no column or no row, a column is missing, or of no kind that can be learned
        from; of a table that is read as a whole, as `read_table` says.
    """
    chosen = (columns,) if isinstance(columns, str) else columns
    if nw.dependencies.is_dask_dataframe(data):
        from causal_magics.data.dask_rows import open_dask

        return open_dask(data, chosen)
    if isinstance(data, list | tuple) and data and all(map(_is_part, data)):
        return _open(partial(_parts, data), chosen)
    if nw.dependencies.is_polars_lazyframe(data):
        return _open(partial(_query, data), chosen)
    if hasattr(data, "to_batches") and hasattr(data, "count_rows"):
        return _open(partial(_dataset, data), chosen)
    if hasattr(data, "iter_batches") and hasattr(data, "schema_arrow"):
        return _open(partial(_parquet, data), chosen)
    return TableRows(read_table(data, columns, gaps=True, categories=True))


def reference(source: RowSource, most: int = REFERENCE_ROWS) -> Table:
    """Return the rows on which a basis is fitted, at even distances, and check them.

    Raises
    ------
    DataError
        Where they cannot be learned from, as `read_table` says.

    Warns
    -----
    DataWarning
        As `read_table` does.
    """
    values = source.sampled(most)
    present = values[~np.isnan(values).all(axis=1)]
    table = Table(source.columns, present, source.levels)
    if not isinstance(source, TableRows) or len(values) < source.n_rows:
        check_table(table, n_rows=source.n_rows)
    return table


def encoded(frame: Any, columns: Sequence[str], levels: Sequence[Levels]) -> Floats:
    """Return the cells of a part as numbers.

    Raises
    ------
    DataError
        Where it lacks a column, or one is of another kind.
    """
    values, _ = encode(columns_of(frame, columns), categories=True, chosen=levels)
    return values


def within(positions: Rows, start: int, count: int) -> Rows:
    """Return those of ascending positions that fall into a run of rows, counted from its first."""
    first, last = np.searchsorted(positions, [start, start + count])
    return positions[first:last] - start


def check_kinds(kinds: Kinds) -> None:
    """Refuse a table without columns or rows."""
    if not kinds.columns or not kinds.rows:
        raise DataError(
            f"Expected a table with columns and rows, got {len(kinds.columns)} columns and "
            f"{kinds.rows} rows. Check how the data were read or filtered."
        )


def _open(frames: Frames, chosen: Sequence[str] | None) -> FrameRows:
    """Look through the frames for their kinds and rows once."""
    kinds: Kinds | None = None
    for frame in frames(chosen):
        found = Kinds.of(columns_of(frame, chosen if kinds is None else kinds.columns))
        kinds = found if kinds is None else kinds + found
    kinds = Kinds((), 0, (), ()) if kinds is None else kinds
    check_kinds(kinds)
    return FrameRows(kinds.columns, kinds.levels, kinds.rows, frames)


def _is_part(part: Any) -> bool:
    """Whether a part of a list is a table of its own."""
    if isinstance(part, Mapping):
        return True
    return len(getattr(part, "shape", ())) == 2


def _parts(parts: Sequence[Any], _columns: Sequence[str] | None) -> Iterator[Any]:
    return iter(parts)


def _query(lazy: Any, columns: Sequence[str] | None) -> Iterator[Any]:
    """Read a polars query, in runs where its version can."""
    known = lazy.collect_schema().names()
    query = lazy if columns is None else lazy.select(_known(columns, known))
    if not hasattr(query, "collect_batches"):
        return iter([query.collect()])
    batches: Iterator[Any] = query.collect_batches(chunk_size=BATCH_ROWS, maintain_order=True)
    return batches


def _dataset(dataset: Any, columns: Sequence[str] | None) -> Iterator[Any]:
    chosen = _known(columns, dataset.schema.names)
    return _tables(dataset.to_batches(columns=chosen, batch_size=BATCH_ROWS))


def _parquet(file: Any, columns: Sequence[str] | None) -> Iterator[Any]:
    chosen = _known(columns, file.schema_arrow.names)
    return _tables(file.iter_batches(columns=chosen, batch_size=BATCH_ROWS))


def _tables(batches: Iterator[Any]) -> Iterator[Any]:
    import pyarrow as pa

    return (pa.Table.from_batches([batch]) for batch in batches if batch.num_rows)


def _known(columns: Sequence[str] | None, known: Sequence[str]) -> list[str]:
    """Columns to read, checked: all where None."""
    for name in columns or ():
        if name not in known:
            raise DataError(f"The data have no column {shorten(name)}. {advice_on(name, known)}")
    return list(known if columns is None else columns)
