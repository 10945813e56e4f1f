"""A tally in the order of its bounds: untreated before treated, the lowest level first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.frames.coded_rows import Roles
from causal_magics.counterfactual.frames.column_codes import Labels
from causal_magics.counterfactual.frames.strata_last import take_strata
from causal_magics.counterfactual.frames.stratum_codes import MISSING
from causal_magics.counterfactual.frames.tally import Tally
from causal_magics.data.wording import count, enumerate_items
from causal_magics.errors import CounterfactualError, closest, shorten

__all__ = ["Arranged", "arranged", "nothing_left", "shown", "stratum_labels"]

_ABSENCE = {
    "no", "n", "none", "never", "not", "false", "off", "control", "controls", "placebo",
    "untreated", "unexposed", "untouched", "unchanged", "usual", "absent", "negative", "failure",
    "fail", "failed",
}  # fmt: skip
"""Words for what is not done, or did not happen."""
_BETWEEN = ("|", "<", ",")
"""Marks that may stand between levels, such as ``low | high``."""


@dataclass(frozen=True, eq=False, slots=True)
class Arranged:
    """A tally whose arms and levels are in order, with what a reader should know of it."""

    tally: Tally
    arms: tuple[Any, ...]
    levels: tuple[Any, ...]
    notes: tuple[str, ...]


def arranged(
    tally: Tally,
    roles: Roles,
    *,
    untreated: Any = None,
    treated: Any = None,
    levels: Sequence[Any] | None = None,
) -> Arranged:
    """Put the arms and levels of a tally in order, and its strata by their labels.

    Raises
    ------
    CounterfactualError
        Where there are fewer than two arms or levels, or it is not said which arms are compared.
    """
    if not tally.counts.any():
        raise nothing_left(tally.rows, tally.left_out)
    arms_seen = tally.counts.any(axis=(0, 1, 3))
    levels_seen = tally.counts.any(axis=(0, 1, 2))
    places = np.flatnonzero(arms_seen)
    arm_labels = tally.arms.take(places)
    order, arm_notes = _arms_in_order(arm_labels, roles.treatment, untreated, treated)
    arm_order = places[order]
    level_places = np.flatnonzero(levels_seen)
    level_labels = tally.levels.take(level_places)
    ranks, level_notes = _levels_in_order(level_labels, roles.outcome, levels)
    level_order = level_places[ranks]
    rows = _lexicographic(tally.strata)

    def ordered_sums(sums: Floats) -> Floats:
        kept = sums if rows is None else take_strata(sums, rows)
        return np.asarray(kept[:, :, arm_order][:, :, :, level_order])

    ordered = replace(
        tally,
        arms=tally.arms.take(arm_order),
        levels=tally.levels.take(level_order),
        strata=tally.strata if rows is None else tally.strata[rows],
        counts=ordered_sums(tally.counts),
        squares=None if tally.squares is None else ordered_sums(tally.squares),
    )
    return Arranged(
        ordered, _python(ordered.arms), _python(ordered.levels), (*arm_notes, *level_notes)
    )


def stratum_labels(labels: Labels, codes: NDArray[np.int64], special: Sequence[str]) -> Any:
    """Return the label of each stratum in one column.

    Parameters
    ----------
    labels : Labels
    codes : ndarray of shape (strata,)
        Negative for what is no label of the column.
    special : sequence of str
        What the codes -1, -2, … stand for.

    Returns
    -------
    ndarray of shape (strata,)
        Numbers or truth values where all are, else objects.
    """
    if not len(codes) or codes.min() >= 0:
        return labels.values[codes]
    texts = labels.values.dtype == object
    extra = [
        f"({word})" if texts and bool((labels.values == word).any()) else word for word in special
    ]
    every = np.empty(len(labels) + len(extra), dtype=object)
    every[: len(labels)] = labels.values.tolist()
    every[len(labels) :] = extra[::-1]
    return every[codes]


def shown(label: Any) -> str:
    """Return a label as text; whole numbers read without a point."""
    if isinstance(label, float) and label.is_integer():
        return str(int(label))
    return str(label)


def _python(labels: Labels) -> tuple[Any, ...]:
    return tuple(labels.values.tolist())


def nothing_left(rows: int, left_out: Mapping[str, int]) -> CounterfactualError:
    """Return the error that a table has no rows to count; `left_out` of them as they lack what."""
    if rows == 0:
        return CounterfactualError(
            "Expected rows to count, got an empty frame. Check how it was read or filtered."
        )
    why = [f"{number:,} without {shorten(name)}" for name, number in left_out.items()]
    return CounterfactualError(
        f"Expected rows with a treatment and an outcome, got none among {count(rows, 'row')}"
        f" ({enumerate_items(why) or 'all of weight 0'}). Check how they were read."
    )


def _arms_in_order(
    labels: Labels, name: str, untreated: Any, treated: Any
) -> tuple[NDArray[np.intp], list[str]]:
    """Return the places of the arms: untreated, treated, then the others in their order."""
    values = labels.values.tolist()
    listed = enumerate_items([shorten(shown(value)) for value in values], limit=8)
    if len(values) < 2:
        raise CounterfactualError(
            f"Expected at least two arms in {shorten(name)}, got {listed} alone. Bounds need units "
            "that were treated and units that were not."
        )
    given = [_place(label, values, name, what) for label, what in (
        (untreated, "untreated"), (treated, "treated"),
    )]  # fmt: skip
    if len(values) > 2 and None in given:
        raise CounterfactualError(
            f"Expected to be told which two of the {len(values)} arms of {shorten(name)} are "
            f"compared, got {listed}. Say untreated= and treated=."
        )
    if given[0] is not None and given[0] == given[1]:
        raise CounterfactualError(
            f"Expected two different arms, got {shorten(shown(values[given[0]]))} as both. "
            f"The arms of {shorten(name)} are {listed}."
        )
    both = _pair(given, _in_order(labels))
    rest = [place for place in _in_order(labels) if place not in both]
    notes = []
    if None in given and labels.kind == "text":
        notes.append(
            f"{shorten(shown(values[both[1]]))} is held to be the treatment and "
            f"{shorten(shown(values[both[0]]))} its absence; say treated= where it is the other "
            "way round."
        )
    return np.array([*both, *rest], dtype=np.intp), notes


def _pair(given: list[int | None], order: list[int]) -> tuple[int, int]:
    first, second = given
    if first is None:
        first = next(place for place in order if place != second)
    if second is None:
        second = next(place for place in order if place != first)
    return first, second


def _place(label: Any, values: list[Any], name: str, what: str) -> int | None:
    """Return the place of an arm that is named; None where none is."""
    if label is None:
        return None
    for place, value in enumerate(values):
        if value == label or shown(value) == shown(label):
            return place
    known = [shown(value) for value in values]
    hint = closest(shown(label), known)
    advice = f"Did you mean {shorten(hint)}?" if hint else f"It has {enumerate_items(known)}."
    raise CounterfactualError(
        f"Expected {what} to be an arm of {shorten(name)}, got {shorten(shown(label))}. {advice}"
    )


def _levels_in_order(
    labels: Labels, name: str, levels: Sequence[Any] | None
) -> tuple[NDArray[np.intp], list[str]]:
    """Return the places of the outcome's levels, the lowest first."""
    values = labels.values.tolist()
    if len(values) < 2:
        raise CounterfactualError(
            f"Expected at least two levels of {shorten(name)}, got "
            f"{shorten(shown(values[0]))} alone. Where the outcome never varies, nothing is "
            "caused."
        )
    order = _in_order(labels) if levels is None else _given_order(values, name, levels)
    notes = []
    if len(values) == 2:
        notes.append(f"{shorten(name)} counts as happened where it is {shown(values[order[1]])}.")
    elif labels.kind == "text" and levels is None:
        listed = " < ".join(shown(values[place]) for place in order)
        notes.append(
            f"The levels of {shorten(name)} are in the order {listed}; levels= changes it."
        )
    return np.array(order, dtype=np.intp), notes


