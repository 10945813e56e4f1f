"""Counts and lists of names in messages on data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from causal_magics.errors import closest, shorten


def count(number: int, thing: str) -> str:
    """Return a number with its noun, in the plural where it is not one."""
    plural = {"axis": "axes"}.get(thing, f"{thing}s")
    return f"{number:,} {thing if number == 1 else plural}"


def enumerate_items(items: Sequence[str], limit: int = 5) -> str:
    """Return the first few items, and how many more there are."""
    shown = ", ".join(items[:limit])
    return f"{shown} and {len(items) - limit} more" if len(items) > limit else shown


def listing(lead: str, names: Iterable[str]) -> str:
    """Return a sentence that lists names."""
    return f"{lead} {enumerate_items([shorten(name) for name in names])}."


def advice_on(name: str, known: Sequence[str]) -> str:
    """Return the closest known name as a question, or else what there is."""
    hint = closest(name, known)
    return f"Did you mean {shorten(hint)}?" if hint else listing("It has", known)
