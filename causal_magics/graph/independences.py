"""Implied independences: what a graph says that data can contradict.

Pearl & Meshkat (1999) and Shipley (2000) for one statement a pair; Verma & Pearl (1990) for the
local basis.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Literal

from causal_magics.errors import GraphError
from causal_magics.graph.canonical import CanonicalDag, bits
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.separators import minimal_separators, nearest_separator

__all__ = ["Independence", "IndependenceForm", "implied_independences", "iterate_independences"]

IndependenceForm = Literal["minimal", "all", "local"]

DEFAULT_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Independence:
    """The statement that two nodes are independent given a set."""

    a: str
    b: str
    given: frozenset[str] = frozenset()

    def __str__(self) -> str:
        condition = f" | {', '.join(sorted(self.given))}" if self.given else ""
        return f"{self.a} ⊥ {self.b}{condition}"


def iterate_independences(
    graph: CausalGraph, form: IndependenceForm = "minimal"
) -> Iterator[Independence]:
    """Yield implied independences; parameters are those of `implied_independences`."""
    if form == "local":
        return _local(graph)
    return _pairwise(graph, every=form == "all")


def implied_independences(
    graph: CausalGraph, form: IndependenceForm = "minimal", *, limit: int | None = DEFAULT_LIMIT
) -> tuple[Independence, ...]:
    """Return independences of observed nodes that the graph implies.

    Parameters
    ----------
    graph : CausalGraph
        Of any kind that `is_d_separated` reads. Latent nodes are in no statement; selection nodes
        are conditioned on throughout.
    form : {"minimal", "all", "local"}
        minimal: one minimal set for each pair that can be separated, so that each missing edge is
        put to the test once. all: every minimal set for every pair. local: each node from its
        earlier non-parents given its parents, a basis: in distributions with composition, such
        as Gaussian ones, all other statements follow; for DAGs without latent nodes.
    limit : int or None
        Stop after so many.

    Raises
    ------
    GraphError
        Where the local form is asked of another graph.
    """
    return tuple(islice(iterate_independences(graph, form), limit))


def _pairwise(graph: CausalGraph, *, every: bool) -> Iterator[Independence]:
    dag = CanonicalDag.of(graph)
    out = dag.mask(graph.latents) | dag.selected
    names = [name for name in graph.nodes if not out >> dag.index[name] & 1]
    for a, b in combinations(names, 2):
        if b in graph.neighbors(a):
            continue
        x, y = dag.mask(a), dag.mask(b)
        if every:
            found = sorted(
                minimal_separators(dag, x, y, dag.selected, ~out), key=lambda z: z.bit_count()
            )
        else:
            ways = (nearest_separator(dag, *ends, dag.selected, ~out) for ends in ((x, y), (y, x)))
            found = sorted((z for z in ways if z is not None), key=lambda z: z.bit_count())[:1]
        for z in found:
            yield Independence(a, b, dag.names_of(z & ~dag.selected))


def _local(graph: CausalGraph) -> Iterator[Independence]:
    if not graph.is_dag or graph.latents or graph.selections:
        raise GraphError(
            "Expected a DAG without latent and selection nodes for the local basis, got another "
            "graph. Use the form 'minimal'."
        )
    dag = CanonicalDag.of(graph)
    before = 0
    for i in dag.order:
        parents = dag.parents[i]
        given = dag.names_of(parents)
        for j in bits(before & ~parents):
            yield Independence(dag.names[i], dag.names[j], given)
        before |= 1 << i
