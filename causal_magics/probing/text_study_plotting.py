"""Drawing studies of texts with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causal_magics.data.new_axes import new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from causal_magics.probing.context_study import ContextStudy, Reader
    from causal_magics.probing.text_study import TextStudy

__all__ = ["plot_context_study", "plot_text_study"]

_STYLES: dict[Reader, str] = {"model": "-", "ideal": "--"}


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


def plot_context_study(study: ContextStudy, ax: Axes | None) -> Axes:
    """Draw a line for each context and reader over the sentences, the mean over seeds."""
    axes = new_axes() if ax is None else ax
    lengths = sorted({row.sentences for row in study.rows})
    for place, context in enumerate(dict.fromkeys(row.context for row in study.rows)):
        for reader, style in _STYLES.items():
            axes.plot(
                lengths, [study.accuracy(context, reader, length) for length in lengths],
                marker="o", linestyle=style, color=f"C{place}", clip_on=False,
                label=context if reader == "model" else f"{context}, ideal",
            )  # fmt: skip
    axes.axhline(0.5, color="0.5", linewidth=0.8)
    axes.set_xticks(lengths)
    axes.set_ylim(0.0, 1.0)
    axes.set_xlabel("sentences of context")
    axes.set_ylabel("share answered by the right direction")
    axes.legend(frameon=False, fontsize="small")
    return axes
