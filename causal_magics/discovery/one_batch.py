"""A result from rows that arrived at once: the graph that is drawn, and its numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from causal_magics.data.table import Table
from causal_magics.discovery.alternatives import EdgeAlternative, cheapest, undecided
from causal_magics.discovery.learning import Learned
from causal_magics.discovery.regimes import Batch, Regime
from causal_magics.discovery.result import Discovery
from causal_magics.discovery.search import node_costs, parents_of
from causal_magics.discovery.worlds import Memory
from causal_magics.graph.elements import Edge, Knowledge, Node, Pair
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.prior import EdgePrior

LOG2 = math.log(2.0)
GAP_DOUBT = 3.0
"""Share of an edge's bits that its direction has to be worth besides, per share of missing cells,
where one end holds labels and the other numbers: gaps cost the two codes unlike amounts."""


@dataclass(frozen=True, eq=False, slots=True)
class Asked:
    """What a result obeys and remembers, besides the data.

    Attributes
    ----------
    knowledge
    drawn
        Nodes that were drawn beforehand, by name.
    prior
    edge_floor
        Nats a row, beyond the first thousand, that each edge costs besides.
    direction_bits
        Bits from which a direction is told.
    """

    knowledge: Knowledge
    drawn: Mapping[str, Node]
    prior: EdgePrior | None
    edge_floor: float
    direction_bits: float

    def nodes(self, columns: tuple[str, ...]) -> list[Node]:
        """Return a node for each column, as it was drawn."""
        return [replace(self.drawn.get(name, Node(name)), name=name) for name in columns]


def drawn_graph(
    learned: Learned, table: Table, asked: Asked
) -> tuple[CausalGraph, Mapping[Pair, EdgeAlternative]]:
    """Return the graph, undirected where bits do not decide, and the alternatives of its edges."""
    names, adjacency = table.columns, learned.found.adjacency
    codelengths = learned.codelengths
    gaps = 1.0 - learned.statistic.observed / learned.statistic.rows
    nominal = learned.basis.layout.nominal
    weak = np.zeros_like(adjacency)
    for (cause, effect), nats in learned.turning.items():
        least = asked.direction_bits
        if nominal[cause] != nominal[effect] and asked.direction_bits > 0.0:
            parents = parents_of(adjacency, effect)
            worth = -codelengths.drop_gains(effect, parents)[parents == cause].sum() / LOG2
            least += GAP_DOUBT * float(gaps[cause] + gaps[effect]) * worth
        weak[cause, effect] = adjacency[cause, effect] and nats / LOG2 < least
    undirected = undecided(adjacency, weak)
    edges, alternatives = [], {}
    for effect in range(len(names)):
        parents = parents_of(adjacency, effect)
        lost = -codelengths.drop_gains(effect, parents) / LOG2
        for place, cause in enumerate(parents.tolist()):
            ends = names[cause], names[effect]
            bits = round(float(lost[place]), 6)
            if undirected[cause, effect]:
                edges.append(Edge(min(ends), max(ends), "--", bits=bits))
            else:
                edges.append(Edge(*ends, bits=bits))
            turned = learned.turning.get((cause, effect), math.inf) / LOG2
            alternatives[edges[-1].source, edges[-1].target] = cheapest(turned, float(lost[place]))
    graph = CausalGraph(asked.nodes(names), edges, asked.knowledge)
    return graph, MappingProxyType(alternatives)


def discovery_of(
    learned: Learned,
    table: Table,
    asked: Asked,
    graph: CausalGraph,
    alternatives: Mapping[Pair, EdgeAlternative],
) -> Discovery:
    """Return the result that shows what was learned.

    Parameters
    ----------
    learned
    table
        Some of its rows, for names and labels.
    asked
    graph, alternatives
        As `drawn_graph` gives them, the edges with their confidence where it was asked for.
    """
    score, statistic = learned.codelengths, learned.statistic
    adjacency = learned.found.adjacency
    gaussian = 0.5 * statistic.observed * math.log(2.0 * math.pi * math.e)
    costs = (node_costs(score, adjacency) + gaussian) / LOG2
    empty = (node_costs(score, np.zeros_like(adjacency)) + gaussian) / LOG2
    node_bits = MappingProxyType(dict(zip(graph.nodes, costs.tolist(), strict=True)))
    bits = float(costs.sum())
    return Discovery(
        graph=graph,
        bits=bits,
        bits_saved=float(empty.sum()) - bits,
        node_bits=node_bits,
        n_rows=statistic.rows,
        interrupted=learned.found.interrupted,
        edge_floor=asked.edge_floor,
        direction_bits=asked.direction_bits,
        prior=asked.prior,
        alternatives=alternatives,
        batches=(Batch("1", statistic.rows, 0, bits),),
        regimes=(Regime(0, graph, statistic.rows, (0,), (), node_bits),),
        levels=table.levels,
        basis=learned.basis,
        statistic=statistic,
        memory=Memory.of(adjacency, statistic),
        codebook=learned.codebook,
    )
