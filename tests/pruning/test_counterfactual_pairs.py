"""Bias by pairs of texts: where they are cut, and what follows from known probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from language.tiny_models import causal_tokenizer, tiny_network

from causal_magics.errors import OptionError, PruningError
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.table_model import AnswerTable
from causal_magics.pruning.counterfactual_pairs import CounterfactualPairs, TextPair
from causal_magics.pruning.measures import BiasMeasure

MODEL = CausalLM(tiny_network("gpt2"), causal_tokenizer(), "tiny")
LED = CausalLM(tiny_network("gpt2"), causal_tokenizer(), "tiny", leading="bos")
SEX = ("female", "male")
PAIRS = [
    TextPair("The woman is here.", "The man is here.", SEX, "a"),
    TextPair("The boy ran off.", "The girl ran off.", SEX[::-1], "a"),
    TextPair("My aunt was ill.", "My uncle was ill.", SEX, "b"),
    TextPair("His son is two.", "His daughter is two.", SEX[::-1], "b"),
]


def made(**options: Any) -> CounterfactualPairs:
    given = {"pairs": PAIRS, **options}
    return CounterfactualPairs("people", "gender", **given)


@pytest.mark.parametrize(
    ("first", "second", "change", "rest"),
    [
        ("A b c.", "A x c.", ("A", " b c."), ("A b", " c.")),
        ("B b c.", "X b c.", ("\n", "B b c."), ("B", " b c.")),
        ("A b c d e", "A x c y e", ("A", " b c d e"), ("A b c d", " e")),
        ("A b c", "A big b c", ("A", " b c"), ("A", " b c")),
        ("b c", "Big b c", ("\n", "b c"), ("\n", "b c")),
        ("A  b\nc", "A x c", ("A", " b c"), ("A b", " c")),
    ],
)
def test_texts_are_cut_at_the_words_that_differ(
    first: str, second: str, change: tuple[str, str], rest: tuple[str, str]
) -> None:
    pair = TextPair(first, second)
    assert pair.queries("change")[0] == change
    assert pair.queries("rest")[0] == rest


WORDS = st.lists(st.sampled_from("abc"), min_size=1, max_size=6).map(" ".join)


@given(WORDS, WORDS, st.sampled_from(["change", "rest"]))
def test_a_cut_loses_nothing(first: str, second: str, scored: Any) -> None:
    if first == second:
        return
    pair = TextPair(f"{first} .", f"{second} .")
    queries = pair.queries(scored, opening="")
    assert [prompt + after for prompt, after in queries] == [pair.first, pair.second]
    assert all(after.strip() for _, after in queries)
    if scored == "rest":
        assert queries[0][1].strip() == queries[1][1].strip()


def test_bias_follows_from_known_probabilities() -> None:
    shares = {"The woman": 0.4, "The man": 0.1, "The boy": 0.1, "The girl": 0.2}
    model = AnswerTable(
        lambda prompt: {rest: shares.get(prompt, 0.5) for rest in (
            " is here.", " ran off.", " was ill.", " is two.",
        )}
    )  # fmt: skip
    measure = made()
    assert isinstance(measure, BiasMeasure)
    items = measure.items(MODEL)
    scores = items.scores(model.score(items.queries))
    np.testing.assert_allclose(scores, [np.log(4), -np.log(2), 0, 0], atol=1e-12)
    assert float(items.bias(scores)) == pytest.approx(np.log(8) / 4)
    np.testing.assert_allclose(items.group_means(scores), [np.log(2), -np.log(2) / 2])
    signed = made(aggregate="signed").items(MODEL)
    assert float(signed.bias(scores)) == pytest.approx(np.log(2) / 4)


def test_scores_are_differences_of_whole_texts_with_the_changed_words() -> None:
    items = made(scored="change").items(LED)
    whole = LED.score([("", text) for pair in PAIRS for text in (pair.first, pair.second)])
    scores = items.scores(LED.score(items.queries))
    np.testing.assert_allclose(scores, whole[::2] - whole[1::2], atol=1e-4)


def test_a_text_that_begins_with_the_change_has_something_before_it() -> None:
    pairs = [("Women lead.", "Men lead."), ("Boys run.", "Girls run.")]
    asked = made(pairs=pairs, scored="change")
    assert {prompt for prompt, _ in asked.items(MODEL).queries} == {"\n"}
    assert {prompt for prompt, _ in asked.items(LED).queries} == {""}
    assert np.isfinite(LED.score(asked.items(LED).queries)).all()


def test_a_split_shares_no_block_and_keeps_every_group() -> None:
    first, second = made().split()
    blocks = [{pair.block for pair in part.pairs} for part in (first, second)]
    assert blocks[0] | blocks[1] == {"a", "b"}
    assert not blocks[0] & blocks[1]
    assert set(first.groups) == set(second.groups) == set(SEX)
    alone = [TextPair(f"The woman {word}.", f"The man {word}.", SEX) for word in "abcdefgh"]
    parts = made(pairs=alone).split(0.25, 3)
    assert [len(part) for part in parts] == [2, 6]
    assert parts == made(pairs=alone).split(0.25, 3)
    with pytest.raises(PruningError, match="two or more blocks of pairs"):
        made(pairs=PAIRS[:2]).split()
    odd = [TextPair("A cat sat.", "A dog sat.", ("cat", "dog"), "c"), *PAIRS]
    with pytest.raises(PruningError, match="every group in both parts of people"):
        made(pairs=odd).split()


def test_a_sample_of_pairs_is_asked_and_it_stays_the_same() -> None:
    few = made(n_items=3)
    assert len(few) == len(few.items(MODEL)) == 3
    assert few.chosen() == few.chosen()
    assert set(few.chosen()) < set(PAIRS)
    assert {frozenset(made(n_items=3, seed=seed).chosen()) for seed in range(8)} != {
        frozenset(few.chosen())
    }


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([], "pairs of texts in people, got none"),
        ("a text", "list of pairs of texts, got str"),
        ([("The woman is.", "The man is."), 3], "TextPair or two texts in people, got 3"),
        ([("a", "b", "c", "d", "e", "f")], "TextPair or two texts"),
        ([("The same.", "The  same.")], "to differ, got 'The same.' twice"),
        ([("", "The man.")], "two texts as a pair, got ''"),
        ([(float("nan"), "The man.")], "two texts as a pair, got nan"),
        ([("A woman", "A man")], "words after those that differ, got none in 'A woman'"),
    ],
)
def test_what_makes_no_pairs_is_told_in_one_line(pairs: Any, message: str) -> None:
    with pytest.raises(PruningError, match=message):
        made(pairs=pairs)


def test_options_outside_what_they_can_be() -> None:
    with pytest.raises(PruningError, match="speak of two groups, got male"):
        TextPair("The woman is.", "The man is.", ("male", "male"))
    for options in ({"scored": "all"}, {"aggregate": "sum"}, {"n_items": 0}):
        with pytest.raises(OptionError):
            made(**options)
