"""Implied independences against data: partial correlations and Fisher's z (1915, 1924)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import narwhals as nw
import numpy as np
from narwhals.typing import IntoFrame
from numpy.typing import NDArray

from causal_magics.errors import DataError, closest, shorten
from causal_magics.graph.independences import Independence

__all__ = ["IndependenceTest", "holm", "independence_tests"]


@dataclass(frozen=True, slots=True)
class IndependenceTest:
    """What data say to an implied independence.

    Parameters
    ----------
    independence : Independence
    partial_correlation : float
        Between -1 and 1; nan where it is not defined.
    p_value : float
        Two-sided, of Fisher's z; nan with fewer rows than covariates + 4.
    adjusted_p_value : float
        After Holm (1979), over all statements that were tested together.
    rows : int
        Rows without a missing value in any of the tested columns.
    """

    independence: Independence
    partial_correlation: float
    p_value: float
    adjusted_p_value: float
    rows: int

    def __str__(self) -> str:
        return (
            f"{self.independence}: r = {self.partial_correlation:+.3f}, p = {self.p_value:.3g}, "
            f"adjusted p = {self.adjusted_p_value:.3g}"
        )


def independence_tests(
    independences: Iterable[Independence], data: IntoFrame
) -> tuple[IndependenceTest, ...]:
    """Test independences by partial correlation.

    The test sees linear dependence; for Gaussian data it is exact up to terms of order 1/rows.

    Parameters
    ----------
    independences : iterable of Independence
    data : data frame
        Any that narwhals reads (pandas, polars, pyarrow, …), one column a node.

    Raises
    ------
    DataError
        Where a column is missing, is not numeric, is constant, or where fewer than 4 rows are
        complete.
    """
    statements = tuple(independences)
    names = sorted({n for s in statements for n in (s.a, s.b, *s.given)})
    if not names:
        return ()
    values = read_columns(data, names)
    correlation = np.asarray(np.corrcoef(values, rowvar=False), dtype=np.float64)
    index = {name: i for i, name in enumerate(names)}
    rows = len(values)
    results = []
    for statement in statements:
        picked = [index[n] for n in (statement.a, statement.b, *sorted(statement.given))]
        r = _partial_correlation(correlation[np.ix_(picked, picked)])
        results.append((statement, r, _fisher_p(r, rows, len(statement.given))))
    adjusted = holm([p for _, _, p in results])
    return tuple(
        IndependenceTest(statement, r, p, q, rows)
        for (statement, r, p), q in zip(results, adjusted, strict=True)
    )


def _partial_correlation(correlation: NDArray[np.float64]) -> float:
    """Return the correlation of the first two variables given the others."""
    precision = np.linalg.pinv(correlation, hermitian=True)
    scale = np.sqrt(precision[0, 0] * precision[1, 1])
    if not scale > 0:
        return float("nan")
    return float(np.clip(-precision[0, 1] / scale, -1, 1))


def _fisher_p(r: float, rows: int, covariates: int) -> float:
    freedom = rows - covariates - 3
    if freedom <= 0 or np.isnan(r):
        return float("nan")
    if abs(r) >= 1:
        return 0.0
    return math.erfc(abs(math.atanh(r)) * math.sqrt(freedom / 2))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for their number, after Holm (1979); nan stays nan."""
    adjusted = [float("nan")] * len(p_values)
    tested = sorted((p, i) for i, p in enumerate(p_values) if not np.isnan(p))
    highest = 0.0
    for rank, (p, i) in enumerate(tested):
        highest = max(highest, min(1.0, (len(tested) - rank) * p))
        adjusted[i] = highest
    return adjusted


def read_columns(data: IntoFrame, names: Sequence[str]) -> NDArray[np.float64]:
    """Return the complete rows of some columns, as (rows, names)."""
    try:
        frame = nw.from_native(data)
    except TypeError:
        raise DataError(
            f"Expected a data frame (pandas, polars, pyarrow, …), got {type(data).__name__}. "
            "Wrap the data in one."
        ) from None
    except nw.exceptions.DuplicateError:
        raise DataError(
            "Expected unique column names, but the data have some twice. Rename or drop them."
        ) from None
    schema = frame.collect_schema()
    for name in names:
        if name not in schema:
            hint = closest(name, schema.names())
            raise DataError(
                f"The data have no column {shorten(name)}, which is a node of the graph. "
                + (f"Did you mean {shorten(hint)}?" if hint else "Rename it, or mark it latent.")
            )
        if not (schema[name].is_numeric() or schema[name] == nw.Boolean):
            raise DataError(
                f"Expected numbers in column {shorten(name)}, got {schema[name]}. "
                "Code it as numbers first."
            )
    chosen = frame.select(list(names))
    table = chosen.collect() if isinstance(chosen, nw.LazyFrame) else chosen
    values = np.column_stack(
        [table[name].cast(nw.Float64).to_numpy().astype(np.float64) for name in names]
    )
    values = values[np.isfinite(values).all(axis=1)]
    if len(values) < 4:
        raise DataError(
            f"Expected at least 4 rows without missing values, got {len(values)}. "
            "Add rows, or fill in what is missing."
        )
    for name, column in zip(names, values.T, strict=True):
        if np.ptp(column) == 0:
            raise DataError(
                f"Column {shorten(name)} is constant, so nothing correlates with it. "
                "Leave the node out of the graph."
            )
    return values
