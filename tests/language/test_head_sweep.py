"""Every head cut in turn: the growing batch against masks."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from language.tiny_models import HEAD_FAMILIES, causal_tokenizer, tiny_network

from causal_magics.errors import LanguageModelError
from causal_magics.language.branching import bundle_trie
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.head_masks import without_heads
from causal_magics.language.head_sweep import HeadSweep

BUNDLES = [
    [("The doctor said that", " she"), ("The doctor said that", " he was tired")],
    [("In 1801, she was", " a nurse")],
    [("They lived", " in Spain"), ("They lived", " in France"), ("They", " said so")],
]


@pytest.mark.filterwarnings("ignore::causal_magics.language.causal_lm.ScoringWarning")
@pytest.mark.parametrize("family", HEAD_FAMILIES)
def test_every_head_is_as_if_masked(family: str) -> None:
    torch.set_num_threads(1)
    model = CausalLM(tiny_network(family), causal_tokenizer(), family)
    encoded = [model.encode(bundle) for bundle in BUNDLES]
    sweep = HeadSweep(model)
    chosen = np.ones((3, 4), dtype=bool)
    chosen[0, 1] = chosen[2] = False
    chosen[2, 3] = True
    for block in sweep.blocks(encoded):
        found = sweep.log_probs(block, chosen)
        pairs = [pair for bundle in block.bundles for pair in BUNDLES[bundle]]
        assert np.isnan(found[:, ~chosen]).all()
        for layer, head in np.argwhere(chosen).tolist():
            with without_heads(model.network, [(layer, head)]):
                expected = model.score(pairs)
            assert found[:, layer, head] == pytest.approx(expected, abs=2e-5)


@pytest.mark.parametrize("family", ["llama", "gemma2"])
def test_heads_that_a_mask_cuts_stay_cut(family: str) -> None:
    model = CausalLM(tiny_network(family), causal_tokenizer(), family)
    encoded = [model.encode(bundle) for bundle in BUNDLES]
    chosen = np.zeros((3, 4), dtype=bool)
    chosen[1, 2] = True
    with without_heads(model.network, [(0, 0), (2, 1)]):
        sweep = HeadSweep(model)
        (block,) = sweep.blocks(encoded)
        found = sweep.log_probs(block, chosen)[:, 1, 2]
    pairs = [pair for bundle in block.bundles for pair in BUNDLES[bundle]]
    with without_heads(model.network, [(0, 0), (2, 1), (1, 2)]):
        assert found == pytest.approx(model.score(pairs), abs=2e-5)


def test_blocks_have_every_bundle_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("causal_magics.language.head_sweep.BLOCK_TOKENS", 12)
    model = CausalLM(tiny_network("gpt2"), causal_tokenizer(), "gpt2")
    encoded = [model.encode(bundle) for bundle in BUNDLES * 3]
    blocks = list(HeadSweep(model).blocks(encoded))
    assert sorted(np.concatenate([block.bundles for block in blocks])) == list(range(9))
    for block in blocks:
        assert list(block.pairs) == [pair for each in block.bundles for pair in encoded[each]]
        assert bundle_trie(block.pairs).size <= 12
        assert len({int(each) % 3 for each in block.bundles}) < len(block.bundles)


def test_texts_over_the_context() -> None:
    model = CausalLM(tiny_network("gpt2", context=8), causal_tokenizer(), "gpt2")
    long = [((1, 2, 3), tuple(range(10)))]
    with pytest.raises(LanguageModelError, match="at most 8 tokens, got one of 12"):
        list(HeadSweep(model).blocks([long]))
