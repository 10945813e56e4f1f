"""What can be compared: graphs, results that carry one, and networks as they were published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from causal_magics.graph.elements import Pair
from causal_magics.graph.model import CausalGraph


@runtime_checkable
class HasGraph(Protocol):
    """A result that carries a graph, as a `Discovery` does."""

    @property
    def graph(self) -> CausalGraph:
        """The graph."""
        ...


@dataclass(frozen=True)
class PublishedNetwork:
    """A network as it was published, which may hold a cycle.

    Parameters
    ----------
    graph : CausalGraph
        The network without `feedback_edges`.
    feedback_edges : set of (cause, effect)
        Directed edges that close cycles. They count for SHD and F1; SID is taken without them.
    """

    graph: CausalGraph
    feedback_edges: frozenset[Pair] = frozenset()

    def __repr__(self) -> str:
        loops = f", {len(self.feedback_edges)} of them feedback" if self.feedback_edges else ""
        edges = len(self.graph.edges) + len(self.feedback_edges)
        return f"<PublishedNetwork: {len(self.graph)} nodes, {edges} edges{loops}>"


@runtime_checkable
class HasNetwork(Protocol):
    """Data that carry a published network, as `sample` gives them."""

    @property
    def network(self) -> PublishedNetwork:
        """The network."""
        ...


class _KnownByClass(type):
    def __instancecheck__(cls, value: object) -> bool:
        from causal_magics.graph.interchange.results import package_of

        return package_of(value) is not None


class PackageResult(metaclass=_KnownByClass):
    """What causal-learn, gCastle, lingam, pgmpy, tigramite and networkx return.

    No value is made of this class: `isinstance` asks whether the class of a value is known.
    """


Comparable = CausalGraph | HasGraph | PublishedNetwork | HasNetwork | PackageResult
