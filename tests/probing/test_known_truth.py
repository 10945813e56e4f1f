"""A small model that has read selected texts, probed against the exact truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import pytest
from fixtures import selected_text_world as world

from causal_magics.graph.model import CausalGraph
from causal_magics.language.loading import load_model
from causal_magics.probing.measuring import Measure
from causal_magics.probing.probe import Probe, probe
from causal_magics.probing.selection_strength import unselected

VALUES = {
    "Date": world.DATES,
    "Place": world.PLACES,
    "Gender": {"she": ["she"], "he": ["he"]},
    "Occupation": {word: [word] for word in world.OCCUPATIONS},
}


def truth(read: Callable[..., float], *levels: Sequence[str]) -> np.ndarray:
    flat = [read(*cell) for cell in product(*levels)]
    return np.array(flat).reshape([len(level) for level in levels])


def probed_by(measure: Measure) -> Probe:
    graph, model = CausalGraph.parse(world.GRAPH), load_model(str(world.FOLDER))
    return probe(graph, world.TEMPLATES, model, values=VALUES, measure=measure)


@pytest.fixture(scope="module")
def probed() -> Probe:
    return probed_by("next")


def test_what_selected_texts_say(probed: Probe) -> None:
    measured = probed.measurements[0]
    assert measured.conditions == ("Date", "Place")
    said = measured.probabilities.mean(axis=0)[..., 0]
    exact = truth(world.truth_selected, world.DATES, world.PLACES)
    assert np.abs(said - exact).max() < 0.02
    assert measured.mass.min() > 0.98


def test_the_population_after_correction(probed: Probe) -> None:
    selected = probed.measurements[0].probabilities.mean(axis=0)
    population = unselected(selected, world.selection())[..., 0]
    exact = truth(world.truth_population, world.DATES, world.PLACES)
    assert np.abs(population - exact).max() < 0.03
    assert np.ptp(exact) < 1e-12
    assert np.ptp(selected[..., 0]) > 0.5


def test_what_stands_after_the_word_is_given() -> None:
    measured = probed_by("sentence").measurements[0]
    assert measured.conditions == ("Date", "Place", "Occupation")
    selected = measured.probabilities.mean(axis=0)
    levels = world.DATES, world.PLACES, world.OCCUPATIONS
    off = np.abs(selected[..., 0] - truth(world.truth_selected, *levels))
    population = unselected(selected, world.selection()[:, :, None])[..., 0]
    corrected = np.abs(population - truth(world.truth_population, *levels))
    # Some of these texts are rare: there the model is off by a little more than 0.02.
    assert off.max() < 0.03
    assert off.mean() < 0.01
    assert corrected.max() < 0.03


def test_pairs_that_selection_opens_show_a_slope(probed: Probe) -> None:
    for condition in ("Date", "Place"):
        finding = probed.finding(condition, "Gender")
        assert finding.entailment.kind == "opened by selection"
        assert finding.verdict == "as entailed"
        assert finding.slopes[0].per_step > 0


def test_the_selection_that_was_is_implied(probed: Probe) -> None:
    marginal = {"she": world.P_SHE, "he": 1.0 - world.P_SHE}
    implied = probed.selection_strength(marginal, condition="Date").odds_ratios[:, 0]
    kept = world.joint(selected=True).sum(axis=-1)
    said = (kept / kept.sum(axis=-1, keepdims=True)).mean(axis=1)
    odds = said[:, 0] / said[:, 1] * (1.0 - world.P_SHE) / world.P_SHE
    np.testing.assert_allclose(implied, odds, rtol=0.1)
    assert implied[-1] > 4 * implied[0]
