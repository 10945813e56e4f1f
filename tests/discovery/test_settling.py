"""The graph that is kept is not beaten by one with an edge more or an edge less."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from causal_magics.data.samples import sample
from causal_magics.data.simulation import simulate
from causal_magics.discovery.alternatives import settled
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.discover import Discovery, discover
from causal_magics.discovery.learning import Codebook, Terms
from causal_magics.discovery.noise import notable_residuals
from causal_magics.discovery.search import search, total_cost
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.graph.model import Knowledge

ROWS = 800
NAMES = tuple("abcde")


def laplace(seed: int) -> pd.DataFrame:
    noise = np.random.default_rng(seed).laplace(size=(ROWS, 5))
    for effect in range(1, 5):
        noise[:, effect] += noise[:, :effect] @ np.linspace(0.1, 0.8, effect)
    return pd.DataFrame(noise, columns=NAMES)


def uneven(seed: int) -> pd.DataFrame:
    values = np.random.default_rng(seed).normal(size=(ROWS, 5))
    for effect in range(1, 5):
        values[:, effect] *= np.exp(np.tanh(values[:, effect - 1]))
        values[:, effect] += 0.5 * np.tanh(values[:, : effect - 1]).sum(axis=1)
    return pd.DataFrame(values, columns=NAMES)


def products(seed: int) -> pd.DataFrame:
    frame = pd.DataFrame(simulate("joint", 5, ROWS, seed, degree=3.0).values, columns=NAMES)
    return frame + np.random.default_rng(seed).laplace(scale=0.3, size=frame.shape)


def labels(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    kind = rng.choice(["x", "y", "z"], size=ROWS)
    size = rng.laplace(size=ROWS) + np.where(kind == "x", 1.5, 0.0)
    price = size**2 + rng.exponential(size=ROWS) * np.where(kind == "y", 2.0, 0.5)
    sold = np.where(price + rng.normal(size=ROWS) > 2.0, "yes", "no")
    return pd.DataFrame({"kind": kind, "size": size, "price": price, "sold": sold})


KINDS = [laplace, uneven, products, labels]


def paying(found: Discovery, required: tuple[str, str] | None = None) -> bool:
    """Whether every edge saves something, and no alternative does."""
    return all(
        (edge.bits or 0.0) >= 0.0 and found.alternatives[edge.source, edge.target].bits >= 0.0
        for edge in found.graph.edges
        if (edge.source, edge.target) != required
    )


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", KINDS)
def test_every_edge_saves_what_it_costs(kind: Callable[[int], pd.DataFrame], seed: int) -> None:
    assert paying(discover(kind(seed), progress=False))


@pytest.mark.parametrize("seed", range(5))
def test_a_required_edge_stays_whatever_it_costs(seed: int) -> None:
    frame = laplace(seed).assign(e=np.random.default_rng(seed).laplace(size=ROWS))
    found = discover(frame, knowledge=Knowledge(required=[("e", "a")]), progress=False)
    assert found.graph.edge("e", "a") is not None
    assert paying(found, ("e", "a"))


def test_every_edge_of_sachs_saves_what_it_costs() -> None:
    assert paying(discover(sample("sachs").frame, progress=False))


@pytest.mark.parametrize("stop", [1, 2, 3, None])
@pytest.mark.parametrize("kind", [laplace, uneven, products])
def test_settling_never_lengthens_the_code(
    kind: Callable[[int], pd.DataFrame], stop: int | None
) -> None:
    calls = 0

    def report(nats: float, edges: int, activity: str) -> None:
        nonlocal calls
        calls += 1
        if calls == stop:
            raise KeyboardInterrupt

    values = kind(0).to_numpy()
    basis = Basis.fit(values)
    statistic = GramStatistic.from_values(basis, values)
    terms = Terms.of(NAMES, Knowledge(), 0.0, None)
    score = terms.score(statistic)
    found = search(score, terms.constraints, lambda nats, edges, activity: None)
    assert found.neighbours is not None
    residuals = notable_residuals(score, basis, values, found.adjacency, found.neighbours)
    codelengths = Codebook(terms, residuals=residuals).codelengths(score)
    before = found.nats = total_cost(codelengths, found.adjacency)
    found.report = report
    settled(codelengths, terms.constraints, found)
    assert found.interrupted == (stop is not None and calls >= stop)
    assert found.nats <= before
    assert total_cost(codelengths, found.adjacency) == pytest.approx(found.nats)
