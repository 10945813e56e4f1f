"""A graph as integers and bit sets: the canonical DAG of Richardson & Spirtes (2002).

Every edge ``a <-> b`` becomes a hidden common cause ``a <- h -> b``, every edge ``a -- b`` of an
ancestral graph a common effect ``a -> s <- b`` that is conditioned on. Separation in the graph is
d-separation in this DAG (theorem 6.4), so each algorithm is written once. Sets of nodes are Python
integers: bit i stands for node i.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from graphlib import TopologicalSorter

from causal_magics.errors import GraphError, UnknownNodeError, shorten
from causal_magics.graph.elements import each_name
from causal_magics.graph.equivalence import consistent_extension, pag_member
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.queries import Names

_SLOT = "_canonical_dag"


def bits(mask: int) -> Iterator[int]:
    """Yield the positions of the bits that are set, from the lowest."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class CanonicalDag:
    """The DAG that stands for a graph, as bit sets.

    Parameters
    ----------
    names : tuple of str
        The nodes of the graph: bits 0 to ``len(names) - 1``; hidden nodes come after them.
    parents, children : list of int
        For each node the bit set of its parents, children.
    conditioned : int
        The hidden common effects, which are always conditioned on.
    order : tuple of int, optional
        All nodes, causes first.
    selected : int
        The nodes with the role `selection`.
    """

    __slots__ = ("__dict__", "children", "conditioned", "index", "names", "parents", "selected")

    def __init__(
        self,
        names: tuple[str, ...],
        parents: list[int],
        children: list[int],
        conditioned: int = 0,
        order: tuple[int, ...] | None = None,
        selected: int = 0,
    ) -> None:
        self.names = names
        self.parents = parents
        self.children = children
        self.conditioned = conditioned
        self.selected = selected
        self.index = {name: i for i, name in enumerate(names)}
        if order is not None:
            self.__dict__["order"] = order

    @classmethod
    def of(cls, graph: CausalGraph) -> CanonicalDag:
        """Return the canonical DAG of a graph, made once for each graph.

        Raises
        ------
        GraphError
            Where the undirected edges have no reading, see `separation_graph`.
        """
        kept = vars(graph).get(_SLOT)
        if isinstance(kept, CanonicalDag):
            return kept
        made = cls._build(separation_graph(graph))
        vars(graph)[_SLOT] = made
        return made

    @classmethod
    def _build(cls, graph: CausalGraph) -> CanonicalDag:
        names = graph.nodes
        index = {name: i for i, name in enumerate(names)}
        size = len(names) + len(graph.bidirected_edges) + len(graph.undirected_edges)
        parents, children = [0] * size, [0] * size

        def link(cause: int, effect: int) -> None:
            parents[effect] |= 1 << cause
            children[cause] |= 1 << effect

        for cause, effect in graph.directed_edges:
            link(index[cause], index[effect])
        hidden = len(names)
        for a, b in sorted(graph.bidirected_edges):
            link(hidden, index[a])
            link(hidden, index[b])
            hidden += 1
        conditioned = 0
        for a, b in sorted(graph.undirected_edges):
            link(index[a], hidden)
            link(index[b], hidden)
            conditioned |= 1 << hidden
            hidden += 1
        selected = sum(1 << index[name] for name in graph.selections)
        return cls(names, parents, children, conditioned, selected=selected)

    def without(self, edges: Iterable[tuple[int, int]]) -> CanonicalDag:
        """Return the DAG without some edges (cause, effect)."""
        parents, children = list(self.parents), list(self.children)
        for cause, effect in edges:
            parents[effect] &= ~(1 << cause)
            children[cause] &= ~(1 << effect)
        return CanonicalDag(
            self.names, parents, children, self.conditioned, self.order, self.selected
        )

    def without_outgoing(self, nodes: int) -> CanonicalDag:
        """Return the DAG without the edges that leave some nodes."""
        return self.without((v, c) for v in bits(nodes) for c in bits(self.children[v]))

    # ------------------------------------------------------------------ names and sets

    @property
    def visible(self) -> int:
        """The nodes of the graph, without the hidden ones."""
        return (1 << len(self.names)) - 1

    def mask(self, names: Names) -> int:
        """Return the bit set of one name or several."""
        found = 0
        for name in each_name(names):
            if name not in self.index:
                raise UnknownNodeError(name, self.names)
            found |= 1 << self.index[name]
        return found

    def names_of(self, mask: int) -> frozenset[str]:
        """Return the names in a bit set; hidden nodes have none."""
        return frozenset(self.names[i] for i in bits(mask & self.visible))

    # ------------------------------------------------------------------ kinship

    @cached_property
    def order(self) -> tuple[int, ...]:
        """All nodes, causes first."""
        causes = {i: bits(parents) for i, parents in enumerate(self.parents)}
        return tuple(TopologicalSorter(causes).static_order())

    @cached_property
    def ancestors(self) -> list[int]:
        """For each node the bit set of its ancestors, itself included."""
        found = [0] * len(self.parents)
        for i in self.order:
            mask = 1 << i
            for parent in bits(self.parents[i]):
                mask |= found[parent]
            found[i] = mask
        return found

    @cached_property
    def descendants(self) -> list[int]:
        """For each node the bit set of its descendants, itself included."""
        found = [0] * len(self.children)
        for i in reversed(self.order):
            mask = 1 << i
            for child in bits(self.children[i]):
                mask |= found[child]
            found[i] = mask
        return found

    def ancestors_of(self, mask: int) -> int:
        """Return all ancestors of a set, itself included."""
        found = 0
        for i in bits(mask):
            found |= self.ancestors[i]
        return found

    def descendants_of(self, mask: int) -> int:
        """Return all descendants of a set, itself included."""
        found = 0
        for i in bits(mask):
            found |= self.descendants[i]
        return found

    def moral(self, within: int) -> list[int]:
        """Return for each node its neighbours in the moral graph on an ancestral set."""
        near = [0] * len(self.parents)
        for i in bits(within):
            family = self.parents[i] & within
            near[i] |= family
            for parent in bits(family):
                near[parent] |= (family | 1 << i) & ~(1 << parent)
        return near


def separation_graph(graph: CausalGraph) -> CausalGraph:
    """Return a graph with the same separations whose edges have one reading.

    A DAG or ADMG is itself. Undirected edges that meet no arrowhead are read as in an ancestral
    graph; where they do meet one, the graph is read as a class of DAGs, and a PAG as a class of
    MAGs: one member stands for all.

    Raises
    ------
    GraphError
        Where undirected edges meet arrowheads in a graph that stands for no class of DAGs.
    """
    if graph.has_circles:
        graph = pag_member(graph)
    if not graph.undirected_edges:
        return graph
    heads = {effect for _, effect in graph.directed_edges}
    heads |= {name for pair in graph.bidirected_edges for name in pair}
    met = heads & {name for pair in graph.undirected_edges for name in pair}
    if not met:
        return graph
    if graph.bidirected_edges:
        raise GraphError(
            f"Expected undirected edges that meet no arrowhead, as in an ancestral graph, but "
            f"{shorten(min(met))} has both. Direct its -- edges, or remove the <-> edges."
        )
    return consistent_extension(graph)
