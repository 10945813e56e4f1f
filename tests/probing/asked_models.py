"""Language models that know which variables influence which, by what they are asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from causal_magics.language.protocol import Pair, PairScorer


class Knowing(PairScorer):
    """Holds statements for likely that agree with its edges; counts what it is asked."""

    model_id = "knowing"

    def __init__(
        self, names: Iterable[str], edges: Iterable[tuple[str, str]], sureness: float = 1.0
    ) -> None:
        self.edges = set(edges)
        self.ordered = list(permutations(names, 2))
        self.sureness = sureness
        self.calls: list[list[Pair]] = []

    def score(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        self.calls.append(list(pairs))
        return np.array([-5.0 + self.sureness * self._belief(*pair) for pair in pairs])

    def _belief(self, prompt: str, rest: str) -> float:
        statement = f" {prompt.splitlines()[-1].casefold()} "
        for first, last in self.ordered:
            if f" {first.casefold()} " in statement and rest.strip(" .") == last:
                turned = " by " in statement or " from " in statement
                edge = (last, first) if turned else (first, last)
                return 1.0 if edge in self.edges else -1.0
        return 0.0


class Listing(PairScorer):
    """Knows roots and children where a list of variables is given."""

    model_id = "listing"

    def __init__(self, names: Sequence[str], edges: Iterable[tuple[str, str]]) -> None:
        self.names = names
        self.edges = set(edges)
        self.roots = set(names) - {effect for _, effect in self.edges}
        self.calls: list[list[Pair]] = []

    def score(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        self.calls.append(list(pairs))
        return np.array([self._belief(*pair) for pair in pairs])

    def _belief(self, prompt: str, rest: str) -> float:
        question, name = prompt.splitlines()[-1], rest.strip(" .")
        cause = next((each for each in self.names if f" {each} " in question), None)
        if cause is not None:
            return -1.0 if (cause, name) in self.edges else -4.0
        if "none" in question or "no cause" in question:
            return -1.0 if name in self.roots else -4.0
        return -2.0
