"""Intervals of bounds of many terms: by parts, against those of all terms and against the truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from causal_magics import UnitBounds, bounds
from causal_magics.counterfactual.bounding.payoff_terms import payoff_bounds
from causal_magics.counterfactual.frames.term_blocks import term_blocks


def found_of(levels: int, strata: int, seed: int = 0) -> UnitBounds:
    rng = np.random.default_rng(seed)
    payoff = rng.normal(size=(levels, levels))
    frame = pd.DataFrame({
        "x": rng.integers(0, 2, 1800), "y": rng.integers(0, levels, 1800),
        "z": rng.integers(0, strata, 1800), "s": np.arange(1800) % 2 == 0,
    })  # fmt: skip
    return bounds(frame, "x", "y", "z", payoff, source="s")


@pytest.mark.parametrize("levels", [3, 6])
def test_parts_add_up_to_the_bounds(levels: int) -> None:
    found = found_of(levels, 5)
    blocks = term_blocks(found.payoff, "both", 2, False)
    assert blocks is not None
    assert len(blocks) == 2
    parts = [block.evaluate(found.distributions.cells) for block in blocks]
    assert np.sum(parts, axis=0) == pytest.approx(
        np.array(payoff_bounds(found.distributions, found.payoff)), abs=1e-9
    )


def test_an_interval_by_parts_is_that_of_all_terms_and_a_little() -> None:
    found = found_of(3, 4)
    parted = replace(found, groups=tuple(replace(g, terms=None) for g in found.groups))
    for one, two in (
        (found.interval, parted.interval), (found.overall_interval, parted.overall_interval),
    ):  # fmt: skip
        assert np.all(two.lower <= one.lower)
        assert np.all(two.upper >= one.upper)
        assert np.all(two.width <= 1.25 * one.width)


@pytest.mark.parametrize("strata", [1, 3])
def test_six_levels_have_an_interval(strata: int) -> None:
    found = found_of(6, strata)
    assert found.terms is None
    assert found.overall_interval.lower < found.overall.lower
    assert found.overall.upper < found.overall_interval.upper
    assert np.all(found.interval.lower < found.benefit.lower)
    assert not any("no interval" in note for note in found.notes)


def test_no_interval_is_said() -> None:
    found = found_of(10, 1)
    assert np.isnan(found.overall_interval.lower)
    assert any("no interval: with 10 levels of y" in note for note in found.notes)
    assert "nan" not in found._repr_html_()
    assert "no 95 % interval" in found._repr_html_()
