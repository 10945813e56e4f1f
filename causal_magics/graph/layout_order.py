"""Orders within the ranks: means, medians and transpositions, swept down and up; the best is kept.

Gansner et al. (1993), section 3; means after Sugiyama, Tagawa & Toda (1981); crossings by the
accumulator tree of Barth, Jünger & Mutzel (2002).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["LayeredGraph", "Layers", "count_crossings", "order_layers"]

Layers = list[list[int]]


@dataclass(frozen=True, slots=True)
class LayeredGraph:
    """A graph in which every arc joins neighbouring layers; vertices by index.

    `beside` has the neighbours on a vertex's own layer.
    """

    layer_of: Sequence[int]
    up: Sequence[Sequence[int]]
    down: Sequence[Sequence[int]]
    beside: Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class _Effort:
    """Starts (downward first, by means), and limits of the sweeps of each."""

    starts: tuple[tuple[bool, bool], ...]
    sweeps: int
    patience: int
    passes: int


_MEANS = ((True, True), (False, True))
_MEDIANS = ((True, False), (False, False))


def _effort(vertices: int) -> _Effort:
    if vertices <= 400:
        return _Effort(_MEANS + _MEDIANS, sweeps=32, patience=8, passes=8)
    if vertices <= 4000:
        return _Effort(_MEANS, sweeps=20, patience=5, passes=3)
    return _Effort(_MEANS[:1], sweeps=6, patience=2, passes=1)


def count_crossings(graph: LayeredGraph, layers: Layers) -> int:
    """Crossings of straight arcs between neighbouring layers."""
    position = _positions(graph, layers)
    crossings = 0
    for upper, lower in pairwise(layers):
        ends: list[int] = []
        for vertex in upper:
            ends += sorted([position[other] for other in graph.down[vertex]])
        crossings += _inversions(ends, len(lower))
    return crossings


def _positions(graph: LayeredGraph, layers: Layers) -> list[int]:
    position = [0] * len(graph.layer_of)
    for layer in layers:
        for index, vertex in enumerate(layer):
            position[vertex] = index
    return position


def _inversions(values: Sequence[int], size: int) -> int:
    first = 1
    while first < size:
        first *= 2
    tree = [0] * (2 * first)
    total = 0
    for value in values:
        index = value + first
        tree[index] += 1
        while index > 1:
            if not index & 1:
                total += tree[index + 1]
            index >>= 1
            tree[index] += 1
    return total


def order_layers(graph: LayeredGraph) -> Layers:
    """Layers whose order has few crossings."""
    effort = _effort(len(graph.layer_of))
    best: Layers = []
    fewest = -1
    for downward, by_mean in effort.starts:
        sweep = _Sweep(graph, _depth_first_layers(graph, downward=downward), by_mean, effort.passes)
        own = -1
        idle = 0
        for round_ in range(effort.sweeps + 1):
            if idle >= effort.patience or fewest == 0:
                break
            if round_ > 0:
                sweep.run(downward=(round_ % 2 == 1) == downward, reverse=round_ % 4 >= 2)
            crossings = count_crossings(graph, sweep.layers)
            idle = 0 if own < 0 or crossings < own else idle + 1
            own = crossings if own < 0 else min(own, crossings)
            if fewest < 0 or crossings < fewest:
                fewest = crossings
                best = list(sweep.layers)
    return best


def _depth_first_layers(graph: LayeredGraph, *, downward: bool) -> Layers:
    """Vertices in the order in which a depth-first walk from the top or the bottom meets them."""
    layers: Layers = [[] for _ in range(max(graph.layer_of, default=-1) + 1)]
    ahead, behind = (graph.down, graph.up) if downward else (graph.up, graph.down)
    seen = [False] * len(graph.layer_of)
    roots = [vertex for vertex, neighbours in enumerate(behind) if not neighbours]
    for root in (*roots, *range(len(graph.layer_of))):
        stack = [root]
        while stack:
            vertex = stack.pop()
            if seen[vertex]:
                continue
            seen[vertex] = True
            layers[graph.layer_of[vertex]].append(vertex)
            for neighbours in (behind[vertex], graph.beside[vertex], ahead[vertex]):
                stack += reversed(neighbours)
    return layers


class _Sweep:
    """The current order and its sweeps."""

    def __init__(self, graph: LayeredGraph, layers: Layers, by_mean: bool, passes: int) -> None:
        self.graph = graph
        self.layers = layers
        self.by_mean = by_mean
        self.passes = passes
        self.position = _positions(graph, layers)

    def run(self, *, downward: bool, reverse: bool) -> None:
        """One sweep over all layers; `reverse` lets vertices with equal keys change places."""
        neighbours = self.graph.up if downward else self.graph.down
        order: Iterable[int] = range(len(self.layers))
        for layer in order if downward else reversed(range(len(self.layers))):
            self._sort_by_neighbours(layer, neighbours, reverse=reverse)
        for _ in range(self.passes):
            improved = False
            for layer in range(len(self.layers)):
                improved = self._transpose(layer) or improved
            if not improved:
                break

    def _place(self, layer: int, order: list[int]) -> None:
        self.layers[layer] = order
        for index, vertex in enumerate(order):
            self.position[vertex] = index

    def _neighbour_positions(self, neighbours: Sequence[int]) -> list[int]:
        position = self.position
        if len(neighbours) == 1:
            return [position[neighbours[0]]]
        return sorted([position[other] for other in neighbours])

    def _sort_by_neighbours(
        self, layer: int, neighbours: Sequence[Sequence[int]], *, reverse: bool
    ) -> None:
        """Vertices with neighbours are sorted by their mean or median; the others stay."""
        order = self.layers[layer]
        movable = []
        fixed = set()
        for index, vertex in enumerate(order):
            found = neighbours[vertex] or self.graph.beside[vertex]
            if not found:
                fixed.add(vertex)
                continue
            positions = self._neighbour_positions(found)
            key = sum(positions) / len(positions) if self.by_mean else _weighted_median(positions)
            movable.append((key, -index if reverse else index, vertex))
        movable.sort()
        following = iter(movable)
        self._place(layer, [v if v in fixed else next(following)[2] for v in order])

    def _transpose(self, layer: int) -> bool:
        """Exchange neighbours on a layer while that saves crossings; say whether any was saved."""
        order = self.layers[layer]
        if len(order) < 2:
            return False
        above = [self._neighbour_positions(self.graph.up[vertex]) for vertex in order]
        below = [self._neighbour_positions(self.graph.down[vertex]) for vertex in order]
        slots = list(range(len(order)))
        improved = False
        changed = True
        while changed:
            changed = False
            for index in range(1, len(slots)):
                a, b = slots[index - 1], slots[index]
                kept = _crossings_between(above[a], above[b]) + _crossings_between(
                    below[a], below[b]
                )
                if kept == 0:
                    continue
                swapped = _crossings_between(above[b], above[a]) + _crossings_between(
                    below[b], below[a]
                )
                if swapped < kept:
                    slots[index - 1], slots[index] = b, a
                    changed = improved = True
        if improved:
            self._place(layer, [order[slot] for slot in slots])
        return improved


def _crossings_between(left: Sequence[int], right: Sequence[int]) -> int:
    """Crossings of two vertices' arcs when the vertex with the `left` ends stands to the left."""
    if not left or not right or left[-1] <= right[0]:
        return 0
    crossings = 0
    smaller = 0
    for end in left:
        while smaller < len(right) and right[smaller] < end:
            smaller += 1
        crossings += smaller
    return crossings


def _weighted_median(positions: Sequence[int]) -> float:
    """Between two middle values, nearer to the side that is denser (Gansner, figure 3-2)."""
    middle = len(positions) >> 1
    if len(positions) % 2 == 1:
        return positions[middle]
    low, high = positions[middle - 1], positions[middle]
    if len(positions) == 2:
        return (low + high) / 2
    left = low - positions[0]
    right = positions[-1] - high
    return (low * right + high * left) / (left + right) if left + right > 0 else (low + high) / 2
