"""The basis: a natural spline space, orthonormal, ordered by roughness, linear outside."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from causal_magics.discovery.basis import BASIS_SIZE, Basis, NominalBasis, SplineBasis
from causal_magics.discovery.scale import Scale

VALUES = np.random.default_rng(0).normal(size=500)


def curvature(column: SplineBasis) -> NDArray[np.float64]:
    grid = np.linspace(VALUES.min(), VALUES.max(), 20_001)
    second = np.diff(column(grid), 2, axis=0) / (grid[1] - grid[0]) ** 2
    return (second**2).sum(axis=0) * (grid[1] - grid[0])


def test_functions_are_orthonormal_and_the_first_is_the_standardised_column() -> None:
    column = SplineBasis.fit(VALUES, BASIS_SIZE)
    functions = column(VALUES)
    np.testing.assert_allclose(functions.T @ functions / 500, np.eye(BASIS_SIZE), atol=1e-9)
    np.testing.assert_allclose(functions.mean(axis=0), 0.0, atol=1e-9)
    np.testing.assert_allclose(functions[:, 0], (VALUES - VALUES.mean()) / VALUES.std())


def test_functions_are_ordered_by_roughness() -> None:
    rough = curvature(SplineBasis.fit(VALUES, BASIS_SIZE))
    assert rough[0] == pytest.approx(0.0, abs=1e-6)
    assert (np.diff(rough) > 0).all()


def test_functions_span_the_natural_splines_of_their_knots() -> None:
    column = SplineBasis.fit(VALUES, BASIS_SIZE)
    knots = column.breaks[1:-1]
    heights = np.random.default_rng(1).normal(size=len(knots))
    spline = CubicSpline(knots, heights, bc_type="natural")(column.scale(VALUES))
    design = np.column_stack((np.ones(500), column(VALUES)))
    fitted = design @ np.linalg.lstsq(design, spline)[0]
    np.testing.assert_allclose(fitted, spline, atol=1e-8)


def test_functions_are_linear_and_smooth_beyond_the_data() -> None:
    column = SplineBasis.fit(VALUES, BASIS_SIZE)
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
    functions = SplineBasis.fit(values, BASIS_SIZE)(values)
    assert functions.shape == (400, used)
    np.testing.assert_allclose(functions.T @ functions / 400, np.eye(used), atol=1e-9)


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
    basis = Basis.fit(values, size=4)
    design = basis.design(values)
    assert design.shape == (60, 13)
    np.testing.assert_array_equal(design[:, 0], 1.0)
    np.testing.assert_array_equal(design[:, 5:9], basis.columns[1](values[:, 1]))


def test_a_bent_scale_is_undone_and_keeps_the_column_as_a_function() -> None:
    heavy = np.random.default_rng(5).standard_t(2, size=1000)
    column = SplineBasis.fit(heavy, BASIS_SIZE)
    assert column.scale.bend > 0.0
    np.testing.assert_allclose(column.scale.inverse(column.scale(heavy)), heavy, atol=1e-9)
    plain = Scale.plain(heavy)
    np.testing.assert_allclose(plain.inverse(plain(heavy)), heavy, atol=1e-9)
    functions = column(heavy)
    assert functions.shape == (1000, BASIS_SIZE + 1)
    np.testing.assert_allclose(functions[:, 0], column.scale(heavy), atol=1e-9)
    np.testing.assert_allclose(functions[:, -1], plain(heavy), atol=1e-9)
    assert column.part.responses == (0,)
    assert column.part.order[-1] == 1.0


def test_labels_have_orthonormal_contrasts() -> None:
    codes = np.random.default_rng(6).choice([0, 1, 3], 300, p=[0.2, 0.5, 0.3]).astype(float)
    column = NominalBasis.fit(codes)
    functions = column(codes)
    np.testing.assert_allclose(functions.mean(axis=0), 0.0, atol=1e-9)
    np.testing.assert_allclose(functions.T @ functions / 300, np.eye(2), atol=1e-9)
    assert column.part.nominal
    assert column.part.responses == (0, 1)
    assert np.isnan(column(np.array([2.0, np.nan, 4.0]))).all()


def test_two_values_are_a_label() -> None:
    values = np.where(np.random.default_rng(7).random(100) < 0.3, 5.0, -1.0)
    column = Basis.fit(values[:, None]).columns[0]
    assert column.part.nominal
    function = column(values)[:, 0]
    standardised = (values - values.mean()) / values.std()
    np.testing.assert_allclose(np.abs(function), np.abs(standardised))


def test_functions_of_a_missing_cell_are_zero_in_the_design() -> None:
    rng = np.random.default_rng(8)
    values = np.column_stack((rng.normal(size=200), rng.integers(0, 3, 200)))
    missing = rng.random(values.shape) < 0.2
    values[missing] = np.nan
    basis = Basis.fit(values, [None, ("a", "b", "c")]).with_products([(0, 1)])
    design = basis.design(values)[:, 1:]
    starts = basis.layout.starts
    for block, gone in enumerate((missing[:, 0], missing[:, 1], missing.any(axis=1))):
        inside = design[:, starts[block] : starts[block + 1]]
        assert (inside[gone] == 0.0).all()
        assert (inside[~gone] != 0.0).any(axis=1).all()
    present = values[~missing[:, 0], 0]
    np.testing.assert_array_equal(
        design[~missing[:, 0], : starts[1]], SplineBasis.fit(present, BASIS_SIZE)(present)
    )


def test_products_are_those_of_the_smoothest_functions_and_of_all_labels() -> None:
    rng = np.random.default_rng(9)
    values = np.column_stack((rng.normal(size=(80, 2)), rng.integers(0, 4, 80)))
    levels = [None, None, ("a", "b", "c", "d")]
    basis = Basis.fit(values, levels).with_products([(0, 2), (0, 1)])
    design = basis.design(values)[:, 1:]
    first, second, labels = (design[:, s : s + n] for s, n in ((0, 2), (8, 2), (16, 3)))
    expected = [a * b for a in first.T for b in second.T]
    expected += [a * b for a in first.T for b in labels.T]
    np.testing.assert_allclose(design[:, 19:], np.column_stack(expected))
    np.testing.assert_array_equal(basis.layout.order[19:23], [1.0, 2.0, 2.0, 3.0])
    np.testing.assert_array_equal(basis.layout.order[23:], [1.0, 1.0, 1.0, 2.0, 2.0, 2.0])
    assert basis.products == ((0, 1), (0, 2))
    assert basis.with_products(()).layout.n_functions == 19


def test_further_knots_keep_what_is_in_products() -> None:
    column = SplineBasis.fit(VALUES, BASIS_SIZE)
    grid = np.linspace(-6.0, 6.0, 400)
    further = column.with_knots(np.array([-5.0, 5.0]), column.scale(grid), np.full(400, 1 / 400))
    assert len(further.knots) == len(column.knots) + 2
    inside = VALUES[np.abs(VALUES) < 2.0]
    np.testing.assert_allclose(further(inside)[:, :2], column(inside)[:, :2], atol=0.02)
    np.testing.assert_allclose(further(VALUES)[:, 0], column(VALUES)[:, 0], atol=1e-9)


@pytest.mark.parametrize("gap", [1e-17, 1e-9, 1e-4])
def test_one_wild_value_leaves_functions_that_can_be_told_apart(gap: float) -> None:
    random = np.random.default_rng(0)
    values = 0.038 + gap * random.normal(size=1000)
    values[:2] = -30.8, 7.1
    evaluated = SplineBasis.fit(values, 8)(values)
    assert np.isfinite(evaluated).all()
    moment = evaluated.T @ evaluated / len(values)
    np.testing.assert_allclose(np.diag(moment), 1.0, rtol=1e-4)
