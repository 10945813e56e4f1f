"""`Discovery.update`: one more batch, whatever it looks like."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from oracles.networks import EDGES, Values, cut, draw, other

from causal_magics.data.simulation import simulate
from causal_magics.data.table import DataWarning
from causal_magics.discovery import episodes as module
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.discover import Discovery, DiscoveryWarning, discover
from causal_magics.discovery.extension import carried, extended
from causal_magics.discovery.mechanisms import Codes
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.discovery.worlds import Memory
from causal_magics.errors import DataError

RNG = np.random.default_rng(11)
FIRST = discover(draw(400, RNG), progress=False)


def regimes(found: Discovery) -> list[int]:
    return [batch.regime for batch in found.batches]


def test_updates_prolong_and_open_regimes() -> None:
    rng = np.random.default_rng(1)
    found = FIRST
    for change in ({}, {"c": other}, {}, {"c": other}, {"c": cut}):
        found = found.update(draw(200, rng, **change), progress=False)
    assert regimes(found) == [0, 0, 1, 0, 1, 2]
    assert [regime.changed for regime in found.regimes] == [(), ("c",), ("c",)]
    assert found.n_rows == 1400
    assert [batch.label for batch in found.batches] == list("123456")
    assert found.regimes[0].graph.directed_edges == EDGES
    assert regimes(FIRST) == [0]


def test_a_graph_gets_better_with_every_batch() -> None:
    rng = np.random.default_rng(2)
    found = discover(draw(30, rng), progress=False)
    for _ in range(8):
        found = found.update(draw(100, rng), progress=False)
    assert regimes(found) == [0] * 9
    assert found.graph.directed_edges == EDGES


def test_a_start_from_four_rows() -> None:
    rng = np.random.default_rng(15)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        found = discover(draw(4, rng), progress=False)
    for _ in range(4):
        found = found.update(draw(300, rng), progress=False)
    assert len(found.regimes) <= 2
    assert {frozenset(edge[:2]) for edge in ends_of(found)} >= {frozenset(edge) for edge in EDGES}


def ends_of(found: Discovery) -> list[tuple[str, str]]:
    return [(edge.source, edge.target) for edge in found.graph.edges]


def test_earlier_batches_are_placed_anew() -> None:
    def louder(of: Mapping[str, Values], noise: Values) -> Values:
        return np.cos(2.0 * of["b"]) + 0.6 * noise

    rng = np.random.default_rng(3)
    found = FIRST.update(draw(12, rng, c=louder), progress=False)
    assert regimes(found) == [0, 0]
    found = found.update(draw(400, rng, c=louder), progress=False)
    assert regimes(found) == [0, 1, 1]


def test_the_state_goes_on_after_a_save(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    found = FIRST.update(draw(150, rng, c=other), label="May", progress=False)
    found.save(tmp_path / "state")
    loaded = Discovery.load(tmp_path / "state")
    assert loaded.batches == found.batches
    assert [vars_of(r) for r in loaded.regimes] == [vars_of(r) for r in found.regimes]
    batch = draw(150, rng, a=lambda _of, noise: noise + 3.0)
    after, again = found.update(batch, progress=False), loaded.update(batch, progress=False)
    assert after.bits == again.bits
    assert after.batches == again.batches
    assert after.graph == again.graph
    assert after.batches[-1].extrapolated


def vars_of(regime: object) -> list[object]:
    names = ("world", "graph", "n_rows", "batches", "changed", "node_bits")
    return [getattr(regime, name) for name in names]


def test_the_order_of_columns_does_not_matter_and_others_are_named() -> None:
    batch = draw(50, np.random.default_rng(5))
    found = FIRST.update(batch, progress=False)
    assert FIRST.update(batch[["e", "c", "a", "d", "b"]], progress=False).bits == found.bits
    assert FIRST.update(batch.to_numpy(), progress=False).bits == found.bits
    with pytest.raises(DataError, match="missing 'c'"):
        FIRST.update(batch.rename(columns={"c": "cc"}))
    with pytest.warns(DataWarning, match="further columns, left out 'f'"):
        assert FIRST.update(batch.assign(f=1.0)).bits == found.bits


@pytest.mark.parametrize("rows", [1, 2, 30])
def test_few_rows_equal_rows_and_constants(rows: int) -> None:
    rng = np.random.default_rng(6)
    batch = draw(rows, rng)
    assert regimes(FIRST.update(batch, progress=False)) == [0, 0]
    same = pd.concat([draw(1, rng)] * rows, ignore_index=True)
    assert np.isfinite(FIRST.update(same, progress=False).bits)
    found = FIRST.update(batch.assign(c=0.5), progress=False)
    assert np.isfinite(found.bits)
    if rows == 30:
        assert "c" in found.batches[1].changed


def test_a_batch_with_gaps() -> None:
    batch = draw(100, np.random.default_rng(7))
    batch.loc[batch.index % 5 == 0, "c"] = np.nan
    found = FIRST.update(batch, progress=False)
    assert regimes(found) == [0, 0]
    assert np.isfinite(found.bits)


def test_values_a_million_times_larger_open_a_regime_and_are_told() -> None:
    rng = np.random.default_rng(8)
    with pytest.warns(DiscoveryWarning, match="units"):
        found = FIRST.update(1e6 * draw(100, rng), progress=False)
    assert regimes(found) == [0, 1]
    assert set(found.batches[1].extrapolated) == set("abcde")
    found = found.update(draw(100, rng), progress=False)
    assert regimes(found) == [0, 1, 0]
    assert found.graph.directed_edges == EDGES


def test_a_root_beyond_what_was_known_changes_no_other_mechanism() -> None:
    rng = np.random.default_rng(9)
    found = FIRST
    for shift in (3.0, 0.0, 3.0):
        batch = draw(300, rng, a=lambda _of, noise, shift=shift: noise + shift)
        found = found.update(batch, progress=False)
    assert regimes(found) == [0, 1, 0, 1]
    assert found.regimes[1].changed == ("a",)
    assert found.batches[1].extrapolated["a"] > 0.2
    assert not found.batches[2].extrapolated


def test_statistics_are_carried_over_to_further_knots() -> None:
    rng = np.random.default_rng(10)
    old, new = draw(400, rng).to_numpy(), draw(300, rng, a=lambda _of, z: z + 2.5).to_numpy()
    basis = Basis.fit(old)
    wider = extended(basis, new)
    assert extended(wider, new) is wider
    assert extended(basis, old) is basis
    kept = GramStatistic.from_values(basis, old)
    memory = carried(Memory.of(np.zeros((5, 5), dtype=bool), kept), basis, wider)
    (moved,) = memory.kept.values()
    assert moved is memory.worlds[0].members[0].statistic
    exact = GramStatistic.from_values(wider, old)
    codes = Codes(wider.layout, np.zeros((5, 5), dtype=bool))
    for cause, effect in ((0, 1), (0, 3), (1, 2)):
        parents = np.array([cause])
        carried_nats, exact_nats = (codes.data(effect, parents, (s,)) for s in (moved, exact))
        assert carried_nats == pytest.approx(exact_nats, abs=2.0)


def test_an_interrupt_leaves_what_was_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_arguments: object, **_options: object) -> object:
        raise KeyboardInterrupt

    bits = FIRST.bits
    with monkeypatch.context() as patch:
        patch.setattr(module, "placed", interrupted)
        with pytest.raises(KeyboardInterrupt):
            FIRST.update(draw(50, RNG))
    assert FIRST.bits == bits
    assert regimes(FIRST.update(draw(50, RNG), progress=False)) == [0, 0]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(12)
    monkeypatch.setattr(module, "KEPT_BYTES", 3 * FIRST.statistic.gram.nbytes)
    found = FIRST
    for _ in range(5):
        found = found.update(draw(60, rng), progress=False)
    assert list(found.memory.kept) == [3, 4, 5]
    found = found.update(draw(200, rng, c=other), progress=False)
    assert regimes(found) == [0] * 6 + [1]


def test_plausible_graphs_are_near_the_best() -> None:
    graphs = FIRST.plausible_graphs
    assert graphs[0][1] == 0.0
    assert graphs[0][0].directed_edges == EDGES
    rng = np.random.default_rng(13)
    cause = rng.normal(size=300)
    linear = pd.DataFrame({"x": cause, "y": cause + rng.normal(size=300)})
    (best, none), (turned, extra), *_ = discover(linear, progress=False).plausible_graphs
    assert none == 0.0 < extra < 5.0
    assert {*best.directed_edges, *turned.directed_edges} == {("x", "y"), ("y", "x")}


def test_plausible_graphs_agree_with_the_alternatives_of_edges() -> None:
    laplace = simulate("linear", 5, 800, seed=1, noise="laplace").frame
    found = discover(laplace, progress=False)
    assert min(other.bits for other in found.alternatives.values()) > 5.0
    for graph, _ in found.plausible_graphs:
        assert graph.directed_edges >= found.graph.directed_edges


def test_an_update_shows_nothing_unless_it_lasts() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        FIRST.update(draw(20, np.random.default_rng(14)))
