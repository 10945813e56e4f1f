"""Results in files: written whole or not at all, and refused in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from causal_magics.data.saved_arrays import (
    load_arrays,
    load_with_header,
    save_arrays,
    save_with_header,
)
from causal_magics.errors import PromptError, StorageError
from causal_magics.probing.mediation_result import Mediation
from causal_magics.probing.probe import Probe


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none" / "file.npz", tmp_path, "no\0file"):
        with pytest.raises(StorageError, match="Expected a place to write") as told:
            save_arrays(path, {"a": np.zeros(3)})
        assert "\n" not in str(told.value)
    assert list(tmp_path.iterdir()) == []


def test_what_stood_there_stays_where_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_arrays(tmp_path / "kept.npz", {"a": np.arange(3)})

    def full(file: object, **_: object) -> None:
        file.write(b"half")  # type: ignore[attr-defined]
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(StorageError, match="No space left on device"):
        save_arrays(tmp_path / "kept.npz", {"a": np.zeros(3)})
    assert [file.name for file in tmp_path.iterdir()] == ["kept.npz"]
    np.testing.assert_array_equal(load_arrays(tmp_path / "kept.npz")["a"], [0, 1, 2])


def test_a_header_says_what_kind_of_file_it_is(tmp_path: Path) -> None:
    save_with_header(tmp_path / "a.npz", "kind 1", {"names": ["ä"]}, {"a": np.arange(3)})
    header, arrays = load_with_header(tmp_path / "a.npz", "kind 1")
    assert header == {"names": ["ä"]}
    assert [*arrays] == ["a"]
    save_arrays(tmp_path / "b.npz", {"a": np.arange(3)})
    for file, kind in (("a.npz", "kind 2"), ("b.npz", "kind 1")):
        with pytest.raises(ValueError, match=kind):
            load_with_header(tmp_path / file, kind)


@pytest.mark.parametrize("kind", [Probe, Mediation])
def test_files_that_are_no_results_are_told(kind: type[Probe | Mediation], tmp_path: Path) -> None:
    save_arrays(tmp_path / "whole.npz", {"a": np.random.default_rng(0).random(999)})
    whole = (tmp_path / "whole.npz").read_bytes()
    (tmp_path / "half.npz").write_bytes(whole[:3000])
    (tmp_path / "hurt.npz").write_bytes(whole[:300] + bytes(300) + whole[600:])
    (tmp_path / "empty.npz").write_bytes(b"")
    for file in ("whole.npz", "half.npz", "hurt.npz", "empty.npz", "none.npz", "."):
        with pytest.raises(PromptError, match="Expected a saved") as told:
            kind.load(tmp_path / file)
        assert "\n" not in str(told.value)
