"""Pairs of prompts in all their forms."""

from __future__ import annotations

from typing import Any

import pytest
from language.tiny_models import tiny_network

from causal_magics.data.frames import new_frame
from causal_magics.errors import LanguageModelError, PromptError
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.table_model import AnswerTable
from causal_magics.probing.prompt_pairs import (
    PromptPair,
    aligned_pairs,
    gender_pairs,
    pairs_from_lines,
    read_pairs,
)

LINE = "The nurse said that -> The man said that | she / he"
PAIR = PromptPair("The nurse said that", "The man said that", " she", " he")


@pytest.mark.parametrize(
    "given",
    [
        [PAIR],
        PAIR,
        [("The nurse said that", "The man said that", " she", " he")],
        [LINE],
        f"\n{LINE}\n",
        new_frame({
            "base": [PAIR.base], "counterfactual": [PAIR.counterfactual],
            "expected": [PAIR.expected], "other": [PAIR.other], "source": ["made up"],
        }),
    ],
)  # fmt: skip
def test_every_form_is_the_same_pair(given: Any) -> None:
    assert read_pairs(given) == (PAIR,)


def test_a_pair_that_stands_twice_counts_once() -> None:
    assert read_pairs([PAIR, LINE]) == (PAIR,)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "got none"),
        (["The nurse said that | she / he"], "prompt -> other prompt"),
        (["The nurse -> The man, she / he"], "prompt -> other prompt"),
        (["The nurse -> The man | she"], "prompt -> other prompt"),
        (["The nurse -> The nurse | she / he"], "base and counterfactual of a pair to differ"),
        (["The nurse -> The man | she / she"], "expected and other of a pair to differ"),
        ([" -> The man | she / he"], "Expected text as base"),
        (["The nurse -> The man | / he"], "Expected text as expected"),
        ([("The nurse", "The man", " she")], "four texts"),
        ([("The nurse", "The man", " she", float("nan"))], "Expected text as other"),
        ([7], "four texts"),
        (7, "Expected pairs of prompts, got int"),
        (None, "Expected pairs of prompts, got NoneType"),
        (new_frame({"base": ["a"], "expected": ["b"]}), "there is no counterfactual"),
    ],
)
def test_what_is_no_pair_is_told_in_one_line(given: Any, words: str) -> None:
    with pytest.raises(PromptError, match=words) as told:
        read_pairs(given)
    assert "\n" not in str(told.value)


def test_lines_may_hold_the_signs_of_their_form_in_prompts() -> None:
    (pair,) = pairs_from_lines(["1 | 2 is more than -> 3 | 2 is more than | one / two"])
    assert (pair.base, pair.counterfactual) == ("1 | 2 is more than", "3 | 2 is more than")


def word_model() -> CausalLM:
    """Return a model to which every word is one token."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.WordLevel({"<unknown>": 0, " she": 1, " he": 2}, "<unknown>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(" ?[^ ]+"), "isolated")
    words = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unknown>")
    return CausalLM(tiny_network("llama"), words, "words")


def test_the_case_of_gender_has_as_many_of_each() -> None:
    pairs = gender_pairs(word_model())
    assert len(pairs) == len(set(pairs)) > 50
    for pair in pairs:
        assert pair.other == (" he" if " man " in pair.counterfactual else " she")
        assert {pair.expected, pair.other} == {" she", " he"}
    assert sum(pair.expected == " she" for pair in pairs) == len(pairs) / 2


def test_pairs_of_unlike_lengths_are_left_out() -> None:
    longer = PromptPair("The nurse said that", "The very tired nurse said that", " she", " he")
    kept = aligned_pairs([longer, PAIR], word_model())
    assert kept == (PAIR,)


def test_pairs_need_a_model_whose_tokens_are_known() -> None:
    with pytest.raises(LanguageModelError, match="causal model whose weights are here"):
        aligned_pairs([PAIR], AnswerTable({}))
