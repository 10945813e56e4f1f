"""The effect that is asked for: which nodes are exposures, which outcomes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from causal_magics.errors import GraphError, shorten
from causal_magics.graph.elements import Role, each_name
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.queries import Names

Effect = Literal["total", "direct"]


@dataclass(frozen=True, slots=True)
class EffectQuery:
    """Exposures and outcomes of a graph, in its order of nodes."""

    exposure: tuple[str, ...]
    outcome: tuple[str, ...]

    @classmethod
    def of(cls, graph: CausalGraph, exposure: Names | None, outcome: Names | None) -> EffectQuery:
        """Return the query; None stands for the nodes with that role.

        Raises
        ------
        UnknownNodeError
        GraphError
            Where there is no exposure or outcome, or where one node is both.
        """
        xs = _chosen(graph, exposure, "exposure")
        ys = _chosen(graph, outcome, "outcome")
        both = set(xs) & set(ys)
        if both:
            raise GraphError(
                f"Expected exposures and outcomes to differ, but {shorten(min(both))} is both. "
                "Choose another node for one of them."
            )
        return cls(xs, ys)


def _chosen(graph: CausalGraph, names: Names | None, role: Role) -> tuple[str, ...]:
    if names is None:
        found = set(graph.with_role(role))
    else:
        found = {graph.node(name).name for name in each_name(names)}
    if not found:
        raise GraphError(
            f"Expected an {role}, but none is named and no node has the role. "
            f"Name it, or write it as `Name [{role}]`."
        )
    return tuple(name for name in graph.nodes if name in found)


def smallest_first(sets: Iterable[frozenset[str]]) -> tuple[frozenset[str], ...]:
    """Return sets of names by size, those of one size by name."""
    return tuple(sorted(sets, key=lambda names: (len(names), sorted(names))))
