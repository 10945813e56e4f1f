"""Coordinates of ordered layers.

Each layer in turn takes the places nearest to its neighbours' that keep the order and the gaps,
by pool-adjacent-violators (weighted isotonic regression).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from causal_magics.graph.layout_order import LayeredGraph, Layers

__all__ = ["Extents", "place_layers"]

_NODE_GAP = 32
_BEND_GAP = 18
_JOINED_GAP = 64  # between nodes that an edge along their layer joins
_LEAST_RANK_GAP = 50
_MOST_RANK_GAP = 200
_MEDIAN_ROUNDS = 8
_MEAN_ROUNDS = 12

# Arcs between two nodes, a node and a bend, two bends: long arcs are kept straight.
_ARC_WEIGHTS = (1, 2, 8)


@dataclass(frozen=True, slots=True)
class Extents:
    """Sizes of the vertices in pixels; those from index `nodes` on are bends of long arcs."""

    width: Sequence[float]
    height: Sequence[float]
    nodes: int


def place_layers(
    graph: LayeredGraph, layers: Layers, extents: Extents
) -> tuple[list[float], list[float]]:
    """Centres (x, y) of all vertices, the drawing's left and top border at 0."""
    x = _horizontal(graph, layers, extents)
    return x, _vertical(graph, layers, extents, x)


def _gap(a: int, b: int, graph: LayeredGraph, extents: Extents) -> int:
    if b in graph.beside[a]:
        return _JOINED_GAP
    return _NODE_GAP if a < extents.nodes and b < extents.nodes else _BEND_GAP


def _offsets(layer: Sequence[int], graph: LayeredGraph, extents: Extents) -> list[float]:
    """Distance of each vertex from the first on its layer, packed tightly."""
    offsets: list[float] = []
    offset: float = 0
    for index, vertex in enumerate(layer):
        if index > 0:
            before = layer[index - 1]
            gap = _gap(before, vertex, graph, extents)
            offset += (extents.width[before] + extents.width[vertex]) / 2 + gap
        offsets.append(offset)
    return offsets


def _horizontal(graph: LayeredGraph, layers: Layers, extents: Extents) -> list[float]:
    x: list[float] = [0.0] * len(graph.layer_of)
    offsets = [_offsets(layer, graph, extents) for layer in layers]
    for layer, own in zip(layers, offsets, strict=True):
        half = own[-1] / 2
        for vertex, offset in zip(layer, own, strict=True):
            x[vertex] = offset - half
    pulls = [_pulls(neighbours, extents.nodes) for neighbours in (graph.up, graph.down)]
    up, down = pulls
    both = [(*a, *b) for a, b in zip(up, down, strict=True)]
    for round_ in range(_MEDIAN_ROUNDS + _MEAN_ROUNDS):
        downward = round_ % 2 == 0
        by_median = round_ < _MEDIAN_ROUNDS
        wishes = (up if downward else down) if by_median else both
        order = range(len(layers)) if downward else range(len(layers) - 1, -1, -1)
        for index in order:
            layer = layers[index]
            wanted = [_wish(vertex, wishes[vertex], x, by_median) for vertex in layer]
            _settle(layer, wanted, offsets[index], x)
    left = min((x[v] - width / 2 for v, width in enumerate(extents.width)), default=0.0)
    return [float(math.floor(value - left + 0.5)) for value in x]


def _pulls(neighbours: Sequence[Sequence[int]], nodes: int) -> list[tuple[tuple[int, int], ...]]:
    """Each vertex's neighbours with the weights of the arcs to them."""
    return [
        tuple((other, _ARC_WEIGHTS[(vertex >= nodes) + (other >= nodes)]) for other in others)
        for vertex, others in enumerate(neighbours)
    ]


def _wish(
    vertex: int, pulls: Sequence[tuple[int, int]], x: Sequence[float], by_median: bool
) -> tuple[float, float]:
    """Where a vertex wants to be for its neighbours, and how much."""
    if not pulls:
        return x[vertex], 0.1
    total = 0
    if by_median:
        places = sorted([x[other] for other, _ in pulls])
        for _, pull in pulls:
            total += pull
        middle = len(places) >> 1
        low = places[middle] if len(places) % 2 == 1 else places[middle - 1]
        return (low + places[middle]) / 2, total
    weighted = 0.0
    for other, pull in pulls:
        total += pull
        weighted += pull * x[other]
    return weighted / total, total


def _settle(
    layer: Sequence[int],
    wanted: Sequence[tuple[float, float]],
    offsets: Sequence[float],
    x: list[float],
) -> None:
    """Take the weighted least-squares places that keep at least the packed distances."""
    blocks: list[tuple[float, float, int]] = []
    for (target, force), offset in zip(wanted, offsets, strict=True):
        mean = target - offset
        size = 1
        while blocks and blocks[-1][0] >= mean:
            earlier, before, count = blocks.pop()
            mean = (earlier * before + mean * force) / (before + force)
            force += before
            size += count
        blocks.append((mean, force, size))
    place = 0
    for mean, _, size in blocks:
        for _ in range(size):
            x[layer[place]] = mean + offsets[place]
            place += 1


def _vertical(
    graph: LayeredGraph, layers: Layers, extents: Extents, x: Sequence[float]
) -> list[float]:
    """Layers below each other, farther apart where arcs run far to the side."""
    y: list[float] = [0.0] * len(graph.layer_of)
    top: float = 0
    for index, layer in enumerate(layers):
        tallest: float = 0
        widest: float = 0
        for vertex in layer:
            tallest = max(tallest, extents.height[vertex])
            for other in graph.up[vertex]:
                widest = max(widest, abs(x[vertex] - x[other]))
        if index > 0:
            top += math.floor(min(_MOST_RANK_GAP, max(_LEAST_RANK_GAP, widest / 6)))
        for vertex in layer:
            y[vertex] = top + tallest / 2
        top += tallest
    return y
