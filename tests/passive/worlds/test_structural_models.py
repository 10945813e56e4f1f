"""Ancestors against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from causal_magics.passive.worlds.graph_prior import ScmPrior
from causal_magics.passive.worlds.structural_models import ancestors


@given(st.integers(2, 10), st.integers(0, 2**20))
def test_ancestors_are_those_of_the_transitive_closure(n: int, seed: int) -> None:
    parents = ScmPrior().draw(3, n, np.random.default_rng(seed)).parents
    for model, found in zip(parents, ancestors(parents), strict=True):
        graph = nx.from_numpy_array(model, create_using=nx.DiGraph)
        closure = nx.transitive_closure_dag(graph)
        np.testing.assert_array_equal(found, nx.to_numpy_array(closure, nodelist=range(n)) > 0)
