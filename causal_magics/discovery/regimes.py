"""What discovery says of data that arrived in batches: which regime each belongs to, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from causal_magics.graph.model import CausalGraph

Placement = Literal["regime", "new regime", "new world"]
"""A batch joins a regime, opens one in a known world, or opens a world of its own."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to place a batch, and its price.

    Attributes
    ----------
    placement : {"regime", "new regime", "new world"}
    number : int or None
        The regime that is joined, or the world in which a regime is opened; None for a new world.
    bits : float
        Codelength that the batch adds if placed so.
    """

    placement: Placement
    number: int | None
    bits: float


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of rows that arrived together.

    Attributes
    ----------
    label : str
        The value of the column of episodes, or the number of the batch from 1.
    n_rows : int
    regime : int
        Index of its regime in `Discovery.regimes`.
    bits : float
        Codelength that it added when it came; the curve over batches tells how well what was
        learned before predicts it. Rows of columns with heavy-tailed residuals count for less.
    alternatives : tuple of Alternative
        All placements that were priced when it came, the cheapest first, by the numbers that
        regimes and worlds have now. A batch may have been placed anew since.
    changed : tuple of str
        Columns whose mechanism differs from that of the regime of the batch before it; all of them
        where the worlds differ.
    extrapolated : mapping of str to float
        Share of cells beyond the outer knots, of columns where it is a twentieth or more. What
        lies there was never seen before; by itself it is no change of mechanism.
    """

    label: str
    n_rows: int
    regime: int
    bits: float
    alternatives: tuple[Alternative, ...] = ()
    changed: tuple[str, ...] = ()
    extrapolated: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, eq=False, slots=True)
class Regime:
    """Batches that share the mechanism of every column.

    Attributes
    ----------
    world : int
        Number of the world, from 0: regimes of one world share a graph.
    graph : CausalGraph
        The graph of the world; an edge that this regime does not use is left out.
    n_rows : int
    batches : tuple of int
        Indices into `Discovery.batches`.
    changed : tuple of str
        Columns whose mechanism differs from that of the first regime of the same world.
    node_bits : mapping of str to float
        Codelength of each column given its parents, over the rows of this regime.
    """

    world: int
    graph: CausalGraph
    n_rows: int
    batches: tuple[int, ...]
    changed: tuple[str, ...]
    node_bits: Mapping[str, float]
