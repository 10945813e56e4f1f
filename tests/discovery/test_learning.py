"""What is tried on the way to a graph, and what an interrupt leaves of it."""

from __future__ import annotations

import pickle

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from causal_magics.data.simulation import simulate
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.discover import discover
from causal_magics.discovery.learning import Learned, Terms, learn
from causal_magics.discovery.search import Report, total_cost
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.graph.model import Knowledge

NAMES = ("a", "b", "c", "d")


def ignore(nats: float, edges: int, activity: str) -> None:
    pass


def laplace() -> np.ndarray:
    noise = np.random.default_rng(0).laplace(size=(1000, 4))
    noise[:, 1] += noise[:, 0]
    noise[:, 3] += noise[:, 1] - noise[:, 2]
    return noise


def learned(values: np.ndarray, report: Report = ignore) -> Learned:
    known = Knowledge(required=[("a", "b")], forbidden=[("c", "d")])
    terms = Terms.of(NAMES, known, 0.0, None)
    basis = Basis.fit(values)
    return learn(basis, values, lambda b: GramStatistic.from_values(b, values), terms, report)


def test_products_are_added_where_parents_act_together() -> None:
    values = np.random.default_rng(1).normal(size=(1000, 4))
    values[:, 2] = values[:, 0] * values[:, 1] + 0.2 * values[:, 2]
    assert (0, 1) in learned(values).basis.products


def test_residuals_are_coded_where_noise_is_not_gaussian() -> None:
    assert learned(laplace()).codebook.residuals is not None


@pytest.mark.parametrize("stop", [1, 2, 3, 5, 8])
def test_an_interrupt_leaves_a_graph_that_obeys_knowledge(stop: int) -> None:
    calls = 0

    def report(nats: float, edges: int, activity: str) -> None:
        nonlocal calls
        calls += 1
        if calls == stop:
            raise KeyboardInterrupt

    found = learned(laplace(), report).found
    assert found.interrupted == (calls >= stop)
    graph = nx.from_numpy_array(found.adjacency, create_using=nx.DiGraph)
    assert nx.is_directed_acyclic_graph(graph)
    assert found.adjacency[0, 1]
    assert not found.adjacency[2, 3]


def test_rows_that_count_once_and_a_copy_give_the_same_code() -> None:
    result = learned(laplace())
    expected = total_cost(result.codelengths, result.found.adjacency)
    copy = pickle.loads(pickle.dumps(result.codebook))
    for codebook in (result.codebook, copy):
        codelengths = codebook.resampled(result.statistic, np.ones(20))
        assert total_cost(codelengths, result.found.adjacency) == pytest.approx(expected)


def test_a_simulation_with_joint_parents_is_learned_with_products() -> None:
    assert learned(simulate("joint", 4, 1000, 0, degree=3.0).values).basis.products


def test_the_cheaper_direction_is_taken_where_only_the_code_of_residuals_sees_it() -> None:
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=2000)
    frame = pd.DataFrame({
        "a": np.sin(hidden) + 0.3 * rng.normal(size=2000),
        "b": hidden**2 + 0.3 * rng.normal(size=2000),
    })  # fmt: skip
    found = discover(frame)
    ways = [
        discover(frame, knowledge=Knowledge(required={pair})) for pair in [("a", "b"), ("b", "a")]
    ]
    assert found.bits_saved == pytest.approx(max(way.bits_saved for way in ways))
    assert all(other.bits > 0.0 for other in found.alternatives.values())
