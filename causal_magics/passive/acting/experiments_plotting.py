"""Drawing experiments with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causal_magics.data.new_axes import new_axes
from causal_magics.options import check_kind
from causal_magics.passive.acting.experiments import brief, said

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from causal_magics.passive.acting.experiments import Experiments

__all__ = ["plot_experiments"]

_INCHES_A_STEP = 0.32
_NAME = 30
"""Characters of a name that are written out."""


def plot_experiments(found: Experiments, ax: Axes | None) -> Axes:
    """Draw the goal's value after each step, and what nature, chance and the best action bring."""
    width = min(16.0, max(4.8, _INCHES_A_STEP * len(found.steps)))
    axes = new_axes(width) if ax is None else _checked(ax)
    mean, spread = found.natural[found.goal]
    axes.axhspan(mean - spread, mean + spread, color="0.9", zorder=0, label="nothing set")
    axes.axhline(found.random, color="0.6", linestyle=":", label="random action")
    axes.axhline(found.expected[found.best], color="C2", linestyle="--", label="best action")
    for phase, colour in (("explore", "C0"), ("exploit", "C1")):
        places = [place for place, step in enumerate(found.steps) if step.phase == phase]
        values = [found.steps[place].values[found.goal] for place in places]
        axes.plot(places, values, marker="o", linestyle="", color=colour, label=phase)
    labels = [
        "nothing" if step.action is None else said(step.action, _NAME) for step in found.steps
    ]
    axes.set_xticks(range(len(labels)), labels, rotation=90, parse_math=False)
    axes.set_ylabel(brief(found.goal, _NAME), parse_math=False)
    axes.set_title(f"score {found.score:.2f}")
    axes.legend(fontsize="small")
    return axes


def _checked(ax: Axes) -> Axes:
    """Return axes, or raise `OptionError` where they are none."""
    from matplotlib.axes import Axes

    check_kind("axes of matplotlib as ax", ax, Axes, "Leave it out for a new figure.")
    return ax
