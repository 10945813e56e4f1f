"""From a statistic to a graph: all that is tried, one after the other.

A sum of functions of single parents; where parents act together, their products too; where
residuals save much, a code for them; and for every edge, what could stand in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from causal_magics.discovery.alternatives import settled
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.constraints import Constraints
from causal_magics.discovery.labels import LabelScore, Tables
from causal_magics.discovery.layout import Floats
from causal_magics.discovery.logits import Logits
from causal_magics.discovery.noise import NoiseScore, Residuals, notable_residuals
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
class Codebook:
    """How graphs are coded, besides the statistic.

    Attributes
    ----------
    terms
    tables, logits
        Codes of labels, where any column holds labels.
    residuals
        What residuals save, where that is notable.
    """

    terms: Terms
    tables: Tables | None = None
    logits: Logits | None = None
    residuals: Residuals | None = None

    @classmethod
    def of(cls, terms: Terms, basis: Basis, sample: Floats, statistic: GramStatistic) -> Codebook:
        """Return the code of labels and of Gaussian noise."""
        if not basis.layout.nominal.any():
            return cls(terms)
        rows = statistic.observed
        return cls(terms, Tables(basis, sample, rows), Logits(basis, sample, rows))

    def codelengths(self, score: Score, weights: Floats | None = None) -> Codelengths:
        """Return the codelengths of a statistic.

        Parameters
        ----------
        score
            Of the statistic under Gaussian noise.
        weights
            How often each fold of the rows counts. What residuals save is not weighed anew.
        """
        numbers: Codelengths = score
        if self.residuals is not None:
            numbers = NoiseScore(score, self.residuals)
        if self.tables is None or self.logits is None:
            return numbers
        tables = self.tables if weights is None else self.tables.weighed(weights)
        return LabelScore(numbers, score, tables, self.logits)

    def resampled(self, statistic: GramStatistic, weights: Floats) -> Codelengths:
        """Return the codelengths of rows that count as often as their folds do."""
        return self.codelengths(self.terms.score(statistic), weights)


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
    codebook
        What graphs were compared by in the end.
    turning
        Nats that turning each edge costs, by (cause, effect); edges that were not looked at, as
        the search was interrupted, are left out.
    """

    found: Found
    basis: Basis
    statistic: GramStatistic
    score: Score
    codebook: Codebook
    turning: dict[tuple[int, int], float]

    @property
    def codelengths(self) -> Codelengths:
        """By which graphs were compared in the end."""
        return self.codebook.codelengths(self.score)


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
    codebook = Codebook.of(terms, basis, sample, statistic)
    found = search(codebook.codelengths(score), terms.constraints, report)
    turning: dict[tuple[int, int], float] = {}
    try:
        extended = None if found.interrupted else _with_products(score, basis, sample, found)
        if extended is not None:
            statistic = summed(extended)
            basis, score = extended, terms.score(statistic)
            found = search(codebook.codelengths(score), terms.constraints, report)
        if not found.interrupted:
            codebook = _with_residuals(codebook, score, basis, sample, found)
            turning = settled(codebook.codelengths(score), terms.constraints, found)
    except KeyboardInterrupt:
        found.interrupted = True
    return Learned(found, basis, statistic, score, codebook, turning)


def _with_products(score: Score, basis: Basis, sample: Floats, found: Found) -> Basis | None:
    """Return the basis with products of columns, where there are any worth it."""
    if basis.layout.nominal.all():
        return None
    assert found.neighbours is not None
    near = found.neighbours | dependent_neighbours(score)
    pairs = find_products(score, basis, sample, found.adjacency, near)
    return basis.with_products(pairs) if pairs else None


def _with_residuals(
    codebook: Codebook, score: Score, basis: Basis, sample: Floats, found: Found
) -> Codebook:
    """Compare graphs by their residuals too, where those save much."""
    if codebook.terms.noise == "gaussian":
        return codebook
    assert found.neighbours is not None
    residuals = notable_residuals(score, basis, sample, found.adjacency, found.neighbours)
    if residuals is None:
        return codebook
    extended = replace(codebook, residuals=residuals)
    codelengths = extended.codelengths(score)
    found.nats = total_cost(codelengths, found.adjacency)
    moved = set(np.flatnonzero(residuals.coded).tolist())
    search_orders(found, codelengths, codebook.terms.constraints, moved)
    return extended
