"""The timeline with matplotlib."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from causal_magics.data.new_axes import new_axes
from causal_magics.discovery.timeline import (
    Episodic,
    best_other,
    bits_per_row,
    describe_episodes,
)
from causal_magics.discovery.timeline_palette import TONES, shape_of
from causal_magics.graph.geometry_text import fit_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_timeline"]

_MARKERS = {"circle": "o", "square": "s", "diamond": "D"}
_MOST_LABELS = 24
_LABEL = 110.0
_LEGEND_ROWS = 9
_FLAGS = 0.97
"""Where flags stand, as a share of the height of the axes."""


def plot_timeline(episodes: Episodic, ax: Axes | None = None) -> Axes:
    """Draw the code that each batch added, with marks of its regime.

    Marks are coloured and shaped by regime and carry its number where there is room; a triangle
    above stands where mechanisms changed, and a dashed line runs along what the best other place of
    each batch would have cost.

    Parameters
    ----------
    episodes : Discovery
        What has `batches` and `regimes`.
    ax
        Where to draw; a new figure where left out.

    Raises
    ------
    MissingDependencyError
        Without matplotlib.
    """
    axes = _new_axes(len(episodes.batches)) if ax is None else ax
    axes.set_title(describe_episodes(episodes), fontsize="medium")
    batches = episodes.batches
    axes.set_ylabel("bits a row, when it came")
    axes.set_xlabel("batch")
    if not batches:
        axes.set_xticks([])
        axes.set_yticks([])
        return axes
    places = range(len(batches))
    added = [bits_per_row(batch.bits, batch) for batch in batches]
    others = [best_other(batch) for batch in batches]
    beside = [
        math.nan if other is None else bits_per_row(other.bits, batch)
        for other, batch in zip(others, batches, strict=True)
    ]
    axes.plot(places, beside, color="0.6", linestyle="--", linewidth=1, label="best other place")
    axes.plot(places, added, color="0.35", linewidth=1.2, zorder=1)
    for regime in range(len(episodes.regimes)):
        _mark(axes, episodes, regime, added)
    _flag(axes, [i for i, batch in enumerate(batches) if batch.changed])
    _label(axes, [batch.label for batch in batches])
    axes.margins(y=0.18)
    columns = math.ceil((len(episodes.regimes) + 2) / _LEGEND_ROWS)
    axes.legend(fontsize="small", ncols=columns, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return axes


def _new_axes(count: int) -> Axes:
    return new_axes(min(16.0, max(7.5, 3.5 + 0.3 * count)), 3.4, "plot_timeline()")


def _mark(axes: Axes, episodes: Episodic, regime: int, added: list[float]) -> None:
    members = [i for i, batch in enumerate(episodes.batches) if batch.regime == regime]
    few = len(added) <= 60
    axes.scatter(
        members, [added[i] for i in members], s=130 if few else 22, zorder=2,
        color=TONES[regime % len(TONES)], marker=_MARKERS[shape_of(regime)],
        label=f"regime {regime}, world {episodes.regimes[regime].world}",
    )  # fmt: skip
    for place in members if few else ():
        if math.isfinite(added[place]):
            axes.annotate(
                str(regime), (place, added[place]), ha="center", va="center", color="white",
                fontsize=8, fontweight="bold", zorder=3,
            )  # fmt: skip


def _flag(axes: Axes, places: list[int]) -> None:
    if places:
        axes.scatter(
            places, [_FLAGS] * len(places), marker="^", color="#C04F00", s=40, clip_on=False,
            transform=axes.get_xaxis_transform(), label="mechanisms changed",
        )  # fmt: skip


def _label(axes: Axes, labels: list[str]) -> None:
    stride = math.ceil(len(labels) / _MOST_LABELS)
    places = range(0, len(labels), stride)
    shown = [fit_label(labels[place], _LABEL) for place in places]
    crowded = sum(map(len, shown)) > 70
    turned: dict[str, Any] = (
        {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if crowded else {}
    )
    axes.set_xticks(list(places), shown, parse_math=False, **turned)
