"""Which columns may form strata: those that the treatment does not affect.

Among units of one value of a column that the treatment changes, treated and untreated are not the
same people any more; bounds within such strata bound nothing of interest (Pearl 2009, section 3.3,
condition (i) of the back-door criterion).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable

from causal_magics.errors import CounterfactualError, shorten
from causal_magics.graph.elements import Mark, each_name
from causal_magics.graph.equivalence import meek_closure
from causal_magics.graph.model import CausalGraph

__all__ = ["affected_by", "check_strata", "draws_causes"]

_ONWARD: frozenset[Mark] = frozenset({"->", "@->", "--", "@-@"})
_BACKWARD: frozenset[Mark] = frozenset({"--", "@-@", "@--"})

Path = tuple[tuple[str, ...], tuple[str, ...]]
"""The nodes along a path and the marks between them, as seen from its start."""


def check_strata(graph: CausalGraph, treatment: str, strata: str | Iterable[str]) -> None:
    """Refuse strata by what the treatment affects, or may affect, in a graph.

    Parameters
    ----------
    graph : CausalGraph
        Of any kind. In a graph that stands for a class, a column is refused where some member of
        the class may have a directed path to it.
    treatment : str
    strata : str or iterable of str
        The columns by which strata are to be formed.

    Raises
    ------
    CounterfactualError
        Where a column is the treatment, or a descendant of it; the message has the path.
    UnknownNodeError
        Where the graph has no node of that name.
    """
    names = tuple(dict.fromkeys(each_name(strata)))
    paths = affected_by(graph, treatment)
    for name in names:
        graph.node(name)
        if name == treatment:
            raise CounterfactualError(
                f"Expected strata that are formed before the treatment, got {shorten(name)}, the "
                "treatment itself. Leave it out."
            )
        if name in paths:
            nodes, marks = paths[name]
            sure = set(marks) == {"->"}
            says = "is affected by" if sure else "may be affected by"
            advice = "Leave it out." if sure else "Leave it out, or direct these edges."
            raise CounterfactualError(
                f"Expected strata that the treatment does not affect, but in the graph "
                f"{shorten(name)} {says} {shorten(treatment)}: {_drawn(nodes, marks)}. {advice}"
            )


def draws_causes(graph: CausalGraph, treatment: str, strata: Iterable[str]) -> bool:
    """Return whether a graph draws an arrow into a treatment from what forms no strata.

    Parameters
    ----------
    graph : CausalGraph
    treatment : str
    strata : iterable of str
        Within these the treatment may well have been drawn by lot.
    """
    known = set(strata)
    return any(
        (edge.target == treatment and edge.mark == "->" and edge.source not in known)
        or (edge.mark == "<->" and treatment in (edge.source, edge.target))
        for edge in graph.edges
    )


def affected_by(graph: CausalGraph, treatment: str) -> dict[str, Path]:
    """Return a shortest path to each node that a treatment affects, or may affect.

    Parameters
    ----------
    graph : CausalGraph
    treatment : str

    Returns
    -------
    dict
        By node, without the treatment. All marks of a path are ``->`` where a directed path of that
        kind is known; others leave open whether the path is directed.
    """
    graph.node(treatment)
    sure = _search(_steps(graph, {"->"}, ()), treatment)
    if graph.is_admg:
        return sure
    closed = meek_closure(graph) if graph.is_cpdag_like else graph
    sure = _search(_steps(closed, {"->"}, ()), treatment)
    return {**_search(_steps(closed, _ONWARD, _BACKWARD), treatment), **sure}


def _steps(
    graph: CausalGraph, onward: Collection[Mark], backward: Collection[Mark]
) -> dict[str, list[tuple[str, str]]]:
    """Return the nodes that each node causes, or may cause, with the mark between them."""
    steps: dict[str, list[tuple[str, str]]] = {name: [] for name in graph.nodes}
    for edge in graph.edges:
        if edge.mark in onward:
            steps[edge.source].append((edge.target, edge.mark))
        if edge.mark in backward:
            steps[edge.target].append((edge.source, "--@" if edge.mark == "@--" else edge.mark))
    return steps


def _search(steps: dict[str, list[tuple[str, str]]], start: str) -> dict[str, Path]:
    found: dict[str, Path] = {start: ((start,), ())}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        nodes, marks = found[here]
        for there, mark in steps[here]:
            if there not in found:
                found[there] = (*nodes, there), (*marks, mark)
                queue.append(there)
    del found[start]
    return found


def _drawn(nodes: tuple[str, ...], marks: tuple[str, ...]) -> str:
    steps = zip(marks, nodes[1:], strict=True)
    drawn = "".join(f" {mark} {shorten(node)[1:-1]}" for mark, node in steps)
    return shorten(nodes[0])[1:-1] + drawn
