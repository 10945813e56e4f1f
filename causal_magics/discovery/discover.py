"""Learning a causal graph from data: `discover` and its result."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from os import PathLike
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_magics.data.frames import new_frame
from causal_magics.data.table import Table, read_table
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.constraints import Constraints
from causal_magics.discovery.evidence import evidence_of
from causal_magics.discovery.progress import Progress
from causal_magics.discovery.score import EDGE_FLOOR, Score
from causal_magics.discovery.search import Found, node_costs, parents_of, search
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.errors import DiscoveryError, closest, shorten
from causal_magics.graph.elements import Edge, Knowledge, Node, Pair
from causal_magics.graph.model import CausalGraph

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOG2 = math.log(2.0)


class DiscoveryWarning(UserWarning):
    """A result that is less than what was asked for."""


@dataclass(frozen=True, eq=False, repr=False)
class Discovery:
    """A causal graph learned from data.

    Attributes
    ----------
    graph : CausalGraph
        The graph with the shortest code that was found. The bits of an edge are those by which the
        code grows without it; a required edge may have less than none.
    bits : float
        Codelength of data and graph, in bits. The data are coded as densities of standardised
        columns, so that only differences between graphs on the same data have a meaning.
    bits_saved : float
        By how much a graph without edges has a longer code.
    node_bits : mapping of str to float
        The codelength of each column given its parents.
    n_rows : int
        Rows learned from.
    interrupted : bool
        Whether the search was stopped before it was done.
    edge_floor : float
        As it was asked for.
    basis, statistic
        All that is kept of the data.
    """

    graph: CausalGraph
    bits: float
    bits_saved: float
    node_bits: Mapping[str, float]
    n_rows: int
    interrupted: bool
    edge_floor: float
    basis: Basis = field(hash=False)
    statistic: GramStatistic = field(hash=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in the order of the statistic."""
        return self.graph.nodes

    @property
    def knowledge(self) -> Knowledge:
        """Background knowledge that the graph obeys."""
        return self.graph.knowledge

    def __repr__(self) -> str:
        stopped = ", interrupted" if self.interrupted else ""
        return (
            f"<Discovery: {len(self.columns)} columns, {self.n_rows:,} rows, "
            f"{len(self.graph.edges)} edges, {self.bits_saved:,.0f} bits saved{stopped}>"
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(edge.source)}</td><td>→</td><td>{escape(edge.target)}</td>"
            f"<td>{edge.bits:,.1f}</td></tr>"
            for edge in self._edges_by_bits()
        )
        head = "<tr><th>cause</th><th></th><th>effect</th><th>bits</th></tr>"
        return (
            f"<p>{escape(repr(self)[1:-1])}</p><div>{self.graph.to_svg()}</div>"
            f"<details><summary>bits of each edge</summary><table><thead>{head}</thead>"
            f"<tbody>{rows}</tbody></table></details>"
        )

    def _edges_by_bits(self) -> list[Edge]:
        return sorted(self.graph.edges, key=lambda edge: (-(edge.bits or 0.0), edge.key))

    def to_frame(self) -> Any:
        """Return one row per edge: cause, effect, bits; the strongest first."""
        edges = self._edges_by_bits()
        return new_frame(
            {
                "cause": [edge.source for edge in edges],
                "effect": [edge.target for edge in edges],
                "bits": [edge.bits for edge in edges],
            }
        )

    def edge_bits(self, graph: CausalGraph) -> dict[Pair, float]:
        """Return by how many bits the code grows without each directed edge of any graph.

        No pass over the data; an edge at a node that is no column has no price.

        Parameters
        ----------
        graph : CausalGraph

        Returns
        -------
        dict
            By (cause, effect); negative where an edge costs more than it saves.
        """
        return evidence_of(self).edge_bits(graph)

    def candidate_bits(self, graph: CausalGraph, cause: str) -> dict[str, float]:
        """Return how the codelength changes if `cause` becomes a parent of each other node.

        Returns
        -------
        dict
            Bits by effect, negative where the code gets shorter; where the edge stands already,
            what it changes as it stands.

        Raises
        ------
        DiscoveryError
            Where `cause` is no column.
        """
        return evidence_of(self).candidate_bits(graph, cause)

    def bits_saved_by(self, graph: CausalGraph) -> float:
        """Return by how many bits a graph's code is shorter than that of no edges."""
        return evidence_of(self).bits_saved(graph)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the graph with matplotlib; stronger edges are drawn wider.

        Parameters
        ----------
        ax
            Where to draw; a new figure where left out.

        Raises
        ------
        MissingDependencyError
            Without matplotlib.
        """
        from causal_magics.discovery.plotting import plot_discovery

        return plot_discovery(self, ax)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the result with its statistic to a file (NumPy's npz, no pickles)."""
        from causal_magics.discovery.storage import save_discovery

        save_discovery(self, path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Discovery:
        """Read what `save` wrote.

        Raises
        ------
        DiscoveryError
            Where the file is no saved result, or is of another version.
        """
        from causal_magics.discovery.storage import load_discovery

        return load_discovery(path)


def discover(
    frame: Any,
    *,
    knowledge: Knowledge | CausalGraph | None = None,
    columns: Sequence[str] | None = None,
    edge_floor: float = EDGE_FLOOR,
    progress: bool = True,
) -> Discovery:
    """Learn a causal graph from data.

    Each column is a sum of smooth functions of its parents plus Gaussian noise; the graph that
    compresses the data most is the best. An interrupt (Ctrl-C, or the stop button) ends the search
    with the best graph so far.

    Parameters
    ----------
    frame
        A data frame (pandas, polars, pyarrow, ...), a mapping from names to columns, or an array.
        Columns are numeric and complete.
    knowledge
        What is known beforehand: required and forbidden edges, tiers. The result obeys it exactly.
        Of a graph its knowledge counts, not its edges; its positions and roles are taken over.
    columns
        Which columns to learn from; all where left out.
    edge_floor
        Nats per row, beyond the first thousand rows, that an edge must save besides its own code.
        With many rows any misfit of the model looks like an edge; a higher floor gives fewer edges.
    progress
        Whether to show a bar when it lasts more than a second.

    Raises
    ------
    DataError
        Where the table cannot be learned from.
    DiscoveryError
        Where the knowledge names what is no column.

    Warns
    -----
    DataWarning
        Where there are fewer rows than columns.
    DiscoveryWarning
        Where the search was interrupted, or a graph given as knowledge has an observed node that
        is no column.

    Notes
    -----
    After Mian, Marx and Vreeken, "Discovering fully oriented causal networks", AAAI 2021.
    """
    known, drawn = _knowledge_of(knowledge)
    if not edge_floor >= 0.0:
        raise DiscoveryError(f"Expected an edge floor from 0, got {edge_floor}.")
    table = read_table(frame, columns)
    constraints = Constraints.from_knowledge(known, table.columns)
    _warn_of_strangers(drawn, table.columns)
    with Progress(shown=progress) as bar:
        basis = Basis.fit(table.values)
        statistic = GramStatistic.from_values(basis, table.values, bar.read)
        score = Score.from_statistic(statistic, edge_floor)
        found = search(score, constraints, bar.search)
    if found.interrupted:
        warnings.warn(
            f"Interrupted: this is the best graph so far, with {int(found.adjacency.sum())} edges. "
            "Run it again to finish the search.",
            DiscoveryWarning,
            stacklevel=2,
        )
    graph = _graph_of(found, score, table, known, drawn)
    return _result(graph, found, score, basis, statistic, edge_floor)


def _knowledge_of(
    knowledge: Knowledge | CausalGraph | None,
) -> tuple[Knowledge, Mapping[str, Node]]:
    """Return the knowledge, and the nodes that were drawn with it."""
    if knowledge is None:
        return Knowledge(), {}
    if isinstance(knowledge, CausalGraph):
        return knowledge.knowledge, knowledge.node_table
    if isinstance(knowledge, Knowledge):
        return knowledge, {}
    raise DiscoveryError(
        f"Expected Knowledge or a CausalGraph as knowledge, got {type(knowledge).__name__}. "
        "Read text with CausalGraph.parse."
    )


def _warn_of_strangers(drawn: Mapping[str, Node], columns: Sequence[str]) -> None:
    """Tell which drawn nodes are no columns, where they are meant to be observed."""
    strange = [n for n, node in drawn.items() if n not in columns and "latent" not in node.roles]
    if not strange:
        return
    hint = closest(strange[0], columns)
    more = f" and {len(strange) - 1} more" if len(strange) > 1 else ""
    advice = f"Did you mean {shorten(hint)}?" if hint else "Mark what is not measured [latent]."
    warnings.warn(
        f"The data have no column {shorten(strange[0])}{more}: left out of the graph. {advice}",
        DiscoveryWarning,
        stacklevel=3,
    )


def _graph_of(
    found: Found, score: Score, table: Table, knowledge: Knowledge, drawn: Mapping[str, Node]
) -> CausalGraph:
    nodes = [replace(drawn.get(name, Node(name)), name=name) for name in table.columns]
    edges = []
    for effect, name in enumerate(table.columns):
        parents = parents_of(found.adjacency, effect)
        lost = -score.drop_gains(effect, parents) / LOG2
        edges += [
            Edge(table.columns[cause], name, bits=round(bits, 6))
            for cause, bits in zip(parents.tolist(), lost.tolist(), strict=True)
        ]
    return CausalGraph(nodes, edges, knowledge)


def _result(
    graph: CausalGraph,
    found: Found,
    score: Score,
    basis: Basis,
    statistic: GramStatistic,
    edge_floor: float,
) -> Discovery:
    gaussian = 0.5 * score.blocks.rows * math.log(2.0 * math.pi * math.e)
    costs = (node_costs(score, found.adjacency) + gaussian) / LOG2
    empty = (node_costs(score, np.zeros_like(found.adjacency)) + gaussian) / LOG2
    return Discovery(
        graph=graph,
        bits=float(costs.sum()),
        bits_saved=float(empty.sum() - costs.sum()),
        node_bits=MappingProxyType(dict(zip(graph.nodes, costs.tolist(), strict=True))),
        n_rows=statistic.rows,
        interrupted=found.interrupted,
        edge_floor=edge_floor,
        basis=basis,
        statistic=statistic,
    )
