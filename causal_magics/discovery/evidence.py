"""What the data say of single edges of any graph, from the statistic that discovery keeps.

No function here reads the data again: the Gram matrix prices every parent of every column.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_magics.data.table import read_table
from causal_magics.discovery.alternatives import DIRECTION_BITS
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.learning import Codebook, Terms
from causal_magics.discovery.noise import notable_residuals
from causal_magics.discovery.score import EDGE_FLOOR, Codelengths
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.discovery.worlds import Ledger
from causal_magics.errors import DiscoveryError, GraphError, closest, shorten
from causal_magics.graph.elements import Knowledge, Pair
from causal_magics.graph.equivalence import consistent_extension
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.prior import PairVerdict

if TYPE_CHECKING:
    from causal_magics.discovery.discover import Discovery
    from causal_magics.discovery.layout import Booleans, Indices

_LOG2 = math.log(2.0)
_SCORES_KEPT = 4


@dataclass(frozen=True, slots=True)
class PairBits:
    """By how many bits the code of the data is shorter with an edge of a pair than with none.

    Parameters
    ----------
    forward, backward : float or None
        With ``first -> second`` and with ``second -> first``; None where that direction is not
        open, since it would close a cycle with the rest of the graph or break its tiers.
    """

    forward: float | None
    backward: float | None

    @property
    def verdict(self) -> PairVerdict | None:
        """What the data say of the pair; None where neither direction is open."""
        saved = [bits for bits in (self.forward, self.backward) if bits is not None]
        if not saved:
            return None
        if max(saved) <= 0.0:
            return "none"
        if self.forward is None or self.backward is None:
            return "--"
        lead = self.forward - self.backward
        if abs(lead) < DIRECTION_BITS:
            return "--"
        return "->" if lead > 0.0 else "<-"


@dataclass(frozen=True, slots=True, eq=False)
class EdgeEvidence:
    """Prices edges between the columns of one data set, in bits.

    Nodes of a graph that are no columns take no part: an edge at such a node has no price, and
    the node is no parent of any column.

    Parameters
    ----------
    columns : tuple of str
        In the order of the statistic.
    score : Codelengths
    """

    columns: tuple[str, ...]
    score: Codelengths
    _index: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        places = {name: place for place, name in enumerate(self.columns)}
        object.__setattr__(self, "_index", places)

    def edge_bits(self, graph: CausalGraph) -> dict[Pair, float]:
        """Return by how many bits the code grows without each edge of a graph.

        Parameters
        ----------
        graph : CausalGraph
            Its undirected edges are priced as in a DAG that has no other independences.

        Returns
        -------
        dict
            By (source, target); negative where the edge costs more than it saves.
        """
        index = self._index
        undirected = graph.undirected_edges
        graph = _directed(graph)
        priced: dict[Pair, float] = {}
        for effect in (name for name in graph.nodes if name in index):
            parents = self._parents(graph, effect)
            if len(parents):
                lost = -self.score.drop_gains(index[effect], parents) / _LOG2
                for cause, bits in zip(parents.tolist(), lost.tolist(), strict=True):
                    ends = self.columns[cause], effect
                    priced[ends[::-1] if ends[::-1] in undirected else ends] = bits
        return priced

    def candidate_bits(self, graph: CausalGraph, cause: str) -> dict[str, float]:
        """Return how the codelength changes if `cause` becomes a parent of each other node.

        Parameters
        ----------
        graph : CausalGraph
            What the parents of each node are now. Its cycles, and its knowledge, are not asked.
        cause : str

        Returns
        -------
        dict
            Bits by effect: negative where the edge makes the code shorter. Where it stands
            already, what it changes as it stands.

        Raises
        ------
        DiscoveryError
            Where `cause` is no column.
        """
        index = self._index
        graph = _directed(graph)
        if cause not in index:
            hint = closest(cause, self.columns)
            advice = f"Did you mean {shorten(hint)}?" if hint else "Edges at it have no price."
            raise DiscoveryError(f"The data have no column {shorten(cause)}. {advice}")
        candidate = np.array([index[cause]], dtype=np.int64)
        changes: dict[str, float] = {}
        for effect in (name for name in graph.nodes if name in index and name != cause):
            parents = self._parents(graph, effect)
            others = parents[parents != candidate[0]]
            gain = self.score.add_gains(index[effect], others, candidate)[0]
            changes[effect] = -float(gain) / _LOG2
        return changes

    def pair_bits(self, graph: CausalGraph, pairs: Iterable[Pair]) -> dict[Pair, PairBits]:
        """Return what the data say of pairs of nodes, all else of a graph as it is.

        Parameters
        ----------
        graph : CausalGraph
            Its undirected edges stand as in a DAG that has no other independences.
        pairs : iterable of (str, str)
            Whether or not an edge joins them; those with a node that is no column are left out.
        """
        index = self._index
        graph = _directed(graph)
        return {
            (a, b): PairBits(self._edge_saves(graph, a, b), self._edge_saves(graph, b, a))
            for a, b in pairs
            if a in index and b in index
        }

    def _edge_saves(self, graph: CausalGraph, cause: str, effect: str) -> float | None:
        if not _is_open(graph, cause, effect):
            return None
        node, others = self._index[effect], graph.parents(effect) - {cause}
        without, within = (
            self.score.cost(node, _sorted_indices(self._index, parents))
            for parents in (others, others | {cause})
        )
        return (without - within) / _LOG2

    def bits_saved(self, graph: CausalGraph) -> float:
        """Return by how many bits a graph's code is shorter than that of no edges."""
        index = self._index
        graph = _directed(graph)
        none = np.empty(0, dtype=np.int64)
        return sum(
            self.score.cost(index[name], none) - self.score.cost(index[name], parents)
            for name in graph.nodes
            if name in index and len(parents := self._parents(graph, name))
        ) / _LOG2  # fmt: skip

    def _parents(self, graph: CausalGraph, effect: str) -> Indices:
        return _sorted_indices(self._index, graph.parents(effect))


