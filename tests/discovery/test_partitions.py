"""Sums over partitions: the same as over the whole, whoever adds up and whoever dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from discovery.mortal import dying_once

from causal_magics.data.rows import RowSource, open_rows, reference
from causal_magics.data.simulation import simulate
from causal_magics.data.table import DataWarning
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.constraints import Constraints
from causal_magics.discovery.discover import discover
from causal_magics.discovery.partitions import ExecutorWarning, statistic_of
from causal_magics.discovery.score import Score
from causal_magics.discovery.search import search
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.errors import DataError
from causal_magics.graph.elements import Knowledge

SIMULATION = simulate("gp", 5, 3000, seed=1)
FRAME: pd.DataFrame = SIMULATION.frame


@pytest.fixture(autouse=True)
def _short_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("causal_magics.data.extent.CHUNK_VALUES", 2500)


def learned(source: RowSource, executor: Executor | None = None) -> tuple[Basis, GramStatistic]:
    table = reference(source)
    basis = Basis.fit(table.values, table.levels)
    return basis, statistic_of(source, basis, executor)


def graph_of(statistic: GramStatistic) -> set[tuple[int, int]]:
    constraints = Constraints.from_knowledge(Knowledge(), list(FRAME.columns))
    found = search(Score.from_statistic(statistic), constraints, lambda *_: None)
    return {(int(a), int(b)) for a, b in np.argwhere(found.adjacency)}


def assert_same(parted: tuple[Basis, GramStatistic], whole: tuple[Basis, GramStatistic]) -> None:
    for mine, theirs in zip(parted[0].columns, whole[0].columns, strict=True):
        np.testing.assert_array_equal(mine.coefficients, theirs.coefficients)  # type: ignore[union-attr]
    np.testing.assert_allclose(parted[1].gram, whole[1].gram, rtol=1e-10, atol=1e-8)
    assert parted[1].rows == whole[1].rows
    assert graph_of(parted[1]) == graph_of(whole[1])


@pytest.fixture(scope="module")
def whole() -> tuple[Basis, GramStatistic]:
    return learned(open_rows(FRAME))


def test_parts_give_the_basis_the_statistic_and_the_graph_of_the_whole(
    whole: tuple[Basis, GramStatistic],
) -> None:
    direct = GramStatistic.from_values(whole[0], FRAME.to_numpy())
    np.testing.assert_allclose(whole[1].gram, direct.gram, rtol=1e-10, atol=1e-8)
    parts = [FRAME[:700], FRAME[700:701], FRAME[701:]]
    assert_same(learned(open_rows(parts)), whole)


def test_an_executor_gives_the_same_whoever_is_faster(whole: tuple[Basis, GramStatistic]) -> None:
    with ThreadPoolExecutor(3) as threads:
        one, two = (learned(open_rows(FRAME), threads) for _ in range(2))
    assert_same(one, whole)
    np.testing.assert_array_equal(one[1].gram, two[1].gram)


def test_rows_done_are_reported() -> None:
    source = open_rows(FRAME)
    basis = Basis.fit(reference(source).values)
    seen: list[int] = []
    with ThreadPoolExecutor(1) as threads:
        statistic_of(source, basis, threads, seen.append)
    assert seen == [500, 1000, 1500, 2000, 2500, 3000]


class Dying(Basis):
    """A basis that kills the process in which it is used, unless that is the one of the tests."""

    def design(self, values: Any) -> Any:
        if os.getpid() != MAIN:
            os._exit(1)
        return super().design(values)


MAIN = os.getpid()


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_what_a_process_pool_loses_is_done_here(whole: tuple[Basis, GramStatistic]) -> None:
    dying = Dying(whole[0].columns)
    with (
        ProcessPoolExecutor(2) as pool,
        pytest.warns(ExecutorWarning, match="lost .* of its tasks; they were done here"),
    ):
        statistic = statistic_of(open_rows(FRAME), dying, pool)
    assert_same((whole[0], statistic), whole)


class Cancelling(Executor):
    """An executor whose tasks are all cancelled."""

    def submit(self, *_args: Any, **_kwargs: Any) -> Future[Any]:  # type: ignore[override]
        future: Future[Any] = Future()
        future.cancel()
        return future


def test_what_is_cancelled_or_refused_is_done_here(whole: tuple[Basis, GramStatistic]) -> None:
    closed = ThreadPoolExecutor(1)
    closed.shutdown()
    for executor in (closed, Cancelling()):
        with pytest.warns(ExecutorWarning, match="lost 6 of its tasks"):
            statistic = statistic_of(open_rows(FRAME), whole[0], executor)
        assert_same((whole[0], statistic), whole)


def test_what_is_wrong_with_the_data_is_said_by_the_executor_too() -> None:
    spoiled = FRAME.copy()
    basis = Basis.fit(spoiled.to_numpy())
    spoiled.iloc[2001, 1] = np.inf
    with (
        ThreadPoolExecutor(2) as threads,
        pytest.raises(DataError, match="infinite or huge ones in 'x2'"),
    ):
        statistic_of(open_rows([spoiled[:1000], spoiled[1000:]]), basis, threads)


def test_rows_without_a_cell_are_left_out() -> None:
    holed = FRAME.copy()
    holed.iloc[10:30] = np.nan
    source = open_rows([holed[:20], holed[20:]])
    basis = Basis.fit(FRAME.to_numpy())
    with pytest.warns(DataWarning, match="Left out 20 of 3,000 rows"):
        statistic = statistic_of(source, basis)
    expected = GramStatistic.from_values(basis, holed.dropna().to_numpy())
    np.testing.assert_allclose(statistic.gram, expected.gram, rtol=1e-10, atol=1e-8)
    assert statistic.rows == 2980


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster,
        Client(cluster) as connected,
    ):
        yield connected


def test_a_cluster_gives_the_graph_of_the_whole_and_outlives_a_worker(
    client: Any, whole: tuple[Basis, GramStatistic], tmp_path: Path
) -> None:
    partitioned = dd.from_pandas(FRAME, npartitions=6)
    assert_same(learned(open_rows(partitioned)), whole)
    source = open_rows(partitioned)
    marker = tmp_path / "died"
    mortal = open_rows(partitioned.map_partitions(dying_once, marker, meta=FRAME.head(0)))
    assert marker.exists()
    marker.unlink()
    assert_same((whole[0], statistic_of(mortal, whole[0])), whole)
    assert marker.exists()
    assert source.n_rows == mortal.n_rows == 3000


def test_the_executor_of_a_cluster_does(client: Any, whole: tuple[Basis, GramStatistic]) -> None:
    assert_same(learned(open_rows(FRAME), client.get_executor()), whole)


def test_discover_reads_partitions_and_takes_executors(client: Any) -> None:
    whole = discover(FRAME, bootstrap=6)
    told = {edge.key: edge.confidence for edge in whole.graph.edges}
    for found in (
        discover(dd.from_pandas(FRAME, npartitions=4), bootstrap=6),
        discover([FRAME[:100], FRAME[100:]], bootstrap=6),
        discover(FRAME, bootstrap=6, executor=client.get_executor()),
    ):
        assert {edge.key: edge.confidence for edge in found.graph.edges} == told
        assert found.bits == pytest.approx(whole.bits, rel=1e-9)
