"""Sachs' data: sizes and network as published."""

from __future__ import annotations

import sys
from collections import Counter
from importlib import metadata
from typing import NoReturn

import numpy as np
import pandas as pd
import pytest

from causal_magics.data.samples import sample, samples
from causal_magics.errors import CycleError, DataError, MissingDependencyError

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
    assert [str(entry) for entry in samples()] == ["sachs"]
    assert samples().to_frame().shape == (1, 7)
    assert "7,466 rows, 11 columns" in repr(samples())
    assert next(iter(samples())).installed
    with pytest.raises(DataError, match="Did you mean 'sachs'"):
        sample("sacks")


def test_without_the_package_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> NoReturn:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr("causal_magics.data.samples.distribution", missing)
    assert not next(iter(samples())).installed
    with pytest.raises(MissingDependencyError, match=r"pip install cdt==0\.6\.0"):
        sample("sachs")


def test_a_name_that_is_no_text_is_refused() -> None:
    with pytest.raises(DataError, match="no sample data named '5'"):
        sample(5)  # type: ignore[arg-type]
