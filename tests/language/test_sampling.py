"""Continuations are drawn with the right probabilities, and with random numbers in common."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from language.tiny_models import HEAD_FAMILIES, causal_tokenizer, tiny_network
from scipy import stats

from causal_magics.errors import LanguageModelError, OptionError
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.head_masks import without_heads
from causal_magics.language.sampling import (
    gumbel_noise,
    sample_continuations,
    sample_tokens,
    text_after,
)

PROMPTS = ("The doctor said that she", "In", "They lived in Spain and", "The nurse")


def model_of(family: str, **options: Any) -> CausalLM:
    return CausalLM(tiny_network(family), causal_tokenizer(), family, **options)


GPT2 = model_of("gpt2")


@pytest.mark.parametrize("family", HEAD_FAMILIES)
def test_a_text_does_not_depend_on_what_is_drawn_with_it(family: str) -> None:
    model = model_of(family)
    together = sample_tokens(model, PROMPTS, n_tokens=6, n_samples=2, seed=3)
    few = sample_tokens(model, PROMPTS[:2], n_tokens=4, seed=3)
    assert [[text[:4] for text in texts[:1]] for texts in together[:2]] == [list(t) for t in few]
    assert len({text for texts in together for text in texts}) == 8


def test_the_likeliest_tokens_are_those_of_a_pass_over_the_whole_text() -> None:
    ((drawn,),) = sample_tokens(GPT2, PROMPTS[:1], n_tokens=5, temperature=0)
    ((start, _),) = GPT2.encode([(PROMPTS[0], "")])
    logits = GPT2.network(torch.tensor([[*start, *drawn]])).logits[0, len(start) - 1 : -1]
    assert logits.argmax(-1).tolist() == list(drawn)


@pytest.fixture(scope="module")
def sharp() -> CausalLM:
    """Return a model that has some likely tokens at each place."""
    model = model_of("llama")
    with torch.no_grad():
        model.network.lm_head.weight.mul_(3)
    return model


def next_probabilities(
    model: CausalLM, tokens: list[int], temperature: float, top_p: float
) -> np.ndarray:
    logits = model.network(torch.tensor([tokens])).logits[0, -1].double()
    found: np.ndarray = (logits / temperature).softmax(-1).detach().numpy()
    order = np.argsort(-found)
    out = order[1:][np.cumsum(found[order])[:-1] >= top_p]
    found[out] = 0
    return found / found.sum()


@pytest.mark.parametrize(("temperature", "top_p"), [(1.0, 1.0), (1.3, 1.0), (1.0, 0.8)])
def test_tokens_come_with_their_probabilities(
    sharp: CausalLM, temperature: float, top_p: float
) -> None:
    """The second token too, given the first: the noise of steps is independent."""
    (drawn,) = sample_tokens(
        sharp, ["In 1801"], n_tokens=2, n_samples=2000, temperature=temperature, top_p=top_p,
        seed=11,
    )  # fmt: skip
    ((start, _),) = sharp.encode([("In 1801", "")])
    often = int(np.bincount([text[0] for text in drawn]).argmax())
    second = [text[1] for text in drawn if text[0] == often]
    for before, tokens in (([], [text[0] for text in drawn]), ([often], second)):
        expected = next_probabilities(sharp, [*start, *before], temperature, top_p)
        assert np.all(expected[tokens] > 0)
        counts = np.bincount(tokens, minlength=len(expected))
        rare = expected * len(tokens) < 5
        observed = np.array([*counts[~rare], counts[rare].sum()])
        wanted = np.array([*expected[~rare], expected[rare].sum()]) * len(tokens)
        chosen = wanted > 0
        assert chosen.sum() > 2
        assert stats.chisquare(observed[chosen], wanted[chosen]).pvalue > 1e-3


def test_noise_is_gumbel_and_each_place_has_its_own() -> None:
    noise = gumbel_noise(1, 2, 3, 4, 20_000)
    assert stats.kstest(noise, stats.gumbel_r.cdf).pvalue > 1e-3
    assert np.array_equal(gumbel_noise(1, 2, 3, 4, 50), noise[:50])
    others = [gumbel_noise(*place, 20_000) for place in ((0, 2, 3, 4), (1, 0, 3, 4), (1, 2, 0, 4))]
    others.append(gumbel_noise(1, 2, 3, 0, 20_000))
    assert np.abs(np.corrcoef([noise, *others]) - np.eye(5)).max() < 0.03


def test_models_that_hardly_differ_write_the_same() -> None:
    """As often as two that share no random numbers could not: the first tokens' chance is small."""
    network = tiny_network("gpt2")
    near = CausalLM(network, GPT2.tokenizer, "near")
    with torch.no_grad():
        network.transformer.h[2].mlp.c_proj.weight.mul_(1.02)
    prompts = [f"In {year}," for year in range(1800, 1840)]
    options: dict[str, Any] = {"n_tokens": 1, "seed": 5}
    same = [sample_tokens(model, prompts, **options) for model in (GPT2, near)]
    other = sample_tokens(GPT2, prompts, n_tokens=1, seed=6)
    assert np.mean([a == b for a, b in zip(*same, strict=True)]) > 0.9
    assert np.mean([a == b for a, b in zip(same[0], other, strict=True)]) < 0.5


