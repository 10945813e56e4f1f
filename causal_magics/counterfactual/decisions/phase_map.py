"""Decisions over two weights of a payoff: where to treat, to refuse, and where neither is sure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.rounding import settled
from causal_magics.counterfactual.decisions.benefit_function import Surface, benefit_function
from causal_magics.counterfactual.decisions.flip_lines import FlipLines, exact_lines, grid_lines
from causal_magics.counterfactual.decisions.payoff_weights import (
    MovedWeight,
    all_weights,
    payoff_frame,
    weight_of,
)
from causal_magics.counterfactual.decisions.rules import verdicts
from causal_magics.counterfactual.frames.strata_frame import strata_frame
from causal_magics.counterfactual.frames.unit_bounds import UnitBounds
from causal_magics.errors import CounterfactualError, shorten
from causal_magics.options import check_kind

__all__ = ["PhaseMap", "phase_map"]

Range = tuple[float, float]
MOST_CELLS = 1_000_000
MOST_NUMBERS = 50_000_000
"""Cells times strata: two numbers each, which are some 800 MB."""


@dataclass(frozen=True, eq=False, repr=False)
class PhaseMap:
    """Bounds on the benefit over a grid of two weights, for each stratum and over all.

    Attributes
    ----------
    x_weight, y_weight : MovedWeight
    x, y : ndarray of shape (columns,) and (rows,)
        The weights of the grid, ascending.
    current : (float or None, float or None)
        The weights of the payoff that the bounds are of.
    surface : Surface
        Bounds of each stratum and cell.
    bounds : UnitBounds
    """

    x_weight: MovedWeight
    y_weight: MovedWeight
    x: Floats
    y: Floats
    current: tuple[float | None, float | None]
    surface: Surface
    bounds: UnitBounds

    @property
    def scale(self) -> float:
        """The largest size of a weight on the map, beside which rounding is nothing."""
        moved = (self.x_weight.direction != 0) | (self.y_weight.direction != 0)
        ends = (
            float(np.abs(axis).max() * np.abs(weight.direction).max())
            for axis, weight in ((self.x, self.x_weight), (self.y, self.y_weight))
        )
        return max(*ends, float(np.abs(self.bounds.payoff.values[~moved]).max(initial=0.0)))

    @property
    def lower(self) -> Floats:
        """Lower bounds, shape (strata, rows, columns)."""
        return self.surface.lower

    @property
    def upper(self) -> Floats:
        """Upper bounds, shape (strata, rows, columns)."""
        return self.surface.upper

    def ends(self, stratum: int | None = None) -> tuple[Floats, Floats]:
        """Return lower and upper bounds of a stratum, or their mean over all units.

        Returns
        -------
        lower, upper : ndarray of shape (rows, columns)
        """
        if stratum is None:
            share = self.bounds.share
            return np.tensordot(share, self.lower, 1), np.tensordot(share, self.upper, 1)
        self._check(stratum)
        return self.lower[stratum], self.upper[stratum]

    def verdicts(self, stratum: int | None = None) -> NDArray[np.str_]:
        """Return treat, undecided or refuse for each cell, of a stratum or of all as one."""
        return verdicts(*self.ends(stratum), scale=self.scale)

    def midpoint(self, stratum: int | None = None) -> Floats:
        """Return the midpoint of the bounds for each cell: above 0 where minimax regret treats."""
        lower, upper = self.ends(stratum)
        return np.asarray((lower + upper) / 2)

    @cached_property
    def certain_share(self) -> tuple[Floats, Floats]:
        """The shares of all units to treat and to refuse for certain, for each cell."""
        share = self.bounds.share
        said = verdicts(self.lower, self.upper, scale=self.scale)
        return np.tensordot(share, said == "treat", 1), np.tensordot(share, said == "refuse", 1)

    def lines(self, stratum: int | None = None) -> FlipLines:
        """Return where the verdict and the midpoint flip, within the range of the map.

        Those of a stratum are exact where its bounds have a closed form; all others are traced
        through the grid, along whose lines they are straight.
        """
        box = (float(self.x[0]), float(self.x[-1]), float(self.y[0]), float(self.y[-1]))
        couplings = self.surface.couplings
        if couplings is not None and (stratum is not None or len(self.bounds) == 1):
            place = 0 if stratum is None else stratum
            self._check(place)
            frame = payoff_frame(self.bounds.payoff, self.x_weight, self.y_weight)
            return exact_lines([types @ frame.T for types in couplings.groups[place]], box)
        return grid_lines(self.x, self.y, *self.ends(stratum))

    def to_frame(self) -> Any:
        """Return a row for each stratum and cell: labels, weights, bounds and verdict."""
        cells = len(self.x) * len(self.y)
        x, y = np.meshgrid(self.x, self.y)
        strata = np.arange(len(self.bounds))
        return strata_frame(self.bounds.strata, np.repeat(strata, cells), {
            "x": np.tile(x.reshape(-1), len(strata)),
            "y": np.tile(y.reshape(-1), len(strata)),
            "lower": settled(self.lower, self.scale).reshape(-1),
            "upper": settled(self.upper, self.scale).reshape(-1),
            "verdict": verdicts(self.lower, self.upper, scale=self.scale).reshape(-1).tolist(),
        })  # fmt: skip

    def to_svg(self, stratum: int | None = None, **options: Any) -> str:
        """Return a picture as SVG; see `phase_map_svg`."""
        from causal_magics.counterfactual.pictures.phase_map_svg import phase_map_svg

        return phase_map_svg(self, stratum, **options)

    def _repr_html_(self) -> str:
        return f"<div>{self.to_svg()}</div>"

    def __repr__(self) -> str:
        rows, columns = len(self.y), len(self.x)
        names = f"{self.x_weight.name} × {self.y_weight.name}"
        return f"<PhaseMap: {names}, {columns} × {rows} cells, {len(self.bounds):,} strata>"

    def _check(self, stratum: int) -> None:
        if not 0 <= stratum < len(self.bounds):
            raise CounterfactualError(
                f"Expected the place of a stratum from 0 to {len(self.bounds) - 1}, got {stratum}. "
                "Leave it out for all units as one."
            )


def phase_map(
    bounds: UnitBounds,
    x: Any = None,
    y: Any = None,
    *,
    x_range: Range | None = None,
    y_range: Range | None = None,
    size: int | tuple[int, int] = 40,
) -> PhaseMap:
    """Map the decisions over two weights of the payoff.

    Parameters
    ----------
    bounds : UnitBounds
        Of a payoff: the weights that stay.
    x, y : str, pair or matrix, optional
        Weights as in a line of a payoff: ``"defier"``, ``"harm"``, ``"none -> high"``; see
        `weight_of`. What is worth to change the outcome from the lowest level to the highest, and
        back, where left out: complier and defier for two outcomes.
    x_range, y_range : (float, float), optional
        Where left out, around 0 and up to twice what the weight is in the payoff.
    size : int or (int, int)
        Columns and rows of the grid.

    Returns
    -------
    PhaseMap

    Raises
    ------
    CounterfactualError
        Where a weight, a range or the size is none, or both weights move the same entry.
    """
    check_kind("bounds of strata to map", bounds, UnitBounds, "Give what bounds(…) returns.")
    levels = bounds.levels
    n = len(levels)
    entries = all_weights(levels)
    usual = (entries[n - 1], entries[n * (n - 1)])
    x_weight, y_weight = (
        weight_of(default if given is None else given, levels)
        for given, default in zip((x, y), usual, strict=True)
    )
    if ((x_weight.direction != 0) & (y_weight.direction != 0)).any():
        raise CounterfactualError(
            f"Expected two weights of different entries of the payoff, got {shorten(x_weight.name)}"
            f" and {shorten(y_weight.name)}, which share one. Choose others."
        )
    columns, rows = _size(size, len(bounds))
    current = x_weight.current(bounds.payoff), y_weight.current(bounds.payoff)
    xs = np.linspace(*_range("x_range", x_range, bounds.payoff, x_weight), columns)
    ys = np.linspace(*_range("y_range", y_range, bounds.payoff, y_weight), rows)
    frame = payoff_frame(bounds.payoff, x_weight, y_weight)
    surface = benefit_function(bounds).over(frame, xs, ys)
    return PhaseMap(x_weight, y_weight, xs, ys, current, surface, bounds)


def _size(size: Any, strata: int) -> tuple[int, int]:
    given = (size, size) if np.ndim(size) == 0 else tuple(size)
    if len(given) != 2 or not all(
        isinstance(each, int | np.integer) and not isinstance(each, bool) and each >= 2
        for each in given
    ):
        raise CounterfactualError(
            f"Expected the size of a map as a whole number from 2, or columns and rows, got {size}."
        )
    most = min(MOST_CELLS, MOST_NUMBERS // strata)
    if given[0] * given[1] > most:
        raise CounterfactualError(
            f"Expected at most {most:,} cells in a map of {strata:,} strata, got {given[0]:,} × "
            f"{given[1]:,}. Give a smaller size, or bounds.take some strata."
        )
    return int(given[0]), int(given[1])


def _range(name: str, given: Range | None, payoff: Payoff, weight: MovedWeight) -> Range:
    if given is None:
        entries = payoff.values[weight.direction != 0] / weight.direction[weight.direction != 0]
        ends = 2 * float(entries.min()), 2 * float(entries.max())
        far = max(1.0, float(np.abs(payoff.values).max()))
        low, high = min(0.0, ends[0]), max(0.0, ends[1])
        return (low, high) if high > low else (-far, far)
    try:
        low, high = (float(end) for end in given)
    except (TypeError, ValueError, OverflowError):
        low, high = 0.0, 0.0
    if not (np.isfinite([low, high]).all() and low < high):
        raise CounterfactualError(
            f"Expected {name} as two numbers, the smaller first, got {shorten(repr(given))}."
        )
    return low, high
