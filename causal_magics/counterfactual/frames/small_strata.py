"""Strata with too few units, pooled with their like.

Small strata are pooled with each other and never with those that are large enough, so that these
stay as they are: first with the small ones that share all labels but the last, then all but the
last two, and so on. Pooling goes from the last column of `by` to the first, so that the column that
matters most is named first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.frames.column_codes import Codes, Labels
from causal_magics.counterfactual.frames.sources import EXPERIMENT, OBSERVATIONS
from causal_magics.counterfactual.frames.strata_last import take_strata
from causal_magics.counterfactual.frames.stratum_codes import strata_of
from causal_magics.counterfactual.frames.tally import Tally

__all__ = ["POOLED", "Pooling", "pooled", "small_strata"]

POOLED = -2
"""Code of a label over which strata were pooled."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Pooling:
    """A tally after pooling.

    Attributes
    ----------
    tally : Tally
    small : ndarray of shape (strata,)
        Which strata are still small.
    note : str
        What was done; empty where nothing was.
    """

    tally: Tally
    small: Mask
    note: str


def small_strata(tally: Tally, min_units: float) -> Mask:
    """Return which strata have fewer than `min_units` units in a source that they have.

    In an experiment each of the two arms that are compared must have as many. A source that a
    stratum lacks makes it no smaller. Weighted units count by their effective number.
    """
    exp = _sizes(tally, EXPERIMENT)
    obs = _sizes(tally, OBSERVATIONS, whole=True)
    has_experiment = tally.counts[:, EXPERIMENT].any(axis=(1, 2))
    short_arm = has_experiment & (exp[:, :2].min(axis=1) < min_units)
    few_seen = (obs[:, 0] > 0) & (obs[:, 0] < min_units)
    return np.asarray(short_arm | few_seen)


def pooled(tally: Tally, min_units: float) -> Pooling:
    """Pool small strata with each other until they are small no more.

    Parameters
    ----------
    tally : Tally
        The untreated arm first, the treated one second.
    min_units : float
        Units that each compared arm of the experiment, and the observations, must have.
    """
    small = small_strata(tally, min_units)
    if tally.strata.shape[1] == 0 or int(small.sum()) < 2:
        return Pooling(tally, small, "")
    kept, rest = _take(tally, ~small), _take(tally, small)
    n_pooled, units, strata_before = 0, 0.0, len(kept.strata)
    for depth in range(tally.strata.shape[1] - 1, -1, -1):
        coarse, members = _coarser(rest, depth)
        enough = ~small_strata(coarse, min_units) | (depth == 0)
        done = enough[members]
        if done.any():
            n_pooled += int(done.sum())
            units += float(rest.counts[done].sum())
            kept = _joined(kept, _take(coarse, enough))
        rest = _take(rest, ~done)
        if not len(rest.strata):
            break
    made = len(kept.strata) - strata_before
    note = (
        f"{n_pooled:,} strata with fewer than "
        f"{min_units:g} units in an arm or source ({units:,.6g} units in all) "
        f"are pooled into {made:,}, labelled 'pooled' from the last "
        "column on; small='keep' keeps them apart."
    )
    return Pooling(kept, small_strata(kept, min_units), note)


def _sizes(tally: Tally, source: int, *, whole: bool = False) -> Floats:
    """Return the effective units of each arm, or of the source as a whole, of each stratum."""
    axes: tuple[int, ...] = (1, 2) if whole else (2,)
    sums = tally.counts[:, source].sum(axis=axes, keepdims=whole)
    if tally.squares is not None:
        squares = tally.squares[:, source].sum(axis=axes, keepdims=whole)
        sums = sums**2 / np.maximum(squares, np.finfo(float).tiny)
    return np.asarray(sums.reshape(len(sums), -1))


def _coarser(tally: Tally, depth: int) -> tuple[Tally, NDArray[np.intp]]:
    """Pool all strata that share their first labels; return also which became which."""
    kept = [
        Codes(tally.strata[:, index] - POOLED, 0, Labels("number", np.arange(len(labels) - POOLED)))
        for index, labels in enumerate(tally.by[:depth])
    ]
    place, codes = strata_of(kept, len(tally.strata))
    used, members = np.unique(place.values, return_inverse=True)
    strata = np.full((len(used), tally.strata.shape[1]), POOLED, dtype=np.int64)
    strata[:, :depth] = codes[used - place.low] + POOLED

    def added(sums: Floats) -> Floats:
        cells = np.moveaxis(sums, 0, -1).reshape(-1, len(sums))
        total = np.empty((len(cells), len(used)))
        for place, cell in enumerate(cells):
            total[place] = np.bincount(members, cell, minlength=len(used))
        return np.moveaxis(total.reshape(*sums.shape[1:], -1), -1, 0)

    squares = None if tally.squares is None else added(tally.squares)
    counts = added(tally.counts)
    return replace(tally, strata=strata, counts=counts, squares=squares), members


def _take(tally: Tally, rows: Mask) -> Tally:
    squares = None if tally.squares is None else take_strata(tally.squares, rows)
    counts = take_strata(tally.counts, rows)
    return replace(tally, strata=tally.strata[rows], counts=counts, squares=squares)


def _joined(first: Tally, second: Tally) -> Tally:
    squares = None
    if first.squares is not None and second.squares is not None:
        squares = np.concatenate([first.squares, second.squares])
    return replace(
        first,
        strata=np.concatenate([first.strata, second.strata]),
        counts=np.concatenate([first.counts, second.counts]),
        squares=squares,
    )
