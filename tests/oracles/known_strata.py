"""Strata whose response types are known, and the bounds that their data give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.frames.bounds_of_frame import bounds
from causal_magics.counterfactual.frames.unit_bounds import UnitBounds

UNITS = 1e6


@dataclass(frozen=True, eq=False)
class Known:
    """A population: P(x, y_0, y_1) of each stratum, shape (strata, 2, levels, levels)."""

    types: Floats

    @classmethod
    def random(cls, strata: int, levels: int, seed: int = 0, *, spread: float = 0.6) -> Known:
        rng = np.random.default_rng(seed)
        drawn = rng.dirichlet(np.full(2 * levels**2, spread), strata)
        return cls(drawn.reshape(strata, 2, levels, levels))

    @property
    def distributions(self) -> Distributions:
        both = self.types.sum(axis=1)
        experimental = np.stack([both.sum(axis=2), both.sum(axis=1)], axis=1)
        observed = np.stack([self.types[:, 0].sum(axis=2), self.types[:, 1].sum(axis=1)], axis=1)
        return Distributions(experimental, observed)

    def benefit(self, payoff: Any) -> Floats:
        """The true benefit of each stratum."""
        return np.einsum("zik,ik->z", self.types.sum(axis=1), Payoff.of(payoff).values)

    def rows(
        self, sources: str = "both", share: Sequence[float] | None = None, labels: Any = None
    ) -> dict[str, Any]:
        """A weighted row for each cell of each source: infinitely many units in effect."""
        known, strata = self.distributions, len(self.types)
        size = np.full(strata, 1 / strata) if share is None else np.array(share, dtype=float)
        names = np.arange(strata) if labels is None else np.array(labels, dtype=object)
        parts = []
        for source, cells, arms in (
            ("experiment", known.experimental, 2.0), ("observations", known.observational, 1.0),
        ):  # fmt: skip
            if sources in ("both", source):
                z, x, y = (axis.reshape(-1) for axis in np.indices(cells.shape))
                weight = UNITS * size[z] * cells.reshape(-1) / arms
                parts.append((names[z], x, y, np.full(len(z), source), weight))
        columns = ("stratum", "x", "y", "source", "weight")
        return {
            name: np.concatenate(each)
            for name, each in zip(columns, zip(*parts, strict=True), strict=True)
        }

    def bounds(self, payoff: Any, *, sources: str = "both", **more: Any) -> UnitBounds:
        """What is known of the strata."""
        rows = self.rows(sources, more.pop("share", None), more.pop("labels", None))
        given = {"source": "source", "weights": "weight", "small": "keep", **more}
        return bounds(rows, "x", "y", "stratum", payoff, **given)
