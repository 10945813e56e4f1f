"""Room for what lies beyond: functions that a column gets when its values leave the known range.

Beyond its outer knots every function of a basis is linear. When a batch lies there with a notable
share of its rows, the column gets further splines. They are zero, and so is their slope, in the
range that was known; so the Gram matrices of earlier batches stay as they are, with zeros for the
functions that came. That is exact but for the rows of earlier batches beyond the outer knots, few
by construction, for which the new functions are taken as zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.linalg import eigh

from causal_magics.discovery.basis import (
    Basis,
    ExtendedBasis,
    NominalBasis,
    SplineBasis,
    roughness,
)
from causal_magics.discovery.layout import Floats, Indices
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.discovery.worlds import Member, Memory

NOTABLE = 0.05
"""Share of the cells of a column beyond the outer knots from which it is told, and acted upon."""
FEWEST_ROWS = 12
"""Rows beyond an outer knot below which the basis stays as it is."""
MOST_FUNCTIONS = 6
"""Functions that are added on one side."""
REACH = 1.0
"""How far new knots go, in widths of the range that was known."""


def beyond(basis: Basis, values: Floats) -> Floats:
    """Return the share of cells beyond the outer knots of every column, shape ``(columns,)``."""
    shares = np.zeros(len(basis.columns))
    for index, column in enumerate(basis.columns):
        present = values[~np.isnan(values[:, index]), index]
        if isinstance(column, NominalBasis) or not len(present):
            continue
        scaled = column.scale(present)
        low, high = column.span
        shares[index] = np.mean((scaled < low) | (scaled > high))
    return shares


def extended(basis: Basis, values: Floats) -> Basis:
    """Return a basis with room for the rows of a batch; the same one where it has."""
    columns = [
        column if isinstance(column, NominalBasis) else _extended(column, own[~np.isnan(own)])
        for column, own in zip(basis.columns, values.T, strict=True)
    ]
    if all(new is old for new, old in zip(columns, basis.columns, strict=True)):
        return basis
    return replace(basis, columns=tuple(columns))


def carried(memory: Memory, before: Basis, after: Basis) -> Memory:
    """Return the memory with its statistics under an extended basis."""
    places = _places(before, after)
    known: dict[int, GramStatistic] = {}

    def moved(statistic: GramStatistic) -> GramStatistic:
        if id(statistic) not in known:
            gram = np.zeros((1 + after.layout.n_functions,) * 2)
            gram[np.ix_(places, places)] = statistic.gram
            known[id(statistic)] = replace(statistic, gram=gram, layout=after.layout)
        return known[id(statistic)]

    worlds = tuple(
        world.with_members(tuple(Member(moved(m.statistic), m.batches) for m in world.members))
        for world in memory.worlds
    )
    kept: Mapping[int, GramStatistic] = {k: moved(own) for k, own in memory.kept.items()}
    return Memory(worlds, kept)


def _places(before: Basis, after: Basis) -> Indices:
    """Where each row of an old Gram matrix stands in a new one."""
    old, new = before.layout.starts, after.layout.starts
    blocks = [
        1 + start + np.arange(end - begin)
        for begin, end, start in zip(old, old[1:], new, strict=False)
    ]
    return np.concatenate([np.zeros(1, dtype=np.int64), *blocks])


def _extended(column: SplineBasis | ExtendedBasis, values: Floats) -> SplineBasis | ExtendedBasis:
    if column.part.nominal:
        return column
    scaled = column.scale(values)
    low, high = column.span
    for side, edge in ((1.0, high), (-1.0, low)):
        excess = side * (scaled - edge)
        excess = excess[(excess > 0.0) & (excess <= REACH * (high - low))]
        if len(excess) >= max(FEWEST_ROWS, NOTABLE * len(values)):
            column = _grown(column, side, edge, excess, high - low)
    return column


def _grown(
    column: SplineBasis | ExtendedBasis, side: float, edge: float, excess: Floats, width: float
) -> SplineBasis | ExtendedBasis:
    """Add functions on one side of the known range."""
    share = float(np.quantile(excess, 0.95)) / width
    count = int(np.clip(1 + round(2 * MOST_FUNCTIONS * share), 2, MOST_FUNCTIONS))
    shares = np.linspace(0.0, 1.0, count + 1)[1:]
    knots = np.unique(np.concatenate(([0.0], np.quantile(excess, shares))))
    flat = np.zeros(len(knots) - 1)
    spline = CubicSpline(knots, np.eye(len(knots))[:, 1:], bc_type=((1, flat), (2, flat)))
    evaluated = spline(excess)
    moment = evaluated.T @ evaluated / len(excess)
    moment[np.diag_indices_from(moment)] += 1e-9 * np.trace(moment)
    _, rotation = eigh(roughness(knots, spline(knots, 2)), moment)
    end = np.zeros((4, 1, len(knots) - 1))
    end[2, 0], end[3, 0] = spline(knots[-1], 1), spline(knots[-1])
    breaks = np.append(knots, knots[-1] + 1.0)
    coefficients = np.concatenate((spline.c, end), axis=1) @ rotation
    return ExtendedBasis(column, side, edge, breaks, coefficients)
