"""Which products of two columns are worth a place in the Gram matrix.

A sum of functions of single parents cannot say that one parent changes what another one does. The
products of their smoothest functions can, but there are too many of them to keep all. So those are
looked for, on a sample of rows, that explain what the neighbours of a column leave over. Where the
parents of no column have such a product, the data count as additive.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from causal_magics.discovery import moves
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.layout import Booleans, Floats, Indices
from causal_magics.discovery.score import Score

SCREENED_ROWS = 4000
"""Rows on which products are looked for."""
SCREENED_NATS = 6.0
"""What a product has to save on these rows beyond the log of the number of columns."""
FIRST_NATS = 4.0
"""What the first product has to save besides, before any other one is kept."""
MOST_NEIGHBOURS = 8
"""Neighbours of a column whose products are looked at, the strongest first."""
SMOOTHEST = 3
"""Functions of each column whose dependence makes neighbours."""

Pairs = set[tuple[int, int]]


def find_products(
    score: Score, basis: Basis, sample: Floats, adjacency: Booleans, neighbours: Booleans
) -> Pairs:
    """Return pairs of columns whose products are worth keeping; none where the data are additive.

    Parameters
    ----------
    score
        Under a basis without products.
    basis
    sample
        Rows of the data, shape ``(rows, columns)``.
    adjacency
        The best graph so far.
    neighbours
        Who may be whose parent, shape ``(columns, columns)``.
    """
    screen = _Screen(score, basis, sample)
    linked = neighbours | adjacency | adjacency.T
    least = SCREENED_NATS + float(np.log(len(adjacency)))
    if not screen.pairs(linked & ~moves.closure(adjacency).T, least + FIRST_NATS):
        return set()
    return screen.pairs(linked, least)


def dependent_neighbours(score: Score, most: int = 4) -> Booleans:
    """Return the columns whose smoothest functions depend most, whatever their sum says.

    Two parents that act by their product alone are no neighbours of their effect in a sum of
    functions, but the spread of the effect depends on each.

    Parameters
    ----------
    score
    most
        Neighbours of a column, at most.
    """
    blocks = score.blocks
    count = score.n_columns
    smooth = [
        np.arange(s, min(s + 3, e)) for s, e in zip(blocks.starts, blocks.starts[1:], strict=False)
    ]
    chosen = np.concatenate(smooth[:count])
    owner = np.repeat(np.arange(count), [len(functions) for functions in smooth[:count]])
    scale = np.sqrt(np.maximum(np.diag(blocks.matrix)[chosen], 1e-12))
    correlation = blocks.matrix[np.ix_(chosen, chosen)] / np.outer(scale, scale)
    strength = np.zeros((count, count))
    np.add.at(strength, (owner[:, None], owner[None, :]), correlation**2)
    strength *= np.sqrt(np.outer(blocks.rows, blocks.rows))
    np.fill_diagonal(strength, 0.0)
    best = np.argsort(-strength, axis=0)[:most]
    found = np.zeros((count, count), dtype=bool)
    columns = np.arange(count)
    for row in best:
        found[row, columns] = strength[row, columns] > SMOOTHEST**3
    both: Booleans = found | found.T
    return both


class _Screen:
    """Residuals of columns on their neighbours, and what products explain of them."""

    def __init__(self, score: Score, basis: Basis, sample: Floats) -> None:
        step = max(1, len(sample) // SCREENED_ROWS)
        self.score = score
        self.basis = basis
        self.design = basis.design(sample[::step][:SCREENED_ROWS])[:, 1:]
        self.starts = basis.layout.starts

    def pairs(self, neighbours: Booleans, least: float) -> Pairs:
        found: Pairs = set()
        for node in range(self.score.n_columns):
            chosen = np.flatnonzero(neighbours[:, node]).astype(np.int64)
            if len(chosen) > MOST_NEIGHBOURS:
                gains = self.score.add_gains(node, chosen[:0], chosen)
                chosen = np.sort(chosen[np.argsort(-gains)[:MOST_NEIGHBOURS]])
            pairs = [pair for pair in combinations(chosen.tolist(), 2) if pair not in found]
            if pairs:
                residual = self._residual(node, chosen)
                found |= {pair for pair in pairs if self._nats(residual, *pair) > least}
        return found

    def _functions(self, columns: Indices) -> Indices:
        ranges = [np.arange(self.starts[j], self.starts[j + 1]) for j in columns]
        return np.concatenate(ranges)

    def _residual(self, node: int, parents: Indices) -> Floats:
        """Return what the functions of the parents leave over of a column."""
        blocks = self.score.blocks
        functions = self._functions(parents)
        response = blocks.responses[blocks.response_starts[node]]
        normal = blocks.matrix[np.ix_(functions, functions)].copy()
        normal[np.diag_indices_from(normal)] += blocks.precision[functions]
        weights: Floats = np.linalg.solve(normal, blocks.matrix[functions, response])
        residual = self.design[:, response] - self.design[:, functions] @ weights
        centred: Floats = residual - residual.mean()
        return centred

    def _nats(self, residual: Floats, first: int, second: int) -> float:
        """Return the nats that products of two columns save in coding a residual."""
        product = self.basis.products_of(self.design, first, second)
        product = product - product.mean(axis=0)
        moments = product.T @ residual
        square = product.T @ product + np.eye(product.shape[1])
        share = moments @ np.linalg.solve(square, moments) / (residual @ residual)
        return -0.5 * len(residual) * float(np.log(max(1.0 - share, 1e-9)))
