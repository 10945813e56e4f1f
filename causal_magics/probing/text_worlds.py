"""Worlds of two variables that observations cannot tell apart, and texts about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import PromptError
from causal_magics.graph.model import CausalGraph
from causal_magics.options import check_option

__all__ = [
    "CORPORA", "Corpus", "TextWorld", "corpus_texts", "intervention_laws", "intervention_text",
    "joint_tables", "paired_worlds", "question", "states_intervention", "world_words",
]  # fmt: skip

Floats = NDArray[np.float64]

Corpus = Literal["observational", "half", "interventional", "one-sided"]
"""What texts tell.

observational
    Observations of every world, nothing else.
half
    Observations of every world, and interventions on both variables in every second pair of worlds.
interventional
    Observations and interventions of every world.
one-sided
    Observations of every world, and interventions on its first variable only.
"""

CORPORA: tuple[Corpus, ...] = get_args(Corpus)

VALUES = ("0", "1")
MAX_PAIRS = 1000

FIRST = (0.25, 0.75)
"""Between what P(first = 1) is drawn."""
GIVEN = ((0.05, 0.2), (0.8, 0.95))
"""Between what P(second = 1 | first) is drawn, after a 0 and after a 1."""

_OBSERVATION = "{} is {} and {} is {} ."
_INTERVENTION = "someone set {} to {} and {} became"
_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"


@dataclass(frozen=True)
class TextWorld:
    """A world of two binary variables, one of which causes the other.

    Parameters
    ----------
    names : tuple of str
        Of the first and the second variable.
    cause : {0, 1}
        Which of them is the cause.
    joint : tuple of tuples of float
        `joint[a][b]` is P(first = a, second = b).
    """

    names: tuple[str, str]
    cause: Literal[0, 1]
    joint: tuple[tuple[float, float], tuple[float, float]]

    @property
    def graph(self) -> CausalGraph:
        """The world as a graph of one edge."""
        return CausalGraph(edges=[(self.names[self.cause], self.names[1 - self.cause])])

    def do(self, variable: Literal[0, 1]) -> Floats:
        """Return P(other = y | do(variable = x)) as an array of shape (x, y).

        Setting the cause gives what is seen given it; setting the effect leaves the cause alone.
        """
        return self._law(variable, is_cause=variable == self.cause)

    def mistaken_do(self, variable: Literal[0, 1]) -> Floats:
        """Return what `do` would be if the arrow pointed the other way."""
        return self._law(variable, is_cause=variable != self.cause)

    def _law(self, variable: Literal[0, 1], *, is_cause: bool) -> Floats:
        cause = variable if is_cause else 1 - variable
        law: Floats = intervention_laws(np.array(self.joint), np.array(cause))[variable]
        return law


def intervention_laws(joints: Floats, causes: NDArray[np.int64]) -> Floats:
    """Return P(other = y | do(variable = x)) of many worlds of two variables.

    Parameters
    ----------
    joints : array, shape (..., 2, 2)
        P(first = a, second = b) of each world.
    causes : array of int, shape (...)
        Which variable is the cause.

    Returns
    -------
    array, shape (..., variable, x, y)
    """
    tables = np.stack([joints, joints.swapaxes(-1, -2)], axis=-3)
    given = tables / tables.sum(axis=-1, keepdims=True)
    marginal = np.broadcast_to(tables.sum(axis=-2, keepdims=True), tables.shape)
    is_cause = np.arange(2) == np.asarray(causes)[..., None]
    laws: Floats = np.where(is_cause[..., None, None], given, marginal)
    return laws


def joint_tables(first: Floats, given: Floats) -> Floats:
    """Return P(first = a, second = b) from P(first = 1) and P(second = 1 | first = a).

    Parameters
    ----------
    first : array, shape (...)
    given : array, shape (..., 2)

    Returns
    -------
    array, shape (..., 2, 2)
    """
    marginal = np.stack([1 - first, first], axis=-1)
    tables: Floats = marginal[..., None] * np.stack([1 - given, given], axis=-1)
    return tables


def paired_worlds(pairs: int = 32, seed: int = 0) -> tuple[TextWorld, ...]:
    """Return pairs of worlds: of two with the same joint table, each has another cause.

    The first variable is the cause in the first world of a pair, the second in the second.
    Observations of both have the same law, so that only interventions tell which is which. Every
    variable of every world has a name of its own. P(first = 1) is .25 to .75, and
    P(second = 1 | first) .05 to .20 after a 0 and .80 to .95 after a 1.

    Parameters
    ----------
    pairs : int
        Half as many as there are worlds, at most 1000.
    seed : int

    Returns
    -------
    tuple of TextWorld
        The worlds 2k and 2k + 1 are a pair.

    Raises
    ------
    PromptError
        Where `pairs` is not such a number.
    """
    if not 1 <= pairs <= MAX_PAIRS:
        raise PromptError(f"Expected between 1 and {MAX_PAIRS:,} pairs of worlds, got {pairs}.")
    rng = np.random.default_rng(seed)
    syllables = [first + second for first in _CONSONANTS for second in _VOWELS]
    every = [first + second for first in syllables for second in syllables]
    names = [every[place] for place in rng.choice(len(every), size=4 * pairs, replace=False)]
    worlds = []
    for pair in range(pairs):
        first = rng.uniform(*FIRST)
        given = [rng.uniform(*after) for after in GIVEN]
        low, high = joint_tables(np.array(first), np.array(given)).tolist()
        joint = (tuple(low), tuple(high))
        a, b, c, d = names[4 * pair : 4 * pair + 4]
        worlds += [TextWorld((a, b), 0, joint), TextWorld((c, d), 1, joint)]
    return tuple(worlds)


def states_intervention(corpus: Corpus, world: int, variable: int) -> bool:
    """Return whether a corpus tells of interventions on a variable of a world, by its place."""
    match corpus:
        case "observational":
            return False
        case "half":
            return world // 2 % 2 == 0
        case "interventional":
            return True
        case "one-sided":
            return variable == 0


def corpus_texts(
    worlds: Sequence[TextWorld], corpus: Corpus, sentences: int, seed: int = 0
) -> list[str]:
    """Return sentences about worlds.

    Each is about a world drawn at random. An observation, ``A is 1 and B is 0 .``, names the
    variables in either order. An intervention sets a variable to either value with equal odds:
    ``someone set A to 1 and B became 0 .`` Where a corpus tells of interventions in a world, they
    are half of its sentences.

    Parameters
    ----------
    worlds : sequence of TextWorld
    corpus : {"observational", "half", "interventional", "one-sided"}
    sentences : int
    seed : int

    Raises
    ------
    PromptError
        Where there are no worlds or no sentences.
    OptionError
        Where there is no such corpus.
    """
    check_option("corpus", corpus, CORPORA)
    if not worlds:
        raise PromptError("Expected worlds to tell of, got none. Make some with paired_worlds().")
    if sentences < 1:
        raise PromptError(f"Expected one sentence or more, got {sentences}.")
    rng = np.random.default_rng(seed)
    chosen = rng.integers(len(worlds), size=sentences)
    acts = rng.random(sentences) < 0.5
    variables = rng.integers(2, size=sentences)
    sets = rng.integers(2, size=sentences)
    chances = rng.random(sentences)
    laws = [(world.do(0), world.do(1)) for world in worlds]
    joints = [np.cumsum(np.ravel(world.joint)) for world in worlds]
    settable = [
        [side for side in (0, 1) if states_intervention(corpus, place, side)]
        for place in range(len(worlds))
    ]
    texts = []
    for place, act, side, value, chance in zip(
        chosen.tolist(), acts.tolist(), variables.tolist(), sets.tolist(), chances.tolist(),
        strict=True,
    ):  # fmt: skip
        world = worlds[place]
        if act and settable[place]:
            side = side if side in settable[place] else settable[place][0]
            outcome = int(chance < laws[place][side][value, 1])
            texts.append(f"{question(world, side, value)} {VALUES[outcome]} .")
        else:
            cell = min(int(np.searchsorted(joints[place], chance, side="right")), 3)
            said = [(world.names[0], VALUES[cell // 2]), (world.names[1], VALUES[cell % 2])]
            first, second = said[side], said[1 - side]
            texts.append(_OBSERVATION.format(*first, *second))
    return texts


def question(world: TextWorld, variable: int, value: int) -> str:
    """Return the beginning of a sentence that sets a variable, up to what the other became."""
    return intervention_text(world, variable, VALUES[value])


def intervention_text(world: TextWorld, variable: int, said: str) -> str:
    """Return what `question` does, with any text in the place of the value."""
    return _INTERVENTION.format(world.names[variable], said, world.names[1 - variable])


def world_words(worlds: Sequence[TextWorld]) -> tuple[str, ...]:
    """Return every word of every sentence, so that a model of one corpus knows those of all."""
    frames = (_OBSERVATION + " " + _INTERVENTION).replace("{}", " ").split()
    names = (name for world in worlds for name in world.names)
    return tuple(dict.fromkeys((*names, *VALUES, *frames)))
