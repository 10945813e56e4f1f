"""What makes figures doubtful, and warnings of it."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from causal_magics.pruning.items import Items

__all__ = ["PruningWarning", "effective_samples", "warn_of_few_samples"]

Floats = NDArray[np.float64]
FEW = 5
"""Effective samples of a prompt below which weights are worth a warning; or half of all drawn."""


class PruningWarning(UserWarning):
    """Something about pruning that a person should know."""


def effective_samples(items: Items, log_probs: Floats) -> Floats:
    """Return on how many samples the score of each item rests: (Σ w)² / Σ w².

    Parameters
    ----------
    items : Items
        Of `SampledToxicity`.
    log_probs : array, shape (queries,)
        Of a changed model.

    Returns
    -------
    array, shape (items,)
        Up to the number of samples, which it is for the model they were drawn from.
    """
    return np.asarray(1.0 / np.square(items.against.shares(log_probs)).sum(axis=1))


def warn_of_few_samples(items: Items, log_probs: Floats) -> None:
    """Warn where the effective number of samples is small.

    Warns
    -----
    PruningWarning
        Where it is below 5 a prompt, on average, or below half of what was drawn if that is less.
    """
    drawn = np.isfinite(items.against.offsets).sum(axis=1)
    effective = effective_samples(items, log_probs)
    if effective.mean() < min(FEW, drawn.mean() / 2):
        warnings.warn(
            f"Without these heads, {drawn.sum()} continuations count as {effective.sum():.0f} only "
            f"({effective.mean():.1f} a prompt), so that their toxicity is guessed from few. "
            "Draw anew with confirm_toxicity(), or raise n_samples.",
            PruningWarning,
            stacklevel=3,
        )