def _given_order(values: list[Any], name: str, levels: Sequence[Any]) -> list[int]:
    known = {shown(value): place for place, value in enumerate(values)}
    listed = enumerate_items([shorten(value) for value in known])
    if not isinstance(levels, Iterable) or isinstance(levels, set | frozenset | Mapping):
        raise CounterfactualError(
            f"Expected levels as a list, lowest first, got {type(levels).__name__}. The levels of "
            f"{shorten(name)} are {listed}."
        )
    asked = [shown(level) for level in levels] if not isinstance(levels, str) else [levels]
    asked = [level for level in asked if level in known or level not in _BETWEEN]
    missing = [shorten(value) for value in known if value not in asked]
    twice = [shorten(value) for value in dict.fromkeys(asked) if asked.count(value) > 1]
    if missing or twice:
        problem = f"{enumerate_items(missing)} left out" if missing else f"{twice[0]} twice"
        raise CounterfactualError(
            f"Expected levels to name each level of {shorten(name)} once, lowest first, got "
            f"{problem}. Its levels are {listed}."
        )
    return [known[level] for level in asked if level in known]


def _in_order(labels: Labels) -> list[int]:
    """Return the places of labels in their order; of two texts, a word of absence is the first."""
    values = labels.values.tolist()
    order = list(range(len(values)))
    if labels.kind != "text":
        return order
    try:
        return sorted(order, key=lambda place: float(values[place]))
    except ValueError:
        pass
    if len(values) == 2:
        absent = [_is_absence(value) for value in values]
        if absent[0] != absent[1]:
            return sorted(order, key=lambda place: not absent[place])
    return order


def _is_absence(label: str) -> bool:
    words = label.casefold().replace("_", " ").replace("-", " ").split()
    return bool(words) and (words[0] in _ABSENCE or words[-1] == "control")


def _lexicographic(strata: NDArray[np.int64]) -> NDArray[np.intp] | None:
    """Return the order of strata by their labels, the first column first, gaps last.

    None where they are in order: they are as counted, but for gaps, which are counted first.
    """
    gaps = strata == MISSING
    if not gaps.any():
        return None
    return np.lexsort(np.where(gaps, np.iinfo(np.int64).max, strata).T[::-1])
