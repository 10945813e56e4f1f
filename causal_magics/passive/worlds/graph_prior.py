"""Random graphs in batches, and the unlabelled classes they belong to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causal_magics.passive.worlds.scm_batch import Link, ScmBatch
from causal_magics.passive.worlds.structural_models import Booleans

__all__ = ["CLASS_SHARE", "NOISE_VARIANCES", "ScmPrior", "graph_classes", "is_held_out_class"]

CLASS_SHARE = 5
"""One class of so many is held out."""

_LEAST_VARIABLES = 4
"""Fewer variables have too few classes to hold one out."""

_SALT = np.uint64(17)
"""With it, close to a fifth of the classes and of the graphs of 4 to 8 variables are held out."""

NOISE_VARIANCES = (0.3, 0.7)
"""Between which variances are drawn, where noise is 1."""

_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


@dataclass(frozen=True)
class ScmPrior:
    """What random structural causal models are drawn from.

    A model has one to `max_roots` roots; each other variable has one or two parents among those
    before it. Weights are uniform between minus and plus `max_weight`, variances of the noise
    uniform between .3 and .7, and variables are named at random.

    Parameters
    ----------
    link : {"linear", "leaky-relu"} or callable
    noise : float
        Multiplies each standard deviation.
    max_roots : int
    max_weight : float
    """

    link: Link = "leaky-relu"
    noise: float = 1.0
    max_roots: int = 4
    max_weight: float = 2.0

    def draw(self, n_models: int, n_variables: int, rng: np.random.Generator) -> ScmBatch:
        """Draw models.

        Parameters
        ----------
        n_models, n_variables : int
        rng : numpy.random.Generator
        """
        shape = (n_models, n_variables)
        roots = rng.integers(1, min(self.max_roots, n_variables - 1) + 1, n_models)
        edges = np.zeros((*shape, n_variables), dtype=bool)
        models = np.arange(n_models)
        for place in range(1, n_variables):
            caused = place >= roots
            first = rng.integers(place, size=n_models)
            edges[models, first, place] = caused
            if place > 1:
                second = (first + rng.integers(1, place, n_models)) % place
                edges[models, second, place] |= caused & (rng.random(n_models) < 0.5)
        weights = rng.uniform(-self.max_weight, self.max_weight, edges.shape).astype(np.float32)
        weights *= edges
        order = rng.random(shape).argsort(axis=1)
        ranks = order.argsort(axis=1)
        named = weights[models[:, None, None], ranks[:, :, None], ranks[:, None, :]]
        scales = self.noise * np.sqrt(rng.uniform(*NOISE_VARIANCES, shape))
        return ScmBatch(named, scales.astype(np.float32), order, self.link)


def graph_classes(parents: Booleans) -> NDArray[np.uint64]:
    """Return a number for the unlabelled class of each graph.

    Graphs that differ by names alone have the same number. The colours of Weisfeiler and Leman's
    refinement along both directions of edges are hashed: now and then two classes share a number,
    as refinement does not tell all graphs apart, and never has one class two.

    Parameters
    ----------
    parents : bool array, shape (models, variables, variables)
        ``parents[b, i, j]`` where i → j.

    Returns
    -------
    array of uint64, shape (models,)
    """
    causes, effects = parents.astype(np.uint64), parents.transpose(0, 2, 1).astype(np.uint64)
    colours = np.ones(parents.shape[:2], dtype=np.uint64)
    for _ in range(parents.shape[1]):
        above = np.einsum("bij,bi->bj", causes, _mixed(colours))
        below = np.einsum("bij,bi->bj", effects, _mixed(colours + _MIX[1]))
        colours = _mixed(colours + _MIX[0] * above + _MIX[2] * below)
    return _mixed(colours.sum(axis=1))


def is_held_out_class(parents: Booleans) -> Booleans:
    """Return whether each graph is of a class that is held out: about one of five.

    Parameters
    ----------
    parents : bool array, shape (models, variables, variables)
    """
    if parents.shape[1] < _LEAST_VARIABLES:
        return np.zeros(len(parents), dtype=bool)
    return np.asarray(_mixed(graph_classes(parents) + _SALT) % np.uint64(CLASS_SHARE) == 0)


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter numbers, each always to the same place (the finalizer of splitmix64)."""
    numbers = numbers + _MIX[0]
    numbers = (numbers ^ (numbers >> np.uint64(30))) * _MIX[1]
    numbers = (numbers ^ (numbers >> np.uint64(27))) * _MIX[2]
    return numbers ^ (numbers >> np.uint64(31))
