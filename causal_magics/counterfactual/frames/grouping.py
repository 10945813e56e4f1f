"""Strata in groups by what is known of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.frames.consistency import Contradictions, Names, reconciled
from causal_magics.counterfactual.frames.counts import Counts
from causal_magics.counterfactual.frames.monotone_order import put_in_order
from causal_magics.counterfactual.frames.sources import EXPERIMENT, OBSERVATIONS
from causal_magics.counterfactual.frames.strata_last import take_strata
from causal_magics.counterfactual.frames.stratum_groups import StratumGroup

__all__ = ["grouped"]

Places = NDArray[np.intp]
_COMPARED = slice(0, 2)
_APART = 0.05
"""Difference of shares beyond chance that is worth a note."""


@dataclass(frozen=True, eq=False, slots=True)
class _Known:
    """Which sources each stratum has."""

    both: NDArray[np.bool_]
    experiment: NDArray[np.bool_]
    observations: NDArray[np.bool_]
    one_arm: NDArray[np.bool_]

    @classmethod
    def of(cls, sums: Floats) -> _Known:
        arms = sums[:, EXPERIMENT].sum(axis=2)[:, _COMPARED] > 0
        seen = sums[:, OBSERVATIONS].any(axis=(1, 2))
        whole = arms.all(axis=1)
        return cls(whole & seen, whole & ~seen, ~whole & seen, ~whole & ~seen)


def grouped(
    sums: Floats,
    squares: Floats | None,
    names: Names,
    contradictions: Contradictions,
    *,
    monotone: bool = False,
) -> tuple[tuple[StratumGroup, ...], tuple[str, ...]]:
    """Return the strata in groups that know the same sources, and notes.

    Parameters
    ----------
    sums, squares : ndarray of shape (strata, 2, arms, levels)
        Counts by source, the untreated arm first and the treated one second; each stratum has
        some.
    names : Names
    contradictions : {"refuse", "project"}
    monotone : bool

    Raises
    ------
    ContradictionError
        As `reconciled` and `put_in_order` do.

    Notes
    -----
    Arms that are not compared are one arm in what is bounded: the outcome of those who took another
    arm says nothing of the two that are compared, only how many they are does.
    """
    known = _Known.of(sums)
    notes, groups = list(_notes(sums, known)), []
    for members, which in (
        (known.both, (True, True)), (known.experiment, (True, False)),
        (known.observations | known.one_arm, (False, True)),
    ):  # fmt: skip
        strata = np.flatnonzero(members)
        if not len(strata):
            continue
        counts = _counts(sums, squares, strata, *which)
        inner = Names(_within(names.stratum, strata), names.arms, names.levels, names.treatment,
                      names.outcome)  # fmt: skip
        distributions, found = reconciled(counts, inner, contradictions)
        notes += found
        if monotone:
            distributions, found = put_in_order(distributions, counts, inner, contradictions)
            notes += found
        groups.append(StratumGroup(strata, distributions, counts))
    return tuple(groups), tuple(notes)


def _within(label: Callable[[int], str], strata: Places) -> Callable[[int], str]:
    return lambda place: label(int(strata[place]))


def _counts(
    sums: Floats, squares: Floats | None, strata: Places, has_exp: bool, has_obs: bool
) -> Counts:
    """Return the counts of the sources that are used, arms that are not compared as one."""
    whole = len(strata) == len(sums)

    def of(every: Floats) -> Counts:
        return _sources(every if whole else take_strata(every, strata), has_exp, has_obs)

    rest = None if squares is None else of(squares)
    found = of(sums)
    return Counts(found.experimental, found.observational, rest)


def _sources(sums: Floats, has_exp: bool, has_obs: bool) -> Counts:
    exp, obs = sums[:, EXPERIMENT], sums[:, OBSERVATIONS]
    if not has_obs:
        return Counts(exp[:, _COMPARED], None)
    if not has_exp:
        # Units of an experiment that has one arm only are as if they had all chosen it.
        alone = ~np.asarray(obs.any(axis=(1, 2)))
        obs = np.where(alone[:, None, None], exp, obs) if alone.any() else obs
        return Counts(None, _others_as_one(obs))
    obs = _others_as_one(obs)
    if obs.shape[1] > 2:
        # What the experiment says of other arms bounds nothing; it must not contradict, though.
        exp = np.concatenate([exp[:, _COMPARED], obs[:, 2:]], axis=1)
        none = ~np.asarray(exp[:, 2].any(axis=1))
        exp[none, 2] = 1.0
    return Counts(exp, obs)


def _others_as_one(obs: Floats) -> Floats:
    if obs.shape[1] <= 2 or not obs[:, 2:].any():
        return obs[:, _COMPARED]
    return np.concatenate([obs[:, _COMPARED], obs[:, 2:].sum(axis=1, keepdims=True)], axis=1)


def _notes(sums: Floats, known: _Known) -> list[str]:
    has_exp, has_obs = (bool(sums[:, source].any()) for source in (EXPERIMENT, OBSERVATIONS))
    notes = []
    if has_exp and has_obs:
        for members, lacking in (
            (known.experiment, "observations"), (known.observations, "an experiment of both arms"),
        ):  # fmt: skip
            if members.any():
                notes.append(
                    f"{_strata(members)} without {lacking}: bounded by what there is, which is "
                    "wider."
                )
        notes += _mix_notes(sums)
    if known.one_arm.any():
        notes.append(
            f"{_strata(known.one_arm)} without units in one of the arms: nothing is known of the "
            "outcome there, and the bounds are as wide as that."
        )
    return notes


def _mix_notes(sums: Floats) -> list[str]:
    """Say where the two sources have the strata in other shares, beyond chance."""
    units = sums.sum(axis=(2, 3))
    totals = units.sum(axis=0)
    shares = units / totals
    apart = float(np.abs(shares[:, EXPERIMENT] - shares[:, OBSERVATIONS]).sum()) / 2
    together = units.sum(axis=1) / totals.sum()
    by_chance = float(np.sqrt(2 / np.pi * together * (1 / totals).sum()).sum()) / 2
    if apart < 2 * by_chance + _APART:
        return []
    note = (
        f"The experiment and the observations differ in how common the strata are (by {apart:.0%} "
        "of units); shares of strata are those of both together."
    )
    return [note]


def _strata(members: NDArray[np.bool_]) -> str:
    number = int(members.sum())
    return "1 stratum is" if number == 1 else f"{number:,} strata are"
