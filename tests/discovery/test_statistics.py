"""The Gram statistic adds over rows."""

from __future__ import annotations

import numpy as np
import pytest

from causal_magics.discovery import statistics
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.errors import DiscoveryError

VALUES = np.random.default_rng(0).normal(size=(1000, 3))
BASIS = Basis.fit(VALUES)


def test_the_sum_over_parts_is_the_whole() -> None:
    whole = GramStatistic.from_values(BASIS, VALUES)
    parts = [GramStatistic.from_values(BASIS, part) for part in np.split(VALUES, [1, 300, 310])]
    total = parts[0] + parts[1] + parts[2] + parts[3]
    assert total.rows == whole.rows == 1000
    np.testing.assert_allclose(total.gram, whole.gram, rtol=1e-12, atol=1e-9)
    design = BASIS.design(VALUES)
    np.testing.assert_allclose(whole.gram, design.T @ design, rtol=1e-12, atol=1e-9)


def test_chunks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = GramStatistic.from_values(BASIS, VALUES)
    monkeypatch.setattr(statistics, "CHUNK_VALUES", 1)
    seen: list[int] = []
    chunked = GramStatistic.from_values(BASIS, VALUES, seen.append)
    np.testing.assert_allclose(chunked.gram, whole.gram, rtol=1e-12, atol=1e-9)
    assert seen == [256, 512, 768, 1000]


def test_the_intercept_is_projected_out() -> None:
    shifted = VALUES[:100] + 5.0
    design = BASIS.design(shifted)[:, 1:]
    centred = design - design.mean(axis=0)
    statistic = GramStatistic.from_values(BASIS, shifted)
    assert statistic.layout.n_columns == 3
    np.testing.assert_allclose(statistic.centred(), centred.T @ centred, atol=1e-8)


def test_other_columns_do_not_add_up() -> None:
    narrow = VALUES[:, :2]
    with pytest.raises(DiscoveryError, match="24 functions of 3 columns and 16 of 2"):
        GramStatistic.from_values(BASIS, VALUES) + GramStatistic.from_values(
            Basis.fit(narrow), narrow
        )


def test_missing_cells_are_counted_and_a_part_can_be_taken_out() -> None:
    values = VALUES.copy()
    values[::4, 1] = np.nan
    whole = GramStatistic.from_values(BASIS, values)
    np.testing.assert_array_equal(whole.observed, [1000.0, 750.0, 1000.0])
    first, rest = (GramStatistic.from_values(BASIS, part) for part in np.split(values, [400]))
    left = whole - first
    assert left.rows == rest.rows == 600
    np.testing.assert_array_equal(left.observed, rest.observed)
    np.testing.assert_allclose(left.gram, rest.gram, atol=1e-8)
