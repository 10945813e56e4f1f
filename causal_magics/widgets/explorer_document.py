"""What a payoff explorer and its screens send each other, and what its notebook keeps."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.payoff import MOST_WEIGHT, Payoff
from causal_magics.counterfactual.bounding.payoff_lines import payoff_of
from causal_magics.counterfactual.bounding.transport import MOST_LEVELS
from causal_magics.counterfactual.decisions.payoff_weights import weight_of
from causal_magics.counterfactual.decisions.rules import RULES
from causal_magics.counterfactual.frames.stratum_groups import StratumGroup
from causal_magics.counterfactual.frames.unit_bounds import UnitBounds
from causal_magics.errors import CounterfactualError, EditorError, shorten
from causal_magics.widgets.document import JsonObject

__all__ = [
    "MOST_STRATA",
    "Axes",
    "Weights",
    "answer_json",
    "check_study",
    "checked_axes",
    "checked_place",
    "default_axes",
    "described",
    "is_on_screen",
    "readable_state",
    "study_json",
    "weights_of",
]

Weights = tuple[tuple[float, ...], ...]
Axes = tuple[tuple[int, int], tuple[int, int]]
MOST_STRATA = 20_000
"""More than these no screen takes in; their numbers would be some megabytes."""
MOST_LEVELS_SHOWN = 12
DIGITS = 12
"""Decimals of a probability: decisions on the screen are those of the kernel."""


def check_study(bounds: object) -> UnitBounds:
    """Return bounds that a screen can show.

    Raises
    ------
    EditorError
        Where they are none, or of too many strata or levels.
    """
    if not isinstance(bounds, UnitBounds):
        raise EditorError(
            f"Expected bounds of strata, got a value of type {type(bounds).__name__}. Give what "
            "bounds(frame, treatment, outcome, by) returns."
        )
    if not 0 < len(bounds) <= MOST_STRATA:
        raise EditorError(
            f"Expected 1 to {MOST_STRATA:,} strata to explore, got {len(bounds):,}. Bound by fewer "
            "columns, or bin them; target() takes any number."
        )
    if len(bounds.levels) > MOST_LEVELS_SHOWN:
        raise EditorError(
            f"Expected at most {MOST_LEVELS_SHOWN} outcome levels to explore, got "
            f"{len(bounds.levels)}. Merge levels; target() takes any number."
        )
    return bounds


def is_on_screen(bounds: UnitBounds) -> bool:
    """Return whether a screen computes these bounds itself, for any payoff."""
    return len(bounds.arms) == 2 and len(bounds.levels) <= MOST_LEVELS


def study_json(bounds: UnitBounds, costs: Floats) -> JsonObject:
    """Return the JSON form of strata and of what is known of them."""
    groups = bounds.groups if is_on_screen(bounds) else ()
    return {
        "treatment": bounds.treatment,
        "outcome": bounds.outcome,
        "untreated": str(bounds.untreated),
        "treated": str(bounds.treated),
        "levels": [str(level) for level in bounds.levels],
        "strata": [bounds.label(stratum) for stratum in range(len(bounds))],
        "share": _numbers(bounds.share),
        "units": _numbers(bounds.units),
        "cost": _numbers(costs),
        "monotone": bounds.monotone,
        "sources": sorted({group.sources for group in bounds.groups}),
        "payoff": bounds.payoff.values.tolist(),
        "groups": [_group(group) for group in groups],
    }


def _group(group: StratumGroup) -> JsonObject:
    return {
        "sources": group.sources,
        "strata": group.strata.tolist(),
        "cells": _numbers(group.distributions.cells),
    }


def _numbers(values: Floats) -> list[float]:
    flat: list[float] = np.round(np.asarray(values, dtype=float), DIGITS).ravel().tolist()
    return flat


def answer_json(bounds: UnitBounds, failure: str = "") -> JsonObject:
    """Return what the kernel alone can tell of one payoff.

    Its confidence intervals; and the bounds, where a screen does not compute them.
    """
    told: JsonObject = {
        "weights": bounds.payoff.values.tolist(),
        "confidence": bounds.confidence,
        "failure": failure,
    }
    if failure:
        return told
    told |= _ends(bounds, "interval_lower", "interval_upper", bounds.interval)
    if not is_on_screen(bounds):
        told |= _ends(bounds, "lower", "upper", bounds.benefit)
    return told


def _ends(bounds: UnitBounds, lower: str, upper: str, ends: Any) -> JsonObject:
    """Return both ends; where no population has the data, all that the payoff allows."""
    values = bounds.payoff.values
    return {
        name: _numbers(np.nan_to_num(np.asarray(end, dtype=float), nan=float(rest)))
        for name, end, rest in (
            (lower, ends.lower, values.min()),
            (upper, ends.upper, values.max()),
        )
    }


def weights_of(value: Any, bounds: UnitBounds) -> Weights:
    """Return a payoff as rows of numbers.

    Parameters
    ----------
    value : Payoff, four weights (complier, always, never, defier), matrix, or lines
        As `UnitBounds.with_payoff` takes it.
    bounds : UnitBounds
        Whose levels it is for.

    Raises
    ------
    CounterfactualError
        Where it is none, or of other levels.
    """
    payoff = payoff_of(value, bounds.levels, bounds.outcome)
    rows: list[list[float]] = payoff.values.tolist()
    return tuple(tuple(row) for row in rows)


def described(payoff: Payoff) -> str:
    """Return a payoff in a few words: its weights where they are four, else from which to which."""
    values = payoff.values
    if payoff.n_levels == 2:
        return repr(payoff)[len("<Payoff: ") : -1]
    sides = f"{payoff.n_levels} × {payoff.n_levels} weights"
    return f"{sides} from {values.min():.4g} to {values.max():.4g}"


def default_axes(levels: int) -> Axes:
    """Return the weights of the phase map where none are chosen: of the best and worst change."""
    return (0, levels - 1), (levels - 1, 0)


def checked_axes(value: Any, levels: tuple[Any, ...]) -> Axes:
    """Return the entries of the payoff that two weights mean.

    Parameters
    ----------
    value : two of str or (int, int)
        Names such as ``"defier"`` or ``"none -> high"``, or the places of the outcomes untreated
        and treated among the levels.
    levels : tuple
        Labels of the levels.

    Raises
    ------
    EditorError
        Where they are not two single entries.
    """
    try:
        entries = [_entry(each, levels) for each in value]
    except CounterfactualError as error:
        raise EditorError(str(error)) from None
    except TypeError:
        entries = []
    if len(entries) != 2 or None in entries or entries[0] == entries[1]:
        raise EditorError(
            "Expected two different entries of the payoff as axes, across and upwards, such as "
            f"('complier', 'defier') or ((0, 1), (1, 0)), got {shorten(repr(value))[1:-1]}."
        )
    x, y = entries
    assert x is not None
    assert y is not None
    return x, y


def _entry(axis: Any, levels: tuple[Any, ...]) -> tuple[int, int] | None:
    """Return the entry that one axis means; None where it is not one."""
    if isinstance(axis, str):
        moved = np.argwhere(weight_of(axis, levels).direction != 0).tolist()
        return (moved[0][0], moved[0][1]) if len(moved) == 1 else None
    pair = tuple(axis)
    is_entry = len(pair) == 2 and all(_is_place(each, len(levels)) for each in pair)
    return (pair[0], pair[1]) if is_entry else None


def checked_place(value: Any, count: int) -> int | None:
    """Return the place of a stratum, or None for none.

    Raises
    ------
    EditorError
        Where there is no such stratum.
    """
    if value is None:
        return None
    if isinstance(value, int | np.integer) and not isinstance(value, bool) and 0 <= value < count:
        return int(value)
    raise EditorError(
        f"Expected the place of one of {count:,} strata, from 0, as selected; got "
        f"{shorten(repr(value))[1:-1]}."
    )


def readable_state(raw: Mapping[str, Any], levels: int, strata: int) -> dict[str, Any]:
    """Return what a screen chose, without what is not as it should be."""
    checks: dict[str, Callable[[Any], bool]] = {
        "weights": lambda value: _is_square(value, levels),
        "rule": lambda value: isinstance(value, str) and value in RULES,
        "optimism": lambda value: _is_number(value) and 0 <= value <= 1,
        "budget": lambda value: value is None or (_is_number(value) and value >= 0),
        "selected": lambda value: value is None or _is_place(value, strata),
        "axes": lambda value: _are_axes(value, levels),
    }
    return {name: raw[name] for name, check in checks.items() if name in raw and check(raw[name])}


def _is_number(value: Any) -> bool:
    """Return whether a value is a number that is finite in floating point too."""
    try:
        return type(value) in (int, float) and math.isfinite(value)
    except OverflowError:
        return False


def _is_place(value: Any, count: int) -> bool:
    return type(value) is int and 0 <= value < count


def _is_square(value: Any, levels: int) -> bool:
    return _are_lists(value, levels, levels) and all(
        _is_number(each) and abs(each) <= MOST_WEIGHT for row in value for each in row
    )


def _are_axes(value: Any, levels: int) -> bool:
    are_entries = _are_lists(value, 2, 2) and all(_is_place(at, levels) for p in value for at in p)
    return are_entries and value[0] != value[1]


def _are_lists(value: Any, rows: int, columns: int) -> bool:
    is_list = isinstance(value, list) and len(value) == rows
    return is_list and all(isinstance(row, list) and len(row) == columns for row in value)
