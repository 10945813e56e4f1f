"""Where the values of each column lie: sums that add over rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.categories import Floats

CHUNK_VALUES = 1 << 20
"""Cells that are looked at at once."""


def chunks(values: Floats) -> Iterator[Floats]:
    """Cut an array into runs of rows."""
    step = max(1, CHUNK_VALUES // values.shape[1])
    return (values[start : start + step] for start in range(0, len(values), step))


@dataclass(frozen=True, eq=False, slots=True)
class Extent:
    """Counts, bounds and moments of the cells that are there.

    Attributes
    ----------
    rows
        Number of rows.
    cells
        Cells that are there in each column.
    low, high
        Least and largest value; infinite, the wrong way round, where there is no cell.
    mean
        Zero where there is no cell.
    squares
        Sums of squared distances from the mean; not finite where a value, or its square, is not.
    """

    rows: int
    cells: NDArray[np.int64]
    low: Floats
    high: Floats
    mean: Floats
    squares: Floats

    @classmethod
    def of(cls, values: Floats) -> Extent:
        """Look at an array, shape ``(rows, columns)``, at least one row."""
        return reduce(add, map(cls._of_chunk, chunks(values)))

    @classmethod
    def _of_chunk(cls, values: Floats) -> Extent:
        gaps = np.isnan(values)
        cells = len(values) - gaps.sum(axis=0)
        some = bool(gaps.any())
        with np.errstate(over="ignore", invalid="ignore"):
            low = (np.where(gaps, np.inf, values) if some else values).min(axis=0)
            high = (np.where(gaps, -np.inf, values) if some else values).max(axis=0)
            present = np.where(gaps, 0.0, values) if some else values
            mean = present.sum(axis=0) / np.maximum(cells, 1)
            centred = np.where(gaps, 0.0, present - mean) if some else present - mean
            squares = np.einsum("ij,ij->j", centred, centred)
        return cls(len(values), cells, low, high, mean, squares)

    def __add__(self, other: Extent) -> Extent:
        """Join two runs of rows."""
        cells = self.cells + other.cells
        share = other.cells / np.maximum(cells, 1)
        with np.errstate(over="ignore", invalid="ignore"):
            apart = other.mean - self.mean
            squares = self.squares + other.squares + apart * apart * share * self.cells
            mean = self.mean + apart * share
        return Extent(
            self.rows + other.rows,
            cells,
            np.minimum(self.low, other.low),
            np.maximum(self.high, other.high),
            mean,
            squares,
        )

    @property
    def deviation(self) -> Floats:
        """Standard deviations."""
        deviation: Floats = np.sqrt(self.squares / np.maximum(self.cells, 1))
        return deviation
