"""A fixed basis of smooth functions for every column.

Natural cubic splines with knots at quantiles of a reference batch, rotated to the Demmler-Reinsch
basis: orthonormal on that batch and ordered by roughness. The first function is the standardised
column itself. Outside the outer knots every function is linear. A column with heavy tails is first
drawn in by an inverse hyperbolic sine, where that makes its own code shorter.

Source: Demmler and Reinsch, "Oscillation matrices with spline smoothing", Numer. Math. 24, 1975.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline, PPoly
from scipy.linalg import eigh, null_space

Floats = NDArray[np.float64]

BASIS_SIZE = 8
TAIL = 0.02
"""Share of the rows beyond the second and the last but one knot."""
BENDS = (0.5, 1.0, 2.0, 4.0)
"""Strengths of the inverse hyperbolic sine, per standard deviation."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How a column is brought to mean zero and variance one on the reference batch.

    With ``z = (x - centre) / width`` the scale is ``z`` where `bend` is zero, else
    ``(arcsinh(bend * z) - mean) / deviation``.
    """

    centre: float
    width: float
    bend: float = 0.0
    mean: float = 0.0
    deviation: float = 1.0

    @classmethod
    def fit(cls, values: Floats) -> Scale:
        """Choose the scale on which the column alone has the shortest Gaussian code.

        A bend costs its name and half a log of the rows, as any parameter does.
        """
        centre, width = float(values.mean()), float(values.std())
        standardised = (values - centre) / width
        best = cls(centre, width)
        shortest = -math.log(len(BENDS) + 1) - 0.5 * math.log(len(values))
        for bend in BENDS:
            bent = np.arcsinh(bend * standardised)
            mean, deviation = float(bent.mean()), float(bent.std())
            stretch = math.log(bend) - 0.5 * np.log1p((bend * standardised) ** 2)
            nats = len(values) * math.log(deviation) - float(stretch.sum())
            if nats < shortest:
                best, shortest = cls(centre, width, bend, mean, deviation), nats
        return best

    def __call__(self, values: Floats) -> Floats:
        """Bring values to this scale."""
        standardised: Floats = (values - self.centre) / self.width
        if self.bend == 0.0:
            return standardised
        bent: Floats = (np.arcsinh(self.bend * standardised) - self.mean) / self.deviation
        return bent


@dataclass(frozen=True, eq=False, slots=True)
class ColumnBasis:
    """The functions of one column as piecewise cubics.

    Attributes
    ----------
    scale
        What is applied to the column first.
    breaks
        Break points on that scale, shape ``(pieces + 1,)``.
    coefficients
        Cubic coefficients, shape ``(4, pieces, size)``. A column with fewer distinct values than
        functions has functions that are zero throughout, at the end.
    """

    scale: Scale
    breaks: Floats
    coefficients: Floats

    @classmethod
    def fit(cls, values: Floats, size: int) -> ColumnBasis:
        """Place knots and rotate on the values of one column."""
        scale = Scale.fit(values)
        scaled = scale(values)
        knots = np.unique(np.quantile(scaled, _knot_shares(size), method="inverted_cdf"))
        breaks, cardinal = _cardinal_splines(knots)
        rotation = _demmler_reinsch(PPoly(cardinal, breaks)(scaled), knots)
        coefficients = np.zeros((*cardinal.shape[:2], size))
        coefficients[:, :, : rotation.shape[1]] = cardinal @ rotation
        return cls(scale, breaks, coefficients)

    def __call__(self, values: Floats) -> Floats:
        """Evaluate every function, shape ``(rows, size)``."""
        evaluated: Floats = PPoly.construct_fast(self.coefficients, self.breaks)(self.scale(values))
        return evaluated


@dataclass(frozen=True, eq=False, slots=True)
class Basis:
    """The basis of every column of a table."""

    columns: tuple[ColumnBasis, ...]
    size: int

    @classmethod
    def fit(cls, values: Floats, size: int = BASIS_SIZE) -> Basis:
        """Place knots and rotate on a reference batch.

        Parameters
        ----------
        values
            Shape ``(rows, columns)``; no column is constant.
        size
            Functions per column.
        """
        return cls(tuple(ColumnBasis.fit(column, size) for column in values.T), size)

    def design(self, values: Floats) -> Floats:
        """Return the matrix ``[1 | psi_1 | ... | psi_p]``, shape ``(rows, 1 + columns * size)``."""
        rows, width = values.shape
        matrix = np.empty((rows, 1 + width * self.size))
        matrix[:, 0] = 1.0
        for index, column in enumerate(self.columns):
            start = 1 + index * self.size
            matrix[:, start : start + self.size] = column(values[:, index])
        return matrix


def _knot_shares(size: int) -> Floats:
    """Quantiles of the ``size + 1`` knots: both ends, and evenly between the tails."""
    if size < 4:
        return np.linspace(0.0, 1.0, size + 1)
    return np.concatenate(([0.0], np.linspace(TAIL, 1.0 - TAIL, size - 1), [1.0]))


def _cardinal_splines(knots: Floats) -> tuple[Floats, Floats]:
    """Natural splines that are one at their own knot and zero at the others.

    Returns break points and coefficients, with one linear piece added on either side.
    """
    count = len(knots)
    if count == 2:
        inner = np.zeros((4, 1, 2))
        inner[2, 0] = np.array([-1.0, 1.0]) / (knots[1] - knots[0])
        inner[3, 0, 0] = 1.0
    else:
        inner = CubicSpline(knots, np.eye(count), bc_type="natural").c
    step = knots[-1] - knots[-2]
    before, after = np.zeros((4, 1, count)), np.zeros((4, 1, count))
    before[2, 0] = inner[2, 0]
    before[3, 0] = inner[3, 0] - inner[2, 0]
    after[2, 0] = (3.0 * inner[0, -1] * step + 2.0 * inner[1, -1]) * step + inner[2, -1]
    after[3, 0, -1] = 1.0
    breaks = np.concatenate(([knots[0] - 1.0], knots, [knots[-1] + 1.0]))
    return breaks, np.concatenate((before, inner, after), axis=1)


def _demmler_reinsch(evaluated: Floats, knots: Floats) -> Floats:
    """Rotation from cardinal splines to the orthonormal basis without its constant.

    Shape ``(knots, knots - 1)``; columns are ordered by roughness, the first is linear.
    """
    if len(knots) == 2:
        return knots[:, None]
    second_moment = evaluated.T @ evaluated / len(evaluated)
    unpenalised = np.column_stack((np.ones_like(knots), knots))
    smooth = null_space(unpenalised.T @ second_moment)
    _, rough = eigh(smooth.T @ _roughness(knots) @ smooth, smooth.T @ second_moment @ smooth)
    rotation = np.column_stack((knots, smooth @ rough))
    signed: Floats = rotation * np.where(rotation[-1] < 0.0, -1.0, 1.0)
    return signed


def _roughness(knots: Floats) -> Floats:
    """Integrals of products of second derivatives of the cardinal splines."""
    curvature = CubicSpline(knots, np.eye(len(knots)), bc_type="natural")(knots, 2)
    left, right = curvature[:-1], curvature[1:]
    weight = (np.diff(knots) / 6.0)[:, None]
    cross = (weight * left).T @ right
    squares = (weight * left).T @ left + (weight * right).T @ right
    penalty: Floats = 2.0 * squares + cross + cross.T
    return penalty
