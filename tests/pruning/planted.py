"""Head effects that are what a test says they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from causal_magics.language.head_panels import Head
from causal_magics.pruning.head_effects import HeadEffects
from causal_magics.pruning.items import Items, Side
from causal_magics.pruning.workload import Evaluation

N_ITEMS, BIAS, LOSS = 4, 10.0, 3.0


def planted_items() -> Items:
    """Return items of the odds of one word against another, whose bias is their mean size."""
    places = [[2 * item] for item in range(N_ITEMS)]
    return Items(
        tuple((f"prompt {item}", word) for item in range(N_ITEMS) for word in (" she", " he")),
        Side.of(places),
        Side.of([[place + 1] for (place,) in places]),
        ("female", "male"),
        np.zeros(N_ITEMS, dtype=np.int64),
        "size",
    )


def planted(
    z_bias: NDArray[np.float64], z_perplexity: NDArray[np.float64], removed: tuple[Head, ...] = ()
) -> HeadEffects:
    """Return effects of heads, (layers, heads) each, that are smaller than 10."""
    base = Evaluation(
        planted_items(), np.full(N_ITEMS, BIAS), np.array([LOSS]), np.array([1], dtype=np.int64)
    )
    scores = np.broadcast_to(BIAS - z_bias, (N_ITEMS, *z_bias.shape))
    losses = LOSS + np.log1p(z_perplexity / np.exp(LOSS))[None]
    exact = np.ones(z_bias.shape, dtype=bool)
    return HeadEffects(base, scores, losses, exact, exact, removed, "planted", "model")
