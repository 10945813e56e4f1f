"""The last step of experiments as a picture, for notebooks that are read without a kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causal_magics.graph.canvas import canvas_positions, notation_positions
from causal_magics.graph.drawing import to_svg
from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.experiments_view import signed

if TYPE_CHECKING:
    from causal_magics.passive.acting.experiments import Experiments


def experiments_svg(experiments: Experiments, drawn: CausalGraph) -> str:
    """Draw what is believed in the end, with what was set in the last step and what came of it.

    Parameters
    ----------
    experiments : Experiments
    drawn : CausalGraph
        The graph that they were made on, at the places that are seen.

    Returns
    -------
    str
        One ``<svg>`` element. Edges that are believed and not drawn, or drawn and not believed,
        are marked; of a policy that tells no beliefs, the drawn ones stand.
    """
    last = experiments.steps[-1]
    notes = {name: _note(experiments, name) for name in experiments.graph.nodes}
    title = experiments.conclusion
    if not last.beliefs:
        return to_svg(drawn, title=title, notes=notes)
    places = dict(notation_positions(canvas_positions(drawn)))
    believed = CausalGraph(drawn.node_table.values(), experiments.belief.edges)
    return to_svg(
        believed.with_positions(places), title=title, notes=notes,
        comparison=experiments.comparison, caption="in what it believes",
    )  # fmt: skip


def _note(experiments: Experiments, name: str) -> str:
    """Return "set to +2", or "▲ +3.1" where it moved; the goal says so."""
    last = experiments.steps[-1]
    value = signed(last.values[name])
    words = f"set to {value}" if name == last.target else value
    if name in last.moved:
        words = f"{'▲' if last.deviations[name] > 0 else '▼'} {value}"
    return f"goal {words}" if name == experiments.goal else words
