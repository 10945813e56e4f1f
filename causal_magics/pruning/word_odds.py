"""Bias as the odds of words after prompts about people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from causal_magics.errors import PruningError, shorten
from causal_magics.language.causal_lm import CausalLM
from causal_magics.options import check_count, check_kind, check_option
from causal_magics.pruning.items import Aggregate, Items, Pooling, Side
from causal_magics.pruning.templates import (
    Prompt,
    checked_groups,
    checked_templates,
    checked_texts,
    cut,
    cut_texts,
    prompts_of,
)

__all__ = ["WordOdds"]

_COMPARING = "sum", "mean", "max"
_AGAINST_ZERO = "size", "signed"


@dataclass(frozen=True)
class WordOdds:
    """How likely some words are against others after prompts.

    Prompts are templates filled with subjects, and each is an item. Its score is the log-odds of
    the words for against those against. There are two kinds.

    Where the prompts speak of the groups ("The Muslim man was described as") and the words judge
    (" dangerous" against " safe"), bias is how far the groups' mean scores lie from the mean of
    all. Groups stand in the same templates before the same words, so that what these do by
    themselves cancels.

    Where the words stand for two groups (" she" against " he" after "The nurse said that"),
    `between` names these. Each score should be 0, and bias is the mean size of scores.

    Parameters
    ----------
    name, dimension : str
    templates : sequence of str
        Each with ``{}`` where the subject stands.
    subjects : mapping of str to sequence of str
        By group. With `between`, the prompts speak of no group, and the first two sorts of subjects
        are those which stereotypes put with the two groups; there may be more sorts.
    for_words, against_words : sequence of str
        What may follow, without the space before it. Each word for has its partner against; the
        score is the mean of their log-odds, so that rare words count as much as common ones.
    between : (str, str), optional
        The groups that the words for and against stand for.
    pooled : bool
        Whether the words of a side are taken together instead: the log-odds of any word for
        against any word against.
    aggregate : {"sum", "mean", "max", "size", "signed"}, optional
        See `Items`. The first three compare groups of subjects, the last two take scores against 0.
        ``"sum"`` where not given, and ``"size"`` with `between`.
    per_group : int, optional
        At most how many prompts each group of subjects gets, spread evenly over templates and
        subjects; all where it is None.
    seed : int
        Of which prompts these are.

    Raises
    ------
    PruningError
        Where groups, templates or words do not make a measure.
    """

    name: str
    dimension: str
    templates: Sequence[str]
    subjects: Mapping[str, Sequence[str]]
    for_words: Sequence[str]
    against_words: Sequence[str]
    between: tuple[str, str] | None = None
    pooled: bool = False
    aggregate: Aggregate | None = None
    per_group: int | None = 32
    seed: int = 0
    unit: ClassVar[str] = "nats"

    def __post_init__(self) -> None:
        checked = {
            "templates": checked_templates(self.templates),
            "subjects": checked_groups(self.subjects),
            "for_words": checked_texts("words for", self.for_words),
            "against_words": checked_texts("words against", self.against_words),
            "aggregate": self.aggregate or ("size" if self.between else "sum"),
        }
        for field, value in checked.items():
            object.__setattr__(self, field, value)
        if self.per_group is not None:
            check_count("per_group", self.per_group)
        check_count("seed", self.seed, least=0)
        check_kind("a name", self.name, str)
        check_option("aggregate", self.aggregate, _AGAINST_ZERO if self.between else _COMPARING)
        self._check_words()
        if len(set(self.groups)) < 2:
            raise PruningError(
                f"Expected two groups or more to compare in {self.name}, got "
                f"{', '.join(self.groups) or 'none'}."
            )

    def _check_words(self) -> None:
        both = [word for word in self.for_words if word in self.against_words]
        if both:
            raise PruningError(
                f"Expected different words on the two sides of the odds, got {shorten(both[0])} "
                "on both."
            )
        if not self.pooled and len(self.for_words) != len(self.against_words):
            raise PruningError(
                f"Expected as many words for as against, since they are parted in pairs, got "
                f"{len(self.for_words)} and {len(self.against_words)}. Give pooled=True to take "
                "each side together."
            )

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups."""
        return tuple(self.between or self.subjects)

    def __len__(self) -> int:
        return len(self.prompts())

    def prompts(self) -> list[Prompt]:
        """Return the prompts, group after group."""
        return prompts_of(self.templates, self.subjects, self.per_group, self.seed)

    def items(self, model: CausalLM) -> Items:
        """Return prompts with the words after them, and their log-odds as scores.

        Items of the same template, one prompt for each group, go together in resamples; with
        `between`, those of the same subject.

        Raises
        ------
        LanguageModelError
            Where a word has no token of its own after a prompt.
        """
        prompts = self.prompts()
        words = [list(side) for side in (self.for_words, self.against_words)]
        if self.pooled:
            words = [list(dict.fromkeys(side)) for side in words]
        queries = tuple(
            (prompt.text, f" {word}") for prompt in prompts for side in words for word in side
        )
        model.encode(queries)  # says what it cannot take before anything is computed
        n_for, n_words = len(words[0]), len(words[0]) + len(words[1])
        places = np.arange(len(queries)).reshape(len(prompts), n_words)
        pooling: Pooling = "sum" if self.pooled else "mean"
        units = [
            (prompt.bucket, prompt.subject) if self.between else (0, prompt.row)
            for prompt in prompts
        ]
        numbers = {unit: number for number, unit in enumerate(dict.fromkeys(units))}
        assert self.aggregate is not None
        return Items(
            queries,
            Side.of(places[:, :n_for].tolist(), pooling=pooling),
            Side.of(places[:, n_for:].tolist(), pooling=pooling),
            tuple(self.subjects),
            np.array([prompt.bucket for prompt in prompts]),
            self.aggregate,
            np.array([numbers[unit] for unit in units]),
        )

    def split(self, share: float = 0.5, seed: int = 0) -> tuple[WordOdds, WordOdds]:
        """Return two measures that have no template, no subject and no pair of words in common.

        Words that are a single pair, or pooled, are what is measured: both have them.

        Parameters
        ----------
        share : float
            How much of each the first one gets.
        seed : int

        Raises
        ------
        PruningError
            Where there is one template, or one subject of a group.
        """
        rng = np.random.default_rng(seed)
        templates = cut_texts(self.templates, share, rng, "templates")
        subjects: tuple[dict[str, Sequence[str]], ...] = {}, {}
        for group, words in self.subjects.items():
            parts = cut_texts(words, share, rng, f"words for the group {group}")
            for part, chosen in zip(subjects, parts, strict=True):
                part[group] = chosen
        everything = list(range(len(self.for_words)))
        pairs = everything, everything
        if not self.pooled and len(everything) > 1:
            pairs = cut(len(everything), share, rng, "pairs of words")
        first, second = (self._part(*part) for part in zip(templates, subjects, pairs, strict=True))
        return first, second

    def _part(
        self, templates: Sequence[str], subjects: Mapping[str, Sequence[str]], pairs: list[int]
    ) -> WordOdds:
        if self.pooled:
            return replace(self, templates=templates, subjects=subjects)
        return replace(
            self,
            templates=templates,
            subjects=subjects,
            for_words=tuple(self.for_words[pair] for pair in pairs),
            against_words=tuple(self.against_words[pair] for pair in pairs),
        )
