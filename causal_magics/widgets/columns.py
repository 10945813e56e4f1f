"""`Columns`: which columns of a data frame answer for nodes, by tests and by prices."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from causal_magics.data.categories import Floats, Levels, encode
from causal_magics.data.table import Table, check_table, read_table
from causal_magics.data.wording import enumerate_items
from causal_magics.errors import DataError, shorten
from causal_magics.graph.independence_tests import column_labels, read_columns

MOST_ROWS = 100_000
"""Rows from which edges are priced, chosen by a fixed seed where there are more."""
FEWEST_ROWS = 4


class Columns:
    """Which columns of a data frame can be tested and priced, each looked at once.

    Parameters
    ----------
    frame
        Any that narwhals reads, a mapping of columns, or an array.

    Raises
    ------
    DataError
        Where it is nothing of the kind.
    """

    def __init__(self, frame: Any) -> None:
        self.frame = _eager(frame)
        self.names = _column_names(self.frame)
        self.rows = int(nw.from_native(self.frame).shape[0])
        self._known = frozenset(self.names)
        self._problems: dict[str, str] = {}
        self._unpriced: dict[str, str] = {}
        self._with_gaps: set[str] = set()

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def problem(self, name: str) -> str:
        """Return why a column cannot be tested; empty where it can."""
        if name not in self._problems:
            self._problems[name] = self._look(name)
        return self._problems[name]

    def usable(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those names that are columns which can be tested: numbers."""
        return tuple(name for name in names if not self.problem(name))

    def unpriced(self, name: str) -> str:
        """Return why edges at a column cannot have a price; empty where they can."""
        if name not in self._unpriced:
            try:
                values, levels = self._coded(name)
                _check_alone(name, values, levels)
            except DataError as error:
                self._unpriced[name] = str(error)
            else:
                self._unpriced[name] = ""
                if not np.isfinite(values).all():
                    self._with_gaps.add(name)
        return self._unpriced[name]

    def priceable(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those names that are columns of numbers or labels which can have a price."""
        return tuple(name for name in names if name in self._known and not self.unpriced(name))

    def complete(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those names that are columns which can be priced in every row."""
        return tuple(name for name in self.priceable(names) if name not in self._with_gaps)

    def priced_rows(self, names: Iterable[str]) -> dict[str, NDArray[Any]]:
        """Return the complete rows of columns that can be priced: numbers, and labels as text."""
        coded = {name: self._coded(name) for name in names}
        whole = np.all([np.isfinite(values) for values, _ in coded.values()], axis=0)
        return {
            name: values[whole]
            if levels is None
            else np.array(levels, dtype=object)[values[whole].astype(np.int64)]
            for name, (values, levels) in coded.items()
        }

    def not_priced(self, names: Iterable[str]) -> str:
        """Return which of these columns have no price, and why the first has none, in one line."""
        left = [name for name in names if name in self._known and self.unpriced(name)]
        if not left:
            return ""
        return f"Not priced: {enumerate_items(list(map(shorten, left)))}. {self.unpriced(left[0])}"

    @cached_property
    def _some(self) -> nw.DataFrame[Any]:
        frame: nw.DataFrame[Any] = nw.from_native(self.frame, eager_only=True)
        return frame if self.rows <= MOST_ROWS else frame.sample(MOST_ROWS, seed=0)

    def _coded(self, name: str) -> tuple[Floats, Levels]:
        """Return some rows of a column: numbers, or the places of its labels."""
        column = self._some[:, self.names.index(name)]
        values, levels = encode([(name, column)], categories=True)
        return values[:, 0], levels[0]

    def _look(self, name: str) -> str:
        if name not in self._known:
            return f"The data have no column {shorten(name)}."
        try:
            read_columns(self.frame, [name])
        except DataError as error:
            return str(error)
        return ""


def _check_alone(name: str, values: Floats, levels: Levels) -> None:
    """Raise `DataError` where a column says nothing, whatever the others say."""
    there = values[np.isfinite(values)]
    if len(there) < FEWEST_ROWS:
        raise DataError(
            f"Expected at least {FEWEST_ROWS} rows with a value in column {shorten(name)}, got "
            f"{len(there)}. Add rows, or fill in what is missing."
        )
    check_table(Table((name,), there[:, None], (levels,)), len(there))


def _eager(frame: Any) -> Any:
    try:
        wrapped = nw.from_native(frame)
    except (TypeError, nw.exceptions.DuplicateError):
        return frame
    return wrapped.collect().to_native() if isinstance(wrapped, nw.LazyFrame) else frame


def _column_names(frame: Any) -> tuple[str, ...]:
    try:
        return tuple(column_labels(nw.from_native(frame).collect_schema().names()))
    except (TypeError, nw.exceptions.DuplicateError):
        table = read_table(frame)  # raises what is wrong with it
        raise DataError(
            f"Expected a data frame with a name for each of the {len(table.columns)} columns, got "
            f"{type(frame).__name__}. Wrap the data in one (pandas, polars, pyarrow)."
        ) from None
