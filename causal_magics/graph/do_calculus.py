"""Whether an effect is identified at all: Tian & Pearl (2002), Huang & Valtorta (2006).

"A general identification condition for causal effects", AAAI. The algorithm is complete: where it
fails, two models that agree on the observed distribution differ in the effect.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from causal_magics.errors import GraphError, shorten
from causal_magics.graph.effect import EffectQuery
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.projection import latent_projection
from causal_magics.graph.queries import Names

__all__ = ["Hedge", "expect_observed", "find_hedge", "is_identifiable"]


@dataclass(frozen=True, slots=True)
class Hedge:
    """Why an effect is not identified: `inner` cannot be told apart within `outer`.

    All nodes of each set are joined by bidirected edges, and all of `outer` are ancestors of
    `inner` within it.
    """

    inner: frozenset[str]
    outer: frozenset[str]


def is_identifiable(
    graph: CausalGraph, exposure: Names | None = None, outcome: Names | None = None
) -> bool:
    """Whether the observed distribution determines the total effect in every model of the graph.

    Parameters and errors are those of `find_hedge`.
    """
    return find_hedge(graph, exposure, outcome) is None


def find_hedge(
    graph: CausalGraph, exposure: Names | None = None, outcome: Names | None = None
) -> Hedge | None:
    """Return why the total effect is not identified, or None where it is.

    Parameters
    ----------
    graph : CausalGraph
        A DAG or ADMG without selection nodes. Latent nodes are projected out.
    exposure, outcome : str or iterable of str, optional
        By default the nodes with that role.

    Raises
    ------
    GraphError
        Where the graph stands for a class, has selection nodes, or where exposure or outcome are
        latent.
    """
    query = EffectQuery.of(graph, exposure, outcome)
    expect_observed(graph, query)
    xs, ys = set(query.exposure), set(query.outcome)
    observed = latent_projection(graph)
    # 1. What matters once the exposure is set: the outcome and its ancestors.
    rest = set(observed.nodes) - xs
    relevant = ys | observed.subgraph(rest).ancestors(ys)
    # 2. Each district of that must be identified within its district of the whole graph.
    whole = districts(observed, set(observed.nodes))
    for inner in districts(observed, relevant):
        outer = next(district for district in whole if inner <= district)
        hedge = _narrow(observed, inner, outer)
        if hedge is not None:
            return hedge
    return None


def expect_observed(graph: CausalGraph, query: EffectQuery) -> None:
    """Refuse graphs that the do-calculus is not for, and exposures or outcomes that are latent.

    Raises
    ------
    GraphError
    """
    if not graph.is_admg or graph.selections:
        raise GraphError(
            "Expected a DAG or ADMG without selection nodes, got another graph. "
            "Direct its edges, or use adjustment sets."
        )
    hidden = {*query.exposure, *query.outcome} & set(graph.latents)
    if hidden:
        raise GraphError(
            f"Expected exposure and outcome to be observed, but {shorten(min(hidden))} is latent. "
            "Choose observed nodes, or a proxy that is drawn as a node of its own."
        )


def _narrow(graph: CausalGraph, inner: frozenset[str], outer: frozenset[str]) -> Hedge | None:
    """Identify the factor of `inner` from that of `outer`, as far as it goes."""
    while inner != outer:
        # 3. Drop what is no ancestor of the inner set.
        causal = inner | graph.subgraph(outer).ancestors(inner)
        if causal == outer:
            return Hedge(inner, outer)
        # 4. Go on within the district that is left around it.
        outer = next(d for d in districts(graph, set(causal)) if inner <= d)
    return None


def districts(graph: CausalGraph, within: AbstractSet[str]) -> list[frozenset[str]]:
    """Return the sets of nodes that bidirected edges join, in the graph on some nodes."""
    found: list[frozenset[str]] = []
    placed: set[str] = set()
    for name in graph.nodes:
        if name in within and name not in placed:
            found.append(district(graph, name, within))
            placed |= found[-1]
    return found


def district(graph: CausalGraph, name: str, within: AbstractSet[str]) -> frozenset[str]:
    """Return the nodes that paths of bidirected edges join to one, in the graph on some nodes."""
    seen, stack = {name}, [name]
    while stack:
        fresh = graph.siblings(stack.pop()) & within - seen
        seen |= fresh
        stack.extend(fresh)
    return frozenset(seen)
