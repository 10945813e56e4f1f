"""A small model that has read selected texts, probed against the exact truth."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from fixtures import selected_text_world as world

from causal_magics.graph.model import CausalGraph
from causal_magics.language.loading import load_model
from causal_magics.probing.probe import Probe, probe
from causal_magics.probing.selection_strength import unselected

CELLS = list(product(world.DATES, world.PLACES))


def truth(read: object) -> np.ndarray:
    flat = [read(date, place) for date, place in CELLS]  # type: ignore[operator]
    return np.array(flat).reshape(len(world.DATES), len(world.PLACES))


@pytest.fixture(scope="module")
def probed() -> Probe:
    values = {
        "Date": world.DATES,
        "Place": world.PLACES,
        "Gender": {"she": ["she"], "he": ["he"]},
        "Occupation": {word: [word] for word in world.OCCUPATIONS},
    }
    model = load_model(str(world.FOLDER))
    return probe(CausalGraph.parse(world.GRAPH), world.TEMPLATES, values, model, measure="next")


def test_what_selected_texts_say(probed: Probe) -> None:
    measured = probed.measurements[0]
    assert measured.conditions == ("Date", "Place")
    said = measured.probabilities.mean(axis=0)[..., 0]
    assert np.abs(said - truth(world.truth_selected)).max() < 0.02
    assert measured.mass.min() > 0.98


def test_the_population_after_correction(probed: Probe) -> None:
    selected = probed.measurements[0].probabilities.mean(axis=0)
    population = unselected(selected, world.selection())[..., 0]
    assert np.abs(population - truth(world.truth_population)).max() < 0.03
    assert np.abs(population - world.P_SHE).max() < 0.03


def test_pairs_that_selection_opens_show_a_slope(probed: Probe) -> None:
    for condition in ("Date", "Place"):
        finding = probed.finding(condition, "Gender")
        assert finding.entailment.kind == "opened by selection"
        assert finding.verdict == "as entailed"
        assert finding.slopes[0].per_step > 0
