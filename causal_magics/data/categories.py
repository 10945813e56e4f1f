"""Cells as numbers: numbers as they are, labels as codes, gaps as NaN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from causal_magics.data.columns import NamedColumns
from causal_magics.data.wording import enumerate_items
from causal_magics.errors import DataError, shorten

Floats = NDArray[np.float64]
Levels = tuple[str, ...] | None
"""The labels of a categorical column, in the order of their codes; None of a numeric one."""

MOST_LEVELS = 50
"""Levels beyond which a column of labels is refused."""


def encode(
    named: NamedColumns, *, categories: bool, chosen: Sequence[Levels] | None = None
) -> tuple[Floats, tuple[Levels, ...]]:
    """Return the cells as numbers, and the levels of each column.

    Parameters
    ----------
    named
        Columns of one length.
    categories
        Whether labels may be; without, only numbers are.
    chosen
        What the levels are, where that is known: a label that is not among them becomes a gap.

    Raises
    ------
    DataError
        Where a column holds neither numbers nor, if they may be, labels.
    """
    values = np.empty((len(named[0][1]), len(named)))
    levels: list[Levels] = []
    wrong = []
    for index, (name, column) in enumerate(named):
        known = None if chosen is None else chosen[index]
        numeric = chosen is not None and known is None
        cells = None if known else _numbers(column, objects=categories, truths=numeric)
        if cells is None and categories and not numeric:
            cells, known = _codes(column, known)
        if cells is None:
            wrong.append(f"{shorten(name)} ({column.dtype})")
        else:
            values[:, index] = cells
        levels.append(known)
    if wrong:
        wanted = "numbers or labels" if categories and chosen is None else "numbers"
        raise DataError(
            f"Expected {wanted} in every column, got {enumerate_items(wrong)}. Encode them as "
            "numbers (a date: days since the first one), drop them, or choose columns."
        )
    return values, tuple(levels)


def check_levels(names: Sequence[str], cells: NDArray[np.int64], levels: Sequence[Levels]) -> None:
    """Refuse labels that name rows rather than kinds, given how many cells are there."""
    labelled = [
        (shorten(name), len(known), there)
        for name, known, there in zip(names, levels, cells.tolist(), strict=True)
        if known is not None
    ]
    rows = [f"{name} ({size} in {there} rows)" for name, size, there in labelled if size == there]
    if rows:
        raise DataError(
            f"Expected labels that repeat, got a label for each row in {enumerate_items(rows)}. "
            "What only names the rows says nothing of causes: drop it."
        )
    many = [f"{name} ({size})" for name, size, _ in labelled if size > MOST_LEVELS]
    if many:
        raise DataError(
            f"Expected at most {MOST_LEVELS} levels in a column of labels, got "
            f"{enumerate_items(many)}. Group the rare ones, or encode them as numbers."
        )


def _numbers(column: Any, *, objects: bool, truths: bool) -> Floats | None:
    """Cells as floats, or None where they are no numbers.

    With `objects`, a column of Python objects that are numbers, or one without any cell, is read
    too; with `truths`, objects that are true or false count as numbers.
    """
    if isinstance(column, nw.Series):
        if column.dtype.is_numeric() or column.dtype == nw.Boolean:
            numbers: Floats = column.cast(nw.Float64).to_numpy()
            return numbers
        loose = column.dtype in {nw.Object, nw.Unknown} or column.null_count() == len(column)
    elif column.dtype.kind in "biuf":
        return np.asarray(column, dtype=np.float64)
    else:
        loose = column.dtype.kind == "O"
    if not (objects and loose):
        return None
    cells = [np.nan if _is_gap(value) else value for value in _listed(column)]
    kinds = {type(value) for value in cells}
    if not all(issubclass(kind, int | float | np.number | np.bool_) for kind in kinds):
        return None
    if not truths and kinds & {bool, np.bool_}:
        return None
    return np.array(cells, dtype=np.float64)


def new_labels(column: Any, known: Sequence[str]) -> list[str]:
    """Return the labels of a column that are not among those known."""
    label_of = _labels(_listed(column)) or {}
    return sorted(set(label_of.values()) - set(known))


def _codes(column: Any, known: Levels) -> tuple[Floats | None, Levels]:
    """Labels as codes, and the levels; no codes where the cells are no labels."""
    cells = _listed(column)
    label_of = _labels(cells)
    if label_of is None:
        return None, known
    if known is None:
        known = _levels_of(column, set(label_of.values()))
    position = {label: float(code) for code, label in enumerate(known)}
    code_of = {value: position.get(label, np.nan) for value, label in label_of.items()}
    return np.array([code_of.get(value, np.nan) for value in cells], dtype=np.float64), known


def _labels(cells: list[Any]) -> dict[Any, str] | None:
    """Label of each value that is there; None where they are no labels."""
    try:
        distinct = {value for value in set(cells) if not _is_gap(value)}
    except TypeError:  # something that cannot be hashed is no label
        return None
    if not all(isinstance(value, str | int | float | np.generic) for value in distinct):
        return None
    return {value: _label(value) for value in distinct}


def _label(value: Any) -> str:
    """Text of a cell; a whole number reads the same whether it is kept as a float or not."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _listed(column: Any) -> list[Any]:
    cells: list[Any] = column.to_list() if isinstance(column, nw.Series) else column.tolist()
    return cells


def _is_gap(value: Any) -> bool:
    """Whether a cell is None, NaN or the missing value of pandas."""
    if value is None or isinstance(value, str):
        return value is None
    return type(value).__name__ in {"NAType", "NaTType"} or value != value  # noqa: PLR0124


def _levels_of(column: Any, used: set[str]) -> tuple[str, ...]:
    """Labels in use: in the order of the column's type where it has one, else sorted."""
    if isinstance(column, nw.Series) and isinstance(column.dtype, nw.Enum):
        ordered = [_label(category) for category in column.dtype.categories]
        return tuple(label for label in ordered if label in used)
    return tuple(sorted(used))
