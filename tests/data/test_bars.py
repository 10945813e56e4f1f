"""Bars of progress."""

from __future__ import annotations

import pytest

from causal_magics.data.bars import bars_are_off


@pytest.mark.parametrize(("value", "off"), [("1", True), ("true", True), ("0", False), ("", False)])
def test_the_environment_turns_bars_off(
    monkeypatch: pytest.MonkeyPatch, value: str, off: bool
) -> None:
    monkeypatch.setenv("TQDM_DISABLE", value)
    assert bars_are_off() is off
