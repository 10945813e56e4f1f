"""What a notebook keeps of an editor for those who see it without one: a picture, and text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causal_magics.graph.drawing import to_svg
from causal_magics.widgets.conversion import to_graph
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.experiments_picture import experiments_svg
from causal_magics.widgets.overlay import comparison_of
from causal_magics.widgets.session import State

if TYPE_CHECKING:
    from causal_magics.passive.acting.experiments import Experiments


def pictures(
    state: State, title: str, evidence: Evidence, experiments: Experiments | None = None
) -> dict[str, str]:
    """Return the drawing as it is seen, and the notation of the value.

    Parameters
    ----------
    state : State
    title : str
    evidence : Evidence
        Its reference is what the drawing is compared with.
    experiments : Experiments, optional
        On this state, whose last step is drawn.
    """
    drawn, named = to_graph(state.document), title or None
    if experiments is not None:
        return {"svg": experiments_svg(experiments, drawn), "text": str(state.graph)}
    found = comparison_of(drawn, evidence)
    svg = to_svg(drawn, title=named) if found is None else found.to_svg(title=named)
    return {"svg": svg, "text": str(state.graph)}
