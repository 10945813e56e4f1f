"""What a graph says of pairs: in the population, and in the texts that were selected.

Selection is conditioned on (Bareinboim & Pearl 2012): two nodes that no open path joins in the
population may be joined once the selection nodes are given, as X and Y are in
``X <- W -> S <- G -> Y`` (McMilin 2022).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Any, Literal, get_args

from causal_magics.data.frames import new_frame
from causal_magics.data.html_table import html_table
from causal_magics.errors import GraphError, shorten
from causal_magics.graph.elements import each_name
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.paths import iterate_paths
from causal_magics.graph.queries import Names
from causal_magics.graph.separation import is_d_separated

__all__ = ["HOW_TO_SELECT", "Entailment", "EntailmentKind", "Entailments", "entailments", "entails"]

EntailmentKind = Literal["opened by selection", "closed by selection", "dependent", "independent"]

HOW_TO_SELECT = (
    "No node is marked as selected, so that nothing depends on anything through selection alone. "
    "Mark the node that says which texts were kept: Written [selected]."
)

_PATHS_TRIED = 1_000


@dataclass(frozen=True, slots=True)
class Entailment:
    """What a graph says of two nodes.

    Parameters
    ----------
    a, b : str
    given : frozenset of str
        What else is conditioned on, selection apart.
    kind : EntailmentKind
        opened by selection: independent in the population, dependent in what was selected. closed
        by selection: the other way round. dependent, independent: in both.
    path : str, optional
        A shortest path that is open in what was selected; in the population where selection closes
        the pair. None where the nodes are independent in both, or where no path among the shortest
        is open.
    """

    a: str
    b: str
    given: frozenset[str]
    kind: EntailmentKind
    path: str | None = None

    @property
    def in_population(self) -> bool:
        """Whether the nodes may depend on each other in the population."""
        return self.kind in ("dependent", "closed by selection")

    @property
    def in_selected(self) -> bool:
        """Whether the nodes may depend on each other in the texts that were selected."""
        return self.kind in ("dependent", "opened by selection")

    def __str__(self) -> str:
        condition = f" given {', '.join(sorted(self.given))}" if self.given else ""
        way = f" along {self.path}" if self.path else ""
        return f"{self.a} and {self.b}{condition}: {self.kind}{way}"


@dataclass(frozen=True, repr=False)
class Entailments:
    """What a graph says of every pair of its observed nodes.

    Parameters
    ----------
    graph : CausalGraph
    pairs : tuple of Entailment
        In the order of the graph's nodes.
    """

    graph: CausalGraph
    pairs: tuple[Entailment, ...]

    def of_kind(self, kind: EntailmentKind) -> tuple[Entailment, ...]:
        """Return the pairs of one kind."""
        return tuple(pair for pair in self.pairs if pair.kind == kind)

    @property
    def opened(self) -> tuple[Entailment, ...]:
        """The pairs that only selection makes dependent."""
        return self.of_kind("opened by selection")

    def __repr__(self) -> str:
        counts = {kind: len(self.of_kind(kind)) for kind in get_args(EntailmentKind)}
        told = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
        return f"<Entailments: {told or 'no pairs'}>"

    def __str__(self) -> str:
        lines = [str(pair) for pair in self.pairs]
        return "\n".join(lines if self.graph.selections else [*lines, HOW_TO_SELECT])

    def _repr_html_(self) -> str:
        rows = [
            [pair.a, pair.b, ", ".join(sorted(pair.given)), pair.kind, pair.path or ""]
            for pair in self.pairs
        ]
        note = "" if self.graph.selections else HOW_TO_SELECT
        return html_table(["", "", "given", "entailed", "along"], rows, note)

    def to_frame(self) -> Any:
        """Return one row per pair: `a`, `b`, `given`, `entailed`, `path`."""
        return new_frame({
            "a": [pair.a for pair in self.pairs],
            "b": [pair.b for pair in self.pairs],
            "given": [", ".join(sorted(pair.given)) for pair in self.pairs],
            "entailed": [pair.kind for pair in self.pairs],
            "path": [pair.path or "" for pair in self.pairs],
        })  # fmt: skip


def entails(graph: CausalGraph, a: str, b: str, given: Names = ()) -> Entailment:
    """Say whether two nodes depend on each other in the population and under selection.

    Parameters
    ----------
    graph : CausalGraph
        Of any kind that `is_d_separated` reads, with any number of latent and selection nodes.
    a, b : str
        Two nodes that are not selected on.
    given : str or iterable of str
        What is conditioned on besides selection.

    Raises
    ------
    UnknownNodeError
    GraphError
        Where a node is named twice or is a selection node.
    """
    known = frozenset(graph.node(name).name for name in each_name(given))
    for name in (a, b, *sorted(known)):
        if name in graph.selections:
            raise GraphError(
                f"Expected nodes that vary in the selected texts, but {shorten(name)} is selected "
                "on. Choose another node."
            )
    free = is_d_separated(graph, a, b, known, selection=False)
    selected = is_d_separated(graph, a, b, known, selection=True)
    kind: EntailmentKind = "dependent"
    if free and selected:
        kind = "independent"
    elif free:
        kind = "opened by selection"
    elif selected:
        kind = "closed by selection"
    where = graph if kind != "closed by selection" else _without_selection(graph)
    path = None if kind == "independent" else _open_path(where, a, b, known)
    return Entailment(a, b, known, kind, path)


def entailments(graph: CausalGraph, given: Names = ()) -> Entailments:
    """Say of every pair of observed nodes what the graph entails.

    Parameters
    ----------
    graph : CausalGraph
        As `entails` takes it. Latent and selection nodes are in no pair.
    given : str or iterable of str
        What is conditioned on besides selection; in no pair either.

    Returns
    -------
    Entailments

    Examples
    --------
    >>> graph = CausalGraph.parse('''
    ... X <- W -> S <- G -> Y
    ... S [selected]
    ... {W G} [latent]
    ... ''')
    >>> print(entailments(graph))
    X and Y: opened by selection along X <- W -> S <- G -> Y
    """
    known = frozenset(graph.node(name).name for name in each_name(given))
    out = known.union(graph.latents, graph.selections)
    seen = [name for name in graph.nodes if name not in out]
    return Entailments(graph, tuple(entails(graph, a, b, known) for a, b in combinations(seen, 2)))


def _open_path(graph: CausalGraph, a: str, b: str, given: Iterable[str]) -> str | None:
    tried = islice(iterate_paths(graph, a, b, given), _PATHS_TRIED)
    return next((str(path) for path in tried if path.is_open), None)


def _without_selection(graph: CausalGraph) -> CausalGraph:
    for name in graph.selections:
        graph = graph.set_roles(name, graph.node(name).roles - {"selection"})
    return graph
