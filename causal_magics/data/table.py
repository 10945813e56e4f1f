"""Tables in: any data frame that narwhals knows, mappings of columns, and NumPy arrays."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import DataError, GraphError, closest, shorten
from causal_magics.graph.elements import check_name

Floats = NDArray[np.float64]

SAME = 1e-12
"""One minus the absolute correlation below which two columns may say the same."""

TINY = 1e-150
"""Range below which the squares of a column's values are lost."""


class DataWarning(UserWarning):
    """Data that can be learned from, but with less to say than it seems."""


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """Complete numeric data.

    Attributes
    ----------
    columns
        Names.
    values
        Shape ``(rows, columns)``, float64, finite; no column is constant.
    """

    columns: tuple[str, ...]
    values: Floats

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.values)


def read_table(data: Any, columns: str | Sequence[str] | None = None) -> Table:
    """Read a table for learning.

    Parameters
    ----------
    data
        A data frame (pandas, polars, pyarrow, ...; lazy frames are collected), a mapping from
        names to columns, a structured array, or a two-dimensional array.
    columns
        Which columns to read, in which order; all where left out. For a two-dimensional array, the
        names of its columns (``x1``, ``x2``, ... where left out).

    Raises
    ------
    DataError
        Where the table is empty, a name is unknown or stands twice, or a column is not numeric,
        not complete, constant, or says the same as another one.

    Warns
    -----
    DataWarning
        Where there are fewer rows than columns.
    """
    chosen = (columns,) if isinstance(columns, str) else columns
    named = _columns_of(data, chosen)
    names = tuple(name for name, _ in named)
    _check_names(names)
    rows = len(named[0][1]) if named else 0
    if not named or rows == 0:
        raise DataError(
            f"Expected a table with columns and rows, got {_count(len(named), 'column')} and "
            f"{_count(rows, 'row')}. Check how the data were read or filtered."
        )
    if rows < 3:
        raise DataError(
            f"Expected at least three rows, got {rows}. So few rows say nothing of causes."
        )
    table = Table(names, _numeric(named))
    _check_complete(table)
    _check_variation(table)
    _check_distinct(table)
    if rows < len(names):
        warnings.warn(
            f"Fewer rows ({rows}) than columns ({len(names)}): only the strongest edges can be "
            "found. Give more rows, or choose columns.",
            DataWarning,
            stacklevel=3,
        )
    return table


def _columns_of(data: Any, chosen: Sequence[str] | None) -> list[tuple[str, Any]]:
    """Names and columns (narwhals series or arrays)."""
    if isinstance(data, np.ndarray) and data.dtype.names is None:
        return _array_columns(data, chosen)
    if isinstance(data, np.ndarray):
        data = {name: data[name] for name in data.dtype.names or ()}
    if isinstance(data, Mapping):
        named = [(str(name), _as_array(column)) for name, column in data.items()]
        _check_lengths(named)
    else:
        named = _frame_columns(data)
    return named if chosen is None else _select(named, chosen)


def _array_columns(data: NDArray[Any], chosen: Sequence[str] | None) -> list[tuple[str, Any]]:
    if data.ndim != 2:
        raise DataError(
            f"Expected an array with two axes (rows, columns), got {_count(data.ndim, 'axis')}. "
            "Reshape it, or give a data frame."
        )
    width = data.shape[1]
    names = [f"x{index + 1}" for index in range(width)] if chosen is None else list(chosen)
    if len(names) != width:
        raise DataError(
            f"Expected a name for each of the {_count(width, 'column')} of the array, "
            f"got {_count(len(names), 'name')}."
        )
    return [(str(name), _as_array(data[:, index])) for index, name in enumerate(names)]


def _frame_columns(data: Any) -> list[tuple[str, Any]]:
    try:
        frame = nw.from_native(data)
    except nw.exceptions.DuplicateError:
        _check_names(tuple(str(label) for label in data.columns), valid=False)
        raise
    except TypeError:
        advice = "Give its .frame." if hasattr(data, "frame") else "Convert it to one of these."
        raise DataError(
            "Expected a data frame (pandas, polars, pyarrow), a mapping of columns or an array, "
            f"got {type(data).__name__}. {advice}"
        ) from None
    collected = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    columns = zip(collected.columns, collected.iter_columns(), strict=True)
    return [(str(name), column) for name, column in columns]


def _as_array(column: Any) -> NDArray[Any]:
    if isinstance(column, np.ma.MaskedArray) and column.dtype.kind in "biuf":
        return np.where(np.ma.getmaskarray(column), np.nan, column.data)
    return np.asarray(column)


def _select(named: list[tuple[str, Any]], chosen: Sequence[str]) -> list[tuple[str, Any]]:
    known = dict(named)
    for name in map(str, chosen):
        if name not in known:
            hint = closest(name, known)
            advice = f"Did you mean {shorten(hint)}?" if hint else _listing("It has", list(known))
            raise DataError(f"The data have no column {shorten(name)}. {advice}")
    return [(name, known[name]) for name in map(str, chosen)]


def _check_lengths(named: list[tuple[str, Any]]) -> None:
    for name, column in named:
        if column.ndim != 1 or len(column) != len(named[0][1]):
            raise DataError(
                f"Expected columns of one length ({len(named[0][1])} rows, as "
                f"{shorten(named[0][0])}), got {shorten(name)} of shape {column.shape}."
            )


