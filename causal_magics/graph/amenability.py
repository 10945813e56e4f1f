"""Amenability: whether a class of graphs agrees on where causal paths start.

Perković, Textor, Kalisch & Maathuis (2018), "Complete graphical characterization and construction
of adjustment sets in Markov equivalence classes of ancestral graphs", JMLR 18(220); for background
knowledge Perković, Kalisch & Maathuis (2017); visible edges from Zhang (2008). Where a class is
amenable, one of its members has the adjustment sets of all.
"""

from __future__ import annotations

from dataclasses import dataclass

from causal_magics.errors import GraphError
from causal_magics.graph.effect import EffectQuery
from causal_magics.graph.equivalence import consistent_extension, meek_closure, pag_member
from causal_magics.graph.model import CausalGraph

__all__ = ["Reading", "is_amenable", "is_visible", "read_effect"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A member of the class for which a graph stands.

    Parameters
    ----------
    member : CausalGraph
        Edges ``->`` and ``<->`` only.
    doubtful : (str, str) or None
        An edge that starts a causal path in some members and none in others, or behind which a
        confounder may hide: the class is not amenable.
    """

    member: CausalGraph
    doubtful: tuple[str, str] | None = None


def is_amenable(graph: CausalGraph, query: EffectQuery, *, mag: bool = False) -> bool:
    """Whether adjustment can identify the effect in all graphs for which `graph` stands."""
    return read_effect(graph, query, mag=mag).doubtful is None


def read_effect(graph: CausalGraph, query: EffectQuery, *, mag: bool = False) -> Reading:
    """Return a member of the class and what the class leaves in doubt about the effect.

    A DAG or ADMG is its own class. A graph with ``->`` and ``--`` stands for DAGs, once what
    follows from its edges and knowledge is directed; a graph with circles for MAGs; with `mag`
    an ADMG is read as a MAG, that is as the class of DAGs with hidden nodes that it represents.

    Raises
    ------
    GraphError
        Where a MAG or PAG has undirected edges (selection bias), for which the criterion is not
        known to hold.
    """
    if graph.is_admg and not mag:
        return Reading(graph)
    if graph.undirected_edges:
        if not graph.is_cpdag_like or mag:
            raise GraphError(
                "Expected a DAG, ADMG, CPDAG, or a MAG or PAG without undirected edges: adjustment "
                "under the selection that -- stands for there is not supported. Mark the "
                "selection node by its role instead."
            )
        closed = meek_closure(graph)
        return Reading(consistent_extension(closed), _doubtful_start(closed, query, of_dags=True))
    member = pag_member(graph) if graph.has_circles else graph
    return Reading(member, _doubtful_start(graph, query, of_dags=False))


def _doubtful_start(
    graph: CausalGraph, query: EffectQuery, *, of_dags: bool
) -> tuple[str, str] | None:
    """Return the first edge of a possibly causal path that is not surely a visible arrow."""
    onward = _possible_steps(graph)
    xs, ys = set(query.exposure), set(query.outcome)
    for x in query.exposure:
        for start in sorted(onward[x] - xs):
            sure = start in graph.children(x) and (of_dags or is_visible(graph, x, start))
            if sure:
                continue
            barred = xs | graph.parents(x)
            if _leads_to(graph, onward, start, ys, barred, unshielded=of_dags):
                return x, start
    return None


def _possible_steps(graph: CausalGraph) -> dict[str, set[str]]:
    """Return for each node the neighbours that it may cause, as far as marks tell."""
    onward: dict[str, set[str]] = {name: set() for name in graph.nodes}
    for edge in graph.edges:
        if edge.mark in ("->", "@->", "--", "@-@"):
            onward[edge.source].add(edge.target)
        if edge.mark in ("--", "@-@", "@--"):
            onward[edge.target].add(edge.source)
    return onward


def _leads_to(
    graph: CausalGraph,
    onward: dict[str, set[str]],
    start: str,
    ends: set[str],
    barred: set[str],
    *,
    unshielded: bool,
) -> bool:
    """Whether a possibly causal path leads from `start` to one of `ends`.

    In a partly directed graph only unshielded paths count (Perković et al. 2017, lemma 3.6): a
    shielded one may run against an edge between two of its nodes.
    """
    if start in ends:
        return True
    seen = {("", start)}
    stack = [("", start)]
    while stack:
        before, node = stack.pop()
        shields = graph.neighbors(before) if before and unshielded else frozenset[str]()
        for after in onward[node] - barred - shields - {before}:
            if after in ends:
                return True
            state = (node if unshielded else "", after)
            if state not in seen:
                seen.add(state)
                stack.append(state)
    return False


def is_visible(graph: CausalGraph, cause: str, effect: str) -> bool:
    """Whether no hidden common cause can lie behind an arrow of a MAG or PAG.

    Some node that is not adjacent to `effect` has an arrow into `cause`, or is joined to it by a
    path of colliders that are parents of `effect` (Zhang 2008, definition 8).
    """
    near = graph.neighbors(effect) | {effect}
    seen, stack = {cause}, [cause]
    while stack:
        node = stack.pop()
        spouses = graph.siblings(node)
        pointed = {e.source for e in graph.edges if e.mark == "@->" and e.target == node}
        if (graph.parents(node) | spouses | pointed) - near - {cause}:
            return True
        for spouse in spouses & graph.parents(effect) - seen:
            seen.add(spouse)
            stack.append(spouse)
    return False
