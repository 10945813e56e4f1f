"""Drawing prunings with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causal_magics.data.new_axes import new_axes
from causal_magics.language.head_panels import head_names
from causal_magics.pruning.selection_plotting import label_axes, plot_search, spread_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from causal_magics.pruning.head_agreement import HeadAgreement
    from causal_magics.pruning.pruning_result import Pruning

__all__ = ["plot_agreement", "plot_pruning"]

_NAMED = 8


def plot_pruning(pruning: Pruning, ax: Axes | None) -> Axes:
    """Draw the sets of heads that were verified, and what was held out with its intervals."""
    axes = new_axes() if ax is None else ax
    if pruning.search is not None:
        plot_search(pruning.search, axes)
    for each, fmt, color, label in (
        (pruning.chosen_by, "o", "#5b7db1", "chosen by"),
        (pruning.held_out[0], "D", "#c0503c", "held out"),
    ):
        if each is pruning.chosen_by and pruning.search is not None:
            continue
        axes.errorbar(
            [100 * each.perplexity.share], [100 * each.bias.share],
            xerr=spread_of([each.perplexity]), yerr=spread_of([each.bias]), fmt=fmt,
            color=color, elinewidth=1.0, capsize=3, label=label, zorder=4,
        )  # fmt: skip
    label_axes(axes, f"{pruning.held_out[0].name}, {len(pruning.heads)} heads pruned")
    return axes


def plot_agreement(agreement: HeadAgreement, ax: Axes | None) -> Axes:
    """Draw each head at its two numbers, the largest with their names."""
    axes = new_axes() if ax is None else ax
    bias, other = agreement.bias, agreement.other
    axes.axhline(0.0, color="#888", linewidth=0.6)
    axes.axvline(0.0, color="#888", linewidth=0.6)
    axes.scatter(other.values.ravel(), bias.values.ravel(), s=14, color="#5b7db1", alpha=0.7)
    for head in dict.fromkeys([*bias.largest(_NAMED), *other.largest(_NAMED)]):
        axes.annotate(
            head_names([head]), (other.values[head], bias.values[head]), fontsize=7,
            xytext=(3, 3), textcoords="offset points",
        )  # fmt: skip
    for panel, label in ((other, axes.set_xlabel), (bias, axes.set_ylabel)):
        label(f"{panel.name}, {panel.unit}" if panel.unit else panel.name)
    axes.set_title(f"Rank correlation {agreement.correlation}", fontsize=10)
    return axes
