"""What kind each column of a table in parts is: found part by part, and joined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np

from causal_magics.data.categories import Levels, encode
from causal_magics.data.columns import NamedColumns
from causal_magics.data.wording import enumerate_items
from causal_magics.errors import DataError, shorten

Labels = frozenset[str] | None
"""Labels in use; None of a column of numbers; empty of one without cells."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """Rows of a part, and the labels that its columns use.

    Attributes
    ----------
    columns
        Names.
    rows
        Number of rows.
    labels
        For each column.
    orders
        Order of the labels where the type of a column has one, else empty.
    """

    columns: tuple[str, ...]
    rows: int
    labels: tuple[Labels, ...]
    orders: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, named: NamedColumns) -> Kinds:
        """Look at one part."""
        found = [_labels_of(name, column) for name, column in named]
        return cls(
            tuple(name for name, _ in named),
            len(named[0][1]) if named else 0,
            tuple(labels for labels, _ in found),
            tuple(order for _, order in found),
        )

    def __add__(self, other: Kinds) -> Kinds:
        """Join two parts.

        Raises
        ------
        DataError
            Where a column holds numbers here and labels there.
        """
        mixed = [
            shorten(name)
            for name, here, there in zip(self.columns, self.labels, other.labels, strict=True)
            if (here is None and there) or (there is None and here)
        ]
        if mixed:
            raise DataError(
                "Expected numbers or labels throughout a column, got numbers in one part and "
                f"labels in another in {enumerate_items(mixed)}. Read all parts with one type."
            )
        labels = [
            None if here is None or there is None else here | there
            for here, there in zip(self.labels, other.labels, strict=True)
        ]
        orders = [a or b for a, b in zip(self.orders, other.orders, strict=True)]
        return Kinds(self.columns, self.rows + other.rows, tuple(labels), tuple(orders))

    @property
    def levels(self) -> tuple[Levels, ...]:
        """Levels of each column: in the order of its type where it has one, else sorted."""
        return tuple(
            None if not labels else (*(x for x in order if x in labels), *sorted(labels - {*order}))
            for labels, order in zip(self.labels, self.orders, strict=True)
        )


def _labels_of(name: str, column: Any) -> tuple[Labels, tuple[str, ...]]:
    if isinstance(column, nw.Series):
        if column.dtype.is_numeric() or column.dtype == nw.Boolean:
            return None, ()
    elif column.dtype.kind in "biuf":
        return None, ()
    if len(column) == 0:
        return frozenset(), ()
    values, (levels,) = encode([(name, column)], categories=True)
    if levels is None:
        return (frozenset() if np.isnan(values).all() else None), ()
    ordered = isinstance(column, nw.Series) and isinstance(column.dtype, nw.Enum)
    return frozenset(levels), tuple(map(str, column.dtype.categories)) if ordered else ()
