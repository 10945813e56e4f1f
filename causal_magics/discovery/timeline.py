"""What a timeline of episodes shows: the code that each batch added, and where else it could go."""

from __future__ import annotations

import math
from typing import Protocol, runtime_checkable

from causal_magics.discovery.regimes import Alternative, Batch, Regime
from causal_magics.graph.model import CausalGraph


@runtime_checkable
class Episodic(Protocol):
    """What has learned from batches; a `Discovery` is one."""

    @property
    def graph(self) -> CausalGraph:
        """The graph of the regime of the last batch."""
        ...

    @property
    def batches(self) -> tuple[Batch, ...]:
        """All batches, in the order in which they came."""
        ...

    @property
    def regimes(self) -> tuple[Regime, ...]:
        """All regimes, in the order in which they were opened."""
        ...


def bits_per_row(bits: float, batch: Batch) -> float:
    """Return a codelength of a batch for each of its rows; NaN where it has none."""
    return bits / batch.n_rows if batch.n_rows else math.nan


def taken(batch: Batch) -> Alternative | None:
    """Return where a batch went when it came: what was priced as it was booked."""
    priced = batch.alternatives
    return min(priced, key=lambda each: abs(each.bits - batch.bits)) if priced else None


def best_other(batch: Batch) -> Alternative | None:
    """Return the cheapest place to which a batch did not go."""
    chosen = taken(batch)
    others = [each for each in batch.alternatives if each is not chosen]
    return min(others, key=lambda each: each.bits) if others else None


def describe_place(place: Alternative) -> str:
    """Return "regime 2", "new regime in world 0" or "new world"."""
    if place.placement == "regime":
        return f"regime {place.number}"
    return "new world" if place.number is None else f"{place.placement} in world {place.number}"


def describe_episodes(episodes: Episodic) -> str:
    """Return "12 batches in 3 regimes of 2 worlds, 4,800 rows"."""
    if not episodes.batches:
        return "No batches yet."
    worlds = len({regime.world for regime in episodes.regimes})
    rows = sum(batch.n_rows for batch in episodes.batches)
    batches = _counted(len(episodes.batches), "batch", "batches")
    regimes = _counted(len(episodes.regimes), "regime", "regimes")
    return f"{batches} in {regimes}{f' of {worlds} worlds' if worlds > 1 else ''}, {rows:,} rows"


def describe_batch(batch: Batch) -> str:
    """Return "April: 500 rows, regime 2, 3.1 bits a row; changed: price, load"."""
    per_row = bits_per_row(batch.bits, batch)
    bits = f", {per_row:.3g} bits a row" if math.isfinite(per_row) else ""
    changed = f"; changed: {', '.join(batch.changed)}" if batch.changed else ""
    beyond = f"; beyond what was known: {', '.join(batch.extrapolated)}"
    return (
        f"{batch.label}: {batch.n_rows:,} rows, regime {batch.regime}{bits}{changed}"
        f"{beyond if batch.extrapolated else ''}"
    )


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
