"""Walk from roots to children: one prompt asks for all effects of a variable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from causal_magics.graph.prior import PairBelief
from causal_magics.language.protocol import Pair
from causal_magics.probing.asked_prior import Answer, believed
from causal_magics.probing.questions import NEUTRAL_STARTS, Context, one_line

__all__ = ["BreadthFirst"]

Score = Callable[[Iterable[Pair]], Mapping[Pair, float]]

ROOT = ("What none of the others influences is", "The one that has no cause among the others is")
ANY_ROOT = "One of them is"
"""The question for a root without content."""
CHILD = ("What {a} influences directly is", "Changing {a} causes a change in")
"""Wordings of the question for children; the slot is filled plainly."""


@dataclass(slots=True)
class BreadthFirst:
    """A walk from roots to children, with what it found so far.

    Parameters
    ----------
    names : tuple of str
    context : Context
    score : callable
        Takes prompts with continuations, returns ln P of each; called once a step.
    pmi : bool
        Whether the same answer after a prompt without content is subtracted.

    Attributes
    ----------
    log_odds : dict of (cause, effect) to array, shape (wordings × orders,)
        Of an edge against none. Without `pmi`, against an effect that is drawn at random.
    steps : list of tuple of str
        The variables whose children were asked for, step by step.
    refused : list of (str, str)
        Children that would have closed a cycle with likelier ones of the same step.
    scores : dict
        Every text that was scored, none of them twice.
    """

    names: tuple[str, ...]
    context: Context
    score: Score
    pmi: bool = True
    log_odds: dict[tuple[str, str], NDArray[np.float64]] = field(default_factory=dict)
    steps: list[tuple[str, ...]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    scores: dict[Pair, float] = field(default_factory=dict)
    _above: dict[str, set[str]] = field(default_factory=dict)

    def walk(self) -> None:
        """Ask for roots, then for the children of every variable that is reached.

        Each step asks about all variables of one distance from the roots. What comes before a
        variable is not asked for among its children. Once nothing more is reached, the likeliest
        root among the rest goes on.
        """
        self._above = {name: set() for name in self.names}
        roots = self._root_odds()
        rest = sorted(self.names, key=lambda name: -roots[name])
        level = [name for name in rest if roots[name] > 0.0] or rest[:1]
        while level:
            rest = [name for name in rest if name not in level]
            self.steps.append(tuple(level))
            reached = self._children(level)
            level = [name for name in rest if name in reached] or rest[:1]

    def beliefs(self, *, tempered: bool) -> tuple[list[PairBelief], list[Answer]]:
        """Return a belief on each pair, and its answers.

        A direction that was not asked about, since it would have closed a cycle, counts as so
        unlikely as the other is sure.
        """
        beliefs, answers = [], []
        for a, b in combinations(self.names, 2):
            ahead, back = self.log_odds.get((a, b)), self.log_odds.get((b, a))
            if ahead is None:
                ahead = -np.abs(self.log_odds[b, a])
            if back is None:
                back = -np.abs(self.log_odds[a, b])
            rows = np.stack([ahead, back, np.zeros_like(ahead)], axis=1)
            rows -= np.logaddexp.reduce(rows, axis=1, keepdims=True)
            beliefs.append(believed(a, b, rows, tempered=tempered))
            askings = [(text, names[0]) for text in CHILD for names in self._orders()]
            answers += [
                Answer(a, b, wording, first, (row[0], row[1], row[2]))
                for (wording, first), row in zip(askings, rows.tolist(), strict=True)
            ]
        return beliefs, answers

    def _orders(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return self.names, self.names[::-1]

    def _root_odds(self) -> dict[str, float]:
        asked = [
            (name, text, ANY_ROOT, names)
            for name in self.names
            for text in ROOT
            for names in self._orders()
        ]
        found = self._odds(asked)
        each = found.reshape(len(self.names), -1).mean(axis=1)
        return dict(zip(self.names, each.tolist(), strict=True))

    def _children(self, level: Sequence[str]) -> set[str]:
        """Ask for the children of some variables, and return those that were found."""
        pairs = [
            (cause, effect)
            for cause in level
            for effect in self.names
            if effect != cause and effect not in self._above[cause]
        ]
        asked = [
            (
                effect,
                text.replace("{a}", one_line(cause)),
                text.replace("{a}", NEUTRAL_STARTS[0]),
                names,
            )
            for cause, effect in pairs
            for text in CHILD
            for names in self._orders()
        ]
        found = self._odds(asked).reshape(len(pairs), 2 * len(CHILD))
        self.log_odds |= dict(zip(pairs, found, strict=True))
        reached = set()
        for cause, effect in sorted(pairs, key=lambda pair: -float(self.log_odds[pair].mean())):
            if self.log_odds[cause, effect].mean() <= 0.0:
                break
            if effect in self._above[cause]:
                self.refused.append((cause, effect))
                continue
            reached.add(effect)
            added = {cause, *self._above[cause]}
            for name, above in self._above.items():
                if name == effect or effect in above:
                    above |= added
        return reached

    def _odds(self, asked: Sequence[tuple[str, str, str, tuple[str, ...]]]) -> NDArray[np.float64]:
        """Return how many nats likelier each answer is after its prompt than without content."""
        if not asked:
            return np.zeros(0)
        pairs, neutral = [], []
        for name, real, empty, names in asked:
            head = self.context.before(names, told=True)
            head += f"Variables: {', '.join(map(one_line, names))}.\n"
            answer = f" {one_line(name)}."
            pairs.append((head + real, answer))
            neutral.append((head + empty, answer))
        wanted = dict.fromkeys([*pairs, *neutral] if self.pmi else pairs)
        new = [pair for pair in wanted if pair not in self.scores]
        if new:
            self.scores |= self.score(new)
        found = np.array([self.scores[pair] for pair in pairs])
        if self.pmi:
            found -= np.array([self.scores[pair] for pair in neutral])
        else:
            found += np.log(len(self.names) - 1)
        return found
