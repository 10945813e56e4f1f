"""Gradients by the strength of heads, against differences."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from language.tiny_models import HEAD_FAMILIES, causal_tokenizer, tiny_network

from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.head_gradients import head_gradients
from causal_magics.language.head_masks import masked, without_heads

BUNDLES = [
    [("The doctor said that", " she"), ("The doctor said that", " he was tired")],
    [("In 1801, she was", " a nurse")],
]
WEIGHTS = [[1.0, -0.5], [2.0]]
STEP = 0.001


def by_differences(model: CausalLM, head: tuple[int, int]) -> list[float]:
    sums = []
    for sign in (1, -1):
        mask = torch.ones(3, 4)
        mask[head] += sign * STEP
        with masked(model.network, mask):
            sums.append([np.dot(w, model.score(b)) for b, w in zip(BUNDLES, WEIGHTS, strict=True)])
    return [(up - down) / (2 * STEP) for up, down in zip(*sums, strict=True)]


@pytest.mark.filterwarnings("ignore::causal_magics.language.causal_lm.ScoringWarning")
@pytest.mark.parametrize("family", HEAD_FAMILIES)
def test_gradients_are_differences(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("causal_magics.language.head_gradients.BATCH_TOKENS", 12)
    model = CausalLM(tiny_network(family).double(), causal_tokenizer(), family)
    found = head_gradients(model, [model.encode(b) for b in BUNDLES], WEIGHTS)
    assert found.shape == (2, 3, 4)
    for head in ((0, 1), (1, 3), (2, 0)):
        assert found[:, *head] == pytest.approx(by_differences(model, head), abs=2e-3)


def test_gradients_are_of_the_masked_model() -> None:
    model = CausalLM(tiny_network("llama"), causal_tokenizer(), "tiny")
    encoded = [model.encode(bundle) for bundle in BUNDLES]
    whole = head_gradients(model, encoded, WEIGHTS)
    with without_heads(model.network, [(0, 1)]):
        found = head_gradients(model, encoded, WEIGHTS)
    assert np.abs(found[:, 0, 1]).max() == 0
    assert not np.allclose(found[:, 2], whole[:, 2], atol=1e-3)
