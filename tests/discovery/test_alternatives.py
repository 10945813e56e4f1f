"""Which directions are drawn: never against the graph, and always what some DAG agrees with."""

from __future__ import annotations

import numpy as np
import pytest
from discovery.oracle import all_dags
from hypothesis import given
from hypothesis import strategies as st

from causal_magics.data.simulation import Mechanism, simulate
from causal_magics.discovery.alternatives import FAR_NATS, cheapest, turning_nats, undecided
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.constraints import Constraints
from causal_magics.discovery.score import Score
from causal_magics.discovery.search import total_cost
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.graph.equivalence import consistent_extension, cpdag
from causal_magics.graph.model import CausalGraph, Edge, Knowledge

NAMES = [str(place) for place in range(6)]


def masks() -> st.SearchStrategy[np.ndarray]:
    flags = st.lists(st.booleans(), min_size=36, max_size=36)
    return flags.map(lambda drawn: np.triu(np.array(drawn).reshape(6, 6), 1))


def drawn(adjacency: np.ndarray, undirected: np.ndarray) -> CausalGraph:
    edges = [
        Edge(NAMES[a], NAMES[b], "--" if undirected[a, b] else "->")
        for a, b in np.argwhere(adjacency).tolist()
    ]
    return CausalGraph(NAMES, edges)


@given(masks(), masks())
def test_only_weak_edges_are_opened_and_some_dag_agrees(
    adjacency: np.ndarray, weak: np.ndarray
) -> None:
    undirected = undecided(adjacency, weak)
    assert not (undirected & ~(weak & adjacency)).any()
    consistent_extension(drawn(adjacency, undirected))


@given(masks(), st.permutations(range(6)))
def test_an_order_of_the_columns_does_not_matter(adjacency: np.ndarray, order: list[int]) -> None:
    moved = np.ix_(order, order)
    weak = np.triu(np.ones((6, 6), dtype=bool), 1) & adjacency
    weak[0] = False
    expected = undecided(adjacency, weak)[moved]
    np.testing.assert_array_equal(undecided(adjacency[moved], weak[moved]), expected)


@given(masks())
def test_where_colliders_are_clear_the_cpdag_is_drawn(adjacency: np.ndarray) -> None:
    everything = drawn(adjacency, np.zeros((6, 6), dtype=bool))
    open_pairs = {frozenset(pair) for pair in cpdag(everything).undirected_edges}
    weak = adjacency.copy()
    for a, b in np.argwhere(adjacency).tolist():
        weak[a, b] = frozenset((NAMES[a], NAMES[b])) in open_pairs
    np.testing.assert_array_equal(undecided(adjacency, weak), weak)


def test_the_cheaper_alternative_is_told() -> None:
    assert cheapest(2.0, 5.0).kind == "turned"
    assert cheapest(5.0, 2.0).bits == 2.0
    assert cheapest(5.0, 2.0).kind == "left out"


@pytest.mark.parametrize("mechanism", ["linear", "gp"])
def test_turning_costs_what_the_best_of_all_graphs_costs(mechanism: Mechanism) -> None:
    equal, count = 0, 0
    for seed in range(5):
        values = simulate(mechanism, 4, 300, seed, degree=3.0).values
        score = Score.from_statistic(GramStatistic.from_values(Basis.fit(values), values))
        totals = [(graph, total_cost(score, graph)) for graph in all_dags(4)]
        best, least = min(totals, key=lambda pair: pair[1])
        constraints = Constraints.from_knowledge(Knowledge(), NAMES[:4])
        for (a, b), nats in turning_nats(score, constraints, best)[0].items():
            if nats < FAR_NATS:
                truth = min(total for graph, total in totals if not graph[a, b]) - least
                assert nats >= truth - 1e-6
                equal += nats <= truth + 1e-6
                count += 1
    assert equal >= 0.7 * count


def test_required_edges_are_never_turned() -> None:
    values = simulate("linear", 4, 300, 0, degree=3.0).values
    score = Score.from_statistic(GramStatistic.from_values(Basis.fit(values), values))
    chain = np.eye(4, k=1, dtype=bool)
    known = Knowledge(required=[("0", "1")])
    costs, _ = turning_nats(score, Constraints.from_knowledge(known, NAMES[:4]), chain)
    assert [edge for edge, nats in costs.items() if np.isinf(nats)] == [(0, 1)]
