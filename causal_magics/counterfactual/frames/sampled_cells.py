"""`SampledCells`: probabilities estimated from counts, and how far they vary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causal_magics.counterfactual.bounding.bounds import Floats

__all__ = ["SampledCells"]

PSEUDO_COUNT = 1.0
"""Units that are added to each cell before its variance is taken.

A cell that was never seen would otherwise be held for impossible, and intervals cover too little
where an outcome is rare.
"""


@dataclass(frozen=True, eq=False, slots=True)
class SampledCells:
    """The cells of each stratum as counted: relative frequencies within blocks.

    A block is what is drawn together: each arm of an experiment, and all of the observations.

    Attributes
    ----------
    cells : ndarray of shape (strata, cells)
        Relative frequencies, in the order of `Distributions.cells`.
    noise : ndarray of shape (strata, cells)
        Sum of squared weights of each cell over the squared sum of weights of its block; without
        weights the frequency over the number of units.
    smooth, smooth_noise : ndarray of shape (strata, cells)
        The same with `PSEUDO_COUNT` more units in each cell.
    blocks : tuple of slice
        The cells of each block.
    """

    cells: Floats
    noise: Floats
    smooth: Floats
    smooth_noise: Floats
    blocks: tuple[slice, ...]

    @classmethod
    def of(
        cls,
        experimental: Floats | None,
        observational: Floats | None,
        experimental_squares: Floats | None = None,
        observational_squares: Floats | None = None,
    ) -> SampledCells:
        """Return the cells of counts.

        Parameters
        ----------
        experimental, observational : ndarray of shape (strata, arms, levels), or None
            Numbers of units, or sums of their weights.
        experimental_squares, observational_squares : ndarray of the same shape, optional
            Sums of their squared weights; the counts themselves where left out.
        """
        counts, squares, blocks, start = [], [], [], 0
        if experimental is not None:
            strata, arms, levels = experimental.shape
            second = experimental if experimental_squares is None else experimental_squares
            counts.append(experimental.reshape(strata, -1))
            squares.append(second.reshape(strata, -1))
            blocks += [slice(x * levels, (x + 1) * levels) for x in range(arms)]
            start = arms * levels
        if observational is not None:
            strata = len(observational)
            second = observational if observational_squares is None else observational_squares
            counts.append(observational.reshape(strata, -1))
            squares.append(second.reshape(strata, -1))
            blocks.append(slice(start, start + counts[-1].shape[1]))
        return cls._of_cells(
            np.concatenate(counts, axis=1), np.concatenate(squares, axis=1), tuple(blocks)
        )

    @classmethod
    def _of_cells(cls, counts: Floats, squares: Floats, blocks: tuple[slice, ...]) -> SampledCells:
        cells, noise, smooth, smooth_noise = (np.empty(counts.shape) for _ in range(4))
        for block in blocks:
            weight = counts[:, block].sum(axis=1, keepdims=True)
            square = squares[:, block].sum(axis=1, keepdims=True)
            with np.errstate(divide="ignore", invalid="ignore"):
                units = weight**2 / square
                cells[:, block] = counts[:, block] / weight
                noise[:, block] = squares[:, block] / weight**2
                every = units + PSEUDO_COUNT * (block.stop - block.start)
                smooth[:, block] = (units * cells[:, block] + PSEUDO_COUNT) / every
                added = PSEUDO_COUNT / every**2
                smooth_noise[:, block] = noise[:, block] * (units / every) ** 2 + added
        return cls(cells, noise, smooth, smooth_noise, blocks)

    def variance(self, coefficients: Floats, *, smooth: bool = False) -> Floats:
        """Return the variance of linear functions of the cells, shape (strata, functions).

        Parameters
        ----------
        coefficients : ndarray of shape (functions, cells) or (strata, functions, cells)
            The same functions for all strata, or others for each.
        smooth : bool
            Whether with the pseudo counts.
        """
        cells = self.smooth if smooth else self.cells
        noise = self.smooth_noise if smooth else self.noise
        total = np.zeros(())
        for block in self.blocks:
            part, p, q = coefficients[..., block], cells[:, block], noise[:, block]
            mean = _product(part, p)
            spread = _product(part**2, q) - 2 * mean * _product(part, q)
            total = total + spread + mean**2 * q.sum(axis=1, keepdims=True)
        return np.maximum(total, 0.0)


def _product(coefficients: Floats, cells: Floats) -> Floats:
    """Return the sums over cells, shape (strata, functions)."""
    if coefficients.ndim == 2:
        return np.asarray(cells @ coefficients.T)
    return np.asarray(np.einsum("skc,sc->sk", coefficients, cells))
