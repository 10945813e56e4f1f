"""Toxicity of sampled continuations as a measure of bias, without sampling for every head.

Zayed et al., "Fairness-Aware Structured Pruning in Transformers" (AAAI 2024), sample from the model
without each head in turn. Here continuations are drawn once, from the whole model. What their mean
score would be under a changed one is the importance-weighted mean Σ w·score / Σ w, with
w = p changed(y | x) / p(y | x): Owen, "Monte Carlo theory, methods and examples" (2013), 9.2. So
effects of heads on toxicity come from log-probabilities, and from their gradient, like any other.

This is good for small changes. Weights of a model that differs much rest on few of the samples: the
*effective* number (Σ w)² / Σ w² says on how many, and an estimate from few is noisy and drawn
towards the whole model. `confirm_toxicity` draws anew from the changed model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import PruningError, shorten
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.protocol import Pair
from causal_magics.language.sampling import sample_tokens, text_after
from causal_magics.options import check_count, check_option, check_positive
from causal_magics.pruning.items import Aggregate, Items, Side
from causal_magics.pruning.scorers import ToxicityScorer, negative_words, scored
from causal_magics.pruning.templates import (
    Prompt,
    checked_groups,
    checked_templates,
    cut_texts,
    prompts_of,
)

__all__ = ["Drawn", "SampledToxicity"]

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

SMALLEST_SCORE = 1e-300
"""What stands for a score of 0, whose logarithm is finite and whose share of a sum is nothing."""
KEPT = 2


@dataclass(frozen=True, eq=False)
class Drawn:
    """Continuations with their scores.

    Parameters
    ----------
    queries : tuple of (str, str)
        Prompts and continuations; the token that ends a text is spelled out.
    owners : array of int, shape (queries,)
        After which of the prompts each stands, in order.
    scores : array, shape (queries,)
    n_left_out : int
        Continuations whose text has other tokens than were drawn, so that its probability is not
        that of the sample; some in a hundred.
    """

    queries: tuple[Pair, ...]
    owners: Whole
    scores: Floats
    n_left_out: int

    def means(self) -> Floats:
        """Return the mean score after each prompt."""
        return np.bincount(self.owners, self.scores) / np.bincount(self.owners)


@dataclass(frozen=True, eq=False)
class SampledToxicity:
    """How toxic a model goes on after prompts about each group.

    The score of a prompt is the mean over its continuations; the prompt itself is never scored,
    since scorers punish words for groups. Scores are noisy, and noise alone makes groups differ:
    look at the reliability before heads are chosen by it.

    Parameters
    ----------
    name, dimension : str
    prompts : mapping of str to sequence of str
        For each group its prompts, or words that stand in the templates.
    templates : sequence of str
        Texts with ``{}`` where a word goes.
    scorer : callable
        From a text to its score, or from a list of texts to a list of scores; see `scorers`.
    per_group : int, optional
        At most how many prompts each group gets, spread evenly over templates and words; all where
        it is None.
    n_samples, n_tokens : int
        Continuations of each prompt, and the most tokens of one.
    seed : int
        Of which prompts these are, and of what is drawn.
    aggregate : {"sum", "mean", "max", "size", "signed"}
        How bias follows from scores: see `Items`.
    score_limit : float
        The largest score there can be; the smallest is 0.

    Raises
    ------
    PruningError
        Where a group has no prompts, or a template no place for a word.
    OptionError
        Where a number is outside what it can be.
    """

    name: str
    dimension: str
    prompts: Mapping[str, Sequence[str]]
    templates: Sequence[str] = ("{}",)
    scorer: ToxicityScorer = negative_words
    per_group: int | None = None
    n_samples: int = 10
    n_tokens: int = 20
    seed: int = 0
    aggregate: Aggregate = "sum"
    score_limit: float = 1.0
    _items: dict[bytes, Items] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "prompts", checked_groups(self.prompts))
        object.__setattr__(self, "templates", checked_templates(self.templates))
        check_option("aggregate", self.aggregate, get_args(Aggregate))
        if self.per_group is not None:
            check_count("per_group", self.per_group)
        check_count("n_samples", self.n_samples)
        check_count("n_tokens", self.n_tokens)
        check_count("seed", self.seed, least=0)
        check_positive("score_limit", self.score_limit)

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups."""
        return tuple(self.prompts)

    @property
    def unit(self) -> str:
        """Of scores."""
        return "toxicity"

    @property
    def texts(self) -> tuple[str, ...]:
        """The prompts, group after group."""
        return tuple(prompt.text for prompt in self._prompts())

    def __len__(self) -> int:
        return len(self.texts)

    def items(self, model: CausalLM) -> Items:
        """Draw continuations from the model as it is, and return how they judge a changed one.

        What was drawn from a model is kept while it stays the same.

        Raises
        ------
        PruningError
            Where the scorer fails, or no continuation of a prompt can be used.
        LanguageModelError
            Where a prompt cannot be continued.
        """
        state = _state(model, self.texts[0])
        if state not in self._items:
            drawn = self.drawn(model)
            log_probs = model.score(drawn.queries)
            places = [np.flatnonzero(drawn.owners == item) for item in range(len(self.texts))]
            logs = np.log(np.maximum(drawn.scores, SMALLEST_SCORE))
            while len(self._items) >= KEPT:
                self._items.pop(next(iter(self._items)))
            self._items[state] = Items(
                drawn.queries,
                _side(places, logs - log_probs),
                _side(places, -log_probs),
                self.groups,
                np.array([prompt.bucket for prompt in self._prompts()]),
                self.aggregate,
                exponential=True,
            )
        return self._items[state]

    def drawn(self, model: CausalLM) -> Drawn:
        """Draw continuations from the model as it is, and score them."""
        texts = self.texts
        samples = sample_tokens(
            model, texts, n_tokens=self.n_tokens, n_samples=self.n_samples, seed=self.seed
        )
        starts = [tuple(before) for before, _ in model.encode([(text, "") for text in texts])]
        rows = [
            (item, tokens, text_after(model.tokenizer, starts[item], tokens, special=True))
            for item, drawn in enumerate(samples)
            for tokens in drawn
        ]
        rows = [row for row in rows if row[2]]
        encoded = model.encode([(texts[item], text) for item, _, text in rows])
        kept = [
            row
            for row, (before, after) in zip(rows, encoded, strict=True)
            if (tuple(before), tuple(after)) == (starts[row[0]], row[1])
        ]
        owners = np.array([item for item, _, _ in kept], dtype=np.int64)
        missing = set(range(len(texts))) - set(owners.tolist())
        if missing:
            raise PruningError(
                f"Expected continuations that have the tokens which were drawn, found none among "
                f"{self.n_samples} after {shorten(texts[min(missing)])}. Draw more samples."
            )
        plain = [text_after(model.tokenizer, starts[item], tokens) for item, tokens, _ in kept]
        return Drawn(
            tuple((texts[item], text) for item, _, text in kept),
            owners,
            scored(self.scorer, plain, self.score_limit),
            len(texts) * self.n_samples - len(kept),
        )

    def split(self, share: float = 0.5, seed: int = 0) -> tuple[SampledToxicity, SampledToxicity]:
        """Return two measures that have no prompt in common, and no word and no template either.

        Parameters
        ----------
        share : float
            How much of each group, and of the templates where there are several, the first gets.
        seed : int

        Raises
        ------
        PruningError
            Where one would have no prompts of a group.
        """
        rng = np.random.default_rng(seed)
        halves: tuple[dict[str, Sequence[str]], ...] = {}, {}
        for group, words in self.prompts.items():
            for half, part in zip(
                halves, cut_texts(words, share, rng, f"prompts for the group {group}"), strict=True
            ):
                half[group] = part
        templates = [self.templates, self.templates]
        if len(self.templates) > 1:
            templates = [*cut_texts(self.templates, share, rng, "templates")]
        first, second = (
            replace(self, prompts=half, templates=kept)
            for half, kept in zip(halves, templates, strict=True)
        )
        return first, second

    def _prompts(self) -> list[Prompt]:
        return prompts_of(self.templates, self.prompts, self.per_group, self.seed)


def _state(model: CausalLM, prompt: str) -> bytes:
    """Return what names a network with its weights and masks: what it says after a prompt."""
    import torch

    ((tokens, _),) = model.encode([(prompt, "")])
    if not tokens:
        return b""
    with torch.inference_mode():
        ids = torch.tensor([list(tokens)], device=model.network.device)
        logits = model.network(input_ids=ids, use_cache=False).logits[0, -1].double().cpu()
    return sha256(logits.numpy().tobytes()).digest()


def _side(places: Sequence[Whole], offsets: Floats) -> Side:
    return Side.of([row.tolist() for row in places], [offsets[row].tolist() for row in places])
