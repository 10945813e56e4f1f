"""The response types that a stratum may have, as the vertices of transport polytopes.

What units would do untreated and treated is a coupling of two known margins within each group of
units (see `transport`). The vertices of its polytope do not depend on the payoff, so that one
matrix product bounds the benefit for any number of payoffs: that is what maps and flips are made
of. The vertices of a transport polytope are the flows along spanning trees that are nowhere below
0 (Dantzig 1951, "Application of the simplex method to a transportation problem").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.bounding.transport import MOST_LEVELS, spanning_trees

__all__ = ["Couplings", "Groups", "couplings_of", "is_transport"]

Groups = tuple[Floats, ...]
"""The groups of one stratum: shares of response types, shape (vertices, levels * levels)."""
TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False, slots=True)
class Couplings:
    """The couplings that each stratum may have.

    Attributes
    ----------
    groups : tuple of Groups
        For each stratum its groups of units: any choice of one vertex in each group is a vertex of
        the whole.
    """

    groups: tuple[Groups, ...]

    def evaluate(self, payoffs: Floats) -> tuple[Floats, Floats]:
        """Return the bounds on the benefit of each stratum for many payoffs.

        Parameters
        ----------
        payoffs : ndarray of shape (payoffs, levels * levels)

        Returns
        -------
        lower, upper : ndarray of shape (strata, payoffs)
        """
        worth = np.ascontiguousarray(payoffs.T)
        lower = np.zeros((len(self.groups), len(payoffs)))
        upper = np.zeros_like(lower)
        for stratum, groups in enumerate(self.groups):
            for vertices in groups:
                benefit = vertices @ worth
                lower[stratum] += benefit.min(axis=0)
                upper[stratum] += benefit.max(axis=0)
        return lower, upper


def is_transport(distributions: Distributions, *, monotone: bool = False) -> bool:
    """Tell whether response types are couplings of known margins, of few levels.

    They are not where there are three arms or more that are monotone, or of which there are both an
    experiment and observations.
    """
    _, arms, levels = distributions.shape
    both = distributions.experimental is not None and distributions.observational is not None
    return levels <= MOST_LEVELS and (arms == 2 or not (monotone or both))


def couplings_of(
    distributions: Distributions, *, contrast: tuple[int, int] = (0, 1), monotone: bool = False
) -> Couplings | None:
    """Return the couplings of each stratum.

    Parameters
    ----------
    distributions : Distributions
        Consistent ones.
    contrast : (int, int)
        The arms that are compared, the untreated first.
    monotone : bool
        Whether no unit has a lower level treated than untreated.

    Returns
    -------
    Couplings or None
        None where they are no transport, or the data contradict monotonicity.
    """
    if not is_transport(distributions, monotone=monotone):
        return None
    strata, _, levels = distributions.shape
    exp, obs = distributions.experimental, distributions.observational
    allowed = ~np.tri(levels, k=-1, dtype=bool) if monotone else np.ones((levels, levels), bool)
    if exp is None:
        assert obs is not None
        return Couplings(tuple(_free(obs[z], contrast, allowed) for z in range(strata)))
    untreated, treated = (exp[:, arm] for arm in contrast)
    if obs is None:
        margins = [np.concatenate([untreated, treated], axis=1)]
    else:
        left, took = (obs[:, arm] for arm in contrast)
        margins = [
            np.concatenate([untreated - left, took], axis=1),
            np.concatenate([left, treated - took], axis=1),
        ]
    trees = spanning_trees(levels, monotone)
    groups = tuple(tuple(_flows(each[z], trees) for each in margins) for z in range(strata))
    return Couplings(groups) if all(len(v) for g in groups for v in g) else None


def _flows(margins: Floats, trees: Floats) -> Floats:
    """Return the flows along trees that are nowhere below 0, each once."""
    vectors, cells = trees.shape[1:]
    flows = (margins @ trees.transpose(1, 0, 2).reshape(vectors, -1)).reshape(-1, cells)
    feasible = flows[(flows >= -TOLERANCE).all(axis=1)]
    once = np.unique(np.round(feasible, 12), axis=0, return_index=True)[1]
    return np.maximum(feasible[once], 0.0)


def _free(observed: Floats, contrast: tuple[int, int], allowed: np.ndarray) -> Groups:
    """Return a group for each outcome that was observed: the other outcome is free."""
    levels = observed.shape[1]
    one = np.eye(levels * levels).reshape(levels, levels, -1)
    groups = [observed[contrast[0], i] * one[i, allowed[i]] for i in range(levels)]
    groups += [observed[contrast[1], k] * one[allowed[:, k], k] for k in range(levels)]
    others = observed.sum() - observed[list(contrast)].sum()
    if observed.shape[0] > 2:
        groups.append(others * one[allowed])
    return tuple(groups)
