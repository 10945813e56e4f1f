"""Data frames of units whose outcomes under both arms are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


def units(rows: int = 4000, seed: int = 0, strata: int = 4) -> pd.DataFrame:
    """Return units of an experiment and observations of one population, by ``source``."""
    rng = np.random.default_rng(seed)
    stratum = rng.integers(0, strata, rows)
    untreated = rng.random(rows) < 0.3 + 0.1 * (stratum % 2)
    treated = np.where(rng.random(rows) < 0.6, untreated, rng.random(rows) < 0.8)
    source = rng.integers(0, 2, rows)
    inclined = np.where(treated & ~untreated, 0.5, np.where(treated, 0.15, 0.85))
    chosen = rng.random(rows) < inclined
    treatment = np.where(source == 1, rng.integers(0, 2, rows), chosen)
    return pd.DataFrame({
        "stratum": stratum,
        "source": np.where(source == 1, "experiment", "observation"),
        "treatment": treatment.astype(int),
        "outcome": np.where(treatment == 1, treated, untreated).astype(int),
        "complier": (treated & ~untreated).astype(int),
    })  # fmt: skip


def rows_of(counts: dict[tuple[Any, ...], int], columns: tuple[str, ...]) -> pd.DataFrame:
    """Return a frame with so many rows of each kind."""
    return pd.DataFrame(
        [key for key, number in counts.items() for _ in range(number)], columns=list(columns)
    )
