"""What is converted once: whole or not there, whatever happens meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from language.tiny_models import causal_tokenizer, tiny_network

from causal_magics.language import conversion
from causal_magics.language.conversion import CacheWarning, cache_folder, fingerprint, load_gguf
from causal_magics.language.loading import load_model


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file whose conversion is a tiny network, and a cache folder of its own."""
    monkeypatch.setenv("CAUSAL_MAGICS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(conversion, "_convert", converts)
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"tiny")
    return file


def converts(path: Path) -> tuple[Any, Any]:
    converts.calls += 1  # type: ignore[attr-defined]
    return tiny_network("llama"), causal_tokenizer()


converts.calls = 0  # type: ignore[attr-defined]


def calls_of(file: Path, times: int = 1) -> int:
    import torch

    before: int = converts.calls  # type: ignore[attr-defined]
    for _ in range(times):
        network, _ = load_gguf(file, torch.float32)
        assert network.num_parameters() == tiny_network("llama").num_parameters()
    return converts.calls - before  # type: ignore[attr-defined,no-any-return]


def test_a_file_is_converted_once(file: Path) -> None:
    assert calls_of(file, 3) == 1
    file.write_bytes(b"another")
    assert calls_of(file, 2) == 1
    assert len(list((cache_folder() / "models").iterdir())) == 2


def test_an_interrupt_leaves_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(causal_tokenizer()), "save_pretrained", interrupted)
        with pytest.raises(KeyboardInterrupt):
            calls_of(file)
    assert list((cache_folder() / "models").iterdir()) == []
    assert calls_of(file, 2) == 1


def test_a_full_disk_is_told_and_loading_goes_on(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(tiny_network("llama")), "save_pretrained", full)
    with pytest.warns(CacheWarning, match="No space left on device"):
        assert calls_of(file) == 1
    assert list((cache_folder() / "models").iterdir()) == []


def test_a_folder_that_cannot_be_written(file: Path) -> None:
    cache_folder().write_text("a file where the folder should be")
    with pytest.warns(CacheWarning, match="CAUSAL_MAGICS_CACHE"):
        model = load_model(file)
    assert model.score([("The", " doctor")]).shape == (1,)


def test_a_damaged_copy_is_made_again(file: Path) -> None:
    assert calls_of(file) == 1
    conversion.converted_folder(file).joinpath("model.safetensors").write_bytes(b"damaged")
    assert calls_of(file, 2) == 1


def test_another_process_was_faster(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def meanwhile(path: Path) -> tuple[Any, Any]:
        network, tokenizer = converts(path)
        conversion._keep(network, tokenizer, conversion.converted_folder(path))
        return network, tokenizer

    monkeypatch.setattr(conversion, "_convert", meanwhile)
    assert calls_of(file, 2) == 1
    assert len(list((cache_folder() / "models").iterdir())) == 1


def test_fingerprints_see_every_part(tmp_path: Path) -> None:
    file = tmp_path / "file"
    seen = set()
    for place in (None, 0, 2_000_000, 4_999_999):
        content = bytearray(5_000_000)
        if place is not None:
            content[place] = 1
        file.write_bytes(content)
        seen.add(fingerprint(file))
    file.write_bytes(bytes(5_000_001))
    assert len(seen | {fingerprint(file)}) == 5
