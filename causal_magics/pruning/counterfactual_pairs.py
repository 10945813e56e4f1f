"""Bias as the difference in likelihood between texts that differ in the group they speak of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import ClassVar, Literal

import numpy as np

from causal_magics.errors import PruningError, shorten
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.protocol import Pair
from causal_magics.options import check_count, check_option
from causal_magics.pruning.items import Aggregate, Items, Side
from causal_magics.pruning.templates import cut

__all__ = ["CounterfactualPairs", "TextPair"]

Scored = Literal["change", "rest"]

OPENING = "\n"
"""What stands before a text that begins with the change, where the model puts nothing there."""


@dataclass(frozen=True, slots=True)
class TextPair:
    """Two texts that differ in some words.

    Parameters
    ----------
    first, second : str
    groups : (str, str)
        Of what each text speaks: two groups, or a stereotype and its contrary.
    block : str
        Pairs of one block stay together when a measure is split; a pair is its own where it is
        empty.

    Raises
    ------
    PruningError
        Where a text is empty, or both or their groups are the same.
    """

    first: str
    second: str
    groups: tuple[str, str] = ("first", "second")
    block: str = ""

    def __post_init__(self) -> None:
        for text in (self.first, self.second):
            if not isinstance(text, str) or not text.strip():
                raise PruningError(
                    f"Expected two texts as a pair, got {shorten(repr(text))[1:-1]}."
                )
        if self.first.split() == self.second.split():
            raise PruningError(
                f"Expected the texts of a pair to differ, got {shorten(self.first)} twice."
            )
        if len(set(self.groups)) != 2:
            raise PruningError(
                f"Expected the texts of a pair to speak of two groups, got {self.groups[0]} for "
                f"{shorten(self.first)} and for {shorten(self.second)}."
            )

    def queries(self, scored: Scored, opening: str = OPENING) -> tuple[Pair, Pair]:
        """Return where each text is cut into what is given and what is scored.

        Parameters
        ----------
        scored : {"change", "rest"}
            What is scored: everything from the first word that differs to the end, or only what
            comes after the last word that differs.
        opening : str
            What is given before a text that is scored from its first word.

        Raises
        ------
        PruningError
            Where the texts end with a word that differs, and the rest is asked for.
        """
        first, second = self.first.split(), self.second.split()
        shortest = min(len(first), len(second))
        begin = min(_n_shared(first, second), shortest - 1)
        if scored == "change":
            return _cut(first, begin, opening), _cut(second, begin, opening)
        end = min(_n_shared(first[::-1], second[::-1]), shortest - begin)
        if not end:
            raise PruningError(
                f"Expected words after those that differ, got none in {shorten(self.first)}. "
                "Score it by 'change'."
            )
        return _cut(first, len(first) - end, opening), _cut(second, len(second) - end, opening)


@dataclass(frozen=True)
class CounterfactualPairs:
    """How much likelier a text is than the same text about another group.

    The score of a pair is ln P of the first text minus ln P of the second. Both are given what they
    share at the beginning. Scored is either everything from the first word that differs
    (``"change"``), so that how common the words for a group are counts too; or what both share at
    the end, given all before it (``"rest"``), so that it does not: CrowS-Pairs likewise scores the
    words that did not change given those that did (Nangia et al. 2020).

    Parameters
    ----------
    name, dimension : str
    pairs : sequence of TextPair or of (str, str)
    scored : {"change", "rest"}
    aggregate : {"size", "signed"}
        Bias as the mean size of scores, for pairs that should be equally likely; or the size of
        their mean, for pairs of a stereotype and its contrary, between which a fair model would
        prefer neither on the whole.
    n_items : int, optional
        At most how many pairs are asked; all where it is None.
    seed : int
        Of which pairs these are.

    Raises
    ------
    PruningError
        Where there are no pairs, or one cannot be scored.
    """

    name: str
    dimension: str
    pairs: Sequence[TextPair]
    scored: Scored = "rest"
    aggregate: Aggregate = "size"
    n_items: int | None = 200
    seed: int = 0
    unit: ClassVar[str] = "nats"

    def __post_init__(self) -> None:
        check_option("scored", self.scored, ("change", "rest"))
        check_option("aggregate", self.aggregate, ("size", "signed"))
        if self.n_items is not None:
            check_count("n_items", self.n_items)
        object.__setattr__(self, "pairs", _checked(self.pairs, self.name))
        for pair in self.pairs:
            pair.queries(self.scored)

    @property
    def groups(self) -> tuple[str, ...]:
        """Of what the texts speak."""
        return tuple(dict.fromkeys(group for pair in self.pairs for group in pair.groups))

    def __len__(self) -> int:
        return len(self.chosen())

    def chosen(self) -> list[TextPair]:
        """Return the pairs that are asked, in their order."""
        if self.n_items is None or self.n_items >= len(self.pairs):
            return list(self.pairs)
        order = np.random.default_rng(self.seed).permutation(len(self.pairs))
        return [self.pairs[place] for place in sorted(order[: self.n_items].tolist())]

    def items(self, model: CausalLM) -> Items:
        """Return the two texts of each pair, cut where scoring begins.

        An item is of the group of its first text.

        Raises
        ------
        LanguageModelError
            Where a text has too many tokens, or none to score.
        """
        opening = OPENING if model.leading == "none" else ""
        chosen = self.chosen()
        queries = [query for pair in chosen for query in pair.queries(self.scored, opening)]
        model.encode(queries)  # says what it cannot take before anything is computed
        places = {group: place for place, group in enumerate(self.groups)}
        return Items(
            tuple(queries),
            Side.of([[2 * item] for item in range(len(chosen))]),
            Side.of([[2 * item + 1] for item in range(len(chosen))]),
            self.groups,
            np.array([places[pair.groups[0]] for pair in chosen]),
            self.aggregate,
        )

    def split(
        self, share: float = 0.5, seed: int = 0
    ) -> tuple[CounterfactualPairs, CounterfactualPairs]:
        """Return two measures that have no block of pairs in common.

        Parameters
        ----------
        share : float
            How many of the blocks the first one gets.
        seed : int

        Raises
        ------
        PruningError
            Where there is one block, or a group would be missing in one.
        """
        names = [pair.block or f"pair {place}" for place, pair in enumerate(self.pairs)]
        blocks = list(dict.fromkeys(names))
        parts = cut(len(blocks), share, np.random.default_rng(seed), "blocks of pairs")
        found = []
        for part in parts:
            kept = {blocks[place] for place in part}
            pairs = [pair for name, pair in zip(names, self.pairs, strict=True) if name in kept]
            found.append(replace(self, pairs=pairs))
            missing = [group for group in self.groups if group not in found[-1].groups]
            if missing:
                raise PruningError(
                    f"Expected pairs of every group in both parts of {self.name}, got none of "
                    f"{missing[0]} in one. Add pairs, or give another seed."
                )
        first, second = found
        return first, second


def _checked(pairs: object, name: str) -> tuple[TextPair, ...]:
    if isinstance(pairs, str) or not isinstance(pairs, Iterable):
        raise PruningError(f"Expected a list of pairs of texts, got {type(pairs).__name__}.")
    found = []
    for pair in pairs:
        if isinstance(pair, TextPair):
            found.append(pair)
        elif isinstance(pair, Sequence) and not isinstance(pair, str) and len(pair) == 2:
            found.append(TextPair(*pair))
        else:
            raise PruningError(
                f"Expected a TextPair or two texts in {name}, got {shorten(repr(pair))[1:-1]}."
            )
    if not found:
        raise PruningError(f"Expected pairs of texts in {name}, got none.")
    return tuple(dict.fromkeys(found))


def _n_shared(words: Sequence[str], others: Sequence[str]) -> int:
    """Return how many words are the same at the beginning."""
    pairs = zip(words, others, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _cut(words: Sequence[str], place: int, opening: str) -> Pair:
    """Return what is given, and what is scored with the space before it."""
    if not place:
        return opening, " ".join(words)
    return " ".join(words[:place]), " " + " ".join(words[place:])
