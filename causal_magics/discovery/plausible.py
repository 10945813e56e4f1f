"""Graphs whose code is only a few bits longer than that of the best one.

From the best graph every single edge is added, left out or turned, as far as knowledge allows and
no cycle is closed; what costs few bits is kept. Each bit halves the odds of a graph.

Source: Mian, Mameche and Vreeken, "Learning causal networks from episodic data", KDD 2024, who keep
several graphs as later batches may decide between them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from causal_magics.discovery.evidence import codelengths_of
from causal_magics.discovery.layout import Booleans
from causal_magics.discovery.moves import closure
from causal_magics.discovery.score import SMALLEST_GAIN
from causal_magics.discovery.search import Climber
from causal_magics.discovery.worlds import Ledger
from causal_magics.graph.model import CausalGraph

if TYPE_CHECKING:
    from causal_magics.discovery.result import Discovery

PLAUSIBLE_BITS = 5.0
"""Bits beyond which a graph is told no more: odds of one to thirty-two."""
MOST_GRAPHS = 20


def plausible_graphs(discovery: Discovery) -> tuple[tuple[CausalGraph, float], ...]:
    """Return the best graph of the last batch's world and those within a few bits of it.

    Returns
    -------
    tuple of (CausalGraph, float)
        Graphs and the bits by which their code is longer, the best first with none.
    """
    world, _ = discovery.memory.whereabouts(len(discovery.batches) - 1)
    if len(discovery.batches) == 1:
        score = codelengths_of(discovery)
    else:
        score = Ledger.of(discovery.basis.layout, discovery.terms).shared(world)
    climber = Climber(score, discovery.terms.constraints, world.adjacency)
    best = world.adjacency
    found = [(0.0, best)]
    for extra, changed in _neighbours(climber):
        if SMALLEST_GAIN < extra <= PLAUSIBLE_BITS * math.log(2.0):
            found.append((extra, changed))
    found.sort(key=lambda pair: pair[0])
    return tuple(
        (_named(discovery, adjacency), float(extra) / math.log(2.0))
        for extra, adjacency in found[:MOST_GRAPHS]
    )


def _neighbours(climber: Climber) -> list[tuple[float, Booleans]]:
    """All graphs that differ in one edge, and the nats that their code is longer."""
    adjacency, reach = climber.adjacency, climber.reach
    found = []
    for cause, effect in np.argwhere(np.isfinite(climber.adds)).tolist():
        if not reach[effect, cause]:
            found.append((-climber.adds[cause, effect], _changed(adjacency, cause, effect)))
    for cause, effect in np.argwhere(np.isfinite(climber.drops)).tolist():
        without = _changed(adjacency, cause, effect)
        found.append((-climber.drops[cause, effect], without))
        if not climber.constraints.allowed[effect, cause] or closure(without)[cause, effect]:
            continue
        parents = np.flatnonzero(adjacency[:, cause]).astype(np.int64)
        gained = climber.score.add_gains(cause, parents, np.array([effect], dtype=np.int64))[0]
        turned = _changed(without, effect, cause)
        found.append((-climber.drops[cause, effect] - float(gained), turned))
    return found


def _changed(adjacency: Booleans, cause: int, effect: int) -> Booleans:
    changed = adjacency.copy()
    changed[cause, effect] = not changed[cause, effect]
    return changed


def _named(discovery: Discovery, adjacency: Booleans) -> CausalGraph:
    columns = discovery.columns
    edges = [(columns[i], columns[j]) for i, j in np.argwhere(adjacency).tolist()]
    return CausalGraph(discovery.graph.node_table.values(), edges, discovery.knowledge)
