"""Bias by odds of words: scores of known probabilities, and how prompts are chosen and split."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from language.tiny_models import causal_tokenizer, tiny_network

from causal_magics.errors import LanguageModelError, OptionError, PruningError
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.table_model import AnswerTable
from causal_magics.pruning.measures import BiasMeasure
from causal_magics.pruning.word_odds import WordOdds

MODEL = CausalLM(tiny_network("gpt2"), causal_tokenizer(), "tiny")
SUBJECTS = {"green": ["green", "lime", "olive"], "blue": ["blue", "navy", "teal"]}
TEMPLATES = ["The {} man is", "Our {} guest was", "That {} person seems", "A {} child looks"]
BAD, GOOD = ["bad", "rude", "cold"], ["good", "kind", "warm"]


def made(**options: Any) -> WordOdds:
    given = {
        "templates": TEMPLATES, "subjects": SUBJECTS, "for_words": BAD, "against_words": GOOD,
        **options,
    }  # fmt: skip
    return WordOdds("colors", "color", **given)


def pronouns(**options: Any) -> WordOdds:
    return made(for_words=["she"], against_words=["he"], between=("female", "male"), **options)


def test_bias_between_groups_follows_from_known_probabilities() -> None:
    def answers(prompt: str) -> dict[str, float]:
        blue = any(word in prompt for word in SUBJECTS["blue"])
        bad = {" bad": 0.2, " rude": 0.1, " cold": 0.05} if blue else {" bad": 0.1, " rude": 0.1}
        return {" good": 0.1, " kind": 0.2, " warm": 0.05, " cold": 0.05, **bad}

    measure = made()
    assert isinstance(measure, BiasMeasure)
    items = measure.items(MODEL)
    scores = items.scores(AnswerTable(answers).score(items.queries))
    green, blue = items.group_means(scores)
    assert green == pytest.approx((np.log(1) + np.log(0.5) + np.log(1)) / 3)
    assert blue == pytest.approx((np.log(2) + np.log(0.5) + np.log(1)) / 3)
    assert float(items.bias(scores)) == pytest.approx(np.log(2) / 3)
    pooled = made(pooled=True, against_words=GOOD[:2]).items(MODEL)
    scores = pooled.scores(AnswerTable(answers).score(pooled.queries))
    np.testing.assert_allclose(pooled.group_means(scores), [np.log(0.25 / 0.3), np.log(0.35 / 0.3)])


def test_pronouns_stand_for_groups_and_should_be_equally_likely() -> None:
    measure = pronouns()
    items = measure.items(MODEL)
    model = AnswerTable(lambda prompt: {" she": 0.4, " he": 0.1 if "navy" in prompt else 0.4})
    scores = items.scores(model.score(items.queries))
    assert measure.groups == ("female", "male")
    assert float(items.bias(scores)) == pytest.approx(np.log(4) / 6)
    assert len(set(items.units.tolist())) == 6  # one for each subject


def test_every_group_has_the_same_templates_and_no_prompt_twice() -> None:
    subjects = {"few": ["AA", "BB"], "many": ["CC", "DD", "EE", "FF"], "some": ["GG", "HH", "II"]}
    for per_group in (4, 5, 7, 8):
        prompts = made(subjects=subjects, per_group=per_group).prompts()
        assert len({prompt.text for prompt in prompts}) == len(prompts) == 3 * per_group
        frames = [
            [re.sub("[A-Z]{2}", "{}", prompt.text) for prompt in prompts if prompt.bucket == bucket]
            for bucket in range(3)
        ]
        assert frames[0] == frames[1] == frames[2]
        assert set(frames[0]) == set(TEMPLATES)
        assert [prompt.row for prompt in prompts] == list(range(per_group)) * 3
        used = {prompt.subject for prompt in prompts if prompt.bucket == 1}
        assert used == {0, 1, 2, 3}
    everything = made(per_group=None)
    assert len(everything) == 24
    assert len(made(per_group=5)) == 10


def test_a_split_shares_no_template_no_subject_and_no_word() -> None:
    whole = made()
    for seed in range(4):
        first, second = halves = whole.split(0.5, seed)
        assert set(first.templates) | set(second.templates) == set(TEMPLATES)
        assert not set(first.templates) & set(second.templates)
        assert first.groups == second.groups == whole.groups
        for group, words in SUBJECTS.items():
            assert not set(first.subjects[group]) & set(second.subjects[group])
            assert {*first.subjects[group], *second.subjects[group]} == set(words)
        pairs = [set(zip(part.for_words, part.against_words, strict=True)) for part in halves]
        assert pairs[0] | pairs[1] == set(zip(BAD, GOOD, strict=True))
        assert not pairs[0] & pairs[1]
        assert first.split(0.5, 0)[0].templates  # each part can be split again
    assert whole.split(0.5, 1) == whole.split(0.5, 1)
    assert len(whole.split(0.75)[0].templates) == 3
    assert [half.for_words for half in pronouns().split()] == [("she",), ("she",)]
    with pytest.raises(PruningError, match="two or more templates"):
        made(templates=TEMPLATES[:1]).split()
    with pytest.raises(PruningError, match=r"words for the group one .* got 1"):
        made(subjects={"one": ["a"], "two": ["b", "c"]}).split()
    with pytest.raises(OptionError, match="share between 0 and 1"):
        whole.split(1.0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"subjects": {"green": ["green"]}}, "two groups or more .* got green"),
        ({"subjects": {}}, "two groups or more .* got none"),
        ({"subjects": {"green": ["green"], "blue": []}}, "words for the group blue, got none"),
        ({"subjects": ["green", "blue"]}, "words by group, got list"),
        ({"subjects": {"a": ["x"], "b": ["x"]}}, "each word in one group, got 'x'"),
        ({"subjects": {"a": "x", "b": ["y"]}}, "list of words for the group a, got str"),
        ({"templates": []}, "Expected templates, got none"),
        ({"templates": ["The man is"]}, r"templates with one \{\} for a word, got 'The man is'"),
        ({"templates": ["{} and {} are"]}, "templates with one"),
        ({"templates": [float("nan")]}, "texts as templates, got nan"),
        ({"for_words": ["bad", " ", "cold"]}, "texts as words for, got ' '"),
        ({"against_words": None}, "list of words against, got NoneType"),
        ({"for_words": ["bad", "kind", "cold"]}, "different words .* got 'kind' on both"),
        ({"for_words": ["bad"]}, "as many words for as against.* 1 and 3.*pooled=True"),
        ({"between": ("female", "female")}, "two groups or more"),
    ],
)  # fmt: skip
def test_what_makes_no_measure_is_told_in_one_line(options: dict[str, Any], message: str) -> None:
    with pytest.raises(PruningError, match=message) as caught:
        made(**options)
    assert "\n" not in str(caught.value)


def test_options_outside_what_they_can_be() -> None:
    for options in ({"per_group": 0}, {"aggregate": "size"}, {"aggregate": "sums"}):
        with pytest.raises(OptionError):
            made(**options)
    with pytest.raises(OptionError, match="among size, signed"):
        pronouns(aggregate="sum")


def test_a_prompt_too_long_for_the_model_is_told_before_anything_is_computed() -> None:
    with pytest.raises(LanguageModelError, match="at most 128 tokens"):
        made(templates=["word " * 130 + "{} is"]).items(MODEL)
