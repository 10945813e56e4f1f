"""The algorithms as methods of `CausalGraph`; each lives in the module that it is imported from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast

from causal_magics.graph.queries import GraphQueries, Names

if TYPE_CHECKING:
    import os

    import networkx as nx

    from causal_magics.graph.effect import Effect
    from causal_magics.graph.independences import Independence
    from causal_magics.graph.instruments import Instrument
    from causal_magics.graph.interchange.dispatch import Format
    from causal_magics.graph.model import CausalGraph


class GraphMethods(GraphQueries):
    """What a graph does by way of the other modules of this room."""

    @property
    def _graph(self) -> CausalGraph:
        return cast("CausalGraph", self)

    # ------------------------------------------------------------------ notation and interchange

    @classmethod
    def parse(cls, text: str) -> CausalGraph:
        """Read a graph from the notation of cells, which includes DAGitty's text.

        Raises
        ------
        NotationError, GraphError
        """
        from causal_magics.graph.notation import parse_graph

        return parse_graph(text)

    def __str__(self) -> str:
        from causal_magics.graph.notation_format import format_graph

        return format_graph(self._graph)

    @classmethod
    def from_networkx(cls, graph: nx.Graph[Any]) -> CausalGraph:
        """Read a networkx graph; see `causal_magics.graph.interchange.from_networkx`."""
        from causal_magics.graph.interchange import from_networkx

        return from_networkx(graph)

    def to_networkx(self) -> nx.DiGraph[str]:
        """Write a networkx graph; see `causal_magics.graph.interchange.to_networkx`."""
        from causal_magics.graph.interchange import to_networkx

        return to_networkx(self._graph)

    @classmethod
    def load(cls, source: Any, format: Format | None = None) -> CausalGraph:  # noqa: A002
        """Read text, a file or another package's graph; see `interchange.import_graph`."""
        from causal_magics.graph.interchange import import_graph

        return import_graph(source, format)

    def export(
        self,
        format: Format | None = None,  # noqa: A002
        path: str | os.PathLike[str] | None = None,
    ) -> Any:
        """Write another format, into a file with `path`; see `interchange.export_graph`."""
        from causal_magics.graph.interchange import export_graph

        return export_graph(self._graph, format, path)

    def to_svg(self, *, theme: Literal["light", "dark", "auto"] = "auto") -> str:
        """Draw the graph; see `causal_magics.graph.drawing.to_svg`."""
        from causal_magics.graph.drawing import to_svg

        return to_svg(self._graph, theme=theme)

    def _repr_svg_(self) -> str:
        return self.to_svg()

    # ------------------------------------------------------------------ separation

    def is_d_separated(
        self, xs: Names, ys: Names, given: Names = (), *, selection: bool = True
    ) -> bool:
        """Whether `given` blocks every path; see `causal_magics.graph.separation`."""
        from causal_magics.graph.separation import is_d_separated

        return is_d_separated(self._graph, xs, ys, given, selection=selection)

    def markov_blanket(self, name: str) -> frozenset[str]:
        """Return the nodes that shield a node from all others."""
        from causal_magics.graph.separation import markov_blanket

        return markov_blanket(self._graph, name)

    def moral_graph(self) -> CausalGraph:
        """Return the undirected graph that joins parents of a common child."""
        from causal_magics.graph.separation import moral_graph

        return moral_graph(self._graph)

    def cpdag(self) -> CausalGraph:
        """Return the graph of all DAGs with the same independences."""
        from causal_magics.graph.equivalence import cpdag

        return cpdag(self._graph)

    # ------------------------------------------------------------------ identification

    def adjustment_sets(
        self,
        exposure: Names | None = None,
        outcome: Names | None = None,
        *,
        effect: Effect = "total",
        forced: Names | None = None,
        excluded: Names = (),
        limit: int | None = 1_000,
        mag: bool = False,
    ) -> tuple[frozenset[str], ...]:
        """Return all minimal adjustment sets; see `causal_magics.graph.adjustment`.

        The nodes with the roles `exposure` and `outcome` stand in for names left out.
        """
        from causal_magics.graph.adjustment import adjustment_sets

        return adjustment_sets(
            self._graph, exposure, outcome,
            effect=effect, forced=forced, excluded=excluded, limit=limit, mag=mag,
        )  # fmt: skip

    def is_adjustment_set(
        self, given: Names, exposure: Names | None = None, outcome: Names | None = None
    ) -> bool:
        """Whether adjusting for `given` identifies the total effect."""
        from causal_magics.graph.adjustment import is_adjustment_set

        return is_adjustment_set(self._graph, given, exposure, outcome)

    def front_door_sets(
        self, exposure: Names | None = None, outcome: Names | None = None
    ) -> tuple[frozenset[str], ...]:
        """Return all minimal front-door sets; see `causal_magics.graph.front_door`."""
        from causal_magics.graph.front_door import front_door_sets

        return front_door_sets(self._graph, exposure, outcome)

    def instruments(
        self, exposure: Names | None = None, outcome: Names | None = None
    ) -> tuple[Instrument, ...]:
        """Return the instruments and what each needs given; see `graph.instruments`."""
        from causal_magics.graph.instruments import instruments

        return instruments(self._graph, exposure, outcome)

    def implied_independences(self) -> tuple[Independence, ...]:
        """Return a minimal basis of what the graph says is independent."""
        from causal_magics.graph.independences import implied_independences

        return implied_independences(self._graph)

    def latent_projection(self, keep: Names | None = None) -> CausalGraph:
        """Return the graph over the observed nodes, or over `keep`, with ``<->`` for the rest."""
        from causal_magics.graph.projection import latent_projection

        return latent_projection(self._graph, keep)
