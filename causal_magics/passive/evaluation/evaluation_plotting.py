"""Drawing evaluations with matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

import numpy as np

from causal_magics.data.new_axes import new_axes
from causal_magics.options import check_option
from causal_magics.passive.evaluation.conduct import RELATIONS
from causal_magics.passive.evaluation.policy_evaluation import (
    PHASES,
    EvaluationPicture,
    PolicyEvaluation,
    PolicyEvaluationRow,
)
from causal_magics.passive.evaluation.scores import Score
from causal_magics.passive.worlds.environment import Split

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_evaluation"]

_COLOURS: dict[Split, str] = {"train": "#888888", "held-out": "#5b7db1", "trap": "#c0503c"}
_MARKS: dict[Split, str] = {"train": "s", "held-out": "o", "trap": "D"}
_RELATION_COLOURS = ("#dddddd", "#2f5d9b", "#8fb0da", "#c0503c", "#e3a857", "#999999")
"""Causes are blue, so that the rest stands out."""


def plot_evaluation(
    evaluation: PolicyEvaluation,
    kind: EvaluationPicture,
    ax: Axes | None,
    split: Split | None,
    variables: int | None,
    actors: Sequence[str] | None,
) -> Axes:
    """Draw scores by split, rewards by step, or what was set.

    Raises
    ------
    MissingDependencyError
        Without matplotlib.
    """
    check_option("kind", kind, get_args(EvaluationPicture))
    shown = evaluation.actors if actors is None else tuple(actors)
    splits = evaluation.splits if kind == "scores" and split is None else (split,)
    rows = [[evaluation.row(actor, each, variables) for each in splits] for actor in shown]
    if kind == "scores":
        return _plot_scores(rows, ax)
    draw = _plot_steps if kind == "steps" else _plot_choices
    return draw([each for row in rows for each in row], ax)


def _plot_scores(rows: Sequence[Sequence[PolicyEvaluationRow]], ax: Axes | None) -> Axes:
    """Draw an actor's scores on a line, one below the other by split, a tick for each policy."""
    axes = new_axes(height=1.4 + 0.45 * len(rows)) if ax is None else ax
    for value in (0.0, 1.0):
        axes.axvline(value, color="0.5", linewidth=0.8, linestyle="--", zorder=1)
    for place, of_actor in enumerate(rows):
        for number, row in enumerate(of_actor):
            height = place + 0.22 * (number - (len(of_actor) - 1) / 2)
            colour = _COLOURS[row.split]
            axes.errorbar(
                [row.score.value], [height], xerr=_reach([row.score]), marker=_MARKS[row.split],
                color=colour, markersize=4, capsize=2, linestyle="",
                label="" if place else row.split,
            )  # fmt: skip
            if row.n_policies > 1:
                each = row.score.by_policy
                axes.plot(
                    each, [height] * len(each), linestyle="", marker="|", color=colour, alpha=0.6
                )
    axes.set_yticks(range(len(rows)), [row[0].actor for row in rows], parse_math=False)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel("normalised reward: 0 as of random actions, 1 as of the best")
    axes.legend(fontsize=8)
    return axes


def _plot_steps(rows: Sequence[PolicyEvaluationRow], ax: Axes | None) -> Axes:
    """Draw the normalised reward of each step, dashed for baselines, with bands of intervals."""
    axes = new_axes() if ax is None else ax
    for row in rows:
        steps = np.arange(1, len(row.steps) + 1)
        (line,) = axes.plot(
            steps, [score.value for score in row.steps], marker=".", label=row.actor,
            linewidth=1.0 if row.is_baseline else 1.8, linestyle="--" if row.is_baseline else "-",
        )  # fmt: skip
        axes.fill_between(
            steps, [score.low for score in row.steps], [score.high for score in row.steps],
            color=line.get_color(), alpha=0.15, linewidth=0,
        )  # fmt: skip
    axes.axvline(rows[0].n_explore + 0.5, color="0.5", linewidth=0.8)
    axes.axhline(0.0, color="0.5", linewidth=0.8, linestyle="--")
    axes.set_xlabel("step; those that count are right of the line")
    axes.set_ylabel("normalised reward")
    axes.set_title(f"{rows[0].split} tasks of {rows[0].variables} variables", fontsize=10)
    axes.legend(fontsize=8)
    return axes


def _plot_choices(rows: Sequence[PolicyEvaluationRow], ax: Axes | None) -> Axes:
    """Draw what each actor set, exploring and exploiting, by its relation to the goal."""
    lines = [(row, phase) for row in rows for phase in PHASES]
    axes = new_axes(height=1.6 + 0.3 * len(lines)) if ax is None else ax
    places = range(len(lines))
    left = np.zeros(len(lines))
    for relation, colour in zip(RELATIONS, _RELATION_COLOURS, strict=True):
        shares = np.array([row.choices(phase)[relation] for row, phase in lines])
        axes.barh(places, shares, left=left, height=0.75, color=colour, label=relation)
        left += shares
    axes.plot(
        [row.share_most_correlated(phase) for row, phase in lines], places, linestyle="",
        marker="D", color="black", markeredgecolor="white", markersize=5, clip_on=False,
        label="most correlated", zorder=3,
    )  # fmt: skip
    labels = [f"{row.actor}, {phase}" for row, phase in lines]
    axes.set_yticks(places, labels, parse_math=False)
    axes.set_ylim(len(lines) - 0.5, -0.5)
    axes.set_xlim(0.0, 1.0)
    axes.set_xlabel("share of actions, by what the variable set is to the goal")
    axes.set_title(f"{rows[0].split} tasks of {rows[0].variables} variables", fontsize=10)
    axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return axes


def _reach(scores: Sequence[Score]) -> list[list[float]]:
    """Return how far intervals reach below and above."""
    return [
        [score.value - score.low for score in scores],
        [score.high - score.value for score in scores],
    ]
