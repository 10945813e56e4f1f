"""Moves between acyclic graphs, compiled. Matrices: ``A[i, j]`` is true where ``i -> j``."""

from __future__ import annotations

import numpy as np

from causal_magics.discovery.compiled import compiled
from causal_magics.discovery.layout import Booleans, Floats

ADD, DROP, REVERSE = 0, 1, 2
"""Kinds of moves."""


@compiled
def best_move(
    adds: Floats, drops: Floats, adjacency: Booleans, reach: Booleans, change: bool
) -> tuple[float, int, int, int]:
    """Find the legal move that saves most: nats, kind, cause and effect.

    `adds` and `drops` hold the gain of each move, minus infinity where it may not be made;
    ``reach[a, b]`` says that b can be reached from a. Without `change`, edges are only added.
    """
    count = len(adjacency)
    gain, kind, cause, effect = 0.0, -1, -1, -1
    for a in range(count):
        for b in range(count):
            if adds[a, b] > gain and not reach[b, a]:
                gain, kind, cause, effect = adds[a, b], ADD, a, b
            if not change or not adjacency[a, b]:
                continue
            if drops[a, b] > gain:
                gain, kind, cause, effect = drops[a, b], DROP, a, b
            if drops[a, b] + adds[b, a] > gain:
                detour = False
                for c in range(count):
                    detour |= c != b and adjacency[a, c] and reach[c, b]
                if not detour:
                    gain, kind, cause, effect = drops[a, b] + adds[b, a], REVERSE, a, b
    return gain, kind, cause, effect


@compiled
def connect(reach: Booleans, cause: int, effect: int) -> None:
    """Bring reachability up to date after ``cause -> effect`` was added."""
    count = len(reach)
    for a in range(count):
        if reach[a, cause] and not reach[a, effect]:
            for b in range(count):
                if reach[effect, b]:
                    reach[a, b] = True


@compiled
def closure(adjacency: Booleans) -> Booleans:
    """Who can be reached from whom, each from itself included."""
    count = len(adjacency)
    reach = np.empty((count, count), np.bool_)
    stack = np.empty(count, np.int64)
    for start in range(count):
        for node in range(count):
            reach[start, node] = False
        reach[start, start] = True
        stack[0] = start
        depth = 1
        while depth > 0:
            depth -= 1
            node = stack[depth]
            for child in range(count):
                if adjacency[node, child] and not reach[start, child]:
                    reach[start, child] = True
                    stack[depth] = child
                    depth += 1
    return reach
