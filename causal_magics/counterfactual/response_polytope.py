"""The distributions of some responses that agree with the data: a polytope.

Few responses: one variable for each joint choice of their levels (a response type), those that no
event tells apart merged. Many: one table for each bag of a tree decomposition of the graph that
joins responses of one event, tables of neighbours agreeing on what they share; by the junction tree
theorem such tables are those of a joint distribution, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from math import comb, prod

import numpy as np
from scipy import sparse

from causal_magics.counterfactual.bounds import Floats
from causal_magics.counterfactual.canonical_model import Event, Response, describe
from causal_magics.errors import CounterfactualError

__all__ = [
    "Polytope",
    "components",
    "determined",
    "polytope_of",
    "side_by_side",
    "vertices_of",
    "with_row",
]

MOST_TYPES = 1024
"""Response types up to which each has its own variable."""
MOST_VARIABLES = 100_000
"""Variables of all tables together above which a graph is refused."""
MOST_DENSE = 1_000_000
MOST_BASES = 60_000
"""Bases up to which all vertices are looked for."""


@dataclass(frozen=True, eq=False)
class Polytope:
    """All ``z >= 0`` with ``matrix @ z = right``, and the events whose probability is asked.

    Attributes
    ----------
    matrix : sparse array of shape (rows, variables)
    right : ndarray of shape (rows,)
    names : tuple of str
        What each row says; empty for rows that hold in every model.
    places : mapping of Event to int
        The row of `asked` that is an event's probability.
    asked : sparse array of shape (events, variables)
    n_types : int
        How many response types there are before any are merged.
    """

    matrix: sparse.csr_array
    right: Floats
    names: tuple[str, ...]
    places: Mapping[Event, int]
    asked: sparse.csr_array
    n_types: int


def components(events: Iterable[Event]) -> dict[Response, Response]:
    """Return for each response one that stands for all that events join with it."""
    root: dict[Response, Response] = {}

    def find(response: Response) -> Response:
        root.setdefault(response, response)
        while root[response] != response:
            root[response] = root[root[response]]
            response = root[response]
        return response

    for event in events:
        members = [response for response, _ in event]
        for first, second in pairwise(members):
            root[find(first)] = find(second)
        find(members[0])
    return {response: find(response) for response in root}


def polytope_of(
    levels: Mapping[str, int],
    rows: Sequence[tuple[Event, float]],
    asked: Sequence[Event],
    *,
    merge: bool = True,
) -> Polytope:
    """Return the polytope of the responses of some events.

    Parameters
    ----------
    levels : mapping of str to int
    rows : sequence of (Event, float)
        What the data fix.
    asked : sequence of Event
    merge : bool
        Whether types that nothing tells apart are merged, and those that the data exclude dropped.

    Raises
    ------
    CounterfactualError
        Where there are too many response types.
    """
    events = [event for event, _ in rows]
    responses = sorted({response for event in [*events, *asked] for response, _ in event})
    n_types = prod(levels[node] for node, _ in responses)
    tree: list[tuple[int, int]] = []
    if n_types <= MOST_TYPES:
        bags = [tuple(responses)]
    else:
        bags, tree = _tree_decomposition([*events, *asked])
    tables = _Tables(levels, bags)
    if tables.size > MOST_VARIABLES:
        raise CounterfactualError(_too_large(levels, responses, n_types, tables.size))
    structure = [tables.ones(0), *tables.agreements(tree)]
    matrix = sparse.csr_array(sparse.vstack([*structure, *map(tables.indicator, events)]))
    functionals = (
        sparse.csr_array(sparse.vstack([tables.indicator(event) for event in asked]))
        if asked
        else sparse.csr_array((0, tables.size))
    )
    right = np.zeros(matrix.shape[0])
    right[0] = 1.0
    right[matrix.shape[0] - len(rows) :] = [value for _, value in rows]
    names = ("",) * (len(right) - len(rows)) + tuple(describe(event) for event in events)
    places = {event: place for place, event in enumerate(asked)}
    if merge and len(bags) == 1:
        matrix, functionals = _merged(matrix, right, functionals)
    return Polytope(matrix, right, names, places, functionals, n_types)


def _merged(
    matrix: sparse.csr_array, right: Floats, asked: sparse.csr_array
) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Drop types of probability 0, and keep one of those that no row tells apart."""
    dense = np.concatenate([matrix.toarray(), asked.toarray()])
    possible = ~dense[: len(right)][right <= 0].any(axis=0)
    if not possible.any():
        return matrix, asked
    kept = np.unique(dense[:, possible], axis=1)
    return sparse.csr_array(kept[: len(right)]), sparse.csr_array(kept[len(right) :])


