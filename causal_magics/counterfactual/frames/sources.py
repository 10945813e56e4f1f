"""Which rows are of the experiment and which are observations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.frames.column_codes import Labels
from causal_magics.data.wording import enumerate_items
from causal_magics.errors import CounterfactualError, shorten

__all__ = ["BOTH", "EXPERIMENT", "OBSERVATIONS", "named_in_errors", "source_places"]

EXPERIMENT, OBSERVATIONS = 0, 1
"""Places of the sources in a tally."""
BOTH = np.array([EXPERIMENT, OBSERVATIONS])

_WORDS = {
    EXPERIMENT: ("experiment", "experimental", "exp", "rct", "trial", "randomised", "randomized"),
    OBSERVATIONS: (
        "observation", "observations", "observational", "obs", "observed", "survey", "registry",
    ),
}  # fmt: skip


@contextmanager
def named_in_errors(source: str) -> Iterator[None]:
    """Say in errors of what is done here which of two frames they are of."""
    try:
        yield
    except CounterfactualError as error:
        raise CounterfactualError(f"In the {source}: {error}") from None


def source_places(name: str, labels: Labels) -> NDArray[np.int64]:
    """Return which source each label of a column stands for.

    Parameters
    ----------
    name : str
    labels : Labels
        Words such as ``experiment``, ``rct`` and ``observed``; or truth values or 0 and 1, where
        true is the experiment.

    Returns
    -------
    ndarray of shape (labels,)
        `EXPERIMENT` or `OBSERVATIONS` for each.

    Raises
    ------
    CounterfactualError
        Where a label says neither.
    """
    sources = [_source_of(labels, index) for index in range(len(labels))]
    unknown = [
        shorten(str(label))
        for label, source in zip(labels.values.tolist(), sources, strict=True)
        if source is None
    ]
    if unknown:
        raise CounterfactualError(
            f"Expected 'experiment' or 'observation' (or truth values, true for the experiment) in "
            f"{shorten(name)}, got {enumerate_items(unknown)}. Rename them, or give two frames: "
            "bounds(experiment, …, observations=observations)."
        )
    return np.array([source for source in sources if source is not None], dtype=np.int64)


def _source_of(labels: Labels, index: int) -> int | None:
    label = labels.values[index]
    if labels.kind == "truth" or (labels.kind == "number" and label in (0, 1)):
        return EXPERIMENT if label else OBSERVATIONS
    word = str(label).strip().casefold()
    return next((source for source, words in _WORDS.items() if word in words), None)
