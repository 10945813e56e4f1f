"""Labels coded by counts: the published formula, and what it says of graphs."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, product
from math import lgamma

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from causal_magics.discovery.basis import Basis
from causal_magics.discovery.discover import discover
from causal_magics.discovery.evidence import measure
from causal_magics.discovery.labels import MOST_CELLS, LabelScore, Tables
from causal_magics.discovery.search import total_cost
from causal_magics.graph.equivalence import cpdag, is_markov_equivalent
from causal_magics.graph.model import CausalGraph

Floats = NDArray[np.float64]
SIZES = (2, 3, 4, 2)
NETWORK = CausalGraph("ABCD", [("A", "C"), ("B", "C"), ("C", "D")])


def codes(rows: int, seed: int, gaps: float = 0.0) -> Floats:
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=rows)
    drawn = [
        np.clip(np.round(hidden + rng.normal(size=rows) + size / 2), 0, size - 1) for size in SIZES
    ]
    values = np.column_stack(drawn)
    values[rng.random(values.shape) < gaps] = np.nan
    return values


def tables(values: Floats, rows: Floats | None = None) -> Tables:
    basis = Basis.fit(values, [tuple("abcd"[:size]) for size in SIZES])
    observed = (~np.isnan(values)).sum(axis=0).astype(float)
    return Tables(basis, values, observed if rows is None else rows)


def bdeu(values: Floats, node: int, parents: list[int]) -> tuple[float, int]:
    """Nats by equation 42 with one equivalent row, and the rows that are complete."""
    counts = Counter(
        (tuple(row[parents]), row[node])
        for row in values
        if not np.isnan(row[[*parents, node]]).any()
    )
    states = list(product(*(range(SIZES[parent]) for parent in parents)))
    nats = 0.0
    for state in states:
        cells = [counts[state, float(label)] for label in range(SIZES[node])]
        row, cell = 1.0 / len(states), 1.0 / (len(states) * SIZES[node])
        nats += lgamma(row + sum(cells)) - lgamma(row)
        nats -= sum(lgamma(cell + count) - lgamma(cell) for count in cells)
    return nats, sum(counts.values())


@pytest.mark.parametrize("gaps", [0.0, 0.2])
@pytest.mark.parametrize("scale", [1.0, 7.5])
def test_nats_are_those_of_the_formula(gaps: float, scale: float) -> None:
    values = codes(300, 1, gaps)
    rows = scale * (~np.isnan(values)).sum(axis=0)
    found = tables(values, rows)
    for node in range(4):
        others = [column for column in range(4) if column != node]
        for size in range(4):
            for parents in combinations(others, size):
                nats, complete = bdeu(values, node, list(parents))
                given = np.array(parents[::-1], dtype=np.int64)
                expected = nats * rows[node] / complete
                assert found.nats(node, given) == pytest.approx(expected, rel=1e-9)


def test_folds_that_count_twice_are_rows_that_come_twice() -> None:
    values = codes(401, 2, gaps=0.1)
    weights = np.array([2.0, 0.0, 1.0, 3.0])
    times = weights[np.arange(401) % 4].astype(int)
    whole = tables(values)
    before = whole.nats(1, np.array([0, 2]))
    weighed = whole.weighed(weights)
    rows = (~np.isnan(values)).sum(axis=0).astype(float)
    repeated = tables(np.repeat(values, times, axis=0), rows)
    for parents in ([], [0], [0, 2], [0, 2, 3]):
        given = np.array(parents, dtype=np.int64)
        assert weighed.nats(1, given) == pytest.approx(repeated.nats(1, given), rel=1e-9)
    assert weighed.nats(1, np.array([0, 2])) != before
    assert whole.nats(1, np.array([0, 2])) == before


def test_a_table_with_too_many_cells_is_never_worth_it() -> None:
    rng = np.random.default_rng(3)
    count = 9
    values = rng.integers(0, 6, (400, count)).astype(float)
    basis = Basis.fit(values, [tuple("abcdef")] * count)
    found = Tables(basis, values, np.full(count, 400.0))
    assert 6**count > MOST_CELLS > 6**8
    assert found.nats(0, np.arange(1, count)) == np.inf
    assert found.nats(0, np.arange(1, count - 1)) < np.inf


def label_score(values: Floats) -> LabelScore:
    frame = pd.DataFrame(values.astype(int), columns=list("ABCD")).astype(str)
    score = measure(frame).score
    assert isinstance(score, LabelScore)
    return score


def test_graphs_with_the_same_independences_cost_the_same() -> None:
    score = label_score(codes(700, 4))
    costs: list[tuple[CausalGraph, float]] = []
    for drawn in product([0, 1, 2], repeat=6):
        adjacency = np.zeros((4, 4), dtype=bool)
        for (a, b), way in zip(combinations(range(4), 2), drawn, strict=True):
            adjacency[a, b], adjacency[b, a] = way == 1, way == 2
        if np.linalg.matrix_power(adjacency + np.eye(4), 4).trace() > 4:
            continue
        edges = [("ABCD"[a], "ABCD"[b]) for a, b in np.argwhere(adjacency)]
        costs.append((CausalGraph("ABCD", edges), total_cost(score, adjacency)))
    assert len(costs) == 543
    nats: dict[CausalGraph, list[float]] = {}
    for graph, cost in costs:
        nats.setdefault(cpdag(graph), []).append(cost)
    assert len(nats) == 185
    for equal in nats.values():
        np.testing.assert_allclose(equal, equal[0], rtol=1e-10)
    assert len({round(equal[0], 4) for equal in nats.values()}) > 100


def network(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 2, rows), rng.choice(3, rows, p=[0.3, 0.3, 0.4])
    sure = np.array([[0.1, 0.5, 0.9], [0.3, 0.2, 0.5]])
    c = (rng.random(rows) < sure[a, b]).astype(int)
    d = np.where(rng.random(rows) < 0.7, 2 * c, rng.integers(0, 3, rows))
    labels = np.array(["none", "some", "much"])
    return pd.DataFrame({"A": labels[a], "B": labels[b], "C": labels[c], "D": labels[d]})


@pytest.mark.parametrize("seed", range(5))
def test_a_network_of_labels_is_found(seed: int) -> None:
    learned = discover(network(3000, seed)).graph
    assert learned.directed_edges == cpdag(NETWORK).directed_edges == NETWORK.directed_edges
    assert learned.undirected_edges == frozenset()


@pytest.mark.parametrize("seed", range(3))
def test_a_chain_of_labels_has_no_directions(seed: int) -> None:
    frame = network(3000, seed)[["B", "C", "D"]]
    learned = discover(frame).graph
    assert is_markov_equivalent(learned, CausalGraph("BCD", [("B", "C"), ("C", "D")]))
    assert learned.directed_edges == frozenset()


def exclusive(seed: int, share: float) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    a, b = rng.random((2, 2000)) < share
    c = a ^ b ^ (rng.random(2000) < 0.1)
    return pd.DataFrame({"A": a, "B": b, "C": c}).astype(int).astype(str)


@pytest.mark.parametrize("seed", range(5))
def test_two_labels_that_act_by_their_difference_are_found(seed: int) -> None:
    frame = exclusive(seed, 0.6)
    assert discover(frame).graph.directed_edges == {("A", "C"), ("B", "C")}


def test_fair_labels_that_act_by_their_difference_have_a_short_code_that_no_step_leads_to() -> None:
    frame = exclusive(0, 0.5)
    score = measure(frame).score
    none, one, both = (np.arange(count, dtype=np.int64) for count in range(3))
    assert score.cost(2, both) < score.cost(2, none) - 500.0
    assert score.cost(2, one) > score.cost(2, none)
    assert not discover(frame).graph.edges
