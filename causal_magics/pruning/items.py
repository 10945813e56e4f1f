"""What a bias measure asks a model, and how the answers become scores and bias.

Bias between groups is Σ_s |mean over all items − mean over the items of s|: Zayed et al.,
"Fairness-Aware Structured Pruning in Transformers" (AAAI 2024), Eq. 1, of which the mean and the
largest term are offered too, since the sum grows with the number of groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import PruningError

__all__ = ["Aggregate", "Items", "Pooling", "Side"]

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Aggregate = Literal["sum", "mean", "max", "size", "signed"]
Pooling = Literal["sum", "mean"]


@dataclass(frozen=True, eq=False)
class Side:
    """The queries on one side of each item's odds, filled up to one length.

    Parameters
    ----------
    queries : array of int, shape (items, most)
        Places in `Items.queries`.
    offsets : array, shape (items, most)
        What is added to each log-probability; −inf for filling.
    pooling : {"sum", "mean"}
        Whether probabilities are added, or their logarithms averaged.
    """

    queries: Whole
    offsets: Floats
    pooling: Pooling = "sum"

    @classmethod
    def of(
        cls,
        queries: Sequence[Sequence[int]],
        offsets: Sequence[Sequence[float]] | None = None,
        pooling: Pooling = "sum",
    ) -> Side:
        """Return a side from lists of one or more queries for each item."""
        most = max((len(row) for row in queries), default=0)
        places = np.zeros((len(queries), most), dtype=np.int64)
        added = np.full((len(queries), most), -np.inf)
        for item, row in enumerate(queries):
            places[item, : len(row)] = row
            added[item, : len(row)] = 0.0 if offsets is None else offsets[item]
        return cls(places, added, pooling)

    def pooled(self, log_probs: Floats) -> Floats:
        """Return the log of what the queries of an item are together, (…, items)."""
        terms = log_probs[..., self.queries] + self.offsets
        if self.pooling == "mean":
            real = np.isfinite(self.offsets)
            return np.asarray(np.where(real, terms, 0.0).sum(axis=-1) / real.sum(axis=-1))
        with np.errstate(divide="ignore"):
            found: Floats = np.logaddexp.reduce(terms, axis=-1)
        return found

    def shares(self, log_probs: Floats) -> Floats:
        """Return how `pooled` changes with each query, (items, most); 0 where all are nothing."""
        if self.pooling == "mean":
            real = np.isfinite(self.offsets)
            return np.asarray(real / real.sum(axis=-1, keepdims=True))
        pooled = self.pooled(log_probs)[:, None]
        with np.errstate(invalid="ignore"):
            found = np.exp(log_probs[self.queries] + self.offsets - pooled)
        return np.nan_to_num(found)


@dataclass(frozen=True, eq=False)
class Items:
    """Prompts with continuations, the scores made of their log-probabilities, and the groups.

    The score of an item is the log-odds of the queries on one side against those on the other,
    or the difference of their mean log-probabilities. Of
    sampled continuations it is the exponential of that: with log weights as offsets, an
    importance-weighted mean.

    Parameters
    ----------
    queries : tuple of (str, str)
        Prompts and continuations; each belongs to one item.
    for_, against : Side
    groups : tuple of str
        Names.
    buckets : array of int, shape (items,)
        To which group each item belongs.
    aggregate : {"sum", "mean", "max", "size", "signed"}
        Over groups the sum, mean or largest of abs(mean of all − mean of the group); or the mean
        size of scores, each of which should be 0; or the size of their mean.
    units : array of int, shape (items,), optional
        Items that go together when intervals are made, such as those of one word; each item is a
        unit of its own where not given.
    exponential : bool

    Raises
    ------
    PruningError
        Where there is no item, or a group has none.
    """

    queries: tuple[tuple[str, str], ...]
    for_: Side
    against: Side
    groups: tuple[str, ...]
    buckets: Whole
    aggregate: Aggregate = "sum"
    units: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    exponential: bool = False

    def __post_init__(self) -> None:
        if not len(self.units):
            object.__setattr__(self, "units", np.arange(len(self.buckets)))
        if not len(self.buckets):
            raise PruningError("Expected prompts to measure bias with, got none.")
        if self.between_groups:
            missing = set(range(len(self.groups))) - set(self.buckets.tolist())
            if len(self.groups) < 2:
                given = ", ".join(self.groups) or "none"
                raise PruningError(f"Expected two groups or more to compare, got {given}.")
            if missing:
                raise PruningError(
                    f"Expected prompts for every group, got none for {self.groups[min(missing)]}."
                )

    def __len__(self) -> int:
        return len(self.buckets)

    @property
    def n_units(self) -> int:
        """How many units are resampled."""
        return len(np.unique(self.units))

    @property
    def between_groups(self) -> bool:
        """Whether bias compares groups, rather than each score with 0."""
        return self.aggregate in ("sum", "mean", "max")

    @property
    def item_of_query(self) -> Whole:
        """To which item each query belongs, shape (queries,)."""
        owners = np.full(len(self.queries), -1)
        for side in (self.for_, self.against):
            real = np.isfinite(side.offsets) | (side.queries > 0)
            items = np.broadcast_to(np.arange(len(self))[:, None], side.queries.shape)
            owners[side.queries[real]] = items[real]
        return owners

    def to_bytes(self) -> bytes:
        """Return what tells these items from others that have the same queries."""
        arrays = (
            *(part for side in (self.for_, self.against) for part in (side.queries, side.offsets)),
            self.buckets, self.units,
        )  # fmt: skip
        names = (self.for_.pooling, self.against.pooling, self.aggregate, self.exponential)
        return repr(names).encode() + b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)

    # ------------------------------------------------------------------ scores

    def scores(self, log_probs: Floats) -> Floats:
        """Return scores, (…, items), from log-probabilities, (…, queries)."""
        log_odds = self.for_.pooled(log_probs) - self.against.pooled(log_probs)
        return np.exp(log_odds) if self.exponential else log_odds

    def slopes(self, log_probs: Floats) -> Floats:
        """Return how each item's score changes with each of its queries' log-probability.

        Parameters
        ----------
        log_probs : array, shape (queries,)

        Returns
        -------
        array, shape (queries,)
        """
        found = np.zeros(len(self.queries))
        factors = self.scores(log_probs) if self.exponential else np.ones(len(self))
        for side, sign in ((self.for_, 1.0), (self.against, -1.0)):
            np.add.at(found, side.queries, sign * factors[:, None] * side.shares(log_probs))
        return found

    # ------------------------------------------------------------------ bias

    def bias(self, scores: Floats, weights: Floats | None = None) -> Floats:
        """Return the bias that scores show.

        Parameters
        ----------
        scores : array, shape (…, items)
        weights : array, shape (items,) or (resamples, items), optional
            How often each item counts.

        Returns
        -------
        array, shape (…) or (…, resamples)
            NaN where a group has no weight.
        """
        counts = np.ones(len(self)) if weights is None else np.asarray(weights, dtype=np.float64)
        if self.aggregate == "size":
            return _mean(np.abs(scores), counts)
        overall = _mean(scores, counts)
        if self.aggregate == "signed":
            return np.abs(overall)
        gaps = np.stack(
            [
                np.abs(overall - _mean(scores, counts * (self.buckets == group)))
                for group in range(len(self.groups))
            ]
        )
        if self.aggregate == "sum":
            return np.asarray(gaps.sum(axis=0))
        return np.asarray(gaps.mean(axis=0) if self.aggregate == "mean" else gaps.max(axis=0))

    def group_means(self, scores: Floats) -> Floats:
        """Return the mean score of each group, (…, groups)."""
        means = [
            _mean(scores, (self.buckets == group).astype(np.float64))
            for group in range(len(self.groups))
        ]
        return np.stack(means, axis=-1)

    def resampled(self, n_resamples: int, rng: np.random.Generator) -> Floats:
        """Return how often each item counts in bootstrap resamples of units, (resamples, items)."""
        places = np.unique(self.units, return_inverse=True)[1]
        n_units = int(places.max()) + 1
        drawn = rng.multinomial(n_units, np.full(n_units, 1 / n_units), size=n_resamples)
        return np.asarray(drawn[:, places], dtype=np.float64)

    def halves(self, n_splits: int, rng: np.random.Generator) -> Floats:
        """Return random halves of the units, shape (splits, items): 1 in one half, 0 in the other.

        Where units are of one group each, every group is halved.
        """
        units, places = np.unique(self.units, return_inverse=True)
        first = np.zeros(len(units), dtype=np.int64)
        first[places[::-1]] = self.buckets[::-1]
        found = np.zeros((n_splits, len(units)))
        for split in range(n_splits):
            for bucket in np.unique(first):
                members = rng.permutation(np.flatnonzero(first == bucket))
                n_chosen = len(members) // 2 + (len(members) % 2) * int(rng.integers(2))
                found[split, members[:n_chosen]] = 1.0
        return np.asarray(found[:, places])


def _mean(scores: Floats, counts: Floats) -> Floats:
    """Return weighted means, (…) or (…, resamples)."""
    totals = counts.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(scores @ counts.T / totals)
