"""Bounds from what a learner says of each unit by its covariates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.frames.arrangement import Arranged, arranged, shown
from causal_magics.counterfactual.frames.coded_rows import Roles
from causal_magics.counterfactual.frames.column_codes import Codes
from causal_magics.counterfactual.frames.consistency import Contradictions, Names, reconciled
from causal_magics.counterfactual.frames.consistent_fit import consistent_fit
from causal_magics.counterfactual.frames.counts import Counts
from causal_magics.counterfactual.frames.cross_fit import CrossFit
from causal_magics.counterfactual.frames.learner import (
    FOLDS,
    check_learner,
    cross_fitted,
    features_of,
)
from causal_magics.counterfactual.frames.monotone_fit import monotone_fit
from causal_magics.counterfactual.frames.monotone_order import put_in_order
from causal_magics.counterfactual.frames.sources import EXPERIMENT, OBSERVATIONS
from causal_magics.counterfactual.frames.stratum_codes import MISSING, strata_of
from causal_magics.counterfactual.frames.stratum_groups import StratumGroup
from causal_magics.counterfactual.frames.tally import Tally
from causal_magics.counterfactual.frames.unit_rows import UnitRows, unit_rows
from causal_magics.data.wording import count
from causal_magics.errors import CounterfactualError, shorten

__all__ = ["Learned", "learned"]

_INTERVALS = {
    True: (
        "Bounds of single units have no interval, as the learner's error in each is not known; "
        "that over all units holds however good the learner is."
    ),
    False: "Intervals are those of the counts of each stratum, without the learner.",
}


@dataclass(frozen=True, eq=False, slots=True)
class Learned:
    """What a learner says of each stratum.

    Attributes
    ----------
    found : Arranged
        The counts of the strata.
    group : StratumGroup
    cross_fit : CrossFit, optional
        Where each combination of covariates is a stratum.
    notes : tuple of str
    """

    found: Arranged
    group: StratumGroup
    cross_fit: CrossFit | None
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False, slots=True)
class _Units:
    """Units with their arms and levels in order, and their strata."""

    rows: UnitRows
    arm: NDArray[np.int64]
    level: NDArray[np.int64]
    stratum: NDArray[np.int64]
    n_levels: int

    @property
    def weights(self) -> Floats:
        """Ones where there are none."""
        given = self.rows.weights
        return np.ones(len(self.arm)) if given is None else given

    def mean(self, cells: Floats, strata: int) -> Floats:
        """Return the mean of predicted cells in each stratum."""
        total = np.bincount(self.stratum, self.weights, strata)
        return np.stack(
            [np.bincount(self.stratum, self.weights * cell, strata) / total for cell in cells.T],
            axis=1,
        )


def learned(
    frame: Any,
    observations: Any,
    roles: Roles,
    learner: Any,
    covariates: Sequence[str],
    contradictions: Contradictions,
    *,
    monotone: bool,
    **order: Any,
) -> Learned:
    """Predict the distributions of each unit, and average them within strata.

    Parameters
    ----------
    frame, observations
        In memory.
    roles : Roles
        Where `by` is empty, each combination of covariates is a stratum.
    learner
        A classifier of scikit-learn's kind.
    covariates : sequence of str
    contradictions : {"refuse", "project"}
    monotone : bool
    order
        `untreated`, `treated` and `levels`, as of `arranged`.

    Raises
    ------
    CounterfactualError
        Where the learner cannot learn, or there are more than two arms.
    ContradictionError
        Where experiment and observations cannot be of one population.
    """
    check_learner(learner)
    strata_by = roles.by or tuple(covariates)
    every = replace(roles, by=tuple(dict.fromkeys((*strata_by, *covariates))))
    rows = unit_rows(frame, observations, every)
    columns = [rows.columns[name] for name in strata_by]
    found, units = _arranged(rows, columns, replace(roles, by=strata_by), order)
    features = features_of(covariates, [rows.columns[name] for name in covariates])
    exp, obs = _predicted(learner, features, units)
    known, sizes = _checked(units, _names(found, roles), contradictions, monotone=monotone)
    strata = len(found.tally.strata)
    means = [
        None if part is None else units.mean(part, strata).reshape(strata, 2, units.n_levels)
        for part in (exp, obs)
    ]
    distributions, moved = _consistent(means[0], means[1], sizes, monotone=monotone)
    by_unit = not roles.by
    counts = None if by_unit else found.tally.by_source()
    group = StratumGroup(np.arange(strata), distributions, counts)
    cross_fit = _cross_fit(units, exp, obs) if by_unit else None
    notes = (_note(learner, covariates, roles), *known, *moved, _INTERVALS[by_unit])
    return Learned(found, group, cross_fit, notes)


def _note(learner: Any, covariates: Sequence[str], roles: Roles) -> str:
    return (
        f"P({roles.outcome} | {roles.treatment}, …) is learned by {type(learner).__name__} from "
        f"{count(len(covariates), 'covariate')}, cross-fitted in {FOLDS} folds."
    )


def _cross_fit(units: _Units, exp: Floats | None, obs: Floats | None) -> CrossFit:
    cells = np.concatenate([part for part in (exp, obs) if part is not None], axis=1)
    source, arm, level = (
        part.astype(np.int8) for part in (units.rows.source, units.arm, units.level)
    )
    return CrossFit(cells, source, arm, level, units.n_levels, units.rows.weights)


def _arranged(
    rows: UnitRows, columns: Sequence[Codes], roles: Roles, order: dict[str, Any]
) -> tuple[Arranged, _Units]:
    """Count the units by stratum, and put arms and levels in order."""
    n_rows = len(rows.source)
    place, codes = strata_of(columns, n_rows)
    used, stratum = np.unique(place.values - place.low, return_inverse=True)
    codes = codes[used]
    keys = np.where(codes == MISSING, np.iinfo(np.int64).max, codes)
    ranked = np.lexsort(keys.T[::-1])
    stratum = np.argsort(ranked)[stratum]
    size = (len(used), 2, len(rows.arms.labels), len(rows.levels.labels))
    cell = ((stratum * 2 + rows.source) * size[2] + rows.arms.values) * size[3] + rows.levels.values
    sums = [
        np.bincount(cell, weights, minlength=int(np.prod(size))).reshape(size).astype(float)
        for weights in (rows.weights, None if rows.weights is None else rows.weights**2)
    ]
    tally = Tally(
        rows.arms.labels, rows.levels.labels, tuple(column.labels for column in columns),
        codes[ranked], sums[0], None if rows.weights is None else sums[1], n_rows, rows.left_out,
        roles.by,
    )  # fmt: skip
    found = arranged(tally, roles, **order)
    if len(found.arms) > 2:
        raise CounterfactualError(
            f"Expected two arms for a learner, got {len(found.arms)} in "
            f"{shorten(roles.treatment)}. Leave out the rows of the others."
        )
    arm = _places(rows.arms, found.arms)
    return found, _Units(rows, arm, _places(rows.levels, found.levels), stratum, len(found.levels))


def _places(column: Codes, labels: tuple[Any, ...]) -> NDArray[np.int64]:
    """Return the places of the rows' labels among labels that are in order."""
    place = {label: index for index, label in enumerate(labels)}
    known = [place.get(label, -1) for label in column.labels.values.tolist()]
    return np.array(known, dtype=np.int64)[column.values]


