"""Confidence intervals for bounds.

A bound is the maximum of terms, so that its plug-in estimate is biased inwards, and its bootstrap
covers too little where terms tie. Each term is linear in the cells and has a normal interval; with
Bonferroni's share for each term, the largest of their lower ends is below the true lower bound as
often as is asked, whichever term is the largest (Imbens & Manski 2004 for intervals of bounds;
Chernozhukov, Lee & Rosen 2013, "Intersection bounds", for finer ways than Bonferroni's).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.terms import Terms
from causal_magics.counterfactual.frames.sampled_cells import SampledCells

__all__ = ["SampledStrata", "interval_of", "overall_interval"]

SPLITS = 10
"""Random halvings over which an overall interval is averaged."""
HALVED_STRATA = 100_000
"""Strata that are halved in all: with very many, one halving is as good as ten."""
BATCH = 2000
"""Strata whose terms are looked at together, so that they fit in the cache."""


def interval_of(
    terms: Terms,
    sample: SampledCells,
    confidence: float = 0.95,
    *,
    given: Floats | None = None,
) -> tuple[Floats, Floats]:
    """Return, for each stratum, an interval that covers both bounds as often as is asked.

    Parameters
    ----------
    terms : Terms
        Of the bounds.
    sample : SampledCells
        Of the strata.
    confidence : float
        How often the interval holds the true bounds, both of them.
    given : ndarray of shape (cells,), optional
        The probability, as coefficients of the cells, by which the terms are divided: that of what
        is conditioned on, as in PN and PS.

    Returns
    -------
    lower, upper : ndarray of shape (strata,)
        NaN in strata where a block has no units.

    Notes
    -----
    Each end gets half of what may fail, and each term of a bound an even share of it; terms that no
    sample changes get none. Variances are those of multinomial draws with a pseudo count, and the
    end lies beyond the estimate with and without it.
    """
    risk = (1 - confidence) / 2
    lower = 0.0 - _end(-terms.lower, sample, risk, given)
    return lower, _end(terms.upper, sample, risk, given)


def _end(upper: Floats, sample: SampledCells, risk: float, given: Floats | None) -> Floats:
    """Return the least upper end of some terms."""
    varying = np.array([_varies(term, sample.blocks) for term in upper])
    if given is not None:
        varying = np.ones(len(upper), dtype=bool) & (np.abs(upper).max(axis=1) > 0)
    share = risk / max(1, int(varying.sum()))
    z = np.where(varying, -ndtri(share), 0.0)
    ends_of = _linear_ends if given is None else partial(_ratio_ends, given=given)
    ends = np.empty(len(sample.cells))
    for start in range(0, len(ends), BATCH):
        block = slice(start, start + BATCH)
        ends[block] = ends_of(upper, _rows(sample, block), z)
    return ends


def _linear_ends(upper: Floats, sample: SampledCells, z: Floats) -> Floats:
    """Return the least upper end of terms."""
    plain, smooth = sample.cells @ upper.T, sample.smooth @ upper.T
    error = np.sqrt(sample.variance(upper, smooth=True))
    ends = np.where(z > 0, np.maximum(plain, smooth), plain) + z * error
    return np.asarray(ends.min(axis=1))


def _ratio_ends(upper: Floats, sample: SampledCells, z: Floats, given: Floats) -> Floats:
    """Return the least upper end of terms over a probability, by the delta method."""
    with np.errstate(divide="ignore", invalid="ignore"):
        plain = (sample.cells @ upper.T) / (sample.cells @ given)[:, None]
        below = (sample.smooth @ given)[:, None]
        smooth = (sample.smooth @ upper.T) / below
        slopes = (upper[None] - smooth[:, :, None] * given) / below[:, :, None]
    error = np.sqrt(sample.variance(slopes, smooth=True))
    ends = np.where(z > 0, np.maximum(plain, smooth), plain) + z * error
    return np.asarray(ends.min(axis=1))


@dataclass(frozen=True, eq=False, slots=True)
class SampledStrata:
    """Strata of which the same is known, as they were sampled.

    Attributes
    ----------
    strata : ndarray of int
        Their places among all strata.
    terms : Terms
        Of their bounds.
    sample : SampledCells
    """

    strata: NDArray[np.intp]
    terms: Terms
    sample: SampledCells


def overall_interval(
    parts: Sequence[SampledStrata],
    share: Floats,
    share_noise: Floats,
    confidence: float = 0.95,
    *,
    seed: int = 0,
) -> tuple[float, float]:
    """Return an interval that covers the mean of the bounds over all strata as often as is asked.

    The mean of maxima is biased inwards by each stratum's noise. Any term that is chosen without
    looking at the data on which it is evaluated gives a valid bound, if a wider one: so terms are
    chosen on one half of the units and evaluated on the other, both ways, over several halvings.

    Parameters
    ----------
    parts : sequence of SampledStrata
        Each stratum is in one of them.
    share : ndarray of shape (strata,)
        P(z), estimated; sums to 1.
    share_noise : ndarray of shape (strata,)
        Sum of squared weights of the units of each stratum over the squared sum of all weights:
        without weights the share by the number of all units.
    confidence : float
    seed : int
        Of the halvings.

    Returns
    -------
    lower, upper : float

    Notes
    -----
    Halves are drawn from counts: of a cell with ``n`` units, half of them binomially. Where a half
    has a block without units, the term is chosen by the cells of the part's strata together.
    Sources: Ji, Lei & Spector (2024), "Model-agnostic covariate-assisted inference on partially
    identified causal effects", for dual bounds by sample splitting. One stratum alone has the
    interval of `interval_of`.
    """
    strata = len(share)
    if strata == 1:
        lower, upper = interval_of(parts[0].terms, parts[0].sample, confidence)
        return float(lower[0]), float(upper[0])
    z = float(-ndtri((1 - confidence) / 2))
    generator = np.random.default_rng(seed)
    ends = np.zeros(2)
    splits = min(SPLITS, max(1, HALVED_STRATA // strata))
    for _ in range(splits):
        values, variances = np.empty((2, strata)), np.empty((2, strata))
        for part in parts:
            halves = _halves(part.sample, generator)
            pooled = np.nan_to_num(share[part.strata] @ part.sample.cells)
            for side, among in enumerate((-part.terms.lower, part.terms.upper)):
                found = _chosen_of_all(among, part.sample, halves, pooled)
                values[side, part.strata], variances[side, part.strata] = found
        mean = values @ share
        between = (values - mean[:, None]) ** 2 @ share_noise
        ends += (mean + z * np.sqrt(variances @ share**2 + between)) / splits
    return -float(ends[0]), float(ends[1])


def _chosen_of_all(
    upper: Floats, sample: SampledCells, halves: tuple[Floats, Floats], pooled: Floats
) -> tuple[Floats, Floats]:
    """Return each stratum's terms, chosen apart from their data, and their variances."""
    of_all = int((upper @ pooled).argmin())
    count = len(sample.cells)
    values, variances = np.empty(count), np.empty(count)
    for start in range(0, count, BATCH):
        block = slice(start, start + BATCH)
        values[block], variances[block] = _chosen(
            upper, of_all, _rows(sample, block), halves[0][block], halves[1][block]
        )
    return values, variances


