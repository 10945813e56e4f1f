"""What is shown: nothing of a quick search, bits and edges of a slow one."""

from __future__ import annotations

import math

import pytest

from causal_magics.discovery import progress
from causal_magics.discovery.progress import Progress


def test_a_quick_search_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(shown=True) as bar:
        bar.read(10)
        bar.search(-1.0, 1, "climbing")
    assert capsys.readouterr() == ("", "")


def test_a_slow_search_tells_bits_and_edges(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "DELAY_SECONDS", 0.0)
    with Progress(shown=True) as bar:
        bar.search(-1000.0 * math.log(2.0), 12, "climbing")
    shown = capsys.readouterr().err
    assert "climbing [00:00, -1,000 bits, 12 edges]" in shown
    assert shown.endswith("\r")


def test_no_progress_is_no_progress(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "DELAY_SECONDS", 0.0)
    with Progress(shown=False) as bar:
        bar.search(-1.0, 1, "climbing")
    assert capsys.readouterr() == ("", "")
