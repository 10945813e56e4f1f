"""Edge lists and adjacency matrices, as pandas frames."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from causal_magics.errors import EdgeError, GraphError, closest, shorten
from causal_magics.graph.elements import Node
from causal_magics.graph.interchange.parts import Gathered, load, read_mark, read_name, read_names
from causal_magics.graph.model import CausalGraph

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

COLUMNS = ("source", "target", "mark", "confidence", "bits", "required")


def to_edge_list(graph: CausalGraph) -> pd.DataFrame:
    """Write one row an edge.

    Returns
    -------
    pandas.DataFrame
        Columns `source`, `target`, `mark` (str), `confidence`, `bits` (float, NaN where unknown)
        and `required` (bool). Nodes without edges, roles, positions, forbidden edges and tiers
        are not carried.
    """
    pandas = load("pandas", "edge lists")
    rows = [
        (
            *edge.key,
            np.nan if edge.confidence is None else edge.confidence,
            np.nan if edge.bits is None else edge.bits,
            edge.mark == "->" and (edge.source, edge.target) in graph.knowledge.required,
        )
        for edge in graph.edges
    ]
    frame = pandas.DataFrame(rows, columns=list(COLUMNS))
    kinds = {"confidence": float, "bits": float, "required": bool}
    return cast("pd.DataFrame", frame.astype(kinds))


def from_edge_list(frame: pd.DataFrame, nodes: Iterable[str] = ()) -> CausalGraph:
    """Read one edge a row.

    Parameters
    ----------
    frame : pandas.DataFrame
        With columns `source` and `target`; without `mark`, every edge is ``->``. Columns
        `confidence`, `bits` and `required` are read where they are there.
    nodes : iterable of str
        Nodes that stand first, with edges or without.

    Raises
    ------
    GraphError
    """
    columns = [str(column) for column in frame.columns]
    for needed in ("source", "target"):
        if needed not in columns:
            hint = closest(needed, columns)
            raise GraphError(
                f"Expected a column {needed!r} in the edge list, got {_some(columns) or 'none'}."
                + (f" Is it {hint!r}? Rename it." if hint else "")
            )
    gathered = Gathered()
    for name in nodes:
        gathered.add_node(Node(name))
    known = [column for column in COLUMNS if column in columns]
    for values in zip(*(frame[column] for column in known), strict=True):
        said = dict(zip(known, values, strict=True))
        source, target = read_name(_plain(said["source"])), read_name(_plain(said["target"]))
        gathered.add_edge(source, target, read_mark(said.get("mark", "->")), said)
    return gathered.graph()


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value


def to_adjacency_matrix(graph: CausalGraph) -> pd.DataFrame:
    """Write a matrix `A` with ``A[i, j] = 1`` where ``i -> j``, and 0 elsewhere.

    Returns
    -------
    pandas.DataFrame, shape (n, n), int
        Rows and columns are the nodes in their order. ``i -- j`` is 1 both ways. Only names and
        these edges are carried.

    Raises
    ------
    EdgeError
        Where the graph has other edges, which such a matrix cannot tell apart.
    """
    pandas = load("pandas", "adjacency matrices")
    names = list(graph.nodes)
    return cast("pd.DataFrame", pandas.DataFrame(adjacency_values(graph), names, names))


def adjacency_values(graph: CausalGraph) -> NDArray[np.int64]:
    """Return the values of `to_adjacency_matrix`."""
    if not graph.is_cpdag_like:
        others = sorted(graph.marks - {"->", "--"})
        raise EdgeError(
            "Expected a graph with edges -> and -- for an adjacency matrix, got "
            f"{' '.join(others)}. Use to_edge_list, which carries every mark."
        )
    place = {name: i for i, name in enumerate(graph.nodes)}
    matrix = np.zeros((len(place), len(place)), dtype=np.int64)
    for edge in graph.edges:
        matrix[place[edge.source], place[edge.target]] = 1
        if edge.mark == "--":
            matrix[place[edge.target], place[edge.source]] = 1
    return matrix


def from_adjacency_matrix(
    matrix: pd.DataFrame | ArrayLike, names: Sequence[str] | None = None
) -> CausalGraph:
    """Read a matrix `A` in which ``A[i, j] != 0`` means ``i -> j``, and both ways ``i -- j``.

    Parameters
    ----------
    matrix : pandas.DataFrame or array, shape (n, n)
        A frame has the same names along both sides, its rows in any order. NaN is no edge.
    names : sequence of str, optional
        Of the rows; a frame brings its own, an array without names gets ``X1``, ``X2``, ….

    Raises
    ------
    GraphError
    """
    return gather_adjacency(matrix, names).graph()


def gather_adjacency(
    matrix: pd.DataFrame | ArrayLike, names: Sequence[object] | None = None
) -> Gathered:
    """Return the parts of an adjacency matrix, cyclic or not."""
    values, labels = values_and_labels(matrix, names)
    keys = read_names(labels)
    if len(keys) != len(labels):
        raise GraphError("Expected different names along the adjacency matrix, got one twice.")
    gathered = Gathered()
    order = [keys[label] for label in labels]
    for name in order:
        gathered.add_node(Node(name))
    present = (values != 0) & ~np.isnan(values)
    for i, j in np.argwhere(present).tolist():
        if not present[j, i]:
            gathered.add_edge(order[i], order[j], "->")
        elif i <= j:
            gathered.add_edge(order[i], order[j], "--")
    return gathered


def values_and_labels(matrix: Any, names: Sequence[object] | None) -> tuple[Any, list[object]]:
    """Return the values of a square matrix and the names along it."""
    labels: list[object] | None = None if names is None else list(names)
    if hasattr(matrix, "columns"):
        labels = list(matrix.columns) if labels is None else labels
        if names is None and list(matrix.index) != labels:
            if len(set(matrix.index)) != len(matrix.index) or set(matrix.index) != set(labels):
                raise GraphError(
                    "Expected the same names along both sides of the adjacency matrix, got rows "
                    f"{_some(matrix.index)} and columns {_some(labels)}. Set frame.index to "
                    "frame.columns."
                )
            matrix = matrix.loc[labels]
        matrix = matrix.to_numpy()
    try:
        values = np.asarray(matrix, dtype=float)
    except (TypeError, ValueError):
        raise GraphError("Expected numbers in the adjacency matrix, got other values.") from None
    if values.size == 0 and not labels:
        values = values.reshape(0, 0)
    if values.ndim != 2 or values.shape[0] != values.shape[1]:
        raise GraphError(f"Expected a square adjacency matrix, got shape {values.shape}.")
    if labels is None:
        labels = [f"X{i + 1}" for i in range(len(values))]
    if len(labels) != len(values):
        raise GraphError(f"Expected {len(values)} names, one a row, got {len(labels)}.")
    return values, labels


def _some(labels: Iterable[object]) -> str:
    shown = [shorten(str(label)) for label in labels]
    return ", ".join(shown[:4]) + (", …" if len(shown) > 4 else "")
