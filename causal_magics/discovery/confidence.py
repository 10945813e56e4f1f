"""How sure an edge is: a bootstrap over folds of rows, without another pass over the data.

Rows are dealt to folds in turn while the statistic is summed. Weighing the folds at random gives a
statistic as if other rows had come, and its best graph is searched for from the graph that was
learned; the confidence of an edge is the share of these graphs in which it stands. The weights are
those of the Bayesian bootstrap, uniform over all ways to divide one whole.

Source: Rubin, "The Bayesian bootstrap", Annals of Statistics 9, 1981; Friedman, Goldszmidt and
Wyner, "Data analysis with Bayesian networks: a bootstrap approach", UAI 1999.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.checks import check_finite
from causal_magics.data.extent import Extent
from causal_magics.data.frames import new_frame
from causal_magics.data.rows import RowSource
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.constraints import Constraints
from causal_magics.discovery.layout import Booleans, Floats, Layout
from causal_magics.discovery.order_search import usable_neighbours
from causal_magics.discovery.partitions import (
    Report,
    farmed,
    rows_with_cells,
    total,
    warn_of_empty_rows,
)
from causal_magics.discovery.score import Codelengths
from causal_magics.discovery.search import search
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.errors import DiscoveryError
from causal_magics.graph.elements import Edge
from causal_magics.graph.model import CausalGraph

FOLDS = 20
"""Folds of the rows."""
MOST_BYTES = 4 << 30
"""Memory that the statistics of the folds may take."""
SEED = 0
"""Seed of the weights, so that results repeat."""

ScoreOf = Callable[[GramStatistic, Floats], Codelengths]


@dataclass(frozen=True, eq=False, slots=True)
class FoldedStatistic:
    """The statistic of each fold of the rows, and of all.

    Attributes
    ----------
    whole
        Of all rows.
    rows
        Rows of each fold, shape ``(folds,)``.
    observed
        Rows in which each column is there, shape ``(folds, columns)``.
    grams
        Gram matrices of the folds, float32.
    """

    whole: GramStatistic
    rows: NDArray[np.int64]
    observed: Floats
    grams: NDArray[np.float32]

    @classmethod
    def of(
        cls, basis: Basis, columns: tuple[str, ...], folds: int, values: Floats, start: int
    ) -> FoldedStatistic:
        """Deal some rows to the folds, the first one by its position in the table.

        Raises
        ------
        DataError
            Where a value is infinite.
        """
        check_finite(columns, Extent.of(values))
        width = 1 + basis.layout.n_functions
        grams = np.zeros((folds, width, width), dtype=np.float32)
        observed = np.zeros((folds, basis.layout.n_columns))
        rows = np.zeros(folds, dtype=np.int64)
        whole: GramStatistic | None = None
        for fold in range(folds):
            part = values[(fold - start) % folds :: folds]
            statistic = GramStatistic.from_values(basis, rows_with_cells(part))
            grams[fold] = statistic.gram
            observed[fold] = statistic.observed
            rows[fold] = statistic.rows
            whole = statistic if whole is None else whole + statistic
        assert whole is not None
        return cls(whole, rows, observed, grams)

    def __add__(self, other: FoldedStatistic) -> FoldedStatistic:
        """Sum fold by fold."""
        return FoldedStatistic(
            self.whole + other.whole,
            self.rows + other.rows,
            self.observed + other.observed,
            self.grams + other.grams,
        )

    def reweighted(self, weights: Floats) -> GramStatistic:
        """Return the statistic as if each row counted as often as its fold's weight says."""
        return GramStatistic(
            rows=round(float(weights @ self.rows)),
            gram=np.tensordot(weights.astype(np.float32), self.grams, 1).astype(np.float64),
            observed=weights @ self.observed,
            layout=self.whole.layout,
        )


@dataclass(frozen=True, eq=False, slots=True)
class Resamples:
    """The graphs of resampled rows.

    Attributes
    ----------
    counts
        In how many of them ``i -> j`` stands, shape ``(columns, columns)``.
    done, asked
        How many graphs were learned, and were to be.
    """

    counts: NDArray[np.int64]
    done: int
    asked: int

    @property
    def directed(self) -> Floats:
        """Confidence of each directed edge, ``[cause, effect]``."""
        confidence: Floats = self.counts / max(self.done, 1)
        return confidence

    @property
    def adjacent(self) -> Floats:
        """Confidence of an edge in either direction; symmetric."""
        confidence: Floats = self.directed + self.directed.T
        return confidence

    def to_frame(self, columns: tuple[str, ...]) -> Any:
        """Return one row per directed edge that stands in any of the graphs, the surest first.

        Columns `cause`, `effect`, `confidence` and `adjacent`, the confidence of either direction.
        """
        found = np.argwhere(self.counts > 0)
        order = np.lexsort((found[:, 1], found[:, 0], -self.counts[found[:, 0], found[:, 1]]))
        causes, effects = found[order].T
        return new_frame(
            {
                "cause": [columns[i] for i in causes.tolist()],
                "effect": [columns[j] for j in effects.tolist()],
                "confidence": self.directed[causes, effects],
                "adjacent": self.adjacent[causes, effects],
            }
        )


