"""Saved results: everything comes back, and other files are told from them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from causal_magics.data.simulation import simulate
from causal_magics.discovery import storage
from causal_magics.discovery.discover import Discovery, discover
from causal_magics.errors import DiscoveryError
from causal_magics.graph.model import CausalGraph, Knowledge, Node


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "any name"
    knowledge = Knowledge(
        frozenset({("x1", "x2")}), frozenset({("x3", "x1")}), (("x1", "x3"), ("x2",))
    )
    drawn = CausalGraph([Node("x2", frozenset({"outcome"}), (1.5, -2.0))], knowledge=knowledge)
    discover(simulate("gp", 3, 60).values, knowledge=drawn).save(path)
    return path


def test_knowledge_roles_and_positions_come_back(saved: Path) -> None:
    loaded = Discovery.load(saved)
    assert loaded.graph.node("x2") == Node("x2", frozenset({"outcome"}), (1.5, -2.0))
    assert loaded.knowledge.tiers == (("x1", "x3"), ("x2",))
    assert loaded.knowledge.required == {("x1", "x2")}
    assert loaded.edge_floor == 0.002
    assert list(saved.parent.iterdir()) == [saved]


def test_a_save_that_fails_keeps_the_old_file(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, loaded = saved.read_bytes(), Discovery.load(saved)

    def full(*arguments: object, **arrays: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(DiscoveryError, match=r"got No space left on device\. What stood there"):
        loaded.save(saved)
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def test_a_folder_that_is_not_there_is_told(saved: Path) -> None:
    with pytest.raises(DiscoveryError, match=r"Expected a place to write .*No such file"):
        Discovery.load(saved).save(saved.parent / "none" / "result")


def test_other_files_are_refused(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved.parent / "other"
    with pytest.raises(DiscoveryError, match="There is no file other"):
        Discovery.load(path)
    for content in (b"", b"text", b"PK\x03\x04broken", json.dumps({"a": 1}).encode()):
        path.write_bytes(content)
        with pytest.raises(DiscoveryError, match="other is no saved result"):
            Discovery.load(path)
    for arrays in ({"a": np.ones(3)}, {"header": np.array("[1]")}, {"header": np.array("{}")}):
        with path.open("wb") as file:
            np.savez(file, **arrays)
        with pytest.raises(DiscoveryError, match="other is no saved result"):
            Discovery.load(path)
    with path.open("wb") as file:
        np.save(file, np.ones(3))
    with pytest.raises(DiscoveryError, match="other is no saved result"):
        Discovery.load(path)
    monkeypatch.setattr(storage, "VERSION", 3)
    with pytest.raises(DiscoveryError, match="saved in version 2 of the format"):
        Discovery.load(saved)
