"""Second thoughts: where earlier batches belong, now that more is known.

A regime, or a single batch whose statistic is still kept, is taken out and placed anew; it stays
where it is unless another place saves bits. Two regimes of which every mechanism is shared become
one. An edge is turned where its effect then has fewer mechanisms, and that saves bits.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from itertools import combinations
from operator import add

import numpy as np

from causal_magics.discovery import moves
from causal_magics.discovery.assignment import choices, placed
from causal_magics.discovery.score import SMALLEST_GAIN
from causal_magics.discovery.search import Report
from causal_magics.discovery.worlds import WORTH_A_CHANGE, Ledger, Member, Memory, World

ROUNDS = 4
"""How often all regimes and batches are looked at, at most."""


def settle(memory: Memory, ledger: Ledger, report: Report) -> Memory:
    """Return the memory with every regime and every kept batch where it costs least."""
    for _ in range(ROUNDS):
        before = memory
        for number, world in enumerate(memory.worlds):
            better = turned_to_share(world, ledger)
            if better is not world:
                memory = memory.with_world(number, better)
        memory = settle_regimes(memory, ledger, report)
        for batch in sorted(memory.kept):
            memory = _revised(memory, (batch,), ledger, report)
        if memory is before:
            break
    return memory


def turned_to_share(world: World, ledger: Ledger) -> World:
    """Return a world with one edge turned, where regimes then share what makes its effect."""
    most = ledger.world(world) - WORTH_A_CHANGE
    constraints = ledger.constraints
    fixed = constraints.required | ~constraints.allowed.T
    for cause, effect in np.argwhere(world.adjacency & ~fixed).tolist():
        if len(world.groups(effect)) == 1:
            continue
        turned = world.adjacency.copy()
        turned[cause, effect] = False
        if moves.closure(turned)[cause, effect]:
            continue
        turned[effect, cause] = True
        found = _sharing(replace(world, adjacency=turned), effect, ledger)
        if ledger.world(found) < most:
            return found
    return world


def _sharing(world: World, node: int, ledger: Ledger) -> World:
    """Return a world with mechanisms of one column joined, pair by pair, as long as that saves."""
    joined = world
    while True:
        best, nats = joined, ledger.world(joined)
        for first, second in combinations(joined.groups(node), 2):
            labels = joined.labels.copy()
            labels[labels[:, node] == second, node] = first
            tried = replace(joined, labels=labels)
            if ledger.world(tried) < nats - SMALLEST_GAIN:
                best, nats = tried, ledger.world(tried)
        if best is joined:
            return joined
        joined = best


def settle_regimes(memory: Memory, ledger: Ledger, report: Report) -> Memory:
    """Return the memory with every regime where it costs least, as a whole."""
    for batches in [member.batches for _, _, member in memory.members()]:
        if batches in [member.batches for _, _, member in memory.members()]:
            memory = _revised(memory, batches, ledger, report)
    return memory


def settle_regime(memory: Memory, batch: int, ledger: Ledger, report: Report) -> Memory:
    """Return the memory with the regime of a batch where it costs least in the known worlds."""
    batches = next(member.batches for _, _, member in memory.members() if batch in member.batches)
    return _revised(memory, batches, ledger, report, worlds=False)


def _revised(
    memory: Memory,
    batches: tuple[int, ...],
    ledger: Ledger,
    report: Report,
    *,
    worlds: bool = True,
) -> Memory:
    """Place some batches of one regime anew where that saves nats."""
    rest, member = taken_out(memory, batches)
    if not rest.worlds:
        return memory
    found = choices(rest, member.statistic, len(member.batches), ledger, report, worlds=worlds)
    best = found[0]
    if ledger.memory(rest) + best.nats > ledger.memory(memory) - SMALLEST_GAIN:
        return memory
    changed = placed(rest, best, member, ledger, report)
    if ledger.memory(changed) < ledger.memory(memory) - SMALLEST_GAIN:
        return changed
    return memory


def taken_out(memory: Memory, batches: tuple[int, ...]) -> tuple[Memory, Member]:
    """Return the memory without some batches of one regime, and these."""
    number, place, member = next(
        found for found in memory.members() if set(batches) <= set(found[2].batches)
    )
    world = memory.worlds[number]
    if batches == member.batches:
        return memory.with_world(number, world.without(place)), member
    own = reduce(add, (memory.kept[batch] for batch in batches))
    left = tuple(batch for batch in member.batches if batch not in batches)
    members = list(world.members)
    members[place] = Member(member.statistic - own, left)
    return memory.with_world(number, world.with_members(tuple(members))), Member(own, batches)
