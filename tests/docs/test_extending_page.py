"""The blocks of ``docs/extending.md`` run as they stand; its differences fit the files."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs.pages import ROOT, blocks, missing_files, page
from IPython.core.interactiveshell import InteractiveShell

from causal_magics.magics.verbs import VERBS

TEXT = page("extending.md")


@pytest.mark.timeout(600)  # a small network is trained, on a machine that may be busy
def test_every_block_runs(
    only_shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    known, before = dict(VERBS), dict(only_shell.user_ns)
    run = [block for block in blocks(TEXT) if block.language in ("", "python")]
    assert sum(block.language == "" for block in run) >= 3
    assert len(run) >= 12
    only_shell.run_line_magic("load_ext", "causal_magics")
    try:
        for block in run:
            only_shell.run_cell(block.text, store_history=False).raise_error()
    finally:
        only_shell.run_line_magic("unload_ext", "causal_magics")
        only_shell.user_ns.clear()
        only_shell.user_ns.update(before)
        for name in VERBS.keys() - known.keys():
            del VERBS[name]


def test_what_stands_around_a_new_line_is_in_the_package() -> None:
    package = {
        line
        for path in (ROOT / "causal_magics").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
    }
    around = [
        line[1:]
        for block in blocks(TEXT)
        if block.language == "diff"
        for line in block.text.splitlines()
        if not line.startswith("+")
    ]
    assert len(around) >= 4
    assert [line for line in around if line not in package] == []


def test_the_files_that_it_names_are_there() -> None:
    new = ["causal_magics/graph/causes.py"]
    assert missing_files(TEXT) == new
