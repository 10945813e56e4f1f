"""Loops are compiled once, in a process of their own where they were not."""

from __future__ import annotations

from pathlib import Path

import pytest

from causal_magics.discovery import compile_ahead
from causal_magics.discovery.kernels import grow_shrink


def test_what_is_compiled_is_found_and_not_compiled_again() -> None:
    compile_ahead.compile_ahead()
    assert grow_shrink.signatures
    assert compile_ahead.is_compiled()
    assert compile_ahead.compile_in_background() is None


def test_elsewhere_a_process_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compile_ahead, "CACHE", tmp_path)
    process = compile_ahead.compile_in_background()
    assert process is not None
    assert process.wait(120) == 0
