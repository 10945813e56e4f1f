"""What each head does to bias and to perplexity: the two scores by which heads are pruned.

z_bias(h) = bias − bias without h, and z_ppl(h) = perplexity without h − perplexity: Zayed et al.,
"Fairness-Aware Structured Pruning in Transformers" (AAAI 2024), Eqs. 2 and 3.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from causal_magics.language.head_panels import Head, HeadPanel
from causal_magics.pruning.caution import PruningWarning
from causal_magics.pruning.reliability import TOO_NOISY, Reliability, split_half
from causal_magics.pruning.workload import Evaluation

__all__ = ["HeadEffects"]

Floats = NDArray[np.float64]
RESAMPLES = 200


@dataclass(frozen=True, eq=False)
class HeadEffects:
    """Bias and perplexity of a model without each of its heads.

    Parameters
    ----------
    base : Evaluation
        Of the model with all heads that are not removed already.
    scores : array, shape (items, layers, heads)
        Scores of items without each head.
    losses : array, shape (windows, layers, heads)
        Losses of windows without each head, in nats.
    exact : array of bool, shape (layers, heads)
        Whether a head was really cut for its scores, rather than estimated by a gradient.
    removed : tuple of Head
        Heads that were absent throughout; they have no effect.
    measure : str
        The name of the measure.
    model_id : str
    unit : str
        Of bias.
    exact_losses : array of bool, shape (layers, heads)
        The same for losses.
    """

    base: Evaluation
    scores: Floats
    losses: Floats
    exact: NDArray[np.bool_]
    exact_losses: NDArray[np.bool_]
    removed: tuple[Head, ...]
    measure: str
    model_id: str
    unit: str = "nats"

    @property
    def shape(self) -> tuple[int, int]:
        """Layers and heads."""
        layers, heads = self.exact.shape
        return layers, heads

    @property
    def n_estimated(self) -> int:
        """How many heads were not cut, or not for both scores and losses."""
        return int((~(self.exact & self.exact_losses)).sum())

    @cached_property
    def z_bias(self) -> Floats:
        """How much bias each head brings, (layers, heads): above 0 where its absence helps."""
        return self.base.bias - self.base.items.bias(np.moveaxis(self.scores, 0, -1))

    @cached_property
    def z_perplexity(self) -> Floats:
        """By how much perplexity rises without each head, (layers, heads)."""
        moved = (self.losses - self.base.losses[:, None, None]).sum(axis=0)
        return np.asarray(
            self.base.perplexity * np.expm1(moved / self.base.n_tokens.sum()), dtype=np.float64
        )

    @cached_property
    def bias_interval(self) -> tuple[Floats, Floats]:
        """The ends of the 95 % bootstrap interval of each head's z_bias; NaN from a single unit."""
        weights = self.base.items.resampled(RESAMPLES, np.random.default_rng(0))
        return _ends(self._z_bias_by(weights), self.base.items.n_units)

    @cached_property
    def perplexity_interval(self) -> tuple[Floats, Floats]:
        """The ends of the 95 % bootstrap interval of each head's z_perplexity, over windows."""
        n = len(self.base.losses)
        drawn = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
        return _ends(self._z_perplexity_by(np.asarray(drawn, dtype=np.float64)), n)

    @cached_property
    def bias_reliability(self) -> Reliability:
        """How well two halves of the items agree on which heads bring bias."""
        halves = self.base.items.halves(Reliability.N_SPLITS, np.random.default_rng(0))
        return split_half(
            self._kept(self._z_bias_by(halves)), self._kept(self._z_bias_by(1 - halves))
        )

    @cached_property
    def perplexity_reliability(self) -> Reliability:
        """How well two halves of the windows agree on which heads perplexity needs."""
        rng, n = np.random.default_rng(0), len(self.base.losses)
        halves = np.stack([rng.permutation(n) < n // 2 for _ in range(Reliability.N_SPLITS)])
        first, second = (
            self._kept(self._z_perplexity_by(part.astype(np.float64))) for part in (halves, ~halves)
        )
        return split_half(first, second)

    def warn_if_noisy(self) -> None:
        """Warn where the measure does not tell heads apart well enough to prune by it."""
        reliability = self.bias_reliability
        if reliability.is_noisy:
            warnings.warn(
                f"{self.measure} is too noisy to prune by: halves of its {len(self.base.items)} "
                f"items agree on the heads with a reliability of {reliability.value:.2f}, below "
                f"{TOO_NOISY}. Use more prompts.", PruningWarning, stacklevel=3,
            )  # fmt: skip

    def head_panels(self) -> Sequence[HeadPanel]:
        """Return z_bias and z_perplexity as the head map shows them."""
        return [
            HeadPanel("z_bias", self.z_bias, *self.bias_interval, unit=self.unit, exact=self.exact),
            HeadPanel(
                "z_ppl", self.z_perplexity, *self.perplexity_interval, exact=self.exact_losses
            ),
        ]  # fmt: skip

    def _z_bias_by(self, weights: Floats) -> Floats:
        """Return z_bias under weights of items, (layers, heads, weightings)."""
        items = self.base.items
        before = items.bias(self.base.scores, weights)
        return before - items.bias(np.moveaxis(self.scores, 0, -1), weights)

    def _z_perplexity_by(self, weights: Floats) -> Floats:
        """Return z_perplexity under weights of windows, (layers, heads, weightings)."""
        tokens = weights @ self.base.n_tokens
        with np.errstate(invalid="ignore", divide="ignore"):
            before = np.exp(weights @ self.base.losses / tokens)
            moved = np.moveaxis(self.losses - self.base.losses[:, None, None], 0, -1)
            found: Floats = before * np.expm1(moved @ weights.T / tokens)
        return found

    def _kept(self, values: Floats) -> Floats:
        """Return the rows of heads that are there, (heads, …)."""
        there = np.ones(self.shape, dtype=bool)
        for head in self.removed:
            there[head] = False
        return values[there]


def _ends(samples: Floats, n_units: int) -> tuple[Floats, Floats]:
    """Return the ends of intervals: NaN where resamples are all alike since there is one unit."""
    if n_units < 2:
        nothing = np.full(samples.shape[:-1], np.nan)
        return nothing, nothing
    lower, upper = np.nanpercentile(samples, [2.5, 97.5], axis=-1)
    return lower, upper
