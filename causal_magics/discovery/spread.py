"""How much less rows tell than they would if residuals were Gaussian and even.

A log likelihood ratio between one mechanism and two is a sum of chi-squares only where the model is
right. Heavy tails blow up the part of the noise variance by half the excess of the fourth moment,
uneven noise that of a coefficient by the residual variance where its function is large. Divided by
that factor, likelihoods tell a change of mechanism from a few wild rows.

Source: Huber, "The behavior of maximum likelihood estimates under nonstandard conditions", 1967;
for rows that count less, Miller and Dunson, "Robust Bayesian inference via coarsening", JASA 2019.
"""

from __future__ import annotations

import numpy as np

from causal_magics.discovery.kernels import functions_of
from causal_magics.discovery.layout import Floats, Indices
from causal_magics.discovery.score import Score

FEWEST_ROWS = 30
"""Rows below which nothing can be said of tails."""
SAMPLED_ROWS = 300
"""Rows of a batch that are looked at, at most."""
MOST = 64.0
"""Largest factor."""


def spread_of(score: Score, design: Floats, node: int, parents: Indices) -> float:
    """Return by how much likelihood ratios of a column are blown up, from 1.

    Parameters
    ----------
    score
        Under which its mechanism is fitted.
    design
        Functions of some rows, with the intercept, shape ``(rows, 1 + functions)``.
    node, parents
    """
    blocks = score.blocks
    if blocks.nominal[node] or len(design) < FEWEST_ROWS:
        return 1.0
    functions = functions_of(blocks, parents)
    response = blocks.responses[blocks.response_starts[node]]
    normal = blocks.matrix[np.ix_(functions, functions)] + np.diag(blocks.precision[functions])
    weights = np.linalg.solve(normal, blocks.matrix[functions, response])
    own = design[:, 1 + functions]
    residual = design[:, 1 + response] - own @ weights
    squares = (residual - residual.mean()) ** 2
    variance = float(squares.mean())
    if variance <= 0.0:
        return 1.0
    factor = 0.5 * (float((squares**2).mean()) / variance**2 - 1.0)
    if len(functions):
        loads = (own - own.mean(axis=0)) ** 2
        size = loads.sum(axis=0)
        uneven = (squares @ loads) / (variance * np.maximum(size, 1e-12))
        known = size / (size + blocks.precision[functions])
        factor = max(factor, float((known * uneven).sum() / known.sum()))
    return float(np.clip(factor, 1.0, MOST))


def shares(spread: Floats) -> Floats:
    """For how much a row counts, by column: one up to a factor of two, then by powers of two."""
    share: Floats = 0.5 ** np.floor(np.log2(np.maximum(spread, 1.0)))
    return share
