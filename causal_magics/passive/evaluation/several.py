"""One of a kind or several, as options take them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from causal_magics.errors import OptionError, PassiveError, shorten
from causal_magics.options import check_option
from causal_magics.passive.worlds.environment import Split

__all__ = ["baseline_names", "listed", "split_names"]


def listed(given: Any) -> list[Any]:
    """Return what is given as a list: a string is one, and so is what cannot be gone through."""
    is_one = isinstance(given, str) or not isinstance(given, Iterable)
    return [given] if is_one else list(given)


def split_names(splits: Any) -> tuple[Split, ...]:
    """Return splits, one or several, each once.

    Raises
    ------
    OptionError
        Where one is unknown.
    PassiveError
        Where there is none.
    """
    every: tuple[Split, ...] = get_args(Split)
    chosen = tuple(dict.fromkeys(listed(splits)))
    for split in chosen:
        check_option("split", split, every)
    if not chosen:
        raise PassiveError(f"Expected a split among {', '.join(every)}, got none.")
    return chosen


def baseline_names(baselines: Any, every: Iterable[str]) -> tuple[str, ...]:
    """Return the names of baselines: all where True, none where False, or one or several.

    Raises
    ------
    OptionError
        Where it is neither.
    """
    if isinstance(baselines, bool):
        return tuple(every) if baselines else ()
    if not isinstance(baselines, str | Iterable):
        raise OptionError(
            f"Expected baselines to be True, False or names, got {shorten(repr(baselines))[1:-1]}."
        )
    return tuple(dict.fromkeys(listed(baselines)))
