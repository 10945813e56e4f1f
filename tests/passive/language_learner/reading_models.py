"""Language models that answer by what stands in a prompt, by rules that a test knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from causal_magics.language.protocol import Pair, PairScorer

GOAL = re.compile(r"The goal is to make (\w+) large\.")


@dataclass
class Reader(PairScorer):
    """Finds each action the more probable, the larger the goal was after it in the last episode.

    Parameters
    ----------
    liked : mapping of str to float
        Added to the log-probability of words, whatever stands before.
    """

    liked: dict[str, float] = field(default_factory=dict)
    calls: int = 0
    model_id: str = "reader"

    def score(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        self.calls += 1
        return np.array([self.value(prompt, words) for prompt, words in pairs])

    def value(self, prompt: str, words: str) -> float:
        episode = prompt[prompt.rindex("The goal is") :]
        goal = GOAL.match(episode)
        assert goal is not None
        tried = dict(re.findall(rf"^Set( .+?):.*\b{goal[1]} = (-?[\d.]+)", episode, re.MULTILINE))
        return float(tried.get(words, -9.0)) + self.liked.get(words, 0.0)


@dataclass
class Copier(PairScorer):
    """Says what the last line of a finished example said after its explored rows."""

    model_id: str = "copier"

    def score(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        return np.array([float(self.said(prompt) == words) for prompt, words in pairs])

    @staticmethod
    def said(prompt: str) -> str:
        answers = re.findall(r"^Now make .*\nSet( .+?):", prompt, re.MULTILINE)
        return answers[-1] if answers else ""
