"""Drawing a study of texts with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causal_magics.probing.probe_plotting import new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from causal_magics.probing.text_study import TextStudy

__all__ = ["plot_text_study"]


def plot_text_study(study: TextStudy, ax: Axes | None) -> Axes:
    """Draw a line of dots for each corpus and kind of question, one dot a seed."""
    axes = new_axes() if ax is None else ax
    labels = []
    for place, rows in enumerate(study.groups):
        told = rows[0].asked == "told"
        axes.plot(
            [row.direction_accuracy for row in rows], [place] * len(rows), linestyle="",
            marker="o" if told else "s", color="C0" if told else "C1", alpha=0.7, clip_on=False,
        )  # fmt: skip
        labels.append(f"{rows[0].corpus}\nasked about {rows[0].asked}")
    axes.axvline(0.5, color="0.5", linewidth=0.8, linestyle="--")
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_xlim(0.0, 1.0)
    axes.set_xlabel("share of questions answered by the right direction; chance is dashed")
    return axes
