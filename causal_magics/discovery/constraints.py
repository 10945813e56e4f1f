"""Background knowledge as masks over columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from causal_magics.discovery.layout import Booleans
from causal_magics.errors import DiscoveryError, closest, shorten
from causal_magics.graph.model import Knowledge


@dataclass(frozen=True, eq=False, slots=True)
class Constraints:
    """Which edges may be and which must be; ``[i, j]`` stands for ``i -> j``."""

    allowed: Booleans
    required: Booleans

    @classmethod
    def from_knowledge(cls, knowledge: Knowledge, columns: Sequence[str]) -> Constraints:
        """Translate knowledge on names.

        Raises
        ------
        DiscoveryError
            Where a name is no column.
        """
        index = {name: position for position, name in enumerate(columns)}
        for name in knowledge.names():
            if name not in index:
                raise DiscoveryError(_unknown_column(name, columns))
        allowed = ~np.eye(len(columns), dtype=bool)
        required = np.zeros((len(columns), len(columns)), dtype=bool)
        for cause, effect in knowledge.required:
            required[index[cause], index[effect]] = True
        for cause, effect in knowledge.forbidden:
            allowed[index[cause], index[effect]] = False
        level = np.full(len(columns), np.nan)
        for number, tier in enumerate(knowledge.tiers):
            level[[index[name] for name in tier]] = number
        allowed &= ~(level[:, None] > level[None, :])
        return cls(allowed, required)


def _unknown_column(name: str, columns: Sequence[str]) -> str:
    hint = closest(name, columns)
    if hint is not None:
        advice = f"Did you mean {shorten(hint)}?"
    else:
        shown = ", ".join(shorten(column) for column in columns[:6])
        more = f" and {len(columns) - 6} more" if len(columns) > 6 else ""
        advice = f"The columns are {shown}{more}."
    return f"Expected knowledge on columns of the data, got {shorten(name)}. {advice}"
