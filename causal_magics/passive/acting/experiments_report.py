"""Experiments as HTML: the truth, beside it what is believed, and every step."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from causal_magics.data.html_table import html_table
from causal_magics.graph.canvas import canvas_positions, notation_positions
from causal_magics.graph.drawing import to_svg
from causal_magics.graph.drawing_palette import Theme
from causal_magics.graph.drawing_svg import legal
from causal_magics.graph.elements import Role
from causal_magics.graph.model import CausalGraph
from causal_magics.passive.acting.experiments import brief, said

if TYPE_CHECKING:
    from causal_magics.passive.acting.experiments import Experiments, ExperimentStep

__all__ = ["belief_svg", "html_of", "truth_svg"]


def html_of(found: Experiments) -> str:
    """Return what a notebook shows of experiments."""
    pictures = "".join(
        f"<figure style='margin:0 1.5em 0.5em 0'>{svg}<figcaption>{words}</figcaption></figure>"
        for svg, words in (
            (truth_svg(found, "auto"), "the truth, which it does not see"),
            (
                belief_svg(found, "auto"),
                "what it believes; removed: there, and not believed",
            ),
        )
    )
    notes = "".join(f"<p>{_text(note)}</p>" for note in found.notes)
    rows = [_cells(found, number, step) for number, step in enumerate(found.steps, start=1)]
    head = ["step", "phase", "set", f"{brief(found.goal)} was", "moved"]
    return (
        f"<p>{_text(repr(found)[1:-1])}</p><p>{_text(found.conclusion)}</p>{notes}"
        f"<div style='display:flex;flex-wrap:wrap'>{pictures}</div>"
        f"<details><summary>every step</summary>{html_table(head, rows)}</details>"
    )


def truth_svg(found: Experiments, theme: Theme) -> str:
    """Draw the graph that was acted on, with the goal and what was chosen."""
    return to_svg(_marked(found, found.graph), theme=theme, title="The graph")


def belief_svg(found: Experiments, theme: Theme) -> str:
    """Draw what is believed, with what is wrong in it and what it lacks."""
    return to_svg(
        _marked(found, found.belief), theme=theme, title="What the policy believes",
        comparison=found.comparison,
    )  # fmt: skip


def _marked(found: Experiments, graph: CausalGraph) -> CausalGraph:
    """Return a graph as it is drawn: at the places of the truth, with goal and choice as roles."""
    marks: dict[str, Role] = {found.choice[0]: "exposure", found.goal: "outcome"}
    plain = [
        replace(node, roles=node.roles - {"exposure", "outcome"} | {marks[name]})
        if name in marks
        else replace(node, roles=node.roles - {"exposure", "outcome"})
        for name, node in graph.node_table.items()
    ]
    places = notation_positions(canvas_positions(found.graph))
    return CausalGraph(plain, graph.edges).with_positions(dict(places))


def _cells(found: Experiments, number: int, step: ExperimentStep) -> list[str]:
    action = "nothing" if step.action is None else said(step.action)
    goal = f"{step.values[found.goal]:.2f}"
    return [str(number), step.phase, action, goal, ", ".join(map(brief, step.moved))]


def _text(words: str) -> str:
    return escape(legal(words))
