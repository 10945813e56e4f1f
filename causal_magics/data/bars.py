"""Whether bars of progress are wanted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_OFF: ContextVar[bool] = ContextVar("bars of progress are off", default=False)


def bars_are_off() -> bool:
    """Return whether TQDM_DISABLE is set, which the bars of a notebook do not ask, or none fits."""
    return _OFF.get() or os.environ.get("TQDM_DISABLE", "").lower() not in ("", "0", "false")


@contextmanager
def without_bars() -> Iterator[None]:
    """Show no bars of progress, as where no cell runs that they could stand below."""
    token = _OFF.set(True)
    try:
        yield
    finally:
        _OFF.reset(token)
