"""One measure and one text, made ready for one model, and what the model says to them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import LanguageModelError, PruningError, shorten
from causal_magics.language.branching import Bundle
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.head_masks import without_heads
from causal_magics.language.head_panels import Head
from causal_magics.pruning.caution import warn_of_few_samples
from causal_magics.pruning.items import Items
from causal_magics.pruning.measures import BiasMeasure
from causal_magics.pruning.perplexity import PerplexityText

__all__ = ["Change", "Evaluation", "Workload", "evaluate_all"]

Floats = NDArray[np.float64]
RESAMPLES = 1000
LARGEST_LOSS = 700.0
"""Above it, in nats a token, perplexity is no number."""
HASHED = 256
"""How many weights of a parameter tell it from another."""


@dataclass(frozen=True, slots=True)
class Change:
    """A quantity before and after, and by what share it changed.

    Parameters
    ----------
    before, after : float
    lower, upper : float
        Ends of the 95 % bootstrap interval of the share, in which both are resampled together; NaN
        where there is one unit only.
    """

    before: float
    after: float
    lower: float
    upper: float

    @property
    def share(self) -> float:
        """By what share of itself the quantity grew; −1 where it vanished, NaN where it was 0."""
        return self.after / self.before - 1.0 if self.before else nan

    def __str__(self) -> str:
        if not (isfinite(self.lower) and isfinite(self.upper)):
            return f"{self.share:+.0%} (no interval)" if isfinite(self.share) else "no number"
        return f"{self.share:+.0%} [{self.lower:+.0%}, {self.upper:+.0%}]"


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Bias and perplexity of one model, or of one without some heads.

    Parameters
    ----------
    items : Items
    scores : array, shape (items,)
    losses : array, shape (windows,)
        −ln P of the predicted tokens of each window, summed, in nats.
    n_tokens : array of int, shape (windows,)
    """

    items: Items
    scores: Floats
    losses: Floats
    n_tokens: NDArray[np.int64]

    @cached_property
    def bias(self) -> float:
        """Bias over all items."""
        return float(self.items.bias(self.scores))

    @cached_property
    def perplexity(self) -> float:
        """exp(mean loss a token)."""
        return float(np.exp(self.losses.sum() / self.n_tokens.sum()))

    @cached_property
    def group_means(self) -> dict[str, float]:
        """The mean score of each group."""
        means = self.items.group_means(self.scores)
        return dict(zip(self.items.groups, means.tolist(), strict=True))

    def bias_interval(self, seed: int = 0) -> tuple[float, float]:
        """Return the 95 % bootstrap interval of bias over the items' units."""
        return self._interval(self.items.bias(self.scores, self._item_weights(seed)))

    def bias_change(self, after: Evaluation, seed: int = 0) -> Change:
        """Return how bias changed, with its interval; both are of the same items."""
        weights = self._item_weights(seed)
        ends = [each.items.bias(each.scores, weights) for each in (self, after)]
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = ends[1] / ends[0] - 1.0
        return Change(self.bias, after.bias, *self._interval(shares))

    def perplexity_change(self, after: Evaluation, seed: int = 0) -> Change:
        """Return how perplexity changed, with its interval over windows."""
        rng = np.random.default_rng(seed)
        n = len(self.losses)
        weights = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
        logs = weights @ (after.losses - self.losses) / (weights @ self.n_tokens)
        ends = _interval(np.expm1(logs)) if n > 1 else (nan, nan)
        return Change(self.perplexity, after.perplexity, *ends)

    def _interval(self, samples: Floats) -> tuple[float, float]:
        """Return the interval of resampled biases: NaN where one unit is drawn again and again."""
        return _interval(samples) if self.items.n_units > 1 else (nan, nan)

    def _item_weights(self, seed: int) -> Floats:
        return self.items.resampled(RESAMPLES, np.random.default_rng(seed))


