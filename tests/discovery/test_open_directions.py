"""Directions that are left open say nothing more than they do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from discovery.test_alternatives import drawn

from causal_magics.discovery.alternatives import undecided
from causal_magics.discovery.discover import discover
from causal_magics.graph.equivalence import meek_closure


@pytest.mark.parametrize("seed", range(200))
def test_nothing_more_follows_from_what_is_directed(seed: int) -> None:
    random = np.random.default_rng(seed)
    adjacency = np.triu(random.random((6, 6)) < random.uniform(0.3, 0.9), 1)
    weak = np.triu(random.random((6, 6)) < random.uniform(0.3, 0.95), 1)
    graph = drawn(adjacency, undecided(adjacency, weak))
    assert meek_closure(graph).undirected_edges == graph.undirected_edges


def survey(seed: int, gaps: float) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    region = random.integers(0, 3, 1500)
    frame = pd.DataFrame(
        {
            "region": np.array(["north", "south", "west"])[region],
            "salt": np.array([9.0, 7.0, 6.0])[region] + random.normal(size=1500),
        }
    )
    frame = frame.mask(random.random(frame.shape) < gaps)
    return frame.assign(age=random.normal(size=1500))


@pytest.mark.parametrize("seed", range(4))
def test_with_gaps_codes_of_labels_and_numbers_do_not_decide(seed: int) -> None:
    assert discover(survey(seed, 0.0)).graph.directed_edges == {("region", "salt")}
    assert discover(survey(seed, 0.1)).graph.undirected_edges == {("region", "salt")}
