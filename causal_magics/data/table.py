"""Tables in: any data frame that narwhals knows, mappings of columns, and NumPy arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from causal_magics.data.categories import Floats, Levels, check_levels, encode, new_labels
from causal_magics.data.checks import (
    check_complete,
    check_distinct,
    check_finite,
    check_present,
    check_variation,
)
from causal_magics.data.columns import NamedColumns, check_names, columns_of
from causal_magics.data.extent import Extent
from causal_magics.data.warning import DataWarning, warn
from causal_magics.data.wording import advice_on, count, enumerate_items, listing
from causal_magics.errors import DataError, shorten

__all__ = ["DataWarning", "Table", "check_table", "read_batch", "read_table"]

MOSTLY_MISSING = 0.5
"""Share of missing cells in a column beyond which it is worth a warning."""


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """Data as numbers.

    Attributes
    ----------
    columns
        Names.
    values
        Shape ``(rows, columns)``, float64; NaN stands for a missing cell, all others are finite.
        In a table read for learning no column is constant.
    levels
        For each column None where it is numeric; else the labels whose positions are its values.
    """

    columns: tuple[str, ...]
    values: Floats
    levels: tuple[Levels, ...]

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.values)


def read_table(
    data: Any,
    columns: str | Sequence[str] | None = None,
    *,
    gaps: bool = False,
    categories: bool = False,
) -> Table:
    """Read a table for learning.

    Parameters
    ----------
    data
        A data frame (pandas, polars, pyarrow, ...; lazy frames are collected), a mapping from
        names to columns, a structured array, or a two-dimensional array.
    columns
        Which columns to read, in which order; all where left out. For a two-dimensional array, the
        names of its columns (``x1``, ``x2``, ... where left out).
    gaps
        Whether cells may be missing. Rows without any cell are dropped.
    categories
        Whether columns may hold labels: text, categories, or objects that are text or truths.

    Raises
    ------
    DataError
        Where the table is empty, a name is unknown or stands twice, or a column is not of a kind
        that is asked for, not complete (unless it may have gaps), constant, or says the same as
        another one; where labels name rows, or are too many.

    Warns
    -----
    DataWarning
        Where there are fewer rows than columns, rows without any cell, or columns of which most
        cells are missing.
    """
    chosen = (columns,) if isinstance(columns, str) else columns
    named = columns_of(data, chosen)
    names = tuple(name for name, _ in named)
    check_names(names)
    rows = len(named[0][1]) if named else 0
    if not named or rows == 0:
        raise DataError(
            f"Expected a table with columns and rows, got {count(len(named), 'column')} and "
            f"{count(rows, 'row')}. Check how the data were read or filtered."
        )
    values, levels = encode(named, categories=categories)
    if gaps:
        values = _without_empty_rows(values)
    if len(values) < 3:
        raise DataError(
            f"Expected at least three rows, got {len(values)}. So few rows say nothing of causes."
        )
    if not gaps:
        check_complete(names, values)
    table = Table(names, values, levels)
    check_table(table, len(values))
    return table


def check_table(table: Table, n_rows: int) -> None:
    """Refuse what cannot be learned from; warn of what says little.

    Parameters
    ----------
    table
        All rows, or some of them at even distances.
    n_rows
        How many rows there are in all.

    Raises
    ------
    DataError
        As `read_table` does.

    Warns
    -----
    DataWarning
        As `read_table` does.
    """
    names, extent = table.columns, Extent.of(table.values)
    where = f" in {table.n_rows:,} of {n_rows:,} rows" if table.n_rows < n_rows else ""
    check_present(names, extent)
    check_finite(names, extent)
    check_variation(names, extent, table.levels, where)
    check_levels(names, extent.cells, table.levels)
    check_distinct(names, table.values, table.levels, extent, where)
    if n_rows < len(names):
        warn(
            f"Fewer rows ({n_rows:,}) than columns ({len(names)}): only the strongest edges "
            "can be found. Give more rows, or choose columns."
        )
    _warn_of_gaps(names, extent)


def _warn_of_gaps(names: Sequence[str], extent: Extent) -> None:
    """Tell which columns are mostly missing."""
    missing = 1.0 - extent.cells / extent.rows
    mostly = [
        f"{shorten(name)} ({share:.0%})"
        for name, share in zip(names, missing.tolist(), strict=True)
        if share > MOSTLY_MISSING
    ]
    if mostly:
        warn(
            f"Most cells are missing in {enumerate_items(mostly)}: edges there rest on few rows. "
            "Check how they were read, or choose columns."
        )


def read_batch(data: Any, columns: Sequence[str], levels: Sequence[Levels]) -> Table:
    """Read rows that arrive later for columns that are known.

    One row will do, and a column may be constant, have gaps, or have no cell at all.

    Parameters
    ----------
    data
        As `read_table` takes it. The order of its columns does not matter.
    columns
        The names of the table that came first.
    levels
        Its labels.

    Raises
    ------
    DataError
        Where a column is missing, is not of the kind it was, or holds infinite values, or there is
        no row with a cell.

    Warns
    -----
    DataWarning
        Where further columns are left out, a label was never seen before (its cells count as
        missing), or rows without any cell are dropped.
    """
    plain = isinstance(data, np.ndarray) and data.dtype.names is None
    named = columns_of(data, columns if plain else None)
    check_names([name for name, _ in named], valid=False)
    chosen = _known_columns(named, columns)
    if len(chosen[0][1]) == 0:
        raise DataError("Expected a batch with rows, got none. Check how it was read or filtered.")
    values, _ = encode(chosen, categories=True, chosen=levels)
    check_finite(columns, Extent.of(values))
    _warn_of_unknown_labels(chosen, levels)
    values = _without_empty_rows(values)
    if len(values) == 0:
        raise DataError(
            "Expected a batch with cells, got only missing ones. Check how it was read."
        )
    return Table(tuple(columns), values, tuple(levels))


def _known_columns(named: NamedColumns, columns: Sequence[str]) -> NamedColumns:
    """Put columns in the order of those that are known."""
    given = dict(named)
    missing = [name for name in columns if name not in given]
    strange = [name for name in given if name not in set(columns)]
    if missing:
        raise DataError(
            f"Expected the columns that were learned from, {listing('missing', missing)} "
            f"{advice_on(missing[0], strange or list(given))}"
        )
    if strange:
        warn(
            f"The batch has further columns, {listing('left out', strange)} "
            "Start again with all columns to learn of them."
        )
    return [(name, given[name]) for name in columns]


def _warn_of_unknown_labels(named: NamedColumns, levels: Sequence[Levels]) -> None:
    """Tell of labels that were never seen before."""
    unknown = []
    for (name, column), known in zip(named, levels, strict=True):
        new = new_labels(column, known) if known is not None else []
        if new:
            labels = enumerate_items([shorten(label) for label in new])
            unknown.append(f"{labels} in {shorten(name)}")
    if unknown:
        warn(
            f"Labels that were never seen before: {enumerate_items(unknown)}. Their cells count "
            "as missing."
        )


def _without_empty_rows(values: Floats) -> Floats:
    """Drop rows in which nothing is there."""
    empty = np.isnan(values).all(axis=1)
    if not empty.any():
        return values
    dropped = int(empty.sum())
    warn(f"Dropped {count(dropped, 'row')} without any value.")
    return values[~empty]
