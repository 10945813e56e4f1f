"""Noise that is not Gaussian, or not equally wide everywhere: a code of residuals.

The Gram matrix knows of Gaussian noise of one width alone. What residuals save beyond that is read
off a sample of rows: the width of the noise may be a smooth function of the parents (a
location-scale model), and its shape is coded by a histogram of its probabilities under a normal, a
Laplace or a uniform distribution, mixed over all heights. Both pay for what they learn, so that
Gaussian noise of one width saves nothing. Where a graph's residuals save much, directions that the
Gram matrix cannot tell are told by this: of linear relations as in LiNGAM, and of noise that grows
with a cause.

Source: Shimizu et al., "A linear non-Gaussian acyclic model for causal discovery", JMLR 7, 2006;
Immer et al., "On the identifiability and estimation of causal location-scale noise models", ICML
2023. A histogram is coded by its Dirichlet mixture with parameters one half (Krichevsky and
Trofimov, IEEE Trans. Inf. Theory 27, 1981).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from scipy.special import gammaln, ndtr

from causal_magics.discovery import kernels
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.layout import Booleans, Floats, Indices
from causal_magics.discovery.score import SMALLEST_GAIN, Score

NOISE_ROWS = 4000
"""Rows on which residuals are looked at."""
NOTABLE_NATS = 10.0
"""What the residuals of some column have to save, before graphs are compared by it."""
FINEST_BINS = 32
DISTINCT = 100
"""Distinct values from which a column counts as continuous."""
SCALE_FUNCTIONS = 2
"""Smoothest functions of each parent that may widen the noise."""
SCALE_PRECISION = 2.0
"""Prior precision of their coefficients."""
SCALE_STEPS = 6
LARGEST = 4.0
"""Beyond so many standard deviations, a parent widens the noise no further."""


class Residuals:
    """What the residuals of a column given its parents save; each computed once.

    Parameters
    ----------
    score
        Of all rows; residuals are those of its regressions.
    basis
    sample
        Rows of the data, shape ``(rows, columns)``; missing cells are NaN.

    Attributes
    ----------
    coded
        The columns whose residuals are coded, shape ``(columns,)``: at first, all that are
        continuous.
    """

    def __init__(self, score: Score, basis: Basis, sample: Floats) -> None:
        rows = sample[np.linspace(0, len(sample) - 1, min(len(sample), NOISE_ROWS)).astype(int)]
        self.score = score
        self._design = basis.design(rows)[:, 1:]
        self._observed = ~np.isnan(rows)
        self.coded = _continuous(rows) & ~basis.layout.nominal
        self._known: dict[tuple[int, ...], float] = {}

    def gain(self, node: int, parents: Indices) -> float:
        """Nats that the code of a column gets shorter, over all rows; from 0."""
        if not self.coded[node]:
            return 0.0
        key = (node, *sorted(parents.tolist()))
        gain = self._known.get(key)
        if gain is None:
            gain = self._known[key] = self._gain(node, np.array(key[1:], dtype=np.int64))
        return gain

    def _gain(self, node: int, parents: Indices) -> float:
        observed = self._observed[:, node]
        residual = self._residual(node, parents)[observed]
        residual = residual / math.sqrt(residual @ residual / len(residual))
        rows = float(self.score.blocks.rows[node])
        times = rows / len(residual)
        gain = 0.0
        if len(parents):
            widths = self._design[observed][:, self._smoothest(parents)]
            saved, log_width = scale_gain(residual, np.clip(widths, -LARGEST, LARGEST))
            saved = saved * times - 0.5 * widths.shape[1] * math.log(rows)
            if saved > 0.0:
                gain = saved
                residual = residual * np.exp(-log_width)
                residual = (residual - residual.mean()) / residual.std()
        return gain + max(0.0, shape_gain(residual)) * times

    def _smoothest(self, parents: Indices) -> Indices:
        starts = self.score.blocks.starts
        return np.concatenate(
            [np.arange(starts[j], min(starts[j] + SCALE_FUNCTIONS, starts[j + 1])) for j in parents]
        )

    def _residual(self, node: int, parents: Indices) -> Floats:
        """Return what the parents and their products leave over of a column."""
        blocks = self.score.blocks
        response = blocks.responses[blocks.response_starts[node]]
        residual = self._design[:, response]
        if len(parents):
            chosen = kernels.with_products(blocks, node, parents)[0]
            functions = kernels.functions_of(blocks, chosen)
            normal = kernels.penalised(blocks, functions)
            weights: Floats = np.linalg.solve(normal, blocks.matrix[functions, response])
            residual = residual - self._design[:, functions] @ weights
        centred: Floats = residual - residual[self._observed[:, node]].mean()
        return centred


@dataclass(frozen=True, eq=False, slots=True)
class NoiseScore:
    """Codelengths under any noise: a score of Gaussian noise less what residuals save.

    Attributes
    ----------
    score
        Under Gaussian noise; it proposes parents, given what comes before a column.
    residuals
        What is saved. They may be those of a score of other rows.
    """

    score: Score
    residuals: Residuals = field(repr=False)

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return self.score.n_columns

    def cost(self, node: int, parents: Indices, /) -> float:
        """Nats of a column given its parents."""
        return self.score.cost(node, parents) - self.residuals.gain(node, parents)

    def add_gains(self, node: int, parents: Indices, candidates: Indices, /) -> Floats:
        """Nats saved by each candidate as one more parent."""
        before = self.residuals.gain(node, parents)
        grown = [self.residuals.gain(node, np.append(parents, each)) for each in candidates]
        gains: Floats = self.score.add_gains(node, parents, candidates) + np.array(grown) - before
        return gains

    def drop_gains(self, node: int, parents: Indices, /) -> Floats:
        """Nats saved by dropping each parent."""
        before = self.residuals.gain(node, parents)
        fewer = [self.residuals.gain(node, np.delete(parents, k)) for k in range(len(parents))]
        gains: Floats = self.score.drop_gains(node, parents) + np.array(fewer) - before
        return gains

    def grow_shrink(self, node: int, required: Indices, candidates: Indices, /) -> Indices:
        """Parents of a node among the candidates: those under Gaussian noise, then the best moves.

        Each move adds or drops one, as long as the code gets shorter.
        """
        parents = self.score.grow_shrink(node, required, candidates)
        if not self.residuals.coded[node]:
            return parents
        while True:
            others = np.setdiff1d(candidates, parents)
            drops = self.drop_gains(node, parents)
            drops[np.isin(parents, required)] = -np.inf
            gains = np.concatenate((drops, self.add_gains(node, parents, others)))
            if not len(gains) or gains.max() < SMALLEST_GAIN:
                return parents
            best = int(np.argmax(gains))
            if best < len(parents):
                parents = np.delete(parents, best)
            else:
                parents = np.append(parents, others[best - len(parents)])


def notable_residuals(
    score: Score, basis: Basis, sample: Floats, adjacency: Booleans, neighbours: Booleans
) -> Residuals | None:
    """Return what residuals save, or None where those of a graph save nothing notable.

    Parameters
    ----------
    score
        Under Gaussian noise.
    basis
    sample
        Rows of the data, shape ``(rows, columns)``.
    adjacency
        The best graph so far.
    neighbours
        Who may be whose parent. Residuals are coded of columns where they save notably, and of the
        neighbours of these.
    """
    residuals = Residuals(score, basis, sample)
    gains = [
        residuals.gain(node, np.flatnonzero(adjacency[:, node]).astype(np.int64))
        for node in range(score.n_columns)
    ]
    notable = np.array(gains) > NOTABLE_NATS
    if not notable.any():
        return None
    residuals.coded &= notable | (neighbours | neighbours.T)[notable].any(axis=0)
    return residuals


def scale_gain(residual: Floats, widths: Floats) -> tuple[float, Floats]:
    """Nats saved by noise whose log width is linear in some functions, and the log width.

    Parameters
    ----------
    residual
        Of mean square one, shape ``(rows,)``.
    widths
        Values of the functions, shape ``(rows, functions)``.

    Returns
    -------
    (float, array of shape (rows,))
    """
    design = np.column_stack((np.ones(len(residual)), widths))
    precision = np.full(design.shape[1], SCALE_PRECISION)
    precision[0] = 0.0
    information = 0.5 * design.T @ design + np.diag(precision)
    squares = residual**2
    weights = np.zeros(design.shape[1])
    for _ in range(SCALE_STEPS):
        slope = 0.5 * design.T @ (squares * np.exp(-np.clip(design @ weights, -8.0, 8.0)) - 1.0)
        weights = weights + np.linalg.solve(information, slope - precision * weights)
        weights[1:] = np.clip(weights[1:], -3.0, 3.0)
    log_variance = np.clip(design @ weights, -8.0, 8.0)
    saved = 0.5 * float((squares - log_variance - squares * np.exp(-log_variance)).sum())
    return saved, 0.5 * log_variance


def shape_gain(residual: Floats) -> float:
    """Nats saved by coding a residual of mean zero and variance one by a histogram.

    Its probabilities under a normal, a Laplace or a uniform distribution are put into bins, of
    which there are as many as make the code shortest.
    """
    rows = len(residual)
    gaussian = 0.5 * float(residual @ residual) + 0.5 * rows * math.log(2.0 * math.pi)
    normal = histogram_gain(ndtr(residual))
    middle = float(np.median(residual))
    spread = float(np.abs(residual - middle).mean())
    away = np.abs(residual - middle) / spread
    tail = 0.5 * np.exp(-away)
    laplace = gaussian - float(away.sum()) - rows * math.log(2.0 * spread)
    laplace += histogram_gain(np.where(residual < middle, tail, 1.0 - tail))
    low, high = float(residual.min()), float(residual.max())
    uniform = gaussian - rows * math.log(high - low) - 2.0 * math.log(rows)
    uniform += histogram_gain((residual - low) / (high - low))
    return max(normal, laplace, uniform) - math.log(3.0) - 1.0


def histogram_gain(shares: Floats) -> float:
    """Nats by which a histogram codes numbers between 0 and 1 shorter than a uniform density."""
    bins = FINEST_BINS
    places = np.minimum((shares * bins).astype(np.int64), bins - 1)
    counts = np.bincount(places, minlength=bins).astype(np.float64)
    best = 0.0
    while bins >= 2:
        mixed = gammaln(counts + 0.5).sum() - gammaln(len(shares) + 0.5 * bins) + _start(bins)
        best = max(best, float(mixed) + len(shares) * math.log(bins))
        counts = counts.reshape(-1, 2).sum(axis=1)
        bins //= 2
    return best - math.log(math.log2(FINEST_BINS) + 1.0)


@lru_cache
def _start(bins: int) -> float:
    return float(gammaln(0.5 * bins) - bins * gammaln(0.5))


def _continuous(rows: Floats) -> Booleans:
    """Whether each column has many distinct values, so that its noise can have a shape."""
    distinct = [len(np.unique(column[~np.isnan(column)])) for column in rows.T]
    return np.array(distinct) >= DISTINCT
