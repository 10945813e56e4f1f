"""What can be known at most: Bayes' rule for a reader that knows how worlds and texts are drawn."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from causal_magics.probing.context_texts import ContextQuestions, FreshWorlds, Sentences
from causal_magics.probing.intervention_answers import Answers
from causal_magics.probing.text_worlds import FIRST, GIVEN, joint_tables

__all__ = ["ideal_answers"]

Floats = NDArray[np.float64]

NODES = 6
"""Of each probability's quadrature."""


def ideal_answers(asked: ContextQuestions, after: int) -> Answers:
    """Return P(other = y | do(variable = x), the sentences before), averaged over all worlds.

    Both causes, both orders of the variables and both signs are enumerated, and the three
    probabilities of a world integrated over by Gauss-Legendre quadrature. What was set tells
    nothing of a world: only outcomes and observations count.

    Parameters
    ----------
    asked : ContextQuestions
    after : int
        How many sentences stand before a question.
    """
    worlds, weights = _possible_worlds()
    laws = worlds.laws
    logs = np.log(np.concatenate([worlds.joints.reshape(-1, 4), laws.reshape(-1, 8)], axis=1))
    scores = _counts(asked.sentences, after) @ logs.T + np.log(weights)
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    believed = odds / odds.sum(axis=1, keepdims=True)
    count = len(asked.worlds)
    by_side = np.einsum("wsh,hsxy->wsxy", believed.reshape(count, 2, -1), laws)
    return Answers.of(np.log(by_side), asked.worlds.laws, asked.worlds.mistaken_laws)


def _possible_worlds(nodes: int = NODES) -> tuple[FreshWorlds, Floats]:
    """Return worlds and their prior weights."""
    points, weights = np.polynomial.legendre.leggauss(nodes)
    axes = [low + (high - low) * (points + 1) / 2 for low, high in (FIRST, *GIVEN)]
    grid = np.array(list(product(*axes)))
    masses = np.array([np.prod(each) for each in product(weights / 2, repeat=3)])
    given = np.concatenate([grid[:, 1:], grid[:, :0:-1]])
    joints = joint_tables(np.tile(grid[:, 0], 2), given)
    joints = np.concatenate([joints, joints.swapaxes(1, 2)])
    causes = np.repeat([0, 1], len(joints))
    prior = np.tile(masses, 8) / 8
    return FreshWorlds(np.tile(joints, (2, 1, 1)), causes), prior


def _counts(told: Sentences, after: int) -> Floats:
    """Return how often each observation (a, b) and outcome (variable, x, y) is told of."""
    acts, sides = told.acts[:, :after], told.sides[:, :after]
    first, second = told.first[:, :after], told.second[:, :after]
    a, b = np.where(sides == 0, first, second), np.where(sides == 0, second, first)
    kinds = np.where(acts, 4 + 4 * sides + 2 * first + second, 2 * a + b)
    counts: Floats = (kinds[..., None] == np.arange(12)).sum(axis=1).astype(float)
    return counts
