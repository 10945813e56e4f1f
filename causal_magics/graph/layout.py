"""Layered layout, causes above effects: ranks, orders, coordinates, and shelves of components.

The same input always gives the same drawing; the TypeScript twin gives it too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from causal_magics.graph.layout_coordinates import Extents, place_layers
from causal_magics.graph.layout_order import LayeredGraph, order_layers
from causal_magics.graph.layout_ranks import (
    Arc,
    components,
    rank_nodes,
    topological_order,
    without_cycles,
)
from causal_magics.graph.layout_shelves import pack_shelves

__all__ = ["Layout", "layout", "layout_with_bends"]

_MOST_BENDS = 20_000

Point = tuple[float, float]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Layout:
    """Centres of the nodes and bends of the edges between their ends, in pixels.

    The drawing's left top corner is (0, 0), and y points down.
    """

    positions: Mapping[str, Point]
    bends: tuple[tuple[Point, ...], ...]


def layout(
    nodes: Sequence[tuple[str, float, float]],
    edges: Sequence[Pair],
    *,
    undirected: Sequence[Pair] = (),
    soft: Sequence[Pair] = (),
) -> dict[str, Point]:
    """Centres of the nodes in a layered drawing, causes above effects.

    Parameters
    ----------
    nodes : sequence of (name, width, height)
        Sizes in pixels.
    edges : sequence of (source, target)
        May hold cycles. Loops and edges of unknown nodes are passed over.
    undirected : sequence of (name, name)
        Drawn from layer to layer too, in the direction that closes no cycle.
    soft : sequence of (name, name)
        Only pull their ends together (bidirected edges).

    Returns
    -------
    dict
        (x, y) of each centre in pixels; the drawing's left top corner is (0, 0).
    """
    return dict(layout_with_bends(nodes, edges, undirected=undirected, soft=soft).positions)


def layout_with_bends(
    nodes: Sequence[tuple[str, float, float]],
    edges: Sequence[Pair],
    *,
    undirected: Sequence[Pair] = (),
    soft: Sequence[Pair] = (),
) -> Layout:
    """Lay out as `layout` does, and tell the bends of the long edges too."""
    index = {name: place for place, (name, _, _) in enumerate(nodes)}
    count = len(nodes)

    def known(pairs: Iterable[Pair]) -> list[Arc]:
        arcs = [(index[a], index[b]) for a, b in pairs if a in index and b in index]
        return [(tail, head) for tail, head in arcs if tail != head]

    directed = without_cycles(count, _distinct(known(edges)))
    place = [0] * count
    for rank, node in enumerate(topological_order(count, directed)):
        place[node] = rank
    oriented = [(a, b) if place[a] < place[b] else (b, a) for a, b in known(undirected)]
    arcs = _distinct([*directed, *oriented])
    loose = _distinct([*arcs, *known(soft)])[len(arcs) :]
    parts = [
        _draw_part(members, nodes, arcs, loose) for members in components(count, [*arcs, *loose])
    ]
    centres: dict[int, Point] = {}
    bends: dict[Arc, tuple[Point, ...]] = {}
    for part, (left, top) in zip(parts, pack_shelves([part.size for part in parts]), strict=True):
        for node, (x, y) in zip(part.members, part.centres, strict=True):
            centres[node] = (x + left, y + top)
        for arc, points in part.bends.items():
            bends[arc] = tuple((x + left, y + top) for x, y in points)

    def bends_of(pair: Pair) -> tuple[Point, ...]:
        tail, head = index.get(pair[0], 0), index.get(pair[1], 0)
        return bends[tail, head] if (tail, head) in bends else bends.get((head, tail), ())[::-1]

    positions = {name: centres[place] for place, (name, _, _) in enumerate(nodes)}
    return Layout(positions, tuple(bends_of(edge) for edge in edges))


def _distinct(arcs: Iterable[Arc]) -> list[Arc]:
    """Keep the first arc between each pair of nodes."""
    first: dict[Arc, Arc] = {}
    for a, b in arcs:
        first.setdefault((a, b) if a < b else (b, a), (a, b))
    return list(first.values())


@dataclass(frozen=True, slots=True)
class _Part:
    members: list[int]
    centres: list[Point]
    bends: dict[Arc, tuple[Point, ...]]
    size: tuple[float, float]


def _draw_part(
    members: list[int],
    nodes: Sequence[tuple[str, float, float]],
    arcs: Iterable[Arc],
    soft: Iterable[Arc],
) -> _Part:
    local = {node: place for place, node in enumerate(members)}
    hard = [(local[a], local[b]) for a, b in arcs if a in local and b in local]
    loose = [(local[a], local[b]) for a, b in soft if a in local and b in local]
    graph, chains = _layered(rank_nodes(len(members), hard, loose), hard, loose)
    bends = [0.0] * (len(graph.layer_of) - len(members))
    width = [nodes[node][1] for node in members] + bends
    height = [nodes[node][2] for node in members] + bends
    x, y = place_layers(graph, order_layers(graph), Extents(width, height, len(members)))
    right = max((place + size / 2 for place, size in zip(x, width, strict=True)), default=0)
    bottom = max((place + size / 2 for place, size in zip(y, height, strict=True)), default=0)
    chained = {
        (members[tail], members[head]): tuple((x[vertex], y[vertex]) for vertex in chain)
        for (tail, head), chain in zip(hard, chains[: len(hard)], strict=True)
    }
    centres = [(x[place], y[place]) for place in range(len(members))]
    return _Part(members, centres, chained, (right, bottom))


def _longest_span(spans: Iterable[int]) -> float:
    """Tell the longest span of arcs that can all be given their bends."""
    bends = 0
    for span in sorted(spans):
        bends += max(0, span - 1)
        if bends > _MOST_BENDS:
            return span - 1
    return math.inf


def _layered(
    ranks: Sequence[int], hard: Sequence[Arc], soft: Sequence[Arc]
) -> tuple[LayeredGraph, list[list[int]]]:
    """Turn long arcs into chains of bends, one on each layer between; the hard arcs' come first.

    Where there would be too many bends, the longest arcs are left out.
    """
    layer_of = list(ranks)
    up: list[list[int]] = [[] for _ in ranks]
    down: list[list[int]] = [[] for _ in ranks]
    beside: list[list[int]] = [[] for _ in ranks]
    chains = []
    longest = _longest_span([abs(ranks[a] - ranks[b]) for a, b in (*hard, *soft)])
    for a, b in (*hard, *soft):
        chain: list[int] = []
        chains.append(chain)
        if abs(ranks[a] - ranks[b]) > longest:
            continue
        if ranks[a] == ranks[b]:
            beside[a].append(b)
            beside[b].append(a)
            continue
        top, bottom = (a, b) if ranks[a] < ranks[b] else (b, a)
        previous = top
        for layer in range(ranks[top] + 1, ranks[bottom]):
            bend = len(layer_of)
            layer_of.append(layer)
            up.append([previous])
            down.append([])
            beside.append([])
            down[previous].append(bend)
            chain.append(bend)
            previous = bend
        down[previous].append(bottom)
        up[bottom].append(previous)
    return LayeredGraph(layer_of, up, down, beside), chains
