"""A causal model scores texts, whatever its network can take."""

from __future__ import annotations

import warnings
from functools import wraps
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from language.tiny_models import causal_tokenizer, tiny_network
from language.token_pairs import odd_network

from causal_magics.errors import LanguageModelError
from causal_magics.language.causal_lm import CausalLM, ScoringWarning
from causal_magics.language.naive import score_one_by_one
from causal_magics.language.protocol import LanguageModel, Pair
from causal_magics.language.tokens import Leading

PROMPTS = ("The doctor said that", "The nurse said that", "In 1901,", "The doctor ")
WORDS = (" she", " he", " they were tired", "")
PAIRS = [(prompt, word) for prompt in PROMPTS for word in WORDS]


def model_of(family: str, leading: Leading = "none", **settings: Any) -> CausalLM:
    network = odd_network(family) if not settings else tiny_network(family, **settings)
    return CausalLM(network, causal_tokenizer(), family, leading=leading)


def naive(model: CausalLM, pairs: list[Pair]) -> Any:
    return score_one_by_one(model.network, model.encode(pairs))


LLAMA = model_of("llama")


@given(
    st.lists(
        st.tuples(st.text("The docr", min_size=2, max_size=20), st.text("said t", max_size=9)),
        max_size=12,
    )
)
@settings(max_examples=20)
def test_scores_are_those_of_one_pass_a_pair(pairs: list[Pair]) -> None:
    model = CausalLM(LLAMA.network, LLAMA.tokenizer, "llama", leading="bos")
    scores = model.score(pairs)
    assert scores.shape == (len(pairs),)
    assert np.abs(scores - naive(model, pairs)).max(initial=0) < 2e-5
    assert np.all(scores[[not after for _, after in pairs]] == 0)


def test_next_words_sum_to_one() -> None:
    every = [causal_tokenizer().decode([token]) for token in range(400)]
    single = [word for word in every if len(model_tokens(word)) == 1]
    scores = LLAMA.log_probs(["The doctor said that"], single)
    assert scores.shape == (1, len(single))
    assert 0.5 < np.exp(scores).sum() <= 1 + 1e-6


def model_tokens(word: str) -> list[int]:
    ((_, after),) = LLAMA.encode([("The doctor said that", word)])
    return list(after)


@pytest.mark.parametrize("leading", ["none", "bos", "newline"])
def test_a_leading_token_changes_scores_and_name(leading: Leading) -> None:
    model = CausalLM(LLAMA.network, LLAMA.tokenizer, "llama", leading=leading)
    assert model.model_id == f"llama (float32, leading {leading})"
    assert np.abs(model.score(PAIRS) - naive(model, PAIRS)).max() < 2e-5
    changed = np.abs(model.score(PAIRS[:3]) - LLAMA.score(PAIRS[:3])).min()
    assert (changed > 1e-3) == (leading != "none")


def test_what_a_model_says_of_itself() -> None:
    assert isinstance(LLAMA, LanguageModel)
    assert LLAMA.n_parameters == sum(p.numel() for p in LLAMA.network.parameters())
    assert LLAMA.scorer == "packed"
    assert repr(LLAMA) == (
        f"CausalLM('llama (float32, leading none)', {LLAMA.n_parameters:,} parameters)"
    )
    assert not LLAMA.network.training


@pytest.mark.parametrize("family", ["bloom", "mamba"])
def test_what_cannot_be_packed_says_so_once(family: str) -> None:
    model = model_of(family)
    with pytest.warns(ScoringWarning, match=f"{family}.* cannot take many texts in one row"):
        scores = model.score(PAIRS)
    assert model.scorer == "padded"
    assert np.abs(scores - naive(model, PAIRS)).max() < 2e-5
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.array_equal(model.score(PAIRS), scores)


@pytest.mark.parametrize(("family", "length"), [("mistral", 8), ("dynamic", 12)])
def test_texts_beyond_a_window_are_not_packed(family: str, length: int) -> None:
    model = model_of(family)
    long = "The doctor said that the nurse was tired and"
    pairs: list[Pair] = [*PAIRS, (f"{long} he said", " she"), (f"{long} the doctor said", " they")]
    with pytest.warns(ScoringWarning, match=f"texts over {length} tokens"):
        scores = model.score(pairs)
    assert model.scorer == "packed"
    assert np.abs(scores - naive(model, pairs)).max() < 2e-5
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.array_equal(model.score(pairs), scores)


def test_a_text_over_the_context_is_refused() -> None:
    model = model_of("gpt2", context=16)
    with pytest.raises(LanguageModelError, match="at most 16 tokens, the context of this model"):
        model.score([*PAIRS[:2], ("The doctor said that " * 10, " she")])


def test_a_model_that_returns_nan_is_refused() -> None:
    network = odd_network("llama")
    network.lm_head.weight.data[5] = float("nan")
    model = CausalLM(network, causal_tokenizer(), "broken")
    with pytest.raises(LanguageModelError, match=r"broken .* gives NaN for 'The doctor said that"):
        model.score(PAIRS)


def test_an_interrupt_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = LLAMA.score(PAIRS)
    forward = LLAMA.network.forward

    @wraps(forward)
    def interrupted(**_inputs: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(LLAMA.network, "forward", interrupted)
    with pytest.raises(KeyboardInterrupt):
        LLAMA.score(PAIRS)
    monkeypatch.undo()
    assert np.array_equal(LLAMA.score(PAIRS), expected)


def test_half_precision_is_close() -> None:
    import torch

    model = CausalLM(odd_network("llama").to(torch.bfloat16), causal_tokenizer(), "half")
    assert model.model_id == "half (bfloat16, leading none)"
    assert model.scorer == "packed"
    assert np.abs(model.score(PAIRS) - LLAMA.score(PAIRS)).max() < 0.5


def test_the_order_and_company_of_pairs_make_no_difference() -> None:
    scores = LLAMA.score(PAIRS)
    order = np.random.default_rng(0).permutation(len(PAIRS))
    assert np.allclose(LLAMA.score([PAIRS[row] for row in order]), scores[order], atol=2e-5)
    alone = [LLAMA.score([pair])[0] for pair in PAIRS]
    assert np.allclose(alone, scores, rtol=0, atol=2e-5)
    assert LLAMA.score([]).shape == (0,)
