"""Named columns out of any data frame that narwhals knows, mappings of columns, and arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from causal_magics.data.wording import advice_on, count, listing
from causal_magics.errors import DataError, GraphError, shorten
from causal_magics.graph.elements import check_name

NamedColumns = list[tuple[str, Any]]
"""Names and columns (narwhals series or arrays)."""


def columns_of(data: Any, chosen: Sequence[str] | None) -> NamedColumns:
    """Return the columns of a table under their names, all or those chosen.

    Raises
    ------
    DataError
        Where it is no table, or lacks a chosen column.
    """
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


def check_names(names: Sequence[str], *, valid: bool = True) -> None:
    """Refuse names that stand twice and, where `valid`, those that no node can carry."""
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise DataError(
            f"Expected each column name once, {listing('found twice', twice)} Rename or drop them."
        )
    for position, name in enumerate(names if valid else ()):
        try:
            check_name(name)
        except GraphError as error:
            raise DataError(f"Column {position + 1} cannot be a node. {error}") from None


def _array_columns(data: NDArray[Any], chosen: Sequence[str] | None) -> NamedColumns:
    if data.ndim != 2:
        raise DataError(
            f"Expected an array with two axes (rows, columns), got {count(data.ndim, 'axis')}. "
            "Reshape it, or give a data frame."
        )
    width = data.shape[1]
    names = [f"x{index + 1}" for index in range(width)] if chosen is None else list(chosen)
    if len(names) != width:
        raise DataError(
            f"Expected a name for each of the {count(width, 'column')} of the array, "
            f"got {count(len(names), 'name')}."
        )
    return [(str(name), _as_array(data[:, index])) for index, name in enumerate(names)]


def _frame_columns(data: Any) -> NamedColumns:
    try:
        frame = nw.from_native(data)
    except nw.exceptions.DuplicateError:
        check_names([str(label) for label in data.columns], valid=False)
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


def _select(named: NamedColumns, chosen: Sequence[str]) -> NamedColumns:
    known = dict(named)
    for name in map(str, chosen):
        if name not in known:
            raise DataError(
                f"The data have no column {shorten(name)}. {advice_on(name, list(known))}"
            )
    return [(name, known[name]) for name in map(str, chosen)]


def _check_lengths(named: NamedColumns) -> None:
    for name, column in named:
        if column.ndim != 1 or len(column) != len(named[0][1]):
            raise DataError(
                f"Expected columns of one length ({len(named[0][1])} rows, as "
                f"{shorten(named[0][0])}), got {shorten(name)} of shape {column.shape}."
            )
