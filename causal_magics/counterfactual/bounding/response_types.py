"""Response types: what a unit would do under every arm, and the linear program over their shares.

The canonical partition of Balke & Pearl (1994), "Counterfactual probabilities: computational
methods, bounds and applications": a unit is its outcome under each arm, together with the arm that
it took. Experiments and observations are linear in the shares of the types, and so is any payoff.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.linear_programs import LinearProgram
from causal_magics.counterfactual.bounding.transport import Sources
from causal_magics.errors import CounterfactualError

__all__ = ["MOST_COLUMNS", "program_of_types", "response_types"]

MOST_COLUMNS = 30_000
"""Up to how many shares a program has that is still solved: 6 arms of 4 levels are 24,576."""


def response_types(n_arms: int, n_levels: int, *, monotone: bool = False) -> NDArray[np.intp]:
    """Return the outcome of each response type under each arm.

    Parameters
    ----------
    n_arms, n_levels : int
    monotone : bool
        Whether no unit has a lower level under an arm than under one before it.

    Returns
    -------
    ndarray of shape (types, arms)
        In the order of the digits of numbers.
    """
    types = np.indices((n_levels,) * n_arms).reshape(n_arms, -1).T
    return types[(np.diff(types, axis=1) >= 0).all(axis=1)] if monotone else types


def program_of_types(worth: Floats, sources: Sources, *, monotone: bool = False) -> LinearProgram:
    """Return the linear program whose least value is that of a payoff of all arms.

    Parameters
    ----------
    worth : ndarray of shape (levels,) * arms
        The worth of a unit by its outcome under each arm.
    sources : {"experiment", "observations", "both"}
        What is known; the data are the cells in this order.
    monotone : bool
        Whether no unit has a lower level under an arm than under one before it.

    Raises
    ------
    CounterfactualError
        Where the shares are more than `MOST_COLUMNS`.

    Notes
    -----
    With q[x, r] the share of those who took arm x and are of type r: sum of q[x, r] over the r with
    r(x) = y is P(x, y), and that of q[x', r] over all x' and the r with r(x) = y is P(Y_x = y).
    """
    n_arms, n_levels = worth.ndim, worth.shape[0]
    taken = 1 if sources == "experiment" else n_arms
    if taken * n_levels**n_arms > MOST_COLUMNS:
        raise CounterfactualError(
            f"Expected at most {MOST_COLUMNS:,} response types times arms, got "
            f"{taken * n_levels**n_arms:,} for {n_arms} arms of {n_levels} levels. Merge levels, "
            "or leave out arms."
        )
    types = response_types(n_arms, n_levels, monotone=monotone)
    # has[x, y, r]: whether type r has outcome y under arm x.
    has = types.T[:, None, :] == np.arange(n_levels)[None, :, None]
    blocks = []
    if sources != "observations":
        blocks.append(np.tile(has.reshape(n_arms * n_levels, -1), taken))
    if sources != "experiment":
        seen = np.eye(n_arms, dtype=bool)[:, None, :, None] & has[:, :, None, :]
        blocks.append(seen.reshape(n_arms * n_levels, -1))
    matrix = np.concatenate(blocks).astype(float)
    costs = np.tile(worth[tuple(types.T)], taken).astype(float)
    return LinearProgram(costs, matrix, np.eye(len(matrix)))
