"""What screens have sent and nobody has handled yet: a cell that is run waits for it.

A screen's messages come on a thread of their own, so that they are heard while a cell runs. A cell
that is run right after an edit would then be faster than the edit.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE = 0.5
"""Seconds that a cell waits at most; something that takes longer is a question, not an edit."""


class Arrivals:
    """Counts messages from when the kernel has read them until they are handled."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._count = 0

    def route(self, _data: Any, chosen: str | None) -> str | None:
        """Leave a message on the thread that its sender chose; the main one needs no count."""
        if chosen is not None:
            with self._condition:
                self._count += 1
        return chosen

    @contextmanager
    def handled(self) -> Iterator[None]:
        """Handle one message within."""
        try:
            yield
        finally:
            if threading.current_thread() is not threading.main_thread():
                with self._condition:
                    self._count = max(0, self._count - 1)
                    self._condition.notify_all()

    def wait(self, seconds: float = PATIENCE) -> bool:
        """Wait until all that came is handled; what does not come to an end is forgotten."""
        with self._condition:
            if self._condition.wait_for(lambda: self._count == 0, seconds):
                return True
            self._count = 0
            return False


ARRIVALS = Arrivals()
"""Those of this kernel."""


def before_cell(_info: object) -> None:
    """Let a cell of the main thread begin with what was drawn before it."""
    if threading.current_thread() is threading.main_thread():
        ARRIVALS.wait()
