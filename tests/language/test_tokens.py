"""Where a prompt ends and its continuation begins, in tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from language.tiny_models import causal_tokenizer

from causal_magics.errors import LanguageModelError
from causal_magics.language.protocol import Pair
from causal_magics.language.tokens import Leading, PairEncoder

TEXT = st.text("abc dehrstI,.", max_size=12)


def tokens_of(text: str) -> list[int]:
    ids: list[int] = causal_tokenizer().encode(text, add_special_tokens=False)
    return ids


@given(st.lists(st.tuples(TEXT, TEXT), max_size=6))
def test_tokens_are_those_of_the_whole_text(pairs: list[Pair]) -> None:
    encoder = PairEncoder(causal_tokenizer(), "bos")
    for (prompt, continuation), (before, after) in zip(pairs, encoder.encode(pairs), strict=True):
        assert [*before, *after] == [0, *tokens_of(prompt + continuation)]
        assert list(before[1:]) == tokens_of(prompt)[: len(before) - 1]
        assert bool(after) == bool(continuation)


def test_a_word_that_stands_alone_is_the_continuation() -> None:
    ((before, after),) = PairEncoder(causal_tokenizer()).encode([("The doctor said that", " she")])
    assert list(before) == tokens_of("The doctor said that")
    assert list(after) == tokens_of(" she")


def test_a_token_across_the_border_is_scored() -> None:
    """The space at the end of a prompt belongs to the word after it."""
    encoder = PairEncoder(causal_tokenizer())
    apart, together = encoder.encode([("The doctor ", "said"), ("The doctor", " said")])
    assert apart == together
    assert list(apart[1]) == tokens_of(" said")


@pytest.mark.parametrize(("leading", "before"), [("none", []), ("bos", [0]), ("newline", None)])
def test_what_stands_before_each_prompt(leading: Leading, before: list[int] | None) -> None:
    before = tokens_of("\n") if before is None else before
    ((prompt, after),) = PairEncoder(causal_tokenizer(), leading).encode([("The", " doctor")])
    assert list(prompt) == [*before, *tokens_of("The")]
    assert list(after) == tokens_of(" doctor")


@pytest.mark.parametrize("leading", ["bos", "newline"])
def test_a_leading_token_makes_an_empty_prompt_possible(leading: Leading) -> None:
    ((before, after),) = PairEncoder(causal_tokenizer(), leading).encode([("", "The doctor")])
    assert len(before) == 1
    assert list(after) == tokens_of("The doctor")


@pytest.mark.parametrize("pair", [("", "The doctor"), ("T", "he doctor")])
def test_nothing_to_condition_on(pair: Pair) -> None:
    """Also where the only token of a prompt runs on into the continuation."""
    assert len(tokens_of("The")) == 1
    with pytest.raises(LanguageModelError, match=r'found none\. .* leading="bos"') as caught:
        PairEncoder(causal_tokenizer()).encode([pair])
    assert "\n" not in str(caught.value)


def test_an_empty_continuation_has_no_tokens() -> None:
    encoder = PairEncoder(causal_tokenizer())
    assert [after for _, after in encoder.encode([("The", ""), ("", "")])] == [(), ()]
    assert encoder.encode([]) == []


def test_special_tokens_in_a_text_are_special() -> None:
    ((before, after),) = PairEncoder(causal_tokenizer()).encode(
        [("<|begin|>The", " doctor<|end|>")]
    )
    assert before[0] == 0
    assert after[-1] == 1


def test_a_text_over_the_context_is_refused_with_numbers() -> None:
    encoder = PairEncoder(causal_tokenizer(), "bos", limit=10)
    word, count = " doctor", len(tokens_of(" doctor"))
    fits = (10 - 1) // count
    encoder.encode([(word * (fits - 1), word)])
    with pytest.raises(LanguageModelError, match=f"at most 10 tokens.* has {1 + count * 10}"):
        encoder.encode([(word * 9, word)])


def test_a_continuation_that_the_tokenizer_drops_is_refused() -> None:
    class Stripping:
        def __call__(self, texts: list[str], **_settings: object) -> dict[str, list[list[int]]]:
            return {"input_ids": [tokens_of(text.strip()) for text in texts]}

    with pytest.raises(LanguageModelError, match="adds none to 'The doctor'"):
        PairEncoder(Stripping()).encode([("The doctor", " ")])


@pytest.mark.parametrize("pair", [("The", 1), ("The",), "The", ("The", " doctor", " said"), None])
def test_what_is_no_pair_of_texts_is_named(pair: object) -> None:
    with pytest.raises(LanguageModelError, match="two texts, as pair 1"):
        PairEncoder(causal_tokenizer()).encode([("The", " doctor"), pair])  # type: ignore[list-item]


def test_leading_must_be_known() -> None:
    with pytest.raises(LanguageModelError, match="one of none, bos, newline, got 'eos'"):
        PairEncoder(causal_tokenizer(), "eos")  # type: ignore[arg-type]


def test_a_tokenizer_without_a_beginning() -> None:
    class Plain:
        bos_token_id = None

    with pytest.raises(LanguageModelError, match=r'Give leading="newline" or "none"'):
        PairEncoder(Plain(), "bos")