@dataclass(frozen=True, eq=False)
class Workload:
    """A measure of bias and a text for perplexity as tokens of one model.

    Parameters
    ----------
    model : CausalLM
    measure : BiasMeasure
    text : PerplexityText
    items : Items
    places : tuple of array of int
        For each item its queries.
    bundles : tuple of Bundle
        For each item the tokens of its queries.
    windows : tuple of Bundle
    """

    model: CausalLM
    measure: BiasMeasure
    text: PerplexityText
    items: Items
    places: tuple[NDArray[np.int64], ...]
    bundles: tuple[Bundle, ...]
    windows: tuple[Bundle, ...]

    @classmethod
    def of(cls, model: CausalLM, measure: BiasMeasure, text: PerplexityText) -> Workload:
        """Make a measure and a text ready.

        Raises
        ------
        PruningError
            Where a prompt or a continuation is no token, or the text is shorter than a window.
        """
        items = measure.items(model)
        encoded = model.encode(items.queries)
        for (prompt, continuation), tokens in zip(items.queries, encoded, strict=True):
            if not len(tokens[0]) or not len(tokens[1]):
                raise PruningError(
                    f"Expected a prompt and a continuation of a token or more each, got "
                    f"{shorten(prompt)} and {shorten(continuation)} in {measure.name}."
                )
        owners = items.item_of_query
        places = tuple(np.flatnonzero(owners == item) for item in range(len(items)))
        bundles = tuple(
            tuple((tuple(encoded[q][0]), tuple(encoded[q][1])) for q in own) for own in places
        )
        return cls(model, measure, text, items, places, bundles, text.windows(model))

    @cached_property
    def n_tokens(self) -> NDArray[np.int64]:
        """How many tokens of each window are predicted."""
        return np.array([len(continuation) for ((_, continuation),) in self.windows])

    @property
    def settings(self) -> dict[str, str]:
        """What tells this workload from others: names, and hashes of weights and of all tokens."""
        tokens = repr((self.bundles, self.windows)).encode()
        return {
            "model": self.model.model_id,
            "weights": _hash_of_weights(self.model.network),
            "measure": self.measure.name,
            "prompts": hashlib.sha256(tokens + self.items.to_bytes()).hexdigest(),
        }

    @cached_property
    def base(self) -> Evaluation:
        """What the whole model says."""
        return self.evaluate()

    def evaluate(self, heads: Iterable[Head] = ()) -> Evaluation:
        """Return bias and perplexity of the model without some heads.

        Raises
        ------
        PruningError
            Where a head is not in the model.
        LanguageModelError
            Where the model has no separable heads, or gives no number.
        """
        with without_heads(self.model.network, heads):
            return self.evaluation(self.log_probs())

    def evaluation(self, log_probs: Floats, losses: Floats | None = None) -> Evaluation:
        """Return bias and perplexity, where the log-probability of each query is known.

        Parameters
        ----------
        log_probs : array, shape (queries,)
            As `log_probs` returns them.
        losses : array, shape (windows,), optional
            Where the text was run already.

        Raises
        ------
        LanguageModelError
            Where the model gives no number.

        Warns
        -----
        PruningWarning
            Where sampled continuations that count are few.
        """
        scores = self.items.scores(log_probs)
        if self.items.exponential:
            warn_of_few_samples(self.items, log_probs)
        if losses is None:
            losses = -self.model.score_encoded(_flat(self.windows))
        numbers = np.isfinite(scores).all() and np.isfinite(losses).all()
        if not numbers or losses.sum() > LARGEST_LOSS * self.n_tokens.sum():
            raise LanguageModelError(
                f"Expected log-probabilities, but {self.model.model_id} gives NaN, or none at all. "
                "Load it with dtype float32, and see whether its weights are numbers."
            )
        return Evaluation(self.items, scores, losses, self.n_tokens)

    def log_probs(self) -> Floats:
        """Return the log-probability of each query of the items, shape (queries,)."""
        return self.by_query(self.model.score_encoded(_flat(self.bundles)))

    def by_query(self, values: Floats) -> Floats:
        """Return values of all bundles, one after the other, in the order of queries."""
        found = np.empty_like(values)
        found[np.concatenate(self.places)] = values
        return found


def evaluate_all(
    workloads: Sequence[Workload], heads: Iterable[Head] = ()
) -> tuple[Evaluation, ...]:
    """Evaluate workloads of one model and text without some heads; the text is run once."""
    first, *others = workloads
    cut = tuple(heads)
    found = [first.evaluate(cut)]
    with without_heads(first.model.network, cut):
        found += [each.evaluation(each.log_probs(), found[0].losses) for each in others]
    return tuple(found)


def _hash_of_weights(network: Any) -> str:
    """Return a hash of some weights of each parameter, spread evenly."""
    found = hashlib.sha256()
    for name, weight in network.named_parameters():
        flat = weight.detach().flatten()
        some = flat[:: max(1, len(flat) // HASHED)]
        found.update(name.encode() + some.float().cpu().numpy().tobytes())
    return found.hexdigest()


def _flat(bundles: Sequence[Bundle]) -> Bundle:
    return [pair for bundle in bundles for pair in bundle]


def _interval(samples: Floats) -> tuple[float, float]:
    lower, upper = np.nanpercentile(samples, [2.5, 97.5])
    return float(lower), float(upper)
