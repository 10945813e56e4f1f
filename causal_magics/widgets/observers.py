"""Callbacks that hear of every accepted change, in order, and can break nothing."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from causal_magics.graph.model import CausalGraph

Observer = Callable[[CausalGraph], object]

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Entry:
    callback: Observer
    reported: bool = False


class Observers:
    """Callbacks and the graphs that they have not heard of yet.

    Graphs are posted where they are made, under the lock of whoever makes them, and delivered
    outside of it: by one thread at a time, in the order they were posted. A callback may itself
    cause a change; it is delivered after the one being delivered.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: list[_Entry] = []
        self._news: deque[CausalGraph] = deque()
        self._delivering = False

    def add(self, callback: Observer) -> None:
        """Let a callback hear of every change from now on."""
        with self._lock:
            self._entries.append(_Entry(callback))

    def remove(self, callback: Observer) -> None:
        """Let a callback hear of no more changes; one that was not added is ignored."""
        with self._lock:
            self._entries = [e for e in self._entries if e.callback != callback]

    def post(self, graph: CausalGraph) -> None:
        """Note a change for delivery."""
        with self._lock:
            self._news.append(graph)

    def deliver(self) -> None:
        """Tell every callback of what was posted, unless another delivery is doing so."""
        with self._lock:
            if self._delivering:
                return
            self._delivering = True
        try:
            while (news := self._next()) is not None:
                graph, entries = news
                for entry in entries:
                    _tell(entry, graph)
        except BaseException:
            with self._lock:
                self._delivering = False
            raise

    def _next(self) -> tuple[CausalGraph, list[_Entry]] | None:
        with self._lock:
            if self._news:
                return self._news.popleft(), list(self._entries)
            self._delivering = False
            return None


def _tell(entry: _Entry, graph: CausalGraph) -> None:
    try:
        entry.callback(graph)
    except Exception:  # noqa: BLE001  (whatever a user's callback raises)
        if not entry.reported:
            entry.reported = True
            _log.exception(
                "A callback of the graph editor failed; its later failures are not reported."
            )
