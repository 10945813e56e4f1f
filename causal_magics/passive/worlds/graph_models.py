"""Models of one graph of the user: with mechanisms of the user's, or drawn as in training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.structural_model import StructuralModel
from causal_magics.graph.model import CausalGraph
from causal_magics.passive.worlds.graph_prior import ScmPrior
from causal_magics.passive.worlds.links import checked_link
from causal_magics.passive.worlds.scm_batch import ScmBatch
from causal_magics.passive.worlds.structural_models import NOTHING, Booleans, Floats, Integers

__all__ = ["GraphModels", "drawn_models", "parent_matrix"]


@dataclass(frozen=True, eq=False, repr=False)
class GraphModels:
    """One structural model, so many times; variables are the nodes of its graph, in their order.

    Parameters
    ----------
    model : StructuralModel
    centres, spreads : array, shape (variables,)
        What rows are standardised by, and what settings are in units of.
    n_models : int
    """

    model: StructuralModel
    centres: NDArray[np.float64]
    spreads: NDArray[np.float64]
    n_models: int = 1

    def __repr__(self) -> str:
        return f"<GraphModels: {self.n_models:,} times {self.model!r}>"

    @property
    def n_variables(self) -> int:
        """How many variables it has."""
        return len(self.model.graph)

    @property
    def parents(self) -> Booleans:
        """Of shape (models, variables, variables); ``parents[b, i, j]`` where i → j."""
        one = parent_matrix(self.model.graph)
        return np.broadcast_to(one, (self.n_models, *one.shape))

    @property
    def is_linear(self) -> bool:
        """Not known, so that outcomes are averaged over noise."""
        return False

    def noise(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """Draw the noise of one row of each, shape (models, variables)."""
        return self.model.draw_noise(self.n_models, rng)

    def respond(
        self, noise: NDArray[np.float64], targets: Integers, settings: Floats
    ) -> NDArray[np.float64]:
        """Return the row of each, given its noise and what is set: see `StructuralModels`."""
        fixed = np.full(noise.shape, np.nan)
        acted = np.flatnonzero(targets != NOTHING)
        where = targets[acted]
        fixed[acted, where] = self.centres[where] + self.spreads[where] * settings[acted]
        rows: NDArray[np.float64] = self.model.respond(noise, fixed) - self.centres
        return rows / self.spreads

    def step(
        self, targets: Integers, settings: Floats, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Return one new row of each: `respond` to fresh noise."""
        return self.respond(self.noise(rng), targets, settings)

    def take(self, which: Sequence[int] | Integers) -> GraphModels:
        """Return as many as are asked for; they are all the same."""
        return replace(self, n_models=len(which))


def drawn_models(graph: CausalGraph, prior: ScmPrior, rng: np.random.Generator) -> ScmBatch:
    """Draw mechanisms on a graph as a prior draws them on its own.

    Parameters
    ----------
    graph : CausalGraph
        A DAG; functional nodes with parents get no noise.
    prior : ScmPrior
    rng : numpy.random.Generator

    Returns
    -------
    ScmBatch
        One model; its variables are the nodes in their order.

    Raises
    ------
    OptionError
        Where the link fails, or returns anything else than finite numbers in the shape it is given.
    """
    link = checked_link(prior.link) if callable(prior.link) else prior.link
    names = graph.nodes
    parents = parent_matrix(graph)
    weights = rng.uniform(-prior.max_weight, prior.max_weight, parents.shape) * parents
    scales = prior.draw(1, len(names), rng).noise_scales
    for place, name in enumerate(names):
        if "functional" in graph.node(name).roles and parents[:, place].any():
            scales[0, place] = 0.0
    order = np.array([[names.index(name) for name in graph.topological_order()]])
    return ScmBatch(weights[None].astype(np.float32), scales, order, link)


def parent_matrix(graph: CausalGraph) -> Booleans:
    """Return which node is a parent of which, ``[i, j]`` where i → j, in the order of the nodes."""
    names = graph.nodes
    matrix = np.zeros((len(names), len(names)), dtype=bool)
    for cause, effect in graph.directed_edges:
        matrix[names.index(cause), names.index(effect)] = True
    return matrix
