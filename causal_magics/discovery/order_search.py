"""Search over causal orders.

The parents of a variable are grown and shrunk among those of its neighbours that come before it,
so an order has one best graph. Two moves: a variable goes to its best place; and a variable goes
behind one of its effects, which takes its own causes along (a tuck), then both surroundings settle.

Source: Andrews et al., "Fast scalable and accurate discovery of DAGs using the best order score
search and grow-shrink trees", NeurIPS 2023; Lam, Andrews and Ramsey, "Greedy relaxations of the
sparsest permutation algorithm", UAI 2022.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

import numpy as np

from causal_magics.discovery.constraints import Constraints
from causal_magics.discovery.layout import Booleans, Indices
from causal_magics.discovery.score import SMALLEST_GAIN, Codelengths

SETTLING_ROUNDS = 3
"""How often the neighbours of a turned edge are placed anew."""


class OrderSearch:
    """A causal order, and what moves within it save.

    Sets of columns are integers, bit ``j`` for column ``j``; the code of a column and its parents
    are remembered by the neighbours that precede it.
    """

    def __init__(
        self,
        score: Codelengths,
        constraints: Constraints,
        start: Booleans,
        neighbours: Booleans | None = None,
    ) -> None:
        if neighbours is None:
            neighbours = usable_neighbours(score, constraints, start)
        self.score = score
        self.neighbours = neighbours
        self._required = [as_set(column) for column in constraints.required.T]
        self._neighbours = [as_set(column) for column in neighbours.T]
        self._linked = [as_set(column) for column in (neighbours | neighbours.T).T]
        self._known: dict[tuple[int, int], tuple[float, Indices]] = {}
        self._arrange(topological_order(start))

    def _arrange(self, order: list[int]) -> None:
        """Take on an order."""
        self.order = order
        self._position = [0] * len(order)
        self._before = [0] * len(order)
        before = 0
        for position, node in enumerate(order):
            self._position[node] = position
            self._before[node] = before
            before |= 1 << node

    def best(self, node: int, before: int) -> tuple[float, Indices]:
        """Codelength and parents of a column given the set of those before it."""
        key = node, before & self._neighbours[node]
        found = self._known.get(key)
        if found is None:
            required = self._required[node]
            parents = self.score.grow_shrink(node, members(required), members(key[1] & ~required))
            found = self._known[key] = self.score.cost(node, parents), parents
        return found

    def improve(
        self, offer: Callable[[Booleans, float], None], nodes: Collection[int] | None = None
    ) -> None:
        """Move until nothing saves.

        Parameters
        ----------
        offer
            Gets every graph reached and the nats it saved.
        nodes
            Which columns to move; all where left out.
        """
        improved = True
        while improved:
            improved = False
            for move in (self._place, self._turn):
                for node in [node for node in self.order if nodes is None or node in nodes]:
                    gain = move(node)
                    if gain > SMALLEST_GAIN:
                        improved = True
                        offer(self.graph(), gain)

    def graph(self) -> Booleans:
        """Return the best graph of the present order."""
        count = self.score.n_columns
        adjacency = np.zeros((count, count), dtype=bool)
        before = 0
        for node in self.order:
            adjacency[self.best(node, before)[1], node] = True
            before |= 1 << node
        return adjacency

    def turned(
        self, cause: int, effects: Collection[int]
    ) -> Iterator[tuple[int, float, Callable[[], Booleans]]]:
        """Put a column behind each of some effects of it in turn, and let all around settle.

        The order stays as it was. Yields the effect, the nats lost, and what makes the graph.
        """
        start = self.order
        for effect, gain, order in self._tucks(start, cause):
            if effect not in effects:
                continue
            self._arrange(order)
            around = members(self._neighbours[cause] | self._neighbours[effect]).tolist()
            others = [other for other in around if other not in {cause, effect}]
            for _ in range(SETTLING_ROUNDS):
                saved = sum(map(self._place, others))
                gain += saved
                if saved < SMALLEST_GAIN:
                    break
            yield effect, -gain, self.graph
        self._arrange(start)

    def _place(self, node: int) -> float:
        """Move one column to its best place; the nats saved.

        Only at columns that it may be linked to does anything change.
        """
        position = self._position[node]
        linked = sorted(self._position[other] for other in members(self._linked[node]).tolist())
        best_gain, best_place = 0.0, position
        for step in (-1, 1):
            gain = 0.0
            for place in linked[::step]:
                if (place - position) * step < 0:
                    continue
                other = self.order[place]
                first, second = (other, node) if step < 0 else (node, other)
                if self._required[second] >> first & 1:
                    break
                gain += self._swap_gain(first, second, self._before[other] & ~(1 << node))
                if gain > best_gain + SMALLEST_GAIN:
                    best_gain, best_place = gain, place
        if best_place != position:
            self.order.insert(best_place, self.order.pop(position))
            self._arrange(self.order)
        return best_gain

    def _swap_gain(self, first: int, second: int, before: int) -> float:
        """Nats saved when `second` goes before `first`, both after the same columns."""
        now = self.best(first, before)[0] + self.best(second, before | 1 << first)[0]
        then = self.best(second, before)[0] + self.best(first, before | 1 << second)[0]
        return now - then

    def _turn(self, node: int) -> float:
        """Put one column behind one of its effects and let both surroundings settle; nats saved."""
        start = self.order
        for effect, gain, order in self._tucks(start, node):
            self._arrange(order)
            for moved in members(self._neighbours[node] | self._neighbours[effect]).tolist():
                gain += self._place(moved)
            if gain > SMALLEST_GAIN:
                return gain
        self._arrange(start)
        return 0.0

    def _tucks(self, order: list[int], node: int) -> list[tuple[int, float, list[int]]]:
        """Each effect of `node`, the nats saved by tucking it before `node`, and that order."""
        position, before = self._position[node], self._before[node]
        parents: dict[int, int] = {}
        passed = before
        for other in order[position:]:
            parents[other] = as_set_of(self.best(other, passed)[1])
            passed |= 1 << other
        tucks = []
        for place in range(position + 1, len(order)):
            if not parents[order[place]] >> node & 1:
                continue
            window = order[position : place + 1]
            ahead = _ancestors_within(window, parents)
            moved = [other for other in window[1:] if ahead >> other & 1]
            if any(self._required[other] >> node & 1 for other in moved):
                continue
            stay = [other for other in window[1:] if not ahead >> other & 1]
            changed = [*moved, node, *stay]
            gain = self._length(window, before) - self._length(changed, before)
            tucks.append((order[place], gain, [*order[:position], *changed, *order[place + 1 :]]))
        return tucks

    def _length(self, window: list[int], before: int) -> float:
        """Nats of a stretch of the order."""
        total = 0.0
        for node in window:
            total += self.best(node, before)[0]
            before |= 1 << node
        return total


def usable_neighbours(score: Codelengths, constraints: Constraints, start: Booleans) -> Booleans:
    """Who may be whose parent: both ends of each edge that a regression on all columns keeps."""
    chosen = start.copy()
    none = np.empty(0, dtype=np.int64)
    for node in range(score.n_columns):
        others = np.flatnonzero(np.arange(score.n_columns) != node).astype(np.int64)
        chosen[score.grow_shrink(node, none, others), node] = True
    chosen |= chosen.T
    usable: Booleans = (chosen & constraints.allowed) | constraints.required
    return usable


def as_set(flags: Booleans) -> int:
    """Return the set of the columns that are flagged."""
    return as_set_of(np.flatnonzero(flags).astype(np.int64))


def as_set_of(indices: Indices) -> int:
    """Return the set of the given columns."""
    return sum(1 << index for index in indices.tolist())


def members(columns: int) -> Indices:
    """Return the columns of a set in ascending order."""
    found = []
    while columns:
        lowest = columns & -columns
        found.append(lowest.bit_length() - 1)
        columns ^= lowest
    return np.array(found, dtype=np.int64)


def _ancestors_within(window: list[int], parents: dict[int, int]) -> int:
    """Return the last column of a stretch and all its causes within it."""
    found = 1 << window[-1]
    for other in reversed(window):
        if found >> other & 1:
            found |= parents[other]
    return found


def topological_order(adjacency: Booleans) -> list[int]:
    """Return the columns, causes before effects, lower indices first among those that are free."""
    missing = adjacency.sum(axis=0)
    free = np.flatnonzero(missing == 0).tolist()
    order: list[int] = []
    while free:
        node = free.pop(0)
        order.append(node)
        for child in np.flatnonzero(adjacency[node]).tolist():
            missing[child] -= 1
            if missing[child] == 0:
                free.append(child)
    return order
