"""What can be read off a causal graph; the algorithms live in the modules named by each method."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from graphlib import TopologicalSorter

from causal_magics.graph.elements import Edge, Mark, Node, Pair, Role, each_name

Names = str | Iterable[str]


class GraphQueries:
    """The reading half of `CausalGraph`."""

    node_table: Mapping[str, Node]
    edges: tuple[Edge, ...]

    def node(self, name: str) -> Node:
        """Return a node with its roles and position."""
        raise NotImplementedError

    # ------------------------------------------------------------------ roles and edges

    def with_role(self, role: Role) -> tuple[str, ...]:
        """Return the names of the nodes that have `role`."""
        return tuple(n.name for n in self.node_table.values() if role in n.roles)

    @property
    def exposures(self) -> tuple[str, ...]:
        """Nodes whose effect is asked for."""
        return self.with_role("exposure")

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Nodes on which the effect is asked for."""
        return self.with_role("outcome")

    @property
    def adjusted(self) -> tuple[str, ...]:
        """Nodes that are adjusted for."""
        return self.with_role("adjusted")

    @property
    def latents(self) -> tuple[str, ...]:
        """Nodes that are not observed."""
        return self.with_role("latent")

    @property
    def selections(self) -> tuple[str, ...]:
        """Nodes by which the sample was selected."""
        return self.with_role("selection")

    def _pairs(self, mark: Mark) -> frozenset[Pair]:
        return frozenset((e.source, e.target) for e in self.edges if e.mark == mark)

    @cached_property
    def directed_edges(self) -> frozenset[Pair]:
        """The edges ``cause -> effect`` as (cause, effect)."""
        return self._pairs("->")

    @cached_property
    def bidirected_edges(self) -> frozenset[Pair]:
        """The edges ``<->`` as sorted pairs."""
        return self._pairs("<->")

    @cached_property
    def undirected_edges(self) -> frozenset[Pair]:
        """The edges ``--`` as sorted pairs."""
        return self._pairs("--")

    @cached_property
    def marks(self) -> frozenset[Mark]:
        """The marks that occur."""
        return frozenset(e.mark for e in self.edges)

    @property
    def is_dag(self) -> bool:
        """Whether all edges are directed."""
        return self.marks <= {"->"}

    @property
    def is_admg(self) -> bool:
        """Whether all edges are directed or bidirected."""
        return self.marks <= {"->", "<->"}

    @property
    def is_cpdag_like(self) -> bool:
        """Whether all edges are directed or undirected."""
        return self.marks <= {"->", "--"}

    @property
    def has_circles(self) -> bool:
        """Whether an edge has a circle mark."""
        return any("@" in mark for mark in self.marks)

    # ------------------------------------------------------------------ kinship

    def _relatives(self, ends: Iterable[Pair]) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {name: [] for name in self.node_table}
        for name, relative in ends:
            found[name].append(relative)
        return {name: tuple(relatives) for name, relatives in found.items()}

    @cached_property
    def _parents(self) -> dict[str, tuple[str, ...]]:
        return self._relatives((e.target, e.source) for e in self.edges if e.mark == "->")

    @cached_property
    def _children(self) -> dict[str, tuple[str, ...]]:
        return self._relatives((e.source, e.target) for e in self.edges if e.mark == "->")

    @cached_property
    def _adjacent(self) -> dict[str, tuple[str, ...]]:
        ends = [(e.source, e.target) for e in self.edges]
        return self._relatives([*ends, *((b, a) for a, b in ends)])

    @cached_property
    def _siblings(self) -> dict[str, tuple[str, ...]]:
        ends = self.bidirected_edges
        return self._relatives([*ends, *((b, a) for a, b in ends)])

    def parents(self, name: str) -> frozenset[str]:
        """Return the direct causes of a node."""
        return frozenset(self._parents[self.node(name).name])

    def children(self, name: str) -> frozenset[str]:
        """Return the direct effects of a node."""
        return frozenset(self._children[self.node(name).name])

    def siblings(self, name: str) -> frozenset[str]:
        """Return the nodes that share a ``<->`` edge with a node."""
        return frozenset(self._siblings[self.node(name).name])

    def neighbors(self, name: str) -> frozenset[str]:
        """Return the nodes that share any edge with a node."""
        return frozenset(self._adjacent[self.node(name).name])

    def _reachable(self, names: Names, step: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
        start = [self.node(name).name for name in each_name(names)]
        seen: set[str] = set()
        stack = list(start)
        while stack:
            for relative in step[stack.pop()]:
                if relative not in seen:
                    seen.add(relative)
                    stack.append(relative)
        return frozenset(seen - set(start))

    def ancestors(self, names: Names) -> frozenset[str]:
        """Return all causes, direct or not, of one node or of several, without these."""
        return self._reachable(names, self._parents)

    def descendants(self, names: Names) -> frozenset[str]:
        """Return all effects, direct or not, of one node or of several, without these."""
        return self._reachable(names, self._children)

    @cached_property
    def _order(self) -> tuple[str, ...]:
        return tuple(TopologicalSorter(self._parents).static_order())

    def topological_order(self) -> tuple[str, ...]:
        """Return all nodes, causes before their effects."""
        return self._order
