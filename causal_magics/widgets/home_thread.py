"""The thread that a widget was made on, where its kernel runs cells one after the other."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, get_ident, main_thread

__all__ = ["HomeThread"]


class HomeThread:
    """The current thread and its event loop: an action that is sent there runs between cells.

    Without a loop, as in a script, nothing that is sent there runs.
    """

    def __init__(self) -> None:
        self._thread = get_ident()
        try:
            self._loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None

    def is_here(self) -> bool:
        """Tell whether this is the thread."""
        return get_ident() == self._thread

    def call_soon(self, action: Callable[[], object]) -> None:
        """Run an action on the thread, from whichever thread this is."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(action)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Let an interrupt of the kernel raise KeyboardInterrupt, as it does in a cell.

        Between cells, a kernel ignores it.
        """
        if current_thread() is not main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
