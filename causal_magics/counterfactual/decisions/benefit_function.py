"""The bounds on the benefit as a function of the payoff, for data that stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.transport import transport_terms
from causal_magics.counterfactual.decisions.couplings import (
    Couplings,
    Groups,
    couplings_of,
    is_transport,
)
from causal_magics.counterfactual.decisions.payoff_weights import (
    MovedWeight,
    payoff_frame,
    payoffs_along,
)
from causal_magics.counterfactual.decisions.supporting_types import (
    StratumProgram,
    programs_of,
    supports_in_box,
    supports_on_line,
)
from causal_magics.counterfactual.decisions.weight_breaks import found_breaks, transport_breaks
from causal_magics.counterfactual.frames.unit_bounds import UnitBounds
from causal_magics.errors import CounterfactualError

__all__ = [
    "AnyBenefit",
    "BenefitFunction",
    "Line",
    "ProgramBenefit",
    "Surface",
    "TransportBenefit",
    "benefit_function",
]

FARTHEST = 1e4
"""How far weights are moved where bounds come from linear programs, in largest entries."""
_NEAR = 100.0
"""The same where nothing is known of where they bend."""
_TERM_LEVELS = 3
"""Levels up to which terms are so few that they are quick for many strata."""
_RUN = 1 << 16


@dataclass(frozen=True, eq=False, slots=True)
class Line:
    """Bounds as one weight moves: linear between the points.

    Attributes
    ----------
    points : ndarray of shape (points,)
        Ascending, two at least.
    lower, upper : ndarray of shape (strata, points)
    is_whole : bool
        Whether they are linear beyond the outermost points too; else nothing is known there.
    """

    points: Floats
    lower: Floats
    upper: Floats
    is_whole: bool


@dataclass(frozen=True, eq=False, slots=True)
class Surface:
    """Bounds over a grid of two weights.

    Attributes
    ----------
    lower, upper : ndarray of shape (strata, rows, columns)
    couplings : Couplings, optional
        Response types whose envelopes are the bounds anywhere between the grid's ends.
    """

    lower: Floats
    upper: Floats
    couplings: Couplings | None


class BenefitFunction(Protocol):
    """Bounds on the benefit of any payoff, for each stratum."""

    def along(self, payoff: Payoff, weight: MovedWeight) -> Line:
        """Return the bounds as a weight moves."""

    def over(self, frame: Floats, x: Floats, y: Floats) -> Surface:
        """Return the bounds over the grid of two weights; see `payoff_frame`."""


@dataclass(frozen=True, eq=False)
class TransportBenefit:
    """Bounds of strata in which the response types are couplings."""

    bounds: UnitBounds

    @cached_property
    def couplings(self) -> Couplings:
        """The couplings of all strata."""
        places: list[Groups] = [()] * len(self.bounds)
        for group in self.bounds.groups:
            found = couplings_of(group.distributions, monotone=self.bounds.monotone)
            if found is None:
                raise CounterfactualError(
                    "Expected data in which some units may have no lower outcome treated than "
                    "untreated, but they contradict monotone=True. Leave it out."
                )
            for place, each in zip(group.strata.tolist(), found.groups, strict=True):
                places[place] = each
        return Couplings(tuple(places))

    def evaluate(self, payoffs: Floats) -> tuple[Floats, Floats]:
        """Return lower and upper bounds of a few payoffs, shape (strata, payoffs)."""
        n = len(self.bounds.levels)
        if n > _TERM_LEVELS or len(self.bounds.arms) > 2:
            return self.couplings.evaluate(payoffs)
        ends = np.empty((2, len(self.bounds), len(payoffs)))
        for group in self.bounds.groups:
            cells = group.distributions.cells
            for place, row in enumerate(payoffs):
                payoff = Payoff(row.reshape(n, n))
                terms = transport_terms(payoff, group.sources, monotone=self.bounds.monotone)
                for start in range(0, len(cells), _RUN):
                    strata = group.strata[start : start + _RUN]
                    ends[:, strata, place] = terms.evaluate(cells[start : start + _RUN])
        return ends[0], ends[1]

    def along(self, payoff: Payoff, weight: MovedWeight) -> Line:
        """Return the bounds between where vertices of the dual stop being feasible."""
        free = {group.distributions.experimental is None for group in self.bounds.groups}
        parts = [
            transport_breaks(payoff, weight, monotone=self.bounds.monotone, free=each)
            for each in sorted(free)
        ]
        found = np.unique(np.concatenate(parts))
        beyond = max(1.0, float(np.abs(found).max(initial=0.0)))
        inner = found if len(found) else np.zeros(1)
        points = np.concatenate([[inner[0] - beyond], found, [inner[-1] + beyond]])
        return Line(points, *self.evaluate(payoffs_along(payoff, weight, points)), is_whole=True)

    def over(self, frame: Floats, x: Floats, y: Floats) -> Surface:
        """Return the bounds over a grid, by all couplings."""
        return _surface(self.couplings, frame, x, y)


@dataclass(frozen=True, eq=False)
class ProgramBenefit:
    """Bounds of strata whose response types are found by linear programs, where they matter."""

    programs: tuple[StratumProgram, ...]

    def along(self, payoff: Payoff, weight: MovedWeight) -> Line:
        """Return the bounds between where they bend in some stratum."""
        frame = payoff_frame(payoff, weight)
        far = FARTHEST * max(1.0, float(np.abs(payoff.values).max()))
        bends, groups = {-far, far}, []
        for program in self.programs:
            types = []
            for sign in (1.0, -1.0):
                found, at = supports_on_line(program, sign * frame, -far, far)
                types.append(found)
                bends.update(at)
            groups.append((np.concatenate(types),))
        points = np.array(sorted(bends))
        ends = Couplings(tuple(groups)).evaluate(payoffs_along(payoff, weight, points))
        return Line(points, *ends, is_whole=False)

    def over(self, frame: Floats, x: Floats, y: Floats) -> Surface:
        """Return the bounds over a grid, by the response types that support them."""
        box = (float(x[0]), float(x[-1]), float(y[0]), float(y[-1]))
        groups = [
            (np.concatenate([supports_in_box(each, sign * frame, box) for sign in (1.0, -1.0)]),)
            for each in self.programs
        ]
        return _surface(Couplings(tuple(groups)), frame, x, y)


@dataclass(frozen=True, eq=False)
class AnyBenefit:
    """Bounds from whatever computes them, one payoff after the other.

    Attributes
    ----------
    bounds_of : callable
        Takes a payoff that tells units apart, returns the bounds of the strata.
    strata : int
        How many they are.
    """

    bounds_of: Callable[[Payoff], tuple[Floats, Floats]]
    strata: int

    def evaluate(self, payoffs: Floats) -> tuple[Floats, Floats]:
        """Return lower and upper bounds, shape (strata, payoffs)."""
        ends = np.empty((2, self.strata, len(payoffs)))
        n = round(payoffs.shape[1] ** 0.5)
        for place, row in enumerate(payoffs):
            same = np.ptp(row) == 0
            ends[..., place] = row[0] if same else self.bounds_of(Payoff(row.reshape(n, n)))
        return ends[0], ends[1]

    def along(self, payoff: Payoff, weight: MovedWeight) -> Line:
        """Return the bounds between where halving finds that they bend."""
        far = _NEAR * max(1.0, float(np.abs(payoff.values).max()))

        def evaluate(at: Floats) -> tuple[Floats, Floats]:
            return self.evaluate(payoffs_along(payoff, weight, at))

        points = found_breaks(evaluate, -far, far)
        return Line(points, *evaluate(points), is_whole=False)

    def over(self, frame: Floats, x: Floats, y: Floats) -> Surface:
        """Return the bounds of each cell."""
        lower, upper = self.evaluate(_payoffs_over(frame, x, y))
        shape = (self.strata, len(y), len(x))
        return Surface(lower.reshape(shape), upper.reshape(shape), None)


def _payoffs_over(frame: Floats, x: Floats, y: Floats) -> Floats:
    """Return the payoff of each cell, row by row."""
    weights = [np.ones(len(x) * len(y)), np.tile(x, len(y)), np.repeat(y, len(x))]
    return np.stack(weights, axis=1) @ frame


def _surface(couplings: Couplings, frame: Floats, x: Floats, y: Floats) -> Surface:
    lower, upper = couplings.evaluate(_payoffs_over(frame, x, y))
    shape = (len(couplings.groups), len(y), len(x))
    return Surface(lower.reshape(shape), upper.reshape(shape), couplings)


def benefit_function(bounds: UnitBounds) -> BenefitFunction:
    """Return the bounds of the strata as a function of the payoff.

    Parameters
    ----------
    bounds : UnitBounds
    """
    monotone, parts = bounds.monotone, [group.distributions for group in bounds.groups]
    if all(is_transport(each, monotone=monotone) for each in parts):
        return TransportBenefit(bounds)
    if not (monotone and len(bounds.arms) > 2):
        programs: list[StratumProgram | None] = [None] * len(bounds)
        for group in bounds.groups:
            each = programs_of(group.distributions, monotone=monotone)
            for place, program in zip(group.strata.tolist(), each, strict=True):
                programs[place] = program
        return ProgramBenefit(tuple(program for program in programs if program is not None))
    return AnyBenefit(lambda payoff: tuple(bounds.with_payoff(payoff).benefit), len(bounds))
