"""Checks of options."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from numbers import Integral, Real
from os import PathLike
from typing import Any

import numpy as np

from causal_magics.errors import OptionError, closest, shorten

__all__ = [
    "check_count",
    "check_flag",
    "check_kind",
    "check_option",
    "check_path",
    "check_positive",
    "check_share",
]


def check_option(name: str, value: object, options: Sequence[str]) -> None:
    """Raise `OptionError` where `value` is none of the options."""
    if isinstance(value, str) and value in options:
        return
    hint = closest(str(value), options)
    raise OptionError(
        f"Expected {name} among {', '.join(options)}, got {shorten(str(value))}."
        + (f" Did you mean {hint}?" if hint else "")
    )


def check_count(name: str, value: object, least: int = 1) -> None:
    """Raise `OptionError` where `value` is no whole number from `least`."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise OptionError(
            f"Expected {name} to be a whole number from {least}, got {shorten(repr(value))[1:-1]}."
        )


def check_flag(name: str, value: object) -> None:
    """Raise `OptionError` where `value` is neither True nor False."""
    if not isinstance(value, bool | np.bool_):
        raise OptionError(f"Expected {name} to be True or False, got {shorten(repr(value))[1:-1]}.")


def check_path(name: str, value: object) -> None:
    """Raise `OptionError` where `value` is no path of a file or folder."""
    if not isinstance(value, str | PathLike) or not str(value):
        raise OptionError(f"Expected a path for {name}, got {shorten(repr(value))[1:-1]}.")


def check_positive(name: str, value: object) -> None:
    """Raise `OptionError` where `value` is no finite number above 0."""
    if not _is_within(value, inf):
        raise OptionError(f"Expected {name} above 0, got {shorten(str(value))}.")


def check_kind(what: str, value: object, kind: type, advice: str = "") -> None:
    """Raise `OptionError` where `value` is of another kind than `what` says."""
    if not isinstance(value, kind):
        raise OptionError(f"Expected {what}, got {type(value).__name__}. {advice}".rstrip())


def check_share(name: str, value: object) -> None:
    """Raise `OptionError` where `value` is not between 0 and 1."""
    if not _is_within(value, 1):
        raise OptionError(f"Expected {name} between 0 and 1, got {shorten(str(value))}.")


def _is_within(value: Any, end: float) -> bool:
    """Return whether a value is a number above 0 and below an end, however large it is."""
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    return is_number and bool(0 < value < end)
