"""All that discovery keeps of the data: the number of rows and one Gram matrix.

``G = Phi' Phi`` with ``Phi = [1 | psi_1 | ... | psi_p]`` adds over rows, so batches and partitions
are summed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from causal_magics.discovery.basis import Basis, Floats
from causal_magics.errors import DiscoveryError

CHUNK_VALUES = 1 << 23
"""Entries of the design matrix that are held at once."""


@dataclass(frozen=True, eq=False, slots=True)
class GramStatistic:
    """Rows and Gram matrix of one or several batches under one basis.

    Attributes
    ----------
    rows
        Number of rows summed.
    gram
        Shape ``(1 + columns * size, 1 + columns * size)``, float64.
    size
        Functions per column.
    """

    rows: int
    gram: Floats
    size: int

    @classmethod
    def from_values(
        cls, basis: Basis, values: Floats, report: Callable[[int], None] | None = None
    ) -> GramStatistic:
        """Sum over the rows of a table, in chunks.

        Parameters
        ----------
        basis
            Fitted on a batch with the same columns.
        values
            Shape ``(rows, columns)``.
        report
            Called with the number of rows done after each chunk.
        """
        width = 1 + values.shape[1] * basis.size
        gram = np.zeros((width, width))
        chunk = max(256, CHUNK_VALUES // width)
        for start in range(0, len(values), chunk):
            design = basis.design(values[start : start + chunk])
            gram += design.T @ design
            if report is not None:
                report(min(start + chunk, len(values)))
        return cls(len(values), gram, basis.size)

    def __add__(self, other: GramStatistic) -> GramStatistic:
        """Sum two batches.

        Raises
        ------
        DiscoveryError
            Where they have different columns or bases.
        """
        if self.gram.shape != other.gram.shape or self.size != other.size:
            raise DiscoveryError(
                f"Expected statistics of the same columns, got {self.n_columns} columns of "
                f"{self.size} functions and {other.n_columns} of {other.size}. "
                "Use one basis for both batches."
            )
        return GramStatistic(self.rows + other.rows, self.gram + other.gram, self.size)

    @property
    def n_columns(self) -> int:
        """Number of columns of the table."""
        return (len(self.gram) - 1) // self.size

    def centred(self) -> Floats:
        """Gram matrix of the functions with the intercept projected out."""
        sums = self.gram[0, 1:]
        centred: Floats = self.gram[1:, 1:] - np.outer(sums, sums) / self.gram[0, 0]
        return centred
