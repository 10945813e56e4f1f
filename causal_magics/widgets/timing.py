"""When things are done: once requests pause, or one at a time for the newest request."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Lock, Thread, Timer

_log = logging.getLogger(__name__)


class Outdated(Exception):  # noqa: N818  (nothing went wrong: the answer is wanted no more)
    """What is computed is no longer asked for."""


class Debounced:
    """Calls an action once the requests for it pause.

    Parameters
    ----------
    action : callable
        Called on a thread of its own.
    delay : float
        How long a pause, in seconds.
    """

    def __init__(self, action: Callable[[], object], delay: float) -> None:
        self._action = action
        self._delay = delay
        self._lock = Lock()
        self._timer: Timer | None = None

    def __call__(self) -> None:
        """Ask for the action."""
        timer = Timer(self._delay, self.now)
        timer.daemon = True
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = timer
            timer.start()

    def now(self) -> None:
        """Act at once."""
        self.cancel()
        self._action()

    def cancel(self) -> None:
        """Forget what was asked for."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None


class Worker:
    """Runs an action on a thread of its own, again and again while there are newer requests.

    A request that comes while the action runs is answered by one more run, however many come. The
    thread ends when there is nothing to do.

    Parameters
    ----------
    action : callable
        What it raises is logged.
    delay : float
        How long to wait for more requests before each run, in seconds.
    """

    def __init__(self, action: Callable[[], object], delay: float) -> None:
        self._action = action
        self._delay = delay
        self._lock = Lock()
        self._asked = False
        self._thread: Thread | None = None
        self._ended = Event()

    def __call__(self) -> None:
        """Ask for a run."""
        with self._lock:
            if self._ended.is_set():
                return
            self._asked = True
            if self._thread is None:
                self._thread = Thread(target=self._run, name="causal-magics", daemon=True)
                try:
                    self._thread.start()
                except RuntimeError:  # no memory for a thread; the next request may find some
                    self._thread = None
                    raise

    def end(self) -> None:
        """Answer no more requests; a run that is going on is not waited for."""
        self._ended.set()

    def wait(self, timeout: float) -> bool:
        """Wait until every request is answered; return whether that is so."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return self._thread is None

    def _run(self) -> None:
        while True:
            self._ended.wait(self._delay)
            with self._lock:
                if self._ended.is_set() or not self._asked:
                    self._thread = None
                    return
                self._asked = False
            try:
                self._action()
            except BaseException:  # noqa: BLE001  (a model may even raise SystemExit)
                _log.exception("An answer to an edit of the graph could not be computed.")