def folded_statistic_of(
    source: RowSource,
    basis: Basis,
    executor: Executor | None = None,
    report: Report | None = None,
    folds: int = FOLDS,
) -> FoldedStatistic:
    """Sum the statistic over all rows of a source, fold by fold.

    Parameters
    ----------
    source, basis, executor, report
        As for `statistic_of`.
    folds
        Row number ``r`` goes to fold ``r mod folds``, however the rows are read.

    Raises
    ------
    DiscoveryError
        Where the statistics of the folds would take more than 4 GB.
    DataError
        Where a value is infinite.

    Warns
    -----
    DataWarning
        Where rows without any cell are left out.
    """
    check_memory(basis.layout, folds)
    of = partial(FoldedStatistic.of, basis, source.columns, min(folds, source.n_rows))
    folded = total(source, of, executor, report, window=2)
    warn_of_empty_rows(source, folded.whole.rows)
    return folded


def check_memory(layout: Layout, folds: int = FOLDS) -> None:
    """Refuse a bootstrap that would not fit.

    Raises
    ------
    DiscoveryError
        Where the statistics of the folds would take more than 4 GB.
    """
    needed = folds * (1 + layout.n_functions) ** 2 * np.dtype(np.float32).itemsize
    if needed > MOST_BYTES:
        raise DiscoveryError(
            f"Expected statistics of {folds} folds within {MOST_BYTES / 2**30:.0f} GB for the "
            f"bootstrap, got {layout.n_columns:,} columns that need {needed / 2**30:.1f} GB. "
            "Choose columns, or learn without the bootstrap."
        )


def resample(
    folded: FoldedStatistic,
    score_of: ScoreOf,
    constraints: Constraints,
    best: Booleans,
    resamples: int,
    *,
    seed: int = SEED,
    executor: Executor | None = None,
    report: Report | None = None,
) -> Resamples:
    """Learn the graphs of resampled rows, from the best graph of all rows each.

    Edges are looked for between columns that are neighbours in all rows, or have a neighbour in
    common; any others would be chance. An interrupt keeps the graphs that are done.

    Parameters
    ----------
    folded
        What is reweighted.
    score_of
        Makes a score of a statistic and the weights of its folds, with all that was asked for
        besides the data.
    constraints
        What every graph obeys.
    best
        The graph of all rows.
    resamples
        How many graphs to learn.
    seed
        The same seed gives the same weights.
    executor
        Learns graphs beside each other; what it loses is learned here.
    report
        Called with the number of graphs learned.

    Raises
    ------
    DiscoveryError
        Where `resamples` is not a whole number from 1.
    """
    check_resamples(resamples)
    counts = np.zeros(best.shape, dtype=np.int64)
    done = 0
    nearby = _nearby(score_of(folded.whole, np.ones(len(folded.rows))), constraints, best)
    learn = partial(_learned, score_of, nearby, best)
    try:
        for _, graph in farmed(learn, _resampled(folded, resamples, seed), executor):
            if graph is None:
                break
            counts += graph
            done += 1
            if report is not None:
                report(done)
    except KeyboardInterrupt:
        pass
    return Resamples(counts, done, resamples)


def with_confidence(graph: CausalGraph, resamples: Resamples) -> CausalGraph:
    """Return the graph with the confidence of each edge.

    That of a directed edge is the share of graphs in which it stands in that direction; that of
    any other edge, the share in which it stands in either.
    """
    index = {name: position for position, name in enumerate(graph.nodes)}

    def judged(edge: Edge) -> Edge:
        shares = resamples.directed if edge.mark == "->" else resamples.adjacent
        return replace(edge, confidence=shares[index[edge.source], index[edge.target]])

    edges = [judged(edge) for edge in graph.edges]
    return CausalGraph(graph.node_table.values(), edges, graph.knowledge)


def check_resamples(resamples: int) -> None:
    """Refuse a number of resamples that is none.

    Raises
    ------
    DiscoveryError
    """
    if isinstance(resamples, bool) or not isinstance(resamples, int | np.integer) or resamples < 1:
        raise DiscoveryError(
            f"Expected a whole number of resamples from 1, got {resamples!r}. 100 tell tenths, "
            "1000 hundredths."
        )


def _nearby(score: Codelengths, constraints: Constraints, best: Booleans) -> Constraints:
    """Allow edges between neighbours, and between neighbours of one column, alone."""
    linked = usable_neighbours(score, constraints, best)
    steps = (linked | linked.T).astype(np.float64)
    near = steps + steps @ steps > 0.0
    return replace(constraints, allowed=constraints.allowed & near)


Resample = tuple[GramStatistic, Floats]


def _resampled(folded: FoldedStatistic, resamples: int, seed: int) -> Iterator[Resample]:
    """Statistics under random weights that sum to the number of folds, and the weights."""
    folds = len(folded.rows)
    random = np.random.default_rng(seed)
    for _ in range(resamples):
        weights = folds * random.dirichlet(np.ones(folds))
        yield folded.reweighted(weights), weights


def _learned(
    score_of: ScoreOf, constraints: Constraints, best: Booleans, resample: Resample
) -> Booleans | None:
    """Return the best graph, or None where the search was interrupted."""
    found = search(score_of(*resample), constraints, _silent, best)
    return None if found.interrupted else found.adjacency


def _silent(_nats: float, _edges: int, _activity: str) -> None:
    """Say nothing of single searches."""
