"""What has been learned from batches: worlds with graphs, and in them regimes.

The regimes of a world have one graph. Node by node they share mechanisms: `World.labels` says
which. Nothing here is ever changed in place.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaln

from causal_magics.discovery.alternatives import DIRECTION_BITS
from causal_magics.discovery.constraints import Constraints
from causal_magics.discovery.layout import Booleans, Floats, Indices, Layout
from causal_magics.discovery.learning import Terms
from causal_magics.discovery.mechanisms import Codes, SharedScore, Statistics
from causal_magics.discovery.score import FLOOR_FROM_ROWS
from causal_magics.discovery.search import Climber, Found, Report, parents_of, search, total_cost
from causal_magics.discovery.statistics import GramStatistic

NEW_MECHANISM = 1.0
"""Price of one more mechanism of a column, in units of the log of the number of columns."""
DRIFT = 0.02
"""Nats a row that one more mechanism has to save besides: as far as any model is wrong."""
WORTH_A_CHANGE = DIRECTION_BITS * math.log(2.0)
"""Nats that another graph has to save for a world to take it; so directions do not waver."""
SEARCH_AGAIN = 2.0
"""The whole search for a graph is repeated when a world has so many times the rows."""


@dataclass(frozen=True, eq=False, slots=True)
class Member:
    """A regime inside a world.

    Attributes
    ----------
    statistic
        Sum over its batches.
    batches
        Their numbers, ascending.
    """

    statistic: GramStatistic
    batches: tuple[int, ...]


@dataclass(frozen=True, eq=False, slots=True)
class World:
    """A graph and the regimes that obey it.

    Attributes
    ----------
    adjacency
        Shape ``(columns, columns)``.
    members
    labels
        Regimes with equal labels at a column share its mechanism; shape ``(members, columns)``.
    searched
        Rows that the world had when its graph was last searched from nothing.
    """

    adjacency: Booleans
    members: tuple[Member, ...]
    labels: Indices
    searched: int

    @property
    def rows(self) -> int:
        """Rows of all regimes."""
        return sum(member.statistic.rows for member in self.members)

    def groups(self, node: int) -> dict[int, Statistics]:
        """Statistics of the regimes by their label at a column."""
        found: dict[int, Statistics] = {}
        for label, member in zip(self.labels[:, node].tolist(), self.members, strict=True):
            found[label] = (*found.get(label, ()), member.statistic)
        return found

    def with_member(self, member: Member, labels: Indices) -> World:
        """Return the world with one more regime."""
        return replace(
            self, members=(*self.members, member), labels=np.vstack((self.labels, labels))
        )

    def with_members(self, members: tuple[Member, ...]) -> World:
        """Return the world with other data in its regimes."""
        return replace(self, members=members)

    def without(self, place: int) -> World:
        """Return the world without a regime."""
        members = self.members[:place] + self.members[place + 1 :]
        return replace(self, members=members, labels=np.delete(self.labels, place, axis=0))


@dataclass(frozen=True, eq=False, slots=True)
class Memory:
    """All worlds, and the batches whose own statistic is still at hand.

    Attributes
    ----------
    worlds
    kept
        By the number of the batch.
    spread
        By how much likelihood ratios of each column are blown up, mean over the rows so far; see
        `causal_magics.discovery.spread`. Shape ``(columns,)``.
    """

    worlds: tuple[World, ...]
    kept: Mapping[int, GramStatistic]
    spread: Floats

    @classmethod
    def of(cls, adjacency: Booleans, statistic: GramStatistic) -> Memory:
        """Return the memory of one batch."""
        labels = np.zeros((1, len(adjacency)), dtype=np.int64)
        world = World(adjacency, (Member(statistic, (0,)),), labels, statistic.rows)
        return cls((world,), {0: statistic}, np.ones(len(adjacency)))

    def members(self) -> Iterator[tuple[int, int, Member]]:
        """Every regime with the number of its world and its place there."""
        for number, world in enumerate(self.worlds):
            for place, member in enumerate(world.members):
                yield number, place, member

    def whereabouts(self, batch: int) -> tuple[World, int]:
        """Return the world of a batch, and the place of its regime there."""
        return next(
            (self.worlds[number], place)
            for number, place, member in self.members()
            if batch in member.batches
        )

    def with_world(self, number: int, world: World) -> Memory:
        """Return the memory with a world replaced, or dropped where no regime is left in it."""
        present = (world,) if world.members else ()
        return replace(self, worlds=self.worlds[:number] + present + self.worlds[number + 1 :])


@dataclass(frozen=True, eq=False, slots=True)
class Ledger:
    """Prices of worlds in nats.

    Attributes
    ----------
    codes
    constraints
    edge_floor
        Nats a row, beyond the first thousand, that an edge has to save besides its code.
    shares
        For how much a row counts, by column, where mechanisms are compared.
    """

    codes: Codes
    constraints: Constraints
    edge_floor: float
    shares: Floats

    @classmethod
    def of(cls, layout: Layout, terms: Terms) -> Ledger:
        """Return the prices of worlds under some terms, all rows counting in full.

        Parameters
        ----------
        layout
            Of the statistics.
        terms
        """
        codes = Codes(layout, terms.constraints.required, terms.charges)
        return cls(codes, terms.constraints, terms.edge_floor, np.ones(layout.n_columns))

    @property
    def split_price(self) -> float:
        """Nats of one more mechanism."""
        return NEW_MECHANISM * math.log(self.codes.n_columns + 1.0)

    def floor(self, rows: float) -> float:
        """Nats that each edge costs besides in a world of so many rows."""
        return self.edge_floor * max(0.0, rows - FLOOR_FROM_ROWS)

    def node(self, node: int, parents: Indices, groups: list[Statistics], rows: float) -> float:
        """Nats of a column in a world of so many rows, given the groups that share a mechanism."""
        share = float(self.shares[node])
        nats = self.codes.prior_score.cost(node, parents) + self.floor(rows) * len(parents)
        if len(groups) == 1:
            return nats + self.codes.data(node, parents, groups[0], share)
        sizes = [sum(statistic.rows for statistic in group) for group in groups]
        nats += sum(self.codes.own(node, parents, group, share)[1] for group in groups)
        nats += (len(groups) - 1) * self.split_price
        return nats + DRIFT * (sum(sizes) - max(sizes))

    def world(self, world: World) -> float:
        """Nats of a world: its graph, its data, and which regimes share what."""
        rows = world.rows
        nats = sum(
            self.node(node, parents_of(world.adjacency, node), list(groups.values()), rows)
            for node in range(self.codes.n_columns)
            if (groups := world.groups(node))
        )
        return nats + saying(world.labels)

    def memory(self, memory: Memory) -> float:
        """Nats of everything."""
        sizes = [world.rows for world in memory.worlds]
        batches = [len(member.batches) for _, _, member in memory.members()]
        nats = sum(self.world(world) for world in memory.worlds)
        nats += self.apart(sizes)
        return nats + float(gammaln(sum(batches) + 1) - gammaln(batches).sum())

    def apart(self, sizes: list[int]) -> float:
        """Nats for worlds of so many rows being different: every mechanism is another one."""
        columns = self.codes.n_columns
        each = columns * self.split_price
        return (len(sizes) - 1) * each + DRIFT * columns * (sum(sizes) - max(sizes, default=0))

    def shared(self, world: World) -> SharedScore:
        """Return the score of graphs of a world."""
        return SharedScore(
            self.codes,
            tuple(list(world.groups(node).values()) for node in range(self.codes.n_columns)),
            self.floor(world.rows),
        )

    def mechanisms(self, world: World, place: int) -> tuple[SharedScore, list[Indices]]:
        """Return the score of what shares mechanisms with a regime, and the parents it uses."""
        shared, used = [], []
        for node in range(self.codes.n_columns):
            groups = world.groups(node)
            group = groups[int(world.labels[place, node])]
            parents = parents_of(world.adjacency, node)
            if len(groups) > 1:
                parents = self.codes.own(node, parents, group, float(self.shares[node]))[0]
            shared.append([group])
            used.append(parents)
        return SharedScore(self.codes, tuple(shared), self.floor(world.rows)), used

    def refit(self, world: World, report: Report) -> World:
        """Return the world with a better graph, from the present one where rows are not many more.

        An interrupt leaves the present graph.
        """
        score = self.shared(world)
        again = world.rows >= SEARCH_AGAIN * world.searched
        climber = Climber(score, self.constraints, world.adjacency)
        found = Found(world.adjacency, climber.nats, report)
        climber.climb(found, reverse=True)
        if again:
            fresh = search(score, self.constraints, report)
            if fresh.interrupted:
                raise KeyboardInterrupt
            found = min(found, fresh, key=lambda each: each.nats)
        searched = world.rows if again else world.searched
        if found.nats > total_cost(score, world.adjacency) - WORTH_A_CHANGE:
            return replace(world, searched=searched)
        return replace(world, adjacency=found.adjacency, searched=searched)


def saying(labels: Indices) -> float:
    """Nats for saying which regimes differ from which earlier one, and where."""
    members, columns = labels.shape
    nats = 0.0
    for place in range(1, members):
        changed = int((labels[:place] != labels[place]).sum(axis=1).min())
        nats += math.log(place) + difference(columns, changed)
    return nats


def difference(columns: int, changed: int) -> float:
    """Nats for saying which of the columns changed."""
    choices = gammaln(columns + 1) - gammaln(changed + 1) - gammaln(columns - changed + 1)
    return math.log(columns + 1.0) + float(choices)
