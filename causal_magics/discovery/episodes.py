"""Learning from episodes: batches one after the other, each placed where its code is shortest.

Source: Mian, Mameche and Vreeken, "Learning causal networks from episodic data", KDD 2024, for the
setting; here regimes share mechanisms node by node, and the code of what is shared is exact.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from causal_magics.data.columns import columns_of
from causal_magics.data.table import read_batch
from causal_magics.data.wording import advice_on
from causal_magics.discovery.assignment import choices, placed
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.extension import NOTABLE, beyond, carried, extended
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
from causal_magics.errors import DiscoveryError, shorten

KEPT_BYTES = 1 << 28
"""Memory of batches that are kept apart, so that they can be placed anew; older ones are fused."""


@dataclass(frozen=True, eq=False, slots=True)
class Episodes:
    """The rows of a table by episode, in the order in which episodes first come.

    Attributes
    ----------
    labels
        Of the episodes.
    rows
        Which rows belong to each.
    columns
        Names of all columns of the table.
    """

    labels: tuple[str, ...]
    rows: tuple[Indices, ...]
    columns: tuple[str, ...]


def read_episodes(frame: Any, column: str) -> Episodes:
    """Group the rows of a data frame by the values of one column.

    Raises
    ------
    DiscoveryError
        Where there is no such column, or no value in it.

    Warns
    -----
    DiscoveryWarning
        Where rows have no value there, or all have the same.
    """
    named = dict(columns_of(frame, None))
    if column not in named:
        raise DiscoveryError(
            f"The data have no column {shorten(column)} that could name episodes. "
            f"{advice_on(column, list(named))}"
        )
    values = named[column]
    cells = list(values.to_numpy() if hasattr(values, "to_numpy") else values)
    found: dict[str, list[int]] = {}
    for row, cell in enumerate(cells):
        if cell is not None and cell == cell:  # noqa: PLR0124 (NaN and NaT are gaps)
            found.setdefault(str(cell), []).append(row)
    missing = len(cells) - sum(map(len, found.values()))
    if not found:
        raise DiscoveryError(
            f"Expected a column that names episodes, but {shorten(column)} has no value."
        )
    if missing:
        _warn(f"Left out {missing:,} rows without a value in {shorten(column)}.")
    if len(found) == 1:
        _warn(f"All rows are of one episode: {shorten(column)} has one value only.")
    rows = tuple(np.array(rows, dtype=np.int64) for rows in found.values())
    return Episodes(tuple(found), rows, tuple(named))


def learn_episodes(
    values: Floats, episodes: Episodes, setting: Setting, basis: Basis, bar: Progress
) -> Discovery:
    """Learn from episodes one after the other, then give each a second thought.

    An interrupt ends it with the episodes that were placed.

    Parameters
    ----------
    values
        Of the whole table, shape ``(rows, columns)``.
    episodes
    setting
    basis
        Fitted on the whole table.
    """
    ledger = Ledger.of(basis.layout, setting.knowledge, setting.columns, setting.edge_floor)
    memory = Memory((), {}, np.ones(len(setting.columns)))
    arrivals: list[Arrival] = []
    interrupted = False
    try:
        for label, rows in zip(episodes.labels, episodes.rows, strict=True):
            memory, arrival = _arrived(
                memory, values[rows], basis, label, len(arrivals), ledger, bar.search
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
    )
    arrivals = arrivals_of(discovery)
    name = str(len(arrivals) + 1) if label is None else label
    outside = _outside(discovery, table.values)
    with Progress(shown=progress) as bar:
        memory = discovery.memory
        basis = extended(discovery.basis, table.values)
        if basis is not discovery.basis:
            memory = carried(memory, discovery.basis, basis)
        ledger = Ledger.of(basis.layout, setting.knowledge, setting.columns, setting.edge_floor)
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
    design = basis.design(values[:: max(1, len(values) // SAMPLED_ROWS)])
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
    warnings.warn(message, DiscoveryWarning, stacklevel=4)
