"""Response-function models of a graph: what of it a query needs, and what its data fix.

Each node answers to the levels of its parents by a response function, and the nodes that bidirected
edges join (a district) draw theirs together. The unit of computation is the *response*: the level
that one node has at given levels of its parents. What the data fix, and what a query asks, are
probabilities of events of few responses; no response function is ever written out.

Balke & Pearl (1994), "Counterfactual probabilities"; Tian & Pearl (2002), "A general identification
condition for causal effects"; Evans (2016), "Graphs for margins of Bayesian networks".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.errors import CounterfactualError, UnknownNodeError, shorten
from causal_magics.graph.do_calculus import districts
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.projection import latent_projection

__all__ = ["CanonicalModel", "Event", "Response", "canonical_model", "describe"]

Response = tuple[str, tuple[tuple[str, int], ...]]
"""A node and the levels at which its parents are held: ``Y`` where ``X=1, Z=0``."""
Event = frozenset[tuple[Response, int]]
"""Responses of one district and the level that each has."""


@dataclass(frozen=True, eq=False)
class CanonicalModel:
    """The observed nodes that matter, causes first, and how many levels each has.

    Attributes
    ----------
    graph : CausalGraph
        The latent projection on these nodes.
    levels : mapping of str to int
    shared : frozenset of str
        Nodes of districts behind which there is one hidden cause of all their nodes: for them one
        joint distribution of responses is exactly what the graph says; for others it allows more.
    """

    graph: CausalGraph
    levels: Mapping[str, int]
    shared: frozenset[str]

    @cached_property
    def order(self) -> tuple[str, ...]:
        """All nodes, causes before their effects."""
        return self.graph.topological_order()

    @cached_property
    def parents(self) -> dict[str, tuple[str, ...]]:
        """The parents of each node, in this order."""
        rank = {name: place for place, name in enumerate(self.order)}
        return {name: tuple(sorted(self.graph.parents(name), key=rank.get)) for name in self.order}  # type: ignore[arg-type]

    @cached_property
    def district_of(self) -> dict[str, int]:
        """The place of each node's district."""
        found = districts(self.graph, set(self.graph.nodes))
        return {name: place for place, district in enumerate(found) for name in district}

    def response(self, node: str, held: Mapping[str, int]) -> Response:
        """Return the response of a node at the levels of its parents among those given."""
        return node, tuple((parent, held[parent]) for parent in self.parents[node])


def describe(event: Event) -> str:
    """Return an event as text, such as ``P(X=1, Y[X=1]=0)``."""
    parts = []
    for (node, held), level in sorted(event):
        world = ", ".join(f"{name}={value}" for name, value in sorted(held))
        parts.append(f"{node}{f'[{world}]' if world else ''}={level}")
    return f"P({', '.join(parts)})"


def canonical_model(
    graph: CausalGraph,
    levels: Mapping[str, int],
    asked: Iterable[str],
    held: Iterable[str] = (),
) -> CanonicalModel:
    """Return the model of the nodes on which a query can depend.

    Parameters
    ----------
    graph : CausalGraph
        A DAG or ADMG. Nodes without levels are not observed.
    levels : mapping of str to int
        How many levels each observed node has.
    asked : iterable of str
        The nodes of the query; they stay.
    held : iterable of str
        Nodes that experiments set; they stay as well.

    Raises
    ------
    CounterfactualError
        Where the graph is no DAG or ADMG, or has selection nodes.
    UnknownNodeError
        Where a node is not in the graph, or is asked for and not observed.
    """
    if not graph.is_admg or graph.selections:
        raise CounterfactualError(
            "Expected a graph with edges -> and <-> only and without selection nodes, got another. "
            "Direct its edges, or remove the selection node."
        )
    for name in levels:
        graph.node(name)
    stay = {*asked, *held}
    for name in sorted(stay):
        if name not in levels:
            graph.node(name)
            raise UnknownNodeError(name, levels)
    projected = latent_projection(graph, list(levels))
    shared = _shared(graph, projected, set(levels))
    kept = _needed(projected, stay, set(held))
    small = projected.subgraph(kept)
    return CanonicalModel(small, {name: levels[name] for name in small.nodes}, shared & kept)


def _shared(graph: CausalGraph, projected: CausalGraph, observed: set[str]) -> frozenset[str]:
    """Return the nodes of districts that one hidden cause explains as a whole.

    A hidden cause reaches the observed nodes to which a directed path through hidden nodes leads;
    a bidirected edge is a hidden cause of both its ends.
    """

    def reach(name: str) -> frozenset[str]:
        if name in observed:
            return frozenset({name})
        return frozenset().union(*(reach(child) for child in graph.children(name)))

    faces = [reach(name) for name in graph.nodes if name not in observed]
    faces += [reach(a) | reach(b) for a, b in graph.bidirected_edges]
    found: set[str] = set()
    for district in districts(projected, set(projected.nodes)):
        if len(district) == 1 or any(district <= face for face in faces):
            found |= district
    return frozenset(found)


def _needed(graph: CausalGraph, stay: set[str], held: set[str]) -> frozenset[str]:
    """Drop effects, last ones first, whose distribution says nothing of the responses of others.

    A node without effects can be added to any model of the rest, so that the joint distribution is
    as observed, where it answers to everything that makes the rest of its district differ: given
    the responses of the others, its own can then be drawn as the data have it.
    """
    kept = set(graph.nodes)
    found = True
    while found:
        found = False
        for name in sorted(kept - stay):
            if graph.children(name) & kept:
                continue
            rest = next(d for d in districts(graph, kept) if name in d) - {name}
            outer = frozenset().union(*(graph.parents(n) for n in rest)) - rest
            if (outer | (rest & held)) <= graph.parents(name) or not rest:
                kept.discard(name)
                found = True
    return frozenset(kept)


def checked_joint(
    joint: object, nodes: Sequence[str], what: str = "the joint distribution"
) -> Floats:
    """Return a joint distribution as an array, one axis for each node.

    Raises
    ------
    CounterfactualError
        Where it has other axes than nodes, is negative, or does not sum to 1.
    """
    try:
        array = np.asarray(joint, dtype=float)
    except (TypeError, ValueError):
        raise CounterfactualError(
            f"Expected {what} as an array of probabilities, got {type(joint).__name__}. Give one "
            "axis for each node."
        ) from None
    if len(set(nodes)) != len(nodes) or array.ndim != len(nodes):
        raise CounterfactualError(
            f"Expected {what} with one axis for each of {', '.join(nodes)}, got {array.ndim} axes. "
            "Name the nodes in the order of the axes, each once."
        )
    if not np.isfinite(array).all() or array.min(initial=0.0) < -1e-9:
        raise CounterfactualError(
            f"Expected probabilities from 0 to 1 in {what}, got NaN or a negative number. "
            "Give the probability of each combination of levels."
        )
    if abs(array.sum() - 1) > 1e-6:
        raise CounterfactualError(
            f"Expected {what} to sum to 1, got {array.sum():.6g}. Divide counts by their sum."
        )
    if min(array.shape, default=2) < 2:
        single = nodes[int(np.argmin(array.shape))]
        raise CounterfactualError(
            f"Expected at least two levels of each node in {what}, got one of {shorten(single)}. "
            "Leave this node out."
        )
    positive: Floats = np.maximum(array, 0.0)
    return positive / float(positive.sum())
