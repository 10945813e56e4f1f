"""Evidence of each variable's parents, with weights and variances of noise integrated out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from causal_magics.passive.evaluation.graph_posterior import drawn, parent_sets
from causal_magics.passive.worlds.episodes import Episodes
from causal_magics.passive.worlds.graph_prior import NOISE_VARIANCES, ScmPrior
from causal_magics.passive.worlds.scm_batch import LEAK
from causal_magics.passive.worlds.structural_models import NOTHING, Integers

__all__ = ["N_NODES", "MechanismPosterior"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

_DIRECTIONS = 256
"""Of two weights, as points of a plane: a multiple of 8, so that no corner of the square is one."""

_RADII = np.polynomial.legendre.leggauss(16)
_VARIANCES = np.polynomial.legendre.leggauss(5)
"""Nodes and weights of Gauss and Legendre, between -1 and 1."""

_REACH = 25.0
"""Radii count where the density is above exp(-reach / 2) of the largest along a direction."""

_LEAST_SQUARES = 1e-8
"""What the sum of squares along a direction is taken to be at least."""

N_NODES = _DIRECTIONS * len(_RADII[0])
"""Pairs of weights over which a density is summed."""


@dataclass(frozen=True, eq=False, repr=False)
class _Rays:
    """Quadrature over the weights of one variable's parents, along rays from zero.

    Parameters
    ----------
    directions : float array, shape (directions, parents)
    radii : float array, shape (episodes, directions, radii)
    masses : float array of the same shape
        Prior times density, relative to the scale.
    log_scale : float array, shape (episodes,)
    """

    directions: Floats
    radii: Singles
    masses: Singles
    log_scale: Floats

    @property
    def log_evidence(self) -> Floats:
        """Logarithm of the density of the variable's values, shape (episodes,)."""
        totals = self.masses.sum(axis=(1, 2), dtype=np.float64)
        return np.asarray(np.log(totals) + self.log_scale)

    def draw(self, episodes: Integers, rng: np.random.Generator) -> Floats:
        """Draw weights, one of each of the episodes that are given, shape (given, parents)."""
        sums = self.masses.reshape(len(self.masses), -1).cumsum(axis=1, dtype=np.float64)
        sums = sums / sums[:, -1:] + np.arange(len(sums))[:, None]
        aims = episodes + 1.0 - rng.random(episodes.shape)
        nodes = np.searchsorted(sums.reshape(-1), aims).clip(max=sums.size - 1)
        directions = nodes // self.masses.shape[2] % self.masses.shape[1]
        radii = self.radii.reshape(-1)[nodes]
        return np.asarray(self.directions[directions] * radii[:, None])


