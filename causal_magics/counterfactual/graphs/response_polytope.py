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
from math import prod

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.graphs.canonical_model import Event, Response, describe
from causal_magics.errors import CounterfactualError

__all__ = [
    "Polytope",
    "components",
    "determined",
    "polytope_of",
    "side_by_side",
    "with_row",
]

Bag = tuple[Response, ...]
Indices = NDArray[np.int64]
Row = tuple[Indices, Floats]
"""Columns and what stands there."""
FEW_TYPES = 16
"""Response types up to which merging them saves nothing."""
MOST_TYPES = 1024
"""Response types up to which each has its own variable."""
MOST_VARIABLES = 20_000
"""Variables of all tables together above which a graph is refused."""
MOST_DENSE = 1_000_000
"""Entries of a matrix up to which types are merged, and it is seen what the data determine."""


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
    is_exact : bool
        Whether each point is a distribution of the responses; else the polytope holds them and
        more.
    """

    matrix: sparse.csr_array
    right: Floats
    names: tuple[str, ...]
    places: Mapping[Event, int]
    asked: sparse.csr_array
    n_types: int
    is_exact: bool = True


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
    bags, is_exact = [tuple(responses)], True
    tree: list[tuple[int, int]] = []
    if n_types > MOST_TYPES:
        bags, tree, is_exact = _split(levels, [*events, *asked])
    if _size(levels, bags) > MOST_VARIABLES:
        raise CounterfactualError(_too_large(levels, responses, n_types))
    tables = _Tables(levels, bags)
    total = tables.cells[0].reshape(-1)
    structure = [(total, np.ones(len(total))), *tables.agreements(tree)]
    matrix = tables.matrix([*structure, *map(tables.row_of, events)])
    functionals = tables.matrix([tables.row_of(event) for event in asked])
    right = np.zeros(matrix.shape[0])
    right[0] = 1.0
    right[matrix.shape[0] - len(rows) :] = [value for _, value in rows]
    names = ("",) * (len(right) - len(rows)) + tuple(describe(event) for event in events)
    places = {event: place for place, event in enumerate(asked)}
    rows_in_all = matrix.shape[0] + functionals.shape[0]
    if merge and FEW_TYPES < tables.size <= MOST_DENSE // rows_in_all and len(bags) == 1:
        matrix, functionals = _merged(matrix, right, functionals)
    return Polytope(matrix, right, names, places, functionals, n_types, is_exact)


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

    def __init__(self, levels: Mapping[str, int], bags: Sequence[Bag]) -> None:
        self.bags = bags
        shapes = [tuple(levels[node] for node, _ in bag) for bag in bags]
        starts = np.concatenate([[0], np.cumsum([prod(shape) for shape in shapes])]).astype(int)
        self.size = int(starts[-1])
        self.cells = [
            start + np.arange(prod(shape)).reshape(shape)
            for start, shape in zip(starts, shapes, strict=False)
        ]
        self.holding: dict[Response, set[int]] = {}
        for place, bag in enumerate(bags):
            for response in bag:
                self.holding.setdefault(response, set()).add(place)

    def row_of(self, event: Event) -> Row:
        """Return the row of an event's probability, in the first bag that has its responses."""
        bag = min(set.intersection(*(self.holding[response] for response, _ in event)))
        columns = self._columns(bag, dict(event))
        return columns, np.ones(len(columns))

    def _columns(self, bag: int, event: Mapping[Response, int]) -> Indices:
        where = tuple(event.get(response, slice(None)) for response in self.bags[bag])
        return np.asarray(self.cells[bag][where]).reshape(-1)

    def agreements(self, tree: Iterable[tuple[int, int]]) -> list[Row]:
        """Return the rows by which neighbours in the tree agree on what they share."""
        found = []
        for a, b in tree:
            common = sorted(set(self.bags[a]) & set(self.bags[b]))
            shape = [self.cells[a].shape[self.bags[a].index(response)] for response in common]
            for index in np.ndindex(*shape):
                event = dict(zip(common, index, strict=True))
                here, there = self._columns(a, event), self._columns(b, event)
                signs = np.concatenate([np.ones(len(here)), -np.ones(len(there))])
                found.append((np.concatenate([here, there]), signs))
        return found

    def matrix(self, rows: Sequence[Row]) -> sparse.csr_array:
        """Return rows as one matrix."""
        ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns = np.concatenate([np.empty(0, dtype=int), *(columns for columns, _ in rows)])
        values = np.concatenate([np.empty(0), *(values for _, values in rows)])
        return sparse.csr_array((values, columns, ends), shape=(len(rows), self.size))


def _split(
    levels: Mapping[str, int], events: Sequence[Event]
) -> tuple[list[Bag], list[tuple[int, int]], bool]:
    """Return bags of responses, which of them must agree, and whether that is all there is."""
    found = _tree_decomposition(events)
    if found is not None and _size(levels, found[0]) <= MOST_VARIABLES:
        return (*found, True)
    return (*_scopes(events), False)


def _tree_decomposition(
    events: Iterable[Event],
) -> tuple[list[Bag], list[tuple[int, int]]] | None:
    """Return bags of responses, each event within one, and the tree that joins them.

    None where some bag is sure to be too large.
    """
    import networkx as nx

    graph = nx.Graph()
    for event in events:
        members = sorted(response for response, _ in event)
        graph.add_nodes_from(members)
        graph.add_edges_from(combinations(members, 2))
    # The core number bounds the size of the largest bag from below.
    core = max(nx.core_number(graph).values(), default=0)
    if 2 ** (core + 1) > MOST_VARIABLES:
        return None
    _, tree = nx.approximation.treewidth_min_fill_in(graph)
    places = {bag: place for place, bag in enumerate(tree.nodes)}
    return (
        [tuple(sorted(bag)) for bag in tree.nodes],
        [(places[a], places[b]) for a, b in tree.edges],
    )


def _scopes(
    events: Iterable[Event],
) -> tuple[list[Bag], list[tuple[int, int]]]:
    """Return the largest sets of responses of one event, and which of them must agree.

    What agrees set by set need not be a distribution of all: the local polytope of Wainwright &
    Jordan (2008), "Graphical models, exponential families, and variational inference".
    """
    sets = sorted({frozenset(r for r, _ in event) for event in events}, key=len, reverse=True)
    bags: list[Bag] = []
    holding: dict[Response, list[int]] = {}
    for members in sets:
        if set.intersection(*(set(holding.get(response, ())) for response in members)):
            continue
        for response in members:
            holding.setdefault(response, []).append(len(bags))
        bags.append(tuple(sorted(members)))
    return bags, sorted({pair for places in holding.values() for pair in pairwise(places)})


def _size(levels: Mapping[str, int], bags: Iterable[Sequence[Response]]) -> int:
    return sum(prod(levels[node] for node, _ in bag) for bag in bags)


def _too_large(levels: Mapping[str, int], responses: Sequence[Response], n_types: int) -> str:
    counts: dict[str, int] = {}
    for node, _ in responses:
        counts[node] = counts.get(node, 0) + 1
    worst = max(counts, key=lambda node: levels[node] ** min(counts[node], 64))
    return (
        f"Expected at most {MOST_VARIABLES:,} probabilities of response types of "
        f"{', '.join(sorted(counts))}, got {_count(n_types)} types, too many "
        "even of those that are asked together. "
        f"{worst!r} answers to {counts[worst]} combinations of its parents' levels: merge levels "
        "of its parents, or remove one of them."
    )


def _count(number: int) -> str:
    return f"{number:,}" if number < 10**9 else f"10^{len(str(number)) - 1}"


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
                all(part.is_exact for part in parts),
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
