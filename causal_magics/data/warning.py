"""Warnings that point at the line of the user's code, however deep they are given."""

from __future__ import annotations

import inspect
import warnings

_PACKAGE = __name__.partition(".")[0]


class DataWarning(UserWarning):
    """Data that can be learned from, but with less to say than it seems."""


def warn(message: str, category: type[Warning] = DataWarning) -> None:
    """Warn where the package was called from."""
    level, frame = 1, inspect.currentframe()
    while frame is not None and _is_ours(frame.f_globals.get("__name__", "")):
        frame = frame.f_back
        level += 1
    warnings.warn(message, category, stacklevel=level)


def _is_ours(module: str) -> bool:
    return module == _PACKAGE or module.startswith(f"{_PACKAGE}.")
