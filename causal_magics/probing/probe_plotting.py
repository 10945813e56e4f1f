"""Drawing probes with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from causal_magics.data.new_axes import new_axes
from causal_magics.probing.findings import Finding

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from causal_magics.probing.probe import Probe
    from causal_magics.probing.underspecification import Underspecification

__all__ = ["plot_curves", "plot_roc", "plot_slopes"]

_MOST_TICKS = 12


def plot_curves(finding: Finding, ax: Axes | None) -> Axes:
    """Draw a line for each group over the values; bands are one standard deviation."""
    axes = new_axes() if ax is None else ax
    points = 100.0 * finding.curves
    for number, group in enumerate(finding.groups):
        middle = points[..., number].mean(axis=0)
        (line,) = axes.plot(finding.scale, middle, label=group, marker=".", linewidth=1.0)
        spread = points[..., number].std(axis=0, ddof=min(1, len(points) - 1))
        axes.fill_between(
            finding.scale, middle - spread, middle + spread, color=line.get_color(), alpha=0.15,
            linewidth=0,
        )  # fmt: skip
        step = finding.slopes[number].per_step
        fitted = middle.mean() + step * (finding.scale - finding.scale.mean())
        axes.plot(finding.scale, fitted, color=line.get_color(), linestyle="--", linewidth=1.0)
    count = len(finding.values)
    shown = np.unique(np.linspace(0, count - 1, min(count, _MOST_TICKS)).round().astype(int))
    axes.set_xticks(
        finding.scale[shown], [finding.values[i] for i in shown], rotation=45, ha="right",
        parse_math=False,
    )  # fmt: skip
    axes.set_xlabel(finding.condition, parse_math=False)
    axes.set_ylabel("probability, %")
    kind = finding.entailment.kind
    axes.set_title(
        f"{finding.condition} and {finding.response}: {kind}, {finding.verdict}", parse_math=False
    )
    axes.legend()
    return axes


def plot_slopes(probe: Probe, ax: Axes | None) -> Axes:
    """Draw the deciding slopes of each pair, with their intervals and those of each template."""
    rows = [(finding, each) for finding in probe.findings for each in finding.deciding]
    axes = new_axes(height=1.2 + 0.6 * len(rows)) if ax is None else ax
    labels = []
    for place, (finding, each) in enumerate(rows):
        axes.plot(
            each.by_template, np.full(len(each.by_template), place), linestyle="", marker="|",
            color="0.7", zorder=1,
        )  # fmt: skip
        reach = [[each.per_step - each.low], [each.high - each.per_step]]
        sure = finding.entailment.in_selected
        axes.errorbar(
            [each.per_step], [place], xerr=None if np.isnan(reach).any() else reach, marker="o",
            color="C0" if sure else "C1", capsize=3, zorder=2,
        )  # fmt: skip
        labels.append(f"{finding.condition}, {each.group}\n{finding.entailment.kind}")
    axes.axvline(0.0, color="0.5", linewidth=0.8)
    axes.set_yticks(range(len(rows)), labels, parse_math=False)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel("percentage points a step; one tick for each template")
    return axes


def plot_roc(found: Underspecification, ax: Axes | None) -> Axes:
    """Draw how many sentences of each kind are called underspecified, over all thresholds."""
    axes = new_axes() if ax is None else ax
    axes.plot(found.false_positive_rates, found.true_positive_rates)
    wrong, right = found.rates_at(found.threshold)
    axes.plot([wrong], [right], marker="o", linestyle="", label=f"{found.threshold:g} pp")
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=0.8)
    axes.set_xlabel("well-specified sentences above the threshold")
    axes.set_ylabel("underspecified sentences above it")
    axes.set_title(f"AUC {found.auc:.2f}")
    axes.legend(loc="lower right")
    return axes
