"""`BinaryCells`: the probabilities of a binary treatment and outcome, a column each, checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.errors import ContradictionError, CounterfactualError

__all__ = ["BLOCK", "CELLS", "BinaryCells"]

BLOCK = 16_384
"""Strata that are worked on at once, so that what is between stays in the processor's cache."""
TOLERANCE = 1e-9
"""Contradictions up to this size are rounding."""
CELLS = "P(x, y)", "P(x, y')", "P(x', y)", "P(x', y')"


@dataclass(frozen=True, eq=False, slots=True)
class BinaryCells:
    """What is known of a binary treatment and outcome in each stratum.

    Attributes
    ----------
    treated, untreated : ndarray of shape (strata,), or None
        P(y_x) and P(y_x').
    observed : tuple of four ndarrays of shape (strata,), or None
        P(x, y), P(x, y'), P(x', y), P(x', y').
    """

    treated: Floats | None
    untreated: Floats | None
    observed: tuple[Floats, Floats, Floats, Floats] | None

    @classmethod
    def read(
        cls, do_treated: Any, do_untreated: Any, observed: Sequence[Any] | None
    ) -> tuple[BinaryCells, bool]:
        """Read numbers or arrays over strata; return with whether all were numbers.

        Raises
        ------
        CounterfactualError
            Where they are no numbers, differ in length, or nothing is given.
        """
        if do_treated is None and do_untreated is None and observed is None:
            raise CounterfactualError(
                "Expected an experiment, observations, or both, got neither. Give do_treated and "
                "do_untreated, or observed."
            )
        do = [
            None if value is None else _numbers(name, value)
            for name, value in (("do_treated", do_treated), ("do_untreated", do_untreated))
        ]
        four = None if observed is None else _four(observed)
        given = [part for part in (*do, *(four or ())) if part is not None]
        lengths = sorted({len(part) for part in given if part.ndim})
        if len(lengths) > 1:
            raise CounterfactualError(
                "Expected arrays of one length, an entry for each stratum, got lengths "
                f"{' and '.join(f'{length:,}' for length in lengths)}. Give all the same strata."
            )
        shape = (lengths[0],) if lengths else (1,)
        treated, untreated = (None if part is None else np.broadcast_to(part, shape) for part in do)
        if four is None:
            return cls(treated, untreated, None), not lengths
        xy, xn, ny, nn = (np.broadcast_to(part, shape) for part in four)
        return cls(treated, untreated, (xy, xn, ny, nn)), not lengths

    @classmethod
    def of_arms(cls, experimental: Floats | None, observational: Floats | None) -> BinaryCells:
        """Return the cells of distributions of shape (strata, 2, 2), untreated and absent first."""
        exp, obs = experimental, observational
        return cls(
            None if exp is None else exp[:, 1, 1],
            None if exp is None else exp[:, 0, 1],
            None if obs is None else (obs[:, 1, 1], obs[:, 1, 0], obs[:, 0, 1], obs[:, 0, 0]),
        )

    def __len__(self) -> int:
        return len(self.columns[0])

    @property
    def columns(self) -> list[Floats]:
        """All that is known, a column each."""
        given = (self.treated, self.untreated, *(self.observed or ()))
        return [column for column in given if column is not None]

    def blocks(self) -> Iterator[tuple[slice, BinaryCells]]:
        """Yield runs of strata with their places."""
        for start in range(0, len(self), BLOCK):
            place = slice(start, start + BLOCK)
            yield place, self._take(place)

    def over_strata(
        self, bounds: Callable[[BinaryCells], tuple[Floats, Floats]]
    ) -> tuple[Floats, Floats]:
        """Return the bounds of all strata, found a block at a time."""
        lower, upper = np.empty(len(self)), np.empty(len(self))
        for place, block in self.blocks():
            lower[place], upper[place] = bounds(block)
        return lower, upper

    def inequalities(self, *, monotone: bool = False) -> Iterator[tuple[str, Floats, Floats]]:
        """Yield what holds in every population: its name, the lesser and the greater side.

        The outcome of those who took an arm is their outcome under that arm: P(x, y) <= P(y_x) and
        P(x, y') <= P(y'_x). Where the treatment never prevents the outcome, P(y_x') <= P(y) <=
        P(y_x) too (Tian & Pearl 2000, theorem 3).
        """
        a, b = self.treated, self.untreated
        if self.observed is None:
            if monotone and a is not None and b is not None:
                yield "P(y_x') <= P(y_x)", b, a
            return
        xy, xn, ny, nn = self.observed
        if a is not None:
            yield "P(x, y) <= P(y_x)", xy, a
            yield "P(x, y') <= 1 - P(y_x)", xn, 1 - a
        if b is not None:
            yield "P(x', y) <= P(y_x')", ny, b
            yield "P(x', y') <= 1 - P(y_x')", nn, 1 - b
        if monotone and a is not None:
            yield "P(y) <= P(y_x)", xy + ny, a
        if monotone and b is not None:
            yield "P(y_x') <= P(y)", b, xy + ny

    def check(self, *, monotone: bool = False) -> None:
        """Refuse what is no probability, and what no population has together.

        Raises
        ------
        CounterfactualError
            Where a number is no probability, or those observed do not sum to 1.
        ContradictionError
            With the inequality that fails by most, its stratum and its size.
        """
        if all(block.holds(monotone=monotone) for _, block in self.blocks()):
            return
        self._check_probabilities()
        self._check_inequalities(monotone=monotone)

    def holds(self, *, monotone: bool = False) -> bool:
        """Return whether `check` has nothing to refuse."""
        if self.observed is None:
            limited = all(c.min() >= -TOLERANCE and c.max() <= 1 + TOLERANCE for c in self.columns)
        else:  # what is observed limits the experiment
            total = _total(self.observed)
            limited = all(column.min() >= -TOLERANCE for column in self.observed)
            limited = limited and total.min() >= 1 - 1e-6 and total.max() <= 1 + 1e-6
        if not limited:  # NaN is not
            return False
        pairs = self.inequalities(monotone=monotone)
        return all((lesser - greater).max() <= TOLERANCE for _, lesser, greater in pairs)

    def fits(self, *, monotone: bool = False) -> NDArray[np.bool_]:
        """Return in which strata all inequalities hold, shape (strata,)."""
        fits = np.ones(len(self), dtype=bool)
        for _, lesser, greater in self.inequalities(monotone=monotone):
            fits &= lesser - greater <= TOLERANCE
        return fits

    def _check_probabilities(self) -> None:
        names = [
            name
            for name, part in (("do_treated", self.treated), ("do_untreated", self.untreated))
            if part is not None
        ]
        for name, column in zip([*names, *CELLS], self.columns, strict=False):
            _check_probability(name, column)
        if self.observed is None:
            return
        totals = _total(self.observed)
        worst = int(np.abs(totals - 1).argmax())
        if abs(totals[worst] - 1) > 1e-6:
            raise CounterfactualError(
                f"Expected the four probabilities of observed to sum to 1{self._where(worst)}, got "
                f"{totals[worst]:.6g}. Give {', '.join(CELLS)}, in this order."
            )

    def _check_inequalities(self, *, monotone: bool) -> None:
        inequality, excess, z, sides = "", TOLERANCE, 0, (0.0, 0.0)
        for name, lesser, greater in self.inequalities(monotone=monotone):
            gap = lesser - greater
            worst = int(gap.argmax())
            if gap[worst] > excess:
                inequality, excess, z = name, float(gap[worst]), worst
                sides = float(lesser[worst]), float(greater[worst])
        if not inequality:
            return
        consistency = inequality.startswith(("P(x, ", "P(x', "))
        reason = (
            "The experiment and the observations are of different populations, or one is biased; "
            "use one of them alone."
            if consistency
            else "Some units are harmed by the treatment; leave out monotone."
        )
        raise ContradictionError(
            f"Expected {inequality}{self._where(z)}, got {sides[0]:.4g} > {sides[1]:.4g}: it "
            f"fails by {excess:.4g}. {reason}",
            inequality,
            excess,
        )

    def _where(self, z: int) -> str:
        return f" in stratum {z}" if len(self) > 1 else ""

    def _take(self, place: slice) -> BinaryCells:
        cut = [None if part is None else part[place] for part in (self.treated, self.untreated)]
        if self.observed is None:
            return BinaryCells(cut[0], cut[1], None)
        xy, xn, ny, nn = self.observed
        return BinaryCells(cut[0], cut[1], (xy[place], xn[place], ny[place], nn[place]))


