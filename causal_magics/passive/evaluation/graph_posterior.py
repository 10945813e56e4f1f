"""Exact posteriors of graphs drawn by `ScmPrior`, summed over all orders at once.

Koivisto and Sood, "Exact Bayesian structure discovery in Bayesian networks" (JMLR 5, 2004): along
an order, parents of different variables are drawn apart, so that sums over orders and graphs go
through the subsets of variables that stand first. `ScmPrior` draws along an order; its sums are
exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from causal_magics.passive.worlds.structural_models import Booleans, Integers

__all__ = ["MOST_VARIABLES", "GraphPosterior", "drawn", "parent_sets"]

MOST_VARIABLES = 10
"""Subsets double with each more."""

Floats = NDArray[np.float64]


@cache
def parent_sets(n_variables: int) -> tuple[tuple[int, ...], ...]:
    """Return what can be the parents of a variable: none, then each, then each two."""
    variables = range(n_variables)
    return tuple(parents for size in range(3) for parents in combinations(variables, size))


@dataclass(frozen=True, eq=False, repr=False)
class GraphPosterior:
    """What is known of the graph behind each episode.

    Parameters
    ----------
    log_evidence : float array, shape (episodes, variables, parent sets)
        Logarithm of the density of each variable's values, were those of `parent_sets` its parents;
        -inf where it is among them.
    goals : int array, shape (episodes,), or None
        Drawn among the variables with a cause, so that they tell of the graph; None where no goal
        is known.
    max_roots : int
    """

    log_evidence: Floats
    goals: Integers | None
    max_roots: int

    @property
    def n_episodes(self) -> int:
        """How many episodes there are."""
        return int(self.log_evidence.shape[0])

    @property
    def n_variables(self) -> int:
        """How many variables each has."""
        return int(self.log_evidence.shape[1])

    @property
    def most_roots(self) -> int:
        """How many roots there can be."""
        return min(self.max_roots, self.n_variables - 1)

    @cached_property
    def log_total(self) -> Floats:
        """Logarithm of the density of each episode, shape (episodes,)."""
        return np.asarray(np.log(self._totals.sum(axis=0)) + self._largest.sum(axis=1))

    @cached_property
    def edges(self) -> Floats:
        """P(i → j), shape (episodes, variables, variables), 0 on the diagonal."""
        n, subsets = self.n_variables, np.arange(2**self.n_variables)
        members = _members(n)
        members_of_sets = np.array([[i in one for i in range(n)] for one in parent_sets(n)])
        sizes = members.sum(axis=1)
        later = sizes >= np.arange(1, self.most_roots + 1)[:, None]
        found = np.zeros((self.n_episodes, n, n))
        for effect in range(n):
            before = subsets[~members[:, effect]]
            along = self._before[..., before] * self._after[..., before | 1 << effect]
            along = (along * later[:, None, before]).sum(axis=0) / (n - sizes[before])
            of_sets = self._relative[:, effect] * (along @ _choices(n)[:, before].T)
            found[:, :, effect] = of_sets @ members_of_sets
        return np.asarray(found / self._totals.sum(axis=0)[:, None, None])

    def draw(self, n_draws: int, rng: np.random.Generator) -> tuple[Integers, Integers]:
        """Draw graphs.

        Parameters
        ----------
        n_draws : int
            Of each episode.
        rng : numpy.random.Generator

        Returns
        -------
        orders : int array, shape (episodes, draws, variables)
            Causes first.
        sets : int array, shape (episodes, draws, variables)
            The parents of each variable, as the place in `parent_sets`.
        """
        n = self.n_variables
        shape = (self.n_episodes, n_draws)
        episodes = np.arange(self.n_episodes)[:, None]
        roots = drawn(np.broadcast_to(self._totals.T[:, None], (*shape, self.most_roots)), rng)
        standing = np.full(shape, 2**n - 1)
        orders, sets = np.zeros((2, *shape, n), dtype=np.int64)
        variables = np.arange(n)
        for place in reversed(range(n)):
            before = standing[..., None] & ~(1 << variables)
            ways = self._before[roots[..., None], episodes[..., None], before]
            ways = ways * self._steps[roots[..., None], episodes[..., None], variables, before]
            ways *= (standing[..., None] >> variables) & 1
            last = drawn(ways, rng)
            standing = standing & ~(1 << last)
            chosen = drawn(self._relative[episodes, last] * _choices(n).T[standing], rng)
            orders[..., place] = last
            np.put_along_axis(
                sets, last[..., None], np.where(place > roots, chosen, 0)[..., None], axis=2
            )
        return orders, sets

    @cached_property
    def _largest(self) -> Floats:
        return np.asarray(self.log_evidence.max(axis=2))

    @cached_property
    def _relative(self) -> Floats:
        """Evidence relative to that of the best parents of each variable."""
        return np.asarray(np.exp(self.log_evidence - self._largest[:, :, None]))

    @cached_property
    def _steps(self) -> Floats:
        """What it weighs that a variable stands next after a subset; each is as likely to.

        Returns
        -------
        array, shape (numbers of roots, episodes, variables, subsets)
        """
        n = self.n_variables
        roots = self._relative[:, :, 0]
        if self.goals is not None:
            roots = roots * (np.arange(n) != self.goals[:, None])
        caused = self._relative @ _choices(n)
        sizes = _members(n).sum(axis=1)
        first = sizes < np.arange(1, self.most_roots + 1)[:, None, None, None]
        chances = ~_members(n).T / np.maximum(n - sizes, 1)
        return np.asarray(np.where(first, roots[:, :, None], caused) * chances)

    @cached_property
    def _before(self) -> Floats:
        """Sums over what stands first, shape (numbers of roots, episodes, subsets)."""
        n = self.n_variables
        sums = np.zeros((self.most_roots, self.n_episodes, 2**n))
        counts = np.arange(1, self.most_roots + 1)
        chance = np.full(counts.shape, 1 / self.most_roots)
        if self.goals is not None:
            chance /= n - counts
        sums[:, :, 0] = chance[:, None]
        for size in range(n):
            for variable, before in _additions(n, size):
                added = sums[..., before] * self._steps[:, :, variable, before]
                sums[..., before | 1 << variable] += added
        return sums

    @cached_property
    def _after(self) -> Floats:
        """Sums over what stands last, of the same shape."""
        n = self.n_variables
        sums = np.zeros((self.most_roots, self.n_episodes, 2**n))
        sums[:, :, -1] = 1.0
        for size in reversed(range(n)):
            for variable, before in _additions(n, size):
                added = sums[..., before | 1 << variable] * self._steps[:, :, variable, before]
                sums[..., before] += added
        return sums

    @property
    def _totals(self) -> Floats:
        """What each number of roots weighs, shape (numbers of roots, episodes)."""
        return np.asarray(self._before[:, :, -1])


@cache
def _members(n_variables: int) -> Booleans:
    """Return who is in each subset, shape (subsets, variables): bits of its number."""
    return np.asarray(np.arange(2**n_variables)[:, None] >> np.arange(n_variables) & 1, dtype=bool)


@cache
def _choices(n_variables: int) -> Floats:
    """Return the chance of each parent set of a variable with a cause, after each subset.

    One parent or two, as likely as each other where there are two variables before it.

    Returns
    -------
    array, shape (parent sets, subsets)
    """
    members = _members(n_variables)
    before = members.sum(axis=1)
    chances = np.zeros((len(parent_sets(n_variables)), len(members)))
    for place, parents in enumerate(parent_sets(n_variables)):
        fits = members[:, list(parents)].all(axis=1)
        if len(parents) == 1:
            chances[place, fits] = np.where(before > 1, 0.5, 1.0)[fits] / before[fits]
        elif len(parents) == 2:
            chances[place, fits] = 1.0 / (before * (before - 1.0))[fits]
    return chances


@cache
def _additions(n_variables: int, size: int) -> tuple[tuple[int, Integers], ...]:
    """Return each variable, with the subsets of a size that it can stand next after."""
    members = _members(n_variables)
    of_size = members.sum(axis=1) == size
    return tuple(
        (variable, np.flatnonzero(of_size & ~members[:, variable]))
        for variable in range(n_variables)
    )


def drawn(weights: Floats, rng: np.random.Generator) -> Integers:
    """Draw one of the last axis by weights."""
    sums = weights.cumsum(axis=-1)
    aims = (1.0 - rng.random(weights.shape[:-1])) * sums[..., -1]
    return np.asarray((sums < aims[..., None]).sum(axis=-1))
