"""From what was learned of batches to the result that is shown: regimes, their graphs, bits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from causal_magics.data.categories import Levels
from causal_magics.discovery.alternatives import (
    EdgeAlternative,
    cheapest,
    turning_nats,
    undecided,
)
from causal_magics.discovery.assignment import Choice
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.layout import Floats
from causal_magics.discovery.learning import Terms
from causal_magics.discovery.regimes import Alternative, Batch, Placement, Regime
from causal_magics.discovery.result import Discovery
from causal_magics.discovery.search import parents_of
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.discovery.worlds import Ledger, Memory, World
from causal_magics.graph.elements import Edge, Knowledge, Node, Pair
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.prior import EdgePrior

LOG2 = math.log(2.0)

Turning = Mapping[tuple[int, int], float]
"""Nats that turning each edge costs, by (cause, effect)."""


@dataclass(frozen=True, slots=True)
class Priced:
    """A placement of a batch as it was priced; regimes go by a batch in them, as numbers change.

    Attributes
    ----------
    placement
    batch
        One of the regime that is joined, or of the world in which one is opened.
    bits
    """

    placement: Placement
    batch: int | None
    bits: float


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is noted of a batch when it comes."""

    label: str
    n_rows: int
    bits: float
    priced: tuple[Priced, ...]
    extrapolated: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True)
class Setting:
    """What stays the same from batch to batch.

    Attributes
    ----------
    nodes
        The columns as they were drawn.
    levels
        Labels of each column that holds labels.
    knowledge
    edge_floor, direction_bits, prior
        As `discover` takes them.
    """

    nodes: tuple[Node, ...]
    levels: tuple[Levels, ...]
    knowledge: Knowledge
    edge_floor: float
    direction_bits: float
    prior: EdgePrior | None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(node.name for node in self.nodes)

    @property
    def terms(self) -> Terms:
        """What graphs are searched under, besides the data."""
        return Terms.of(self.columns, self.knowledge, self.edge_floor, self.prior)


def priced(found: Sequence[Choice], memory: Memory) -> tuple[Priced, ...]:
    """Note what each placement cost, the cheapest first."""
    noted = []
    for choice in found:
        batch = None
        if choice.world is not None:
            batch = memory.worlds[choice.world].members[choice.place or 0].batches[0]
        noted.append(Priced(choice.placement, batch, float(choice.nats) / LOG2))
    return tuple(noted)


def arrivals_of(discovery: Discovery) -> list[Arrival]:
    """Return what was noted of the batches of a result."""
    regimes = discovery.regimes
    worlds = {regime.world: regime.batches[0] for regime in reversed(regimes)}

    def of(alternative: Alternative) -> Priced:
        batch = None
        if alternative.number is not None:
            joins = alternative.placement == "regime"
            number = alternative.number
            batch = regimes[number].batches[0] if joins else worlds[number]
        return Priced(alternative.placement, batch, alternative.bits)

    return [
        Arrival(
            batch.label, batch.n_rows, batch.bits, tuple(map(of, batch.alternatives)),
            batch.extrapolated,
        )
        for batch in discovery.batches
    ]  # fmt: skip


def ordered(memory: Memory) -> Memory:
    """Return the memory with worlds, and the regimes in each, in the order of first batches."""
    worlds = []
    for world in memory.worlds:
        order = sorted(range(len(world.members)), key=lambda k: world.members[k].batches[0])
        members = tuple(world.members[k] for k in order)
        worlds.append(replace(world, members=members, labels=world.labels[order]))
    worlds.sort(key=lambda world: world.members[0].batches[0])
    return replace(memory, worlds=tuple(worlds))


def summarise(
    memory: Memory,
    arrivals: Sequence[Arrival],
    ledger: Ledger,
    setting: Setting,
    basis: Basis,
    *,
    interrupted: bool,
) -> Discovery:
    """Return the result that shows what was learned.

    Parameters
    ----------
    memory
        `ordered`.
    arrivals
        Of all batches.
    ledger
        Under the same basis.
    """
    places = sorted(
        ((number, place) for number, place, _ in memory.members()),
        key=lambda at: memory.worlds[at[0]].members[at[1]].batches[0],
    )
    turning = [_turning(world, ledger) for world in memory.worlds]
    regimes = tuple(_regime(memory, *at, turning[at[0]], ledger, setting) for at in places)
    batches = _batches(memory, places, regimes, arrivals, setting.columns)
    costs, empty = _node_nats(memory, ledger)
    statistic = _total(memory)
    graph = regimes[batches[-1].regime].graph
    return Discovery(
        graph=graph,
        bits=ledger.memory(memory) / LOG2,
        bits_saved=float(empty.sum() - costs.sum()) / LOG2,
        node_bits=_by_name(setting.columns, costs / LOG2),
        n_rows=statistic.rows,
        interrupted=interrupted,
        edge_floor=setting.edge_floor,
        direction_bits=setting.direction_bits,
        prior=setting.prior,
        alternatives=_edge_alternatives(graph, turning[places[batches[-1].regime][0]], setting),
        batches=batches,
        regimes=regimes,
        levels=setting.levels,
        basis=basis,
        statistic=statistic,
        memory=memory,
    )


