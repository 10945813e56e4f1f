"""What a notebook keeps of an editor for those who see it without one: a picture, and text."""

from __future__ import annotations

from causal_magics.widgets.conversion import to_graph
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.overlay import comparison_of
from causal_magics.widgets.session import State


def pictures(state: State, title: str, evidence: Evidence) -> dict[str, str]:
    """Return the drawing as it is seen, and the notation of the value.

    Parameters
    ----------
    state : State
    title : str
    evidence : Evidence
        Its reference is what the drawing is compared with.
    """
    from causal_magics.graph.drawing import to_svg

    drawn, named = to_graph(state.document), title or None
    found = comparison_of(drawn, evidence)
    svg = to_svg(drawn, title=named) if found is None else found.to_svg(title=named)
    return {"svg": svg, "text": str(state.graph)}
