"""Parts of long computations in folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from causal_magics.data.checkpoint import Checkpoint
from causal_magics.errors import StorageError

SETTINGS = {"model": "tiny", "pairs": [1, 2]}


def test_parts_are_found_again(tmp_path: Path) -> None:
    part = np.array([[1.5, -2.0], [np.nan, 0.0]])
    Checkpoint.at(tmp_path / "deep" / "folder", SETTINGS).put("sweep-0", part)
    again = Checkpoint.at(tmp_path / "deep" / "folder", SETTINGS)
    np.testing.assert_array_equal(again.get("sweep-0"), part)
    assert again.get("sweep-1") is None


def test_other_settings_are_refused_by_name(tmp_path: Path) -> None:
    Checkpoint.at(tmp_path, SETTINGS)
    with pytest.raises(StorageError, match="other pairs") as told:
        Checkpoint.at(tmp_path, {**SETTINGS, "pairs": [1, 3]})
    assert "\n" not in str(told.value)
    assert Checkpoint.at(tmp_path, SETTINGS).folder == tmp_path


@pytest.mark.parametrize("folder", ["", 5])
def test_what_names_no_folder_is_refused(folder: Any) -> None:
    with pytest.raises(StorageError, match="the name of a folder as checkpoint"):
        Checkpoint.at(folder, SETTINGS)


@pytest.mark.parametrize("content", [b"{half", b"[1]", b"\xff\xfe\x00"])
def test_settings_that_cannot_be_read_are_damaged(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_bytes(content)
    with pytest.raises(StorageError, match=r"is damaged: its settings\.json cannot") as told:
        Checkpoint.at(tmp_path, SETTINGS)
    assert "\n" not in str(told.value)


def test_parts_without_settings_are_of_another_run(tmp_path: Path) -> None:
    np.save(tmp_path / "sweep-0.npy", np.zeros(3))
    with pytest.raises(StorageError, match="of a run with other settings"):
        Checkpoint.at(tmp_path, SETTINGS)


def test_a_part_cut_short_is_computed_again(tmp_path: Path) -> None:
    store = Checkpoint.at(tmp_path, SETTINGS)
    store.put("sweep-0", np.arange(100.0))
    (file,) = tmp_path.glob("*.npy")
    file.write_bytes(file.read_bytes()[:50])
    assert store.get("sweep-0") is None
    assert store.holds("sweep-0")
    assert not store.holds("sweep-1")


def test_nothing_but_parts_is_left_behind(tmp_path: Path) -> None:
    store = Checkpoint.at(tmp_path, SETTINGS)
    store.put("sweep-0", np.zeros(3))
    store.put("sweep-0", np.ones(3))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["settings.json", "sweep-0.npy"]
    np.testing.assert_array_equal(store.get("sweep-0"), np.ones(3))


def test_without_a_folder_nothing_is_kept() -> None:
    store = Checkpoint.at(None, SETTINGS)
    store.put("sweep-0", np.zeros(3))
    assert store.get("sweep-0") is None


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match="can be written") as told:
        Checkpoint.at(tmp_path / "file" / "folder", SETTINGS)
    assert "\n" not in str(told.value)
    with pytest.raises(StorageError, match="can be written"):
        Checkpoint.at("no\0folder", SETTINGS)


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Checkpoint.at(tmp_path, SETTINGS)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(StorageError, match="No space left on device"):
        store.put("sweep-0", np.zeros(3))
