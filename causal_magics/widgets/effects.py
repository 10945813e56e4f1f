"""What is said of nodes where evidence is attached: which effect is asked about, what they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from causal_magics.errors import EditorError, UnknownNodeError, shorten
from causal_magics.graph.elements import Role
from causal_magics.graph.model import CausalGraph


def with_effect(graph: CausalGraph, effect: str | None) -> CausalGraph:
    """Return the graph whose exposures and outcomes are those of an effect.

    Parameters
    ----------
    graph : CausalGraph
    effect : str, optional
        Exposures, an arrow and outcomes in the notation: ``"X -> Y"``, ``"{A B} -> Y"``. The graph
        stays as it is where it is None.

    Raises
    ------
    EditorError
        Where it is something else.
    UnknownNodeError
        Where the graph has no node of a name.
    NotationError
        Where it is not the notation.
    """
    if effect is None:
        return graph
    exposures, outcomes = _ends(effect)
    for name in (*exposures, *outcomes):
        if name not in graph:
            raise UnknownNodeError(name, graph.nodes)
    for name in graph.nodes:
        roles = graph.node(name).roles
        wanted = roles - {"exposure", "outcome"}
        own: Role | None = (
            "exposure" if name in exposures else "outcome" if name in outcomes else None
        )
        if own is not None:
            wanted = (wanted - {"adjusted"}) | {own}
        if wanted != roles:
            graph = graph.set_roles(name, wanted)
    return graph


def check_described(
    descriptions: Mapping[str, str] | None, graph: CausalGraph, columns: Iterable[str]
) -> None:
    """Check that all that is described is a node, or a column that may become one.

    Raises
    ------
    UnknownNodeError
        Where a name is neither.
    """
    known = list(dict.fromkeys([*graph.nodes, *columns]))
    for name in descriptions or ():
        if name not in known:
            raise UnknownNodeError(name, known)


def _ends(effect: object) -> tuple[frozenset[str], frozenset[str]]:
    if not isinstance(effect, str):
        raise EditorError(
            f'Expected an effect such as "X -> Y", got {type(effect).__name__}. Write both nodes '
            "with an arrow between them."
        )
    drawn = CausalGraph.parse(effect)
    exposures = frozenset(edge.source for edge in drawn.edges)
    outcomes = frozenset(edge.target for edge in drawn.edges)
    arrows = all(edge.mark == "->" for edge in drawn.edges)
    alone = set(drawn.nodes) != exposures | outcomes
    if not drawn.edges or not arrows or alone or exposures & outcomes or drawn.knowledge:
        raise EditorError(
            f'Expected an effect of one node on another, such as "X -> Y" or "{{A B}} -> Y", '
            f"got {shorten(effect)}."
        )
    return exposures, outcomes
