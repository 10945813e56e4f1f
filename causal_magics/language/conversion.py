"""GGUF files, converted once into a folder that loads fast."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from causal_magics.data.bars import bars_are_off
from causal_magics.errors import MissingDependencyError
from causal_magics.whole_files import folder_beside

__all__ = ["CacheWarning", "cache_folder", "converted_folder", "fingerprint", "load_gguf", "quiet"]

_BLOCK = 2**16
_BLOCKS = 64


class CacheWarning(UserWarning):
    """Something cannot be kept for the next time."""


def cache_folder() -> Path:
    """Return the user's folder for what was made once: models, and answers of endpoints.

    The environment variable ``CAUSAL_MAGICS_CACHE`` names another one.
    """
    chosen = os.environ.get("CAUSAL_MAGICS_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "~/AppData/Local")
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "causal_magics"


def fingerprint(*paths: Path) -> str:
    """Return eight bytes, as text, of the sizes of files and of 64 blocks spread over each."""
    digest = hashlib.sha256()
    for path in paths:
        size = path.stat().st_size
        digest.update(f"{size} ".encode())
        with path.open("rb") as file:
            step = max(_BLOCK, (size - _BLOCK) // (_BLOCKS - 1))
            for start in (*range(0, size, step), max(0, size - _BLOCK)):
                file.seek(start)
                digest.update(file.read(_BLOCK))
    return digest.hexdigest()[:16]


def converted_folder(path: Path) -> Path:
    """Return where the converted form of a GGUF file is kept; its content names the folder."""
    return cache_folder() / "models" / f"{path.stem}-{fingerprint(path)}"


def load_gguf(path: Path, dtype: Any) -> tuple[Any, Any]:
    """Return the network and the tokenizer of a GGUF file.

    The first time this takes long, and the result is written into the cache folder. Where that
    cannot be written, the network is returned all the same.

    Parameters
    ----------
    path : Path
    dtype : torch.dtype

    Warns
    -----
    CacheWarning
        Where the result cannot be kept.
    """
    folder = converted_folder(path)
    if (folder / "config.json").is_file():
        try:
            return _read(folder, dtype)
        except Exception:  # noqa: BLE001 - whatever is wrong with a kept copy, the file is here
            shutil.rmtree(folder, ignore_errors=True)
    network, tokenizer = _convert(path)
    _keep(network, tokenizer, folder)
    return network.to(dtype), tokenizer


@contextmanager
def quiet(*, downloads: bool = False) -> Iterator[None]:
    """Keep transformers from logging and from drawing bars, but for those of downloads."""
    logging: Any = import_module("transformers.utils.logging")
    hub: Any = import_module("huggingface_hub.utils")
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    if downloads and bars:
        hub.enable_progress_bars()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("default", CacheWarning)
            yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def _read(folder: Path, dtype: Any) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    network = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype)
    return network, AutoTokenizer.from_pretrained(folder)


def _convert(path: Path) -> tuple[Any, Any]:
    try:
        import accelerate  # noqa: F401
        import gguf  # noqa: F401
    except ImportError as error:
        raise MissingDependencyError(error.name or "gguf", "language", "GGUF files") from error
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    place, name = str(path.parent), path.name
    with _own_bar(f"Converting {name}"):
        network = AutoModelForCausalLM.from_pretrained(
            place, gguf_file=name, dtype=torch.float32,
            quantization_config=GgufConfig(dequantize=True),
        )  # fmt: skip
    return network, AutoTokenizer.from_pretrained(place, gguf_file=name)


@contextmanager
def _own_bar(description: str) -> Iterator[None]:
    """Draw the conversion as our other work: after a second, and gone when it is done."""
    from tqdm.auto import tqdm

    conversion: Any = import_module("transformers.modeling_gguf_pytorch_utils")

    def bar(tensors: Any, **_: Any) -> Any:
        return tqdm(
            tensors, desc=description, unit="tensor", delay=1.0, leave=False,
            disable=bars_are_off(),
        )  # fmt: skip

    before = conversion.tqdm
    conversion.tqdm = bar
    try:
        yield
    finally:
        conversion.tqdm = before


def _keep(network: Any, tokenizer: Any, folder: Path) -> None:
    """Write a network beside its place and move it there, so that it is whole or not there."""
    from safetensors import SafetensorError

    try:
        with folder_beside(folder) as part:
            network.save_pretrained(part)
            tokenizer.save_pretrained(part)
            if not folder.exists():
                part.replace(folder)
    except (OSError, SafetensorError) as error:
        if not (folder / "config.json").is_file():
            warnings.warn(
                f"The converted model cannot be kept in {folder.parent}: {error}. It is converted "
                "again the next time. CAUSAL_MAGICS_CACHE names another folder.",
                CacheWarning,
                stacklevel=2,
            )
