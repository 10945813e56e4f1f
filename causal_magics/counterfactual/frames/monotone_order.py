"""Whether data fit a treatment that lowers no unit's outcome, and how far they are projected."""

from __future__ import annotations

import numpy as np

from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.frames.consistency import RISK, Contradictions, Names
from causal_magics.counterfactual.frames.counts import Counts
from causal_magics.counterfactual.frames.monotone_fit import Disorder, disorder, monotone_fit
from causal_magics.errors import ContradictionError, CounterfactualError

__all__ = ["put_in_order"]


def put_in_order(
    known: Distributions, counts: Counts, names: Names, contradictions: Contradictions
) -> tuple[Distributions, tuple[str, ...]]:
    """Return distributions that no treatment contradicts which lowers no outcome, and notes.

    Parameters
    ----------
    known : Distributions
        Consistent.
    counts : Counts
        What they were estimated from.
    names : Names
    contradictions : {"refuse", "project"}
        What becomes of data that break the order beyond chance.

    Raises
    ------
    ContradictionError
        Where the order fails beyond chance.
    CounterfactualError
        Where observations are of more than two arms.
    """
    exp, obs = known.experimental, known.observational
    if obs is not None and obs.shape[1] > 2:
        raise CounterfactualError(
            "Expected observations of the two compared arms alone with monotone=True, got units "
            "of other arms. Leave these rows out, or leave out monotone."
        )
    if exp is None:
        return known, ()
    arm_sizes, obs_sizes = counts.arm_sizes, counts.observed_sizes
    assert arm_sizes is not None
    found = disorder(exp, obs, arm_sizes, obs_sizes, RISK)
    if found is None:
        return known, ()
    if found.is_beyond_chance and contradictions == "refuse":
        raise _refusal(found, names, len(exp))
    new_exp, new_obs = monotone_fit(exp, obs, arm_sizes, obs_sizes)
    changed = np.abs(new_exp - exp).max(axis=(1, 2)) > 1e-12
    where = f"{int(changed.sum()):,} of {len(exp):,} strata" if len(exp) > 1 else "the data"
    how = "beyond" if found.is_beyond_chance else "by no more than"
    moved = float(np.abs(new_exp - exp).max())
    note = (
        f"In {where}, {names.outcome} is lower treated than untreated, {how} chance: replaced by "
        f"distributions near by that monotone allows (no probability moves by more than "
        f"{moved:.2g})."
    )
    return Distributions(new_exp, new_obs), (note,)


def _refusal(found: Disorder, names: Names, n_strata: int) -> ContradictionError:
    level = f"{names.outcome}>={names.levels[found.level]}"
    if len(names.levels) == 2:
        level = f"{names.outcome}={names.levels[1]}"
    told = {
        "untreated": f"P({level} | do({names.treatment}={names.arms[0]}))",
        "observed": f"P({level})",
        "treated": f"P({level} | do({names.treatment}={names.arms[1]}))",
    }
    inequality = f"{told[found.lesser]} <= {told[found.greater]}"
    where = ""
    if found.stratum is None:
        where = " over all strata together"
    elif n_strata > 1:
        where = f" in stratum {names.stratum(found.stratum)}"
    return ContradictionError(
        f"Expected {inequality}, as monotone=True says that no unit does worse treated, but it "
        f"fails{where} by {found.excess:.4g}, which is beyond chance (z = {found.z:.1f}). Leave "
        "out monotone, or say levels= or treated= in the other order.",
        inequality,
        found.excess,
    )
