"""Texts of one world each against their laws, and what contexts tell."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest

from causal_magics.probing.context_texts import (
    CONTEXTS,
    Context,
    FreshWorlds,
    context_phrases,
    context_questions,
    context_texts,
    draw_sentences,
    fresh_worlds,
)
from causal_magics.probing.text_worlds import TextWorld

SEEN = re.compile(r"([AB]) is ([01]), ([AB]) is ([01])")
SET = re.compile(r"someone set ([AB]) to ([01]), ([AB]) became ([01])")
JOINT = ((0.54, 0.06), (0.08, 0.32))


def test_laws_are_those_of_single_worlds() -> None:
    worlds = fresh_worlds(20, np.random.default_rng(0))
    for joint, cause, law, mistaken in zip(
        worlds.joints, worlds.causes, worlds.laws, worlds.mistaken_laws, strict=True
    ):
        (a, b), (c, d) = joint.tolist()
        alone = TextWorld(("A", "B"), cause, ((a, b), (c, d)))
        for side in (0, 1):
            np.testing.assert_allclose(law[side], alone.do(side))
            np.testing.assert_allclose(mistaken[side], alone.mistaken_do(side))


def test_a_cause_goes_with_no_joint_table() -> None:
    worlds = fresh_worlds(4000, np.random.default_rng(1))
    np.testing.assert_allclose(worlds.joints.sum(axis=(1, 2)), 1.0)
    odds = worlds.joints[:, 0, 0] * worlds.joints[:, 1, 1]
    alike = odds > worlds.joints[:, 0, 1] * worlds.joints[:, 1, 0]
    for described in (worlds.causes == 0, alike):
        assert described.mean() == pytest.approx(0.5, abs=0.03)
    for joints in (worlds.joints[worlds.causes == 0], worlds.joints[worlds.causes == 1]):
        np.testing.assert_allclose(joints.mean(axis=0), 0.25, atol=0.02)


def test_pairs_share_a_joint_table() -> None:
    worlds = fresh_worlds(5, np.random.default_rng(2)).paired()
    assert worlds.causes.tolist() == [0, 1] * 5
    np.testing.assert_array_equal(worlds.joints[::2], worlds.joints[1::2])
    np.testing.assert_array_equal(worlds.laws[::2], worlds.mistaken_laws[1::2])


@pytest.mark.parametrize("cause", [0, 1])
def test_sentences_follow_the_laws(cause: int) -> None:
    world = FreshWorlds(np.array([JOINT]), np.array([cause]))
    drawn = draw_sentences(world, np.array([[True, True]]), 40_000, np.random.default_rng(3))
    (phrases,) = drawn.phrases()
    pairs = [", ".join(phrases[at : at + 2]) for at in range(0, len(phrases), 2)]
    done = Counter(match.groups() for each in pairs if (match := SET.fullmatch(each)))
    seen = Counter(
        tuple(sorted([(match[1], match[2]), (match[3], match[4])]))
        for each in pairs if (match := SEEN.fullmatch(each))
    )  # fmt: skip
    assert sum(done.values()) + sum(seen.values()) == 40_000
    counts = np.array([[seen[("A", a), ("B", b)] for b in "01"] for a in "01"])
    # Of about 20,000 sentences, then of about 5,000: four standard errors.
    np.testing.assert_allclose(counts / counts.sum(), JOINT, atol=0.015)
    for side, (name, other) in enumerate((("A", "B"), ("B", "A"))):
        told = np.array([[done[name, x, other, y] for y in "01"] for x in "01"])
        np.testing.assert_allclose(
            told / told.sum(axis=1, keepdims=True), world.laws[0, side], atol=0.03
        )


def test_what_a_context_tells_before_its_question() -> None:
    told: dict[Context, list[set[str]]] = {}
    for context in CONTEXTS:
        asked = context_questions(20, 15, context).pairs(15)
        by_side = [
            {match[1] for prompt, _ in asked if f"set {name} to" in prompt.rpartition(", ")[2]
             for match in SET.finditer(prompt)}
            for name in "AB"
        ]  # fmt: skip
        told[context] = by_side
    assert told == {
        "natural": [set(), set()],
        "queried": [{"A"}, {"B"}],
        "other": [{"B"}, {"A"}],
        "both": [{"A", "B"}, {"A", "B"}],
    }


def test_questions_after_fewer_sentences_begin_alike() -> None:
    asked = context_questions(2, 6, "both", seed=4)
    short, long = asked.pairs(2), asked.pairs(6)
    assert len(short) == len(long) == 4 * 2 * 2 * 2
    for (few, answer), (many, again) in zip(short, long, strict=True):
        assert few.count(", ") == 4
        assert many.count(", ") == 12
        assert many.startswith(few.rpartition(", ")[0])
        assert few.rpartition(", ")[2] == many.rpartition(", ")[2]
        assert answer == again
    assert [text for _, text in short[:4]] == [", B became 0", ", B became 1"] * 2
    assert {phrase for prompt, _ in long for phrase in prompt.split(", ")} <= set(context_phrases())


def test_texts_end_with_an_intervention_and_repeat_with_their_seed() -> None:
    texts = context_texts(2000, 4, ("natural", "other"), seed=5)
    assert texts == context_texts(2000, 4, ("natural", "other"), seed=5)
    assert texts != context_texts(2000, 4, ("natural", "other"), seed=6)
    told = [SET.findall(text) for text in texts]
    for text, acts in zip(texts, told, strict=True):
        assert text.count(", ") == 9
        assert text.endswith("someone set {} to {}, {} became {}".format(*acts[-1]))
        assert acts[-1][0] not in [each[0] for each in acts[:-1]]
    # Half are natural, and a sixteenth of the others have observations alone by chance.
    assert np.mean([len(acts) == 1 for acts in told]) == pytest.approx(17 / 32, abs=0.045)
