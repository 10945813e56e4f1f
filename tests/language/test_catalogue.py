"""The list of models: what is here, and how to get more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from causal_magics.language import catalogue
from causal_magics.language.catalogue import models
from causal_magics.language.loading import HOW_TO_GET_SMOLLM2, load_model


def test_what_is_here_is_listed(
    tiny_folder: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    revision = tmp_path / "models--some--one" / "snapshots" / ("a" * 40)
    revision.mkdir(parents=True)
    (revision / "config.json").write_text("{}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.utils._cache_manager.HF_HUB_CACHE", str(tmp_path))
    model = load_model(tiny_folder("gpt2"))
    found = models()
    by_name = {entry.name: entry for entry in found.entries}
    assert by_name["smollm2"].where == "package"
    assert by_name["some/one"].where == "hub cache"
    loaded = by_name[model.model_id.partition(" ")[0]]
    assert loaded.where == "memory"
    assert loaded.state.startswith("55,072 causal parameters, float32 on cpu")
    assert len(found.to_frame()) == len(found.entries)
    assert "load_model" in repr(found)
    assert found._repr_html_().count("<tr>") == len(found.entries) + 1


def test_the_default_model_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "smollm2_file", lambda: None)
    assert HOW_TO_GET_SMOLLM2 in repr(models())


def test_whether_it_is_converted_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CAUSAL_MAGICS_CACHE", str(tmp_path))
    assert models().entries[0].state == "converted when it is first loaded"


def test_where_it_is_kept_does_not_tell_whose_home_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("CAUSAL_MAGICS_CACHE", str(tmp_path / "kept"))
    shown = models()._repr_html_()
    assert str(Path("~") / "kept") in shown
    assert str(tmp_path) not in shown
