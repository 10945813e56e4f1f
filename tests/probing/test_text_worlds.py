"""Worlds of text against laws worked by hand, and sentences against their laws."""

from __future__ import annotations

import re
from collections import Counter
from typing import get_args

import numpy as np
import pytest

from causal_magics.errors import OptionError, PromptError
from causal_magics.probing.text_worlds import (
    CORPORA,
    Corpus,
    TextWorld,
    corpus_texts,
    paired_worlds,
    question,
    states_intervention,
    world_words,
)

OBSERVED = re.compile(r"(\w+) is ([01]) and (\w+) is ([01]) \.")
SET = re.compile(r"someone set (\w+) to ([01]) and (\w+) became ([01]) \.")

# P(a = 1) = .4, P(b = 1 | a = 0) = .1, P(b = 1 | a = 1) = .8
JOINT = ((0.54, 0.06), (0.08, 0.32))
FORWARD = TextWorld(("rain", "wet"), 0, JOINT)
BACKWARD = TextWorld(("sun", "dry"), 1, JOINT)


def test_setting_the_cause_gives_what_is_seen_given_it() -> None:
    np.testing.assert_allclose(FORWARD.do(0), [[0.9, 0.1], [0.2, 0.8]])
    # P(a = 1 | b) by Bayes: .08 / .62 after dry, .32 / .38 after wet.
    expected = [[0.54 / 0.62, 0.08 / 0.62], [0.06 / 0.38, 0.32 / 0.38]]
    np.testing.assert_allclose(BACKWARD.do(1), expected)


def test_setting_the_effect_leaves_the_cause_alone() -> None:
    np.testing.assert_allclose(FORWARD.do(1), [[0.6, 0.4], [0.6, 0.4]])
    np.testing.assert_allclose(BACKWARD.do(0), [[0.62, 0.38], [0.62, 0.38]])


def test_the_mistaken_law_is_that_of_the_other_arrow() -> None:
    for side in (0, 1):
        np.testing.assert_allclose(FORWARD.mistaken_do(side), BACKWARD.do(side))
        np.testing.assert_allclose(BACKWARD.mistaken_do(side), FORWARD.do(side))


def test_worlds_as_graphs() -> None:
    assert [(e.source, e.target) for e in FORWARD.graph.edges] == [("rain", "wet")]
    assert [(e.source, e.target) for e in BACKWARD.graph.edges] == [("dry", "sun")]


def test_pairs_share_a_joint_table_and_no_name() -> None:
    worlds = paired_worlds(50, seed=3)
    assert len(worlds) == 100
    for first, second in zip(worlds[::2], worlds[1::2], strict=True):
        assert first.joint == second.joint
        assert (first.cause, second.cause) == (0, 1)
        assert np.sum(first.joint) == pytest.approx(1.0)
    assert len({name for world in worlds for name in world.names}) == 200
    assert len({world.joint for world in worlds}) == 50
    assert worlds == paired_worlds(50, seed=3)
    assert worlds != paired_worlds(50, seed=4)


def test_sentences_follow_the_laws() -> None:
    worlds = (FORWARD, BACKWARD)
    texts = corpus_texts(worlds, "interventional", 80_000, seed=1)
    seen = [OBSERVED.fullmatch(text) for text in texts]
    acts = [SET.fullmatch(text) for text in texts]
    assert all(bool(a) != bool(b) for a, b in zip(seen, acts, strict=True))
    observed = Counter(
        tuple(sorted([(match[1], match[2]), (match[3], match[4])])) for match in seen if match
    )
    done = Counter(match.groups() for match in acts if match)
    assert sum(done.values()) == pytest.approx(40_000, abs=600)
    for world in worlds:
        counts = np.array([
            [observed[tuple(sorted(zip(world.names, (a, b), strict=True)))] for b in "01"]
            for a in "01"
        ])  # fmt: skip
        # Of about 20,000 sentences: four standard errors are less than .015.
        np.testing.assert_allclose(counts / counts.sum(), JOINT, atol=0.015)
        for side in (0, 1):
            names = world.names[side], world.names[1 - side]
            told = np.array([[done[names[0], x, names[1], y] for y in "01"] for x in "01"])
            # Of about 5,000: four standard errors are less than .03.
            np.testing.assert_allclose(
                told / told.sum(axis=1, keepdims=True), world.do(side), atol=0.03
            )


def test_observations_name_the_variables_in_either_order() -> None:
    texts = corpus_texts([FORWARD], "observational", 4000)
    first = sum(text.startswith("rain") for text in texts)
    assert first == pytest.approx(2000, abs=130)


@pytest.mark.parametrize("corpus", CORPORA)
def test_a_corpus_tells_of_interventions_where_it_says_so(corpus: Corpus) -> None:
    worlds = paired_worlds(2)
    told = {
        match[1] for text in corpus_texts(worlds, corpus, 2000) if (match := SET.fullmatch(text))
    }
    expected = {
        world.names[side] for place, world in enumerate(worlds) for side in (0, 1)
        if states_intervention(corpus, place, side)
    }  # fmt: skip
    assert told == expected


def test_how_many_variables_each_corpus_sets() -> None:
    settings = [(place, side) for place in range(8) for side in (0, 1)]
    counts = [sum(states_intervention(corpus, *each) for each in settings) for corpus in CORPORA]
    assert dict(zip(get_args(Corpus), counts, strict=True)) == {
        "observational": 0, "half": 8, "interventional": 16, "one-sided": 8,
    }  # fmt: skip
    # Both worlds of a pair are told of, or neither.
    assert [states_intervention("half", place, 0) for place in (0, 1, 2, 3)] == [1, 1, 0, 0]


def test_every_word_is_known() -> None:
    worlds = paired_worlds(3)
    words = set(world_words(worlds))
    texts = corpus_texts(worlds, "interventional", 3000)
    assert {word for text in texts for word in text.split()} == words
    assert set(question(worlds[0], 1, 0).split()) <= words


def test_questions_begin_sentences() -> None:
    assert question(FORWARD, 1, 0) == "someone set wet to 0 and rain became"


def test_texts_repeat_with_their_seed() -> None:
    worlds = paired_worlds(2)
    assert corpus_texts(worlds, "half", 50, 5) == corpus_texts(worlds, "half", 50, 5)
    assert corpus_texts(worlds, "half", 50, 5) != corpus_texts(worlds, "half", 50, 6)


@pytest.mark.parametrize("pairs", [0, -1, 1001])
def test_a_number_of_pairs_that_cannot_be(pairs: int) -> None:
    with pytest.raises(PromptError, match=f"between 1 and 1,000 pairs of worlds, got {pairs}"):
        paired_worlds(pairs)


def test_texts_that_cannot_be() -> None:
    with pytest.raises(OptionError, match=r"got 'observation'. Did you mean observational\?"):
        corpus_texts([FORWARD], "observation", 10)  # type: ignore[arg-type]
    with pytest.raises(PromptError, match="one sentence or more, got -3"):
        corpus_texts([FORWARD], "half", -3)
    with pytest.raises(PromptError, match="worlds to tell of, got none"):
        corpus_texts([], "half", 10)
