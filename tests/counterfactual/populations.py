"""Random populations whose counterfactuals are known, and linear programs as an oracle."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from causal_magics.counterfactual.bounding.distributions import Distributions

Floats = NDArray[np.float64]
SOURCES = "experiment", "observations", "both"
EXACT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


@dataclass(frozen=True)
class Populations:
    """Shares of those who took an arm and are of a response type, shape (strata, arms, types)."""

    shares: Floats
    types: list[tuple[int, ...]]
    n_levels: int

    @property
    def distributions(self) -> Distributions:
        """What an experiment and observations would say, from the definition."""
        strata, n_arms, _ = self.shares.shape
        experimental = np.zeros((strata, n_arms, self.n_levels))
        observational = np.zeros((strata, n_arms, self.n_levels))
        for place, responses in enumerate(self.types):
            for arm, level in enumerate(responses):
                experimental[:, arm, level] += self.shares[:, :, place].sum(axis=1)
                observational[:, arm, level] += self.shares[:, arm, place]
        return Distributions(experimental, observational)

    def of(self, sources: str) -> Distributions:
        both = self.distributions
        return Distributions(
            both.experimental if sources != "observations" else None,
            both.observational if sources != "experiment" else None,
        )

    def mean(self, worth: Floats) -> Floats:
        """Return the mean worth of each stratum, by the outcomes under all arms."""
        return self.shares.sum(axis=1) @ np.array([worth[responses] for responses in self.types])


def response_tuples(n_arms: int, n_levels: int, monotone: bool = False) -> list[tuple[int, ...]]:
    every = product(range(n_levels), repeat=n_arms)
    return [each for each in every if not monotone or list(each) == sorted(each)]


def populations(
    strata: int, n_arms: int = 2, n_levels: int = 2, *, monotone: bool = False, seed: int = 0
) -> Populations:
    """Draw populations, from even ones to those where few types have nearly all units."""
    generator = np.random.default_rng((seed, n_arms, n_levels, monotone))
    types = response_tuples(n_arms, n_levels, monotone)
    spread = generator.choice([0.2, 1.0, 5.0], size=(strata, 1))
    weights = generator.gamma(spread, size=(strata, n_arms * len(types))) + 1e-6
    shares = weights / weights.sum(axis=1, keepdims=True)
    return Populations(shares.reshape(strata, n_arms, -1), types, n_levels)


def constraints(
    n_arms: int, n_levels: int, sources: str, monotone: bool = False
) -> tuple[Floats, list[tuple[int, tuple[int, ...]]]]:
    """Return the rows of the cells, and the columns (arm taken, response type)."""
    types = response_tuples(n_arms, n_levels, monotone)
    columns = [(taken, responses) for taken in range(n_arms) for responses in types]
    rows = []
    for source in ("experiment", "observations"):
        if sources in {source, "both"}:
            rows += [
                [
                    float(responses[arm] == level and (source == "experiment" or taken == arm))
                    for taken, responses in columns
                ]
                for arm in range(n_arms)
                for level in range(n_levels)
            ]
    return np.array(rows), columns


def solved(costs: Floats, matrix: Floats, cells: Floats) -> tuple[Floats, Floats]:
    """Return the least and greatest value of each stratum, by one linear program each."""
    ends = [
        [sign * linprog(sign * costs, A_eq=matrix, b_eq=row, options=EXACT).fun for row in cells]
        for sign in (1, -1)
    ]
    return np.array(ends[0]), np.array(ends[1])


def contrast_worth(values: Floats, n_arms: int, contrast: tuple[int, int] = (0, 1)) -> Floats:
    """Return a payoff of two arms as one of all arms."""
    worth = np.zeros((len(values),) * n_arms)
    for responses in np.ndindex(*worth.shape):
        worth[responses] = values[responses[contrast[0]], responses[contrast[1]]]
    return worth
