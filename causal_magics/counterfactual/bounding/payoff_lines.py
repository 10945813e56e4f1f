"""A payoff from lines, as a cell states it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, TypeGuard

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.data.wording import enumerate_items
from causal_magics.errors import CounterfactualError, closest, shorten

__all__ = ["payoff_of", "payoff_of_lines"]

_TYPES: Final = {
    "complier": (0, 1),
    "always-taker": (1, 1),
    "never-taker": (0, 0),
    "defier": (1, 0),
}
_CHANGES: Final = ("benefit", "harm", "unchanged")
_FORMS: Final = (
    "complier 2, defier -10 (for two outcomes), benefit 2, harm -10, "
    "or untreated -> treated = worth, where * stands for any outcome"
)
_TRANSITION: Final = re.compile(r"(?P<untreated>.+?)\s*->\s*(?P<treated>.+?)\s*=\s*(?P<worth>\S+)")
_NAMED: Final = re.compile(r"(?P<name>[A-Za-z][A-Za-z -]*?)\s*=?\s*(?P<worth>[-−+]?[\d.]\S*)")


def payoff_of(payoff: object, levels: Sequence[object], outcome: str) -> Payoff:
    """Return the payoff for the levels of an outcome.

    Parameters
    ----------
    payoff : Payoff, sequence of four numbers, matrix, lines of text, or None
        As `Payoff.of` and `payoff_of_lines` take it; None for the probability of necessity and
        sufficiency, of two levels.
    levels : sequence
        Labels of the outcome, lowest first.
    outcome : str
        Its name, for messages.

    Raises
    ------
    CounterfactualError
        Where it cannot be read, is of another number of levels, or left out for more than two.
    """
    size = len(levels)
    listed = enumerate_items([shorten(str(level)) for level in levels])
    named = f"{size} levels of {shorten(outcome)} ({listed})"
    wanted = (
        "lines such as none -> high = 2, or a matrix with a row for each outcome untreated and a "
        "column for each treated, the lowest first"
    )
    if payoff is None and size > 2:
        raise CounterfactualError(f"Expected a payoff for the {named}, got none. Give {wanted}.")
    if isinstance(payoff, str):
        return payoff_of_lines(payoff.splitlines(), levels)
    if _is_lines(payoff):
        return payoff_of_lines(payoff, levels)
    found = Payoff.pns() if payoff is None else Payoff.of(payoff)  # type: ignore[arg-type]
    if found.n_levels != size:
        raise CounterfactualError(
            f"Expected a payoff for the {named}, got one for {found.n_levels}. Give {wanted}."
        )
    return found


def payoff_of_lines(lines: Sequence[str], levels: Sequence[object]) -> Payoff:
    """Read a payoff from lines such as ``none -> high = 2`` or ``complier 2, defier -10``.

    What no line names is worth 0; a later line overrides an earlier one.

    Parameters
    ----------
    lines : sequence of str
        Parts of a line are divided by commas or semicolons.
    levels : sequence
        Labels of the outcome, lowest first.

    Raises
    ------
    CounterfactualError
        Where a part has another form, or names what there is not.

    Examples
    --------
    >>> payoff_of_lines(["* -> high = 2", "high -> * = -10"], ["none", "high"]).values.tolist()
    [[0.0, 2.0], [-10.0, -10.0]]
    """
    values = np.zeros((len(levels), len(levels)))
    parts = [part.strip() for line in lines for part in re.split(r"[;,]", line)]
    for part in filter(None, parts):
        transition = _TRANSITION.fullmatch(part)
        named = None if transition else _NAMED.fullmatch(part)
        if transition:
            rows = _places(transition["untreated"], levels)
            columns = _places(transition["treated"], levels)
            values[np.ix_(rows, columns)] = _number(transition["worth"], part)
        elif named:
            values[_cells(named["name"], len(levels))] = _number(named["worth"], part)
        else:
            raise CounterfactualError(f"Expected a payoff as {_FORMS}; got {shorten(part)}.")
    return Payoff(values)


def _cells(name: str, n: int) -> NDArray[np.bool_]:
    """Return where a named kind of unit stands in the matrix, shape (levels, levels)."""
    untreated, treated = np.indices((n, n))
    changes: dict[str, NDArray[np.bool_]] = {
        "benefit": treated > untreated, "harm": treated < untreated,
        "unchanged": treated == untreated,
    }  # fmt: skip
    key = "-".join(name.casefold().split())
    if key in changes:
        return changes[key]
    full = next((kind for kind in _TYPES if kind in (key, f"{key}-taker", key.rstrip("s"))), None)
    if full is not None and n == 2:
        found = np.zeros((2, 2), dtype=bool)
        found[_TYPES[full]] = True
        return found
    known = [*_TYPES, *_CHANGES] if n == 2 else [*_CHANGES]
    if full is not None:
        raise CounterfactualError(
            f"Expected {', '.join(known)} or untreated -> treated = worth for an outcome with {n} "
            f"levels, got {shorten(name)}: response types have these names for two levels alone."
        )
    hint = closest(key, known)
    advice = f"Did you mean {hint}?" if hint else f"Known are {', '.join(known)}."
    raise CounterfactualError(f"A payoff has no {shorten(name)}. {advice}")


def _places(label: str, levels: Sequence[object]) -> list[int]:
    plain = label.strip().strip("\"'")
    if plain == "*":
        return list(range(len(levels)))
    names = [str(level) for level in levels]
    if plain in names:
        return [names.index(plain)]
    hint = closest(plain, names)
    shown = ", ".join(shorten(name) for name in names)
    advice = f"Did you mean {shorten(hint)}?" if hint else f"It has {shown}."
    raise CounterfactualError(f"The outcome has no level {shorten(plain)}. {advice}")


def _number(text: str, part: str) -> Floats:
    try:
        return np.asarray(float(text.replace("−", "-")))
    except ValueError:
        raise CounterfactualError(
            f"Expected a number at the end of {shorten(part)}, got {shorten(text)}."
        ) from None


def _is_lines(payoff: object) -> TypeGuard[Sequence[str]]:
    if not isinstance(payoff, list | tuple) or not payoff:
        return False
    return all(isinstance(line, str) for line in payoff)
