"""Structural models from the statistic that discovery keeps: no row is read again.

A mechanism is what the code of a column is computed from: a sum of functions of its parents, and
of products of two, with the smoothness prior of `causal_magics.discovery.score`. Columns are as
they came, also where their code is on a bent scale: there, a small misfit far out would grow to a
large one. Noise is Gaussian and even.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import numpy as np

from causal_magics.data.structural_model import StructuralModel, check_observed_dag
from causal_magics.discovery.basis import Basis, SplineBasis
from causal_magics.discovery.kernels import functions_of
from causal_magics.discovery.layout import Floats, Indices
from causal_magics.discovery.scale import Scale
from causal_magics.discovery.score import Score
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.errors import DiscoveryError, UnknownNodeError, shorten
from causal_magics.graph.equivalence import consistent_extension
from causal_magics.graph.model import CausalGraph

if TYPE_CHECKING:
    from causal_magics.discovery.result import Discovery

__all__ = ["structural_model_of"]


def structural_model_of(discovery: Discovery, graph: CausalGraph | None) -> StructuralModel:
    """Return the mechanisms of the last batch along a graph: see `Discovery.structural_model`."""
    if graph is None:
        graph = discovery.graph
        graph = consistent_extension(graph) if graph.undirected_edges else graph
    check_observed_dag(graph)
    index = _numeric_columns(discovery, graph)
    world, place = discovery.memory.whereabouts(len(discovery.batches) - 1)
    mechanisms: dict[str, _Mechanism] = {}
    for name in graph.nodes:
        node = index[name]
        shared = world.groups(node)[int(world.labels[place, node])]
        parents = [index[parent] for parent in graph.nodes if parent in graph.parents(name)]
        mechanisms[name] = _Mechanism.of(discovery.basis, reduce(add, shared), node, parents)
    own = world.members[place].statistic
    return StructuralModel(
        graph,
        mechanisms,
        {name: mechanism.noise for name, mechanism in mechanisms.items()},
        {name: _moments(discovery.basis, own, name, node) for name, node in index.items()},
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Mechanism:
    """What is to be expected of a column, as it came.

    Attributes
    ----------
    basis
        Of the parents; None where there is none.
    intercept, weights
        Of its functions.
    noise
        Standard deviation of the residuals.
    """

    basis: Basis | None
    intercept: float
    weights: Floats
    noise: float

    def __call__(self, *parents: Floats) -> Floats:
        if self.basis is None:
            return np.array(self.intercept)
        functions = self.basis.design(np.column_stack(parents))[:, 1:]
        made: Floats = self.intercept + functions @ self.weights
        return made

    @classmethod
    def of(
        cls, basis: Basis, statistic: GramStatistic, node: int, parents: list[int]
    ) -> _Mechanism:
        """Solve for the weights of the functions of the parents, and of their products."""
        blocks = Score.from_statistic(statistic).blocks
        response, scale = _plain(basis, node)
        own, chosen = _basis_of(basis, parents)
        functions = functions_of(blocks, chosen)
        matrix = blocks.matrix[np.ix_(functions, functions)]
        along = blocks.matrix[functions, response]
        normal = matrix + np.diag(blocks.precision[functions])
        weights = np.linalg.solve(normal, along)
        squares = float(
            blocks.matrix[response, response] - 2.0 * weights @ along + weights @ matrix @ weights
        )
        freedom = 1.0 + float(np.trace(np.linalg.solve(normal, matrix)))
        rows = float(statistic.observed[node])
        means = statistic.gram[0, 1:] / statistic.gram[0, 0]
        return cls(
            own,
            scale.centre + scale.width * float(means[response] - weights @ means[functions]),
            scale.width * weights,
            scale.width * math.sqrt(max(0.0, squares) / max(1.0, rows - freedom)),
        )


def _basis_of(basis: Basis, parents: list[int]) -> tuple[Basis | None, Indices]:
    """Return the functions of some columns and of their products, and which blocks these are."""
    if not parents:
        return None, np.empty(0, dtype=np.int64)
    kept = [
        (block, (parents.index(first), parents.index(second)))
        for block, (first, second) in enumerate(basis.products, start=len(basis.columns))
        if first in parents and second in parents
    ]
    columns = tuple(basis.columns[parent] for parent in parents)
    blocks = [*parents, *(block for block, _ in kept)]
    return Basis(columns, tuple(pair for _, pair in kept)), np.array(blocks, dtype=np.int64)


def _plain(basis: Basis, node: int) -> tuple[int, Scale]:
    """Return which function is the standardised column, and by what it is standardised."""
    column = basis.columns[node]
    assert isinstance(column, SplineBasis)
    starts = basis.layout.starts
    is_bent = column.scale.bend != 0.0
    return int(starts[node + 1] - 1 if is_bent else starts[node]), column.scale


def _moments(basis: Basis, statistic: GramStatistic, name: str, node: int) -> tuple[float, float]:
    """Return the mean and the standard deviation of a column as it came.

    Raises
    ------
    DiscoveryError
        Where it does not vary.
    """
    function, scale = _plain(basis, node)
    mean = float(statistic.gram[0, 1 + function] / statistic.observed[node])
    square = float(statistic.gram[1 + function, 1 + function] / statistic.observed[node])
    spread = math.sqrt(max(0.0, square - mean**2))
    if not spread > 0.0:
        raise DiscoveryError(
            f"Expected columns that vary in the last batch, got {shorten(name)}, which does not. "
            "Leave it out of the graph."
        )
    return scale.centre + scale.width * mean, scale.width * spread


def _numeric_columns(discovery: Discovery, graph: CausalGraph) -> dict[str, int]:
    """Return the place of each node among the columns.

    Raises
    ------
    DiscoveryError
        Where a node is no column, or one of labels.
    """
    index = {}
    for name in graph.nodes:
        if name not in discovery.columns:
            raise DiscoveryError(
                "Expected a graph over the columns that were learned from. "
                f"{UnknownNodeError(name, discovery.columns)}"
            )
        index[name] = discovery.columns.index(name)
        if not isinstance(discovery.basis.columns[index[name]], SplineBasis):
            raise DiscoveryError(
                f"Expected columns of numbers, got {shorten(name)} of labels, or of so few numbers "
                "that they count as labels. Leave it out of the graph."
            )
    return index
