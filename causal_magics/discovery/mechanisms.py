"""Codelengths of mechanisms over sets of batches: proper for any number of rows.

A mechanism is what makes a column from its parents. Its code over some batches is the Bayesian
mixture with a normal-inverse-gamma prior: intercept, coefficients and noise variance are all
integrated out, so that a mechanism learned anew pays for everything it learns. The prior is a
statistic of `PRIOR_ROWS` rows in which all functions have mean zero, variance one and no
correlation; it is summed with those of the batches like one more batch.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from causal_magics.discovery.layout import Booleans, Floats, Indices, Layout
from causal_magics.discovery.score import Score, grown_and_shrunk
from causal_magics.discovery.statistics import GramStatistic

Statistics = tuple[GramStatistic, ...]
Groups = Sequence[Statistics]

PRIOR_ROWS = 2
SCORE_BYTES = 1 << 28
"""Memory of the scores that are kept at hand."""


def prior_statistic(layout: Layout) -> GramStatistic:
    """Return the rows that stand for what is known before all data."""
    return GramStatistic(
        PRIOR_ROWS,
        PRIOR_ROWS * np.eye(1 + layout.n_functions),
        np.full(layout.n_columns, float(PRIOR_ROWS)),
        layout,
    )


class Codes:
    """Codelengths in nats under one basis, each computed once.

    Parameters
    ----------
    layout
        Of the statistics.
    charges
        Nats of each edge besides its code, ``[cause, effect]``.
    required
        Edges without which no mechanism is, ``[cause, effect]``.
    """

    def __init__(self, layout: Layout, required: Booleans, charges: Floats | None = None) -> None:
        self.layout = layout
        self.required = required
        self._charges = charges
        self._prior = prior_statistic(layout)
        self._scores: OrderedDict[tuple[object, ...], tuple[Statistics, Score]] = OrderedDict()
        self._data: dict[tuple[object, ...], float] = {}
        self._own: dict[tuple[object, ...], tuple[Indices, float]] = {}
        self._pinned: dict[int, GramStatistic] = {}
        self.prior_score = self.score(())

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return self.layout.n_columns

    def score(self, statistics: Statistics, share: float = 1.0) -> Score:
        """Return the score of some batches, whose rows count for a share, and the prior rows."""
        key = (share, *_key(statistics))
        known = self._scores.get(key)
        if known is not None:
            self._scores.move_to_end(key)
            return known[1]
        total = self._prior
        for statistic in statistics:
            total = total + (statistic if share == 1.0 else _thinned(statistic, share))
        score = _even(Score.from_statistic(total, charges=self._charges))
        self._scores[key] = statistics, score
        while len(self._scores) > 2 and len(self._scores) * total.gram.nbytes > SCORE_BYTES:
            self._scores.popitem(last=False)
        return score

    def data(
        self, node: int, parents: Indices, statistics: Statistics, share: float = 1.0
    ) -> float:
        """Nats of a column over some batches, its parents being known.

        Parameters
        ----------
        share
            For how much a row counts.
        """
        key = (node, share, parents.tobytes(), *_key(statistics))
        nats = self._data.get(key)
        if nats is None:
            self._pin(statistics)
            coded = self.score(statistics, share).cost(node, parents)
            coded -= self.prior_score.cost(node, parents)
            nats = self._data[key] = coded + self._normaliser(node, statistics, share)
        return nats

    def own(
        self, node: int, parents: Indices, statistics: Statistics, share: float = 1.0
    ) -> tuple[Indices, float]:
        """Return which of the parents some batches use, and nats for that and the data."""
        key = (node, share, parents.tobytes(), *_key(statistics))
        found = self._own.get(key)
        if found is None:
            self._pin(statistics)
            used = self._shrunk(node, parents, statistics, share)
            nats = self.data(node, used, statistics, share) + len(parents) * math.log(2.0)
            found = self._own[key] = used, nats
        return found

    def _shrunk(self, node: int, parents: Indices, statistics: Statistics, share: float) -> Indices:
        score, used = self.score(statistics, share), parents
        while len(used):
            gains = score.drop_gains(node, used) - self.prior_score.drop_gains(node, used)
            gains[self.required[used, node]] = -np.inf
            best = int(np.argmax(gains))
            if gains[best] <= 0.0:
                break
            used = np.delete(used, best)
        return used

    def _normaliser(self, node: int, statistics: Statistics, share: float) -> float:
        """Nats that the mixture costs beyond its best intercept and variance."""
        rows = share * sum(float(statistic.observed[node]) for statistic in statistics)
        before, after = float(PRIOR_ROWS), PRIOR_ROWS + rows
        start, end = self.layout.response_starts[node : node + 2]
        if self.layout.nominal[node]:
            return 0.5 * float(end - start) * math.log(after / before)
        return (
            _log_normaliser(after) - _log_normaliser(before) + 0.5 * rows * math.log(2.0 * math.pi)
        )

    def _pin(self, statistics: Statistics) -> None:
        """Keep what is known by its identity."""
        for statistic in statistics:
            self._pinned[id(statistic)] = statistic


def _even(score: Score) -> Score:
    """Let the prior rows alone shrink what a column does to another in a straight line.

    They do so too where it is an effect: thus of linear relations both directions cost the same in
    a batch that is wider or narrower than all batches together.
    """
    blocks = score.blocks
    precision = blocks.precision.copy()
    precision[blocks.responses[blocks.response_starts[:-1][~blocks.nominal]]] = 0.0
    return Score(blocks._replace(precision=precision))


def _thinned(statistic: GramStatistic, share: float) -> GramStatistic:
    """Let every row count for a share."""
    return replace(
        statistic,
        rows=max(1, round(share * statistic.rows)),
        gram=share * statistic.gram,
        observed=share * statistic.observed,
    )


def _key(statistics: Statistics) -> tuple[int, ...]:
    return tuple(sorted(map(id, statistics)))


def _log_normaliser(rows: float) -> float:
    half = 0.5 * rows
    return half * math.log(half) - math.lgamma(half) + 0.5 * math.log(rows)


@dataclass(frozen=True, eq=False, slots=True)
class SharedScore:
    """The score of one graph over groups of batches, each with mechanisms of its own.

    What a search asks of a `Score`; naming the parents is paid once.

    Attributes
    ----------
    codes
    groups
        Of each column, the groups of batches that share its mechanism.
    floor
        Nats that each edge costs besides.
    """

    codes: Codes
    groups: tuple[Groups, ...]
    floor: float

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return len(self.groups)

    def cost(self, node: int, parents: Indices) -> float:
        """Nats of a column given its parents."""
        nats = self.codes.prior_score.cost(node, parents) + self.floor * len(parents)
        return nats + sum(self.codes.data(node, parents, group) for group in self.groups[node])

    def add_gains(self, node: int, parents: Indices, candidates: Indices) -> Floats:
        """Nats saved by each candidate as one more parent."""
        groups = self.groups[node]
        gains = np.full(len(candidates), -self.floor)
        for group in groups:
            gains += self.codes.score(group).add_gains(node, parents, candidates)
        if len(groups) > 1:
            prior = self.codes.prior_score.add_gains(node, parents, candidates)
            gains -= (len(groups) - 1) * prior
        return gains

    def drop_gains(self, node: int, parents: Indices) -> Floats:
        """Nats saved by dropping each parent; negative where the parent earns its place."""
        groups = self.groups[node]
        gains = np.full(len(parents), self.floor)
        for group in groups:
            gains += self.codes.score(group).drop_gains(node, parents)
        if len(groups) > 1:
            gains -= (len(groups) - 1) * self.codes.prior_score.drop_gains(node, parents)
        return gains

    def grow_shrink(self, node: int, required: Indices, candidates: Indices) -> Indices:
        """Parents of a node among the candidates, the required ones first and always."""
        if len(self.groups[node]) == 1:
            score = self.codes.score(self.groups[node][0])
            naming = score.blocks.naming + self.floor * np.arange(self.n_columns)
            floored = Score(score.blocks._replace(naming=naming))
            return floored.grow_shrink(node, required, candidates)
        return grown_and_shrunk(self, node, required, candidates)
