"""Where a batch belongs: in a regime, in a new one of a known world, or in a new world.

Each placement is priced by the nats that it adds to the code of everything; the cheapest wins.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from causal_magics.discovery.layout import Booleans, Indices
from causal_magics.discovery.mechanisms import SharedScore, Statistics
from causal_magics.discovery.regimes import Placement
from causal_magics.discovery.search import Report, parents_of, search
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.discovery.worlds import Ledger, Member, Memory, World, difference, saying


@dataclass(frozen=True, eq=False, slots=True)
class Choice:
    """One way to place a batch.

    Attributes
    ----------
    placement
    nats
        That it adds to the code of everything.
    world, place
        The world, and the regime in it that is joined.
    labels
        Mechanisms of a new regime.
    adjacency
        Graph of a new world.
    """

    placement: Placement
    nats: float
    world: int | None = None
    place: int | None = None
    labels: Indices | None = None
    adjacency: Booleans | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Increments:
    """Nats that a batch adds to each column of a world.

    Attributes
    ----------
    joins
        By column, of each label: its mechanism is shared.
    fresh
        Of a mechanism of its own, shape ``(columns,)``.
    """

    joins: list[dict[int, float]]
    fresh: list[float]


def choices(
    memory: Memory,
    statistic: GramStatistic,
    batches: int,
    ledger: Ledger,
    report: Report,
    *,
    worlds: bool = True,
) -> list[Choice]:
    """Price every placement of some rows, the cheapest first.

    Parameters
    ----------
    memory
        Without these rows.
    statistic
        Of these rows.
    batches
        How many batches they are.
    worlds
        Whether they may open a new world. None is priced where they fit a known regime.
    """
    placed = sum(len(member.batches) for _, _, member in memory.members())
    opening = math.lgamma(placed + batches + 1) - math.lgamma(placed + 1) - math.lgamma(batches)
    sizes = [world.rows for world in memory.worlds]
    apart = ledger.apart(sizes)
    found = []
    for number, world in enumerate(memory.worlds):
        grown = [size + statistic.rows * (place == number) for place, size in enumerate(sizes)]
        base = ledger.apart(grown) - apart
        increments = _increments(world, statistic, ledger)
        for place, member in enumerate(world.members):
            known = len(member.batches)
            joining = opening + math.lgamma(batches) + math.lgamma(known)
            joining -= math.lgamma(known + batches)
            nats = _joined(increments, world.labels[place]) + base + joining
            found.append(Choice("regime", nats, number, place))
            fits = _fits(increments, world.labels[place]) and statistic.rows <= world.rows
            worlds = worlds and not fits
        labels, nats = _new_regime(increments, world)
        found.append(Choice("new regime", nats + base + opening, number, None, labels))
    cheapest = min((choice.nats for choice in found), default=math.inf)
    price = ledger.apart([*sizes, statistic.rows]) - apart + opening
    apart_from_all = _new_world(statistic, ledger, price, cheapest, report) if worlds else []
    if apart_from_all and apart_from_all[0].nats < cheapest:
        found = [
            _with_more_edges(memory, each, statistic, batches, ledger, report) for each in found
        ]
    found += apart_from_all
    return sorted(found, key=lambda choice: choice.nats)


def _increments(world: World, statistic: GramStatistic, ledger: Ledger) -> Increments:
    rows = world.rows
    grown = rows + statistic.rows
    joins, fresh = [], []
    for node in range(ledger.codes.n_columns):
        parents = parents_of(world.adjacency, node)
        groups = world.groups(node)
        now = ledger.node(node, parents, list(groups.values()), rows)

        def added(
            changed: dict[int, Statistics], node: int = node, parents: Indices = parents,
            now: float = now,
        ) -> float:  # fmt: skip
            return ledger.node(node, parents, list(changed.values()), grown) - now

        joins.append(
            {
                label: added({**groups, label: (*group, statistic)})
                for label, group in groups.items()
            }
        )
        fresh.append(added({**groups, -1: (statistic,)}))
    return Increments(joins, fresh)


def _joined(increments: Increments, labels: Indices) -> float:
    return sum(joins[label] for joins, label in zip(increments.joins, labels.tolist(), strict=True))


def _fits(increments: Increments, labels: Indices) -> bool:
    """Whether no mechanism of a regime is worth being learned anew: then no new world is."""
    joins = zip(increments.joins, labels.tolist(), increments.fresh, strict=True)
    return all(known[label] <= fresh for known, label, fresh in joins)


def _new_regime(increments: Increments, world: World) -> tuple[Indices, float]:
    """Labels of the cheapest new regime, and its nats."""
    unused = int(world.labels.max()) + 1
    said = saying(world.labels)
    best_labels, best = world.labels[0], math.inf
    for base in world.labels:
        labels, savings = base.copy(), np.zeros(len(base))
        for node, joins in enumerate(increments.joins):
            label, nats = min(joins.items(), key=lambda item: item[1])
            if increments.fresh[node] < nats:
                label, nats = unused, increments.fresh[node]
            savings[node] = joins[int(base[node])] - nats
            labels[node] = label
        order = np.argsort(-savings, kind="stable")
        total = _joined(increments, base)
        prices = [
            total - savings[order[:changed]].sum() + difference(len(base), changed)
            for changed in range(1, len(base) + 1)
        ]
        changed = 1 + int(np.argmin(prices))
        chosen = base.copy()
        chosen[order[:changed]] = labels[order[:changed]]
        added = saying(np.vstack((world.labels, chosen))) - said
        nats = prices[changed - 1] - difference(len(base), changed) + added
        if nats < best:
            best_labels, best = chosen, nats
    return best_labels, best


def _new_world(
    statistic: GramStatistic, ledger: Ledger, price: float, cheapest: float, report: Report
) -> list[Choice]:
    """Price of a new world; without a search where no graph could be cheap enough."""
    codes, constraints = ledger.codes, ledger.constraints
    shared = SharedScore(
        codes, tuple([(statistic,)] for _ in range(codes.n_columns)), ledger.floor(statistic.rows)
    )
    bound = price
    for node in range(codes.n_columns):
        required = parents_of(constraints.required, node)
        allowed = constraints.allowed[:, node] & ~constraints.required[:, node]
        candidates = np.flatnonzero(allowed).astype(np.int64)
        parents = shared.grow_shrink(node, required, candidates)
        bound += ledger.node(node, parents, [(statistic,)], statistic.rows)
    if bound >= cheapest:
        return []
    found = search(shared, constraints, report)
    if found.interrupted:
        raise KeyboardInterrupt
    nats = price + sum(
        ledger.node(node, parents_of(found.adjacency, node), [(statistic,)], statistic.rows)
        for node in range(codes.n_columns)
    )
    return [Choice("new world", nats, adjacency=found.adjacency)]


def _with_more_edges(
    memory: Memory,
    choice: Choice,
    statistic: GramStatistic,
    batches: int,
    ledger: Ledger,
    report: Report,
) -> Choice:
    """Price a new regime by the graph that its world gets with it, where that is cheaper."""
    if choice.world is None or choice.labels is None:
        return choice
    now, number = ledger.memory(memory), max(b for _, _, m in memory.members() for b in m.batches)
    member = Member(statistic, tuple(range(number + 1, number + 1 + batches)))
    unused = memory.worlds[choice.world].labels.max() + 1
    for labels in (choice.labels, np.full_like(choice.labels, unused)):
        tried = replace(choice, labels=labels)
        nats = ledger.memory(placed(memory, tried, member, ledger, report)) - now
        if nats < choice.nats:
            choice = replace(tried, nats=nats)
    return choice


def placed(
    memory: Memory, choice: Choice, member: Member, ledger: Ledger, report: Report
) -> Memory:
    """Return the memory with some batches placed as chosen, graphs brought up to date."""
    if choice.world is None:
        assert choice.adjacency is not None
        labels = np.zeros((1, len(choice.adjacency)), dtype=np.int64)
        world = World(choice.adjacency, (member,), labels, member.statistic.rows)
        return replace(memory, worlds=(*memory.worlds, world))
    world = memory.worlds[choice.world]
    if choice.place is not None:
        known = world.members[choice.place]
        joined = Member(
            known.statistic + member.statistic, tuple(sorted((*known.batches, *member.batches)))
        )
        members = list(world.members)
        members[choice.place] = joined
        world = world.with_members(tuple(members))
    else:
        assert choice.labels is not None
        world = world.with_member(member, choice.labels)
    return memory.with_world(choice.world, ledger.refit(world, report))
