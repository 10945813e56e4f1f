"""Learning a causal graph from data: `discover` and its result."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from causal_magics.data.categories import Levels
from causal_magics.data.rows import open_rows, reference
from causal_magics.data.table import Table, read_table
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.confidence import (
    Resamples,
    check_resamples,
    folded_statistic_of,
    resample,
    with_confidence,
)
from causal_magics.discovery.constraints import Constraints
from causal_magics.discovery.episodes import learn_episodes, read_episodes
from causal_magics.discovery.partitions import statistic_of
from causal_magics.discovery.progress import Progress
from causal_magics.discovery.regimes import Batch, Regime
from causal_magics.discovery.result import Discovery, DiscoveryWarning
from causal_magics.discovery.score import EDGE_FLOOR, Score
from causal_magics.discovery.search import Found, node_costs, parents_of, search
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.discovery.summary import Setting
from causal_magics.discovery.worlds import Memory
from causal_magics.errors import DiscoveryError, closest, shorten
from causal_magics.graph.elements import Edge, Knowledge, Node
from causal_magics.graph.model import CausalGraph

LOG2 = math.log(2.0)

__all__ = ["Discovery", "DiscoveryWarning", "discover"]


def discover(
    frame: Any,
    *,
    knowledge: Knowledge | CausalGraph | None = None,
    columns: Sequence[str] | None = None,
    episodes: str | None = None,
    bootstrap: int = 0,
    executor: Executor | None = None,
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
        Where the knowledge names what is no column, the number of resamples is none, or they would
        take more memory than 4 GB.

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
    if not edge_floor >= 0.0:
        raise DiscoveryError(f"Expected an edge floor from 0, got {edge_floor}.")
    if bootstrap != 0:
        check_resamples(bootstrap)
        _check_one_batch(episodes)
    if episodes is not None:
        return _of_episodes(frame, episodes, columns, known, drawn, edge_floor, progress)
    source = open_rows(frame, columns)
    table = reference(source)
    constraints = Constraints.from_knowledge(known, table.columns)
    _warn_of_strangers(drawn, table.columns)
    folded = resamples = None
    with Progress(shown=progress) as bar:
        basis = Basis.fit(table.values, table.levels)
        if bootstrap:
            folded = folded_statistic_of(source, basis, executor, bar.read)
            statistic = folded.whole
        else:
            statistic = statistic_of(source, basis, executor, bar.read)
        score_of = partial(Score.from_statistic, edge_floor=edge_floor)
        score = score_of(statistic)
        found = search(score, constraints, bar.search)
        if folded is not None and not found.interrupted:
            resamples = resample(
                folded, score_of, constraints, found.adjacency, bootstrap,
                executor=executor, report=bar.resample,
            )  # fmt: skip
    if found.interrupted:
        warnings.warn(
            f"Interrupted: this is the best graph so far, with {int(found.adjacency.sum())} edges. "
            "Run it again to finish the search.",
            DiscoveryWarning,
            stacklevel=2,
        )
    graph = _graph_of(found, score, table, known, drawn)
    if resamples is not None:
        graph = _judged(graph, resamples)
    return _result(graph, found, score, basis, statistic, edge_floor, table.levels)


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
    frame: Any,
    episodes: str,
    columns: Sequence[str] | None,
    known: Knowledge,
    drawn: Mapping[str, Node],
    edge_floor: float,
    progress: bool,
) -> Discovery:
    """Learn from the episodes that a column names."""
    grouped = read_episodes(frame, episodes)
    chosen = list(grouped.columns) if columns is None else columns
    table = read_table(frame, [name for name in chosen if name != episodes])
    nodes = tuple(replace(drawn.get(name, Node(name)), name=name) for name in table.columns)
    _warn_of_strangers(drawn, table.columns)
    setting = Setting(nodes, table.levels, known, edge_floor)
    with Progress(shown=progress) as bar:
        basis = Basis.fit(table.values)
        found = learn_episodes(table.values, grouped, setting, basis, bar)
    if found.interrupted:
        warnings.warn(
            f"Interrupted: these are {len(found.batches)} of {len(grouped.labels)} episodes. "
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
    levels: tuple[Levels, ...],
) -> Discovery:
    gaussian = 0.5 * score.blocks.rows * math.log(2.0 * math.pi * math.e)
    costs = (node_costs(score, found.adjacency) + gaussian) / LOG2
    empty = (node_costs(score, np.zeros_like(found.adjacency)) + gaussian) / LOG2
    node_bits = MappingProxyType(dict(zip(graph.nodes, costs.tolist(), strict=True)))
    bits = float(costs.sum())
    return Discovery(
        graph=graph,
        bits=bits,
        bits_saved=float(empty.sum()) - bits,
        node_bits=node_bits,
        n_rows=statistic.rows,
        interrupted=found.interrupted,
        edge_floor=edge_floor,
        batches=(Batch("1", statistic.rows, 0, bits),),
        regimes=(Regime(0, graph, statistic.rows, (0,), (), node_bits),),
        levels=levels,
        basis=basis,
        statistic=statistic,
        memory=Memory.of(found.adjacency, statistic),
    )