def _check_names(names: tuple[str, ...], *, valid: bool = True) -> None:
    twice = sorted({name for name in names if names.count(name) > 1}) if _repeats(names) else []
    if twice:
        raise DataError(
            f"Expected each column name once, {_listing('found twice', twice)} Rename or drop them."
        )
    for position, name in enumerate(names if valid else ()):
        try:
            check_name(name)
        except GraphError as error:
            raise DataError(f"Column {position + 1} cannot be a node. {error}") from None


def _repeats(names: tuple[str, ...]) -> bool:
    return len(set(names)) < len(names)


def _numeric(named: list[tuple[str, Any]]) -> Floats:
    """Values as floats; missing entries become NaN."""
    values = np.empty((len(named[0][1]), len(named)))
    wrong = []
    for index, (name, column) in enumerate(named):
        if isinstance(column, nw.Series):
            if column.dtype.is_numeric() or column.dtype == nw.Boolean:
                values[:, index] = column.cast(nw.Float64).to_numpy()
            else:
                wrong.append(f"{shorten(name)} ({column.dtype})")
        elif column.dtype.kind in "biuf":
            values[:, index] = column
        else:
            wrong.append(f"{shorten(name)} ({column.dtype})")
    if wrong:
        raise DataError(
            f"Expected numbers in every column, got {_enumerate(wrong)}. "
            "Encode them as numbers, drop them, or choose columns."
        )
    return values


def _check_complete(table: Table) -> None:
    missing = np.isnan(table.values).sum(axis=0)
    if missing.any():
        found = [
            f"{shorten(name)} ({count:,})"
            for name, count in zip(table.columns, missing.tolist(), strict=True)
            if count
        ]
        rows = int(np.isnan(table.values).any(axis=1).sum())
        raise DataError(
            f"Expected complete data, found missing values in {_enumerate(found)}; they touch "
            f"{rows:,} of {table.n_rows:,} rows. Drop these rows or fill them in first."
        )
    with np.errstate(over="ignore", invalid="ignore"):
        spread = table.values.std(axis=0)
    wild = [shorten(n) for n, s in zip(table.columns, spread, strict=True) if not np.isfinite(s)]
    if wild:
        raise DataError(
            f"Expected finite values, found infinite or huge ones in {_enumerate(wild)}. "
            "Look for divisions by zero, logs of zero or wrong units."
        )


def _check_variation(table: Table) -> None:
    low, high = table.values.min(axis=0), table.values.max(axis=0)
    flat = high - low <= 1e-13 * np.maximum(np.abs(low), np.abs(high))
    constant = [
        f"{shorten(name)} (always {value:g})"
        for name, value, is_flat in zip(table.columns, low, flat, strict=True)
        if is_flat
    ]
    if constant:
        raise DataError(
            f"Expected columns that vary, got {_enumerate(constant)}. "
            "Nothing can be learned of a constant: drop it."
        )
    tiny = [shorten(n) for n, w in zip(table.columns, high - low, strict=True) if w < TINY]
    if tiny:
        raise DataError(
            f"Expected columns that vary by {TINY:g} or more, got {_enumerate(tiny)}. "
            "Use other units."
        )


def _check_distinct(table: Table) -> None:
    scaled = (table.values - table.values.mean(axis=0)) / table.values.std(axis=0)
    correlation = scaled.T @ scaled / table.n_rows
    near = np.argwhere(np.triu(1.0 - np.abs(correlation) < SAME, 1))
    close = [pair for pair in near.tolist() if _is_rescaled(*table.values[:, pair].T)]
    for first, second in close:
        a, b = shorten(table.columns[first]), shorten(table.columns[second])
        equal = np.array_equal(table.values[:, first], table.values[:, second])
        same = "are equal" if equal else "are the same up to unit and origin"
        more = f" ({_count(len(close) - 1, 'more pair')} like them)" if len(close) > 1 else ""
        raise DataError(
            f"Expected columns that differ, but {a} and {b} {same}{more}. "
            "No data can tell which causes what: drop one of them."
        )


def _is_rescaled(first: Floats, second: Floats) -> bool:
    """Whether columns with correlation one agree in every row, not only in an outlier."""
    width_a, width_b = (np.subtract(*np.quantile(v, [0.75, 0.25])) for v in (first, second))
    if width_a == 0.0 or width_b == 0.0:
        return bool((width_a == 0.0) == (width_b == 0.0))
    a, b = (first - np.median(first)) / width_a, (second - np.median(second)) / width_b
    sign = np.sign(a @ b)
    return bool(np.allclose(a, sign * b, rtol=1e-6, atol=1e-9))


def _count(number: int, thing: str) -> str:
    plural = {"axis": "axes"}.get(thing, f"{thing}s")
    return f"{number:,} {thing if number == 1 else plural}"


def _enumerate(items: list[str], limit: int = 5) -> str:
    shown = ", ".join(items[:limit])
    return f"{shown} and {len(items) - limit} more" if len(items) > limit else shown


def _listing(lead: str, names: list[str]) -> str:
    return f"{lead} {_enumerate([shorten(name) for name in names])}."