class _Tables:
    """One table of probabilities for each bag of responses, in one vector."""

    def __init__(self, levels: Mapping[str, int], bags: Sequence[tuple[Response, ...]]) -> None:
        self.bags = bags
        self.shapes = [tuple(levels[node] for node, _ in bag) for bag in bags]
        sizes = [prod(shape) for shape in self.shapes]
        self.starts = np.concatenate([[0], np.cumsum(sizes)]).astype(int)
        self.size = int(self.starts[-1])
        self.members = [set(bag) for bag in bags]

    def row(self, bag: int, chosen: Floats) -> sparse.csr_array:
        """Return a row with 1 at the chosen cells of one bag."""
        at = np.flatnonzero(chosen) + self.starts[bag]
        return sparse.csr_array(
            (np.ones(len(at)), (np.zeros(len(at), dtype=int), at)), shape=(1, self.size)
        )

    def ones(self, bag: int) -> sparse.csr_array:
        return self.row(bag, np.ones(self.shapes[bag]))

    def indicator(self, event: Event) -> sparse.csr_array:
        """Return the row of an event's probability, in the first bag that has its responses."""
        needed = {response for response, _ in event}
        bag = next(place for place, members in enumerate(self.members) if needed <= members)
        return self.row(bag, self._cells(bag, dict(event)))

    def _cells(self, bag: int, event: Mapping[Response, int]) -> Floats:
        where = tuple(event.get(response, slice(None)) for response in self.bags[bag])
        cells = np.zeros(self.shapes[bag])
        cells[where] = 1.0
        return cells

    def agreements(self, tree: Iterable[tuple[int, int]]) -> list[sparse.csr_array]:
        """Return the rows by which neighbours in the tree agree on what they share."""
        found = []
        for a, b in tree:
            common = sorted(self.members[a] & self.members[b])
            shape = [self.shapes[a][self.bags[a].index(response)] for response in common]
            for index in np.ndindex(*shape):
                event = dict(zip(common, index, strict=True))
                found.append(
                    self.row(a, self._cells(a, event)) - self.row(b, self._cells(b, event))
                )
        return found


def _tree_decomposition(
    events: Iterable[Event],
) -> tuple[list[tuple[Response, ...]], list[tuple[int, int]]]:
    """Return bags of responses, each event within one, and the tree that joins them."""
    import networkx as nx

    graph = nx.Graph()
    for event in events:
        members = sorted(response for response, _ in event)
        graph.add_nodes_from(members)
        graph.add_edges_from(combinations(members, 2))
    _, tree = nx.approximation.treewidth_min_fill_in(graph)
    places = {bag: place for place, bag in enumerate(tree.nodes)}
    return (
        [tuple(sorted(bag)) for bag in tree.nodes],
        [(places[a], places[b]) for a, b in tree.edges],
    )


def _too_large(
    levels: Mapping[str, int], responses: Sequence[Response], n_types: int, size: int
) -> str:
    counts: dict[str, int] = {}
    for node, _ in responses:
        counts[node] = counts.get(node, 0) + 1
    worst = max(counts, key=lambda node: levels[node] ** min(counts[node], 64))
    shown = f"{n_types:,}" if n_types < 10**9 else f"10^{len(str(n_types)) - 1}"
    return (
        f"Expected at most {MOST_VARIABLES:,} probabilities of response types of "
        f"{', '.join(sorted(counts))}, got {shown} types ({size:,} after splitting). "
        f"{worst!r} answers to {counts[worst]} combinations of its parents' levels: merge levels "
        "of its parents, or remove one of them."
    )


