"""Labels given numbers: a multinomial logistic code.

The log odds of the labels are sums of functions of the parents, with normal coefficients that are
integrated out by Laplace's method at their most likely values. Indicators regressed as if they were
numbers would save too much: their code gets the shorter the surer a label is, without end.

Source: MacKay, "The evidence framework applied to classification networks", Neural Computation 4,
1992.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from causal_magics.discovery.basis import Basis
from causal_magics.discovery.layout import Floats, Indices

LOGIT_ROWS = 2000
"""Rows on which log odds are fitted."""
FUNCTIONS = 4
"""Smoothest functions of a number that shift log odds; of labels all do."""
PRECISION = 0.5
"""Prior precision of the coefficient of the smoothest function."""
INTERCEPT_PRECISION = 0.05
STEPS = 8
SETTLED = 1e-3
"""Nats a step has to save, for another one to follow."""


class Logits:
    """Codelengths of columns of labels given any columns; each computed once.

    Parameters
    ----------
    basis
    sample
        Rows of the data, shape ``(rows, columns)``; missing cells are NaN.
    rows
        How many rows each column has in all; the sample stands for them.
    """

    def __init__(self, basis: Basis, sample: Floats, rows: Floats) -> None:
        chosen = sample[np.linspace(0, len(sample) - 1, min(len(sample), LOGIT_ROWS)).astype(int)]
        self._values = chosen
        self._design = basis.design(chosen)[:, 1:]
        self._layout = basis.layout
        self._rows = rows
        self._known: dict[tuple[int, ...], float] = {}

    def nats(self, node: int, parents: Indices) -> float:
        """Nats of a column of labels given other columns."""
        key = (node, *sorted(parents.tolist()))
        nats = self._known.get(key)
        if nats is None:
            nats = self._known[key] = self._nats(node, key[1:])
        return nats

    def _nats(self, node: int, parents: tuple[int, ...]) -> float:
        there = ~np.isnan(self._values[:, node])
        labels, codes = np.unique(self._values[there, node], return_inverse=True)
        if len(labels) < 2:
            return 0.0
        functions = self._functions(parents)
        design = np.column_stack((np.ones(int(there.sum())), self._design[there][:, functions]))
        precision = np.append(INTERCEPT_PRECISION, PRECISION * self._layout.order[functions] ** 3)
        indicators = np.eye(len(labels))[codes][:, 1:]
        return evidence(design, indicators, precision, float(self._rows[node]) / len(codes))

    def _functions(self, parents: tuple[int, ...]) -> Indices:
        starts = self._layout.starts
        ends = np.where(
            self._layout.nominal, np.inf, starts[: len(self._layout.nominal)] + FUNCTIONS
        )
        ranges = [np.arange(starts[j], int(min(ends[j], starts[j + 1]))) for j in parents]
        return np.concatenate([np.empty(0, dtype=np.int64), *ranges])


def evidence(design: Floats, indicators: Floats, precision: Floats, times: float) -> float:
    """Nats of labels by Laplace's method.

    Parameters
    ----------
    design
        Shape ``(rows, functions)``.
    indicators
        Of all labels but the first, shape ``(rows, labels - 1)``.
    precision
        Of the coefficient of each function, for each label.
    times
        How often each row counts.
    """
    functions, others = design.shape[1], indicators.shape[1]
    penalty = np.tile(precision, others)
    weights = np.zeros(functions * others)
    nats, slope, curvature = _posterior(design, indicators, penalty, times, weights)
    for _ in range(STEPS):
        step = cho_solve(cho_factor(curvature), slope)
        size = 1.0
        while size > 0.01:
            tried = _posterior(design, indicators, penalty, times, weights - size * step)
            if tried[0] < nats:
                break
            size *= 0.5
        saved = nats - tried[0]
        if saved <= 0.0:
            break
        weights = weights - size * step
        nats, slope, curvature = tried
        if saved < SETTLED:
            break
    volume = 0.5 * (np.linalg.slogdet(curvature)[1] - np.log(penalty).sum())
    return nats + float(volume)


def _posterior(
    design: Floats, indicators: Floats, penalty: Floats, times: float, weights: Floats
) -> tuple[float, Floats, Floats]:
    """Nats of labels and coefficients, their slope and their curvature."""
    functions, others = design.shape[1], indicators.shape[1]
    odds = design @ weights.reshape(others, functions).T
    highest = np.maximum(odds.max(axis=1), 0.0)
    raised = np.exp(odds - highest[:, None])
    total = np.exp(-highest) + raised.sum(axis=1)
    shares = raised / total[:, None]
    nats = times * float((highest + np.log(total) - (odds * indicators).sum(axis=1)).sum())
    nats += 0.5 * float(penalty @ weights**2)
    slope = times * ((shares - indicators).T @ design).ravel() + penalty * weights
    curvature = np.diag(penalty)
    for a in range(others):
        for b in range(a + 1):
            spread = shares[:, a] * ((a == b) - shares[:, b])
            block = times * design.T @ (spread[:, None] * design)
            rows = slice(a * functions, (a + 1) * functions)
            columns = slice(b * functions, (b + 1) * functions)
            curvature[rows, columns] += block
            if a != b:
                curvature[columns, rows] += block.T
    return nats, slope, curvature
