"""Which mediators split the two-world question: separation in a graph of two worlds.

Balke & Pearl (1994), "Probabilistic evaluation of counterfactual queries": worlds share what is
hidden and what the treatment does not affect. In one world the treatment is set and the mediators
follow; in the other the mediators are set and the outcome follows. Where they are separated, what
the mediators would do and what the outcome would do to them are independent.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from causal_magics.graph.canonical import CanonicalDag
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.separation import separated

__all__ = ["Mediation", "mediation"]

Manner = Literal["complete", "complete, treatment confounded", "partial"]


@dataclass(frozen=True, slots=True)
class Mediation:
    """What holds of mediators given some covariates.

    Attributes
    ----------
    mediators, given : tuple of str
    moving : tuple of str
        Those given on which the mediators depend: their coupling is one for all values of the
        others.
    manner : {"complete", "complete, treatment confounded", "partial"}
        Complete: the treatment acts through the mediators alone, so that P(y_m | given) is
        P(y | m, given). Treatment confounded: P(y_m | given) differs by the treatment that was
        taken, and among those who took x it is P(y | m, x, given). Partial: the treatment acts
        besides, and P(y_xm | given) is P(y | x, m, given).
    """

    mediators: tuple[str, ...]
    given: tuple[str, ...]
    moving: tuple[str, ...]
    manner: Manner

    def without(self, names: Collection[str]) -> Mediation:
        """Return the same among units of one value of some nodes."""
        given, moving = (
            tuple(name for name in each if name not in names) for each in (self.given, self.moving)
        )
        return replace(self, given=given, moving=moving)


def mediation(
    graph: CausalGraph,
    treatment: str,
    outcome: str,
    mediators: Collection[str],
    given: Collection[str],
) -> Mediation | None:
    """Return in which manner mediators split the effect; None where they do in none.

    Parameters
    ----------
    graph : CausalGraph
        A DAG or ADMG.
    treatment, outcome : str
    mediators : collection of str
        Descendants of the treatment, without the outcome.
    given : collection of str
        Nodes that the treatment does not affect.

    Notes
    -----
    With M_x the mediators where the treatment is set to x, and Y_m the outcome where the mediators
    are set to m, three separations are asked for in the graph of two worlds: M_x from the treatment
    that is taken, so that P(m_x | given) is P(m | x, given); M_x from Y_m; and, but where the
    treatment is confounded, Y_m from the treatment.
    """
    worlds = _TwoWorlds(graph, treatment, outcome, frozenset(mediators))
    z = worlds.shared(given)
    x = worlds.shared([treatment])
    if not separated(worlds.dag, worlds.mediators, x, z):
        return None
    manner: Manner
    if separated(worlds.dag, worlds.mediators | x, worlds.outcome, z):
        manner = "complete" if worlds.is_complete else "partial"
    elif worlds.is_complete and separated(worlds.dag, worlds.mediators, worlds.outcome, z | x):
        manner = "complete, treatment confounded"
    else:
        return None
    names = tuple(name for name in graph.nodes if name in mediators)
    strata = tuple(name for name in graph.nodes if name in given)
    return Mediation(names, strata, worlds.moving(strata, x), manner)


class _TwoWorlds:
    """The graph of two worlds as bit sets."""

    def __init__(
        self, graph: CausalGraph, treatment: str, outcome: str, mediators: frozenset[str]
    ) -> None:
        affected = graph.descendants(treatment)
        self._places: dict[tuple[str, str], int] = {}
        for name in graph.nodes:
            worlds = ("mediators", "outcome") if name in affected else ("shared",)
            for world in worlds:
                self._places[name, world] = len(self._places)
        copies = {name: self._copies(name) for name in graph.nodes}
        hidden = [copies[name] for name in graph.nodes if len(copies[name]) > 1]
        hidden += [[*copies[a], *copies[b]] for a, b in sorted(graph.bidirected_edges)]
        self.size = len(self._places) + len(hidden)
        self._parents, self._children = [0] * self.size, [0] * self.size
        for number, ends in enumerate(hidden):
            for end in ends:
                self._link(len(self._places) + number, end)
        for cause, effect in graph.directed_edges:
            if cause == treatment:
                continue
            for world in ("mediators", "outcome"):
                if world == "outcome" and cause in mediators:
                    continue
                self._link(self._place(cause, world), self._place(effect, world))
        self.dag = CanonicalDag(tuple(map(str, range(self.size))), self._parents, self._children)
        self.mediators = sum(1 << self._place(name, "mediators") for name in mediators)
        self.outcome = 1 << self._place(outcome, "outcome")
        self.is_complete = _intercepts(graph, treatment, outcome, mediators)

    def shared(self, names: Collection[str]) -> int:
        """Return the bit set of nodes that the treatment does not affect."""
        return sum(1 << self._places[name, "shared"] for name in set(names))

    def moving(self, given: tuple[str, ...], treatment: int) -> tuple[str, ...]:
        """Return the covariates that mediators depend on, given which they do not on the rest."""
        kept = given
        for name in given:
            fewer = tuple(other for other in kept if other != name)
            others = treatment | self.shared(set(given) - set(fewer))
            if separated(self.dag, self.mediators, others, self.shared(fewer)):
                kept = fewer
        return kept

    def _copies(self, name: str) -> list[int]:
        return [place for (node, _), place in self._places.items() if node == name]

    def _place(self, name: str, world: str) -> int:
        return self._places.get((name, world), self._places.get((name, "shared"), -1))

    def _link(self, cause: int, effect: int) -> None:
        self._parents[effect] |= 1 << cause
        self._children[cause] |= 1 << effect


def _intercepts(
    graph: CausalGraph, treatment: str, outcome: str, mediators: frozenset[str]
) -> bool:
    """Whether every directed path from treatment to outcome meets a mediator."""
    seen, stack = {treatment}, [treatment]
    while stack:
        for child in graph.children(stack.pop()) - mediators - seen:
            seen.add(child)
            stack.append(child)
    return outcome not in seen
