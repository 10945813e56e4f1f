"""A payoff from lines, as a cell states it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NoReturn, TypeGuard

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.data.wording import enumerate_items
from causal_magics.errors import CounterfactualError, closest, shorten

__all__ = ["is_lines", "payoff_of", "payoff_of_lines"]

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
_QUOTED: Final = re.compile(
    r"""(?P<before>(?:^|->|[;,])\s*)(?P<label>"[^"]*"|'[^']*')(?=\s*(?:->|=))"""
)
_MARKS: Final = re.compile(r"[;,=]|->")
_HELD: Final = re.compile(r"\0(\d+)\0")


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
    if is_lines(payoff):
        lines = payoff.splitlines() if isinstance(payoff, str) else payoff
        return payoff_of_lines(lines, levels)
    found = Payoff.pns() if payoff is None else Payoff.of(payoff)  # type: ignore[arg-type]
    if found.n_levels != size:
        raise CounterfactualError(
            f"Expected a payoff for the {named}, got one for {found.n_levels}. Give {wanted}."
        )
    return found


def payoff_of_lines(lines: Sequence[str], levels: Sequence[object]) -> Payoff:
    """Read a payoff from lines such as ``none -> high = 2`` or ``complier 2, defier -10``.

    What no line names is worth 0. In whatever order they stand, a line for one pair of outcomes
    (``none -> high``, ``complier``) overrides lines for many (``benefit``, ``harm``, ``unchanged``,
    ``none -> *``, ``* -> high``), and these override ``* -> *``.

    Parameters
    ----------
    lines : sequence of str
        Parts of a line are divided by commas or semicolons. Quotes protect a label in which these,
        ``->`` or ``=`` occur: ``"low, paid" -> high = 2``.
    levels : sequence
        Labels of the outcome, lowest first.

    Raises
    ------
    CounterfactualError
        Where a part has another form, names what there is not, or gives a pair of outcomes another
        worth than a part of the same kind does.

    Examples
    --------
    >>> lines = ["* -> high = 2", "high -> * = -10", "high -> high = 0"]
    >>> payoff_of_lines(lines, ["none", "high"]).values.tolist()
    [[0.0, 2.0], [-10.0, 0.0]]
    """
    n = len(levels)
    worth, told_by = np.zeros((3, n, n)), np.full((3, n, n), -1)
    doubtful: dict[tuple[int, int, int], int] = {}
    parts = [part for line in lines for part in _parts(line)]
    for number, part in enumerate(parts):
        rank, cells, value = _read(part, levels)
        differs = cells & (told_by[rank] >= 0) & (worth[rank] != value)
        doubtful |= {(rank, int(i), int(k)): number for i, k in np.argwhere(differs)}
        new = cells & (told_by[rank] < 0)
        worth[rank][new], told_by[rank][new] = value, number
    known = told_by >= 0
    for (rank, i, k), number in doubtful.items():
        if not known[rank + 1 :, i, k].any():
            _refuse(parts[told_by[rank, i, k]], parts[number], f"{levels[i]} -> {levels[k]}", rank)
    return Payoff(np.where(known[2], worth[2], np.where(known[1], worth[1], worth[0])))


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a line in which numbers between NUL characters stand for quoted labels."""

    text: str
    quoted: tuple[str, ...]

    def __str__(self) -> str:
        return _HELD.sub(lambda held: self.quoted[int(held[1])], self.text)

    def label(self, text: str) -> tuple[str, bool]:
        """Return a label, and whether it was quoted."""
        held = _HELD.fullmatch(text)
        return (self.quoted[int(held[1])][1:-1], True) if held else (text, False)


def _parts(line: str) -> list[_Part]:
    """Return the parts of a line that are not empty."""
    quoted: list[str] = []

    def hold(found: re.Match[str]) -> str:
        quoted.append(found["label"])
        return f"{found['before']}\0{len(quoted) - 1}\0"

    parts = re.split(r"[;,]", _QUOTED.sub(hold, line.replace("\0", " ")))
    return [_Part(part.strip(), tuple(quoted)) for part in parts if part.strip()]


def _read(part: _Part, levels: Sequence[object]) -> tuple[int, NDArray[np.bool_], float]:
    """Return how specific a part is (0 to 2), which cells it names and what they are worth."""
    transition = _TRANSITION.fullmatch(part.text)
    named = None if transition else _NAMED.fullmatch(part.text)
    n = len(levels)
    if transition:
        rows, columns = (
            _places(*part.label(transition[side]), levels) for side in ("untreated", "treated")
        )
        cells = np.zeros((n, n), dtype=bool)
        cells[np.ix_(rows, columns)] = True
        rank = (len(rows) == 1) + (len(columns) == 1)
        return rank, cells, _number(transition["worth"], part)
    if named:
        key = "-".join(named["name"].casefold().split())
        cells = _cells(named["name"], key, n)
        return 1 if key in _CHANGES else 2, cells, _number(named["worth"], part)
    quote = any(_MARKS.search(str(level)) for level in levels)
    advice = " Quote a level with a comma, a semicolon, = or ->." if quote else ""
    raise CounterfactualError(f"Expected a payoff as {_FORMS}; got {shorten(str(part))}.{advice}")


def _refuse(first: _Part, second: _Part, pair: str, rank: int) -> NoReturn:
    """Refuse two parts that differ in the worth of a pair of outcomes.

    Raises
    ------
    CounterfactualError
    """
    advice = "Leave out one of them." if rank == 2 else f"Leave out one, or add {pair} = worth."
    raise CounterfactualError(
        f"Expected one worth of {shorten(pair)[1:-1]}, got {shorten(str(first))} and "
        f"{shorten(str(second))}. {advice}"
    )


def _cells(name: str, key: str, n: int) -> NDArray[np.bool_]:
    """Return where a named kind of unit stands in the matrix, shape (levels, levels)."""
    untreated, treated = np.indices((n, n))
    changes: dict[str, NDArray[np.bool_]] = {
        "benefit": treated > untreated, "harm": treated < untreated,
        "unchanged": treated == untreated,
    }  # fmt: skip
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


def _places(plain: str, is_quoted: bool, levels: Sequence[object]) -> list[int]:
    if plain == "*" and not is_quoted:
        return list(range(len(levels)))
    names = [str(level) for level in levels]
    if plain in names:
        return [names.index(plain)]
    hint = closest(plain, names)
    shown = ", ".join(shorten(name) for name in names)
    advice = f"Did you mean {shorten(hint)}?" if hint else f"It has {shown}."
    raise CounterfactualError(f"The outcome has no level {shorten(plain)}. {advice}")


def _number(text: str, part: _Part) -> float:
    try:
        return float(text.replace("−", "-"))
    except ValueError:
        raise CounterfactualError(
            f"Expected a number at the end of {shorten(str(part))}, got {shorten(text)}."
        ) from None


def is_lines(payoff: object) -> TypeGuard[str | Sequence[str]]:
    """Whether a payoff is text: lines of it, in one or one each."""
    if isinstance(payoff, str):
        return True
    if not isinstance(payoff, list | tuple) or not payoff:
        return False
    return all(isinstance(line, str) for line in payoff)