@dataclass(frozen=True, eq=False, repr=False)
class MechanismPosterior:
    """What is known of how each variable follows from what may be its parents.

    Along a ray from zero both links only scale what they give, so that the squared error is
    quadratic there; sums over radii follow its peak, however narrow.

    Parameters
    ----------
    episodes : Episodes
    prior : ScmPrior
        With a link that is linear or leaky-ReLU.
    """

    episodes: Episodes
    prior: ScmPrior

    @cached_property
    def log_evidence(self) -> Floats:
        """As `GraphPosterior` takes it, shape (episodes, variables, parent sets)."""
        n = self.episodes.n_variables
        found = np.full((self.episodes.n_episodes, n, len(parent_sets(n))), -np.inf)
        for (effect, place), rays in self._rays.items():
            found[:, effect, place] = rays.log_evidence
        return found

    def draw(self, sets: Integers, rng: np.random.Generator) -> tuple[Singles, Singles]:
        """Draw mechanisms along graphs.

        Parameters
        ----------
        sets : int array, shape (episodes, draws, variables)
            The parents of each variable, as the place in `parent_sets`.
        rng : numpy.random.Generator

        Returns
        -------
        weights : float array, shape (episodes, draws, variables, variables)
        scales : float array, shape (episodes, draws, variables)
            Standard deviations of the noise.
        """
        n = sets.shape[2]
        weights = np.zeros((*sets.shape, n), dtype=np.float32)
        for (effect, place), rays in self._rays.items():
            episodes, draws = np.nonzero(sets[:, :, effect] == place)
            found = rays.draw(episodes, rng)
            for cause, column in zip(parent_sets(n)[place], found.T, strict=True):
                weights[episodes, draws, cause, effect] = column
        return weights, self._scales(weights, rng)

    def _scales(self, weights: Singles, rng: np.random.Generator) -> Singles:
        """Draw standard deviations of noise, given what is left of the rows."""
        values = self.episodes.values
        totals = values[:, None] @ weights
        left = values[:, None] - np.maximum(totals, np.float32(self._slope) * totals)
        squared = np.einsum("ektv,etv->ekv", np.square(left), self._is_free.astype(np.float32))
        log_weights = self._log_densities(squared, self._is_free.sum(axis=1)[:, None])
        log_weights -= log_weights.max(axis=-1, keepdims=True)
        variances = self._variances[0][drawn(np.exp(log_weights), rng)]
        return np.sqrt(variances).astype(np.float32)

    @cached_property
    def _rays(self) -> dict[tuple[int, int], _Rays]:
        """Of each variable and the place of what may be its parents."""
        n = self.episodes.n_variables
        return {
            (effect, place): self._along(effect, parents)
            for effect in range(n)
            for place, parents in enumerate(parent_sets(n))
            if effect not in parents
        }

    def _along(self, effect: int, parents: tuple[int, ...]) -> _Rays:
        """Sum over the weights of the parents of a variable."""
        free = self._is_free[:, :, effect]
        effects = np.where(free, self.episodes.values[:, :, effect], 0.0).astype(np.float64)
        directions, spacing = _directions(len(parents))
        totals = self.episodes.values[:, :, list(parents)].astype(np.float64) @ directions.T
        followed = np.maximum(totals, self._slope * totals) * free[:, :, None]
        squares = np.maximum(np.square(followed).sum(axis=1), _LEAST_SQUARES)
        peaks = np.einsum("etd,et->ed", followed, effects) / squares
        errors = np.square(effects).sum(axis=1)[:, None] - squares * np.square(peaks)
        radii, measure = self._radii(directions, peaks, squares)
        squared = errors[:, :, None] + squares[:, :, None] * np.square(radii - peaks[:, :, None])
        measure *= spacing * radii ** max(len(parents) - 1, 0)
        measure /= (2 * self.prior.max_weight) ** len(parents)
        least = squared.min(axis=(1, 2))
        log_densities = self._log_densities(least, free.sum(axis=1))
        log_scale = log_densities.max(axis=1)
        further = (squared - least[:, None, None]).astype(np.float32)
        masses = np.zeros_like(further)
        for variance, factor in zip(
            self._variances[0], np.exp(log_densities - log_scale[:, None]).T, strict=True
        ):
            masses += factor[:, None, None].astype(np.float32) * np.exp(
                further * np.float32(-0.5 / variance)
            )
        return _Rays(directions, radii.astype(np.float32), masses * measure.astype(np.float32),
                     log_scale)  # fmt: skip

    def _radii(self, directions: Floats, peaks: Floats, squares: Floats) -> tuple[Floats, Floats]:
        """Return nodes and their weights about the peak, both (episodes, directions, radii)."""
        if not directions.shape[1]:
            return np.zeros((*peaks.shape, 1)), np.ones((*peaks.shape, 1))
        ends = self.prior.max_weight / np.abs(directions).max(axis=1)
        tops = np.clip(peaks, 0.0, ends)
        apart = np.abs(peaks - tops)
        reach = np.sqrt(np.square(apart) + _REACH * self._variances[0].max() / squares) - apart
        lower, upper = np.maximum(tops - reach, 0.0), np.minimum(tops + reach, ends)
        nodes, weights = _RADII
        half = 0.5 * (upper - lower)[:, :, None]
        return lower[:, :, None] + half * (1.0 + nodes), half * weights

    def _log_densities(self, squared: NDArray[np.floating], n_rows: Integers) -> Floats:
        """Return the logarithm of weight times density of each variance of the noise.

        Parameters
        ----------
        squared : float array
            Sums of squared errors.
        n_rows : int array that goes with it

        Returns
        -------
        array of that shape and one more axis
        """
        variances, log_weights = self._variances
        spread = 0.5 * n_rows[..., None] * np.log(2 * np.pi * variances)
        return np.asarray(log_weights - spread - 0.5 * squared[..., None] / variances)

    @cached_property
    def _variances(self) -> tuple[Floats, Floats]:
        """Variances of noise, and the logarithm of the weight of each."""
        least, most = NOISE_VARIANCES
        nodes, weights = _VARIANCES
        variances = least + 0.5 * (most - least) * (1.0 + nodes)
        return variances * self.prior.noise**2, np.log(0.5 * weights)

    @cached_property
    def _is_free(self) -> NDArray[np.bool_]:
        """In which rows each variable was not set, shape (episodes, rows, variables)."""
        targets = np.pad(self.episodes.targets, ((0, 0), (1, 0)), constant_values=NOTHING)
        return np.asarray(targets[:, :, None] != np.arange(self.episodes.n_variables))

    @property
    def _slope(self) -> float:
        """Of the link, below zero."""
        return 1.0 if self.prior.link == "linear" else LEAK


def _directions(n_parents: int) -> tuple[Floats, float]:
    """Return unit vectors all around, and how far they lie apart; no parents have one, empty."""
    if n_parents == 0:
        return np.empty((1, 0)), 1.0
    if n_parents == 1:
        return np.array([[1.0], [-1.0]]), 1.0
    spacing = 2 * np.pi / _DIRECTIONS
    angles = spacing * (np.arange(_DIRECTIONS) + 0.5)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1), spacing
