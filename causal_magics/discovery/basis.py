"""A fixed basis of smooth functions for every column.

Natural cubic splines with knots at quantiles of a reference batch, rotated to the Demmler-Reinsch
basis: orthonormal on that batch and ordered by roughness. The first function is the standardised
column itself. Outside the outer knots every function is linear. A column with heavy tails is first
drawn in by an inverse hyperbolic sine, where that makes its own code shorter.

Source: Demmler and Reinsch, "Oscillation matrices with spline smoothing", Numer. Math. 24, 1975.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.interpolate import CubicSpline, PPoly
from scipy.linalg import eigh, null_space

from causal_magics.discovery.layout import Floats, Indices, Layout, Part
from causal_magics.discovery.scale import Scale

BASIS_SIZE = 8
TAIL = 0.02
"""Share of the rows beyond the second and the last but one knot."""
FACTORS = 2
"""Functions of a numeric column that go into products with those of another column."""
NEAREST = 1e-6
"""Share of the range of a column below which two knots are one."""
FEW_VALUES = 5
"""Distinct numbers up to which a column counts as one of labels."""


@dataclass(frozen=True, eq=False, slots=True)
class SplineBasis:
    """The functions of a numeric column as piecewise cubics.

    Attributes
    ----------
    scale
        What is applied to the column first.
    breaks
        Break points on that scale, shape ``(pieces + 1,)``.
    coefficients
        Cubic coefficients, shape ``(4, pieces, splines)``. A column with few distinct values has
        fewer splines.
    plain
        Whether the column as an effect is coded as it came, though its scale is bent.
    """

    scale: Scale
    breaks: Floats
    coefficients: Floats
    plain: bool = False

    @classmethod
    def fit(cls, values: Floats, size: int, episodes: Sequence[Indices] = ()) -> SplineBasis:
        """Place knots and rotate on the values of one column."""
        scale = Scale.fit(values, episodes)
        scaled = scale(values)
        knots = _apart(np.quantile(scaled, _knot_shares(size), method="inverted_cdf"))
        breaks, cardinal = _cardinal_splines(knots)
        evaluated = PPoly(cardinal, breaks)(scaled)
        moment = evaluated.T @ evaluated / len(evaluated)
        rotation = _demmler_reinsch(moment, knots, knots[:, None])
        return cls(scale, breaks, cardinal @ rotation)

    def with_knots(self, further: Floats, points: Floats, weights: Floats) -> SplineBasis:
        """Return splines with further knots; the functions that go into products stay.

        A bent scale was fitted to the range that was known. Noise that is even on the column as it
        came is not even on that scale further out, so the column is coded as it came from then on.

        Parameters
        ----------
        further
            On the scale.
        points, weights
            Where the others are orthonormal; the weights sum to one.
        """
        knots = np.union1d(self.knots, further)
        breaks, cardinal = _cardinal_splines(knots)
        evaluated = PPoly(cardinal, breaks)(points)
        kept = PPoly(self.coefficients[:, :, :FACTORS], self.breaks)(knots)
        moment = evaluated.T @ (weights[:, None] * evaluated)
        moment[np.diag_indices_from(moment)] += 1e-9 * np.trace(moment)
        rotation = _demmler_reinsch(moment, knots, kept)
        return SplineBasis(self.scale, breaks, cardinal @ rotation, plain=True)

    @property
    def knots(self) -> Floats:
        """All knots, on the scale."""
        return self.breaks[1:-1]

    @property
    def part(self) -> Part:
        """The splines, and where the scale is bent the column as it is; the first is the effect."""
        order = np.arange(1.0, self.coefficients.shape[2] + 1.0)
        effect = 0
        if self.scale.bend != 0.0:
            effect = len(order) if self.plain else 0
            order = np.append(order, 1.0)
        return Part(order, responses=(effect,))

    def __call__(self, values: Floats) -> Floats:
        """Evaluate every function, shape ``(rows, size)``."""
        evaluated: Floats = PPoly.construct_fast(self.coefficients, self.breaks)(self.scale(values))
        if self.scale.bend == 0.0:
            return evaluated
        return np.column_stack((evaluated, (values - self.scale.centre) / self.scale.width))


@dataclass(frozen=True, eq=False, slots=True)
class NominalBasis:
    """The functions of a column of labels: contrasts that are orthonormal on the reference batch.

    Attributes
    ----------
    values
        The labels as numbers, ascending; shape ``(labels,)``.
    contrasts
        Values of the functions for each label, shape ``(labels, labels - 1)``.
    """

    values: Floats
    contrasts: Floats

    @classmethod
    def fit(cls, values: Floats) -> NominalBasis:
        """Weigh the labels by how often they come."""
        labels, counts = np.unique(values, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        weight = np.sqrt(counts[order] / counts.sum())
        indicators = np.column_stack((np.ones(len(order)), np.eye(len(order))[:, 1:]))
        orthonormal, _ = np.linalg.qr(weight[:, None] * indicators)
        contrasts = np.zeros((len(labels), len(labels) - 1))
        contrasts[order] = orthonormal[:, 1:] / weight[:, None]
        return cls(labels, contrasts)

    @property
    def part(self) -> Part:
        """Functions, all of one roughness and coded jointly."""
        size = self.contrasts.shape[1]
        return Part(np.ones(size), responses=tuple(range(size)), nominal=True)

    def __call__(self, values: Floats) -> Floats:
        """Evaluate every function, shape ``(rows, size)``; a label that is not known is missing."""
        places = np.minimum(np.searchsorted(self.values, values), len(self.values) - 1)
        evaluated: Floats = self.contrasts[places]
        evaluated[self.values[places] != values] = np.nan
        return evaluated


ColumnBasis = SplineBasis | NominalBasis


@dataclass(frozen=True, eq=False, slots=True)
class Basis:
    """The basis of every column of a table, and of products of two columns.

    Attributes
    ----------
    columns
        Functions of each column.
    products
        Pairs of columns whose products are functions too.
    layout
        Which function is where.
    """

    columns: tuple[ColumnBasis, ...]
    products: tuple[tuple[int, int], ...] = ()
    layout: Layout = field(init=False, repr=False)

    def __post_init__(self) -> None:
        parts = [column.part for column in self.columns]
        products = [_product_part(parts[i], parts[j]) for i, j in self.products]
        object.__setattr__(self, "layout", Layout.of(parts, products, self.products))

    @classmethod
    def fit(
        cls,
        values: Floats,
        levels: Sequence[tuple[str, ...] | None] | None = None,
        size: int = BASIS_SIZE,
        episodes: Sequence[Indices] = (),
    ) -> Basis:
        """Place knots and rotate on a reference batch.

        Parameters
        ----------
        values
            Shape ``(rows, columns)``; missing cells are NaN; no column is constant.
        levels
            Labels of each column whose values are codes of labels, None for numeric columns.
        size
            Splines of a numeric column.
        episodes
            Which rows belong to each, where there are several.
        """
        fitted: list[ColumnBasis] = []
        for column, labels in zip(values.T, levels or [None] * values.shape[1], strict=True):
            there = ~np.isnan(column)
            present = column[there]
            if labels is not None or _has_few_values(present):
                fitted.append(NominalBasis.fit(present))
            else:
                places = np.cumsum(there) - 1
                apart = [places[rows[there[rows]]] for rows in episodes]
                fitted.append(SplineBasis.fit(present, size, apart))
        return cls(tuple(fitted))

    def with_products(self, pairs: Iterable[tuple[int, int]]) -> Basis:
        """Return the basis with the products of these pairs of columns, and no others."""
        return Basis(self.columns, tuple(sorted(pairs)))

    def design(self, values: Floats) -> Floats:
        """Return ``[1 | psi_1 | ... | psi_p | products]``, shape ``(rows, 1 + functions)``.

        The functions of a missing cell are zero, which is their mean.
        """
        starts = (1 + self.layout.starts).tolist()
        matrix = np.empty((len(values), starts[-1]))
        matrix[:, 0] = 1.0
        for index, column in enumerate(self.columns):
            matrix[:, starts[index] : starts[index + 1]] = column(values[:, index])
        if np.isnan(values).any() or self.layout.nominal.any():
            np.nan_to_num(matrix, copy=False)
        for number, (i, j) in enumerate(self.products, start=len(self.columns)):
            product = self.products_of(matrix[:, 1:], i, j)
            matrix[:, starts[number] : starts[number + 1]] = product
        return matrix

    def products_of(self, functions: Floats, i: int, j: int) -> Floats:
        """Return the products of the smoothest functions of two columns, shape ``(rows, size)``.

        Parameters
        ----------
        functions
            The design without its intercept.
        i, j
            Two columns.
        """
        starts = self.layout.starts
        first = functions[:, starts[i] : starts[i] + _factors(self.columns[i].part)]
        second = functions[:, starts[j] : starts[j] + _factors(self.columns[j].part)]
        return (first[:, :, None] * second[:, None, :]).reshape(len(functions), -1)


def _has_few_values(values: Floats) -> bool:
    """Whether numbers are so few, and come so often, that they are labels."""
    some = np.unique(values[: 20 * FEW_VALUES])
    most = min(FEW_VALUES, len(values) // 2)
    return len(some) <= most and len(np.unique(values)) <= most


def _factors(part: Part) -> int:
    """How many functions of a column go into products: the smoothest, or all labels."""
    return len(part.order) if part.nominal else min(FACTORS, len(part.order))


def _product_part(first: Part, second: Part) -> Part:
    orders = np.add.outer(first.order[: _factors(first)], second.order[: _factors(second)]) - 1.0
    return Part(orders.ravel())


def _apart(knots: Floats) -> Floats:
    """Return ascending knots, of those that are as good as equal the outer one."""
    distinct = np.unique(knots)
    gaps = np.diff(distinct) > NEAREST * (distinct[-1] - distinct[0])
    inner: Floats = distinct[np.append(True, gaps)]
    inner[-1] = distinct[-1]
    return inner


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


def _demmler_reinsch(second_moment: Floats, knots: Floats, kept: Floats) -> Floats:
    """Rotation from cardinal splines to the orthonormal basis without its constant.

    Shape ``(knots, knots - 1)``. The first functions are those that are kept, given by their values
    at the knots; the others are ordered by roughness.
    """
    if len(knots) == 2:
        return knots[:, None]
    spanned = np.column_stack((np.ones_like(knots), kept))
    smooth = null_space(spanned.T @ second_moment)
    curvature = CubicSpline(knots, np.eye(len(knots)), bc_type="natural")(knots, 2)
    penalty = roughness(knots, curvature)
    _, rough = eigh(smooth.T @ penalty @ smooth, smooth.T @ second_moment @ smooth)
    rotation = np.column_stack((kept, smooth @ rough))
    signed: Floats = rotation * np.where(rotation[-1] < 0.0, -1.0, 1.0)
    signed[:, : kept.shape[1]] = kept
    return signed


def roughness(knots: Floats, curvature: Floats) -> Floats:
    """Integrals of products of second derivatives of splines, from their values at the knots."""
    left, right = curvature[:-1], curvature[1:]
    weight = (np.diff(knots) / 6.0)[:, None]
    cross = (weight * left).T @ right
    squares = (weight * left).T @ left + (weight * right).T @ right
    penalty: Floats = 2.0 * squares + cross + cross.T
    return penalty
