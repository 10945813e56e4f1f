"""What data and graph say together of the probability of necessity and sufficiency."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any

from causal_magics.errors import CausalMagicsError
from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.document import JsonObject

if TYPE_CHECKING:
    from causal_magics.counterfactual.bounding.bounds import Bounds
    from causal_magics.counterfactual.graphs.discrete_table import DiscreteData
    from causal_magics.counterfactual.graphs.narrowing import Narrowing

LEAST_GAIN = 5e-3
"""Gains from which a step is told: what is seen of bounds of two digits."""
COUNTED_KEPT = 100
"""Sets of columns of which it is remembered that they were counted."""


class NarrowedBounds:
    """The PNS of exposure and outcome, from one data set and any graph.

    Parameters
    ----------
    frame
        A data frame that was read before.
    """

    def __init__(self, frame: Any) -> None:
        self._frame = frame
        self._data: DiscreteData | None = None
        self._counted: deque[frozenset[str]] = deque(maxlen=COUNTED_KEPT)
        self._lock = Lock()

    def is_at_hand(self, graph: CausalGraph) -> bool:
        """Whether a graph is answered without a pass over the data."""
        wanted = _columns(graph)
        return wanted is None or any(wanted <= each for each in tuple(self._counted))

    def take(self, graph: CausalGraph) -> None:
        """Pass over the data, so that a graph is answered without it from then on."""
        if _columns(graph) is not None:
            with suppress(CausalMagicsError):  # told where the answer is put together
                self.of(graph)

    def of(self, graph: CausalGraph) -> Narrowing:
        """Return the bounds, and what each part of the graph gains.

        Raises
        ------
        CausalMagicsError
            Where there are none.
        """
        from causal_magics.counterfactual.graphs.discrete_table import DiscreteData
        from causal_magics.counterfactual.graphs.narrowing import narrow

        with self._lock:
            if self._data is None:
                self._data = DiscreteData(self._frame)
            wanted = _columns(graph)
            if wanted is not None and wanted not in self._counted:
                self._counted.append(wanted)
            return narrow(graph, self._data)

    def told(self, graph: CausalGraph) -> JsonObject | None:
        """Return the bounds as JSON, or why there are none; None where nothing is asked."""
        if not graph.exposures or not graph.outcomes:
            return None
        from causal_magics.counterfactual.graphs.narrowing_report import summary

        try:
            found = self.of(graph)
        except CausalMagicsError as error:
            return {"problem": str(error)}
        return {
            "start": _ends(found.start),
            "now": _ends(found.bounds),
            "sharp": found.bounds.kind == "sharp",
            "steps": [
                {"words": step.words, "gain": round(step.gain, 6), "reason": step.reason}
                for step in found.steps
                if step.gain >= LEAST_GAIN
            ],
            "notes": list(found.notes),
            "summary": summary(found),
            "problem": None,
        }


def _columns(graph: CausalGraph) -> frozenset[str] | None:
    """Return the columns that are counted for a graph; None where it asks nothing."""
    from causal_magics.counterfactual.graphs.narrowing_question import relevant_nodes

    ends: Sequence[str] = (*graph.exposures, *graph.outcomes)
    if not graph.exposures or not graph.outcomes or len(ends) > 2:
        return None
    return frozenset(relevant_nodes(graph, ends[0], ends[1])) - set(graph.latents)


def _ends(bounds: Bounds) -> list[float]:
    return [round(float(bounds.lower), 6), round(float(bounds.upper), 6)]
