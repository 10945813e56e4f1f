"""Populations of response types in strata, and what an experiment and observations say of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from causal_magics.counterfactual.bounding.distributions import Distributions


def random_distributions(
    strata: int, levels: int, sources: str = "both", seed: int = 0, *, monotone: bool = False
) -> Distributions:
    """Return what is seen of random populations of two arms: consistent, as it is of one.

    Where monotone, nobody has a lower level treated than untreated.
    """
    rng = np.random.default_rng(seed)
    concentration = np.full(levels * levels, 1.2)
    types = rng.dirichlet(concentration, size=(strata, 2)).reshape(strata, 2, levels, levels)
    if monotone:
        types[..., np.tri(levels, k=-1, dtype=bool)] = 0.0
        types /= types.sum(axis=(2, 3), keepdims=True)
    treated = rng.uniform(0.3, 0.7, size=strata)
    joint = types * np.stack([1 - treated, treated], axis=1)[:, :, None, None]
    experimental = np.stack([joint.sum(axis=(1, 3)), joint.sum(axis=(1, 2))], axis=1)
    observational = np.stack([joint[:, 0].sum(axis=2), joint[:, 1].sum(axis=1)], axis=1)
    return Distributions(
        None if sources == "observations" else experimental,
        None if sources == "experiment" else observational,
    )


def study_json(strata: int, levels: int, sources: str = "both", seed: int = 0) -> dict[str, Any]:
    """Return what a payoff explorer sends its screens of such populations."""
    seen = random_distributions(strata, levels, sources, seed)
    share = np.random.default_rng(seed + 1).dirichlet(np.full(strata, 3.0))
    payoff = np.subtract.outer(np.arange(levels), np.arange(levels)) * -1.0
    payoff[np.tril_indices(levels, -1)] *= 3
    regions = "rural", "urban", "suburban", "coastal"
    labels = [
        f"{('female', 'male')[z % 2]}, {regions[z // 2 % 4]}, {z // 8}" for z in range(strata)
    ]
    return {
        "treatment": "incentive", "outcome": "learned", "untreated": "no", "treated": "yes",
        "levels": ["none", "low", "high", "top"][:levels], "strata": labels,
        "share": share.tolist(), "units": np.round(52_310 * share).tolist(),
        "cost": [1.0] * strata, "monotone": False, "sources": [sources],
        "payoff": payoff.tolist(),
        "groups": [
            {
                "sources": sources, "strata": list(range(strata)),
                "cells": np.round(seen.cells, 12).ravel().tolist(),
            }
        ],
    }  # fmt: skip
