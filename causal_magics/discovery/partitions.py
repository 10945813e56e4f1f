"""Sums over the rows of a source: here, by an executor, or on the cluster of a Dask frame."""

from __future__ import annotations

import os
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

import numpy as np

from causal_magics.data.checks import check_finite
from causal_magics.data.dask_rows import DaskRows
from causal_magics.data.extent import Extent
from causal_magics.data.rows import RowSource
from causal_magics.data.table import DataWarning
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.layout import Floats
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.errors import CausalMagicsError

HELD_VALUES = 1 << 28
"""Entries of Gram matrices that may be on their way at once."""

Summand = TypeVar("Summand")
Report = Callable[[int], None]
"""Called with the number of rows done."""


class ExecutorWarning(UserWarning):
    """Work that an executor lost, and that was done here."""


def statistic_of(
    source: RowSource,
    basis: Basis,
    executor: Executor | None = None,
    report: Report | None = None,
) -> GramStatistic:
    """Sum the Gram statistic over all rows of a source.

    Parameters
    ----------
    source
        Opened by `open_rows`.
    basis
        Fitted on its `reference`.
    executor
        Sums runs of rows; what it loses is summed here. A Dask frame is summed on its own cluster,
        partition by partition, whatever is given; only sums travel.
    report
        Called with the number of rows done, as they are.

    Raises
    ------
    DataError
        Where a value is infinite.

    Warns
    -----
    ExecutorWarning
        Where the executor lost work.
    DataWarning
        Where rows without any cell are left out.
    """
    entries = (1 + basis.layout.n_functions) ** 2
    of = partial(gram_of, basis, source.columns)
    statistic = total(source, of, executor, report, window=max(2, HELD_VALUES // entries))
    empty = source.n_rows - statistic.rows
    if empty:
        warnings.warn(
            f"Left out {empty:,} of {source.n_rows:,} rows, which have no value.",
            DataWarning,
            stacklevel=3,
        )
    return statistic


def gram_of(basis: Basis, columns: tuple[str, ...], values: Floats, _start: int) -> GramStatistic:
    """Return the statistic of some rows."""
    return GramStatistic.from_values(basis, present_rows(columns, values))


def present_rows(columns: tuple[str, ...], values: Floats) -> Floats:
    """Return the rows with a cell.

    Raises
    ------
    DataError
        Where a value is infinite.
    """
    check_finite(columns, Extent.of(values))
    empty = np.isnan(values).all(axis=1)
    return values[~empty] if empty.any() else values


def total(
    source: RowSource,
    of: Callable[[Floats, int], Summand],
    executor: Executor | None = None,
    report: Report | None = None,
    window: int | None = None,
) -> Summand:
    """Sum over the rows of a source.

    Parameters
    ----------
    source
        Of at least one row.
    of
        What is summed of a run of rows, given the position of the first; with ``+``.
    executor, report
        As for `statistic_of`.
    window
        How many runs may be with the executor at once.
    """
    if isinstance(source, DaskRows):
        found = source.total(of)
        if report is not None:
            report(source.n_rows)
        return found
    runs = _runs(source)
    sums = _here(runs, of) if executor is None else Farm(executor, of, window).sums(runs)
    whole: Any = None
    done = 0
    for rows, summand in sums:
        whole = summand if whole is None else whole + summand
        done += rows
        if report is not None:
            report(done)
    result: Summand = whole
    return result


@dataclass(frozen=True, eq=False, slots=True)
class Run:
    """Rows that follow each other, and the position of the first."""

    values: Floats
    start: int


def _runs(source: RowSource) -> Iterator[Run]:
    start = 0
    for values in source.chunks():
        yield Run(values, start)
        start += len(values)


def _here(
    runs: Iterator[Run], of: Callable[[Floats, int], Summand]
) -> Iterator[tuple[int, Summand]]:
    return ((len(run.values), of(run.values, run.start)) for run in runs)


class Farm(Generic[Summand]):
    """Hands runs of rows to an executor; does itself what does not come back.

    Results come in the order of the runs, so that their sum does not depend on who is faster.
    """

    def __init__(
        self, executor: Executor, of: Callable[[Floats, int], Summand], window: int | None
    ) -> None:
        self._executor = executor
        self._of = of
        self._window = min(window or 2, 2 * (os.cpu_count() or 1))
        self._lost = 0
        self._open = True

    def sums(self, runs: Iterator[Run]) -> Iterator[tuple[int, Summand]]:
        """Yield the number of rows and the sum of each run."""
        waiting: deque[tuple[Run, Future[Summand] | None]] = deque()
        try:
            for run in runs:
                waiting.append((run, self._submitted(run)))
                if len(waiting) >= self._window:
                    yield self._result(*waiting.popleft())
            while waiting:
                yield self._result(*waiting.popleft())
        finally:
            for _, future in waiting:
                if future is not None:
                    future.cancel()
        if self._lost:
            warnings.warn(
                f"The executor lost {self._lost} of its tasks; they were done here instead. The "
                "result is whole.",
                ExecutorWarning,
                stacklevel=6,
            )

    def _submitted(self, run: Run) -> Future[Summand] | None:
        if not self._open:
            return None
        try:
            return self._executor.submit(self._of, run.values, run.start)
        except RuntimeError:  # broken, or shut down
            self._open = False
            return None

    def _result(self, run: Run, future: Future[Summand] | None) -> tuple[int, Summand]:
        error: BaseException | None = None
        if future is not None:
            try:
                error = future.exception()
            except CancelledError as cancelled:
                error = cancelled
        if isinstance(error, CausalMagicsError):
            raise error
        if future is not None and error is None:
            return len(run.values), future.result()
        self._lost += 1
        return len(run.values), self._of(run.values, run.start)