def _total(observed: tuple[Floats, Floats, Floats, Floats]) -> Floats:
    xy, xn, ny, nn = observed
    return xy + xn + ny + nn


def _numbers(name: str, value: Any) -> Floats:
    try:
        numbers = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        numbers = None
    if numbers is None or numbers.ndim > 1 or numbers.size == 0:
        got = f"shape {numbers.shape}" if numbers is not None else repr(value)[:60]
        raise CounterfactualError(
            f"Expected a number or an array over strata for {name}, got {got}. "
            "Give probabilities from 0 to 1."
        )
    return numbers


def _four(observed: Sequence[Any]) -> list[Floats]:
    try:
        parts = list(observed)
    except TypeError:
        parts = []
    if len(parts) != 4:
        raise CounterfactualError(
            f"Expected four probabilities for observed, {', '.join(CELLS)}, each a number or an "
            f"array over strata, got {len(parts) or repr(observed)[:60]}."
        )
    return [_numbers(name, part) for name, part in zip(CELLS, parts, strict=True)]


def _check_probability(name: str, column: Floats) -> None:
    bad = ~((column >= -TOLERANCE) & (column <= 1 + 1e-6))
    if not bad.any():
        return
    value = column[int(bad.argmax())]
    if np.isnan(value):
        advice = "Leave out the strata where it is not known."
    elif value > 1 and name in CELLS:
        advice = "These are counts or percentages: divide the four by their sum."
    elif 1 < value <= 100:
        advice = "Divide percentages by 100."
    else:
        advice = "Give shares from 0 to 1."
    raise CounterfactualError(f"Expected a probability for {name}, got {value:.4g}. {advice}")
