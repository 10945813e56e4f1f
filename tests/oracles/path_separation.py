"""Separation by its definition: every path is listed and looked at."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from causal_magics.graph.model import CausalGraph, Edge

Path = list[tuple[str, Edge, str]]


def paths(graph: CausalGraph, start: str, end: str, used: tuple[str, ...] = ()) -> Iterator[Path]:
    used = (*used, start)
    for edge in graph.edges:
        if start in edge.pair:
            other = edge.target if edge.source == start else edge.source
            if other == end:
                yield [(start, edge, other)]
            elif other not in used:
                for rest in paths(graph, other, end, used):
                    yield [(start, edge, other), *rest]


def has_head(edge: Edge, at: str) -> bool:
    return edge.mark == "<->" or (edge.mark == "->" and edge.target == at)


def is_open(graph: CausalGraph, path: Path, given: set[str]) -> bool:
    opened = given | graph.ancestors(given)
    for (_, before, node), (_, after, _) in itertools.pairwise(path):
        if has_head(before, node) and has_head(after, node):
            if node not in opened:
                return False
        elif node in given:
            return False
    return True


def separated(graph: CausalGraph, xs: set[str], ys: set[str], given: set[str]) -> bool:
    return not any(
        is_open(graph, path, set(given)) for x in xs for y in ys for path in paths(graph, x, y)
    )
