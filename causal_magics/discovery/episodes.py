"""Learning from episodes: batches one after the other, each placed where its code is shortest.

Source: Mian, Mameche and Vreeken, "Learning causal networks from episodic data", KDD 2024, for the
setting; here regimes share mechanisms node by node, and the code of what is shared is exact.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from causal_magics.data.categories import encode
from causal_magics.data.columns import check_names, columns_of
from causal_magics.data.table import Table, check_table, read_batch
from causal_magics.data.wording import advice_on, count, enumerate_items
from causal_magics.discovery.assignment import choices, placed
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.extension import NOTABLE, beyond, carried, extended, far_columns
from causal_magics.discovery.layout import Floats, Indices
from causal_magics.discovery.progress import Progress
from causal_magics.discovery.result import Discovery, DiscoveryWarning
from causal_magics.discovery.revision import settle, settle_regime
from causal_magics.discovery.search import Report
from causal_magics.discovery.spread import FEWEST_ROWS, SAMPLED_ROWS, shares, spread_of
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.discovery.summary import (
    Arrival,
    Setting,
    arrivals_of,
    ordered,
    priced,
    summarise,
)
from causal_magics.discovery.worlds import Ledger, Member, Memory
from causal_magics.errors import DataError, DiscoveryError, shorten

KEPT_BYTES = 1 << 28
"""Memory of batches that are kept apart, so that they can be placed anew; older ones are fused."""


@dataclass(frozen=True, eq=False, slots=True)
class Episodes:
    """A table whose rows arrived in batches.

    Attributes
    ----------
    table
        Without the column that names the episodes.
    labels
        Of the episodes, in the order in which they first come.
    rows
        Which rows belong to each.
    """

    table: Table
    labels: tuple[str, ...]
    rows: tuple[Indices, ...]


def read_episodes(frame: Any, column: str, columns: Sequence[str] | None) -> Episodes:
    """Read a table and group its rows by the values of one column.

    Parameters
    ----------
    frame
        As `read_table` takes it.
    column
        Which names the episodes.
    columns
        Which to learn from; all others where left out.

    Raises
    ------
    DataError
        Where the table cannot be learned from.
    DiscoveryError
        Where there is no such column, or no value in it.

    Warns
    -----
    DiscoveryWarning
        Where rows are left out, as they have no value there or nowhere else, or all are of one
        episode.
    """
    named = dict(columns_of(frame, None))
    if column not in named:
        raise DiscoveryError(
            f"The data have no column {shorten(column)} that could name episodes. "
            f"{advice_on(column, list(named))}"
        )
    names = [name for name in (named if columns is None else columns) if name != column]
    if not names:
        raise DataError(
            f"Expected columns besides {shorten(column)}, which names the episodes, got none. "
            "Give those to learn from too."
        )
    check_names(names)
    unknown = [name for name in names if name not in named]
    if unknown:
        raise DataError(
            f"The data have no column {shorten(unknown[0])}. {advice_on(unknown[0], list(named))}"
        )
    values, levels = encode([(name, named[name]) for name in names], categories=True)
    labels = _labels(named[column])
    empty = np.isnan(values).all(axis=1)
    _tell_of_gaps(column, labels, int(empty.sum()))
    present = np.array([label is not None for label in labels]) & ~empty
    table = Table(tuple(names), values[present], levels)
    check_table(table, table.n_rows)
    grouped: dict[str, list[int]] = {}
    for row, place in enumerate(np.flatnonzero(present).tolist()):
        grouped.setdefault(str(labels[place]), []).append(row)
    if len(grouped) == 1:
        _warn(f"All rows are of one episode: {shorten(column)} has one value only.")
    rows = tuple(np.array(each, dtype=np.int64) for each in grouped.values())
    return Episodes(table, tuple(grouped), rows)


def _labels(cells: Any) -> list[str | None]:
    """Names of the episodes, None where there is none."""
    found = list(cells.to_numpy() if hasattr(cells, "to_numpy") else cells)
    return [
        None if cell is None or cell != cell else str(cell)  # noqa: PLR0124 (NaN and NaT are gaps)
        for cell in found
    ]


def _tell_of_gaps(column: str, labels: list[str | None], empty: int) -> None:
    missing = labels.count(None)
    if missing == len(labels):
        raise DiscoveryError(
            f"Expected a column that names episodes, but {shorten(column)} has no value. "
            "Choose another one."
        )
    if missing:
        _warn(f"Left out {count(missing, 'row')} without a value in {shorten(column)}.")
    if empty:
        _warn(f"Left out {count(empty, 'row')} without any value.")


def learn_episodes(episodes: Episodes, setting: Setting, basis: Basis, bar: Progress) -> Discovery:
    """Learn from episodes one after the other, then give each a second thought.

    An interrupt ends it with the episodes that were placed.

    Parameters
    ----------
    episodes
    setting
    basis
        Fitted on the whole table.
    """
    ledger = Ledger.of(basis.layout, setting.terms)
    memory = Memory((), {}, np.ones(len(setting.columns)))
    arrivals: list[Arrival] = []
    interrupted = False
    try:
        for label, rows in zip(episodes.labels, episodes.rows, strict=True):
            memory, arrival = _arrived(
                memory, episodes.table.values[rows], basis, label, len(arrivals), ledger, bar.search
            )
            arrivals.append(arrival)
        memory = settle(memory, replace(ledger, shares=shares(memory.spread)), bar.search)
    except KeyboardInterrupt:
        if not arrivals:
            raise
        interrupted = True
    memory = ordered(_forgetful(memory))
    return summarise(memory, arrivals, ledger, setting, basis, interrupted=interrupted)


def updated(discovery: Discovery, frame: Any, label: str | None, progress: bool) -> Discovery:
    """Return a result that has learned from one more batch; `Discovery.update` tells more."""
    table = read_batch(frame, discovery.columns, discovery.levels)
    setting = Setting(
        tuple(discovery.graph.node_table.values()),
        discovery.levels,
        discovery.knowledge,
        discovery.edge_floor,
        discovery.direction_bits,
        discovery.prior,
    )
    arrivals = arrivals_of(discovery)
    name = str(len(arrivals) + 1) if label is None else label
    outside = _outside(discovery, table.values)
    _tell_of_units(discovery, table.values)
    with Progress(shown=progress) as bar:
        memory = discovery.memory
        basis = extended(discovery.basis, table.values)
        if basis is not discovery.basis:
            memory = carried(memory, discovery.basis, basis)
        ledger = Ledger.of(basis.layout, setting.terms)
        opened = len(list(memory.members()))
        memory, arrival = _arrived(
            memory, table.values, basis, name, len(arrivals), ledger, bar.search
        )
        if len(list(memory.members())) != opened:
            memory = settle(memory, replace(ledger, shares=shares(memory.spread)), bar.search)
        memory = ordered(_forgetful(memory))
        arrival = replace(arrival, extrapolated=outside)
        return summarise(memory, [*arrivals, arrival], ledger, setting, basis, interrupted=False)


def _outside(discovery: Discovery, values: Floats) -> dict[str, float]:
    """Share of cells beyond what was known, of columns where it is notable."""
    shares = beyond(discovery.basis, values).tolist()
    return {
        name: share
        for name, share in zip(discovery.columns, shares, strict=True)
        if share >= NOTABLE
    }


def _tell_of_units(discovery: Discovery, values: Floats) -> None:
    """Tell of columns whose values are so far out that the unit may be another."""
    names = [discovery.columns[place] for place in far_columns(discovery.basis, values)]
    if names:
        _warn(
            f"Values of {enumerate_items([shorten(name) for name in names])} lie a hundred times "
            "further out than all before. Check the units; they are learned as they are."
        )


def _arrived(
    memory: Memory,
    values: Floats,
    basis: Basis,
    label: str,
    number: int,
    ledger: Ledger,
    report: Report,
) -> tuple[Memory, Arrival]:
    """Place a batch, and its regime once more."""
    statistic = GramStatistic.from_values(basis, values)
    ledger = replace(ledger, shares=shares(memory.spread))
    found = choices(memory, statistic, 1, ledger, report)
    noted = priced(found, memory)
    memory = placed(memory, found[0], Member(statistic, (number,)), ledger, report)
    memory = replace(memory, kept={**memory.kept, number: statistic})
    memory = replace(memory, spread=_spread(memory, values, basis, number, ledger))
    if len(list(memory.members())) > 1:
        ledger = replace(ledger, shares=shares(memory.spread))
        memory = settle_regime(memory, number, ledger, report)
    return memory, Arrival(label, statistic.rows, noted[0].bits, noted)


def _spread(memory: Memory, values: Floats, basis: Basis, number: int, ledger: Ledger) -> Floats:
    """Mean spread of every column over the rows so far, those of a batch included."""
    design = basis.design(values[:: -(-len(values) // SAMPLED_ROWS)])
    world, place = memory.whereabouts(number)
    score, used = ledger.mechanisms(world, place)
    present = np.array(
        [
            spread_of(ledger.codes.score(score.groups[node][0]), design, node, parents)
            for node, parents in enumerate(used)
        ]
    )
    rows = sum(each.rows for each in memory.worlds)
    fresh = len(values) / rows if len(values) >= FEWEST_ROWS else 0.0
    mean: Floats = memory.spread + fresh * (present - memory.spread)
    return mean


def _forgetful(memory: Memory) -> Memory:
    """Return the memory with as many of the latest batches kept apart as there is room for."""
    latest = sorted(memory.kept, reverse=True)
    room = KEPT_BYTES // max(1, memory.kept[latest[0]].gram.nbytes) if latest else 0
    kept = {batch: memory.kept[batch] for batch in sorted(latest[: max(1, room)])}
    return replace(memory, kept=kept)


def _warn(message: str) -> None:
    warnings.warn(message, DiscoveryWarning, stacklevel=5)
