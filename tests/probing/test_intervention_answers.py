"""Questions about interventions, asked directly and by `probe`, of models whose laws are known."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from causal_magics.errors import OptionError, PromptError
from causal_magics.language.protocol import LanguageModel, Pair, PairScorer
from causal_magics.language.word_model import train_word_model
from causal_magics.probing.intervention_answers import (
    SetVariable,
    ask_interventions,
    intervention_prompts,
)
from causal_magics.probing.probe import probe
from causal_magics.probing.text_worlds import (
    TextWorld,
    corpus_texts,
    paired_worlds,
    question,
    world_words,
)


class Oracle(PairScorer):
    """Answers questions by a law, with words besides the two values left to be said."""

    model_id = "oracle"

    def __init__(self, worlds: Sequence[TextWorld], law: str, *, mass: float = 0.5) -> None:
        self.answers = {
            question(world, side, x): mass * getattr(world, law)(side)[x]
            for world in worlds for side in (0, 1) for x in (0, 1)
        }  # fmt: skip

    def score(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        return np.log([self.answers[prompt][int(word)] for prompt, word in pairs])


def test_a_model_that_knows_is_right() -> None:
    worlds = paired_worlds(3)
    answers = ask_interventions(Oracle(worlds, "do"), worlds)
    assert answers.right.shape == (6, 2)
    assert answers.right.all()
    np.testing.assert_allclose(answers.kl, 0.0, atol=1e-12)
    np.testing.assert_allclose(answers.probabilities[4, 1], worlds[4].do(1))


def test_a_model_that_believes_the_other_arrow_is_wrong_everywhere() -> None:
    worlds = paired_worlds(3)
    answers = ask_interventions(Oracle(worlds, "mistaken_do"), worlds)
    assert not answers.right.any()
    np.testing.assert_allclose(answers.kl_mistaken, 0.0, atol=1e-12)


def test_the_divergence_by_hand() -> None:
    world = TextWorld(("rain", "wet"), 0, ((0.54, 0.06), (0.08, 0.32)))
    answers = ask_interventions(Oracle([world], "mistaken_do"), [world])
    # Setting rain gives wet .1 and .8, where the model says .38 both times.
    by_hand = [
        p * math.log(p / 0.38) + (1 - p) * math.log((1 - p) / 0.62) for p in (0.1, 0.8)
    ]  # fmt: skip
    assert answers.kl[0, 0] == pytest.approx(sum(by_hand) / 2)


@pytest.mark.parametrize(
    ("law", "sets", "verdict"),
    [
        ("do", "cause", "as entailed"),
        ("do", "effect", "as entailed"),
        ("mistaken_do", "cause", "not seen"),
        ("mistaken_do", "effect", "against the graph"),
    ],
)
def test_probe_tells_a_model_that_knows_from_one_that_has_the_arrow_turned(
    law: str, sets: SetVariable, verdict: str
) -> None:
    worlds = paired_worlds(4)
    found = probe(*intervention_prompts(worlds, sets), Oracle(worlds, law), measure="next")
    assert found.finding("Set", "Became").verdict == verdict


def test_probe_measures_what_direct_questions_say() -> None:
    worlds = paired_worlds(3)
    model = train_word_model(
        corpus_texts(worlds, "half", 600), words=world_words(worlds), batch=16, threads=1
    )
    answers = ask_interventions(model, worlds)
    for sets in ("cause", "effect"):
        found = probe(*intervention_prompts(worlds, sets), model, measure="next").finding()
        sides = [w.cause if sets == "cause" else 1 - w.cause for w in worlds]
        asked = answers.probabilities[range(len(worlds)), sides]
        np.testing.assert_allclose(found.curves, asked, atol=1e-5)
        moved = 100 * (asked[:, 1, 1] - asked[:, 0, 1])
        np.testing.assert_allclose(found.slopes[1].by_template, moved, atol=1e-3)


def test_oracles_are_language_models() -> None:
    assert isinstance(Oracle(paired_worlds(1), "do"), LanguageModel)


def test_what_cannot_be_asked() -> None:
    with pytest.raises(PromptError, match="worlds to ask about, got none"):
        ask_interventions(Oracle([], "do"), [])
    with pytest.raises(PromptError, match="worlds to ask about, got none"):
        intervention_prompts([], "cause")
    with pytest.raises(OptionError, match=r"sets among cause, effect, got 'causes'. Did you mean"):
        intervention_prompts(paired_worlds(1), "causes")  # type: ignore[arg-type]
