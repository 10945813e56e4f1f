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
from typing import Protocol

import numpy as np
from scipy.special import gammaln

from causal_magics.discovery import kernels
from causal_magics.discovery.kernels import Blocks
from causal_magics.discovery.layout import Floats, Indices
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


class Codelengths(Protocol):
    """What a search asks: the nats of a column given its parents, and how they change."""

    @property
    def n_columns(self) -> int:
        """Number of columns of the table."""
        ...

    def cost(self, node: int, parents: Indices, /) -> float:
        """Nats of a column given its parents."""
        ...

    def add_gains(self, node: int, parents: Indices, candidates: Indices, /) -> Floats:
        """Nats saved by each candidate as one more parent."""
        ...

    def drop_gains(self, node: int, parents: Indices, /) -> Floats:
        """Nats saved by dropping each parent."""
        ...

    def grow_shrink(self, node: int, required: Indices, candidates: Indices, /) -> Indices:
        """Parents of a node among the candidates, the required ones first and always."""
        ...


@dataclass(frozen=True, eq=False, slots=True)
class Score:
    """Codelengths under one Gram statistic; all numbers are nats.

    Attributes
    ----------
    blocks
        Gram matrix, functions and prices as the compiled loops read them.
    """

    blocks: Blocks

    @classmethod
    def from_statistic(
        cls,
        statistic: GramStatistic,
        edge_floor: float = 0.0,
        charges: Floats | None = None,
    ) -> Score:
        """Prepare the blocks from which every codelength is read.

        Parameters
        ----------
        statistic
            Of at least two rows.
        edge_floor
            Nats that each edge costs besides, per row beyond the first `FLOOR_FROM_ROWS`.
        charges
            Nats of each edge besides, ``[cause, effect]``; none where left out.
        """
        layout = statistic.layout
        count = layout.n_columns
        floor = edge_floor * max(0, statistic.rows - FLOOR_FROM_ROWS)
        precision = layout.order**SMOOTHNESS / SPREAD
        return cls(
            Blocks(
                matrix=np.ascontiguousarray(statistic.centred()),
                precision=precision,
                starts=layout.starts,
                log_prior=np.add.reduceat(np.log(precision), layout.starts[:-1]),
                pairs=layout.pairs,
                response_starts=layout.response_starts,
                responses=layout.responses,
                nominal=layout.nominal,
                rows=np.maximum(statistic.observed, 2.0),
                naming=naming_cost(count) + floor * np.arange(count),
                charges=np.zeros((count, count)) if charges is None else charges,
            )
        )

    @property
    def n_columns(self) -> int:
        """Number of columns of the table."""
        return len(self.blocks.rows)

    def cost(self, node: int, parents: Indices) -> float:
        """Nats of a column given its parents."""
        return float(kernels.node_cost(self.blocks, node, parents))

    def add_gains(self, node: int, parents: Indices, candidates: Indices) -> Floats:
        """Nats saved by each candidate as one more parent."""
        return kernels.add_gains(self.blocks, node, parents, candidates)

    def drop_gains(self, node: int, parents: Indices) -> Floats:
        """Nats saved by dropping each parent; negative where the parent earns its place."""
        return kernels.drop_gains(self.blocks, node, parents)

    def grow_shrink(self, node: int, required: Indices, candidates: Indices) -> Indices:
        """Parents of a node among the candidates, the required ones first and always."""
        return kernels.grow_shrink(self.blocks, node, required, candidates)


def grown_and_shrunk(
    score: Codelengths, node: int, required: Indices, candidates: Indices
) -> Indices:
    """Parents of a node: the required ones, grown by the largest gain, then shrunk."""
    parents, free = required, candidates
    while len(free):
        gains = score.add_gains(node, parents, free)
        best = int(np.argmax(gains))
        if gains[best] <= 0.0:
            break
        parents, free = np.append(parents, free[best]), np.delete(free, best)
    while len(parents) > len(required):
        gains = score.drop_gains(node, parents)
        best = len(required) + int(np.argmax(gains[len(required) :]))
        if gains[best] <= 0.0:
            break
        parents = np.delete(parents, best)
    return parents
