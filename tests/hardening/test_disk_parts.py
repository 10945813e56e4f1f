"""Parts of files: never seen under their name, and gone once nobody writes them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from causal_magics.whole_files import folder_beside, whole_file

WRITER = """
import os, sys, time
from pathlib import Path
from causal_magics.whole_files import folder_beside, whole_file
if sys.argv[2] == "file":
    with whole_file(sys.argv[1]) as file:
        file.write(b"half")
        file.flush()
        os.abort()
with folder_beside(sys.argv[1]) as part:
    (part / "half").write_text("half")
    os.abort()
"""


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def grow_old(folder: Path) -> None:
    for each in folder.iterdir():
        os.utime(each, (1e9, 1e9))


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_a_killed_writer_left_is_removed_by_the_next(kind: str, tmp_path: Path) -> None:
    (tmp_path / "kept.npz").write_bytes(b"old")
    command = [sys.executable, "-c", WRITER, str(tmp_path / "kept.npz"), kind]
    assert subprocess.run(command, capture_output=True, check=False).returncode
    assert (tmp_path / "kept.npz").read_bytes() == b"old"
    (left,) = names(tmp_path) - {"kept.npz"}
    assert left.startswith(".kept.npz-")
    with whole_file(tmp_path / "new"):
        assert left in names(tmp_path), "it may still be locked: parts of a second are left alone"
    grow_old(tmp_path)
    with whole_file(tmp_path / "new") as file:
        file.write(b"new")
    assert names(tmp_path) == {"kept.npz", "new"}


def test_what_is_being_written_is_left_alone(tmp_path: Path) -> None:
    with whole_file(tmp_path / "one") as first, folder_beside(tmp_path / "two") as part:
        first.write(b"first")
        first.flush()
        grow_old(tmp_path)
        with whole_file(tmp_path / "one") as second:
            second.write(b"second")
        assert part.is_dir()
    assert (tmp_path / "one").read_bytes() == b"first"
    assert names(tmp_path) == {"one"}


def test_an_interrupt_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"old")

    def written_in_part() -> None:
        with whole_file(tmp_path / "one") as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        written_in_part()
    assert (tmp_path / "one").read_bytes() == b"old"
    assert names(tmp_path) == {"one"}
