"""The codelength of a column given its parents, from the Gram statistic alone.

For a node i with parents S, in nats,

    L(i | S) = n/2 log(RSS/n) + 1/2 (log |A + Lambda| - log |Lambda|)
               + log C(p-1, |S|) + log*(|S| + 1) + log 2.865,

with A and b the blocks of the centred Gram matrix at S, RSS = G_ii - b' (A + Lambda)^-1 b, prior
precisions m^3 / tau of the m-th function in units of the noise variance, and log* taken to base 2
and given in nats.

Source: Mian, Marx and Vreeken, "Discovering fully oriented causal networks", AAAI 2021, for the
code of structure; the data are coded by the Bayesian mixture of a smoothness prior.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from causal_magics.discovery import kernels
from causal_magics.discovery.kernels import Floats, Indices
from causal_magics.discovery.statistics import GramStatistic

SMOOTHNESS = 3.0
SPREAD = 0.5
RISSANEN = 2.865
EDGE_FLOOR = 0.002
"""Nats a row, beyond the first thousand, that an edge has to save besides its code."""
FLOOR_FROM_ROWS = 1000
"""Rows from which misfit of the model, rather than chance, decides about weak edges."""
SMALLEST_GAIN = 1e-7
"""Nats below which a difference counts as rounding."""


def prior_precision(size: int) -> Floats:
    """Precision of the coefficient of each function, shape ``(size,)``."""
    precision: Floats = np.arange(1, size + 1, dtype=np.float64) ** SMOOTHNESS / SPREAD
    return precision


def universal_code(number: int) -> float:
    """Rissanen's code length log* of a number from 1, in nats, with its normalising constant."""
    bits, rest = math.log2(RISSANEN), math.log2(number)
    while rest > 0.0:
        bits += rest
        rest = math.log2(rest)
    return bits * math.log(2.0)


def naming_cost(columns: int) -> Floats:
    """Nats for saying which other columns are the parents, by how many; shape ``(columns,)``."""
    counts = np.arange(columns)
    subsets = gammaln(columns) - gammaln(counts + 1) - gammaln(columns - counts)
    cost: Floats = subsets + np.array([universal_code(int(count) + 1) for count in counts])
    return cost


@dataclass(frozen=True, eq=False, slots=True)
class Score:
    """Codelengths under one Gram statistic; all numbers are nats.

    Attributes
    ----------
    matrix
        Centred Gram matrix with prior precisions on its diagonal.
    squares
        Centred sum of squares of every column, shape ``(columns,)``.
    naming
        Nats for naming the parents, by their number; shape ``(columns,)``.
    """

    matrix: Floats
    squares: Floats
    naming: Floats
    rows: float
    log_prior: float
    size: int

    @classmethod
    def from_statistic(cls, statistic: GramStatistic, edge_floor: float = 0.0) -> Score:
        """Prepare the blocks from which every codelength is read.

        Parameters
        ----------
        statistic
            Of at least two rows.
        edge_floor
            Nats that each edge costs besides, per row beyond the first `FLOOR_FROM_ROWS`.
        """
        floor = edge_floor * max(0, statistic.rows - FLOOR_FROM_ROWS)
        precision = prior_precision(statistic.size)
        centred = statistic.centred()
        squares = np.diag(centred)[:: statistic.size].copy()
        centred[np.diag_indices_from(centred)] += np.tile(precision, statistic.n_columns)
        return cls(
            matrix=np.ascontiguousarray(centred),
            squares=squares,
            naming=naming_cost(statistic.n_columns) + floor * np.arange(statistic.n_columns),
            rows=float(statistic.rows),
            log_prior=float(np.log(precision).sum()),
            size=statistic.size,
        )

    @property
    def n_columns(self) -> int:
        """Number of columns of the table."""
        return len(self.squares)

    def cost(self, node: int, parents: Indices) -> float:
        """Nats of a column given its parents."""
        data = kernels.data_cost(
            self.matrix, self.squares, self.rows, self.log_prior, self.size, node, parents
        )
        return float(data + self.naming[len(parents)])

    def add_gains(self, node: int, parents: Indices, candidates: Indices) -> Floats:
        """Nats saved by each candidate as one more parent."""
        return kernels.add_gains(
            self.matrix, self.squares, self.rows, self.log_prior, self.size, self.naming,
            node, parents, candidates,
        )  # fmt: skip

    def drop_gains(self, node: int, parents: Indices) -> Floats:
        """Nats saved by dropping each parent; negative where the parent earns its place."""
        return kernels.drop_gains(
            self.matrix, self.squares, self.rows, self.log_prior, self.size, self.naming,
            node, parents,
        )  # fmt: skip

    def grow_shrink(self, node: int, required: Indices, candidates: Indices) -> Indices:
        """Parents of a node among the candidates, the required ones first and always."""
        return kernels.grow_shrink(
            self.matrix, self.squares, self.rows, self.log_prior, self.size, self.naming,
            node, required, candidates,
        )  # fmt: skip
