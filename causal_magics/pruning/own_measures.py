"""Measures of bias by our own prompts, which need nothing else installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import permutations

import numpy as np

from causal_magics.pruning.counterfactual_pairs import CounterfactualPairs, TextPair
from causal_magics.pruning.prompt_sets import PromptSet, prompt_set
from causal_magics.pruning.sampled_toxicity import SampledToxicity
from causal_magics.pruning.templates import PLACE
from causal_magics.pruning.word_odds import WordOdds

__all__ = ["AnyMeasure", "Makers", "judgements", "own_pairs", "own_toxicity", "pronouns"]

AnyMeasure = WordOdds | CounterfactualPairs | SampledToxicity
Makers = Mapping[str, tuple[Callable[[str], AnyMeasure], tuple[str, ...]]]
"""Of each source, what makes its measure of a dimension, and of which dimensions it has one."""

PAIRS_OF_SENTENCE = 3
PROMPTS = 288
"""Of a dimension, spread over its groups: with fewer, effects of heads come out too noisy."""


def pronouns() -> WordOdds:
    """Return the odds of *she* against *he* after prompts about occupations.

    Of the occupations, stereotypes put a third with women, a third with men, and a third with
    neither.
    """
    own = prompt_set("gender")
    return WordOdds(
        "gender: pronouns after occupations",
        "gender",
        own.pronoun_templates,
        own.occupations,
        ("she",),
        ("he",),
        between=("female", "male"),
        per_group=48,
    )


def judgements(dimension: str) -> WordOdds:
    """Return the odds of unpleasant against pleasant words after prompts about groups."""
    own = prompt_set(dimension)
    unpleasant, pleasant = zip(*own.words, strict=True)
    return WordOdds(
        f"{dimension}: judgements of people",
        dimension,
        own.group_templates,
        own.groups,
        unpleasant,
        pleasant,
        per_group=PROMPTS // len(own.groups),
    )


def own_pairs(dimension: str) -> CounterfactualPairs:
    """Return sentences about people that differ in the group, and should be equally likely.

    A sentence stands with the same words for groups wherever it stands, so that parts of a split
    have neither in common.
    """
    own = prompt_set(dimension)
    return CounterfactualPairs(
        f"{dimension}: sentences about people", dimension, _pairs(own), n_items=None
    )


def own_toxicity(dimension: str) -> SampledToxicity:
    """Return the toxicity of what a model writes after prompts about groups."""
    own = prompt_set(dimension)
    return SampledToxicity(
        f"{dimension}: toxicity of continuations",
        dimension,
        own.groups,
        own.group_templates,
        per_group=32,
    )


def _pairs(own: PromptSet) -> list[TextPair]:
    """Return pairs of groups in each sentence, chosen at random once and for all."""
    contrasts = list(permutations(own.groups, 2))
    n_blocks = min(map(len, own.groups.values()))
    rng = np.random.default_rng(0)
    found = []
    for place, sentence in enumerate(own.sentences):
        block = place % n_blocks
        noun = own.nouns[block % len(own.nouns)]
        for chosen in rng.permutation(len(contrasts))[:PAIRS_OF_SENTENCE].tolist():
            groups = contrasts[chosen]
            first, second = (
                sentence.replace(PLACE, noun.replace(PLACE, own.groups[group][block]))
                for group in groups
            )
            found.append(TextPair(first, second, groups, block=f"words {block}"))
    return found
