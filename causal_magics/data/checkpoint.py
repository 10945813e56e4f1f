"""Finished parts of a long computation, in a folder."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import StorageError, shorten
from causal_magics.whole_files import whole_file

_SETTINGS = "settings.json"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A folder with one file for each finished part; without a folder nothing is kept.

    Parameters
    ----------
    folder : Path or None
    """

    folder: Path | None = None

    @classmethod
    def at(cls, folder: str | PathLike[str] | None, settings: Mapping[str, Any]) -> Checkpoint:
        """Open a folder, or make it.

        Parameters
        ----------
        folder : path or None
        settings : mapping
            What the parts depend on.

        Raises
        ------
        StorageError
            Where the folder has the parts of other settings, is damaged, or cannot be written.
        """
        if folder is None:
            return cls()
        if not isinstance(folder, str | PathLike) or not str(folder):
            raise StorageError(
                f"Expected the name of a folder as checkpoint, got {shorten(repr(folder))[1:-1]}."
            )
        path = Path(folder)
        there = path / _SETTINGS
        text = json.dumps(settings, sort_keys=True)
        try:
            path.mkdir(parents=True, exist_ok=True)
            orphaned = not there.exists() and any(path.glob("*.npy"))
            if not there.exists() and not orphaned:
                _write(there, text.encode())
            known = "" if orphaned else there.read_text(encoding="utf-8", errors="replace")
        except (OSError, ValueError) as error:
            raise StorageError(
                f"Expected a folder that can be written as checkpoint, got {shorten(str(path))}: "
                f"{getattr(error, 'strerror', error)}."
            ) from None
        if known != text:
            raise StorageError(
                f"The checkpoint {shorten(str(path))} {_differing(known, settings)}. Choose "
                "another folder, or delete it."
            )
        return cls(path)

    def get(self, key: str) -> NDArray[np.float64] | None:
        """Return a part, or None where it is not there or cannot be read."""
        if self.folder is None:
            return None
        try:
            part: NDArray[np.float64] = np.load(self.folder / f"{key}.npy", allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        return part if part.dtype == np.float64 else None

    def holds(self, key: str) -> bool:
        """Return whether a part is there, whether or not it can be read."""
        return self.folder is not None and (self.folder / f"{key}.npy").exists()

    def put(self, key: str, part: NDArray[np.float64]) -> None:
        """Keep a part; the file is there whole or not at all.

        Raises
        ------
        StorageError
            Where it cannot be written.
        """
        if self.folder is None:
            return
        try:
            buffer = io.BytesIO()
            np.save(buffer, part)
            _write(self.folder / f"{key}.npy", buffer.getvalue())
        except OSError as error:
            raise StorageError(
                f"The checkpoint {shorten(str(self.folder))} cannot be written: {error.strerror}. "
                "What is in it is kept."
            ) from None


def _write(path: Path, content: bytes) -> None:
    with whole_file(path) as file:
        file.write(content)


def _differing(known: str, settings: Mapping[str, Any]) -> str:
    """Return what keeps parts of such settings from being used."""
    if not known:
        return "is of a run with other settings"
    try:
        before = json.loads(known)
    except ValueError:
        before = None
    if not isinstance(before, dict):
        return f"is damaged: its {_SETTINGS} cannot be read"
    keys = [key for key in settings if before.get(key) != json.loads(json.dumps(settings[key]))]
    return f"is of a run with other {' and '.join(keys[:2]) or 'settings'}"
