"""Tables with the labels of strata beside what is said of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.frames import new_frame

__all__ = ["strata_frame"]


def strata_frame(
    strata: Mapping[str, NDArray[Any]], rows: NDArray[np.intp], columns: Mapping[str, Any]
) -> Any:
    """Return a data frame of rows that are about strata.

    Parameters
    ----------
    strata : mapping of str to ndarray of shape (strata,)
        Labels, by column.
    rows : ndarray of int, shape (rows,)
        Which stratum each row is about.
    columns : mapping of str to array_like of shape (rows,)
        What is said. A name that labels have already gets an underscore at its end.
    """
    found = {name: np.asarray(labels)[rows] for name, labels in strata.items()}
    for name, column in columns.items():
        free = name
        while free in found:
            free += "_"
        found[free] = column
    return new_frame(found)
