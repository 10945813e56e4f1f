"""What discovery returns: a graph, its codelengths, and all that was learned from batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from typing import TYPE_CHECKING, Any

from causal_magics.data.categories import Levels
from causal_magics.data.frames import new_frame
from causal_magics.data.structural_model import StructuralModel
from causal_magics.discovery.alternatives import EdgeAlternative
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.confidence import Resamples
from causal_magics.discovery.evidence import evidence_of
from causal_magics.discovery.learning import Codebook, Terms
from causal_magics.discovery.regimes import Batch, Regime
from causal_magics.discovery.report import edges_by_bits, has_confidence, html_of
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.discovery.worlds import Memory
from causal_magics.graph.elements import Knowledge, Pair
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.prior import EdgePrior

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
    edge_floor, direction_bits, prior
        As they were asked for.
    alternatives : mapping of (str, str) to EdgeAlternative
        By the ends of each edge of the graph: whether the best graph without it has it turned or
        left out, and by how many bits its code is longer. Empty for what was learned of episodes.
    batches : tuple of Batch
        What arrived together, in the order in which it came.
    regimes : tuple of Regime
        Batches that share all mechanisms, in the order in which they were opened. With several
        regimes, `graph` is that of the last batch, the bits of its edges are those over all rows
        that share a mechanism with it, and all other numbers are over all batches.
    levels
        Labels of each column that holds labels, None of those that hold numbers.
    basis, statistic, memory
        All that is kept of the data.
    resamples : Resamples, optional
        How often each edge stood in the graphs of resampled rows, where a bootstrap was asked for;
        ``resamples.to_frame(columns)`` tells it of edges that are not in the graph too.
    codebook : Codebook, optional
        What labels and residuals are coded by, on some rows; it is not saved.
    """

    graph: CausalGraph
    bits: float
    bits_saved: float
    node_bits: Mapping[str, float]
    n_rows: int
    interrupted: bool
    edge_floor: float
    direction_bits: float
    prior: EdgePrior | None
    alternatives: Mapping[Pair, EdgeAlternative]
    batches: tuple[Batch, ...]
    regimes: tuple[Regime, ...]
    levels: tuple[Levels, ...]
    basis: Basis = field(hash=False)
    statistic: GramStatistic = field(hash=False)
    memory: Memory = field(hash=False)
    resamples: Resamples | None = field(default=None, hash=False)
    codebook: Codebook | None = field(default=None, hash=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in the order of the statistic."""
        return self.graph.nodes

    @property
    def terms(self) -> Terms:
        """What graphs are searched under, besides the data."""
        return Terms.of(self.columns, self.knowledge, self.edge_floor, self.prior)

    @property
    def plausible_graphs(self) -> tuple[tuple[CausalGraph, float], ...]:
        """The best graph, and those that differ in an edge and cost at most five bits more.

        Pairs of a graph and the bits by which its code is longer, the best first; of several
        worlds, that of the last batch. Five bits are odds of one to thirty-two.
        """
        from causal_magics.discovery.plausible import plausible_graphs

        return plausible_graphs(self)

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
        return html_of(self)

    def to_frame(self) -> Any:
        """Return one row per edge, what saves most bits first.

        Columns `cause`, `effect` and `mark` (``--`` where the bits do not decide which is which),
        `bits`, `confidence` where it was asked for, and where they are known `alternative` and
        `alternative_bits`: what could stand in place of the edge, and by how much longer that is.
        """
        edges = edges_by_bits(self)
        columns: dict[str, list[Any]] = {
            "cause": [edge.source for edge in edges],
            "effect": [edge.target for edge in edges],
            "mark": [edge.mark for edge in edges],
            "bits": [edge.bits for edge in edges],
        }
        if has_confidence(edges):
            columns["confidence"] = [edge.confidence for edge in edges]
        if self.alternatives:
            others = [self.alternatives[edge.source, edge.target] for edge in edges]
            columns["alternative"] = [other.kind for other in others]
            columns["alternative_bits"] = [other.bits for other in others]
        return new_frame(columns)

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

    def structural_model(self, graph: CausalGraph | None = None) -> StructuralModel:
        """Return what makes each column from its parents, as far as the statistic tells.

        Each mechanism is the one whose code was computed, in the regime of the last batch; noise is
        Gaussian. No pass over the data.

        Parameters
        ----------
        graph : CausalGraph, optional
            A DAG over some of the columns. Where left out, the graph that was found; its undirected
            edges are directed without a cycle or a new collider.

        Raises
        ------
        DiscoveryError
            Where a node is no column, or one of labels.
        GraphError
            Where the graph is no DAG, or cannot be directed.
        """
        from causal_magics.discovery.structural import structural_model_of

        return structural_model_of(self, graph)

    def update(self, frame: Any, *, label: str | None = None, progress: bool = True) -> Discovery:
        """Learn from one more batch; nothing that was learned before is learned again.

        The batch joins the regime that it prolongs by the shortest code, opens a regime in which
        some mechanisms are new, or opens a world with a graph of its own. This value stays as it
        is, also where the update is interrupted.

        Parameters
        ----------
        frame
            As `discover` takes it, with the same columns in any order; one row will do.
        label
            What the batch is called; its number where left out.
        progress
            Whether to show a bar when it lasts more than a second.

        Returns
        -------
        Discovery

        Raises
        ------
        DataError
            Where a column is missing, or is not of the kind it was.

        Warns
        -----
        DiscoveryWarning
            Where many values lie beyond all that was known.
        """
        from causal_magics.discovery.episodes import updated

        return updated(self, frame, label, progress)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the graph with matplotlib.

        Edges are as wide as they are confident, and their confidence is written on them; where none
        was asked for, those that save more bits are wider.

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

    def plot_timeline(self, ax: Axes | None = None) -> Axes:
        """Draw with matplotlib the code that each batch added, and the regime of each.

        Parameters
        ----------
        ax
            Where to draw; a new figure where left out.

        Raises
        ------
        MissingDependencyError
            Without matplotlib.
        """
        from causal_magics.discovery.timeline_plot import plot_timeline

        return plot_timeline(self, ax)

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
