"""Tables of any library as tallies: in memory, lazy, or in partitions that stay where they are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

import narwhals as nw

from causal_magics.counterfactual.frames.coded_rows import Roles
from causal_magics.counterfactual.frames.tally import Tally, tally_of
from causal_magics.data.wording import advice_on
from causal_magics.errors import CounterfactualError, DataError, shorten

__all__ = ["read_tally"]

_BATCH_ROWS = 1 << 20
"""Rows that are read at once from files."""
_ADDED_AT_ONCE = 8
"""Tallies that one task of Dask adds up."""


def read_tally(frame: Any, roles: Roles) -> Tally:
    """Count the rows of any table.

    Parameters
    ----------
    frame
        A data frame (pandas, polars, pyarrow), a mapping of columns; or what is counted in parts
        and never held as a whole: a Dask data frame, a `pyarrow.dataset.Dataset`, a polars lazy
        frame, or a list of frames.
    roles : Roles

    Raises
    ------
    CounterfactualError
        Where a column is missing, or holds what it cannot.
    """
    try:
        if nw.dependencies.is_dask_dataframe(frame):
            return _of_dask(frame, roles)
        if isinstance(frame, list | tuple):
            return _added([tally_of(part, roles) for part in frame])
        if hasattr(frame, "to_batches") and hasattr(frame, "count_rows"):
            return _of_dataset(frame, roles)
        if nw.dependencies.is_polars_lazyframe(frame):
            _check_columns(frame.collect_schema().names(), roles)
            return tally_of(frame.select(roles.columns).collect(), roles)
        return tally_of(frame, roles)
    except DataError as error:
        raise CounterfactualError(str(error)) from None


def _of_dask(frame: Any, roles: Roles) -> Tally:
    """Count each partition where it is, and add up the counts there."""
    from dask.base import compute
    from dask.delayed import delayed

    _check_columns([str(name) for name in frame.columns], roles)
    chosen = frame[list(roles.columns)]
    count, total = delayed(tally_of, pure=False), delayed(_added, pure=False)
    sums = [count(part, roles) for part in chosen.to_delayed()]
    while len(sums) > 1:
        sums = [
            total(sums[start : start + _ADDED_AT_ONCE])
            for start in range(0, len(sums), _ADDED_AT_ONCE)
        ]
    found: Tally = compute(*sums)[0]  # type: ignore[no-untyped-call]
    return found


def _of_dataset(dataset: Any, roles: Roles) -> Tally:
    """Count a dataset of pyarrow batch by batch."""
    import pyarrow as pa

    _check_columns(dataset.schema.names, roles)
    total = None
    for batch in dataset.to_batches(columns=list(roles.columns), batch_size=_BATCH_ROWS):
        tally = tally_of(pa.Table.from_batches([batch]), roles)
        total = tally if total is None else total + tally
    return tally_of(dataset.to_table(), roles) if total is None else total


def _added(tallies: Sequence[Tally]) -> Tally:
    if not tallies:
        raise CounterfactualError("Expected a frame, got an empty list. Give the frames to count.")
    return reduce(add, tallies)


def _check_columns(known: Sequence[str], roles: Roles) -> None:
    for name in roles.columns:
        if name not in known:
            raise CounterfactualError(
                f"The data have no column {shorten(name)}. {advice_on(name, list(known))}"
            )
