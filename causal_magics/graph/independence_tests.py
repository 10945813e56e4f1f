"""Implied independences against data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
from narwhals.typing import IntoFrame
from numpy.typing import NDArray

from causal_magics.errors import DataError, closest, shorten
from causal_magics.graph.conditional_tests import TestName, conditional_test
from causal_magics.graph.independences import Independence

__all__ = ["IndependenceTest", "holm", "independence_tests"]

TWICE = "Expected unique column names, but the data have some twice. Rename or drop them."


@dataclass(frozen=True, slots=True)
class IndependenceTest:
    """What data say to an implied independence.

    Parameters
    ----------
    independence : Independence
    statistic : float
        The partial correlation, between -1 and 1, or the statistic of the other test; nan where
        it is not defined.
    p_value : float
        Two-sided; nan where the rows are too few.
    adjusted_p_value : float
        After Holm (1979), over all statements that were tested together.
    rows : int
        Rows that were tested on, without a missing value in any of the tested columns.
    symbol : str
        What the statistic is called: r, KCI or T.
    """

    independence: Independence
    statistic: float
    p_value: float
    adjusted_p_value: float
    rows: int
    symbol: str = "r"

    def __str__(self) -> str:
        return (
            f"{self.independence}: {self.symbol} = {self.statistic:+.3f}, p = {self.p_value:.3g}, "
            f"adjusted p = {self.adjusted_p_value:.3g}"
        )


def independence_tests(
    independences: Iterable[Independence],
    data: IntoFrame,
    test: TestName = "partial correlation",
) -> tuple[IndependenceTest, ...]:
    """Test independences against data.

    Parameters
    ----------
    independences : iterable of Independence
    data : data frame
        Any that narwhals reads (pandas, polars, pyarrow, …), one column a node.
    test : {"partial correlation", "kernel", "gradient boosting"}
        The first sees linear dependence; for Gaussian data it is exact up to terms of order
        1/rows. The others see any dependence and take longer; see `conditional_tests`.

    Raises
    ------
    DataError
        Where a column is missing, is not numeric, is constant, or where fewer than 4 rows are
        complete.
    MissingDependencyError
        Where the test needs a package that is not installed.
    """
    statements = tuple(independences)
    names = sorted({n for s in statements for n in (s.a, s.b, *s.given)})
    if not names:
        _frame_of(data)
        return ()
    tester = conditional_test(test, read_columns(data, names))
    index = {name: i for i, name in enumerate(names)}
    results = [
        tester(index[s.a], index[s.b], [index[name] for name in sorted(s.given)])
        for s in statements
    ]
    adjusted = holm([p for _, p in results])
    return tuple(
        IndependenceTest(statement, statistic, p, q, tester.rows, tester.symbol)
        for statement, (statistic, p), q in zip(statements, results, adjusted, strict=True)
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for their number, after Holm (1979); nan stays nan."""
    adjusted = [float("nan")] * len(p_values)
    tested = sorted((p, i) for i, p in enumerate(p_values) if not np.isnan(p))
    highest = 0.0
    for rank, (p, i) in enumerate(tested):
        highest = max(highest, min(1.0, (len(tested) - rank) * p))
        adjusted[i] = highest
    return adjusted


def _frame_of(data: IntoFrame) -> nw.DataFrame[Any] | nw.LazyFrame[Any]:
    try:
        return nw.from_native(data)
    except TypeError:
        raise DataError(
            f"Expected a data frame (pandas, polars, pyarrow, …), got {type(data).__name__}. "
            "Wrap the data in one."
        ) from None
    except nw.exceptions.DuplicateError:
        raise DataError(TWICE) from None


def read_columns(data: IntoFrame, names: Sequence[str]) -> NDArray[np.float64]:
    """Return the complete rows of some columns, as (rows, names)."""
    frame = _frame_of(data)
    schema = frame.collect_schema()
    labels = column_labels(schema)
    for name in names:
        if name not in labels:
            hint = closest(name, labels)
            raise DataError(
                f"The data have no column {shorten(name)}, which is a node of the graph. "
                + (f"Did you mean {shorten(hint)}?" if hint else "Rename it, or mark it latent.")
            )
        dtype = schema[labels[name]]
        if not (dtype.is_numeric() or dtype == nw.Boolean):
            raise DataError(
                f"Expected numbers in column {shorten(name)}, got {dtype}. "
                "Code it as numbers first."
            )
    values = np.column_stack([_floats(column) for column in _chosen(frame, list(labels), names)])
    values = values[np.isfinite(values).all(axis=1)]
    if len(values) < 4:
        raise DataError(
            f"Expected at least 4 rows without missing values, got {len(values)}. "
            "Add rows, or fill in what is missing."
        )
    for name, column in zip(names, values.T, strict=True):
        if column.min() == column.max():
            raise DataError(
                f"Column {shorten(name)} is constant, so nothing correlates with it. "
                "Leave the node out of the graph."
            )
    return values


def column_labels(labels: Iterable[Any]) -> dict[str, Any]:
    """Return the names of columns, each with its label: pandas has numbers and tuples there.

    Raises
    ------
    DataError
        Where two labels give the same name.
    """
    known = list(labels)
    named = {str(label): label for label in known}
    if len(named) < len(known):
        raise DataError(TWICE)
    return named


def _chosen(
    frame: nw.DataFrame[Any] | nw.LazyFrame[Any], known: list[str], names: Sequence[str]
) -> Iterator[nw.Series[Any]]:
    if isinstance(frame, nw.LazyFrame):
        return frame.select(list(names)).collect().iter_columns()
    return (frame[:, known.index(name)] for name in names)


def _floats(column: nw.Series[Any]) -> NDArray[np.float64]:
    return column.cast(nw.Float64).to_numpy().astype(np.float64)
