"""Labels coded by counts: any effect of labels on labels, without a basis.

A column of labels whose parents are labels is coded by the table of its counts for each combination
of theirs, with all probabilities integrated out. Graphs with the same independences get the same
code, so that labels alone decide of no direction that independences do not. Parents that are
numbers add to this what they save in a logistic code.

Source: Heckerman, Geiger and Chickering, "Learning Bayesian networks: the combination of knowledge
and statistical data", Machine Learning 20, 1995, equation 42 (BDeu).
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field

import numpy as np
from scipy.special import gammaln

from causal_magics.discovery.basis import Basis
from causal_magics.discovery.layout import Booleans, Floats, Indices
from causal_magics.discovery.logits import Logits
from causal_magics.discovery.score import Codelengths, Score, grown_and_shrunk

IMAGINED_ROWS = 1.0
"""Rows that the prior is worth, spread evenly over all cells of a table."""
MOST_CELLS = 1 << 22
"""Cells of a table beyond which a set of parents is not considered."""


class Tables:
    """Codelengths of columns of labels from counts; each computed once.

    Parameters
    ----------
    basis
    sample
        Rows of the data, shape ``(rows, columns)``; missing cells are NaN.
    rows
        How many rows each column has in all; counts on the sample stand for them.
    """

    def __init__(self, basis: Basis, sample: Floats, rows: Floats) -> None:
        self.nominal: Booleans = basis.layout.nominal
        self._codes = np.full(sample.shape, -1, dtype=np.int64)
        self._sizes = np.ones(sample.shape[1], dtype=np.int64)
        for column in np.flatnonzero(self.nominal).tolist():
            labels, codes = np.unique(sample[:, column], return_inverse=True)
            count = int((~np.isnan(labels)).sum())
            self._codes[:, column] = np.where(codes < count, codes, -1)
            self._sizes[column] = count
        self._rows = rows
        self._weights: Floats | None = None
        self._known: dict[tuple[int, ...], float] = {}

    def weighed(self, weights: Floats) -> Tables:
        """Return the tables if rows, dealt to folds in turn, count as often as their fold does."""
        other = copy(self)
        other._weights = weights[np.arange(len(self._codes)) % len(weights)]  # noqa: SLF001
        other._known = {}  # noqa: SLF001
        return other

    def nats(self, node: int, parents: Indices) -> float:
        """Nats of a column of labels given columns of labels."""
        key = (node, *sorted(parents.tolist()))
        nats = self._known.get(key)
        if nats is None:
            nats = self._known[key] = self._nats(node, list(key[1:]))
        return nats

    def _nats(self, node: int, parents: list[int]) -> float:
        sizes = self._sizes[[*parents, node]]
        cells = float(np.prod(sizes.astype(np.float64)))
        if cells > MOST_CELLS:
            return np.inf
        codes = self._codes[:, [*parents, node]]
        complete = (codes >= 0).all(axis=1)
        weights = None if self._weights is None else self._weights[complete]
        place = np.ravel_multi_index(tuple(codes[complete].T), tuple(sizes.tolist()))
        counts = np.bincount(place, weights, minlength=int(cells)).reshape(-1, sizes[-1])
        total = float(counts.sum())
        if total == 0.0:
            return 0.0
        row = IMAGINED_ROWS / counts.shape[0]
        cell = row / counts.shape[1]
        nats = (gammaln(counts.sum(axis=1) + row) - gammaln(row)).sum()
        nats -= (gammaln(counts + cell) - gammaln(cell)).sum()
        return float(nats) * float(self._rows[node]) / total


@dataclass(frozen=True, eq=False, slots=True)
class LabelScore:
    """Codelengths where labels are coded by counts, numbers by other codelengths.

    Attributes
    ----------
    numbers
        Codelengths of columns of numbers.
    score
        Of the Gram matrix, with the prices of edges.
    tables
        Labels given labels.
    logits
        Labels given numbers too.
    """

    numbers: Codelengths
    score: Score
    tables: Tables = field(repr=False)
    logits: Logits = field(repr=False)

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return self.score.n_columns

    def cost(self, node: int, parents: Indices, /) -> float:
        """Nats of a column given its parents."""
        if not self.tables.nominal[node]:
            return self.numbers.cost(node, parents)
        labels = parents[self.tables.nominal[parents]]
        nats = self.tables.nats(node, labels)
        if len(labels) < len(parents):
            nats += self.logits.nats(node, parents) - self.logits.nats(node, labels)
        return nats + self._price(node, parents)

    def _price(self, node: int, parents: Indices) -> float:
        """Nats of the edges themselves."""
        blocks = self.score.blocks
        return float(blocks.naming[len(parents)] + blocks.charges[parents, node].sum())

    def add_gains(self, node: int, parents: Indices, candidates: Indices, /) -> Floats:
        """Nats saved by each candidate as one more parent.

        Of numbers that would save nothing even in the Gram matrix, which saves more, only that.
        """
        if not self.tables.nominal[node]:
            return self.numbers.add_gains(node, parents, candidates)
        now = self.cost(node, parents)
        gains = self.score.add_gains(node, parents, candidates)
        exact = self.tables.nominal[candidates] | (gains > 0.0)
        for place in np.flatnonzero(exact):
            gains[place] = now - self.cost(node, np.append(parents, candidates[place]))
        return gains

    def drop_gains(self, node: int, parents: Indices, /) -> Floats:
        """Nats saved by dropping each parent."""
        if not self.tables.nominal[node]:
            return self.numbers.drop_gains(node, parents)
        now = self.cost(node, parents)
        fewer = (np.delete(parents, place) for place in range(len(parents)))
        return np.array([now - self.cost(node, rest) for rest in fewer])

    def grow_shrink(self, node: int, required: Indices, candidates: Indices, /) -> Indices:
        """Parents of a node among the candidates, the required ones first and always."""
        if not self.tables.nominal[node]:
            return self.numbers.grow_shrink(node, required, candidates)
        return grown_and_shrunk(self, node, required, candidates)
