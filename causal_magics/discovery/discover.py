"""Learning a causal graph from data: `discover` and its result."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from typing import Any, get_args

from causal_magics.data.rows import RowSource, open_rows, reference
from causal_magics.discovery.alternatives import DIRECTION_BITS
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.confidence import (
    FoldedStatistic,
    Resamples,
    check_resamples,
    folded_statistic_of,
    resample,
    with_confidence,
)
from causal_magics.discovery.episodes import learn_episodes, read_episodes
from causal_magics.discovery.learning import NoiseModel, Terms, learn
from causal_magics.discovery.one_batch import Asked, discovery_of, drawn_graph
from causal_magics.discovery.partitions import statistic_of
from causal_magics.discovery.progress import Progress
from causal_magics.discovery.result import Discovery, DiscoveryWarning
from causal_magics.discovery.score import EDGE_FLOOR
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.discovery.summary import Setting
from causal_magics.errors import DiscoveryError, closest, shorten
from causal_magics.graph.elements import Knowledge, Node
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.prior import EdgePrior

__all__ = ["Discovery", "DiscoveryWarning", "discover"]


def discover(
    frame: Any,
    *,
    knowledge: Knowledge | CausalGraph | None = None,
    columns: Sequence[str] | None = None,
    episodes: str | None = None,
    bootstrap: int = 0,
    executor: Executor | None = None,
    prior: EdgePrior | None = None,
    edge_floor: float = EDGE_FLOOR,
    direction_bits: float = DIRECTION_BITS,
    noise: NoiseModel = "any",
    progress: bool = True,
) -> Discovery:
    """Learn a causal graph from data.

    Each column is a smooth function of its parents plus noise; the graph that compresses the data
    most is the best. Where the bits do not decide about the direction of an edge, it is undirected.
    An interrupt (Ctrl-C, or the stop button) ends the search with the best graph so far.

    Parameters
    ----------
    frame
        A data frame (pandas, polars, pyarrow, ...), a mapping from names to columns, or an array.
        Columns hold numbers or labels; cells may be missing. A Dask data frame, a
        `pyarrow.dataset.Dataset` or `pyarrow.parquet.ParquetFile`, a polars lazy frame, or a list
        of frames (the parts of one table) is read in runs, so that the rows never have to fit.
    knowledge
        What is known beforehand: required and forbidden edges, tiers. The result obeys it exactly.
        Of a graph its knowledge counts, not its edges; its positions and roles are taken over.
    columns
        Which columns to learn from; all where left out.
    episodes
        A column that says which rows arrived together; it is not learned from. The episodes are
        told apart by what compresses them: regimes with other mechanisms, worlds with other graphs.
    bootstrap
        From how many resamples of the rows to tell the confidence of each edge; 0 for none. The
        rows are not read again. An interrupt keeps the resamples that are done.
    executor
        Any `concurrent.futures.Executor`, `dask.distributed.Client.get_executor()` included: sums
        runs of rows and learns resamples beside each other. What it loses is done here.
    prior : EdgePrior, optional
        How likely edges were beforehand; each edge costs minus the log of its probability, so that
        data overrule it as they grow.
    edge_floor
        Nats per row, beyond the first thousand rows, that an edge must save besides its own code.
        With many rows any misfit of the model looks like an edge; a higher floor gives fewer edges.
    direction_bits
        Bits by which the best graph with an edge turned has to be longer, for the edge to be
        directed. Linear relations with Gaussian noise get those directions that independences
        decide; with 0, every edge is directed.
    noise : {"any", "gaussian"}
        What noise may be. Any: where residuals of the best graph are not Gaussian, or not equally
        wide everywhere, graphs are compared by how well these are coded, on some rows. Of episodes
        noise counts as Gaussian.
    progress
        Whether to show a bar when it lasts more than a second.

    Raises
    ------
    DataError
        Where the table cannot be learned from.
    DiscoveryError
        Where the knowledge names what is no column, an option is none of its kind, or resamples
        would take more memory than 4 GB.

    Warns
    -----
    DataWarning
        Where there are fewer rows than columns, rows without any cell, or columns of which most
        cells are missing.
    ExecutorWarning
        Where the executor lost work, which was then done here.
    DiscoveryWarning
        Where the search was interrupted, or a graph given as knowledge has an observed node that
        is no column.

    Notes
    -----
    After Mian, Marx and Vreeken, "Discovering fully oriented causal networks", AAAI 2021.
    """
    known, drawn = _knowledge_of(knowledge)
    asked = Asked(known, drawn, prior, edge_floor, direction_bits)
    _check_options(asked, noise)
    if bootstrap != 0:
        check_resamples(bootstrap)
        _check_one_batch(episodes)
    if episodes is not None:
        return _of_episodes(frame, episodes, columns, asked, progress)
    source = open_rows(frame, columns)
    table = reference(source)
    terms = Terms.of(table.columns, known, edge_floor, prior, noise)
    _warn_of_strangers(drawn, table.columns)
    with Progress(shown=progress) as bar:
        summing = _Summing(source, executor, bar, folds=bool(bootstrap))
        basis = Basis.fit(table.values, table.levels)
        learned = learn(basis, table.values, summing, terms, bar.search)
        graph, alternatives = drawn_graph(learned, table, asked)
        resamples = None
        if summing.folded is not None and not learned.found.interrupted:
            resamples = resample(
                summing.folded, learned.codebook.resampled, terms.constraints,
                learned.found.adjacency, bootstrap, executor=executor, report=bar.resample,
            )  # fmt: skip
            graph = _judged(graph, resamples)
    if learned.found.interrupted:
        warnings.warn(
            f"Interrupted: this is the best graph so far, with {len(graph.edges)} edges. "
            "Run it again to finish the search.",
            DiscoveryWarning,
            stacklevel=2,
        )
    return replace(discovery_of(learned, table, asked, graph, alternatives), resamples=resamples)


class _Summing:
    """Passes over the rows; keeps what the last one summed fold by fold."""

    def __init__(
        self, source: RowSource, executor: Executor | None, bar: Progress, *, folds: bool
    ) -> None:
        self.folded: FoldedStatistic | None = None
        self._folds = folds
        self._source, self._executor, self._bar = source, executor, bar

    def __call__(self, basis: Basis) -> GramStatistic:
        """Sum the statistic under a basis."""
        if not self._folds:
            return statistic_of(self._source, basis, self._executor, self._bar.read)
        self.folded = folded_statistic_of(self._source, basis, self._executor, self._bar.read)
        return self.folded.whole


def _check_options(asked: Asked, noise: str) -> None:
    if not asked.edge_floor >= 0.0:
        raise DiscoveryError(f"Expected an edge floor from 0, got {asked.edge_floor}.")
    if not asked.direction_bits >= 0.0:
        raise DiscoveryError(
            f"Expected bits from 0 that a direction has to be worth, got {asked.direction_bits}."
        )
    if noise not in get_args(NoiseModel):
        raise DiscoveryError(
            f"Expected noise among {', '.join(get_args(NoiseModel))}, got {noise!r}."
        )
    if not (asked.prior is None or isinstance(asked.prior, EdgePrior)):
        raise DiscoveryError(
            f"Expected an EdgePrior as prior, got {type(asked.prior).__name__}. "
            "EdgePrior.from_probabilities reads a dict, EdgePrior.from_frame a table."
        )


def _check_one_batch(episodes: str | None) -> None:
    if episodes is not None:
        raise DiscoveryError(
            "Expected a bootstrap of rows that belong together, got episodes too. Leave out one of "
            "them, or learn from the rows of one regime."
        )


def _judged(graph: CausalGraph, resamples: Resamples) -> CausalGraph:
    """Return the graph with the confidence of its edges."""
    if resamples.done < resamples.asked:
        warnings.warn(
            f"Interrupted: confidence is told from {resamples.done:,} of {resamples.asked:,} "
            "resamples. Run it again for all.",
            DiscoveryWarning,
            stacklevel=3,
        )
    return with_confidence(graph, resamples) if resamples.done else graph


def _of_episodes(
    frame: Any, episodes: str, columns: Sequence[str] | None, asked: Asked, progress: bool
) -> Discovery:
    """Learn from the episodes that a column names."""
    read = read_episodes(frame, episodes, columns)
    table = read.table
    _warn_of_strangers(asked.drawn, table.columns)
    setting = Setting(
        tuple(asked.nodes(table.columns)), table.levels, asked.knowledge, asked.edge_floor,
        asked.direction_bits, asked.prior,
    )  # fmt: skip
    with Progress(shown=progress) as bar:
        basis = Basis.fit(table.values, table.levels, episodes=read.rows)
        found = learn_episodes(read, setting, basis, bar)
    if found.interrupted:
        warnings.warn(
            f"Interrupted: these are {len(found.batches)} of {len(read.labels)} episodes. "
            "Run it again to learn from all.",
            DiscoveryWarning,
            stacklevel=3,
        )
    return found


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
