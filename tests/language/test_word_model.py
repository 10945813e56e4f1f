"""Small models of whole words: what they learn, that they repeat, what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from causal_magics.errors import LanguageModelError
from causal_magics.language.protocol import LanguageModel
from causal_magics.language.word_model import train_word_model

TEXTS = ["the cat sat", "the cat sat", "the cat ran", "the dog ran"] * 40
SMALL: dict[str, Any] = {"layers": 1, "width": 16, "heads": 2, "threads": 1}


def test_a_model_learns_how_often_words_follow() -> None:
    model = train_word_model(TEXTS, **SMALL, passes=30, batch=16, learning_rate=1e-2)
    assert isinstance(model, LanguageModel)
    np.testing.assert_allclose(
        np.exp(model.log_probs(["the"], [" cat", " dog"])), [[0.75, 0.25]], atol=0.02
    )
    np.testing.assert_allclose(
        np.exp(model.log_probs(["the cat", "the dog"], [" sat", " ran"])),
        [[2 / 3, 1 / 3], [0, 1]], atol=0.03,
    )  # fmt: skip


def test_a_model_repeats_with_its_seed_and_its_name_tells_its_weights() -> None:
    state = torch.get_rng_state()
    first, again, other = (train_word_model(TEXTS, **SMALL, seed=seed) for seed in (1, 1, 2))
    assert first.model_id == again.model_id
    assert first.model_id != other.model_id
    pairs = [("the cat", " sat")]
    assert first.score(pairs) == again.score(pairs)
    assert torch.equal(torch.get_rng_state(), state)


def test_words_beside_the_texts_are_known() -> None:
    model = train_word_model(TEXTS, **SMALL, words=["mouse"])
    mouse, nothing = model.tokenizer("mouse nothing")["input_ids"]
    assert (mouse, nothing) == (model.tokenizer.convert_tokens_to_ids("mouse"), 0)
    assert mouse != 0


def test_texts_of_several_lengths_are_each_read_to_their_end() -> None:
    texts = ["a b", "a b c d e"] * 80
    model = train_word_model(texts, **SMALL, passes=20, batch=16, learning_rate=1e-2)
    assert np.exp(model.score([("a b", " c"), ("a", " b"), ("a b c d", " e")])) == pytest.approx(
        1.0, abs=0.02
    )


@pytest.mark.parametrize("context", [2, 5, 8])
def test_models_of_short_texts_score_packed(context: int) -> None:
    model = train_word_model(["a b"] * 8, **SMALL, context=context)
    assert model.scorer == "packed"
    assert np.isfinite(model.score([("a", " b")])).all()


def test_phrases_between_separators_are_tokens() -> None:
    texts = ["the cat, sat down", "the cat, sat down", "the cat, ran", "the dog, ran"] * 40
    model = train_word_model(
        texts, **SMALL, separator=", ", passes=30, batch=16, learning_rate=1e-2
    )
    assert len(model.encode([("the cat", ", sat down")])[0][1]) == 1
    assert len(model.tokenizer) == 5
    np.testing.assert_allclose(
        np.exp(model.log_probs(["the cat"], [", sat down", ", ran"])), [[2 / 3, 1 / 3]], atol=0.03
    )


@pytest.mark.parametrize(
    ("texts", "settings", "message"),
    [
        ([], {}, "Expected texts to learn from, got none"),
        (["a b", "alone"], {}, "texts of two words or more, .* got 'alone'"),
        (["a b, "], {"separator": ", "}, "texts of two words or more, .* got 'a b, '"),
        (TEXTS, {"separator": ""}, "Expected a separator of tokens, got an empty one"),
        (["a b c d e"], {"context": 4}, "at most 4 words, got one of 5"),
        (TEXTS, {"passes": 0}, "Expected passes above zero, got 0"),
        (TEXTS, {"learning_rate": float("nan")}, "Expected learning_rate above zero, got nan"),
        (TEXTS, {"width": 10, "heads": 4}, "multiple of the 4 heads, got 10"),
    ],
)
def test_bad_input(texts: list[str], settings: dict[str, Any], message: str) -> None:
    with pytest.raises(LanguageModelError, match=message):
        train_word_model(texts, **settings)
