"""Populations from which samples are drawn, where intervals are put to the test."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.frames.sampled_cells import SampledCells

Floats = NDArray[np.float64]
Sources = tuple[bool, bool]
VEHICLES = Payoff([[0, -1, 2], [0, 0, 1], [-10, -2, 0]])

# P(y_x) untreated and treated, and the joint P(x, y), both by level.
CASES: dict[str, tuple[Payoff, Floats, Floats]] = {
    "tie": (
        Payoff.pns(),
        np.array([[0.5, 0.5], [0.5, 0.5]]),
        np.array([[0.25, 0.25], [0.25, 0.25]]),
    ),
    "asymmetric": (
        Payoff.pns(),
        np.array([[0.97, 0.03], [0.9, 0.1]]),
        np.array([[0.88, 0.02], [0.06, 0.04]]),
    ),
    "rare": (
        Payoff.pns(),
        np.array([[0.986, 0.014], [0.984, 0.016]]),
        np.array([[0.486, 0.014], [0.499, 0.001]]),
    ),
    "three levels": (
        VEHICLES,
        np.array([[0.62, 0.11, 0.27], [0.47, 0.17, 0.36]]),
        np.array([[0.39, 0.059, 0.145], [0.141, 0.085, 0.18]]),
    ),
}


def draws(
    experimental: Floats | None,
    observational: Floats | None,
    units: int,
    repeats: int,
    generator: np.random.Generator,
) -> SampledCells:
    """Draw samples of `units` units from each source, one repeat a stratum."""
    arms = None
    if experimental is not None:
        each = [generator.multinomial(units // 2, row, size=repeats) for row in experimental]
        arms = np.stack(each, axis=1).astype(float)
    seen = None
    if observational is not None:
        flat = generator.multinomial(units, observational.ravel(), size=repeats)
        seen = flat.reshape(repeats, *observational.shape).astype(float)
    return SampledCells.of(arms, seen)


def of_sources(
    experimental: Floats, observational: Floats
) -> Iterator[tuple[str, Floats | None, Floats | None, Floats]]:
    """Yield each choice of sources, its parts, and the true cells of shape (1, cells)."""
    yield "experiment", experimental, None, experimental.reshape(1, -1)
    yield "observations", None, observational, observational.reshape(1, -1)
    cells = np.concatenate([experimental.ravel(), observational.ravel()])[None]
    yield "both", experimental, observational, cells
