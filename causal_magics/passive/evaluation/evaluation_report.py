"""Evaluations in words, as a table and as a data frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, get_args

from causal_magics.data.frames import new_frame
from causal_magics.data.html_table import html_table
from causal_magics.options import check_option
from causal_magics.passive.evaluation.policy_evaluation import (
    PHASES,
    EvaluationPicture,
    PolicyEvaluation,
    PolicyEvaluationRow,
)
from causal_magics.passive.evaluation.scores import Score, hundredths

if TYPE_CHECKING:
    from causal_magics.passive.worlds.environment import Split

__all__ = ["describe", "frame_of", "html_of", "spread_of"]

_COLUMNS: dict[EvaluationPicture, tuple[str, ...]] = {
    "scores": (
        "actor", "split", "variables", "policies", "tasks", "score", "low", "high", "spread",
        "least", "most", "first", "share_best", "share_explored",
    ),
    "steps": ("actor", "split", "variables", "step", "phase", "reward", "low", "high"),
    "choices": ("actor", "split", "variables", "phase", "set", "share"),
}  # fmt: skip


def describe(evaluation: PolicyEvaluation) -> str:
    """Return in a line who scores how much, those alone that are no baselines where there are."""
    own = [row for row in evaluation.rows if not row.is_baseline] or list(evaluation.rows)
    told = []
    for actor in dict.fromkeys(row.actor for row in own):
        scores = [
            f"{row.split}{_size(evaluation, row)} {row.score}" for row in own if row.actor == actor
        ]
        told.append(f"{actor} {', '.join(scores)}")
    others = len(evaluation.actors) - len(told)
    beside = f"; {others} baselines" if others else ""
    return f"{evaluation.rows[0].n_tasks:,} tasks a split; {'; '.join(told)}{beside}"


def html_of(evaluation: PolicyEvaluation) -> str:
    """Return a table, a row for each actor."""
    many = len(evaluation.sizes) > 1
    several = any(row.n_policies > 1 for row in evaluation.rows)
    head = [
        "actor", *(["variables"] if many else []), *(["seeds"] if several else []),
        *evaluation.splits, f"best action ({evaluation.default_split})", "actions tried",
    ]  # fmt: skip
    rows = []
    for actor in evaluation.actors:
        for size in evaluation.sizes:
            row = evaluation.row(actor, variables=size)
            scores = [evaluation.score(actor, split, size) for split in evaluation.splits]
            rows.append([
                actor, *([str(size)] if many else []),
                *([str(row.n_policies)] if several else []),
                *map(spread_of, scores), f"{row.share_best:.0%}", f"{row.share_explored:.0%}",
            ])  # fmt: skip
    return html_table(head, rows, _caption(evaluation, several=several))


def frame_of(evaluation: PolicyEvaluation, kind: EvaluationPicture) -> Any:
    """Return a data frame of scores, of rewards by step, or of what was set."""
    check_option("kind", kind, get_args(EvaluationPicture))
    lines_of = {"scores": _score_line, "steps": _step_lines, "choices": _choice_lines}[kind]
    lines = [line for row in evaluation.rows for line in lines_of(row)]
    return new_frame({
        name: [line[place] for line in lines] for place, name in enumerate(_COLUMNS[kind])
    })  # fmt: skip


def spread_of(score: Score) -> str:
    """Return a score with its interval, and the least and the most over policies."""
    if len(score.by_policy) < 2:
        return str(score)
    least, most = (hundredths(end(score.by_policy)) for end in (min, max))
    return f"{score} ({least} to {most})"


def _caption(evaluation: PolicyEvaluation, *, several: bool) -> str:
    row = evaluation.rows[0]
    counted = row.rewards.shape[2] - row.n_explore
    watching = "while exploring they could only watch; " if evaluation.watch_only else ""
    seeds = " and training seeds (the least to the most)" if several else ""
    return (
        f"Mean reward of the last {counted} steps, 0 as of random actions and 1 as of the best, "
        f"with 95 % intervals over tasks{seeds}; {watching}{row.n_tasks:,} tasks a split of "
        f"{evaluation.environment}."
    )


def _size(evaluation: PolicyEvaluation, row: PolicyEvaluationRow) -> str:
    return f" of {row.variables} variables" if len(evaluation.sizes) > 1 else ""


def _score_line(row: PolicyEvaluationRow) -> Iterator[Sequence[Any]]:
    score = row.score
    yield (
        *_key(row), row.n_policies, row.n_tasks, score.value, score.low, score.high, score.spread,
        min(score.by_policy), max(score.by_policy), row.first.value, row.share_best,
        row.share_explored,
    )  # fmt: skip


def _step_lines(row: PolicyEvaluationRow) -> Iterator[Sequence[Any]]:
    for step, score in enumerate(row.steps):
        phase = PHASES[step >= row.n_explore]
        yield *_key(row), step + 1, phase, score.value, score.low, score.high


def _choice_lines(row: PolicyEvaluationRow) -> Iterator[Sequence[Any]]:
    for phase in PHASES:
        for relation, share in row.choices(phase).items():
            yield *_key(row), phase, relation, share
        yield *_key(row), phase, "most correlated", row.share_most_correlated(phase)


def _key(row: PolicyEvaluationRow) -> tuple[str, Split, int]:
    return row.actor, row.split, row.variables
