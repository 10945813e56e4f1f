"""Sums over the rows of a source: here, by an executor, or on the cluster of a Dask frame."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np

from causal_magics.data.checks import check_finite
from causal_magics.data.dask_rows import DaskRows
from causal_magics.data.extent import Extent
from causal_magics.data.rows import RowSource
from causal_magics.data.warning import warn
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.layout import Floats
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.errors import CausalMagicsError

HELD_VALUES = 1 << 28
"""Entries of Gram matrices that may be on their way at once."""

MOST_WAITING = 2 * (os.cpu_count() or 1)
"""Tasks that may be with an executor at once."""

Summand = TypeVar("Summand")
Task = TypeVar("Task")
Answer = TypeVar("Answer")
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
    warn_of_empty_rows(source, statistic.rows)
    return statistic


def gram_of(basis: Basis, columns: tuple[str, ...], values: Floats, _start: int) -> GramStatistic:
    """Return the statistic of some rows.

    Raises
    ------
    DataError
        Where a value is infinite.
    """
    check_finite(columns, Extent.of(values))
    return GramStatistic.from_values(basis, rows_with_cells(values))


def warn_of_empty_rows(source: RowSource, rows: int) -> None:
    """Tell how many rows were not summed."""
    if rows < source.n_rows:
        warn(f"Left out {source.n_rows - rows:,} of {source.n_rows:,} rows, which have no value.")


def rows_with_cells(values: Floats) -> Floats:
    """Return the rows in which something is there."""
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
    whole: Any = None
    done = 0
    for run, summand in farmed(partial(_of_run, of), _runs(source), executor, window):
        whole = summand if whole is None else whole + summand
        done += len(run.values)
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


def _of_run(of: Callable[[Floats, int], Summand], run: Run) -> Summand:
    return of(run.values, run.start)


def farmed(
    do: Callable[[Task], Answer],
    tasks: Iterable[Task],
    executor: Executor | None = None,
    window: int | None = None,
) -> Iterator[tuple[Task, Answer]]:
    """Yield each task and its answer, in the order of the tasks.

    Parameters
    ----------
    do
        What is done with a task.
    tasks
        Taken as they are needed.
    executor
        Does the tasks beside each other; what it loses is done here. Without one, all is.
    window
        How many tasks may be with the executor at once.

    Warns
    -----
    ExecutorWarning
        Where the executor lost tasks.
    """
    if executor is None:
        yield from ((task, do(task)) for task in tasks)
        return
    window = min(window or MOST_WAITING, MOST_WAITING)
    waiting: deque[tuple[Task, Future[Answer] | None]] = deque()
    lost = 0

    def first() -> tuple[Task, Answer]:
        nonlocal lost
        task, future = waiting.popleft()
        if future is not None and _came_back(future):
            return task, future.result()
        lost += 1
        return task, do(task)

    try:
        for task in tasks:
            waiting.append((task, _submitted(executor, do, task)))
            if len(waiting) >= window:
                yield first()
        while waiting:
            yield first()
    finally:
        for _, future in waiting:
            if future is not None:
                future.cancel()
    if lost:
        warn(
            f"The executor lost {lost:,} of its tasks; they were done here instead. The result is "
            "whole.",
            ExecutorWarning,
        )


def _submitted(
    executor: Executor, do: Callable[[Task], Answer], task: Task
) -> Future[Answer] | None:
    """Hand over a task; None where the executor is broken or shut down."""
    try:
        return executor.submit(do, task)
    except RuntimeError:
        return None


def _came_back(future: Future[Any]) -> bool:
    """Wait for a task; whether it has an answer.

    Raises
    ------
    CausalMagicsError
        What was wrong with the task itself.
    """
    try:
        error = future.exception()
    except CancelledError:
        return False
    if isinstance(error, CausalMagicsError):
        raise error
    return error is None
