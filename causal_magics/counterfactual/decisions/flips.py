"""Which strata flip, and at which weight of the payoff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.decisions.benefit_function import Line, benefit_function
from causal_magics.counterfactual.decisions.payoff_weights import (
    MovedWeight,
    all_weights,
    weight_of,
)
from causal_magics.counterfactual.decisions.rules import Rule, check_rule, criterion
from causal_magics.counterfactual.decisions.weight_breaks import TOLERANCE, Crossings, crossings
from causal_magics.counterfactual.frames.arrangement import shown
from causal_magics.counterfactual.frames.strata_frame import strata_frame
from causal_magics.counterfactual.frames.unit_bounds import UnitBounds
from causal_magics.counterfactual.pictures.chart_svg import written
from causal_magics.data.html_table import html_table
from causal_magics.graph.geometry_text import fit_label
from causal_magics.options import check_kind

__all__ = ["Flips", "SafeRatio", "flips", "safe_ratio"]

_ROWS = 30
"""Rows of a table in a notebook."""
_LABEL = 300.0
_END = {"lower": ("undecided", "treat"), "upper": ("refuse", "undecided")}


@dataclass(frozen=True, eq=False, repr=False)
class Flips:
    """The weights of a payoff at which decisions change, all others held fixed.

    Attributes
    ----------
    weights : tuple of MovedWeight
        What was moved, one at a time.
    current : tuple of (float or None)
        What each of them is in the payoff; None where its entries are of different weights.
    moved : ndarray of int, shape (flips,)
        Which of the weights flips.
    stratum : ndarray of int, shape (flips,)
        Which stratum flips.
    at : ndarray of shape (flips,)
        At which value of the weight: exact, as bounds are piecewise linear in it.
    bound : ndarray of str, shape (flips,)
        What crosses 0 there: ``lower``, ``upper`` or ``rule``, which is what the rule decides by.
    before, after : ndarray of str, shape (flips,)
        The verdict of the bounds, or the rule's decision, just below and above that weight.
    names : Mapping
        Labels of the strata, by column.
    """

    weights: tuple[MovedWeight, ...]
    current: tuple[float | None, ...]
    moved: NDArray[np.intp]
    stratum: NDArray[np.intp]
    at: Floats
    bound: NDArray[np.str_]
    before: NDArray[np.str_]
    after: NDArray[np.str_]
    names: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.at)

    def of(self, stratum: int, bound: str | None = None) -> Flips:
        """Return the flips of one stratum, of one bound where that is said."""
        chosen = self.stratum == stratum
        return self._take(chosen if bound is None else chosen & (self.bound == bound))

    @property
    def nearest(self) -> Flips:
        """The flip of the rule's decision that is nearest to the payoff, one for each stratum.

        Of single weights, and measured by how far the weight moves. Strata whose decision no
        single weight changes have none.
        """
        now = np.array([np.nan if each is None else each for each in self.current])
        away = np.abs(self.at - now[self.moved]) if len(self.at) else np.zeros(0)
        there = np.flatnonzero((self.bound == "rule") & np.isfinite(away))
        order = there[np.lexsort((away[there], self.stratum[there]))]
        first = np.unique(self.stratum[order], return_index=True)[1]
        return self._take(order[first])

    def sorted(self) -> Flips:
        """Return them by stratum, then by weight and where it flips."""
        return self._take(np.lexsort((self.at, self.moved, self.stratum)))

    def to_frame(self) -> Any:
        """Return a row for each flip: stratum, weight, current, flips_at, bound, before, after."""
        now = [np.nan if each is None else each for each in self.current]
        return strata_frame(self.names, self.stratum, {
            "weight": [self.weights[which].name for which in self.moved.tolist()],
            "current": np.array(now, dtype=float)[self.moved],
            "flips_at": self.at,
            "bound": self.bound.tolist(),
            "before": self.before.tolist(),
            "after": self.after.tolist(),
        })  # fmt: skip

    def _repr_html_(self) -> str:
        head = [*self.names, "weight", "now", "flips at", "bound", "below", "above"]
        columns = (self.stratum, self.moved, self.at, self.bound, self.before, self.after)
        first = zip(*(column[:_ROWS].tolist() for column in columns), strict=True)
        rows = [
            [
                *_labels(self.names, stratum), self.weights[which].name,
                "various" if (now := self.current[which]) is None else written(now),
                written(at), bound, before, after,
            ]
            for stratum, which, at, bound, before, after in first
        ]  # fmt: skip
        return html_table(head, rows, _caption(self, len(self)))

    def __repr__(self) -> str:
        strata = len(np.unique(self.stratum))
        names = ", ".join(weight.name for weight in self.weights)
        return f"<Flips: {len(self):,} in {strata:,} strata as one weight moves ({names})>"

    def _take(self, chosen: NDArray[Any]) -> Flips:
        names = ("moved", "stratum", "at", "bound", "before", "after")
        return replace(self, **{name: getattr(self, name)[chosen] for name in names})


def _labels(names: Mapping[str, NDArray[Any]], stratum: int) -> list[str]:
    return [fit_label(shown(column[stratum]), _LABEL) for column in names.values()]


def _caption(found: Flips | SafeRatio, count: int) -> str:
    """Return what stands above a table: what it is of, and how much of that it shows."""
    more = f": the first {_ROWS} of {count:,}" if count > _ROWS else ""
    return repr(found)[1:-1] + more


def flips(
    bounds: UnitBounds,
    weights: Any = None,
    *,
    rule: Rule = "midpoint",
    optimism: float = 0.5,
    costs: float | Floats = 0.0,
) -> Flips:
    """Return where decisions flip as one weight of the payoff moves at a time.

    Parameters
    ----------
    bounds : UnitBounds
        Of a payoff: the weights that stay.
    weights : str, pair, matrix, MovedWeight, or list of these, optional
        What moves, as in a line of a payoff: ``"defier"``, ``"harm"``, ``"none -> high"``; see
        `weight_of`. Each entry of the payoff by itself where left out.
    rule : {"midpoint", "certain", "randomised", "hurwicz"}
        Which decision is followed beside the verdicts of the bounds.
    optimism : float
        Of the rule `hurwicz`.
    costs : float or ndarray of shape (strata,)
        What comes off the benefit of treating a unit.

    Returns
    -------
    Flips

    Raises
    ------
    CounterfactualError
        Where a weight or a rule is none.
    """
    check_kind("bounds of strata", bounds, UnitBounds, "Give what bounds(…) returns.")
    check_rule(rule, optimism)
    if weights is None:
        moving = all_weights(bounds.levels)
    else:
        given = weights if isinstance(weights, list) and not _is_matrix(weights) else [weights]
        moving = tuple(weight_of(each, bounds.levels) for each in given)
    function = benefit_function(bounds)
    found: list[tuple[NDArray[Any], ...]] = []
    for which, weight in enumerate(moving):
        line = function.along(bounds.payoff, weight)
        lower, upper = (end - np.reshape(costs, (-1, 1)) for end in (line.lower, line.upper))
        decided = criterion(lower, upper, rule, optimism, scale=0.0)
        for name, values, side in (("lower", lower, 1), ("upper", upper, -1), ("rule", decided, 1)):
            found.append(_told(which, name, _crossed(line, values, side)))
    moved, stratum, at, bound, before, after = (
        np.concatenate(parts) for parts in zip(*found, strict=True)
    )
    current = tuple(weight.current(bounds.payoff) for weight in moving)
    told = Flips(moving, current, moved, stratum, at, bound, before, after, bounds.strata)
    return told.sorted()


def _crossed(line: Line, values: Floats, side: int) -> Crossings:
    """Return where values along a line cross 0, as far as the line is known."""
    found = crossings(line.points, values, side)
    if line.is_whole:
        return found
    known = (found.weight >= line.points[0]) & (found.weight <= line.points[-1])
    return Crossings(found.stratum[known], found.weight[known], found.rises[known])


def _is_matrix(weights: list[Any]) -> bool:
    """Tell whether a list is the rows of one matrix."""
    return all(isinstance(row, list) and not any(map(np.ndim, row)) for row in weights)


def _told(which: int, bound: str, found: Crossings) -> tuple[NDArray[Any], ...]:
    """Return the columns of some crossings: what is decided before and after."""
    low, high = _END.get(bound, ("refuse", "treat"))
    rises = found.rises if bound != "upper" else ~found.rises
    count = len(found.weight)
    return (
        np.full(count, which),
        found.stratum,
        found.weight + 0.0,  # no minus before 0
        np.full(count, bound),
        np.where(rises, low, high),
        np.where(rises, high, low),
    )


@dataclass(frozen=True, eq=False, repr=False)
class SafeRatio:
    """How much worse harm may be than benefit is good, for treating to be right.

    Treating a unit is worth 1 where its outcome rises, ``-r`` where it falls, and 0 where it stays:
    for two outcomes the weights 1, 0, 0, -r of complier, always-taker, never-taker and defier.

    Attributes
    ----------
    treat_below : ndarray of shape (strata,)
        Treating is right for certain iff ``r`` is below; infinite where no harm is possible.
    midpoint : ndarray of shape (strata,)
        Below it the midpoint, hence minimax regret, decides to treat.
    refuse_above : ndarray of shape (strata,)
        Treating is wrong for certain iff ``r`` is above; infinite where it cannot be certified,
        as with two outcomes and an experiment alone.
    names : Mapping
        Labels of the strata, by column.
    """

    treat_below: Floats
    midpoint: Floats
    refuse_above: Floats
    names: Mapping[str, NDArray[Any]]

    def to_frame(self) -> Any:
        """Return a row for each stratum."""
        return strata_frame(self.names, np.arange(len(self.midpoint)), {
            "treat_below": self.treat_below,
            "midpoint": self.midpoint,
            "refuse_above": self.refuse_above,
        })  # fmt: skip

    def _repr_html_(self) -> str:
        head = [*self.names, "treat below", "midpoint", "refuse above"]
        ends = (self.treat_below, self.midpoint, self.refuse_above)
        first = zip(*(end[:_ROWS].tolist() for end in ends), strict=True)
        rows = [[*_labels(self.names, z), *map(written, each)] for z, each in enumerate(first)]
        return html_table(head, rows, _caption(self, len(self.midpoint)))

    def __repr__(self) -> str:
        if len(self.treat_below) == 1:
            ends = f"{self.treat_below[0]:.4g}, refuse above {self.refuse_above[0]:.4g}"
            return f"<SafeRatio: treat below {ends}>"
        return f"<SafeRatio of {len(self.treat_below):,} strata>"


def safe_ratio(bounds: UnitBounds) -> SafeRatio:
    """Return the ratio of harm to benefit up to which treating is safe, for each stratum.

    It does not depend on the payoff of the bounds.

    Parameters
    ----------
    bounds : UnitBounds
    """
    check_kind("bounds of strata", bounds, UnitBounds, "Give what bounds(…) returns.")
    function, n_levels, names = benefit_function(bounds), len(bounds.levels), bounds.strata
    rises = np.tri(n_levels, k=-1).T
    payoff, weight = Payoff(rises), MovedWeight("ratio", -rises.T)
    line = function.along(payoff, weight)
    lower, upper = line.lower, line.upper
    treat, middle = (_last(line, values) for values in (lower, (lower + upper) / 2))
    refuse = _crossed(line, upper, side=-1)
    above = np.full(len(upper), np.inf)
    there = refuse.rises & (refuse.weight >= 0)
    above[refuse.stratum[there]] = refuse.weight[there]
    return SafeRatio(treat, middle, above, names)


def _last(line: Line, values: Floats) -> Floats:
    """Return up to which ratio a falling function is above 0: 0 where nowhere."""
    found = _crossed(line, values, side=1)
    falls = ~found.rises & (found.weight >= 0)
    last = np.where(values[:, -1] > TOLERANCE, np.inf, 0.0)
    last[found.stratum[falls]] = found.weight[falls] + 0.0  # no minus before 0
    return last
