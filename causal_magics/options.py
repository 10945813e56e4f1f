"""Checks of options."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real

from causal_magics.errors import OptionError, closest, shorten

__all__ = ["check_count", "check_kind", "check_option", "check_share"]


def check_option(name: str, value: object, options: Sequence[str]) -> None:
    """Raise `OptionError` where `value` is none of the options."""
    if value in options:
        return
    hint = closest(str(value), options)
    raise OptionError(
        f"Expected {name} among {', '.join(options)}, got {shorten(str(value))}."
        + (f" Did you mean {hint}?" if hint else "")
    )


def check_count(name: str, value: object) -> None:
    """Raise `OptionError` where `value` is no whole number from 1."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise OptionError(f"Expected {name} to be a whole number from 1, got {value!r}.")


def check_kind(what: str, value: object, kind: type, advice: str = "") -> None:
    """Raise `OptionError` where `value` is of another kind than `what` says."""
    if not isinstance(value, kind):
        raise OptionError(f"Expected {what}, got {type(value).__name__}. {advice}".rstrip())


def check_share(name: str, value: object) -> None:
    """Raise `OptionError` where `value` is not between 0 and 1."""
    if not (isinstance(value, Real) and 0.0 < float(value) < 1.0):
        raise OptionError(f"Expected {name} between 0 and 1, got {shorten(str(value))}.")
