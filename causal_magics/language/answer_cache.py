"""Answers of models, kept on disk so that nothing is asked twice."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.language.conversion import CacheWarning, cache_folder
from causal_magics.language.protocol import LanguageModel, Pair, PairScorer, checked_pairs

__all__ = ["AnswerCache", "CachedModel"]

_PER_QUERY = 500
_PER_WRITE = 256


class AnswerCache:
    """Log-probabilities by model, prompt and continuation, in a file.

    Several processes and threads may use the same file. Where it cannot be read or written, what
    is asked is computed, and a warning says so once.

    Parameters
    ----------
    path : Path, optional
        ``answers.sqlite`` in the cache folder by default.
    timeout : float
        How many seconds to wait for another process that writes.
    """

    def __init__(self, path: str | Path | None = None, timeout: float = 10.0) -> None:
        self.path = cache_folder() / "answers.sqlite" if path is None else Path(path)
        self.timeout = timeout
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._process = 0
        self._told = False

    def __repr__(self) -> str:
        return f"AnswerCache({self.path.name!r})"

    def get(self, model_id: str, pairs: Sequence[Pair]) -> dict[Pair, float]:
        """Return what is known of some pairs."""
        by_key = {_key(model_id, pair): pair for pair in pairs}
        keys = list(by_key)
        found: dict[Pair, float] = {}
        with self._lock:
            try:
                connection = self._opened()
                for start in range(0, len(keys), _PER_QUERY):
                    some = keys[start : start + _PER_QUERY]
                    marks = ", ".join("?" * len(some))
                    query = f"SELECT key, value FROM answers WHERE key IN ({marks})"  # noqa: S608
                    found.update(
                        (by_key[key], float(value))
                        for key, value in connection.execute(query, some)
                    )
            except (sqlite3.Error, OSError, ValueError, TypeError) as error:
                self._tell(error)
        return found

    def put(self, model_id: str, answers: Mapping[Pair, float]) -> None:
        """Keep answers."""
        rows = [(_key(model_id, pair), value) for pair, value in answers.items()]
        with self._lock:
            try:
                connection = self._opened()
                with connection:
                    connection.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?)", rows)
            except (sqlite3.Error, OSError) as error:
                self._tell(error)

    def close(self) -> None:
        """Close the file; it opens again when it is used."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def __del__(self) -> None:
        with suppress(Exception):
            self.close()

    def __reduce__(self) -> tuple[type[AnswerCache], tuple[Path, float]]:
        return type(self), (self.path, self.timeout)

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None or self._process != os.getpid():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.path, timeout=self.timeout, check_same_thread=False)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS answers (key BLOB PRIMARY KEY, value REAL NOT NULL)"
                    " WITHOUT ROWID"
                )
            except sqlite3.Error:
                connection.close()
                raise
            self._connection, self._process = connection, os.getpid()
        return self._connection

    def _tell(self, error: Exception) -> None:
        if not self._told:
            self._told = True
            warnings.warn(
                f"Answers cannot be kept in {self.path}: {error}. They are asked for again the "
                "next time. Remove the file, or set CAUSAL_MAGICS_CACHE to another folder.",
                CacheWarning,
                stacklevel=4,
            )


class CachedModel(PairScorer):
    """A language model that is asked only for what is not known yet.

    Answers are kept as they come, so that an interrupt loses few. All else that the model has, its
    network say, is reached through this one.

    Parameters
    ----------
    model : LanguageModel
    cache : AnswerCache
    """

    def __init__(self, model: LanguageModel, cache: AnswerCache) -> None:
        self.model = model
        self.cache = cache

    @property
    def model_id(self) -> str:
        """What names the model and every setting that its scores depend on."""
        return self.model.model_id

    def __repr__(self) -> str:
        return f"CachedModel({self.model!r})"

    def _repr_html_(self) -> str | None:
        shown: str | None = getattr(self.model, "_repr_html_", lambda: None)()
        return shown

    def __getattr__(self, name: str) -> Any:
        if name in {"model", "cache"} or name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.model, name)

    def score(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        """Return ln P(continuation | prompt) of each pair.

        Parameters
        ----------
        pairs : sequence of (str, str)

        Returns
        -------
        array, shape (pairs,)
        """
        pairs = checked_pairs(pairs)
        wanted = list(dict.fromkeys(pairs))
        known = self.cache.get(self.model_id, wanted)
        missing = [pair for pair in wanted if pair not in known]
        for start in range(0, len(missing), _PER_WRITE):
            asked = missing[start : start + _PER_WRITE]
            answers = dict(zip(asked, map(float, self.model.score(asked)), strict=True))
            known.update(answers)
            numbers = {pair: value for pair, value in answers.items() if not np.isnan(value)}
            self.cache.put(self.model_id, numbers)
        return np.array([known[pair] for pair in pairs], dtype=float)


def _key(model_id: str, pair: Pair) -> bytes:
    asked = json.dumps([model_id, *pair]).encode()
    return hashlib.blake2b(asked, digest_size=16).digest()
