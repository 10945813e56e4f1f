"""Front-door sets: Jeong, Tian & Bareinboim (2022), NeurIPS 35.

Pearl's criterion (1995): a set intercepts all causal paths from exposure to outcome, no back-door
path from the exposure to it is open, and the exposure blocks its back-door paths to the outcome.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from causal_magics.errors import GraphError
from causal_magics.graph.canonical import CanonicalDag, bits
from causal_magics.graph.effect import EffectQuery, smallest_first
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.queries import Names
from causal_magics.graph.separation import reachable, separated

__all__ = [
    "FrontDoorProblem",
    "front_door_sets",
    "is_front_door_set",
    "iterate_front_door_sets",
]

DEFAULT_LIMIT = 100


@dataclass(frozen=True, slots=True)
class FrontDoorProblem:
    """The three conditions on bit sets."""

    dag: CanonicalDag
    exposure: int
    outcome: int

    @classmethod
    def of(cls, graph: CausalGraph, query: EffectQuery) -> FrontDoorProblem:
        """Return the problem for one effect."""
        if not graph.is_admg:
            raise GraphError(
                "Expected a DAG or ADMG for front-door sets, got a graph that stands for a class. "
                "Direct its other edges first."
            )
        if graph.selections:
            raise GraphError(
                "Expected no selection node for front-door sets: the criterion holds for the "
                "whole population only. Take the role away, or use adjustment sets."
            )
        dag = CanonicalDag.of(graph)
        return cls(dag, dag.mask(query.exposure), dag.mask(query.outcome))

    def intercepts(self, mediators: int) -> bool:
        """Whether no causal path from exposure to outcome avoids the set."""
        seen = front = self.exposure
        while front:
            below = 0
            for node in bits(front):
                below |= self.dag.children[node]
            front = below & ~seen & ~mediators
            seen |= front
        return not seen & self.outcome

    def unconfounded(self) -> int:
        """Return the nodes to which no back-door path from the exposure is open."""
        cut = self.dag.without_outgoing(self.exposure)
        ends = self.exposure | self.outcome
        return self.dag.visible & ~ends & ~reachable(cut, self.exposure, 0)

    def largest(self, allowed: int) -> int | None:
        """Return the largest front-door set within `allowed`, a subset of `unconfounded`.

        Nodes with a back-door path to the outcome that the exposure leaves open are dropped until
        none is left; each node dropped can only open paths of others.
        """
        kept = allowed
        while True:
            cut = self.dag.without_outgoing(kept)
            confounded = kept & reachable(cut, self.outcome, self.exposure)
            if not confounded:
                return kept if self.intercepts(kept) else None
            kept &= ~confounded

    def smallest(self, found: int) -> int:
        """Return a front-door set within `found` that has no smaller one within itself.

        Nodes are dropped in halves, quarters and so on, down to one by one.
        """
        members = list(bits(found))
        size = len(members)
        while size:
            start = 0
            while start < len(members):
                rest = members[:start] + members[start + size :]
                fewer = self.largest(sum(1 << i for i in rest))
                if fewer is None:
                    start += size
                else:
                    members = [i for i in rest if fewer >> i & 1]
                    start = 0 if size == 1 else min(start, len(members))
            size //= 2
        return sum(1 << i for i in members)

    def minimal_sets(self, allowed: int) -> Iterator[int]:
        """Yield all minimal front-door sets within `allowed`.

        Every set but the first lacks a member of it: the search goes on without each in turn.
        """
        stack, tried, yielded = [allowed & self.unconfounded()], set[int](), set[int]()
        while stack:
            candidates = stack.pop()
            if candidates in tried:
                continue
            tried.add(candidates)
            found = self.largest(candidates)
            if found is None:
                continue
            least = next((s for s in yielded if not s & ~candidates), None)
            if least is None:
                least = self.smallest(found)
                yielded.add(least)
                yield least
            stack.extend(candidates & ~(1 << i) for i in bits(least))


def iterate_front_door_sets(
    graph: CausalGraph, exposure: Names | None = None, outcome: Names | None = None
) -> Iterator[frozenset[str]]:
    """Yield the minimal front-door sets one by one.

    Parameters and errors are those of `front_door_sets`.
    """
    problem = FrontDoorProblem.of(graph, EffectQuery.of(graph, exposure, outcome))
    observed = problem.dag.visible & ~problem.dag.mask(graph.latents)
    return map(problem.dag.names_of, problem.minimal_sets(observed))


def front_door_sets(
    graph: CausalGraph,
    exposure: Names | None = None,
    outcome: Names | None = None,
    *,
    limit: int | None = DEFAULT_LIMIT,
) -> tuple[frozenset[str], ...]:
    """Return the minimal sets that identify the effect by the front-door formula.

    Parameters
    ----------
    graph : CausalGraph
        A DAG or ADMG without selection nodes. Latent nodes are in no set.
    exposure, outcome : str or iterable of str, optional
        By default the nodes with that role.
    limit : int or None
        Stop after so many.

    Returns
    -------
    tuple of frozenset of str
        The smallest first. Where there is no causal path, the empty set is one.

    Raises
    ------
    GraphError
        Where the graph stands for a class, or has selection nodes.
    """
    found = islice(iterate_front_door_sets(graph, exposure, outcome), limit)
    return smallest_first(found)


def is_front_door_set(
    graph: CausalGraph,
    mediators: Names,
    exposure: Names | None = None,
    outcome: Names | None = None,
) -> bool:
    """Whether a set meets the front-door criterion.

    Parameters and errors are those of `front_door_sets`.
    """
    problem = FrontDoorProblem.of(graph, EffectQuery.of(graph, exposure, outcome))
    chosen = problem.dag.mask(mediators)
    if chosen & ~problem.unconfounded() or not problem.intercepts(chosen):
        return False
    cut = problem.dag.without_outgoing(chosen)
    return separated(cut, chosen, problem.outcome, problem.exposure)