def _chosen(
    upper: Floats, of_all: int, sample: SampledCells, first: Floats, second: Floats
) -> tuple[Floats, Floats]:
    """Return, for each stratum, the terms that one half chooses on the other; and their variance.

    Where a half has no cells, the term `of_all` on all of the stratum.
    """
    rows = np.arange(len(first))
    whole = np.asarray(np.isfinite(first + second).all(axis=1))
    by_first = np.where(whole, (upper @ np.nan_to_num(first).T).argmin(axis=0), of_all)
    by_second = np.where(whole, (upper @ np.nan_to_num(second).T).argmin(axis=0), of_all)
    on_second = np.where(whole[:, None], second, sample.cells)
    on_first = np.where(whole[:, None], first, sample.cells)
    values = (
        np.einsum("sc,sc->s", on_second, upper[by_first])
        + np.einsum("sc,sc->s", on_first, upper[by_second])
    ) / 2
    variances = sample.variance(upper, smooth=True)
    return values, (variances[rows, by_first] + variances[rows, by_second]) / 2


def _halves(sample: SampledCells, generator: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the cells of two random halves of the units of each stratum."""
    first, second = np.full(sample.cells.shape, np.nan), np.full(sample.cells.shape, np.nan)
    for block in sample.blocks:
        cells, noise = sample.cells[:, block], sample.noise[:, block]
        with np.errstate(divide="ignore", invalid="ignore"):
            units = np.where(noise > 0, cells**2 / noise, 0.0)
            counts = np.maximum(np.rint(units), (cells > 0).astype(float)).astype(np.int64)
            part = np.where(counts > 0, generator.binomial(counts, 0.5) / counts, 0.0) * cells
            first[:, block] = part / part.sum(axis=1, keepdims=True)
            other = cells - part
            second[:, block] = other / other.sum(axis=1, keepdims=True)
    return first, second


def _rows(sample: SampledCells, rows: slice) -> SampledCells:
    return SampledCells(
        sample.cells[rows], sample.noise[rows], sample.smooth[rows], sample.smooth_noise[rows],
        sample.blocks,
    )  # fmt: skip


def _varies(term: Floats, blocks: tuple[slice, ...]) -> bool:
    """Whether samples change a term: it is no sum of constants over whole blocks."""
    return any(bool(np.ptp(term[block]) > 1e-12) for block in blocks)
