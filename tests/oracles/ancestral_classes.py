"""Classes of graphs by listing all their members: ADMGs of a MAG, MAGs of a PAG."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations, product

from oracles.random_graphs import subsets

from causal_magics.errors import CycleError
from causal_magics.graph.model import CausalGraph, Edge, Mark
from causal_magics.graph.projection import maximal_ancestral_graph
from causal_magics.graph.separation import is_d_separated

PAG_MARKS: dict[tuple[str, str], tuple[bool, Mark]] = {
    ("-", ">"): (False, "->"),
    (">", "-"): (True, "->"),
    (">", ">"): (False, "<->"),
    ("o", ">"): (False, "@->"),
    (">", "o"): (True, "@->"),
    ("o", "o"): (False, "@-@"),
    ("o", "-"): (False, "@--"),
    ("-", "o"): (True, "@--"),
}


def all_admgs(names: str) -> Iterator[CausalGraph]:
    pairs = list(combinations(names, 2))
    for directions in product((0, 1, 2), repeat=len(pairs)):
        arrows = [
            Edge(*pair) if way == 1 else Edge(*pair[::-1])
            for pair, way in zip(pairs, directions, strict=True)
            if way
        ]
        try:
            dag = CausalGraph(names, arrows)
        except CycleError:
            continue
        for confounded in subsets(map("".join, pairs)):
            yield CausalGraph(names, [*dag.edges, *(Edge(a, b, "<->") for a, b in confounded)])


def by_mag(graphs: Iterable[CausalGraph]) -> dict[CausalGraph, list[CausalGraph]]:
    members: dict[CausalGraph, list[CausalGraph]] = defaultdict(list)
    for graph in graphs:
        members[maximal_ancestral_graph(graph)].append(graph)
    return members


def separations(graph: CausalGraph) -> tuple[bool, ...]:
    return tuple(
        is_d_separated(graph, a, b, given)
        for a, b in combinations(graph.nodes, 2)
        for given in subsets(set(graph.nodes) - {a, b})
    )


def by_class(mags: Iterable[CausalGraph]) -> list[list[CausalGraph]]:
    classes: dict[tuple[bool, ...], list[CausalGraph]] = defaultdict(list)
    for mag in mags:
        classes[separations(mag)].append(mag)
    return list(classes.values())


def pag_of(mags: list[CausalGraph]) -> CausalGraph:
    """The marks that all members share, circles elsewhere."""
    edges = []
    for a, b in sorted(edge.pair for edge in mags[0].edges):
        ends = []
        for node in (a, b):
            heads = {_has_head(mag, a, b, node) for mag in mags}
            ends.append("o" if len(heads) == 2 else ">" if heads.pop() else "-")
        flipped, mark = PAG_MARKS[ends[0], ends[1]]
        edges.append(Edge(b, a, mark) if flipped else Edge(a, b, mark))
    return CausalGraph(mags[0].nodes, edges)


def _has_head(mag: CausalGraph, a: str, b: str, at: str) -> bool:
    (edge,) = mag.edges_between(a, b)
    return edge.mark == "<->" or (edge.mark == "->" and edge.target == at)