def _directed(graph: CausalGraph) -> CausalGraph:
    """Return a DAG for which a graph stands; undirected edges count not where there is none."""
    if not graph.undirected_edges:
        return graph
    try:
        return consistent_extension(graph)
    except GraphError:
        return graph


def _is_open(graph: CausalGraph, cause: str, effect: str) -> bool:
    """Whether an edge closes no cycle with other edges than those of its pair, nor breaks tiers."""
    others = graph.children(effect) - {cause}
    return graph.knowledge.respects_tiers(cause, effect) and others.isdisjoint(
        graph.ancestors(cause)
    )


def _sorted_indices(index: dict[str, int], names: Iterable[str]) -> Indices:
    return np.array(sorted(index[name] for name in names if name in index), dtype=np.int64)


def codelengths_of(discovery: Discovery) -> Codelengths:
    """Return the codelengths by which the graph of a discovery was found.

    Where there are several batches, of the rows that share mechanisms with the last one; of a
    result that was saved and loaded, under Gaussian noise, as its rows are not at hand.
    """
    if len(discovery.batches) > 1:
        ledger = Ledger.of(discovery.basis.layout, discovery.terms)
        world, place = discovery.memory.whereabouts(len(discovery.batches) - 1)
        return ledger.mechanisms(world, place)[0]
    score = discovery.terms.score(discovery.statistic)
    return score if discovery.codebook is None else discovery.codebook.codelengths(score)


@lru_cache(maxsize=_SCORES_KEPT)
def evidence_of(discovery: Discovery) -> EdgeEvidence:
    """Return the prices of edges by the codelengths of a discovery."""
    return EdgeEvidence(discovery.columns, codelengths_of(discovery))


def measure(
    frame: Any, columns: Iterable[str] | None = None, graph: CausalGraph | None = None
) -> EdgeEvidence:
    """Take the statistic of a data frame, without learning a graph.

    Residuals are coded as `discover` codes them, where those of `graph` save notably. Products of
    parents, which it finds on its way, are not.

    Parameters
    ----------
    frame
        As `discover` reads it.
    columns
        Which columns; all where left out.
    graph
        What is drawn at first; no edges where left out.

    Raises
    ------
    DataError
        Where the table cannot be learned from.
    """
    chosen = None if columns is None else list(columns)
    table = read_table(frame, chosen, gaps=True, categories=True)
    basis = Basis.fit(table.values, table.levels)
    statistic = GramStatistic.from_values(basis, table.values)
    terms = Terms.of(table.columns, Knowledge(), EDGE_FLOOR, None)
    score = terms.score(statistic)
    codebook = Codebook.of(terms, basis, table.values, statistic)
    drawn = _adjacency(table.columns, CausalGraph() if graph is None else _directed(graph))
    residuals = notable_residuals(score, basis, table.values, drawn, np.ones_like(drawn))
    return EdgeEvidence(table.columns, replace(codebook, residuals=residuals).codelengths(score))


def _adjacency(columns: tuple[str, ...], graph: CausalGraph) -> Booleans:
    return np.array(
        [[cause in graph and effect in graph.children(cause) for effect in columns]
         for cause in columns],
        dtype=bool,
    )  # fmt: skip
