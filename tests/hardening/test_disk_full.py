"""Disks that are full or can only be read: told in a line, and nothing that was there is lost."""

from __future__ import annotations

import os
import sqlite3
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hardening.disk_places import empty, fill, limited_files, mounted, read_only
from hardening.disk_writers import WRITERS
from hardening.kill_jobs import JOBS, run
from language.tiny_models import causal_tokenizer, tiny_network
from probing.asked_models import Knowing

from causal_magics.data.checkpoint import Checkpoint
from causal_magics.data.warning import DataWarning
from causal_magics.errors import CausalMagicsError, StorageError
from causal_magics.language import conversion
from causal_magics.language.answer_cache import AnswerCache, CachedModel
from causal_magics.language.conversion import CacheWarning
from causal_magics.probing.asking import ask

pytestmark = pytest.mark.filterwarnings("ignore:.*too noisy to prune by")
NAMES = ("rain", "mud", "moon")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "disk") as folder:
        yield folder


def refused(name: str, value: Any, path: Path) -> str:
    """Return the one line in which a file is refused."""
    with pytest.raises(CausalMagicsError) as told:
        WRITERS[name].save(value, path)
    line = str(told.value)
    assert "\n" not in line
    assert path.name in line
    assert "What stood there before is as it was" in line
    return line


def names_in(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_keeps_the_old_file_and_the_new_value(name: str, disk: Path) -> None:
    writer, path = WRITERS[name], disk / name
    old, new = writer.make(0), writer.make(1)
    writer.save(old, path)
    before = writer.load(path)
    fill(disk)
    there = names_in(disk)
    assert "No space left on device" in refused(name, new, path)
    refused(name, new, disk / "another")
    assert names_in(disk) == there
    assert writer.load(path) == before
    empty(disk)
    writer.save(new, path)
    assert names_in(disk) == {name}


@pytest.mark.parametrize("name", WRITERS)
def test_a_disk_that_is_only_read_is_told(name: str, disk: Path) -> None:
    writer, path = WRITERS[name], disk / name
    writer.save(writer.make(0), path)
    before = writer.load(path)
    with read_only(disk):
        assert "Read-only file system" in refused(name, writer.make(1), path)
        assert writer.load(path) == before


def test_files_may_not_grow_beyond_a_limit(tmp_path: Path) -> None:
    """Whoever may not mount anything sees a full disk by this, too."""
    writer, path = WRITERS["a discovery"], tmp_path / "found.npz"
    writer.save(writer.make(0), path)
    before = writer.load(path)
    with limited_files(512):
        refused("a discovery", writer.make(1), path)
    assert writer.load(path) == before
    assert names_in(tmp_path) == {"found.npz"}


def test_parts_of_a_checkpoint_stay(disk: Path) -> None:
    store = Checkpoint.at(disk / "parts", {"a": 1})
    store.put("first", np.arange(9.0))
    fill(disk)
    with pytest.raises(StorageError, match=r"No space left .*\. What is in it is kept") as told:
        store.put("second", np.arange(9.0))
    assert "\n" not in str(told.value)
    assert names_in(disk / "parts") == {"settings.json", "first.npy"}
    with pytest.raises(StorageError, match=r"can be written as checkpoint.*No space left"):
        Checkpoint.at(disk / "other", {"a": 1})


@pytest.mark.parametrize("name", ["mediate", "prune", "frontier", "study of language"])
def test_a_sweep_goes_on_where_there_is_room_again(name: str, disk: Path, tmp_path: Path) -> None:
    expected = run(name, tmp_path / "elsewhere")
    folder = disk / "parts"
    folder.mkdir()
    fill(disk)
    with pytest.raises(StorageError, match="No space left on device") as told:
        run(name, folder)
    assert "\n" not in str(told.value)
    before = JOBS[name].finished(folder)
    empty(disk)
    assert run(name, folder) == expected
    assert before <= JOBS[name].finished(folder)


def test_training_goes_on_without_its_checkpoint(disk: Path, tmp_path: Path) -> None:
    expected = run("train", tmp_path)
    (disk / "parts").mkdir()
    fill_soon(disk)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("default")
        assert JOBS["train"].run(disk / "parts") == expected
    lines = {str(each.message) for each in told if each.category is DataWarning}
    assert len(lines) == 1
    assert "Training goes on without" in lines.pop()


def fill_soon(disk: Path) -> None:
    """Leave room for the settings of a checkpoint, and for little else."""
    fill(disk)
    with (disk / "filler").open("rb+") as file:
        file.truncate((disk / "filler").stat().st_size - 8_192)


@pytest.mark.parametrize("way", ["full", "read-only", "a file", "a folder"])
def test_answers_that_cannot_be_kept_are_told_once(way: str, disk: Path) -> None:
    path = disk / "deep" / "answers.sqlite"
    if way == "a file":
        (disk / "deep").write_text("no folder")
    if way == "a folder":
        path.mkdir(parents=True)
    if way == "full":
        fill(disk)
    expected = ask(NAMES, Knowing(NAMES, {("rain", "mud")})).beliefs
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        model = CachedModel(Knowing(NAMES, {("rain", "mud")}), AnswerCache(path))
        with read_only(disk, only=way == "read-only"):
            found = ask(NAMES, model).beliefs
    assert found == expected
    (warning,) = told
    assert warning.category is CacheWarning
    assert "Answers cannot be kept in" in str(warning.message)
    assert "\n" not in str(warning.message)


def test_answers_kept_before_the_disk_was_full_stay(disk: Path) -> None:
    cache = AnswerCache(disk / "answers.sqlite")
    cache.put("a", {("x", "y"): 1.0})
    fill(disk)
    with pytest.warns(CacheWarning, match="disk is full|disk I/O error"):
        cache.put("a", {(str(number), "y" * 100): 1.0 for number in range(3000)})
    assert cache.get("a", [("x", "y")]) == {("x", "y"): 1.0}
    cache.close()
    empty(disk)
    cache.put("a", {("1", "y"): 2.0})
    assert len(cache.get("a", [("x", "y"), ("1", "y")])) == 2
    cache.close()
    with sqlite3.connect(disk / "answers.sqlite") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


@pytest.mark.parametrize("way", ["full", "read-only", "a file"])
def test_a_model_whose_conversion_cannot_be_kept_is_loaded(
    way: str, disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"tiny")
    monkeypatch.setenv("CAUSAL_MAGICS_CACHE", str(disk / "cache"))
    monkeypatch.setattr(
        conversion, "_convert", lambda _: (tiny_network("llama"), causal_tokenizer())
    )
    if way == "a file":
        (disk / "cache").write_text("no folder")
    if way == "full":
        fill(disk)
    with (
        read_only(disk, only=way == "read-only"),
        pytest.warns(CacheWarning, match="cannot be kept in .* It is converted again") as told,
    ):
        network, _ = conversion.load_gguf(file, torch.float32)
    assert network.num_parameters() == tiny_network("llama").num_parameters()
    assert len(told) == 1
    assert "\n" not in str(told[0].message)
    assert not [name for _, _, names in os.walk(disk) for name in names if name.endswith("part")]