def _turning(world: World, ledger: Ledger) -> Turning:
    """Nats that turning each edge of a world costs, its neighbours settled anew."""
    adjacency = world.adjacency
    married = adjacency @ adjacency.T
    near = (adjacency | adjacency.T | married) & ledger.constraints.allowed
    score = ledger.shared(world)
    return turning_nats(score, ledger.constraints, adjacency, near | adjacency)[0]


def _regime(
    memory: Memory, number: int, place: int, turning: Turning, ledger: Ledger, setting: Setting
) -> Regime:
    world = memory.worlds[number]
    member, columns = world.members[place], setting.columns
    score, used = ledger.mechanisms(world, place)
    weak = np.zeros_like(world.adjacency)
    for edge, cost in turning.items():
        weak[edge] = cost < setting.direction_bits * LOG2
    either_way = undecided(world.adjacency, weak)
    edges = []
    for node, parents in enumerate(used):
        lost = -score.drop_gains(node, parents) / LOG2
        for parent, bits in zip(parents.tolist(), lost.tolist(), strict=True):
            ends, bits = (columns[parent], columns[node]), round(bits, 6)
            if either_way[parent, node]:
                edges.append(Edge(min(ends), max(ends), "--", bits=bits))
            else:
                edges.append(Edge(*ends, bits=bits))
    own = (member.statistic,)
    nats = np.array([ledger.codes.data(node, parents, own) for node, parents in enumerate(used)])
    changed = np.flatnonzero(world.labels[place] != world.labels[0])
    return Regime(
        world=number,
        graph=CausalGraph(setting.nodes, edges, setting.knowledge),
        n_rows=member.statistic.rows,
        batches=member.batches,
        changed=tuple(columns[node] for node in changed),
        node_bits=_by_name(columns, nats / LOG2),
    )


def _edge_alternatives(
    graph: CausalGraph, turning: Turning, setting: Setting
) -> Mapping[Pair, EdgeAlternative]:
    """Return whether each edge is cheaper turned or left out."""
    index = {name: place for place, name in enumerate(setting.columns)}
    found = {}
    for edge in graph.edges:
        ends = index[edge.source], index[edge.target]
        nats = turning.get(ends, turning.get(ends[::-1], math.inf))
        found[edge.source, edge.target] = cheapest(nats / LOG2, edge.bits or 0.0)
    return MappingProxyType(found)


def _batches(
    memory: Memory,
    places: list[tuple[int, int]],
    regimes: tuple[Regime, ...],
    arrivals: Sequence[Arrival],
    columns: tuple[str, ...],
) -> tuple[Batch, ...]:
    regime_of = {batch: k for k, regime in enumerate(regimes) for batch in regime.batches}
    found: list[Batch] = []
    for index, arrival in enumerate(arrivals):
        regime = regime_of[index]
        changed: tuple[str, ...] = ()
        if found and regime != found[-1].regime:
            changed = _changes(memory, places[found[-1].regime], places[regime], columns)
        found.append(
            Batch(
                label=arrival.label,
                n_rows=arrival.n_rows,
                regime=regime,
                bits=arrival.bits,
                alternatives=_alternatives(arrival.priced, regime_of, regimes),
                changed=changed,
                extrapolated=MappingProxyType(dict(arrival.extrapolated)),
            )
        )
    return tuple(found)


def _changes(
    memory: Memory, before: tuple[int, int], after: tuple[int, int], columns: tuple[str, ...]
) -> tuple[str, ...]:
    """Columns whose mechanism differs; all of them where the worlds do."""
    if before[0] != after[0]:
        return columns
    labels = memory.worlds[before[0]].labels
    differ = labels[before[1]] != labels[after[1]]
    return tuple(name for name, differs in zip(columns, differ, strict=True) if differs)


def _alternatives(
    noted: tuple[Priced, ...], regime_of: Mapping[int, int], regimes: tuple[Regime, ...]
) -> tuple[Alternative, ...]:
    """Placements by the numbers that regimes and worlds have now, each once."""
    found: dict[tuple[Placement, int | None], Alternative] = {}
    for each in noted:
        number = None
        if each.batch is not None:
            regime = regime_of[each.batch]
            number = regime if each.placement == "regime" else regimes[regime].world
        found.setdefault((each.placement, number), Alternative(each.placement, number, each.bits))
    return tuple(found.values())


def _node_nats(memory: Memory, ledger: Ledger) -> tuple[Floats, Floats]:
    """Nats of every column over all worlds: given its parents, and given none."""
    count = ledger.codes.n_columns
    costs, empty = np.zeros(count), np.zeros(count)
    none = np.empty(0, dtype=np.int64)
    for world in memory.worlds:
        for node in range(count):
            groups, parents = list(world.groups(node).values()), parents_of(world.adjacency, node)
            costs[node] += ledger.node(node, parents, groups, world.rows)
            empty[node] += ledger.node(node, none, groups, world.rows)
    return costs, empty


def _total(memory: Memory) -> GramStatistic:
    first, *rest = (member.statistic for _, _, member in memory.members())
    for statistic in rest:
        first = first + statistic
    return first


def _by_name(columns: tuple[str, ...], values: Floats) -> Mapping[str, float]:
    return MappingProxyType(dict(zip(columns, values.tolist(), strict=True)))
