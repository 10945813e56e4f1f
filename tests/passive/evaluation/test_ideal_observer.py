"""The ideal observer against closed forms, brute force, calibration and symmetry."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from scipy import integrate, stats

from causal_magics.errors import OptionError, PassiveError
from causal_magics.passive.evaluation.graph_posterior import GraphPosterior, parent_sets
from causal_magics.passive.evaluation.ideal_observer import IdealObserver
from causal_magics.passive.evaluation.mechanism_posterior import MechanismPosterior
from causal_magics.passive.experts import EXPERTS
from causal_magics.passive.worlds.environment import CausalEnvironment, Tasks
from causal_magics.passive.worlds.episodes import Episodes, run
from causal_magics.passive.worlds.graph_prior import ScmPrior
from causal_magics.passive.worlds.structural_models import ancestors

LINKS = ("linear", "leaky-relu")


def episodes_of(
    environment: CausalEnvironment, n: int, seed: int = 0, *, watch_only: bool = False
) -> tuple[Tasks, Episodes]:
    tasks = environment.tasks(n, seed=seed)
    seen = run(
        tasks, EXPERTS["empirical-best"], np.random.default_rng(seed), n_exploit=1,
        watch_only=watch_only,
    )  # fmt: skip
    return tasks, seen.until(seen.n_explore)


def no_evidence(n_episodes: int, n: int) -> np.ndarray:
    found = np.zeros((n_episodes, n, len(parent_sets(n))))
    for place, parents in enumerate(parent_sets(n)):
        found[:, list(parents), place] = -np.inf
    return found


def log_prior(graphs: np.ndarray, max_roots: int = 4) -> np.ndarray:
    """Return the logarithm of the chance of graphs, given as places of parent sets."""
    n = graphs.shape[1]
    certain = np.full((len(graphs), n, len(parent_sets(n))), -np.inf)
    np.put_along_axis(certain, graphs[:, :, None], 0.0, axis=2)
    return GraphPosterior(certain, None, max_roots).log_total


def matrices(graphs: np.ndarray) -> np.ndarray:
    n = graphs.shape[1]
    members = np.array([[i in parents for i in range(n)] for parents in parent_sets(n)])
    return members[graphs].transpose(0, 2, 1)


@pytest.mark.parametrize("n", [2, 3, 5, 8])
def test_chances_of_all_graphs_sum_to_one(n: int) -> None:
    flat = no_evidence(n, n)
    assert GraphPosterior(flat, None, 4).log_total == pytest.approx(0.0, abs=1e-12)
    with_goals = GraphPosterior(flat, np.arange(n), 4)
    assert np.exp(with_goals.log_total) == pytest.approx(1 / n)


@pytest.mark.parametrize(("n", "max_roots"), [(3, 4), (4, 4), (4, 1)])
def test_chance_of_each_graph_is_its_frequency(n: int, max_roots: int) -> None:
    sets = range(len(parent_sets(n)))
    graphs = np.array(list(product(sets, repeat=n)))
    parents = matrices(graphs)
    n_roots = (~parents.any(axis=1)).sum(axis=1)
    has_cycle = np.einsum("bii->b", ancestors(parents))
    kept = ~has_cycle & (n_roots <= max_roots) & (n_roots < n)
    chances = np.exp(log_prior(graphs[kept], max_roots))
    assert chances.sum() == pytest.approx(1.0)
    codes = 1 << np.arange(n * n)
    drawn = ScmPrior(max_roots=max_roots).draw(60_000, n, np.random.default_rng(0)).parents
    counts = dict(
        zip(*np.unique(drawn.reshape(-1, n * n) @ codes, return_counts=True), strict=True)
    )
    observed = [counts.pop(code, 0) for code in parents[kept].reshape(-1, n * n) @ codes]
    assert not counts
    assert stats.chisquare(observed, 60_000 * chances).pvalue > 1e-4


def test_edges_before_any_row_are_those_of_the_prior() -> None:
    tasks = CausalEnvironment(held_out=None).tasks(40_000, seed=1)
    known = GraphPosterior(no_evidence(5, 5), np.arange(5), 4)
    for goal in range(5):
        shares = tasks.models.parents[tasks.goals == goal].mean(axis=0)
        assert known.edges[goal] == pytest.approx(shares, abs=0.03)
    unknown = GraphPosterior(no_evidence(1, 5), None, 4)
    assert known.edges.mean(axis=0) == pytest.approx(unknown.edges[0])


def test_graphs_are_drawn_as_often_as_probable() -> None:
    _, episodes = episodes_of(CausalEnvironment(), 4)
    posterior = GraphPosterior(
        MechanismPosterior(episodes, ScmPrior()).log_evidence, episodes.goals, 4
    )
    orders, sets = posterior.draw(4000, np.random.default_rng(0))
    for one, belief in zip(sets, posterior.edges, strict=True):
        assert matrices(one).mean(axis=0) == pytest.approx(belief, abs=0.035)
    ranks = orders.argsort(axis=2)[:, :, :, None] < orders.argsort(axis=2)[:, :, None, :]
    assert not (matrices(sets.reshape(-1, 5)) & ~ranks.reshape(-1, 5, 5)).any()


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("noise", [1.0, 0.25])
def test_two_variables_by_numeric_integration(link: str, noise: float) -> None:
    environment = CausalEnvironment(2, link=link, noise=noise)
    _, episodes = episodes_of(environment, 3)
    slope = {"linear": 1.0, "leaky-relu": 0.1}[link]

    weights, variances = np.linspace(-2, 2, 1201), np.linspace(0.3, 0.7, 41)

    def density(effect: int, cause: int | None, row: Episodes) -> float:
        rows = row.values[0][np.append(-1, row.targets[0]) != effect].astype(float)
        totals = np.outer(weights, np.zeros(len(rows)) if cause is None else rows[:, cause])
        left = rows[:, effect] - np.maximum(totals, slope * totals)
        scales = noise * variances[:, None, None] ** 0.5
        values = np.exp(-0.5 * np.square(left / scales)) / scales / (2 * np.pi) ** 0.5
        along = integrate.simpson(values.prod(axis=2), x=weights)
        return float(integrate.simpson(along, x=variances) / 0.4 / 4)

    log_evidence = MechanismPosterior(episodes, environment.prior).log_evidence
    for one in range(episodes.n_episodes):
        row = episodes.take([one])
        found = [np.exp(log_evidence[one, 0, [0, 2]]), np.exp(log_evidence[one, 1, [0, 1]])]
        expected = [[density(j, None, row), density(j, 1 - j, row)] for j in range(2)]
        assert np.array(found) == pytest.approx(np.array(expected), rel=2e-3)
    beliefs = IdealObserver(environment).beliefs(episodes)
    assert beliefs.sum(axis=(1, 2)) == pytest.approx(1.0)
    every = np.arange(3)
    assert beliefs[every, 1 - episodes.goals, episodes.goals] == pytest.approx(1.0)


@pytest.mark.parametrize("link", LINKS)
def test_two_parents_by_brute_force(link: str) -> None:
    environment = CausalEnvironment(3, link=link)
    _, episodes = episodes_of(environment, 4, seed=3)
    found = MechanismPosterior(episodes, environment.prior).log_evidence
    rng = np.random.default_rng(0)
    weights = rng.uniform(-2, 2, (2, 200_000)).astype(np.float32)
    variances = rng.uniform(0.3, 0.7, 200_000)
    slope = {"linear": 1.0, "leaky-relu": 0.1}[link]
    for one, effect in product(range(4), range(3)):
        causes = [i for i in range(3) if i != effect]
        rows = episodes.values[one][np.append(-1, episodes.targets[one]) != effect]
        totals = rows[:, causes] @ weights
        squared = np.square(rows[:, [effect]] - np.maximum(totals, slope * totals)).sum(axis=0)
        densities = np.exp(-squared / 2 / variances) / (2 * np.pi * variances) ** (len(rows) / 2)
        error = densities.std() / 200_000**0.5
        place = parent_sets(3).index(tuple(causes))
        assert np.exp(found[one, effect, place]) == pytest.approx(densities.mean(), abs=5 * error)


def test_mechanisms_are_drawn_about_those_behind_the_rows() -> None:
    """Over tasks of the prior, ranks of the truth among draws along its own graph are uniform."""
    environment = CausalEnvironment(4, held_out=None)
    tasks, episodes = episodes_of(environment, 400)
    truth = tasks.models
    code = {parents: place for place, parents in enumerate(parent_sets(4))}
    sets = np.array(
        [[code[tuple(np.flatnonzero(column))] for column in one.T] for one in truth.parents]
    )
    posterior = MechanismPosterior(episodes, environment.prior)
    weights, scales = posterior.draw(np.repeat(sets[:, None], 50, axis=1), np.random.default_rng(1))
    below = (weights < truth.weights[:, None]).mean(axis=1)[truth.parents]
    assert stats.kstest(below + 0.01, "uniform").pvalue > 1e-3
    expected = np.square(scales).mean(axis=1).reshape(-1)
    slope = stats.linregress(expected, np.square(truth.noise_scales).reshape(-1)).slope
    assert slope == pytest.approx(0.9, abs=0.25)


@pytest.mark.parametrize("watch_only", [False, True])
def test_beliefs_and_expectations_are_calibrated(watch_only: bool) -> None:
    environment = CausalEnvironment(4, held_out=None)
    tasks, episodes = episodes_of(environment, 400, watch_only=watch_only)
    observer = IdealObserver(environment, n_samples=100)
    apart = ~np.eye(4, dtype=bool)
    beliefs, edges = observer.beliefs(episodes)[:, apart], tasks.models.parents[:, apart]
    for low, high in pairwise((0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.01)):
        inside = (beliefs >= low) & (beliefs < high)
        sd = np.sqrt((beliefs * (1 - beliefs))[inside].sum()) / inside.sum()
        assert inside.sum() > 50
        assert edges[inside].mean() == pytest.approx(beliefs[inside].mean(), abs=4.5 * sd)
    expected = observer.outcomes(episodes)
    known = ~np.isnan(expected)
    slope = stats.linregress(expected[known], tasks.expected[known]).slope
    assert slope == pytest.approx(1.0, abs=0.08)


def test_nobody_who_sees_the_same_does_better() -> None:
    environment = CausalEnvironment(4)
    tasks, episodes = episodes_of(environment, 400)
    rng = np.random.default_rng(0)
    score = tasks.score(IdealObserver(environment, n_samples=100).choose(episodes, tasks, rng))
    others = ("empirical-best", "goal-change", "total-change", "correlational-explored")
    assert all(score > tasks.score(EXPERTS[name].choose(episodes, tasks, rng)) for name in others)
    assert 0.85 < score < 0.97


def test_scale_of_the_noise_tells_nothing_where_nothing_was_set() -> None:
    _, episodes = episodes_of(CausalEnvironment(), 5, watch_only=True)
    quiet = replace(episodes, values=episodes.values / 4)
    beliefs = IdealObserver(CausalEnvironment()).beliefs(episodes)
    assert IdealObserver(CausalEnvironment(noise=0.25)).beliefs(quiet) == pytest.approx(beliefs)


def test_names_do_not_matter() -> None:
    environment = CausalEnvironment()
    _, episodes = episodes_of(environment, 10)
    names = np.array([3, 0, 4, 1, 2])
    codes = np.concatenate([[0], (1 + 2 * names[:, None] + [0, 1]).reshape(-1)])
    renamed = replace(
        episodes, values=episodes.values[:, :, np.argsort(names)], goals=names[episodes.goals],
        actions=codes[episodes.actions],
    )  # fmt: skip
    observer = IdealObserver(environment, n_samples=2000)
    moved = observer.beliefs(renamed)[:, names[:, None], names]
    assert moved == pytest.approx(observer.beliefs(episodes), abs=1e-6)
    outcomes = observer.outcomes(renamed)[:, codes]
    assert outcomes == pytest.approx(observer.outcomes(episodes), abs=0.25, nan_ok=True)


def test_many_variables_are_refused_and_few_acted_on() -> None:
    environment = CausalEnvironment((3, 8, 12), n_exploit=2)
    observer = IdealObserver(environment, n_samples=20)
    for size in (3, 8):
        tasks = environment.tasks(2, seed=0, variables=size)
        acted = run(tasks, observer, np.random.default_rng(0), n_exploit=2)
        assert np.isnan(observer.outcomes(acted)).sum() == 2 * 3
        assert np.isfinite(tasks.rewards(acted.actions[:, acted.n_explore :])).all()
    with pytest.raises(PassiveError, match="at most 10 variables"):
        observer.beliefs(episodes_of(replace(environment, variables=12), 1)[1])


def test_what_cannot_be_summed_is_refused() -> None:
    with pytest.raises(PassiveError, match="linear or leaky-relu"):
        IdealObserver(CausalEnvironment(link=np.tanh))
    with pytest.raises(OptionError, match="n_samples"):
        IdealObserver(CausalEnvironment(), n_samples=0)
    with pytest.raises(PassiveError, match=r"at most 10 variables.*got 11. Give Causal"):
        IdealObserver(CausalEnvironment((12, 11)))
