"""The labels of one column in two parts of a table, joined."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.frames.column_codes import Labels
from causal_magics.errors import CounterfactualError

__all__ = ["united"]

Places = tuple[NDArray[np.int64], NDArray[np.int64]]


def united(what: str, mine: Labels, theirs: Labels) -> tuple[Labels, Places]:
    """Return all labels in order, and the places in them of those of both parts.

    Parameters
    ----------
    what : str
        What the labels are of, for messages.

    Raises
    ------
    CounterfactualError
        Where one part has numbers and the other texts.
    """
    if not len(mine) or not len(theirs):
        labels = mine if len(mine) else theirs
        here = np.arange(len(labels))
        return labels, (here[: len(mine)], here[: len(theirs)])
    mixed = mine.mixed or theirs.mixed
    numbers = {"number", "truth"}
    if (mine.kind in numbers) != (theirs.kind in numbers):
        number, text = (mine, theirs) if mine.kind in numbers else (theirs, mine)
        raise CounterfactualError(
            f"Expected numbers or labels throughout {what}, got {number.values[0]} in one part and "
            f"{text.values[0]!r} in another. Name its levels alike in both."
        )
    if mine.kind in numbers:
        kind = mine.kind if mine.kind == theirs.kind else "number"
        values, places = np.unique(
            np.concatenate([mine.values, theirs.values]), return_inverse=True
        )
        return Labels(kind, values, mixed), (places[: len(mine)], places[len(mine) :])
    first, second = mine.values.tolist(), theirs.values.tolist()
    known = set(first)
    joined = [*first, *(label for label in second if label not in known)]
    ordered = "ordered" in (mine.kind, theirs.kind)
    if not ordered:
        joined.sort()
    place = {label: index for index, label in enumerate(joined)}
    texts = np.empty(len(joined), dtype=object)
    texts[:] = joined
    found = tuple(np.array([place[label] for label in part]) for part in (first, second))
    return Labels("ordered" if ordered else "text", texts, mixed), (found[0], found[1])
