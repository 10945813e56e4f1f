"""What is asked of a policy: a graph that it can act on, and a goal that something can move."""

from __future__ import annotations

from typing import Final

from causal_magics.data.wording import enumerate_items
from causal_magics.errors import PassiveError, shorten
from causal_magics.graph.elements import Mark
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.network import HasGraph
from causal_magics.options import check_kind
from causal_magics.passive.worlds.environment import MAX_VARIABLES

__all__ = ["check_graph", "goal_of", "graph_of"]

_REFUSED: Final[dict[Mark, str]] = {
    "<->": "a hidden common cause, and policies are trained where nothing is hidden. Draw it as a "
    "node with two arrows.",
    "--": "an edge whose direction is open, and mechanisms have directions. Direct it.",
    "@->": "an edge of which one end is open. Direct it, and draw common causes as nodes.",
    "@-@": "an edge of which both ends are open. Direct it, and draw common causes as nodes.",
    "@--": "an edge of which one end is open. Direct it, and draw common causes as nodes.",
}


def graph_of(given: object) -> CausalGraph:
    """Return a graph, or that of something that carries one, such as an editor.

    Raises
    ------
    PassiveError
        Where it is neither.
    """
    graph = given.graph if isinstance(given, HasGraph) else given
    if not isinstance(graph, CausalGraph):
        raise PassiveError(
            f"Expected a CausalGraph, or something that carries one, got {type(given).__name__}. "
            'Write one: CausalGraph.parse("Smoking -> Tar -> Cancer").'
        )
    return graph


def check_graph(graph: CausalGraph) -> None:
    """Refuse a graph that policies cannot act on.

    Raises
    ------
    PassiveError
        Where it has edges other than ``->``, latent or selection nodes, fewer than two nodes or
        more than twenty.
    """
    for edge in graph.edges:
        if edge.mark != "->":
            ends = f"{shorten(edge.source)} {edge.mark} {shorten(edge.target)}"
            raise PassiveError(f"Expected edges -> only, got {ends}: {_REFUSED[edge.mark]}")
    if graph.latents:
        raise PassiveError(
            f"Expected variables that can be seen and set, got the latent node "
            f"{shorten(graph.latents[0])}. Policies are trained where nothing is hidden: take the "
            "role from it, or leave it out."
        )
    if graph.selections:
        raise PassiveError(
            "Expected rows that come as they are made, got the selection node "
            f"{shorten(graph.selections[0])}, by which some would be kept from sight. Take the "
            "role from it, or leave it out."
        )
    if not 2 <= len(graph) <= MAX_VARIABLES:
        advice = "One is set, and another may follow." if len(graph) < 2 else "Leave some out."
        raise PassiveError(
            f"Expected between 2 and {MAX_VARIABLES} variables, got {len(graph)}. {advice}"
        )


def goal_of(graph: CausalGraph, goal: str | None) -> str:
    """Return the goal: as it is given, else the outcome, else the only effect without effects.

    Raises
    ------
    PassiveError
        Where there are several, or nothing in the graph causes it.
    UnknownNodeError
        Where it is no node.
    """
    moved = [name for name in graph.nodes if graph.parents(name)]
    if not moved:
        raise PassiveError(
            "Expected a goal that something can move, got a graph without edges. Draw an arrow."
        )
    if goal is None:
        ends = [name for name in moved if not graph.children(name)]
        candidates = list(graph.outcomes) or ends
        if len(candidates) > 1:
            raise PassiveError(
                f"Expected one goal, got {_named(candidates)} to choose from. Give goal, or mark "
                "one of them as outcome."
            )
        goal = candidates[0]
    check_kind("the name of a node as goal", goal, str)
    if not graph.parents(goal):
        raise PassiveError(
            f"Expected a goal that something can move, but nothing in the graph causes "
            f"{shorten(goal)}. Give one of {_named(moved)}, or draw an arrow to it."
        )
    return goal


def _named(names: list[str]) -> str:
    return enumerate_items([shorten(name) for name in names])
