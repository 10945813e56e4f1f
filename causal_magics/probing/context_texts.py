"""Texts that each tell of a world of their own, so that it can be known from its context alone.

Phrases are the tokens: ``A is 1, B is 1, someone set A to 0, B became 1`` has four.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from causal_magics.probing.text_worlds import (
    FIRST,
    GIVEN,
    VALUES,
    intervention_laws,
    joint_tables,
)

__all__ = [
    "CONTEXTS", "SEPARATOR", "Context", "ContextQuestions", "FreshWorlds", "Sentences",
    "context_phrases", "context_questions", "context_texts", "draw_sentences", "fresh_worlds",
]  # fmt: skip

Context = Literal["natural", "queried", "other", "both"]
"""What stands before a question about setting a variable. All but the first are half observations.

natural
    Observations, nothing else.
queried
    Interventions on the variable that the question sets.
other
    Interventions on the other variable.
both
    Interventions on either.
"""

CONTEXTS: tuple[Context, ...] = get_args(Context)
SEPARATOR = ", "
NAMES = ("A", "B")

_IS, _SET, _BECAME = "{} is {}", "someone set {} to {}", "{} became {}"

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class FreshWorlds:
    """Worlds of two binary variables, A and B, one of which causes the other.

    Parameters
    ----------
    joints : array, shape (worlds, 2, 2)
        `joints[:, a, b]` is P(A = a, B = b).
    causes : array of int, shape (worlds,)
        0 where A is the cause, 1 where B is.
    """

    joints: Floats
    causes: Integers

    def __len__(self) -> int:
        return len(self.causes)

    @property
    def laws(self) -> Floats:
        """P(other = y | do(variable = x)); shape (worlds, variable, x, y)."""
        return intervention_laws(self.joints, self.causes)

    @property
    def mistaken_laws(self) -> Floats:
        """What `laws` would be if the arrows pointed the other way."""
        return intervention_laws(self.joints, 1 - self.causes)

    def paired(self) -> FreshWorlds:
        """Return two worlds of each joint table: in 2k A is the cause, in 2k + 1 it is B."""
        causes = np.tile([0, 1], len(self))
        return FreshWorlds(np.repeat(self.joints, 2, axis=0), causes)


def fresh_worlds(count: int, rng: np.random.Generator) -> FreshWorlds:
    """Draw worlds, each cause with equal odds and independently of the joint table.

    Tables are those of `paired_worlds`, with the variables in either order, and with the second
    variable like the first or its opposite: only the context tells which.
    """
    first = rng.uniform(*FIRST, size=count)
    given = np.stack([rng.uniform(*after, size=count) for after in GIVEN], axis=-1)
    opposite, turned = rng.random((2, count)) < 0.5
    joints = joint_tables(first, np.where(opposite[:, None], given[:, ::-1], given))
    joints = np.where(turned[:, None, None], joints.swapaxes(1, 2), joints)
    return FreshWorlds(joints, rng.integers(2, size=count))


@dataclass(frozen=True, eq=False)
class Sentences:
    """The sentences of many texts as numbers, each array of shape (texts, sentences).

    Parameters
    ----------
    acts : array of bool
        Whether a variable is set.
    sides : array of int
        Which variable the first phrase names; in an intervention the one that is set.
    first, second : array of int
        The values of the two phrases.
    """

    acts: Flags
    sides: Integers
    first: Integers
    second: Integers

    def phrases(self) -> list[list[str]]:
        """Return the phrases of each text, two a sentence."""
        table = np.array([
            [[[frame.format(name, value) for value in VALUES] for name in NAMES] for frame in pair]
            for pair in ((_IS, _IS), (_SET, _BECAME))
        ])  # fmt: skip
        acts = self.acts.astype(int)
        said = np.stack(
            [table[acts, 0, self.sides, self.first], table[acts, 1, 1 - self.sides, self.second]],
            axis=-1,
        )
        rows: list[list[str]] = said.reshape(len(said), -1).tolist()
        return rows

    def joined(self, other: Sentences) -> Sentences:
        """Return texts that go on with the sentences of other ones."""
        names = ("acts", "sides", "first", "second")
        return Sentences(
            *(np.concatenate([getattr(self, n), getattr(other, n)], axis=1) for n in names)
        )


def draw_sentences(
    worlds: FreshWorlds, settable: Flags, count: int, rng: np.random.Generator, share: float = 0.5
) -> Sentences:
    """Draw sentences of worlds.

    Parameters
    ----------
    worlds : FreshWorlds
        One for each text.
    settable : array of bool, shape (texts, 2)
        On which variables there are interventions; either value is set with equal odds.
    count : int
        Sentences to a text.
    rng : numpy.random.Generator
    share : float
        Of interventions among the sentences, where any variable is settable.
    """
    shape = (len(worlds), count)
    acts = (rng.random(shape) < share) & settable.any(axis=1, keepdims=True)
    either = rng.integers(2, size=shape)
    set_one = np.where(settable.all(axis=1, keepdims=True), either, settable[:, 1:])
    sides = np.where(acts, set_one, either)
    values = rng.integers(2, size=shape)
    chances = rng.random(shape)
    outcomes = chances < worlds.laws[np.arange(len(worlds))[:, None], sides, values, 1]
    ends = worlds.joints.reshape(-1, 1, 4).cumsum(axis=-1)[..., :3]
    cells = (chances[..., None] >= ends).sum(axis=-1)
    seen = np.stack([cells // 2, cells % 2], axis=-1)
    first, second = (
        np.take_along_axis(seen, side[..., None], -1)[..., 0] for side in (sides, 1 - sides)
    )
    return Sentences(acts, sides, np.where(acts, values, first), np.where(acts, outcomes, second))


def _settable(contexts: Integers, queried: Integers) -> Flags:
    """Return on which variables contexts have interventions, by their place in `CONTEXTS`."""
    asked = np.eye(2, dtype=bool)[queried]
    kinds = [np.zeros_like(asked), asked, ~asked, np.ones_like(asked)]
    return np.choose(contexts[:, None], kinds)


def context_texts(
    texts: int, sentences: int, contexts: tuple[Context, ...] = CONTEXTS, seed: int = 0
) -> list[str]:
    """Return texts to learn from: each tells of a fresh world, then of one more intervention.

    Parameters
    ----------
    texts : int
    sentences : int
        Before the last intervention.
    contexts : tuple of {"natural", "queried", "other", "both"}
        Of each text one, with equal odds; what the last sentence sets is drawn too.
    seed : int
    """
    rng = np.random.default_rng(seed)
    worlds = fresh_worlds(texts, rng)
    queried = rng.integers(2, size=texts)
    kinds = np.array([CONTEXTS.index(each) for each in contexts])
    settable = _settable(rng.choice(kinds, size=texts), queried)
    told = draw_sentences(worlds, settable, sentences, rng)
    last = draw_sentences(worlds, np.eye(2, dtype=bool)[queried], 1, rng, share=1.0)
    return [SEPARATOR.join(phrases) for phrases in told.joined(last).phrases()]


def context_phrases() -> tuple[str, ...]:
    """Return every phrase of every text."""
    frames = (_IS, _SET, _BECAME)
    return tuple(f.format(name, value) for f in frames for name in NAMES for value in VALUES)


@dataclass(frozen=True, eq=False)
class ContextQuestions:
    """What setting a variable does, asked after sentences of a fresh world.

    Parameters
    ----------
    worlds : FreshWorlds
    sentences : Sentences
        Of two texts a world: what stands before the question about A, then that about B.
    """

    worlds: FreshWorlds
    sentences: Sentences

    def pairs(self, after: int) -> list[tuple[str, str]]:
        """Return questions after so many sentences with both answers, by world, variable, x and y.

        Each pair is a prompt, ``A is 1, B is 1, someone set A to 0``, and an answer ``, B became
        1``.
        """
        asked = []
        for place, phrases in enumerate(self.sentences.phrases()):
            told, side = phrases[: 2 * after], place % 2
            for value in VALUES:
                prompt = SEPARATOR.join([*told, _SET.format(NAMES[side], value)])
                asked += [
                    (prompt, SEPARATOR + _BECAME.format(NAMES[1 - side], answer))
                    for answer in VALUES
                ]
        return asked


def context_questions(
    pairs: int, sentences: int, context: Context, seed: int = 0
) -> ContextQuestions:
    """Draw pairs of fresh worlds with one joint table, and what is told of each before a question.

    Parameters
    ----------
    pairs : int
        Half as many as there are worlds.
    sentences : int
        Before a question.
    context : {"natural", "queried", "other", "both"}
    seed : int
    """
    rng = np.random.default_rng((seed, 1))
    worlds = fresh_worlds(pairs, rng).paired()
    told = FreshWorlds(worlds.joints.repeat(2, axis=0), worlds.causes.repeat(2))
    queried = np.tile([0, 1], len(worlds))
    kinds = np.full(len(told), CONTEXTS.index(context))
    drawn = draw_sentences(told, _settable(kinds, queried), sentences, rng)
    return ContextQuestions(worlds, drawn)
