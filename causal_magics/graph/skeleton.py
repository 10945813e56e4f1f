"""Mutable edge sets of a partly directed graph, for algorithms that orient edges one by one."""

from __future__ import annotations

from causal_magics.errors import GraphError
from causal_magics.graph.elements import Edge, Node, Pair, ordered_pair
from causal_magics.graph.model import CausalGraph


class PartlyDirected:
    """Parents, children and undirected neighbours of each node, open to change.

    Parameters
    ----------
    graph : CausalGraph
        With edges ``->`` and ``--`` only.

    Raises
    ------
    GraphError
        Where the graph has other marks.
    """

    def __init__(self, graph: CausalGraph) -> None:
        if not graph.is_cpdag_like:
            marks = " ".join(sorted(graph.marks))
            raise GraphError(
                f"Expected a graph with edges -> and -- only, got one with {marks}. "
                "Project latent nodes or remove the other edges first."
            )
        self.names = graph.nodes
        self.parents: dict[str, set[str]] = {name: set() for name in self.names}
        self.children: dict[str, set[str]] = {name: set() for name in self.names}
        self.undirected: dict[str, set[str]] = {name: set() for name in self.names}
        for cause, effect in graph.directed_edges:
            self.parents[effect].add(cause)
            self.children[cause].add(effect)
        for a, b in graph.undirected_edges:
            self.undirected[a].add(b)
            self.undirected[b].add(a)

    def adjacent(self, name: str) -> set[str]:
        """Return all nodes that share an edge with `name`."""
        return self.parents[name] | self.children[name] | self.undirected[name]

    def are_adjacent(self, a: str, b: str) -> bool:
        """Whether `a` and `b` share an edge."""
        return b in self.undirected[a] or b in self.parents[a] or b in self.children[a]

    def undirected_pairs(self) -> set[Pair]:
        """Return the undirected edges as sorted pairs."""
        return {ordered_pair(a, b) for a, others in self.undirected.items() for b in others}

    def orient(self, cause: str, effect: str) -> None:
        """Turn ``cause -- effect`` into ``cause -> effect``."""
        self.undirected[cause].discard(effect)
        self.undirected[effect].discard(cause)
        self.parents[effect].add(cause)
        self.children[cause].add(effect)

    def remove(self, name: str) -> None:
        """Remove a node and its edges."""
        for other in self.parents.pop(name):
            self.children[other].discard(name)
        for other in self.children.pop(name):
            self.parents[other].discard(name)
        for other in self.undirected.pop(name):
            self.undirected[other].discard(name)

    def to_graph(self, like: CausalGraph) -> CausalGraph:
        """Return the edges as a graph on the nodes of `like`, with its evidence where it holds."""
        nodes: list[Node] = [like.node(name) for name in self.names]
        evidence = {edge.key: edge for edge in like.edges}
        edges = [
            Edge(cause, effect) for effect in self.names for cause in sorted(self.parents[effect])
        ] + [Edge(a, b, "--") for a, b in sorted(self.undirected_pairs())]
        return CausalGraph(nodes, [evidence.get(edge.key, edge) for edge in edges])
