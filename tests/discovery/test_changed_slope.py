"""A mechanism that changes tells which way an edge points, though no regime alone does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from causal_magics.discovery.discover import discover
from causal_magics.discovery.scale import Scale

WEEKS, ROWS = 6, 200


def weeks(slope: float, seed: int) -> pd.DataFrame:
    """Six weeks of a linear effect whose slope is one at first, another later."""
    rng = np.random.default_rng(seed)
    week = np.repeat(np.arange(WEEKS), ROWS)
    cause = rng.normal(size=len(week))
    effect = np.where(week < WEEKS // 2, cause, slope * cause) + 0.3 * rng.normal(size=len(week))
    return pd.DataFrame({"week": week, "X": cause, "Y": effect})


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("slope", [3.0, -2.0, 0.3])
def test_an_effect_whose_slope_changes_is_never_taken_for_the_cause(
    slope: float, seed: int
) -> None:
    found = discover(weeks(slope, seed), episodes="week", progress=False)
    assert [batch.regime for batch in found.batches] == [0, 0, 0, 1, 1, 1]
    (edge,) = found.graph.edges
    assert (edge.source, edge.target) == ("X", "Y")
    assert set(found.regimes[1].changed) <= {"Y"} or edge.mark == "--"


@pytest.mark.parametrize("seed", range(5))
def test_one_half_alone_tells_no_direction(seed: int) -> None:
    frame = weeks(3.0, seed)
    for half in (frame[frame.week < WEEKS // 2], frame[frame.week >= WEEKS // 2]):
        (edge,) = discover(half, episodes="week", progress=False).graph.edges
        assert edge.mark == "--"


def test_widths_that_differ_between_episodes_bend_no_scale() -> None:
    values = np.random.default_rng(0).normal(size=1200) * np.repeat([1.0, 4.0], 600)
    episodes = [np.arange(600), np.arange(600, 1200)]
    assert Scale.fit(values).bend > 0.0
    assert Scale.fit(values, episodes).bend == 0.0


def test_heavy_tails_within_episodes_bend_the_scale_and_odd_episodes_do_not_matter() -> None:
    values = np.random.default_rng(0).standard_t(2, size=1200)
    values[1000:1100] = 1.0
    episodes = [np.arange(0, 1000), np.arange(1000, 1100), np.arange(1100, 1199), np.array([1199])]
    scale = Scale.fit(values, [*episodes, np.empty(0, dtype=np.int64)])
    assert scale.bend > 0.0
    np.testing.assert_allclose(scale.inverse(scale(values)), values, atol=1e-9)