def vertices_of(polytope: Polytope) -> Floats | None:
    """Return the asked probabilities at all vertices, or None where there are too many bases.

    Shape (vertices, events); points that are no vertices once only the asked are looked at may be
    among them.
    """
    matrix, right = _independent(polytope.matrix.toarray(), polytope.right)
    rank, size = matrix.shape
    if comb(size, rank) > MOST_BASES:
        return None
    bases = np.array(list(combinations(range(size), rank)))
    asked = polytope.asked.toarray()
    found = []
    for part in np.array_split(bases, max(1, len(bases) // 4096)):
        squares = matrix[:, part].transpose(1, 0, 2)
        regular = np.abs(np.linalg.det(squares)) > 1e-9
        solved = np.linalg.solve(
            squares[regular], np.broadcast_to(right[:, None], (int(regular.sum()), rank, 1))
        )[..., 0]
        feasible = solved.min(axis=1, initial=0.0) >= -1e-9
        chosen = part[regular][feasible]
        found.append(np.einsum("vr,evr->ve", solved[feasible], asked[:, chosen]))
    points = np.clip(np.concatenate(found), 0.0, 1.0)
    return np.unique(points.round(13), axis=0) if len(points) else points


def determined(polytope: Polytope) -> dict[int, float]:
    """Return which of the asked probabilities the data determine, and their values.

    Those that are a sum of known ones; not looked for in polytopes of more than `MOST_DENSE`
    entries.
    """
    rows, size = polytope.matrix.shape
    if rows * size > MOST_DENSE:
        return {}
    matrix, asked = polytope.matrix.toarray(), polytope.asked.toarray()
    weights = np.linalg.lstsq(matrix.T, asked.T, rcond=None)[0]
    exact = np.abs(matrix.T @ weights - asked.T).max(axis=0, initial=0.0) < 1e-9
    values = np.clip(weights.T @ polytope.right, 0.0, 1.0)
    return {int(row): float(values[row]) for row in np.flatnonzero(exact)}


def side_by_side(
    polytopes: Sequence[Polytope], group: Sequence[int]
) -> tuple[list[Polytope], dict[tuple[int, int], tuple[int, int]]]:
    """Return one polytope for each group, the product of its members, and where events went.

    Parameters
    ----------
    polytopes : sequence of Polytope
    group : sequence of int
        The group of each.

    Returns
    -------
    polytopes : list of Polytope
    moved : dict of (polytope, event) before to (polytope, event) after
    """
    found: list[Polytope] = []
    moved: dict[tuple[int, int], tuple[int, int]] = {}
    for place, key in enumerate(dict.fromkeys(group)):
        members = [p for p, g in enumerate(group) if g == key]
        parts = [polytopes[p] for p in members]
        offset = 0
        for p, part in zip(members, parts, strict=True):
            rows = part.asked.shape[0]
            moved |= {(p, row): (place, offset + row) for row in range(rows)}
            offset += rows
        if len(parts) == 1:
            found += parts
            continue
        found.append(
            Polytope(
                sparse.csr_array(sparse.block_diag([part.matrix for part in parts])),
                np.concatenate([part.right for part in parts]),
                tuple(name for part in parts for name in part.names),
                {},
                sparse.csr_array(sparse.block_diag([part.asked for part in parts])),
                sum(part.n_types for part in parts),
            )
        )
    return found, moved


def with_row(polytope: Polytope, weights: Mapping[int, float], right: float, name: str) -> Polytope:
    """Return the points at which a weighted sum of asked probabilities has a value."""
    combined = np.zeros(polytope.asked.shape[0])
    for row, weight in weights.items():
        combined[row] = weight
    added = sparse.csr_array((polytope.asked.T @ combined)[None])
    return replace(
        polytope,
        matrix=sparse.csr_array(sparse.vstack([polytope.matrix, added])),
        right=np.append(polytope.right, right),
        names=(*polytope.names, name),
    )


def _independent(matrix: Floats, right: Floats) -> tuple[Floats, Floats]:
    """Return independent rows that say the same."""
    from scipy.linalg import qr

    _, upper, order = qr(matrix.T, mode="economic", pivoting=True)
    rank = int((np.abs(np.diag(upper)) > 1e-9).sum())
    kept = np.sort(order[:rank])
    return matrix[kept], right[kept]
