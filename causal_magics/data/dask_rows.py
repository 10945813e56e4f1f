"""The rows of a Dask data frame, read where its partitions are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from importlib import import_module
from itertools import accumulate
from operator import add
from typing import Any, TypeVar

import numpy as np

from causal_magics.data.categories import Floats, Levels
from causal_magics.data.checks import evenly
from causal_magics.data.columns import columns_of
from causal_magics.data.extent import chunks
from causal_magics.data.kinds import Kinds
from causal_magics.data.rows import check_kinds, encoded, within

Summand = TypeVar("Summand")

ADDED_AT_ONCE = 8
"""Sums of partitions that one task adds up."""


@dataclass(frozen=True, eq=False, slots=True)
class DaskRows:
    """The rows of a Dask data frame.

    Attributes
    ----------
    columns, levels
        As of any source.
    lengths
        Rows of each partition.
    partitions
        One delayed frame each.
    """

    columns: tuple[str, ...]
    levels: tuple[Levels, ...]
    lengths: tuple[int, ...]
    partitions: tuple[Any, ...] = field(repr=False)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return sum(self.lengths)

    def chunks(self) -> Iterator[Floats]:
        """Read the rows in order, one partition after the other."""
        for partition in self.partitions:
            yield from chunks(encoded(partition.compute(), self.columns, self.levels))

    def sampled(self, most: int) -> Floats:
        """Return rows at even distances: each partition sends its own."""
        positions = evenly(self.n_rows, most)
        picked = self._delayed(lambda values, start: values[within(positions, start, len(values))])
        return np.concatenate(_computed(picked))

    def total(self, of: Callable[[Floats, int], Summand]) -> Summand:
        """Sum over the partitions, on the cluster; only sums travel.

        Parameters
        ----------
        of
            What is summed of some rows, given the position of the first.
        """
        sums = self._delayed(of)
        while len(sums) > 1:
            sums = [
                _delay(_added)(sums[start : start + ADDED_AT_ONCE])
                for start in range(0, len(sums), ADDED_AT_ONCE)
            ]
        found: Summand = _computed(sums)[0]
        return found

    def _delayed(self, of: Callable[[Floats, int], Any]) -> list[Any]:
        starts = accumulate(self.lengths, initial=0)
        task, of = _delay(_of_partition), _delay(of)
        return [
            task(partition, self.columns, self.levels, of, start)
            for partition, start, length in zip(self.partitions, starts, self.lengths, strict=False)
            if length
        ]


def open_dask(frame: Any, columns: Sequence[str] | None) -> DaskRows:
    """Look through the partitions for their kinds and rows once.

    Raises
    ------
    DataError
        As `open_rows` does.
    """
    partitions = tuple(frame.to_delayed())
    found = _computed([_delay(_kinds)(partition, columns) for partition in partitions])
    kinds = reduce(add, found)
    check_kinds(kinds)
    lengths = tuple(part.rows for part in found)
    return DaskRows(kinds.columns, kinds.levels, lengths, partitions)


def _delay(thing: Any) -> Any:
    """Make a function a maker of tasks, or a value one that is sent once."""
    return import_module("dask").delayed(thing, pure=False, traverse=False)


def _computed(tasks: Sequence[Any]) -> list[Any]:
    """Run tasks on the cluster that is current, or here."""
    return list(import_module("dask").compute(*tasks))


def _kinds(frame: Any, columns: Sequence[str] | None) -> Kinds:
    return Kinds.of(columns_of(frame, columns))


def _of_partition(
    frame: Any,
    columns: Sequence[str],
    levels: Sequence[Levels],
    of: Callable[[Floats, int], Any],
    start: int,
) -> Any:
    return of(encoded(frame, columns, levels), start)


def _added(sums: Sequence[Any]) -> Any:
    return reduce(add, sums)
