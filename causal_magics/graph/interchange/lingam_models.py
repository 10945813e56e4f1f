"""lingam's models and matrices, both ways.

Their convention is the transpose of ours: ``B[i, j] != 0`` means ``j -> i``, as in the equation
``x = B x + e``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import EdgeError, GraphError
from causal_magics.graph.elements import Node
from causal_magics.graph.interchange.parts import Gathered, lagged, names_of
from causal_magics.graph.interchange.tables import values_and_labels
from causal_magics.graph.model import CausalGraph


def from_lingam(model: Any, names: Sequence[str] | None = None) -> CausalGraph:
    """Read a model of lingam, or its matrix `B`, in which ``B[i, j] != 0`` means ``j -> i``.

    Parameters
    ----------
    model : fitted model, array or data frame
        `DirectLiNGAM` and the others with an `adjacency_matrix_`, among them `RCD`, `CAMUV` and
        `BottomUpParceLiNGAM`, whose NaN (a hidden common cause, or an order that it leaves open)
        is read as ``i <-> j``, as lingam draws it; `VARLiNGAM`, whose lagged causes become nodes
        such as ``x[t-1]``; causal-learn's copies of them. `LiM` has the transposed matrix, which
        is known by its class. Strengths are left aside.
    names : sequence of str, optional
        Of the columns that the model was fitted to; ``x0``, ``x1``, … where left out.

    Raises
    ------
    GraphError
        Where there is no such matrix, or several, one a group.
    """
    return gather_lingam(model, names).graph()


def gather_lingam(model: Any, names: Sequence[str] | None = None) -> Gathered:
    """Return the parts of a model of lingam, cyclic or not."""
    matrices, labels = _matrices(model, names)
    order = names_of(len(matrices[0]), labels, "lingam's columns")
    gathered = Gathered()
    for name in order:
        gathered.add_node(Node(name))
    for lag, matrix in enumerate(matrices):
        unknown = np.isnan(matrix)
        for i, j in np.argwhere((matrix != 0) & ~unknown).tolist():
            gathered.add_edge(lagged(order[j], lag), order[i], "->")
        for i, j in np.argwhere(unknown).tolist():
            gathered.add_edge(lagged(order[j], lag), order[i], "<->")
    return gathered


def _matrices(model: Any, names: Sequence[str] | None) -> tuple[list[Any], list[object]]:
    """Return B(0), B(1), … and the names of their rows."""
    kinds = {kind.__name__ for kind in type(model).__mro__}
    found = model
    if hasattr(model, "adjacency_matrix_"):
        found = model.adjacency_matrix_
        if found is None:
            raise GraphError(f"Expected a fitted {type(model).__name__}. Call fit(…) first.")
        found = np.transpose(found) if "LiM" in kinds else found
    elif hasattr(model, "adjacency_matrices_"):
        found = model.adjacency_matrices_
        found = found[0] if "VARMALiNGAM" in kinds else found
        if found is None or not kinds & {"VARLiNGAM", "VARMALiNGAM"}:
            raise GraphError(
                f"Expected one graph, got {type(model).__name__} with "
                f"{0 if found is None else len(found)} matrices. "
                "Give one of them: from_lingam(model.adjacency_matrices_[0])."
            )
    if isinstance(found, np.ndarray) and found.ndim == 3:
        matrices = [values_and_labels(matrix, names)[0] for matrix in found]
    else:
        matrices = [values_and_labels(found, names)[0]]
    if hasattr(found, "columns") and names is None:
        return matrices, list(found.columns)
    return matrices, list(names or (f"x{i}" for i in range(len(matrices[0]))))


def to_lingam(graph: CausalGraph) -> NDArray[np.float64]:
    """Write lingam's matrix `B`: ``B[i, j] = 1`` where ``j -> i``, NaN both ways ``i <-> j``.

    Returns
    -------
    array, shape (n, n)
        Rows and columns are the nodes in their order; only these edges are carried.

    Raises
    ------
    EdgeError
        Where the graph has other edges, or ``->`` beside ``<->``, which such a matrix has no place
        for.
    """
    if not graph.is_admg:
        raise EdgeError(
            "Expected a graph with edges -> and <-> for lingam's matrix, got "
            f"{' '.join(sorted(graph.marks))}. Direct the others, or use to_edge_list."
        )
    place = {name: i for i, name in enumerate(graph.nodes)}
    matrix = np.zeros((len(place), len(place)))
    for edge in graph.edges:
        cause, effect = place[edge.source], place[edge.target]
        if len(graph.edges_between(edge.source, edge.target)) > 1:
            raise EdgeError(
                f"Expected one edge between {edge.source} and {edge.target} for lingam's matrix, "
                "got -> and <->. Remove one of them."
            )
        matrix[effect, cause] = np.nan if edge.mark == "<->" else 1.0
        if edge.mark == "<->":
            matrix[cause, effect] = np.nan
    return matrix
