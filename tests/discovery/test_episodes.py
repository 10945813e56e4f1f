"""Episodes: regimes and worlds are told apart, and nothing else is taken for a change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from oracles.networks import EDGES, cut, draw, other, reverse

from causal_magics.discovery import episodes as module
from causal_magics.discovery.discover import Discovery, DiscoveryWarning, discover
from causal_magics.errors import DataError, DiscoveryError


def episodes_of(*frames: pd.DataFrame) -> pd.DataFrame:
    """Put batches below each other, the column ``day`` names them."""
    return pd.concat(
        [frame.assign(day=f"day {k + 1}") for k, frame in enumerate(frames)], ignore_index=True
    )


def learned(*frames: pd.DataFrame) -> Discovery:
    return discover(episodes_of(*frames), episodes="day", progress=False)


def regimes(found: Discovery) -> list[int]:
    return [batch.regime for batch in found.batches]


RNG = np.random.default_rng(5)
THREE = learned(
    *(draw(200, RNG, **change) for _ in range(3) for change in ({}, {"c": other}, {"c": cut}))
)  # fmt: skip


def test_three_regimes_of_one_world() -> None:
    assert regimes(THREE) == [0, 1, 2] * 3
    assert {regime.world for regime in THREE.regimes} == {0}
    assert [regime.changed for regime in THREE.regimes] == [(), ("c",), ("c",)]
    assert [batch.changed for batch in THREE.batches[:4]] == [(), ("c",), ("c",), ("c",)]
    assert [regime.n_rows for regime in THREE.regimes] == [600, 600, 600]
    assert [batch.label for batch in THREE.batches[:2]] == ["day 1", "day 2"]


def test_each_regime_has_the_edges_that_it_uses() -> None:
    graphs = [regime.graph.directed_edges for regime in THREE.regimes]
    assert graphs == [EDGES, EDGES, EDGES - {("b", "c")}]
    assert THREE.graph.directed_edges == graphs[2]


def test_alternatives_say_what_else_was_priced() -> None:
    batch = THREE.batches[4]
    assert next(each.number for each in batch.alternatives if each.placement == "regime") == 1
    prices = [each.bits for each in batch.alternatives]
    assert prices == sorted(prices)
    assert batch.bits == prices[0]
    opened = [batch.alternatives[0].placement for batch in THREE.batches[:3]]
    assert opened == ["new world", "new regime", "new regime"]


def test_bits_add_up() -> None:
    named = sum(THREE.node_bits.values())
    assert named < THREE.bits < named + 60.0
    empty = THREE.bits_saved
    assert empty > sum(edge.bits or 0.0 for edge in THREE.graph.edges)


def test_edges_are_priced_by_rows_that_share_a_mechanism() -> None:
    bits = THREE.edge_bits(THREE.graph)
    for edge in THREE.graph.edges:
        assert bits[edge.source, edge.target] == pytest.approx(edge.bits, abs=1e-5)
    with_edge = THREE.graph.add_edge("b", "c")
    assert THREE.edge_bits(with_edge)["b", "c"] < 0.0


def test_one_network_is_one_regime() -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        found = learned(*(draw(rows, rng) for rows in (40, 300, 5, 100, 80, 60)))
        assert regimes(found) == [0] * 6
        assert found.regimes[0].graph.directed_edges == EDGES


def test_another_graph_is_another_world() -> None:
    rng = np.random.default_rng(1)
    found = learned(*(make(250, rng) for make in (draw, reverse, draw, reverse)))
    assert regimes(found) == [0, 1, 0, 1]
    assert [regime.world for regime in found.regimes] == [0, 1]
    assert found.regimes[0].graph.directed_edges == EDGES
    assert found.regimes[1].graph.directed_edges == {(b, a) for a, b in EDGES}
    assert found.batches[1].changed == found.columns


def test_roots_that_move_change_no_other_mechanism() -> None:
    rng = np.random.default_rng(2)
    moved = [draw(300, rng, a=lambda _of, noise: noise + 2.0) for _ in range(3)]
    found = learned(*(draw(300, rng) for _ in range(3)), *moved)
    assert {name for regime in found.regimes for name in regime.changed} == {"a"}


def test_wild_rows_are_no_change() -> None:
    rng = np.random.default_rng(4)
    noise = [rng.standard_t(2.1, size=(300, 3)) for _ in range(8)]
    frames = [pd.DataFrame({"x": n[:, 0], "y": n[:, 0] + n[:, 1], "z": n[:, 2]}) for n in noise]
    assert regimes(learned(*frames)) == [0] * 8


def test_the_order_of_rows_and_the_library_do_not_matter() -> None:
    rng = np.random.default_rng(6)
    frame = episodes_of(draw(100, rng), draw(100, rng, c=other))
    sorted_by_day = discover(frame, episodes="day", progress=False)
    assert discover(pl.from_pandas(frame), episodes="day").bits == sorted_by_day.bits
    mixed = frame.iloc[np.arange(200).reshape(2, 100).T.ravel()]
    assert discover(mixed, episodes="day").bits == pytest.approx(sorted_by_day.bits)
    numbered = discover(frame.assign(day=(frame["day"] == "day 2") * 1.5), episodes="day")
    assert [batch.label for batch in numbered.batches] == ["0.0", "1.5"]


def test_columns_that_do_not_name_episodes() -> None:
    frame = episodes_of(draw(60, RNG), draw(60, RNG))
    with pytest.raises(DiscoveryError, match=r"no column 'days'.*Did you mean 'day'\?"):
        discover(frame, episodes="days")
    with pytest.raises(DiscoveryError, match="'day' has no value"):
        discover(frame.assign(day=None), episodes="day")
    with pytest.warns(DiscoveryWarning, match="'day' has one value only"):
        assert len(discover(frame.assign(day="once"), episodes="day").batches) == 1
    gaps = frame.assign(day=frame["day"].where(frame.index % 10 != 0))
    with pytest.warns(DiscoveryWarning, match="Left out 12 rows without a value in 'day'"):
        found = discover(gaps, episodes="day")
    assert [batch.n_rows for batch in found.batches] == [54, 54]
    assert found.n_rows == 108
    with pytest.raises(DataError):
        discover(frame.assign(a=1.0), episodes="day")


def test_batches_of_one_row() -> None:
    rng = np.random.default_rng(8)
    found = learned(draw(200, rng), *(draw(1, rng) for _ in range(4)))
    assert regimes(found) == [0] * 5
    assert np.isfinite(found.bits)


def test_an_interrupt_keeps_the_episodes_that_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_arguments: object, **_options: object) -> object:
        raise KeyboardInterrupt

    frame = episodes_of(draw(60, RNG), draw(60, RNG))
    monkeypatch.setattr(module, "settle", interrupted)
    with pytest.warns(DiscoveryWarning, match="Interrupted: these are 2 of 2 episodes"):
        found = discover(frame, episodes="day")
    assert found.interrupted
    monkeypatch.setattr(module, "choices", interrupted)
    with pytest.raises(KeyboardInterrupt):
        discover(frame, episodes="day")


def test_episodes_alone_are_no_data() -> None:
    with pytest.raises(DataError, match="Expected columns besides 'week'"):
        discover({"week": ["a", "a", "b", "b"]}, episodes="week")
