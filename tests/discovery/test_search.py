"""The searches: optimal on small problems, consistent in their bookkeeping, interruptible."""

from __future__ import annotations

import numpy as np
import pytest
from discovery.oracle import all_dags

from causal_magics.data.simulation import Mechanism, simulate
from causal_magics.discovery import moves
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.constraints import Constraints
from causal_magics.discovery.order_search import OrderSearch, topological_order
from causal_magics.discovery.score import Score
from causal_magics.discovery.search import search, total_cost
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.graph.model import Knowledge

NAMES = tuple("abcdefghijklmnopqrst")


def problem(
    mechanism: Mechanism, nodes: int, seed: int, *, degree: float = 2.0
) -> tuple[Score, Constraints]:
    values = simulate(mechanism, nodes, 300, seed, degree=degree).values
    score = Score.from_statistic(GramStatistic.from_values(Basis.fit(values), values))
    return score, Constraints.from_knowledge(Knowledge(), NAMES[:nodes])


def ignore(nats: float, edges: int, activity: str) -> None:
    pass


@pytest.mark.parametrize("mechanism", ["gp", "sigmoid", "linear"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_on_four_nodes_the_best_of_all_graphs_is_found(mechanism: Mechanism, seed: int) -> None:
    score, constraints = problem(mechanism, 4, seed, degree=3.0)
    best = min(total_cost(score, adjacency) for adjacency in all_dags(4))
    found = search(score, constraints, ignore)
    assert found.nats == pytest.approx(best, abs=1e-6)
    assert total_cost(score, found.adjacency) == pytest.approx(found.nats, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_reported_only_gets_shorter(seed: int) -> None:
    score, constraints = problem("sigmoid", 12, seed)
    reported: list[float] = []
    found = search(score, constraints, lambda nats, edges, activity: reported.append(nats))
    assert reported == sorted(reported, reverse=True)
    assert found.nats == reported[-1]
    assert not found.interrupted
    assert total_cost(score, found.adjacency) == pytest.approx(found.nats, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_every_move_in_an_order_saves_what_it_says(seed: int) -> None:
    score, constraints = problem("linear", 9, seed, degree=3.0)
    orders = OrderSearch(score, constraints, np.zeros((9, 9), dtype=bool))
    nats = [total_cost(score, orders.graph())]

    def check(adjacency: np.ndarray, gain: float) -> None:
        nats.append(total_cost(score, adjacency))
        assert nats[-2] - nats[-1] == pytest.approx(gain, abs=1e-6)

    orders.improve(check)
    assert len(nats) > 1
    assert sorted(orders.order) == list(range(9))


@pytest.mark.parametrize("stop_after", [1, 3, 6])
def test_an_interrupt_leaves_the_best_graph_so_far(stop_after: int) -> None:
    score, constraints = problem("gp", 10, 0)
    calls: list[float] = []

    def interrupt(nats: float, edges: int, activity: str) -> None:
        calls.append(nats)
        if len(calls) == stop_after:
            raise KeyboardInterrupt

    found = search(score, constraints, interrupt)
    assert found.interrupted
    assert len(calls) == stop_after
    assert found.adjacency.sum() == stop_after
    assert total_cost(score, found.adjacency) == pytest.approx(calls[-1], abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_reachability_is_kept_up_to_date(seed: int) -> None:
    rng = np.random.default_rng(seed)
    adjacency = np.zeros((12, 12), dtype=bool)
    reach = moves.closure(adjacency)
    for _ in range(15):
        i, j = sorted(rng.choice(12, 2, replace=False))
        adjacency[i, j] = True
        moves.connect(reach, i, j)
    powers = np.linalg.matrix_power(np.eye(12) + adjacency, 12) > 0
    np.testing.assert_array_equal(reach, powers)
    np.testing.assert_array_equal(moves.closure(adjacency), powers)
    place = {node: position for position, node in enumerate(topological_order(adjacency))}
    assert all(place[i] < place[j] for i, j in np.argwhere(adjacency).tolist())


def test_a_reversal_that_closes_a_cycle_is_no_move() -> None:
    adjacency = np.zeros((3, 3), dtype=bool)
    adjacency[0, 1] = adjacency[1, 2] = adjacency[0, 2] = True
    nothing = np.full((3, 3), -np.inf)
    adds, drops = nothing.copy(), nothing.copy()
    adds[2, 0], drops[0, 2] = 5.0, -1.0
    reach = moves.closure(adjacency)
    assert moves.best_move(adds, drops, adjacency, reach, True)[1] == -1
    adds[1, 0], drops[0, 1] = 3.0, -1.0
    assert moves.best_move(adds, drops, adjacency, reach, True) == (2.0, moves.REVERSE, 0, 1)
    assert moves.best_move(adds, drops, adjacency, reach, False)[1] == -1
