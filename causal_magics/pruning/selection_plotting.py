"""Drawing bias over perplexity with matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from causal_magics.data.new_axes import new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from causal_magics.pruning.frontier_result import Frontier
    from causal_magics.pruning.search_result import Search
    from causal_magics.pruning.workload import Change

__all__ = ["label_axes", "plot_frontier", "plot_search", "spread_of"]

_MARKS = "osD^vP*X"
_LINE, _FAINT = "#5b7db1", "#888"


def plot_frontier(frontier: Frontier, ax: Axes | None) -> Axes:
    """Draw every point with its intervals, and the Pareto curve."""
    axes = new_axes() if ax is None else ax
    methods = list(dict.fromkeys(point.method for point in frontier.points))
    for place, method in enumerate(methods):
        points = [point for point in frontier.points if point.method == method]
        x, y = ([100 * getattr(p, side).share for p in points] for side in ("perplexity", "bias"))
        axes.errorbar(
            x, y, xerr=spread_of([point.perplexity for point in points]),
            yerr=spread_of([point.bias for point in points]), fmt="none",
            ecolor=f"C{place % 10}", elinewidth=0.6, alpha=0.35,
        )  # fmt: skip
        axes.scatter(
            x, y, s=22, marker=_MARKS[place % len(_MARKS)], color=f"C{place % 10}", label=method,
            zorder=3,
        )  # fmt: skip
    axes.plot(
        [100 * point.perplexity.share for point in frontier.curve],
        [100 * point.bias.share for point in frontier.curve],
        color="#333", linewidth=1.0, label="Pareto curve",
    )  # fmt: skip
    label_axes(axes, f"{frontier.measure} of {frontier.model_id}, other prompts and text")
    return axes


def plot_search(search: Search, ax: Axes | None) -> Axes:
    """Draw every verified set of heads, the way that was taken, the budget and the best."""
    axes = new_axes() if ax is None else ax
    base = search.base
    taken = np.array([each.taken for each in search.path], dtype=bool)
    found = [each.evaluation for each in (*search.path, search.best)]
    x = 100 * (np.array([each.perplexity for each in found]) / base.perplexity - 1.0)
    y = 100 * (np.array([each.bias for each in found]) / base.bias - 1.0)
    for chosen, mark, label in ((~taken, "x", "not taken"), (taken, "o", "taken")):
        if chosen.any():
            there = x[:-1][chosen], y[:-1][chosen]
            axes.scatter(*there, s=22, marker=mark, color=_LINE, label=label)
    axes.plot(x[:-1][taken], y[:-1][taken], color=_LINE, linewidth=0.8)
    axes.scatter(x[-1], y[-1], s=110, facecolors="none", edgecolors="#333", label="best")
    axes.axvline(100 * search.budget, color=_FAINT, linestyle="--", label="budget")
    label_axes(axes, f"{search.measure} of {search.model_id}, what was searched with")
    return axes


def spread_of(changes: Sequence[Change]) -> list[list[float]]:
    """Return how far intervals reach below and above, in percent."""
    return [
        [100 * max(0.0, change.share - change.lower) for change in changes],
        [100 * max(0.0, change.upper - change.share) for change in changes],
    ]


def label_axes(axes: Axes, title: str) -> None:
    """Name the axes, with lines where nothing changes."""
    axes.axhline(0.0, color=_FAINT, linewidth=0.6)
    axes.axvline(0.0, color=_FAINT, linewidth=0.6)
    axes.set_xlabel("change of perplexity, %")
    axes.set_ylabel("change of bias, %")
    axes.set_title(title, fontsize=10)
    axes.legend(fontsize=8)
