"""What language models are here, and how to get more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from causal_magics.data.frames import new_frame
from causal_magics.language.conversion import cache_folder, converted_folder
from causal_magics.language.loading import (
    HOW_TO_GET_SMOLLM2,
    SMOLLM2,
    loaded_networks,
    smollm2_file,
)

__all__ = ["ModelEntry", "Models", "models"]

HOW_TO_GET_MORE = (
    "More: a name on the Hugging Face hub, as in load_model('gpt2'), is fetched when it is first "
    "loaded; a folder or a .gguf file is loaded by its path; http://host/v1#model is a server that "
    "speaks OpenAI's protocol (vLLM, llama.cpp)."
)


@dataclass(frozen=True)
class ModelEntry:
    """A language model that is here, or that one command brings.

    Parameters
    ----------
    name : str
        What `load_model` takes; of a network in memory, what names its weights.
    where : str
        ``package``, ``hub cache``, ``memory`` or ``not installed``.
    megabytes : float
        Of its files; in memory, of its parameters.
    state : str
        What comes before it can be used.
    """

    name: str
    where: str
    megabytes: float
    state: str


@dataclass(frozen=True)
class Models:
    """The language models that are here.

    Parameters
    ----------
    entries : tuple of ModelEntry
    folder : Path
        Where converted models and answers are kept.
    more : str
        How to get more.
    """

    entries: tuple[ModelEntry, ...]
    folder: Path
    more: str = HOW_TO_GET_MORE

    def __repr__(self) -> str:
        width = max((len(entry.name) for entry in self.entries), default=0)
        rows = (
            f"{e.name:<{width}}  {e.where}, {e.megabytes:,.0f} MB: {e.state}" for e in self.entries
        )
        return "\n".join([*rows, self.more])

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{field.name}</th>" for field in fields(ModelEntry))
        body = "".join(
            f"<tr><td>{escape(e.name)}</td><td>{escape(e.where)}</td>"
            f"<td>{e.megabytes:,.0f}</td><td>{escape(e.state)}</td></tr>"
            for e in self.entries
        )
        return (
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            f"<p>{escape(self.more)} What is made once is kept in "
            f"<code>{escape(_from_home(self.folder))}</code>.</p>"
        )

    def to_frame(self) -> Any:
        """Return one row a model.

        Raises
        ------
        MissingDependencyError
            Where no data frame library is installed.
        """
        names = [field.name for field in fields(ModelEntry)]
        return new_frame({name: [getattr(e, name) for e in self.entries] for name in names})


def _from_home(folder: Path) -> str:
    """Return a path that does not tell whose home it is in."""
    home = Path.home()
    return str(Path("~") / folder.relative_to(home) if folder.is_relative_to(home) else folder)


def models() -> Models:
    """Return the language models that are here, and how to get more.

    Returns
    -------
    Models
        The default model, those of the Hugging Face hub that were fetched before, and networks in
        memory, with their size and how long they took to load.
    """
    return Models((*_default(), *_fetched(), *_in_memory()), cache_folder())


def _default() -> Iterator[ModelEntry]:
    file = smollm2_file()
    if file is None:
        yield ModelEntry(SMOLLM2, "not installed", 98.0, HOW_TO_GET_SMOLLM2)
        return
    converted = (converted_folder(file) / "config.json").is_file()
    state = "ready" if converted else "converted when it is first loaded"
    yield ModelEntry(SMOLLM2, "package", file.stat().st_size / 1e6, state)


def _fetched() -> Iterator[ModelEntry]:
    if find_spec("huggingface_hub") is None:
        return
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        repositories = scan_cache_dir().repos
    except CacheNotFound:
        return
    for repository in sorted(repositories, key=lambda each: each.repo_id):
        files = {file.file_name for revision in repository.revisions for file in revision.files}
        if repository.repo_type == "model" and "config.json" in files:
            yield ModelEntry(
                repository.repo_id, "hub cache", repository.size_on_disk / 1e6, "ready"
            )


def _in_memory() -> Iterator[ModelEntry]:
    for (_, _, device, dtype), loaded in loaded_networks().items():
        parameters = list(loaded.network.parameters())
        size = sum(each.numel() * each.element_size() for each in parameters) / 1e6
        count = sum(each.numel() for each in parameters)
        state = (
            f"{count:,} {loaded.kind} parameters, {dtype} on {device}, "
            f"loaded in {loaded.seconds:.1f} s"
        )
        yield ModelEntry(loaded.model_id, "memory", size, state)
