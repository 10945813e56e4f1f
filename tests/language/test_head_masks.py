"""Masks of heads, on every architecture that keeps its heads apart."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import pytest
import torch
from language.tiny_models import HEAD_FAMILIES, causal_tokenizer, tiny_network

from causal_magics.errors import LanguageModelError, PruningError
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.head_masks import HeadSites, kept_mask, masked, without_heads

TOKENS = torch.tensor([[5, 17, 80, 3, 250, 9, 44], [7, 7, 300, 21, 2, 90, 6]])
CUT = ((0, 3), (1, 0), (1, 2), (2, 1))


@pytest.fixture(params=HEAD_FAMILIES)
def network(request: pytest.FixtureRequest) -> Any:
    return tiny_network(request.param)


def logits(network: Any) -> torch.Tensor:
    with torch.inference_mode():
        return network(input_ids=TOKENS, use_cache=False).logits


def zeroed_by_hand(network: Any) -> Any:
    """Return a copy whose output projections have zeros for the heads that are cut."""
    copy = deepcopy(network)
    modules = HeadSites.of(copy).modules
    for layer, head in CUT:
        weight = modules[layer].weight.data
        inputs = slice(8 * head, 8 * head + 8)
        if type(modules[layer]).__name__ == "Conv1D":
            weight[inputs] = 0
        else:
            weight[:, inputs] = 0
    return copy


def test_a_masked_model_is_one_with_zeros_for_weights(network: Any) -> None:
    before = logits(network)
    with without_heads(network, CUT):
        found = logits(network)
    assert torch.equal(found, logits(zeroed_by_hand(network)))
    assert not torch.allclose(found, before, atol=1e-3)
    assert torch.equal(logits(network), before)


def test_each_text_can_have_its_own_mask(network: Any) -> None:
    masks = torch.stack([torch.tensor(kept_mask(heads, (3, 4))) for heads in (CUT, [(2, 2)])])
    with masked(network, masks):
        found = logits(network)
    for row, heads in enumerate((CUT, [(2, 2)])):
        with without_heads(network, heads):
            assert torch.allclose(found[row], logits(network)[row], atol=1e-5)


def test_gradients_reach_a_mask(network: Any) -> None:
    def total(mask: torch.Tensor) -> torch.Tensor:
        with masked(network, mask):
            answers = network(input_ids=TOKENS, use_cache=False).logits
        return answers.log_softmax(-1)[:, -1, 11].sum()

    mask = torch.ones(3, 4, requires_grad=True)
    (slopes,) = torch.autograd.grad(total(mask), mask)
    step = 0.01
    with torch.no_grad():
        for head in ((0, 0), (1, 3), (2, 1)):
            ends = []
            for sign in (1, -1):
                moved = torch.ones(3, 4)
                moved[head] += sign * step
                ends.append(float(total(moved)))
            assert slopes[head] == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=0.02)


def test_masks_are_undone_after_an_error_and_can_be_nested() -> None:
    network = tiny_network("llama")
    before = logits(network)
    with pytest.raises(ZeroDivisionError), without_heads(network, CUT):
        _ = 1 / 0
    assert torch.equal(logits(network), before)
    with without_heads(network, CUT):
        together = logits(network)
    with without_heads(network, CUT[:2]), without_heads(network, CUT[2:]):
        assert torch.equal(logits(network), together)
    with without_heads(network, []):
        assert torch.equal(logits(network), before)


def test_scores_of_a_model_are_those_of_the_masked_network() -> None:
    model = CausalLM(tiny_network("qwen2"), causal_tokenizer(), "tiny")
    copy = CausalLM(zeroed_by_hand(model.network), causal_tokenizer(), "tiny")
    pairs = [("The doctor said that", word) for word in (" she", " he", " they were tired")]
    with without_heads(model.network, CUT):
        found = model.score(pairs)
    assert found == pytest.approx(copy.score(pairs), abs=1e-6)
    assert np.abs(found - model.score(pairs)).max() > 0.01


@pytest.mark.parametrize(
    ("heads", "words"),
    [
        ([(3, 0)], "3 layers × 4 heads"),
        ([(0, 4)], r"got \(0, 4\)"),
        ([(-1, 0)], "both from 0"),
        ([7], "pair"),
        ([(0.5, 1)], "pair"),
        ([(float("nan"), 1)], "pair"),
        ("L0H1", "pairs"),
        (3, "pairs"),
    ],
)
def test_heads_that_are_not_there(heads: Any, words: str) -> None:
    with pytest.raises(PruningError, match=words), without_heads(tiny_network("gpt2"), heads):
        pass


def test_masks_of_another_shape() -> None:
    with pytest.raises(PruningError, match="3 layers × 4 heads"):  # noqa: SIM117
        with masked(tiny_network("gpt2"), np.ones((4, 3))):
            pass


def test_models_without_heads() -> None:
    import transformers as hf

    sizes = {"vocab_size": 50, "hidden_size": 16, "num_hidden_layers": 2}
    mamba = hf.MambaForCausalLM(hf.MambaConfig(**sizes, state_size=4))
    with pytest.raises(LanguageModelError, match="'mamba', which has none"):
        HeadSites.of(mamba)
