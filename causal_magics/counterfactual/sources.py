"""Which rows are of the experiment and which are observations."""

from __future__ import annotations

from typing import Any

import numpy as np

from causal_magics.counterfactual.column_codes import Codes, Labels, code_column
from causal_magics.data.wording import enumerate_items
from causal_magics.errors import CounterfactualError, shorten

__all__ = ["EXPERIMENT", "OBSERVATIONS", "source_codes"]

EXPERIMENT, OBSERVATIONS = 0, 1
"""Places of the sources in a tally."""

_WORDS = {
    EXPERIMENT: ("experiment", "experimental", "exp", "rct", "trial", "randomised", "randomized"),
    OBSERVATIONS: (
        "observation", "observations", "observational", "obs", "observed", "survey", "registry",
    ),
}  # fmt: skip


def source_codes(name: str, column: Any) -> Codes:
    """Return the source of each row: `EXPERIMENT`, `OBSERVATIONS`, or a gap.

    Parameters
    ----------
    name : str
    column : narwhals series or ndarray
        Words such as ``experiment``, ``rct`` and ``observed``; or truth values or 0 and 1, where
        true is the experiment.

    Raises
    ------
    CounterfactualError
        Where a label says neither.
    """
    coded = code_column(name, column).compact()
    sources = [_source_of(coded.labels, index) for index in range(len(coded.labels))]
    unknown = [
        shorten(str(label))
        for label, source in zip(coded.labels.values.tolist(), sources, strict=True)
        if source is None
    ]
    if unknown:
        raise CounterfactualError(
            f"Expected 'experiment' or 'observation' (or truth values, true for the experiment) in "
            f"{shorten(name)}, got {enumerate_items(unknown)}. Rename them, or give two frames: "
            "bounds(experiment, …, observations=observations)."
        )
    places = np.array([*(source or 0 for source in sources), -1], dtype=np.int64)
    return Codes(places[coded.values], 0, Labels("number", np.arange(2)), coded.has_gaps)


def _source_of(labels: Labels, index: int) -> int | None:
    label = labels.values[index]
    if labels.kind == "truth" or (labels.kind == "number" and label in (0, 1)):
        return EXPERIMENT if label else OBSERVATIONS
    word = str(label).strip().casefold()
    return next((source for source, words in _WORDS.items() if word in words), None)
