"""The bootstrap over folds: its statistics, its shares, and that it repeats however it is run."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from causal_magics.data.rows import RowSource, open_rows, reference
from causal_magics.data.simulation import simulate
from causal_magics.data.table import DataWarning
from causal_magics.discovery import confidence
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.confidence import (
    FOLDS,
    FoldedStatistic,
    Resamples,
    folded_statistic_of,
    resample,
    with_confidence,
)
from causal_magics.discovery.constraints import Constraints
from causal_magics.discovery.discover import Discovery, DiscoveryWarning, discover
from causal_magics.discovery.score import Score
from causal_magics.discovery.search import search
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.errors import DataError, DiscoveryError
from causal_magics.graph.elements import Knowledge
from causal_magics.graph.model import CausalGraph

SIMULATION = simulate("linear", 5, 300, seed=3)
VALUES = SIMULATION.values
NAMES = SIMULATION.graph.nodes
FREE = Constraints.from_knowledge(Knowledge(), NAMES)


def score_of(statistic: GramStatistic, _weights: Any = None) -> Score:
    return Score.from_statistic(statistic, edge_floor=0.0)


def folded_of(source: RowSource, executor: Any = None) -> FoldedStatistic:
    table = reference(source)
    return folded_statistic_of(source, Basis.fit(table.values, table.levels), executor)


@pytest.fixture(scope="module")
def folded() -> FoldedStatistic:
    return folded_of(open_rows(SIMULATION.frame))


def best_of(statistic: GramStatistic, constraints: Constraints = FREE) -> Any:
    return search(score_of(statistic), constraints, lambda *_: None).adjacency


def run(folded: FoldedStatistic, resamples: int = 20, **options: Any) -> Resamples:
    constraints = options.pop("constraints", FREE)
    best = best_of(folded.whole, constraints)
    return resample(folded, score_of, constraints, best, resamples, **options)


def test_the_folds_are_every_so_many_rows_and_sum_to_the_whole(folded: FoldedStatistic) -> None:
    basis = Basis.fit(VALUES)
    for fold in (0, 7, FOLDS - 1):
        expected = GramStatistic.from_values(basis, VALUES[fold::FOLDS])
        np.testing.assert_allclose(folded.grams[fold], expected.gram, rtol=1e-5, atol=1e-4)
        assert folded.rows[fold] == expected.rows
    whole = GramStatistic.from_values(basis, VALUES)
    np.testing.assert_allclose(folded.whole.gram, whole.gram, rtol=1e-10, atol=1e-8)
    even = folded.reweighted(np.ones(FOLDS))
    np.testing.assert_allclose(even.gram, whole.gram, rtol=1e-5, atol=1e-3)
    assert even.rows == whole.rows == 300
    np.testing.assert_array_equal(even.observed, whole.observed)


def test_weights_are_those_of_repeated_rows(folded: FoldedStatistic) -> None:
    weights = np.arange(FOLDS) % 3.0
    repeated = np.repeat(VALUES, (np.arange(300) % FOLDS % 3), axis=0)
    expected = GramStatistic.from_values(Basis.fit(VALUES), repeated)
    found = folded.reweighted(weights)
    np.testing.assert_allclose(found.gram, expected.gram, rtol=1e-4, atol=1e-2)
    assert found.rows == expected.rows


def test_folds_do_not_depend_on_how_rows_are_read(
    folded: FoldedStatistic, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame: pd.DataFrame = SIMULATION.frame
    parts = [frame[:7], frame[7:8], frame[8:250], frame[250:]]
    monkeypatch.setattr("causal_magics.data.extent.CHUNK_VALUES", 150)
    with ThreadPoolExecutor(2) as threads:
        for found in (folded_of(open_rows(parts)), folded_of(open_rows(frame), threads)):
            np.testing.assert_allclose(found.grams, folded.grams, rtol=1e-4, atol=1e-3)
            np.testing.assert_array_equal(found.rows, folded.rows)
            assert np.array_equal(run(found).counts, run(folded).counts)


def test_gaps_are_counted_fold_by_fold() -> None:
    holed = VALUES.copy()
    holed[:5, 0] = np.nan
    holed[20] = np.nan
    with pytest.warns(UserWarning, match="Dropped 1 row"):
        source = open_rows(holed)
    found = folded_of(source)
    np.testing.assert_array_equal(found.observed[:6, 0], [14, 14, 14, 14, 14, 15])
    assert found.whole.rows == 299


def test_few_rows_make_a_fold_each() -> None:
    found = folded_of(open_rows(VALUES[:12]))
    assert found.rows.tolist() == [1] * 12
    assert run(found, 5).done == 5


def test_what_curves_tell_is_sure() -> None:
    folded = folded_of(open_rows(simulate("gp", 5, 300, seed=3).frame))
    found = run(folded)
    assert found.directed[best_of(folded.whole)].min() > 0.6


def test_the_seed_repeats(folded: FoldedStatistic) -> None:
    found = run(folded)
    assert found.done == found.asked == 20
    assert found.adjacent.max() <= 1.0
    np.testing.assert_array_equal(found.adjacent, found.adjacent.T)
    assert np.array_equal(run(folded).counts, found.counts)
    assert not np.array_equal(run(folded, seed=1).counts, found.counts)
    frame = found.to_frame(NAMES)
    assert list(frame.columns) == ["cause", "effect", "confidence", "adjacent"]
    assert len(frame) == np.count_nonzero(found.counts)
    first = frame.iloc[0]
    position = NAMES.index(first["cause"]), NAMES.index(first["effect"])
    assert first["confidence"] == found.directed[position] == found.directed.max()


def test_the_graph_carries_shares_of_a_direction_or_of_either() -> None:
    counts = np.array([[0, 6, 1], [3, 0, 0], [4, 0, 0]])
    graph = CausalGraph.parse("dag { a -> b; a -- c }")
    edges = with_confidence(graph, Resamples(counts, 10, 10)).edges
    assert {edge.key: edge.confidence for edge in edges} == {
        ("a", "b", "->"): 0.6, ("a", "c", "--"): 0.5,
    }  # fmt: skip


def test_a_direction_that_the_data_do_not_carry_is_unsure() -> None:
    x = np.random.default_rng(0).normal(size=400)
    y = 0.8 * x + 0.6 * np.random.default_rng(1).normal(size=400)
    source = open_rows(np.column_stack((x, y)))
    folded = folded_of(source)
    constraints = Constraints.from_knowledge(Knowledge(), source.columns)
    found = run(folded, 60, constraints=constraints)
    assert found.adjacent[0, 1] == 1.0
    assert 0.05 < found.directed[0, 1] < 0.95


def test_knowledge_holds_in_every_resample(folded: FoldedStatistic) -> None:
    effect, cause = next(iter(sorted(SIMULATION.graph.directed_edges)))
    knowledge = Knowledge(required=frozenset({(cause, effect)}))
    found = run(folded, 10, constraints=Constraints.from_knowledge(knowledge, NAMES))
    assert found.directed[NAMES.index(cause), NAMES.index(effect)] == 1.0


def test_a_score_is_told_the_weights_of_its_statistic(folded: FoldedStatistic) -> None:
    seen: list[Any] = []

    def telling(statistic: GramStatistic, weights: Any) -> Score:
        np.testing.assert_allclose(statistic.observed, weights @ folded.observed)
        seen.append(weights)
        return score_of(statistic)

    resample(folded, telling, FREE, best_of(folded.whole), 3)
    assert [len(weights) for weights in seen] == [FOLDS] * 4
    np.testing.assert_allclose([weights.sum() for weights in seen], FOLDS)
    assert np.ptp(seen[0]) == 0.0 < np.ptp(seen[1])


def test_an_executor_learns_the_same(folded: FoldedStatistic) -> None:
    told: list[int] = []
    with ThreadPoolExecutor(2) as threads:
        found = run(folded, 6, executor=threads, report=told.append)
    assert np.array_equal(found.counts, run(folded, 6).counts)
    assert told == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("where", ["between", "within"])
def test_an_interrupt_keeps_what_is_done(
    folded: FoldedStatistic, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(done: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    if where == "between":
        found = run(folded, 10, report=stop)
    else:
        calls = iter(range(100))
        learned = confidence.search

        def interrupted(*arguments: Any) -> Any:
            outcome = learned(*arguments)
            outcome.interrupted = next(calls) == 3
            return outcome

        monkeypatch.setattr(confidence, "search", interrupted)
        found = run(folded, 10)
    assert (found.done, found.asked) == (3, 10)
    assert np.array_equal(found.counts, run(folded, 3).counts)


@pytest.mark.parametrize("resamples", [0, -3, 2.5, True])
def test_a_number_that_is_none_gets_one_line(folded: FoldedStatistic, resamples: Any) -> None:
    with pytest.raises(DiscoveryError, match=f"resamples from 1, got {resamples}"):
        run(folded, resamples)


def test_what_would_not_fit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confidence, "MOST_BYTES", 100_000)
    with pytest.raises(DiscoveryError, match=r"got 5 columns that need 0\.0 GB"):
        folded_of(open_rows(VALUES))


def test_infinite_values_are_said() -> None:
    spoiled = VALUES.copy()
    basis = Basis.fit(spoiled)
    spoiled[250, 2] = np.inf
    source = open_rows([spoiled[:100], spoiled[100:]])
    with pytest.raises(DataError, match="infinite or huge ones in 'x3'"):
        folded_statistic_of(source, basis)


def test_discover_puts_confidence_on_edges() -> None:
    plain = discover(SIMULATION.frame)
    sure = discover(SIMULATION.frame, bootstrap=20)
    assert {edge.key for edge in sure.graph.edges} == {edge.key for edge in plain.graph.edges}
    assert all(edge.confidence is None for edge in plain.graph.edges)
    told = [edge.confidence for edge in sure.graph.edges]
    assert all(share is not None and 0.0 <= share <= 1.0 for share in told)
    assert max(share or 0.0 for share in told) > 0.7
    assert sure.bits == pytest.approx(plain.bits, rel=1e-9)
    again = discover([SIMULATION.frame[:99], SIMULATION.frame[99:]], bootstrap=20)
    assert [edge.confidence for edge in again.graph.edges] == told


def test_the_shares_of_all_edges_are_kept(tmp_path: Path) -> None:
    found = discover(SIMULATION.frame, bootstrap=20)
    found.save(tmp_path / "sure.npz")
    again = Discovery.load(tmp_path / "sure.npz")
    assert found.resamples is not None
    assert again.resamples is not None
    assert (again.resamples.done, again.resamples.asked) == (20, 20)
    assert np.array_equal(again.resamples.counts, found.resamples.counts)
    told = found.resamples.to_frame(found.columns)
    for cause, effect, share, adjacent in told.itertuples(index=False):
        edge = found.graph.edge(cause, effect)
        if edge is not None:
            assert edge.confidence == (share if edge.mark == "->" else adjacent)
    assert discover(SIMULATION.frame).resamples is None


def test_discover_says_how_many_resamples_an_interrupt_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop(_: Any, graphs: int) -> None:
        if graphs == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr("causal_magics.discovery.progress.Progress.resample", stop)
    with pytest.warns(DiscoveryWarning, match="told from 4 of 50 resamples"):
        found = discover(SIMULATION.frame, bootstrap=50)
    assert all(edge.confidence in {0.0, 0.25, 0.5, 0.75, 1.0} for edge in found.graph.edges)


def test_warnings_on_the_data_point_at_the_call() -> None:
    holed = SIMULATION.frame.copy()
    holed.iloc[:3] = np.nan
    holed.iloc[:200, 0] = np.nan
    for frame in (holed, [holed[:50], holed[50:]]):
        with pytest.warns(DataWarning) as caught:
            found = discover(frame)
        assert found.n_rows == 297
        assert {warning.filename for warning in caught} == {__file__}


def test_discover_refuses_a_bootstrap_of_episodes() -> None:
    with pytest.raises(DiscoveryError, match="got episodes too"):
        discover(SIMULATION.frame, bootstrap=10, episodes="x1")
    with pytest.raises(DiscoveryError, match="resamples from 1, got -1"):
        discover(SIMULATION.frame, bootstrap=-1)
