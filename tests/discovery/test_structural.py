"""Structural models from the statistic: known effects come back, without the rows."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from causal_magics.data.structural_fit import fit_structural_model
from causal_magics.discovery.discover import Discovery, discover
from causal_magics.errors import DiscoveryError, GraphError
from causal_magics.graph.model import CausalGraph

GRAPH = CausalGraph.parse("X -> Z -> Y; X -> Y")


def data(rows: int = 3_000, seed: int = 0, slope: float = 2.0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = 120.0 + 15.0 * rng.standard_normal(rows)
    z = np.sin((x - 120.0) / 15.0) + 0.3 * rng.standard_normal(rows)
    return {"X": x, "Z": z, "Y": slope * z - 0.1 * x + 0.2 * rng.standard_normal(rows)}


def found(frame: dict[str, np.ndarray]) -> Discovery:
    return discover(frame, progress=False)


def test_effects_of_what_is_set_come_back_along_any_graph() -> None:
    model = found(data()).structural_model(GRAPH)
    assert model.graph is GRAPH
    for setting in (100.0, 120.0, 140.0):
        rows = model.rows(20_000, {"X": setting})
        assert rows[:, 1].mean() == pytest.approx(np.sin((setting - 120.0) / 15.0), abs=0.06)
    moved = model.rows(5_000, {"Z": 1.0})[:, 2] - model.rows(5_000, {"Z": -1.0})[:, 2]
    assert moved.mean() == pytest.approx(4.0, abs=0.15)


def test_what_nature_does_comes_back_in_the_units_of_the_data() -> None:
    given = data()
    model = found(given).structural_model(GRAPH)
    assert model.units is not None
    for name, column in zip(GRAPH.nodes, model.rows(20_000).T, strict=True):
        assert column.mean() == pytest.approx(given[name].mean(), abs=0.1 * given[name].std())
        assert column.std() == pytest.approx(given[name].std(), rel=0.05)
        assert model.units[name] == pytest.approx((given[name].mean(), given[name].std()))


def test_it_agrees_with_a_fit_to_the_rows() -> None:
    given = data(1_000)
    for setting in (-1.0, 0.5):
        ours = found(given).structural_model(GRAPH).rows(20_000, {"Z": setting})
        theirs = fit_structural_model(GRAPH, given).rows(20_000, {"Z": setting})
        assert ours.mean(axis=0) == pytest.approx(theirs.mean(axis=0), abs=0.2)


def test_parents_that_act_together_are_kept() -> None:
    rng = np.random.default_rng(1)
    x, z = rng.standard_normal((2, 4_000))
    given = {"X": x, "Z": z, "Y": x * z + 0.1 * rng.standard_normal(4_000)}
    model = found(given).structural_model(CausalGraph.parse("X -> Y; Z -> Y"))
    place = model.graph.nodes.index("Y")
    for one, other in ((1.0, 1.5), (-1.5, 1.0)):
        rows = model.rows(4_000, {"X": one, "Z": other})
        assert rows[:, place].mean() == pytest.approx(one * other, abs=0.15)


def test_columns_whose_code_is_bent_are_as_they_came() -> None:
    rng = np.random.default_rng(2)
    x = np.sinh(2.0 * rng.standard_normal(4_000))
    given = {"X": x, "Y": np.arcsinh(x) + 0.3 * rng.standard_normal(4_000)}
    result = found(given)
    assert result.basis.columns[0].scale.bend > 0.0
    model = result.structural_model(CausalGraph.parse("X -> Y"))
    assert model.units["X"] == pytest.approx((x.mean(), x.std()))
    assert model.rows(40_000)[:, 0].std() == pytest.approx(x.std(), rel=0.05)
    assert model.rows(2_000, {"X": 10.0})[:, 1].mean() == pytest.approx(np.arcsinh(10.0), abs=0.15)


def test_the_graph_that_was_found_is_directed_where_it_is_open() -> None:
    rng = np.random.default_rng(3)
    x = rng.standard_normal(2_000)
    result = found({"X": x, "Y": x + rng.standard_normal(2_000)})
    assert result.graph.undirected_edges
    model = result.structural_model()
    assert model.graph.is_dag
    assert len(model.graph.edges) == 1


def test_the_last_of_several_regimes_counts() -> None:
    result = found(data()).update(data(seed=1, slope=-2.0), progress=False)
    model = result.structural_model(GRAPH)
    moved = model.rows(5_000, {"Z": 1.0})[:, 2] - model.rows(5_000, {"Z": -1.0})[:, 2]
    assert moved.mean() == pytest.approx(-4.0, abs=0.2)


def test_a_saved_result_gives_the_same_model(tmp_path: Path) -> None:
    result = found(data())
    result.save(tmp_path / "result.npz")
    again = Discovery.load(tmp_path / "result.npz")
    assert np.allclose(
        result.structural_model(GRAPH).rows(9), again.structural_model(GRAPH).rows(9)
    )


def test_nodes_that_are_no_columns_of_numbers_are_refused() -> None:
    rng = np.random.default_rng(4)
    given = {**data(), "sex": np.where(rng.random(3_000) < 0.5, "f", "m")}
    result = found(given)
    with pytest.raises(DiscoveryError, match="Did you mean 'X'"):
        result.structural_model(CausalGraph.parse("x -> Y"))
    with pytest.raises(DiscoveryError, match="got 'sex' of labels"):
        result.structural_model(CausalGraph.parse("sex -> Y"))
    with pytest.raises(GraphError, match="Draw a common cause"):
        result.structural_model(CausalGraph.parse("X <-> Y"))
    with pytest.raises(GraphError, match="Expected a CausalGraph, got str"):
        result.structural_model("X -> Y")


def test_a_column_that_is_constant_in_the_last_batch_is_refused() -> None:
    constant = {**data(500, seed=1), "X": np.full(500, 120.0)}
    result = found(data()).update(constant, progress=False)
    with pytest.raises(DiscoveryError, match="vary in the last batch, got 'X', which does not"):
        result.structural_model(GRAPH)


def test_a_learned_model_can_be_pickled() -> None:
    model = found(data()).structural_model(GRAPH)
    assert (pickle.loads(pickle.dumps(model)).rows(50) == model.rows(50)).all()
