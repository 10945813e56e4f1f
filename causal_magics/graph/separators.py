"""Minimal separators, one or all: van der Zander, Liśkiewicz & Textor (2019).

"Separators and adjustment sets in causal graphs: complete criteria and an algorithmic framework",
Artificial Intelligence 270. A minimal separator of two sets lies among their ancestors, where it
is a minimal vertex separator of the moral graph. Those are listed as in Takata (2010), "Space-
optimal, backtracking algorithms to list the minimal vertex separators of a graph", with polynomial
delay: a branch is entered only where it leads to a separator.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from causal_magics.graph.canonical import CanonicalDag, bits


@dataclass(frozen=True, slots=True)
class _Cut:
    """A minimal separator (`border`) and what it leaves connected to the source (`inside`)."""

    inside: int
    border: int


class _VertexSeparators:
    """Minimal separators of two sets in an undirected graph, taken from `allowed`."""

    def __init__(self, near: list[int], within: int, source: int, sink: int, allowed: int) -> None:
        self.near = near
        self.within = within
        self.source = source
        self.sink = sink
        self.allowed = allowed & within & ~(source | sink)

    def _grown(self, start: int, walls: int) -> int:
        """Return what is connected to `start` outside `walls`."""
        free = self.within & ~walls
        seen = front = start & free
        near = self.near
        while front:
            around = 0
            for node in bits(front):
                around |= near[node]
            front = around & free & ~seen
            seen |= front
        return seen

    def _around(self, inside: int) -> int:
        around = 0
        for node in bits(inside):
            around |= self.near[node]
        return around & self.within & ~inside

    def nearest(self, inside: int, outside: int) -> _Cut | None:
        """Return the cut whose inside is the smallest that holds `inside` and avoids `outside`.

        1. The border of `inside` holds a separator: the part that the sink touches.
        2. Nodes of it that are not allowed belong inside; go back to 1 with them.
        """
        while True:
            border = self._around(inside)
            if border & self.sink:
                return None
            beyond = self._grown(self.sink, border)
            border = self._around(beyond)
            inside = self._grown(self.source, border)
            if inside & outside:
                return None
            barred = border & ~self.allowed
            if not barred:
                return _Cut(inside, border)
            inside |= barred

    def listed(self) -> Iterator[int]:
        """Yield the border of every cut once."""
        start = self.nearest(self.source, 0)
        stack = [] if start is None else [(start, 0)]
        while stack:
            cut, outside = stack.pop()
            open_border = cut.border & ~outside
            if not open_border:
                yield cut.border
                continue
            node = open_border & -open_border
            farther = self.nearest(cut.inside | node, outside)
            if farther is not None:
                stack.append((farther, outside))
            stack.append((cut, outside | node))


def _problem(
    dag: CanonicalDag, x: int, y: int, include: int, allowed: int
) -> _VertexSeparators | None:
    if x & y:
        return None
    given = include | dag.conditioned
    ancestral = dag.ancestors_of(x | y | given)
    near = dag.moral(ancestral)
    return _VertexSeparators(near, ancestral & ~given, x, y, allowed)


def minimal_separators(
    dag: CanonicalDag, x: int, y: int, include: int = 0, allowed: int = -1
) -> Iterator[int]:
    """Yield every set z with ``include ⊆ z ⊆ include ∪ allowed`` that separates x and y.

    Only those are listed of which no smaller one does that also holds `include`. Hidden nodes are
    never in a separator. All sets are bit sets.
    """
    problem = _problem(dag, x, y, include, allowed & dag.visible)
    if problem is not None:
        for border in problem.listed():
            yield border | include


def nearest_separator(
    dag: CanonicalDag, x: int, y: int, include: int = 0, allowed: int = -1
) -> int | None:
    """Return the minimal separator that is nearest to x, or None where there is none."""
    problem = _problem(dag, x, y, include, allowed & dag.visible)
    cut = None if problem is None else problem.nearest(x, 0)
    return None if cut is None else cut.border | include
