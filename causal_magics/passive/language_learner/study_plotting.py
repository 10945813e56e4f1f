"""Drawing a study of a language model with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causal_magics.data.new_axes import new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from causal_magics.passive.language_learner.study_result import LanguageStudy

__all__ = ["plot_language_study"]


def plot_language_study(study: LanguageStudy, ax: Axes | None) -> Axes:
    """Draw a line for each who chooses: its score and the interval, a colour for each split."""
    names, splits = study.names, study.splits
    axes = new_axes(height=1.2 + 0.3 * len(names)) if ax is None else ax
    for number, split in enumerate(splits):
        rows = [row for row in study.rows if row.split == split]
        shift = 0.25 * (number - (len(splits) - 1) / 2)
        scores = [row.score.value for row in rows]
        axes.errorbar(
            scores, [names.index(row.name) + shift for row in rows],
            xerr=(
                [row.score.value - row.score.low for row in rows],
                [row.score.high - row.score.value for row in rows],
            ),
            linestyle="", marker="os^"[number % 3], markersize=4, color=f"C{number}", label=split,
        )  # fmt: skip
    for value in (0.0, 1.0):
        axes.axvline(value, color="0.5", linewidth=0.8, linestyle="--")
    axes.set_yticks(range(len(names)), names, parse_math=False)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlabel("score: 0 as at random, 1 as of the best actions")
    axes.set_title(f"{study.model_id}, {study.n_tasks:,} tasks", parse_math=False)
    axes.legend()
    return axes
