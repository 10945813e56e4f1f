"""Random graphs for tests, reproducible from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, product

from causal_magics.graph.model import CausalGraph, Edge

Maker = Callable[[random.Random, int], CausalGraph]

LETTERS = "ABCDEFGHIJ"


def random_dag(rng: random.Random, size: int, density: float = 0.4) -> CausalGraph:
    names = list(LETTERS[:size])
    order = rng.sample(names, size)
    edges = [pair for pair in combinations(order, 2) if rng.random() < density]
    return CausalGraph(names, edges)


def random_admg(
    rng: random.Random, size: int, density: float = 0.35, confounded: float = 0.2
) -> CausalGraph:
    dag = random_dag(rng, size, density)
    spouses = [
        Edge(a, b, "<->") for a, b in combinations(dag.nodes, 2) if rng.random() < confounded
    ]
    return CausalGraph(dag.nodes, [*dag.edges, *spouses])


def random_ancestral(rng: random.Random, size: int) -> CausalGraph:
    """Undirected edges among the first nodes, arrows and `<->` below, never into the first."""
    names = list(LETTERS[:size])
    order = rng.sample(names, size)
    top = rng.randint(0, size)
    edges: list[Edge] = []
    for (i, a), (j, b) in combinations(enumerate(order), 2):
        if rng.random() < 0.45:
            if j < top:
                edges.append(Edge(a, b, "--"))
            elif i < top:
                edges.append(Edge(a, b))
            else:
                edges.append(Edge(a, b, rng.choice(("->", "<->"))))
    return CausalGraph(names, edges)


def sparse_dag(size: int, degree: float, seed: int) -> CausalGraph:
    rng = random.Random(seed)
    names = [f"V{i}" for i in range(size)]
    order = rng.sample(names, size)
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < size * degree / 2:
        i, j = sorted(rng.sample(range(size), 2))
        pairs.add((i, j))
    return CausalGraph(names, [(order[i], order[j]) for i, j in sorted(pairs)])


def subsets(names: Iterable[str]) -> Iterator[frozenset[str]]:
    names = sorted(names)
    for size in range(len(names) + 1):
        yield from map(frozenset, combinations(names, size))


def equivalent_dags(dag: CausalGraph) -> list[CausalGraph]:
    """All DAGs with the skeleton and the unshielded colliders, by trying every orientation."""
    from causal_magics.errors import CycleError
    from causal_magics.graph.equivalence import unshielded_colliders

    wanted = unshielded_colliders(dag)
    pairs = [edge.pair for edge in dag.edges]
    found = []
    for flips in product((False, True), repeat=len(pairs)):
        edges = [(b, a) if flip else (a, b) for (a, b), flip in zip(pairs, flips, strict=True)]
        try:
            other = CausalGraph(dag.nodes, edges)
        except CycleError:
            continue
        if unshielded_colliders(other) == wanted:
            found.append(other)
    return found
