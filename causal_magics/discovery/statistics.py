"""All that discovery keeps of the data: numbers of rows and one Gram matrix.

``G = Phi' Phi`` with ``Phi = [1 | psi_1 | ... | psi_p | products]`` adds over rows, so batches and
partitions are summed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from causal_magics.discovery.basis import Basis
from causal_magics.discovery.layout import Floats, Layout
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
        Shape ``(1 + functions, 1 + functions)``, float64.
    observed
        Rows in which each column is there, shape ``(columns,)``.
    layout
        Which row of the matrix is which function.
    """

    rows: int
    gram: Floats
    observed: Floats
    layout: Layout

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
            Shape ``(rows, columns)``; missing cells are NaN.
        report
            Called with the number of rows done after each chunk.
        """
        width = 1 + basis.layout.n_functions
        gram = np.zeros((width, width))
        chunk = max(256, CHUNK_VALUES // width)
        for start in range(0, len(values), chunk):
            design = basis.design(values[start : start + chunk])
            gram += design.T @ design
            if report is not None:
                report(min(start + chunk, len(values)))
        observed = (~np.isnan(values)).sum(axis=0).astype(np.float64)
        return cls(len(values), gram, observed, basis.layout)

    def __add__(self, other: GramStatistic) -> GramStatistic:
        """Sum two batches.

        Raises
        ------
        DiscoveryError
            Where they have different columns or bases.
        """
        if self.gram.shape != other.gram.shape or len(self.observed) != len(other.observed):
            raise DiscoveryError(
                f"Expected statistics of the same functions, got {len(self.gram) - 1} functions of "
                f"{len(self.observed)} columns and {len(other.gram) - 1} of {len(other.observed)}. "
                "Use one basis for both batches."
            )
        return GramStatistic(
            self.rows + other.rows,
            self.gram + other.gram,
            self.observed + other.observed,
            self.layout,
        )

    def __sub__(self, other: GramStatistic) -> GramStatistic:
        """Take a batch out of the sum."""
        return GramStatistic(
            self.rows - other.rows,
            self.gram - other.gram,
            self.observed - other.observed,
            self.layout,
        )

    def centred(self) -> Floats:
        """Gram matrix of the functions with the intercept projected out."""
        sums = self.gram[0, 1:]
        centred = self.gram[1:, 1:].copy()
        centred -= np.outer(sums, sums / self.gram[0, 0])
        return centred
