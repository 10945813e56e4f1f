"""Targeting with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from causal_magics.counterfactual.decisions.budget import Envelope
from causal_magics.counterfactual.pictures.bounds_forest_svg import Forest
from causal_magics.counterfactual.pictures.chart_svg import VERDICT_COLOURS
from causal_magics.data.new_axes import new_axes
from causal_magics.errors import CounterfactualError, shorten
from causal_magics.graph.drawing_palette import value_of
from causal_magics.graph.geometry_text import fit_label
from causal_magics.options import check_kind

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from causal_magics.counterfactual.decisions.targeting_result import Targeting

__all__ = ["plot_budget", "plot_forest", "plot_targeting"]

_MARKERS = {"treat": "o", "undecided": "D", "refuse": "s"}
_LABEL = 200.0


def plot_targeting(targeting: Targeting, kind: str, ax: Axes | None) -> Axes:
    """Draw the bounds by stratum, or the benefit over the budget.

    Raises
    ------
    CounterfactualError
        Where it is neither.
    MissingDependencyError
        Without matplotlib.
    """
    if kind == "forest":
        return plot_forest(Forest.of_targeting(targeting), ax)
    if kind == "budget":
        return plot_budget(targeting.envelope, ax)
    raise CounterfactualError(
        f"Expected forest or budget to plot, got {shorten(str(kind))}. "
        "Targeting.picture draws a phase map."
    )


def plot_forest(forest: Forest, ax: Axes | None = None) -> Axes:
    """Draw the bounds of strata, with their confidence intervals."""
    order = np.arange(len(forest.labels))
    axes = _axes(ax, 1.6 + 0.26 * len(order))
    rows = np.arange(len(order))
    axes.axvline(0.0, color="0.4", linewidth=0.8)
    for verdict, colour in VERDICT_COLOURS.items():
        chosen = forest.verdict[order] == verdict
        if not chosen.any():
            continue
        places, tone = order[chosen], value_of(colour, "light")
        axes.hlines(rows[chosen], forest.below[places], forest.above[places], tone, linewidth=1)
        axes.hlines(rows[chosen], forest.lower[places], forest.upper[places], tone, linewidth=5,
                    alpha=0.45)  # fmt: skip
        middles = (forest.lower + forest.upper)[places] / 2
        axes.scatter(middles, rows[chosen], color=tone, marker=_MARKERS[verdict], s=22, zorder=3,
                     label=verdict)  # fmt: skip
    labels = [fit_label(forest.labels[place], _LABEL) for place in order.tolist()]
    axes.set_yticks(rows, labels, parse_math=False)
    axes.set_ylim(len(order) - 0.5, -0.5)
    axes.set_xlabel(f"{forest.quantity} of treating a unit")
    axes.legend(fontsize="small", loc="best")
    return axes


def plot_budget(envelope: Envelope, ax: Axes | None = None) -> Axes:
    """Draw the bounds on the total benefit over the budget."""
    axes = _axes(ax, 3.4)
    tone = value_of("outcome", "light")
    lower, upper = envelope.lower, envelope.upper
    axes.fill_between(lower.spent, lower.total, upper.total, color=tone, alpha=0.22, linewidth=0,
                      label="this plan, bounds")  # fmt: skip
    for curve, style, label in (
        (envelope.guaranteed, "--", "most that is certain"),
        (envelope.possible, ":", "most that may be"),
    ):
        axes.plot(curve.spent, curve.total, color="0.4", linestyle=style, label=label)
    axes.axvline(envelope.spent, color="0.2", linewidth=0.8)
    axes.axhline(0.0, color="0.4", linewidth=0.8)
    axes.set_xlabel("budget" if envelope.unit == "cost" else f"budget, {envelope.unit}")
    axes.set_ylabel("total benefit")
    axes.legend(fontsize="small")
    return axes


def _axes(ax: Axes | None, height: float) -> Axes:
    """Return axes to draw on: those given, or new ones."""
    if ax is None:
        return new_axes(7.0, min(height, 12.0))
    from matplotlib.axes import Axes

    check_kind("ax as axes of matplotlib", ax, Axes, "Leave it out for a figure of its own.")
    return ax
