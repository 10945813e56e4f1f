"""What a batch of structural causal models is to those who act in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["NOTHING", "Booleans", "Floats", "Integers", "StructuralModels", "ancestors"]

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

NOTHING = -1
"""The target of an action that sets nothing."""


class StructuralModels(Protocol):
    """Models over the same variables, each of which makes one row at a step."""

    @property
    def n_models(self) -> int:
        """How many models there are."""
        ...

    @property
    def n_variables(self) -> int:
        """How many variables each has."""
        ...

    @property
    def parents(self) -> Booleans:
        """Of shape (models, variables, variables); ``parents[b, i, j]`` where i → j."""
        ...

    @property
    def is_linear(self) -> bool:
        """Whether noise of mean zero leaves expected outcomes as they are without it."""
        ...

    def noise(self, rng: Any) -> Any:
        """Draw the noise of one row of each model, in whatever form `respond` takes."""
        ...

    def respond(self, noise: Any, targets: Any, settings: Any) -> Any:
        """Return the row of each model, given its noise and what is set.

        Parameters
        ----------
        noise
            Of `noise`; the same noise makes rows that differ by the action alone.
        targets : int array, shape (models,)
            The variable that is set in each, -1 where none is.
        settings : float array, shape (models,)
            What it is set to.

        Returns
        -------
        float array, shape (models, variables)
        """
        ...

    def step(self, targets: Any, settings: Any, rng: Any) -> Any:
        """Return one new row of each model: `respond` to fresh noise."""
        ...

    def take(self, which: Sequence[int] | Integers) -> StructuralModels:
        """Return some of the models, in that order; the same one may come again."""
        ...


def ancestors(parents: Booleans) -> Booleans:
    """Return who is an ancestor of whom.

    Parameters
    ----------
    parents : bool array, shape (models, variables, variables)
        ``parents[b, i, j]`` where i → j, without cycles.

    Returns
    -------
    bool array of the same shape
        True at ``[b, i, j]`` where a directed path leads from i to j.
    """
    reached = parents.copy()
    for middle in range(parents.shape[-1]):
        reached |= reached[:, :, middle, None] & reached[:, None, middle, :]
    return reached
