"""The ideal reader: against sampled worlds, and as the best that there is."""

from __future__ import annotations

import numpy as np
import pytest

from causal_magics.probing.context_texts import (
    CONTEXTS,
    Context,
    context_questions,
    fresh_worlds,
)
from causal_magics.probing.ideal_reader import ideal_answers


@pytest.mark.parametrize("context", CONTEXTS)
def test_answers_are_averages_over_worlds_weighed_by_their_sentences(context: Context) -> None:
    asked = context_questions(2, 6, context, seed=1)
    worlds = fresh_worlds(200_000, np.random.default_rng(2))
    laws = worlds.laws
    told = asked.sentences
    answers = ideal_answers(asked, 5).probabilities
    for text in range(len(told.acts)):
        weights = np.ones(len(worlds))
        for at in range(5):
            side, first, second = (each[text, at] for each in (told.sides, told.first, told.second))
            if told.acts[text, at]:
                weights *= laws[:, side, first, second]
            else:
                a, b = (first, second) if side == 0 else (second, first)
                weights *= worlds.joints[:, a, b]
        sampled = np.average(laws[:, text % 2], axis=0, weights=weights)
        np.testing.assert_allclose(answers[text // 2, text % 2], sampled, atol=0.01)


def test_observations_leave_the_direction_open() -> None:
    """After them an answer is near the middle of what the two arrows say."""
    asked = context_questions(300, 15, "natural")
    answers = ideal_answers(asked, 15)
    assert answers.right.mean() == pytest.approx(0.5, abs=0.06)
    halves = (asked.worlds.laws + asked.worlds.mistaken_laws) / 2
    assert np.abs(answers.probabilities - halves).mean() < 0.12


def test_more_sentences_tell_more_and_one_variable_tells_of_the_other() -> None:
    for context in ("queried", "other", "both"):
        asked = context_questions(300, 15, context)
        few, many = ideal_answers(asked, 3), ideal_answers(asked, 15)
        assert many.kl.mean() < few.kl.mean()
        assert many.right.mean() > 0.8


def test_no_reader_that_counts_is_nearer_to_the_truth() -> None:
    asked = context_questions(300, 15, "queried", seed=3)
    told = asked.sentences
    ideal = ideal_answers(asked, 15)
    counts = np.ones((2 * len(asked.worlds), 2, 2))
    texts, at = np.nonzero(told.acts)
    np.add.at(counts, (texts, told.first[texts, at], told.second[texts, at]), 1)
    counted = (counts / counts.sum(axis=-1, keepdims=True)).reshape(-1, 2, 2, 2)
    true = asked.worlds.laws
    kl = (true * np.log(true / counted)).sum(axis=-1).mean()
    assert ideal.kl.mean() < kl
