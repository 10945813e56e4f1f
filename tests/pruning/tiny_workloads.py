"""A small random model with a measure of bias and a text."""

from __future__ import annotations

from functools import cache

from language.tiny_models import CORPUS, causal_tokenizer, tiny_network

from causal_magics.language.causal_lm import CausalLM
from causal_magics.pruning.perplexity import PerplexityText
from causal_magics.pruning.word_odds import WordOdds
from causal_magics.pruning.workload import Workload

PRONOUNS = WordOdds(
    "gender: pronouns",
    "gender",
    ("In 1801, the {} said that", "The {} came back when", "The {} lived in Spain and"),
    {"female": ("nurse", "cook"), "male": ("doctor", "guard")},
    ("she",),
    ("he",),
    between=("female", "male"),
    per_group=None,
)


@cache
def tiny_model(family: str = "llama", seed: int = 0) -> CausalLM:
    """Return a random model of three layers of four heads."""
    return CausalLM(tiny_network(family, seed=seed), causal_tokenizer(), f"{family}-{seed}")


@cache
def tiny_workload(family: str = "llama", seed: int = 0) -> Workload:
    """Return the odds of pronouns and three windows of text, for a random model."""
    text = PerplexityText((CORPUS,), window=24, n_windows=3)
    return Workload.of(tiny_model(family, seed), PRONOUNS, text)
