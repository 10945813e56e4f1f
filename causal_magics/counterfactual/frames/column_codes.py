"""Columns of levels as codes: integers as they are, labels through their library's own encoder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.frames.label_texts import (
    is_gap,
    mixed_types,
    plain,
    times_as_texts,
    without_midnights,
)
from causal_magics.errors import CounterfactualError, shorten

__all__ = ["Codes", "Kind", "Labels", "code_column"]

Kind = Literal["number", "truth", "ordered", "text"]
Integers = NDArray[np.integer[Any]]

_SHORT = 64
_ALWAYS_DENSE = 1 << 16
"""Widths of integers up to which each value in between has a code, whether it occurs or not."""


@dataclass(frozen=True, eq=False, slots=True)
class Labels:
    """What the codes of a column stand for, in their order.

    Attributes
    ----------
    kind : {"number", "truth", "ordered", "text"}
        Numbers and truth values ascend, ordered categories are as their type says, texts are
        sorted.
    values : ndarray of shape (labels,)
    mixed : str
        Two values of different types that share a label, such as ``1 and '1'``; empty where none
        do.
    """

    kind: Kind
    values: NDArray[Any]
    mixed: str = ""

    def __len__(self) -> int:
        return len(self.values)

    def take(self, codes: Any) -> Labels:
        """Return some of the labels, by place or mask."""
        return replace(self, values=self.values[codes])


@dataclass(frozen=True, eq=False, slots=True)
class Codes:
    """A column as codes.

    Attributes
    ----------
    values : ndarray of integers, shape (rows,)
        The code of a row is its value less `low`; a gap has the code -1.
    low : int
    labels : Labels
    has_gaps : bool
    """

    values: Integers
    low: int
    labels: Labels
    has_gaps: bool = False

    @property
    def gaps(self) -> NDArray[np.bool_]:
        """Which rows have no value."""
        return self.values < self.low

    def compact(self) -> Codes:
        """Return the column with codes for the labels that occur alone."""
        codes = self.values - np.asarray(self.low, dtype=np.int64)
        shift = 1 if self.has_gaps else 0
        used = np.bincount(codes + shift, minlength=len(self.labels) + shift)[shift:] > 0
        place = np.append(np.cumsum(used) - 1, -1)
        return Codes(place[codes], 0, self.labels.take(used), self.has_gaps)


def code_column(name: str, column: Any) -> Codes:
    """Return a column of levels as codes.

    Parameters
    ----------
    name : str
        For messages.
    column : narwhals series or ndarray

    Raises
    ------
    CounterfactualError
        Where a cell is neither a number nor a label.
    """
    if not isinstance(column, nw.Series):
        return _of_array(name, column)
    native = column.to_native()
    if isinstance(getattr(native, "dtype", None), np.dtype):
        if native.dtype.kind == "O":
            return _of_cells(name, native.tolist())
        return _of_array(name, native.to_numpy())
    if column.dtype == nw.Boolean or column.dtype.is_integer():
        return _with_nulls(name, column)
    if column.dtype.is_numeric():
        return _of_array(name, column.cast(nw.Float64).to_numpy())
    if isinstance(column.dtype, nw.Categorical | nw.Enum):
        return _of_categories(column, native)
    if column.dtype == nw.String:
        return _of_texts(column, native)
    if isinstance(column.dtype, nw.Datetime):
        return _of_times(name, column)
    return _of_cells(name, column.to_list())


def _of_times(name: str, column: Any) -> Codes:
    """Code times by their instant; those of a time zone are told in UTC, which no clock repeats."""
    if column.dtype.time_zone is None:
        return _of_array(name, column.to_numpy())
    universal = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    coded = _of_array(name, universal.to_numpy())
    texts = np.array([f"{text}+00:00" for text in coded.labels.values], dtype=object)
    return replace(coded, labels=replace(coded.labels, values=texts))


def _with_nulls(name: str, column: Any) -> Codes:
    """Code integers or truth values of a library that marks gaps apart."""
    if not column.null_count():
        return _of_array(name, column.to_numpy())
    gaps = column.is_null().to_numpy()
    filled = column.fill_null(column.drop_nulls()[0] if len(column.drop_nulls()) else 0)
    coded = _of_array(name, filled.to_numpy())
    return _mark(coded, gaps)


def _mark(coded: Codes, gaps: NDArray[np.bool_]) -> Codes:
    """Return codes from 0 with gaps in some rows."""
    values = coded.values.astype(np.int64) - coded.low
    values[gaps] = -1
    return Codes(values, 0, coded.labels, has_gaps=True)


def _of_array(name: str, cells: NDArray[Any]) -> Codes:
    kind = cells.dtype.kind
    if kind == "b":
        return Codes(cells.view(np.uint8), 0, Labels("truth", np.array([False, True])))
    if kind in "iu":
        return _of_integers(cells)
    if kind == "f":
        return _of_floats(cells)
    if kind in "USmM":
        gaps = np.isnat(cells) if kind in "mM" else np.zeros(len(cells), dtype=bool)
        values, codes = np.unique(cells, return_inverse=True)
        texts = np.array(_texts(values), dtype=object)
        coded = Codes(codes, 0, Labels("text", texts))
        return _mark(coded, gaps).compact() if gaps.any() else coded
    return _of_cells(name, cells.tolist())


def _texts(values: NDArray[Any]) -> list[str]:
    """Return labels as texts."""
    if values.dtype.kind in "mM":
        return times_as_texts(values)
    if values.dtype.kind == "S":
        return [value.decode(errors="replace") for value in values.tolist()]
    return [str(value) for value in values]


def _of_integers(cells: NDArray[Any]) -> Codes:
    if not len(cells):
        return Codes(np.zeros(0, dtype=np.int64), 0, Labels("number", np.zeros(0, dtype=np.int64)))
    low, high = int(cells.min()), int(cells.max())
    if high - low < max(_ALWAYS_DENSE, 2 * len(cells)) and abs(low) < 2**62 > abs(high):
        cells = cells.astype(np.int64) if cells.dtype == np.uint64 else cells
        return Codes(cells, low, Labels("number", np.arange(low, high + 1)))
    values, codes = np.unique(cells, return_inverse=True)
    return Codes(codes, 0, Labels("number", values))


def _of_floats(cells: NDArray[Any]) -> Codes:
    gaps = np.isnan(cells)
    some = bool(gaps.any())
    present = cells[~gaps] if some else cells
    if len(present) and np.isfinite(present).all() and np.abs(present).max() < 2**53:
        whole = present.astype(np.int64)
        if (whole == present).all():
            coded = _of_integers(whole)
            return _spread(coded, gaps) if some else coded
    values, codes = np.unique(present, return_inverse=True)
    coded = Codes(codes, 0, Labels("number", values))
    return _spread(coded, gaps) if some else coded


def _spread(coded: Codes, gaps: NDArray[np.bool_]) -> Codes:
    """Return the codes of the rows that have a value among all rows."""
    values = np.full(len(gaps), -1, dtype=np.int64)
    values[~gaps] = coded.values.astype(np.int64) - coded.low
    return Codes(values, 0, coded.labels, has_gaps=True)


def _of_categories(column: Any, native: Any) -> Codes:
    """Code a categorical column by the codes it has."""
    if hasattr(native, "cat") and hasattr(native.cat, "codes"):  # pandas
        codes = native.cat.codes.to_numpy()
        labels = np.array(
            [plain(value) for value in without_midnights(list(native.cat.categories))], dtype=object
        )
        return _sorted(codes, labels, ordered=bool(native.cat.ordered))
    if hasattr(native, "to_physical"):  # polars
        if isinstance(column.dtype, nw.Enum):
            labels = np.array(list(column.dtype.categories), dtype=object)
            return _sorted(_physical(native), labels, ordered=True)
        return _of_texts(column, native)
    return _of_dictionary(native)


def _of_texts(column: Any, native: Any) -> Codes:
    """Code texts by the encoder of their library."""
    if hasattr(native, "dictionary_encode"):
        return _of_dictionary(native.dictionary_encode())
    if hasattr(native, "to_physical"):
        import polars as pl

        texts = native.cast(pl.String)
        labels = texts.drop_nulls().unique().sort()
        coded = _physical(texts.cast(pl.Enum(labels)))
        return _sorted(coded, np.array(labels.to_list(), dtype=object), ordered=False)
    if hasattr(native, "factorize"):
        codes, labels = native.factorize()
        return _sorted(codes, labels.to_numpy(dtype=object), ordered=False)
    return _of_cells(column.name, column.to_list())


def _physical(native: Any) -> Integers:
    """Return the codes of a polars column, -1 where it has a gap."""
    import polars as pl

    codes: Integers = native.to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
    return codes


def _of_dictionary(native: Any) -> Codes:
    """Code a dictionary-encoded array of pyarrow."""
    import pyarrow as pa

    array = native
    if isinstance(array, pa.ChunkedArray):
        array = array.unify_dictionaries().combine_chunks()
    if isinstance(array, pa.ChunkedArray):  # no chunk at all
        array = pa.array([], pa.string()).dictionary_encode()
    codes = array.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    labels = np.array([plain(value) for value in array.dictionary.to_pylist()], dtype=object)
    return _sorted(codes, labels, ordered=bool(array.type.ordered))


def _sorted(codes: Integers, labels: NDArray[Any], *, ordered: bool) -> Codes:
    """Return codes whose labels are in order: as given where `ordered`, else sorted."""
    codes = codes.astype(np.int64)
    has_gaps = bool(len(codes)) and int(codes.min()) < 0
    if ordered:
        return Codes(codes, 0, Labels("ordered", labels), has_gaps).compact()
    if all(isinstance(label, int | float) for label in labels):
        numbers = np.array(labels.tolist()) if len(labels) else np.zeros(0)
        kind: Kind = "truth" if numbers.dtype == bool else "number"
        order = np.argsort(numbers)
        labels = numbers
    else:
        kind = "text"
        labels = np.array([str(label) for label in labels], dtype=object)
        order = _alphabetic(labels)
    place = np.empty(len(order) + 1, dtype=np.int64)
    place[order] = np.arange(len(order))
    place[-1] = -1
    return Codes(place[codes], 0, Labels(kind, labels[order]), has_gaps).compact()


def _alphabetic(texts: NDArray[Any]) -> NDArray[np.intp]:
    """Return the order of texts; short ones are compared side by side, which is much faster."""
    longest = max(map(len, texts), default=0)
    short = longest <= _SHORT and not any("\0" in text for text in texts)
    return np.argsort(texts.astype(str) if short else texts)


def _of_cells(name: str, cells: list[Any]) -> Codes:
    """Code Python objects one by one."""
    place: dict[Any, int] = {}
    codes = np.empty(len(cells), dtype=np.int64)
    try:
        for row, cell in enumerate(cells):
            codes[row] = place.setdefault(cell, len(place))
    except TypeError:
        raise CounterfactualError(
            f"Expected numbers or labels in {shorten(name)}, got {type(cell).__name__}. "
            "Name each level by a text or a number."
        ) from None
    values = without_midnights(list(place))
    labels = [None if is_gap(value) else plain(value) for value in values]
    if len({isinstance(label, str) for label in labels if label is not None}) > 1:
        labels = [None if label is None else str(label) for label in labels]
    found: dict[Any, int] = {}
    renumber = [-1 if label is None else found.setdefault(label, len(found)) for label in labels]
    distinct = np.empty(len(found), dtype=object)
    distinct[:] = list(found)
    coded = _sorted(np.array(renumber, dtype=np.int64)[codes], distinct, ordered=False)
    mixed = mixed_types(cells, lambda cell: renumber[place[cell]])
    return replace(coded, labels=replace(coded.labels, mixed=mixed)) if mixed else coded
