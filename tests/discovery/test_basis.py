"""The basis: a natural spline space, orthonormal, ordered by roughness, linear outside."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from causal_magics.discovery.basis import BASIS_SIZE, Basis, ColumnBasis, Scale

VALUES = np.random.default_rng(0).normal(size=500)


def curvature(column: ColumnBasis) -> NDArray[np.float64]:
    grid = np.linspace(VALUES.min(), VALUES.max(), 20_001)
    second = np.diff(column(grid), 2, axis=0) / (grid[1] - grid[0]) ** 2
    return (second**2).sum(axis=0) * (grid[1] - grid[0])


def test_functions_are_orthonormal_and_the_first_is_the_standardised_column() -> None:
    column = ColumnBasis.fit(VALUES, BASIS_SIZE)
    functions = column(VALUES)
    np.testing.assert_allclose(functions.T @ functions / 500, np.eye(BASIS_SIZE), atol=1e-9)
    np.testing.assert_allclose(functions.mean(axis=0), 0.0, atol=1e-9)
    np.testing.assert_allclose(functions[:, 0], (VALUES - VALUES.mean()) / VALUES.std())


def test_functions_are_ordered_by_roughness() -> None:
    rough = curvature(ColumnBasis.fit(VALUES, BASIS_SIZE))
    assert rough[0] == pytest.approx(0.0, abs=1e-6)
    assert (np.diff(rough) > 0).all()


def test_functions_span_the_natural_splines_of_their_knots() -> None:
    column = ColumnBasis.fit(VALUES, BASIS_SIZE)
    knots = column.breaks[1:-1]
    heights = np.random.default_rng(1).normal(size=len(knots))
    spline = CubicSpline(knots, heights, bc_type="natural")(column.scale(VALUES))
    design = np.column_stack((np.ones(500), column(VALUES)))
    fitted = design @ np.linalg.lstsq(design, spline)[0]
    np.testing.assert_allclose(fitted, spline, atol=1e-8)


def test_functions_are_linear_and_smooth_beyond_the_data() -> None:
    column = ColumnBasis.fit(VALUES, BASIS_SIZE)
    for edge, outwards in ((VALUES.min(), -1.0), (VALUES.max(), 1.0)):
        beyond = column(edge + outwards * np.array([0.5, 1.5, 2.5, 50.0, 51.0]))
        steps = np.diff(beyond[[0, 1, 2]], axis=0)
        np.testing.assert_allclose(steps[0], steps[1], atol=1e-9)
        np.testing.assert_allclose(beyond[4] - beyond[3], steps[0], atol=1e-8)
        near = column(edge + np.array([-1e-7, 0.0, 1e-7]))
        np.testing.assert_allclose(near[2] - near[1], near[1] - near[0], atol=1e-11)


@pytest.mark.parametrize(("levels", "used"), [(2, 1), (3, 2), (5, 4)])
def test_few_levels_use_few_functions(levels: int, used: int) -> None:
    values = np.random.default_rng(2).integers(0, levels, 400).astype(float)
    functions = ColumnBasis.fit(values, BASIS_SIZE)(values)
    assert np.linalg.matrix_rank(functions) == used
    np.testing.assert_array_equal(functions[:, used:], 0.0)
    np.testing.assert_allclose((functions**2).mean(axis=0)[:used], 1.0)


def test_only_heavy_tails_are_bent() -> None:
    rng = np.random.default_rng(3)
    assert Scale.fit(rng.normal(size=2000)).bend == 0.0
    assert Scale.fit(rng.uniform(size=2000)).bend == 0.0
    heavy = rng.standard_t(2, size=2000)
    scale = Scale.fit(heavy)
    assert scale.bend > 0.0
    assert scale(heavy).std() == pytest.approx(1.0)
    assert (np.diff(scale(np.sort(heavy))) > 0).all()


def test_the_design_lines_up_columns() -> None:
    values = np.random.default_rng(4).normal(size=(60, 3))
    basis = Basis.fit(values, 4)
    design = basis.design(values)
    assert design.shape == (60, 13)
    np.testing.assert_array_equal(design[:, 0], 1.0)
    np.testing.assert_array_equal(design[:, 5:9], basis.columns[1](values[:, 1]))
