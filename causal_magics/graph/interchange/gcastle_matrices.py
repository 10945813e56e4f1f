"""gCastle's matrices, both ways: ``W[i, j] != 0`` means ``i -> j``, both ways ``i -- j``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import GraphError
from causal_magics.graph.interchange.parts import Gathered
from causal_magics.graph.interchange.tables import adjacency_values, gather_adjacency
from causal_magics.graph.model import CausalGraph


def from_gcastle(learner: Any, names: Sequence[str] | None = None) -> CausalGraph:
    """Read a learner of gCastle, or its matrix, in which ``W[i, j] != 0`` means ``i -> j``.

    Parameters
    ----------
    learner : learner, castle Tensor, array or data frame
        Of a learner its `causal_matrix` is read. Both ways are ``i -- j``: gCastle does not tell
        an undirected edge from a cycle of two. Weights are left aside.
    names : sequence of str, optional
        Of the columns; gCastle's own where left out, which are ``0``, ``1``, … unless ``learn``
        was given `columns`.

    Raises
    ------
    GraphError
        Where there is no such matrix.
    """
    return gather_gcastle(learner, names).graph()


def gather_gcastle(learner: Any, names: Sequence[str] | None = None) -> Gathered:
    """Return the parts of a learner of gCastle, cyclic or not."""
    matrix = getattr(learner, "causal_matrix", learner)
    if matrix is None:
        raise GraphError(f"Expected a fitted {type(learner).__name__}. Call learn(…) first.")
    if isinstance(matrix, np.ndarray):
        own = list(getattr(matrix, "columns", range(len(matrix))))
        return gather_adjacency(np.asarray(matrix), own if names is None else names)
    return gather_adjacency(matrix, names)


def to_gcastle(graph: CausalGraph) -> NDArray[np.int64]:
    """Write gCastle's matrix: ``W[i, j] = 1`` where ``i -> j``, both ways where ``i -- j``.

    Returns
    -------
    array, shape (n, n), int
        Rows and columns are the nodes in their order, as ``castle.metrics.MetricsDAG`` takes it;
        only these edges are carried.

    Raises
    ------
    EdgeError
        Where the graph has other edges, which such a matrix cannot tell apart.
    """
    return adjacency_values(graph)
