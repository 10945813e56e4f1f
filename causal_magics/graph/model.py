"""`CausalGraph`: the one value that runs through the whole workbench."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from causal_magics.errors import (
    DuplicateNodeError,
    EdgeError,
    KnowledgeError,
    UnknownNodeError,
    shorten,
)
from causal_magics.graph.elements import (
    MARKS,
    ROLES,
    SYMMETRIC_MARKS,
    Edge,
    Knowledge,
    Mark,
    Node,
    Pair,
    Role,
    as_roles,
    check_acyclic,
    each_name,
    ordered_pair,
    tier_message,
)
from causal_magics.graph.methods import GraphMethods

__all__ = [
    "MARKS", "ROLES", "SYMMETRIC_MARKS",
    "CausalGraph", "Edge", "Knowledge", "Mark", "Node", "Role",
]  # fmt: skip

EdgeLike = Edge | tuple[str, str] | tuple[str, str, Mark]


def _as_edge(edge: EdgeLike) -> Edge:
    return edge if isinstance(edge, Edge) else Edge(*edge)


@dataclass(frozen=True, eq=False, repr=False)
class CausalGraph(GraphMethods):
    """A causal graph: a frozen value whose operations return new graphs.

    Between two nodes there is at most one directed edge and at most one bidirected edge, or one
    edge of another mark. Directed edges close no cycle, are never forbidden and obey the tiers;
    a required edge is always there.

    Parameters
    ----------
    nodes : iterable of str or Node
        In the order they are listed. Names that only edges or knowledge mention are added.
    edges : iterable of Edge, (source, target) or (source, target, mark)
    knowledge : Knowledge

    Raises
    ------
    GraphError
        One of its kinds, where the parts make no valid graph.

    Examples
    --------
    >>> graph = CausalGraph(edges=[("Smoking", "Tar"), ("Tar", "Cancer")])
    >>> sorted(graph.ancestors("Cancer"))
    ['Smoking', 'Tar']
    """

    node_table: Mapping[str, Node]
    edges: tuple[Edge, ...]
    knowledge: Knowledge

    def __init__(
        self,
        nodes: Iterable[str | Node] = (),
        edges: Iterable[EdgeLike] = (),
        knowledge: Knowledge | None = None,
    ) -> None:
        knowledge = Knowledge() if knowledge is None else knowledge
        table: dict[str, Node] = {}
        for item in nodes:
            node = item if isinstance(item, Node) else Node(item)
            if node.name in table:
                raise DuplicateNodeError(node.name)
            table[node.name] = node
        edge_list = [_as_edge(edge) for edge in edges]
        present = {edge.key for edge in edge_list}
        edge_list += [Edge(*p) for p in sorted(knowledge.required) if (*p, "->") not in present]
        mentioned = [name for edge in edge_list for name in (edge.source, edge.target)]
        for name in (*mentioned, *knowledge.names()):
            if name not in table:
                table[name] = Node(name)
        self._store(table, tuple(edge_list), knowledge)
        self._check()

    def _store(
        self, table: Mapping[str, Node], edges: tuple[Edge, ...], knowledge: Knowledge
    ) -> None:
        object.__setattr__(self, "node_table", MappingProxyType(dict(table)))
        object.__setattr__(self, "edges", edges)
        object.__setattr__(self, "knowledge", knowledge)

    def _check(self) -> None:
        directed = set()
        for (a, b), edges in self._edges_by_pair.items():
            marks = sorted(edge.mark for edge in edges)
            if len(edges) > 1 and marks != ["->", "<->"]:
                arrows = [e for e in edges if e.mark == "->"]
                if len(arrows) == 2 and arrows[0].source != arrows[1].source:
                    check_acyclic([(e.source, e.target) for e in arrows])
                raise EdgeError(
                    f"Between {shorten(a)} and {shorten(b)} expected one edge (or one -> beside "
                    f"one <->), got {' and '.join(marks)}. Remove one of them."
                )
            directed |= {(e.source, e.target) for e in edges if e.mark == "->"}
        check_acyclic(directed)
        for cause, effect in sorted(directed & self.knowledge.forbidden):
            raise KnowledgeError(
                f"{shorten(cause)} -> {shorten(effect)} is an edge and forbidden at once. "
                "Remove the edge, or the knowledge."
            )
        for cause, effect in sorted(directed) if self.knowledge.tiers else ():
            if not self.knowledge.respects_tiers(cause, effect):
                raise KnowledgeError(tier_message(cause, effect))

    def __reduce__(self) -> tuple[type[CausalGraph], tuple[object, ...]]:
        return type(self), (tuple(self.node_table.values()), self.edges, self.knowledge)

    @cached_property
    def _identity(self) -> tuple[object, ...]:
        return frozenset(self.node_table.values()), frozenset(self.edges), self.knowledge

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CausalGraph) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    def __repr__(self) -> str:
        nodes, edges = len(self.node_table), len(self.edges)
        told = f"{nodes} node{'s' * (nodes != 1)}, {edges} edge{'s' * (edges != 1)}"
        return f"<CausalGraph: {told}>"

    def __len__(self) -> int:
        return len(self.node_table)

    def __contains__(self, name: object) -> bool:
        return name in self.node_table

    # ------------------------------------------------------------------ reading

    @property
    def nodes(self) -> tuple[str, ...]:
        """The names, in their order."""
        return tuple(self.node_table)

    def node(self, name: str) -> Node:
        """Return a node with its roles and position."""
        if name not in self.node_table:
            raise UnknownNodeError(name, self.node_table)
        return self.node_table[name]

    @cached_property
    def _edges_by_pair(self) -> dict[Pair, tuple[Edge, ...]]:
        pairs: dict[Pair, tuple[Edge, ...]] = {}
        for edge in self.edges:
            pairs[edge.pair] = (*pairs.get(edge.pair, ()), edge)
        return pairs

    def edges_between(self, a: str, b: str) -> tuple[Edge, ...]:
        """Return all edges between two nodes, whatever their marks."""
        self.node(a), self.node(b)
        return self._edges_by_pair.get(ordered_pair(a, b), ())

    def edge(self, source: str, target: str) -> Edge | None:
        """Return the edge from `source` to `target`, or the symmetric one between them."""
        found = self.edges_between(source, target)
        forward = [e for e in found if e.source == source]
        symmetric = [e for e in found if e.mark in SYMMETRIC_MARKS]
        return next(iter(sorted(forward, key=lambda e: e.mark != "->") or symmetric), None)

    @property
    def positions(self) -> dict[str, tuple[float, float]]:
        """The positions that are set, by name."""
        return {n.name: n.position for n in self.node_table.values() if n.position is not None}

    # ------------------------------------------------------------------ changing

    def _changed(
        self,
        nodes: Iterable[Node] | None = None,
        edges: Iterable[Edge] | None = None,
        knowledge: Knowledge | None = None,
    ) -> CausalGraph:
        return CausalGraph(
            self.node_table.values() if nodes is None else nodes,
            self.edges if edges is None else edges,
            self.knowledge if knowledge is None else knowledge,
        )

    def _with_node(self, name: str, node: Node) -> CausalGraph:
        self.node(name)
        return self._changed(
            nodes=[node if n.name == name else n for n in self.node_table.values()]
        )

    def add_node(
        self,
        name: str,
        roles: Role | Iterable[Role] = (),
        position: tuple[float, float] | None = None,
    ) -> CausalGraph:
        """Return the graph with one more node."""
        if name in self.node_table:
            raise DuplicateNodeError(name)
        return self._changed(
            nodes=[*self.node_table.values(), Node(name, as_roles(roles), position)]
        )

    def remove_node(self, name: str) -> CausalGraph:
        """Return the graph without a node, its edges and what is known of it."""
        self.node(name)
        return self._changed(
            nodes=[n for n in self.node_table.values() if n.name != name],
            edges=[e for e in self.edges if name not in e.pair],
            knowledge=self.knowledge.without([name]),
        )

    def rename_node(self, old: str, new: str) -> CausalGraph:
        """Return the graph in which a node has another name."""
        node = self.node(old)
        if new == old:
            return self
        if new in self.node_table:
            raise DuplicateNodeError(new)

        def name(n: str) -> str:
            return new if n == old else n

        return self._changed(
            [replace(node, name=new) if n is node else n for n in self.node_table.values()],
            [replace(e, source=name(e.source), target=name(e.target)) for e in self.edges],
            self.knowledge.renamed(old, new),
        )

    def set_roles(self, name: str, roles: Role | Iterable[Role]) -> CausalGraph:
        """Return the graph in which a node has just these roles."""
        return self._with_node(name, replace(self.node(name), roles=as_roles(roles)))

    def set_position(self, name: str, position: tuple[float, float] | None) -> CausalGraph:
        """Return the graph in which a node stands at `position` (None: wherever it fits)."""
        return self._with_node(name, replace(self.node(name), position=position))

    def with_positions(self, positions: Mapping[str, tuple[float, float] | None]) -> CausalGraph:
        """Return the graph with the positions of some nodes set."""
        for name in positions:
            self.node(name)
        return self._changed(
            nodes=[
                replace(n, position=positions.get(n.name, n.position))
                for n in self.node_table.values()
            ]
        )

    def add_edge(
        self,
        source: str,
        target: str,
        mark: Mark = "->",
        *,
        confidence: float | None = None,
        bits: float | None = None,
    ) -> CausalGraph:
        """Return the graph with one more edge between nodes that it has.

        Raises
        ------
        CycleError, EdgeError, KnowledgeError, UnknownNodeError
        """
        self.node(source), self.node(target)
        edge = Edge(source, target, mark, confidence, bits)
        if any(e.key == edge.key for e in self.edges_between(source, target)):
            raise EdgeError(
                f"{shorten(source)} {mark} {shorten(target)} is in the graph already. "
                "Nothing is to be done."
            )
        return self._changed(edges=[*self.edges, edge])

    def remove_edge(self, source: str, target: str, mark: Mark | None = None) -> CausalGraph:
        """Return the graph without the edges from `source` to `target`.

        Symmetric edges are found from either end. With `mark`, only that edge goes. What was
        required by knowledge is required no more.
        """
        gone = [
            e
            for e in self.edges_between(source, target)
            if (e.source == source or e.mark in SYMMETRIC_MARKS)
            and (mark is None or e.key == Edge(source, target, mark).key)
        ]
        if not gone:
            between = [
                f"{e.source} {e.mark} {e.target}" for e in self.edges_between(source, target)
            ]
            raise EdgeError(
                f"The graph has no edge {shorten(source)} {mark or '->'} {shorten(target)}. "
                f"Between them it has {' and '.join(between) or 'none'}."
            )
        keys = {e.key for e in gone}
        released = {(e.source, e.target) for e in gone if e.mark == "->"}
        return self._changed(
            edges=[e for e in self.edges if e.key not in keys],
            knowledge=replace(self.knowledge, required=self.knowledge.required - released),
        )

    def reverse_edge(self, source: str, target: str) -> CausalGraph:
        """Return the graph in which ``source -> target`` points the other way, without evidence."""
        return self.remove_edge(source, target, "->").add_edge(target, source)

    # ------------------------------------------------------------------ knowledge and evidence

    def require(self, cause: str, effect: str) -> CausalGraph:
        """Return the graph that must have ``cause -> effect``; the edge is added where missing."""
        self.node(cause), self.node(effect)
        required = self.knowledge.required | {(cause, effect)}
        return self._changed(knowledge=replace(self.knowledge, required=required))

    def forbid(self, cause: str, effect: str) -> CausalGraph:
        """Return the graph that must not have ``cause -> effect``."""
        self.node(cause), self.node(effect)
        forbidden = self.knowledge.forbidden | {(cause, effect)}
        return self._changed(knowledge=replace(self.knowledge, forbidden=forbidden))

    def forget(self, cause: str, effect: str) -> CausalGraph:
        """Return the graph that neither requires nor forbids ``cause -> effect``."""
        pair = {(cause, effect)}
        return self._changed(
            knowledge=replace(
                self.knowledge,
                required=self.knowledge.required - pair,
                forbidden=self.knowledge.forbidden - pair,
            )
        )

    def with_knowledge(self, knowledge: Knowledge) -> CausalGraph:
        """Return the graph with other knowledge."""
        return self._changed(knowledge=knowledge)

    def with_tiers(self, tiers: Iterable[Iterable[str]]) -> CausalGraph:
        """Return the graph with other tiers."""
        return self._changed(
            knowledge=replace(self.knowledge, tiers=tuple(tuple(tier) for tier in tiers))
        )

    def with_evidence(
        self, evidence: Mapping[Pair, tuple[float | None, float | None]]
    ) -> CausalGraph:
        """Return the graph with (confidence, bits) set on directed edges."""
        for cause, effect in evidence:
            if (cause, effect) not in self.directed_edges:
                raise EdgeError(f"The graph has no edge {shorten(cause)} -> {shorten(effect)}.")

        def judged(edge: Edge) -> Edge:
            found = evidence.get((edge.source, edge.target)) if edge.mark == "->" else None
            return edge if found is None else replace(edge, confidence=found[0], bits=found[1])

        return self._changed(edges=[judged(edge) for edge in self.edges])

    def subgraph(self, names: Iterable[str]) -> CausalGraph:
        """Return the graph on some of the nodes."""
        kept = {self.node(name).name for name in each_name(names)}
        return self._changed(
            [n for n in self.node_table.values() if n.name in kept],
            [e for e in self.edges if kept.issuperset(e.pair)],
            self.knowledge.without(set(self.node_table) - kept),
        )
