"""Ranks of a layered drawing: cycles are broken, and every arc points at least one rank down.

Network simplex after Gansner, Koutsofios, North & Vo (1993), "A technique for drawing directed
graphs", sections 2.3 and 2.4: the sum of the arcs' lengths is as small as it can be. Arcs are
pairs of indices; every step breaks ties as its TypeScript twin does.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["Arc", "components", "rank_nodes", "topological_order", "without_cycles"]

Arc = tuple[int, int]

# Pivots times nodes after which ranks are good enough.
_WORK = 1_000_000


def _adjacency(count: int, arcs: Sequence[Arc]) -> tuple[list[list[int]], list[list[int]]]:
    """Heads of the arcs out of each node, and tails of those into it."""
    out: list[list[int]] = [[] for _ in range(count)]
    into: list[list[int]] = [[] for _ in range(count)]
    for tail, head in arcs:
        out[tail].append(head)
        into[head].append(tail)
    return out, into


def components(count: int, arcs: Sequence[Arc]) -> list[list[int]]:
    """Members of each connected component, ascending, in the order of their first members."""
    out, into = _adjacency(count, arcs)
    seen = [False] * count
    found = []
    for root in range(count):
        if seen[root]:
            continue
        seen[root] = True
        members = [root]
        for node in members:
            for other in (*out[node], *into[node]):
                if not seen[other]:
                    seen[other] = True
                    members.append(other)
        found.append(sorted(members))
    return found


def without_cycles(count: int, arcs: Sequence[Arc]) -> list[Arc]:
    """Turn round the arcs that close a cycle, found by depth-first search from the roots."""
    outgoing: list[list[int]] = [[] for _ in range(count)]
    indegree = [0] * count
    for index, (tail, head) in enumerate(arcs):
        outgoing[tail].append(index)
        indegree[head] += 1
    result = list(arcs)
    state = [0] * count
    roots = [node for node in range(count) if indegree[node] == 0]
    for root in (*roots, *range(count)):
        if state[root]:
            continue
        state[root] = 1
        path = [(root, iter(outgoing[root]))]
        while path:
            node, rest = path[-1]
            index = next(rest, -1)
            if index < 0:
                state[node] = 2
                path.pop()
                continue
            head = arcs[index][1]
            if state[head] == 1:
                result[index] = (head, node)
            elif state[head] == 0:
                state[head] = 1
                path.append((head, iter(outgoing[head])))
    return result


def topological_order(count: int, arcs: Sequence[Arc]) -> list[int]:
    """Nodes so that every arc of an acyclic graph points forward."""
    out, into = _adjacency(count, arcs)
    missing = [len(tails) for tails in into]
    order = [node for node in range(count) if missing[node] == 0]
    for node in order:
        for head in out[node]:
            missing[head] -= 1
            if missing[head] == 0:
                order.append(head)
    return order


def _longest_path_ranks(count: int, arcs: Sequence[Arc]) -> list[int]:
    """Give the least ranks from 0 on which every arc points down."""
    out, _ = _adjacency(count, arcs)
    ranks = [0] * count
    for node in topological_order(count, arcs):
        for head in out[node]:
            ranks[head] = max(ranks[head], ranks[node] + 1)
    return ranks


def rank_nodes(count: int, arcs: Sequence[Arc], soft: Sequence[Arc]) -> list[int]:
    """Ranks from 0 of a graph whose `arcs` are acyclic.

    `soft` arcs rank nothing; parts that only they join are shifted so that they stay short.
    """
    ranks = _longest_path_ranks(count, arcs)
    parts = components(count, arcs)
    part = [0] * count
    place = [0] * count
    for index, members in enumerate(parts):
        for position, node in enumerate(members):
            part[node] = index
            place[node] = position
    inner: list[list[Arc]] = [[] for _ in parts]
    for tail, head in arcs:
        inner[part[tail]].append((place[tail], place[head]))
    for index, members in enumerate(parts):
        if len(members) >= 3:
            tightened = _NetworkSimplex([ranks[node] for node in members], inner[index]).run()
            for node, rank in zip(members, tightened, strict=True):
                ranks[node] = rank
    _align_parts(ranks, parts, part, soft)
    least = min(ranks, default=0)
    return [rank - least for rank in ranks]


def _align_parts(
    ranks: list[int], parts: Sequence[list[int]], part: Sequence[int], soft: Sequence[Arc]
) -> None:
    if len(parts) < 2 or not soft:
        return
    order = sorted(range(len(parts)), key=lambda index: -len(parts[index]))
    placed = [False] * len(parts)
    placed[order[0]] = True
    for index in order[1:]:
        shifts = []
        for a, b in soft:
            if part[a] == index and placed[part[b]]:
                shifts.append(ranks[b] - ranks[a])
            if part[b] == index and placed[part[a]]:
                shifts.append(ranks[a] - ranks[b])
        shifts.sort()
        shift = shifts[len(shifts) // 2] if shifts else 0
        for node in parts[index]:
            ranks[node] += shift
        placed[index] = True


class _NetworkSimplex:
    """A spanning tree of tight arcs, improved arc by arc. The graph is connected."""

    def __init__(self, ranks: list[int], arcs: Sequence[Arc]) -> None:
        self.ranks = ranks
        self.arcs = arcs
        self.incident: list[list[int]] = [[] for _ in ranks]
        for index, (tail, head) in enumerate(arcs):
            self.incident[tail].append(index)
            self.incident[head].append(index)
        self.in_tree = [False] * len(arcs)
        self.cut = [0] * len(arcs)
        self.parent_arc = [-1] * len(ranks)
        self.low = [0] * len(ranks)
        self.limit = [0] * len(ranks)

    def run(self) -> list[int]:
        self._grow_tight_tree()
        self._number(0, -1, 0)
        self._initial_cuts()
        count = len(self.ranks)
        for _ in range(min(4 * count + 50, _WORK // count)):
            leaving = self._leaving_arc()
            if leaving < 0:
                break
            self._exchange(leaving, self._entering_arc(leaving))
        return self.ranks

    def _slack(self, arc: int) -> int:
        tail, head = self.arcs[arc]
        return self.ranks[head] - self.ranks[tail] - 1

    def _other(self, arc: int, node: int) -> int:
        tail, head = self.arcs[arc]
        return head if tail == node else tail

    def _grow_tight_tree(self) -> None:
        reached = [False] * len(self.ranks)
        tree: list[int] = []

        def grow(root: int) -> None:
            reached[root] = True
            start = len(tree)
            tree.append(root)
            while start < len(tree):
                node = tree[start]
                start += 1
                for arc in self.incident[node]:
                    other = self._other(arc, node)
                    if reached[other] or self._slack(arc) != 0:
                        continue
                    self.in_tree[arc] = True
                    reached[other] = True
                    tree.append(other)

        grow(0)
        while len(tree) < len(self.ranks):
            leaving_tree = (
                arc for arc, (tail, head) in enumerate(self.arcs) if reached[tail] != reached[head]
            )
            nearest = min(leaving_tree, key=self._slack)
            tail, head = self.arcs[nearest]
            shift = self._slack(nearest) if reached[tail] else -self._slack(nearest)
            for node in tree:
                self.ranks[node] += shift
            self.in_tree[nearest] = True
            grow(head if reached[tail] else tail)

    def _number(self, root: int, parent_arc: int, first: int) -> None:
        """Postorder numbers of the tree below `root`, from `first` on."""
        following = first
        self.parent_arc[root] = parent_arc
        self.low[root] = following
        path = [(root, iter(self.incident[root]))]
        while path:
            node, rest = path[-1]
            arc = next(rest, -1)
            if arc < 0:
                self.limit[node] = following
                following += 1
                path.pop()
            elif self.in_tree[arc] and arc != self.parent_arc[node]:
                child = self._other(arc, node)
                self.parent_arc[child] = arc
                self.low[child] = following
                path.append((child, iter(self.incident[child])))

    def _initial_cuts(self) -> None:
        for node in sorted(range(len(self.ranks)), key=self.limit.__getitem__):
            own = self.parent_arc[node]
            if own < 0:
                continue
            child_is_tail = self.arcs[own][0] == node
            cut = 1
            for arc in self.incident[node]:
                if arc == own:
                    continue
                sign = 1 if (self.arcs[arc][0] == node) == child_is_tail else -1
                cut += sign
                if self.in_tree[arc]:
                    cut -= sign * self.cut[arc]
            self.cut[own] = cut

    def _leaving_arc(self) -> int:
        """Choose the first of the tree arcs with the most negative cut value; -1 without one."""
        arc = min(range(len(self.cut)), key=self.cut.__getitem__)
        return arc if self.cut[arc] < 0 else -1

    def _below(self, node: int, root: int) -> bool:
        return self.low[root] <= self.limit[node] <= self.limit[root]

    def _lower_end(self, arc: int) -> int:
        """Tell the end of a tree arc that is lower in the tree."""
        tail, head = self.arcs[arc]
        return tail if self.limit[tail] < self.limit[head] else head

    def _entering_arc(self, leaving: int) -> int:
        root = self._lower_end(leaving)
        root_is_tail = root == self.arcs[leaving][0]
        low, limit, ranks = self.low[root], self.limit, self.ranks
        high = limit[root]
        entering, least = -1, 0
        for arc, (tail, head) in enumerate(self.arcs):
            if (low <= limit[tail] <= high) == root_is_tail:
                continue
            if (low <= limit[head] <= high) != root_is_tail:
                continue
            slack = ranks[head] - ranks[tail] - 1
            if entering < 0 or slack < least:
                entering, least = arc, slack
        return entering

    def _exchange(self, leaving: int, entering: int) -> None:
        root = self._lower_end(leaving)
        shift = self._slack(entering) * (-1 if root == self.arcs[leaving][0] else 1)
        if shift:
            for node in range(len(self.ranks)):
                if self._below(node, root):
                    self.ranks[node] += shift
        cut = self.cut[leaving]
        tail, head = self.arcs[entering]
        ancestor = self._climb(tail, head, cut, upward=True)
        self._climb(head, tail, cut, upward=False)
        self.cut[entering] = -cut
        self.cut[leaving] = 0
        self.in_tree[entering] = True
        self.in_tree[leaving] = False
        self._number(ancestor, self.parent_arc[ancestor], self.low[ancestor])

    def _climb(self, node: int, other: int, cut: int, *, upward: bool) -> int:
        """Add `cut` to the tree arcs from `node` up to the first common ancestor with `other`."""
        while not self._below(other, node):
            arc = self.parent_arc[node]
            sign = 1 if (self.arcs[arc][0] == node) == upward else -1
            self.cut[arc] += sign * cut
            node = self._other(arc, node)
        return node
