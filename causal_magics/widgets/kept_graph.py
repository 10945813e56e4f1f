"""What a notebook keeps of an editor for those who see it without one: a picture, and text."""

from __future__ import annotations

from causal_magics.graph.drawing import to_svg
from causal_magics.widgets.conversion import to_graph
from causal_magics.widgets.document import JsonObject
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.experimenter import Experimenter
from causal_magics.widgets.experiments_picture import experiments_svg
from causal_magics.widgets.overlay import compared, comparison_of
from causal_magics.widgets.session import State


def pictures(
    state: State, title: str, evidence: Evidence, experimenter: Experimenter | None = None
) -> dict[str, str]:
    """Return the drawing as it is seen, and the notation of the value.

    Parameters
    ----------
    state : State
    title : str
    evidence : Evidence
        Its reference is what the drawing is compared with.
    experimenter : Experimenter, optional
        The last step of its experiments on this state is drawn.
    """
    drawn, named = to_graph(state.document), title or None
    experiments = None if experimenter is None else experimenter.current(state)
    if experiments is not None:
        return {"svg": experiments_svg(experiments, drawn), "text": str(state.graph)}
    found = comparison_of(drawn, evidence)
    svg = to_svg(drawn, title=named) if found is None else found.to_svg(title=named)
    return {"svg": svg, "text": str(state.graph)}


def experimented(state: State, experimenter: Experimenter | None) -> JsonObject:
    """Return what is kept of the experiments, where there are any."""
    return {} if experimenter is None else {"experiments": experimenter.known(state)}


def kept_json(
    state: State, name: str | None, evidence: Evidence, experimenter: Experimenter | None
) -> JsonObject:
    """Return the stored graph, without the random id that the widget view beside it has."""
    return {
        "version": 1,
        "document": state.document.to_json(state.revision),
        "name": name,
        "model_id": None,
        "comparison": compared(state, evidence),
        **experimented(state, experimenter),
    }
