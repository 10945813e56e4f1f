"""The prior's graphs, and the classes that are held out, against published counts."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causal_magics.passive.worlds.graph_prior import (
    CLASS_SHARE,
    ScmPrior,
    graph_classes,
    is_held_out_class,
)
from causal_magics.passive.worlds.structural_models import ancestors

UNLABELLED_DAGS = {2: 2, 3: 6, 4: 31, 5: 302}
"""The number of unlabelled acyclic digraphs (OEIS A003087)."""


def ordered_graphs(n: int) -> np.ndarray:
    """Return every graph whose edges run from lower to higher numbers."""
    pairs = list(combinations(range(n), 2))
    bits = (np.arange(2 ** len(pairs))[:, None] >> np.arange(len(pairs))) & 1
    parents = np.zeros((len(bits), n, n), dtype=bool)
    for place, (cause, effect) in enumerate(pairs):
        parents[:, cause, effect] = bits[:, place]
    return parents


@pytest.mark.parametrize("n", UNLABELLED_DAGS)
def test_classes_are_as_many_as_unlabelled_graphs(n: int) -> None:
    assert len(np.unique(graph_classes(ordered_graphs(n)))) == UNLABELLED_DAGS[n]


@given(st.integers(2, 9), st.integers(0, 2**20), st.data())
def test_names_do_not_change_the_class(n: int, seed: int, data: st.DataObject) -> None:
    renamed = data.draw(st.permutations(range(n)))
    parents = ScmPrior().draw(20, n, np.random.default_rng(seed)).parents
    again = parents[:, renamed][:, :, renamed]
    np.testing.assert_array_equal(graph_classes(again), graph_classes(parents))
    np.testing.assert_array_equal(is_held_out_class(again), is_held_out_class(parents))


def test_reversed_arrows_are_another_class() -> None:
    fork, collider = np.zeros((2, 1, 4, 4), dtype=bool)
    fork[0, 0, 1:] = True
    collider[0, 1:, 0] = True
    assert graph_classes(fork) != graph_classes(collider)


@pytest.mark.parametrize("n", [4, 5, 6, 8, 12])
def test_about_a_fifth_is_held_out(n: int) -> None:
    parents = ScmPrior().draw(4000, n, np.random.default_rng(0)).parents
    assert 0.6 / CLASS_SHARE < is_held_out_class(parents).mean() < 1.4 / CLASS_SHARE


def test_of_few_variables_no_class_is_held_out() -> None:
    assert not is_held_out_class(ordered_graphs(3)).any()


@given(st.integers(2, 12), st.integers(1, 5), st.integers(0, 2**20))
def test_graphs_are_as_the_prior_says(n: int, max_roots: int, seed: int) -> None:
    prior = ScmPrior(noise=2.0, max_roots=max_roots, max_weight=1.5)
    models = prior.draw(50, n, np.random.default_rng(seed))
    counts = models.parents.sum(axis=1)
    assert counts.max() <= 2
    roots = (counts == 0).sum(axis=1)
    assert roots.min() >= 1
    assert roots.max() <= min(max_roots, n - 1)
    assert np.abs(models.weights).max() <= 1.5
    variances = np.square(models.noise_scales / 2.0)
    assert variances.min() >= 0.3 - 1e-5
    assert variances.max() <= 0.7 + 1e-5
    assert not np.einsum("bii->bi", ancestors(models.parents)).any()


def test_every_variable_is_as_often_a_root() -> None:
    models = ScmPrior().draw(20_000, 5, np.random.default_rng(0))
    shares = (models.parents.sum(axis=1) == 0).mean(axis=0)
    np.testing.assert_allclose(shares, shares.mean(), atol=0.02)
