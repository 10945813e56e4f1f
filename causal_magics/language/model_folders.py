"""Networks written into folders, whole or not at all, and read again with the heads they have."""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from causal_magics.errors import LanguageModelError, StorageError, shorten
from causal_magics.language.head_record import HeadRecord
from causal_magics.language.head_removal import reshape_layers
from causal_magics.whole_files import folder_beside

__all__ = ["load_network", "save_network", "weights_of"]

WEIGHTS = "*.safetensors", "*.bin"
CONFIG = "config.json"
_HERE, _EXCHANGE = -100, 2
"""What renameat2 of Linux takes: paths as they are, and that two of them change places."""


def weights_of(folder: Path) -> list[Path]:
    """Return the files in a folder that hold a model's weights."""
    return sorted(file for pattern in WEIGHTS for file in folder.glob(pattern))


def save_network(
    network: Any,
    tokenizer: Any,
    folder: str | Path,
    also: Callable[[Path], object] | None = None,
) -> int:
    """Write a network and its tokenizer into a folder, from which `load_model` reads them.

    They are written beside the folder and put in its place when they are whole, in one step where
    the system can swap folders. A model that was there is replaced; other files in the folder stay.

    Parameters
    ----------
    network : transformers.PreTrainedModel
        As it was loaded, or as `heads_removed` returns it.
    tokenizer : transformers.PreTrainedTokenizerBase
    folder : str or Path
    also : callable, optional
        Takes the folder in which all is written, and writes more that belongs to the model.

    Returns
    -------
    int
        How many bytes the weights take.

    Raises
    ------
    StorageError
        Where the folder cannot be written, or has something else than a model in it.
    """
    from safetensors import SafetensorError

    from causal_magics.language.conversion import quiet

    target = _target(folder)
    try:
        with folder_beside(target) as aside:
            whole = aside / target.name
            whole.mkdir()
            with quiet():
                network.save_pretrained(whole)
                tokenizer.save_pretrained(whole)
            if also is not None:
                also(whole)
            _move(whole, target)
        return sum(file.stat().st_size for file in weights_of(target))
    except (OSError, SafetensorError) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise StorageError(
            f"Expected a folder in which a model can be saved, but {shorten(str(target))} cannot "
            f"be written: {reason}. What stood there before is as it was: choose another folder, "
            "or make room."
        ) from error


def load_network(source: str | Path, config: Any, **settings: Any) -> Any:
    """Return a causal network as it was saved, one from which heads were removed too.

    Parameters
    ----------
    source : str or Path
        A folder, or a name on the hub.
    config : transformers.PreTrainedConfig
    **settings
        For ``from_pretrained``.

    Raises
    ------
    LanguageModelError
        Where the configuration tells of removed heads in a way that cannot be read, or parameters
        are missing.
    """
    from transformers import MODEL_FOR_CAUSAL_LM_MAPPING, AutoModelForCausalLM

    record = HeadRecord.of(config)
    if record is None or record.sizes is None:
        return AutoModelForCausalLM.from_pretrained(source, **settings)
    sizes = record.sizes
    whole: Any = MODEL_FOR_CAUSAL_LM_MAPPING[type(config)]

    def make(self: Any, config: Any, *args: Any, **kwargs: Any) -> None:
        whole.__init__(self, config, *args, **kwargs)
        reshape_layers(self, sizes)

    # The library makes a network by its class and then fills its parameters: this class makes it
    # with the heads that were kept. By its module it counts as one of the library's own, whose
    # parameters may be called otherwise on disk. In the end the network is of the usual class.
    names = {"__init__": make, "__module__": whole.__module__}
    cut: Any = type(whole.__name__, (whole,), names)
    network, found = cut.from_pretrained(
        source, config=config, output_loading_info=True, **settings
    )
    if found["missing_keys"]:
        raise LanguageModelError(
            f"Expected the parameters of all heads that {shorten(str(source))} keeps, but "
            f"{len(found['missing_keys'])} are missing, such as {min(found['missing_keys'])}."
        )
    network.__class__ = whole
    return network


def _target(folder: object) -> Path:
    """Return the folder to write, which is new, empty, or has a model in it."""
    try:
        target = Path(folder).expanduser().resolve()  # type: ignore[arg-type]
        found = sorted(target.iterdir()) if target.exists() else []
    except (TypeError, ValueError, RuntimeError, OSError) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise StorageError(
            f"Expected a folder to save a model in, got {shorten(str(folder))}: {reason}."
        ) from error
    if found and not ((target / CONFIG).is_file() and weights_of(target)):
        raise StorageError(
            f"Expected a new folder or one with a model, but {shorten(str(target))} has other "
            f"files, such as {shorten(found[0].name)}. Choose another folder."
        )
    return target


def _move(whole: Path, target: Path) -> None:
    """Put a saved model in its place, in one step or with the configuration last."""
    if not target.exists():
        whole.replace(target)
        return
    names = {file.name for file in whole.iterdir()}
    before = {*weights_of(target), *target.glob("*.index.json")}
    others = [each for each in target.iterdir() if each.name not in names and each not in before]
    if _swap(whole, target, others):
        return
    for name in sorted(names, key=lambda name: name == CONFIG):
        (whole / name).replace(target / name)
    for file in before:
        if file.name not in names:
            file.unlink()


def _swap(whole: Path, target: Path, others: Iterable[Path]) -> bool:
    """Exchange two folders, both of which have the other files; say whether that was possible."""
    try:
        if target in (Path.cwd(), *Path.cwd().parents):
            return False
        for each in others:
            there = whole / each.name
            if each.is_dir() and not each.is_symlink():
                shutil.copytree(each, there, symlinks=True, copy_function=os.link)
            else:
                os.link(each, there, follow_symlinks=False)
        shutil.copymode(target, whole)
        exchange = ctypes.CDLL(None, use_errno=True).renameat2
        ends = os.fsencode(whole), os.fsencode(target)
        return bool(exchange(_HERE, ends[0], _HERE, ends[1], _EXCHANGE) == 0)
    except (OSError, AttributeError, TypeError, shutil.Error):
        return False
