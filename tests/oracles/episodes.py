"""Episodes made by hand, whose regimes, prices and changes are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from causal_magics.discovery.regimes import Alternative, Batch, Regime
from causal_magics.graph.model import CausalGraph, Edge, Node

NAMES = ("demand", "price", "staff", "load", "latency", "errors")
EDGES = (
    ("price", "demand"), ("demand", "load"), ("staff", "latency"), ("load", "latency"),
    ("load", "errors"), ("latency", "errors"),
)  # fmt: skip
ROWS = 500


@dataclass(frozen=True)
class Learned:
    """As much of a `Discovery` as a timeline shows."""

    batches: tuple[Batch, ...] = ()
    regimes: tuple[Regime, ...] = ()
    graph: CausalGraph = field(default_factory=CausalGraph)


def learned(
    regimes: Sequence[int], *, worlds: Sequence[int] = (), labels: Sequence[str] = ()
) -> Learned:
    """Return batches in these regimes; each regime but the first lacks an edge, each of its own.

    The code of a batch is ten bits a row, eleven where it opens a regime; the best other place
    costs a hundred bits more, a new world a thousand. `latency` changes with each regime.
    """
    count = max(regimes, default=-1) + 1
    worlds = worlds or [0] * count
    made = tuple(_regime(number, worlds[number], regimes) for number in range(count))
    batches = tuple(
        _batch(place, regimes, worlds, labels[place] if labels else str(place + 1))
        for place in range(len(regimes))
    )
    return Learned(batches, made, made[regimes[-1]].graph if regimes else CausalGraph())


def _regime(number: int, world: int, regimes: Sequence[int]) -> Regime:
    members = tuple(i for i, regime in enumerate(regimes) if regime == number)
    edges = [
        Edge(cause, effect, bits=40.0 + 10 * place, confidence=0.5 + 0.08 * place)
        for place, (cause, effect) in enumerate(EDGES)
        if number == 0 or place != (number - 1) % len(EDGES)
    ]
    graph = CausalGraph([Node(name) for name in NAMES], edges)
    changed = ("latency",) if number else ()
    return Regime(world, graph, ROWS * len(members), members, changed, dict.fromkeys(NAMES, 800.0))


def _batch(place: int, regimes: Sequence[int], worlds: Sequence[int], label: str) -> Batch:
    number, earlier = regimes[place], regimes[:place]
    bits = float(ROWS * (10 if number in earlier else 11))
    prices = {Alternative("regime", each, bits + 500 * (each != number)) for each in earlier}
    if earlier:
        opens = number not in earlier and worlds[number] in {worlds[each] for each in earlier}
        prices.add(Alternative("new regime", worlds[number], bits + 100 * (not opens)))
    new_world = worlds[number] not in {worlds[each] for each in earlier}
    prices.add(Alternative("new world", None, bits + 1000 * (not new_world)))
    return Batch(
        label, ROWS, number, bits, tuple(sorted(prices, key=lambda each: each.bits)),
        ("latency",) if earlier and earlier[-1] != number else (),
        {"load": 0.14} if place == 3 else {},
    )  # fmt: skip


def random_learned(seed: int, count: int, most: int) -> Learned:
    """Return so many batches in up to so many regimes of three worlds, which last for a while."""
    rng = Random(seed)
    order = [0]
    while len(order) < count:
        fresh = max(order) + 1
        stays = rng.random() < 0.9
        order.append(order[-1] if stays else rng.randrange(min(fresh + 1, most)))
    return learned(order, worlds=[regime * 3 // most for regime in range(most)])
