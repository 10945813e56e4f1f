"""Whether an experiment and observations can be of one population, and how far they are projected.

Samples of one population break P(x, y) <= P(y_x) by chance where the truth is near equality. Each
cell of each stratum is tested one-sidedly, and each cell over all strata, with Bonferroni's share
of the risk: by a z-test, and what it rejects by Fisher's exact test too, as the normal distribution
is too thin-tailed for small counts. What passes is replaced by the likeliest distributions that are
consistent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtri

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.frames.consistent_fit import consistent_fit
from causal_magics.counterfactual.frames.counts import Counts
from causal_magics.errors import ContradictionError

__all__ = ["Contradictions", "Names", "reconciled"]

Contradictions = Literal["refuse", "project"]
RISK = 0.05
"""How often data of one population are refused by chance, over all tests."""


@dataclass(frozen=True, slots=True)
class Names:
    """What strata, arms and levels are called in messages."""

    stratum: Callable[[int], str]
    arms: tuple[str, ...]
    levels: tuple[str, ...]
    treatment: str
    outcome: str

    def inequality(self, arm: int, level: int) -> str:
        """Return what every population fulfils, of a cell."""
        x, y = self.arms[arm], self.levels[level]
        return (
            f"P({self.treatment}={x}, {self.outcome}={y}) <= "
            f"P({self.outcome}={y} | do({self.treatment}={x}))"
        )


def reconciled(
    counts: Counts, names: Names, contradictions: Contradictions = "refuse"
) -> tuple[Distributions, tuple[str, ...]]:
    """Return consistent distributions out of counts, and notes on what was changed.

    Parameters
    ----------
    counts : Counts
        Each arm of the experiment has units in each stratum, and so have the observations.
    names : Names
    contradictions : {"refuse", "project"}
        What becomes of data that break consistency beyond chance.

    Raises
    ------
    ContradictionError
        With the inequality that fails most clearly, its stratum, its size and its z.
    """
    exp, obs = counts.experimental, counts.observational
    experiment = None if exp is None else exp / exp.sum(axis=2, keepdims=True)
    observed = None if obs is None else obs / obs.sum(axis=(1, 2), keepdims=True)
    if experiment is None or observed is None:
        return Distributions(experiment, observed), ()
    if not (observed > experiment).any():
        return Distributions(experiment, observed), ()
    arm_sizes, observed_sizes = counts.arm_sizes, counts.observed_sizes
    assert arm_sizes is not None
    assert observed_sizes is not None
    rejected = _rejected(experiment, observed, arm_sizes, observed_sizes)
    notes = []
    if rejected is not None:
        if contradictions == "refuse":
            raise _contradiction(rejected, experiment, observed, counts, names)
        text, _, _ = _told(rejected, experiment, observed, counts, names)
        notes.append(f"{text}, beyond chance (z = {rejected.z:.1f}).")
    broken = np.flatnonzero((observed > experiment).any(axis=(1, 2)))
    new_exp, new_obs = consistent_fit(
        experiment[broken] * arm_sizes[broken][:, :, None],
        observed[broken] * observed_sizes[broken][:, None, None],
    )
    moved = max(
        float(np.abs(new_exp - experiment[broken]).max()),
        float(np.abs(new_obs - observed[broken]).max()),
    )
    experiment[broken], observed[broken] = new_exp, new_obs
    if moved > 1e-9:
        where = f"{len(broken):,} of {len(observed):,} strata" if len(observed) > 1 else "the data"
        how = "beyond" if rejected is not None else "by no more than"
        notes.append(
            f"In {where}, P(x, y) <= P(y_x) fails, {how} chance: replaced by the likeliest "
            f"distributions that fulfil it (no probability moves by more than {moved:.2g})."
        )
    return Distributions(experiment, observed), tuple(notes)


@dataclass(frozen=True, slots=True)
class _Rejected:
    """A cell in which consistency fails beyond chance; of all strata together where it is None."""

    stratum: int | None
    arm: int
    level: int
    z: float
    n_cells: int


def _rejected(exp: Floats, obs: Floats, arm_sizes: Floats, obs_sizes: Floats) -> _Rejected | None:
    """Return the cell that fails most clearly beyond chance; None where none does."""
    n_exp, n_obs = arm_sizes[:, :, None], obs_sizes[:, None, None]
    common = (exp * n_exp + obs * n_obs) / (n_exp + n_obs)
    variance = common * (1 - common) * (1 / n_exp + 1 / n_obs)
    risk = RISK / (exp.size + exp[0].size)
    critical = float(-ndtri(risk))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(obs > exp, (obs - exp) / np.sqrt(variance), 0.0)
    cells = np.argwhere(z > critical)
    kept = [
        (stratum, arm, level)
        for stratum, arm, level in cells.tolist()
        if _exact(
            exp[stratum, arm, level], obs[stratum, arm, level],
            arm_sizes[stratum, arm], obs_sizes[stratum],
        ) <= risk
    ]  # fmt: skip
    if kept:
        stratum, arm, level = max(kept, key=lambda cell: float(z[cell]))
        return _Rejected(stratum, arm, level, float(z[stratum, arm, level]), len(kept))
    if len(exp) == 1:
        return None
    weight = obs_sizes / obs_sizes.sum()
    gap = np.einsum("z,zxy->xy", weight, obs - exp)
    error = np.sqrt(np.einsum("z,zxy->xy", weight**2, variance))
    with np.errstate(divide="ignore", invalid="ignore"):
        overall = np.where(gap > 0, gap / error, 0.0)
    arm, level = map(int, np.unravel_index(int(overall.argmax()), overall.shape))
    if overall[arm, level] <= critical:
        return None
    return _Rejected(None, arm, level, float(overall[arm, level]), 1)


def _exact(exp: float, obs: float, n_exp: float, n_obs: float) -> float:
    """Return the p-value of Fisher's test that a share is no larger among the observed."""
    from scipy.stats import hypergeom

    sizes = round(n_exp), round(n_obs)
    seen, others = round(obs * n_obs), round(exp * n_exp)
    return float(hypergeom.sf(seen - 1, sum(sizes), seen + others, sizes[1]))


def _told(
    found: _Rejected, exp: Floats, obs: Floats, counts: Counts, names: Names
) -> tuple[str, str, float]:
    """Return what fails and where as text, the inequality, and by how much."""
    inequality = names.inequality(found.arm, found.level)
    if found.stratum is None:
        sizes = counts.observed_sizes
        assert sizes is not None
        weight = sizes / sizes.sum()
        seen = float(weight @ obs[:, found.arm, found.level])
        done = float(weight @ exp[:, found.arm, found.level])
        where = " over all strata together"
    else:
        cell = found.stratum, found.arm, found.level
        seen, done = float(obs[cell]), float(exp[cell])
        where = f" in stratum {names.stratum(found.stratum)}" if len(exp) > 1 else ""
    text = f"{inequality} fails{where}: {seen:.4g} > {done:.4g}, by {seen - done:.4g}"
    return text, inequality, seen - done


def _contradiction(
    found: _Rejected, exp: Floats, obs: Floats, counts: Counts, names: Names
) -> ContradictionError:
    text, inequality, excess = _told(found, exp, obs, counts, names)
    others = f" ({found.n_cells - 1:,} more cells fail so)" if found.n_cells > 1 else ""
    return ContradictionError(
        f"Expected an experiment and observations of one population, but {text}, which is beyond "
        f"chance (z = {found.z:.1f}){others}. Check that both are of the same people and "
        "definitions; use one of them alone, or contradictions='project' to bound what is closest "
        "to both.",
        inequality,
        excess,
    )