def test_cut_heads_are_cut_and_come_back() -> None:
    before = sample_continuations(GPT2, PROMPTS, n_tokens=8)
    with without_heads(GPT2.network, [(0, 1), (1, 2), (2, 3)]):
        without = sample_continuations(GPT2, PROMPTS, n_tokens=8)
    assert without != before
    assert sample_continuations(GPT2, PROMPTS, n_tokens=8) == before


def test_a_text_ends_where_the_model_ends_it() -> None:
    network = tiny_network("gpt2")
    with torch.no_grad():
        network.lm_head.weight[1] *= 4  # what ends a text is likely half of the time
    model = CausalLM(network, GPT2.tokenizer, "ending")
    own = network.generation_config
    drawn = [text for texts in sample_tokens(model, PROMPTS, n_samples=8) for text in texts]
    assert network.generation_config is own
    ended = [text for text in drawn if text[-1] == 1]
    assert ended
    assert len({len(text) for text in ended}) > 1
    assert all(1 not in text[:-1] for text in drawn)
    assert all(len(text) == 20 for text in drawn if text[-1] != 1)
    texts = [text for texts in sample_continuations(model, PROMPTS, n_samples=8) for text in texts]
    assert not any("<|end|>" in text for text in texts)


def test_texts_are_what_tokens_add() -> None:
    ((before, after),) = GPT2.encode([("The doctor", " said that")])
    assert text_after(GPT2.tokenizer, before, after) == " said that"
    assert text_after(GPT2.tokenizer, before, (*after, 1)) == " said that"
    assert text_after(GPT2.tokenizer, before, (*after, 1), special=True) == " said that<|end|>"


def test_settings_of_the_network_change_nothing() -> None:
    before = sample_tokens(GPT2, PROMPTS)
    own = GPT2.network.generation_config
    own.repetition_penalty, own.top_k, own.max_length = 5.0, 1, 7
    try:
        assert sample_tokens(GPT2, PROMPTS) == before
    finally:
        own.repetition_penalty = own.top_k = own.max_length = None


@pytest.mark.parametrize(
    ("prompts", "options", "error", "says"),
    [
        ("The", {}, LanguageModelError, "list of prompts"),
        (7, {}, LanguageModelError, "list of prompts"),
        ([7], {}, LanguageModelError, "two texts"),
        (["The", ""], {}, LanguageModelError, "leading="),
        (["The " * 120], {}, LanguageModelError, "128 tokens"),
        (["The"], {"n_tokens": 128}, LanguageModelError, "draw fewer tokens"),
        (["The"], {"n_tokens": 0}, OptionError, "n_tokens"),
        (["The"], {"n_samples": 1.5}, OptionError, "n_samples"),
        (["The"], {"temperature": -1}, OptionError, "temperature"),
        (["The"], {"temperature": float("nan")}, OptionError, "temperature"),
        (["The"], {"top_p": 0}, OptionError, "top_p"),
        (["The"], {"seed": -1}, OptionError, "seed"),
        (["The"], {"seed": True}, OptionError, "seed"),
    ],
)
def test_what_cannot_be_drawn(
    prompts: Any, options: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says) as caught:
        sample_continuations(GPT2, prompts, **options)
    assert "\n" not in str(caught.value)


def test_nan_is_no_token() -> None:
    """Eager attention of the library gives it in float64 where texts are filled up."""
    model = CausalLM(tiny_network("gemma2").double(), causal_tokenizer(), "gemma2")
    with pytest.raises(LanguageModelError, match="float32"):
        sample_tokens(model, PROMPTS)


def test_an_empty_prompt_with_a_leading_token_is_continued() -> None:
    model = model_of("gpt2", leading="bos")
    assert len(sample_tokens(model, [""], n_tokens=3)[0][0]) == 3
    assert sample_continuations(model, []) == ()