def _predicted(learner: Any, features: Floats, units: _Units) -> tuple[Floats | None, ...]:
    """Return P(y_x | z) and P(x, y | z) of each unit, shape (rows, 2 * levels), where known."""
    n, order = units.n_levels, _shuffled(units)
    source, arm, level = units.rows.source[order], units.arm[order], units.level[order]
    weights = None if units.rows.weights is None else units.rows.weights[order]
    back = np.argsort(order)

    def fitted(target: NDArray[np.int64], known: NDArray[np.bool_], n_classes: int) -> Floats:
        folds = np.arange(len(order)) % FOLDS
        return cross_fitted(learner, features[order], target, known, n_classes, folds, weights)

    exp = obs = None
    tried, seen = source == EXPERIMENT, source == OBSERVATIONS
    if tried.any():
        exp = np.concatenate([fitted(level, tried & (arm == x), n) for x in range(2)], axis=1)[back]
    if seen.any():
        obs = fitted(arm * n + level, seen, 2 * n)[back]
    return exp, obs


def _shuffled(units: _Units) -> NDArray[np.intp]:
    """Return the units in an order at random that hangs on what they are, not on where they are.

    So each unit is in the same fold however the rows of a frame are sorted; those that are alike in
    all stand for each other.
    """
    rows = units.rows
    keys: list[NDArray[Any]] = [column.values for column in rows.columns.values()]
    keys += [units.weights, rows.source, units.arm, units.level]
    order = np.lexsort(keys)
    return np.asarray(order[np.random.default_rng(0).permutation(len(order))])


def _names(found: Arranged, roles: Roles) -> Names:
    arms, levels = tuple(map(shown, found.arms)), tuple(map(shown, found.levels))
    return Names(str, arms, levels, roles.treatment, roles.outcome)


def _checked(
    units: _Units, names: Names, contradictions: Contradictions, *, monotone: bool
) -> tuple[tuple[str, ...], Counts]:
    """Test all units together, as no unit can be tested; return notes and the counts."""
    cell = (units.rows.source * 2 + units.arm) * units.n_levels + units.level
    sums = [
        np.bincount(cell, weights, minlength=4 * units.n_levels).reshape(2, 1, 2, units.n_levels)
        for weights in (units.weights, units.weights**2)
    ]
    there = [bool(part.any()) for part in sums[0]]
    (exp, obs), (exp_squares, obs_squares) = (
        [part[place] if there[place] else None for place in (EXPERIMENT, OBSERVATIONS)]
        for part in sums
    )
    counts = Counts(exp, obs, Counts(exp_squares, obs_squares))
    known, notes = reconciled(counts, names, contradictions)
    if monotone:
        _, more = put_in_order(known, counts, names, contradictions)
        notes += more
    return notes, counts


def _consistent(
    exp: Floats | None, obs: Floats | None, sizes: Counts, *, monotone: bool
) -> tuple[Distributions, tuple[str, ...]]:
    """Project predictions on what populations have; the larger sample moves less."""
    arm_sizes, seen = sizes.arm_sizes, sizes.observed_sizes
    if exp is None or arm_sizes is None:
        return Distributions(exp, obs), ()
    strata, fitted, observed = len(exp), exp, obs
    of_arms = np.broadcast_to(arm_sizes, (strata, 2))
    of_seen = None if seen is None else np.broadcast_to(seen, (strata,))
    if obs is not None and of_seen is not None:
        fitted, observed = consistent_fit(exp * of_arms[:, :, None], obs * of_seen[:, None, None])
    if monotone:
        fitted, observed = monotone_fit(fitted, observed, of_arms, of_seen)
    change = np.abs(fitted - exp).max(axis=(1, 2))
    if obs is not None and observed is not None:
        change = np.maximum(change, np.abs(observed - obs).max(axis=(1, 2)))
    moved = change[change > 1e-9]
    if not len(moved):
        return Distributions(fitted, observed), ()
    note = (
        f"Predictions of {len(moved):,} of {strata:,} strata are projected on what a population "
        f"can have (by {moved.mean():.2g} in the mean, {moved.max():.2g} at most)."
    )
    return Distributions(fitted, observed), (note,)
