"""From a statistic to a graph: all that is tried, one after the other.

A sum of functions of single parents; where parents act together, their products too; where
residuals save much, a code for them; and for every edge, what could stand in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from causal_magics.discovery.alternatives import settled
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.constraints import Constraints
from causal_magics.discovery.layout import Floats
from causal_magics.discovery.noise import NoiseScore, Residuals, noise_score
from causal_magics.discovery.products import dependent_neighbours, find_products
from causal_magics.discovery.score import Codelengths, Score
from causal_magics.discovery.search import Found, Report, search, search_orders, total_cost
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.graph.elements import Knowledge
from causal_magics.graph.prior import EdgePrior

NoiseModel = Literal["any", "gaussian"]
"""What noise may be: of any shape and width, or Gaussian and equally wide everywhere."""


@dataclass(frozen=True, eq=False, slots=True)
class Terms:
    """What a graph is searched under, besides the data.

    Attributes
    ----------
    constraints
        Background knowledge.
    edge_floor
        Nats a row, beyond the first thousand, that each edge costs besides.
    charges
        Nats of each edge besides, ``[cause, effect]``.
    noise
    """

    constraints: Constraints
    edge_floor: float
    charges: Floats
    noise: NoiseModel = "any"

    @classmethod
    def of(
        cls,
        columns: Sequence[str],
        knowledge: Knowledge,
        edge_floor: float,
        prior: EdgePrior | None,
        noise: NoiseModel = "any",
    ) -> Terms:
        """Return the terms that follow from knowledge and beliefs on names.

        Raises
        ------
        DiscoveryError
            Where a name of the knowledge is no column.
        """
        constraints = Constraints.from_knowledge(knowledge, columns)
        none = np.zeros((len(columns), len(columns)))
        return cls(constraints, edge_floor, none if prior is None else prior.nats(columns), noise)

    def score(self, statistic: GramStatistic) -> Score:
        """Return the codelengths of a statistic."""
        return Score.from_statistic(statistic, self.edge_floor, self.charges)


@dataclass(frozen=True, eq=False, slots=True)
class Learned:
    """The best graph, and what it was found with.

    Attributes
    ----------
    found
    basis, statistic
        With the products that were worth it.
    score
        Of the statistic.
    codelengths
        What graphs were compared by in the end.
    turning
        Nats that turning each edge costs, by (cause, effect); edges that were not looked at, as
        the search was interrupted, are left out.
    """

    found: Found
    basis: Basis
    statistic: GramStatistic
    score: Score
    codelengths: Codelengths
    turning: dict[tuple[int, int], float]

    def rescored(self, terms: Terms) -> Callable[[GramStatistic], Codelengths]:
        """Return what makes codelengths of resampled rows; what residuals save is not resampled."""
        if isinstance(self.codelengths, NoiseScore):
            return partial(_with_residuals, terms, self.codelengths.residuals)
        return terms.score


def _with_residuals(terms: Terms, residuals: Residuals, statistic: GramStatistic) -> NoiseScore:
    return NoiseScore(terms.score(statistic), residuals)


def learn(
    basis: Basis,
    sample: Floats,
    summed: Callable[[Basis], GramStatistic],
    terms: Terms,
    report: Report,
) -> Learned:
    """Learn a graph; an interrupt of the search ends it with the best one so far.

    Parameters
    ----------
    basis
        Without products.
    sample
        Some rows of the data, shape ``(rows, columns)``.
    summed
        Passes over the data: the statistic under a basis.
    terms
    report
    """
    statistic = summed(basis)
    score = terms.score(statistic)
    found = search(score, terms.constraints, report)
    try:
        extended = None if found.interrupted else _with_products(score, basis, sample, found)
        if extended is not None:
            statistic = summed(extended)
            basis, score = extended, terms.score(statistic)
            found = search(score, terms.constraints, report)
    except KeyboardInterrupt:
        found.interrupted = True
    codelengths, turning = _compared(score, basis, sample, terms, found)
    return Learned(found, basis, statistic, score, codelengths, turning)


def _with_products(score: Score, basis: Basis, sample: Floats, found: Found) -> Basis | None:
    """Return the basis with products of columns, where there are any worth it."""
    assert found.neighbours is not None
    near = found.neighbours | dependent_neighbours(score)
    pairs = find_products(score, basis, sample, found.adjacency, near)
    return basis.with_products(pairs) if pairs else None


def _compared(
    score: Score, basis: Basis, sample: Floats, terms: Terms, found: Found
) -> tuple[Codelengths, dict[tuple[int, int], float]]:
    """Compare graphs by their residuals where those save much; then turn every edge."""
    codelengths: Codelengths = score
    if found.interrupted:
        return codelengths, {}
    try:
        if terms.noise == "any":
            assert found.neighbours is not None
            codelengths = noise_score(score, basis, sample, found.adjacency, found.neighbours)
        if isinstance(codelengths, NoiseScore):
            found.nats = total_cost(codelengths, found.adjacency)
            moved = set(np.flatnonzero(codelengths.residuals.coded).tolist())
            search_orders(found, codelengths, terms.constraints, moved)
    except KeyboardInterrupt:
        found.interrupted = True
        return codelengths, {}
    return codelengths, settled(codelengths, terms.constraints, found)
