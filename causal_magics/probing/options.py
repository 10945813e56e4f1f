"""Checks of options."""

from __future__ import annotations

from collections.abc import Sequence

from causal_magics.errors import PromptError, closest, shorten

__all__ = ["check_option", "check_share"]


def check_option(name: str, value: object, options: Sequence[str]) -> None:
    """Raise `PromptError` where `value` is none of the options."""
    if value in options:
        return
    hint = closest(str(value), options)
    raise PromptError(
        f"Expected {name} among {', '.join(options)}, got {shorten(str(value))}."
        + (f" Did you mean {hint}?" if hint else "")
    )


def check_share(name: str, value: float) -> None:
    """Raise `PromptError` where `value` is not between 0 and 1."""
    if not (isinstance(value, float | int) and 0.0 < value < 1.0):
        raise PromptError(f"Expected {name} between 0 and 1, got {shorten(str(value))}.")
