"""Where the functions of each block are."""

from __future__ import annotations

import numpy as np

from causal_magics.discovery.layout import Layout, Part

NUMBER = Part(np.array([1.0, 2.0, 3.0, 1.0]), responses=(3,))
LABEL = Part(np.ones(2), responses=(0, 1), nominal=True)
PRODUCT = Part(np.array([1.0, 2.0]))


def test_parts_follow_each_other_and_effects_are_found_within() -> None:
    layout = Layout.of([NUMBER, LABEL, NUMBER])
    assert layout.n_columns == 3
    assert layout.n_functions == 10
    np.testing.assert_array_equal(layout.starts, [0, 4, 6, 10])
    np.testing.assert_array_equal(layout.order, [1, 2, 3, 1, 1, 1, 1, 2, 3, 1])
    np.testing.assert_array_equal(layout.response_starts, [0, 1, 3, 4])
    np.testing.assert_array_equal(layout.responses, [3, 4, 5, 9])
    np.testing.assert_array_equal(layout.nominal, [False, True, False])
    assert (layout.pairs == -1).all()


def test_products_come_after_the_columns_and_are_found_from_both_ends() -> None:
    layout = Layout.of([NUMBER, LABEL, NUMBER], [PRODUCT, PRODUCT], [(0, 1), (1, 2)])
    np.testing.assert_array_equal(layout.starts, [0, 4, 6, 10, 12, 14])
    np.testing.assert_array_equal(layout.responses, [3, 4, 5, 9])
    assert layout.n_columns == 3
    np.testing.assert_array_equal(layout.pairs, [[-1, 3, -1], [3, -1, 4], [-1, 4, -1]])
